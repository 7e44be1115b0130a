"""Publish a contribution: the one use case behind the web, mail and live channels."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils.text import slugify
from django.utils.translation import gettext as _
from machina.apps.forum.models import Forum
from machina.apps.forum_conversation.models import Post, Topic

from forums import rules
from forums.drafts import Draft, Published
from forums.errors import refusal
from forums.mentions import SIGNS
from forums.models import ANSWERABLE, Contribution, TopicState
from forums.outlets import Outlet, outlets
from forums.policy import standing_of
from forums.redirects import came_from, present_key, went_to
from forums.services import files
from forums.services.concerns import note_concerns
from forums.services.places import place_by_writing
from forums.services.preparing import format_of, prepare
from forums.services.repeats import marks_of, sent_before
from hub.lib import metrics
from hub.lib.errors import NotFound
from hub.lib.hooks import registered
from hub.lib.logs import event
from hub.lib.markup import MARKDOWN, PLAIN, VERSION
from hub.lib.verdicts import ACCEPT, Action, Verdict

if TYPE_CHECKING:
    from hub.members.models import Member

SUBJECT_LENGTH = 255
# What may stand before the first word of a line.
_LINE_MARKS = {PLAIN: "> \t", MARKDOWN: "#>* \t"}


@cache
def _outlets() -> tuple[Outlet, ...]:
    """Return what follows each contribution, looked up once in a process."""
    return outlets()


@cache
def _topic_choosers() -> tuple[Callable[..., int | None], ...]:
    """Return what names a topic for a draft without one, looked up once in a process."""
    return registered("HUB_TOPIC_CHOOSERS")


def publish(*, draft: Draft, author: "Member", origin: str, now: datetime) -> Published:
    """Decide on a draft, then record it: rows in one transaction, effects after its commit.

    The same words at the same place under the same ``once_key``, or the same words under the same
    Message-ID from the same author in the same forum, return the first contribution again
    (``created=False``). Other words under the same Message-ID are a contribution of their own, with
    an identifier of ours.

    Raises:
        NotFound: the forum, topic or parent does not exist, or is hidden from the author; all
            alike.
        KeyTaken: an earlier contribution with this ``once_key`` has other words, or answers
            something else.
        Refused: a rule rejected it; ``code`` is the rule's, the text of the draft is the caller's
            to keep.

    Queries: 15 or fewer, whatever the length of the topic or forum (``machina.md`` §3: stock
        machina recounts).

    A caller that opens a transaction around it calls :func:`prepare` before; what is prepared is
    recorded as it stands.
    """
    if not draft.format:
        draft = replace(draft, format=format_of(origin))
    earlier = sent_before(draft=draft, author=author)
    if earlier is not None:
        return earlier
    if draft.html is None:
        draft = prepare(draft)
    try:
        return _publish(draft, author, origin, now)
    except IntegrityError:
        # The same form or mail came twice at one moment and the other one was faster.
        earlier = sent_before(draft=draft, author=author)
        if earlier is None:
            raise
        return earlier


@transaction.atomic
def _publish(draft: Draft, author: "Member", origin: str, now: datetime) -> Published:
    place = _place_of(draft, now)
    if place.topic is not None and place.topic.forum_id != draft.forum_id:
        # Moved to another forum while somebody wrote: its rules count, and its list.
        draft = replace(draft, forum_id=place.topic.forum_id)
    # What an operator imports was said elsewhere: nothing is to be decided, no role is known.
    verdict, role, takes_part = ACCEPT, "", True
    if draft.imported is None:
        standing = standing_of(author, draft.forum_id)
        topic = place.topic
        verdict = rules.decide(draft=draft, author=author, topic=topic, now=now, known=standing)
        role, takes_part = standing.role, draft.forum_id in standing.access.roles
    if verdict.action is Action.REJECT:
        raise refusal(verdict)
    contribution = _record(draft, author, origin, place, verdict, now, role=role)
    if draft.files:
        files.attach(contribution, draft.files, draft.digests)
    contribution.concerned = {}
    if place.parent is not None or any(sign in draft.text for sign in SIGNS):
        contribution.concerned = note_concerns(contribution)
    if verdict.action is Action.ACCEPT:
        if not takes_part:
            place_by_writing(contribution, now=now)
        make_visible(contribution, quiet=draft.quiet, now=now)
    else:
        for outlet in _outlets():
            outlet.hold(contribution, now=now)
    if not draft.quiet:
        transaction.on_commit(lambda: _trace(contribution))
    return Published(contribution, verdict, created=True)


def _trace(contribution: Contribution) -> None:
    metrics.contributions.labels(contribution.origin, contribution.state).inc()
    event(
        "contribution",
        number=contribution.number,
        message_id=contribution.message_id,
        forum=contribution.post.topic.forum_id,
        origin=contribution.origin,
        state=contribution.state,
        member=contribution.author_id,
    )


def make_visible(contribution: Contribution, *, quiet: bool, now: datetime) -> None:
    """Count an accepted contribution and hand it to the outlets, in the caller's transaction."""
    _count(contribution)
    for outlet in _outlets():
        outlet.accept(contribution, quiet=quiet, now=now)
    if not quiet:
        transaction.on_commit(lambda: announce(contribution))


def _count(contribution: Contribution) -> None:
    """Count an accepted contribution in its topic and forum, and as new where it is. Queries: 3.

    An archive may be brought in behind a discussion that goes on: what was said last stays last.
    """
    post, topic = contribution.post, contribution.post.topic
    topics = Topic.objects.filter(pk=topic.pk)
    forums = Forum.objects.filter(pk=topic.forum_id)
    newest = {"last_post": post, "last_post_on": post.created}
    in_topic: dict[str, Any] = {"posts_count": F("posts_count") + 1}
    in_forum: dict[str, Any] = {"direct_posts_count": F("direct_posts_count") + 1}
    if topic.first_post_id in (None, post.pk):
        in_topic |= {"first_post": post, "approved": True}
        in_forum["direct_topics_count"] = F("direct_topics_count") + 1
    if contribution.imported is None:
        topics.update(**in_topic, **newest)
        forums.update(**in_forum, **newest)
        count_as_new(contribution.topic_id, topic.forum_id, contribution.number)
        return
    topics.update(**in_topic)
    forums.update(**in_forum)
    for rows in (topics, forums):
        rows.filter(Q(last_post_on=None) | Q(last_post_on__lte=post.created)).update(**newest)


def count_as_new(topic_id: int, forum_id: int, number: int) -> None:
    """Let a contribution that is shown now count as new; inside the caller's transaction.

    Queries: 1, or 2 for the first of a topic.
    """
    row = TopicState.objects.filter(topic_id=topic_id)
    if not row.update(last_number=Greatest(F("last_number"), number)):
        TopicState.objects.create(topic_id=topic_id, forum_id=forum_id, last_number=number)


def announce(contribution: Contribution) -> None:
    """Let every outlet push or send what it recorded; runs after the commit."""
    for outlet in _outlets():
        outlet.announce(contribution)


def new_topic(*, forum_id: int, subject: str, author: "Member | None") -> Topic:
    """Insert a topic that is shown once its first contribution is accepted.

    Args: subject, clean, as it is stored.
    """
    topic = Topic(
        forum_id=forum_id,
        poster=author,
        subject=subject[:SUBJECT_LENGTH],
        slug=slugify(subject, allow_unicode=True)[:255] or "topic",
        type=Topic.TOPIC_POST,
        status=Topic.TOPIC_UNLOCKED,
        approved=False,
    )
    # Not by machina's save: that one recounts the whole forum.
    Topic.objects.bulk_create([topic])
    return topic


@dataclass(frozen=True)
class _Place:
    """Where a contribution is to stand: no topic begins one, no parent answers nothing."""

    topic: Topic | None = None
    parent: Contribution | None = None


def _place_of(draft: Draft, now: datetime) -> _Place:
    """Return the place of a draft, its topic locked until the commit.

    The forum is the topic's own, whatever an address said (findings S4 to S6); one from which it
    was moved leads there.
    """
    parent = _parent_of(draft)
    topic_id = _topic_id_of(draft, parent, now)
    if topic_id is None:
        return _Place()
    # Rows that only refer to the topic may be written meanwhile.
    rows = Topic.objects.select_for_update(of=("self",), no_key=True)
    topic = rows.filter(pk=topic_id).first()
    if topic is not None and topic.status == Topic.TOPIC_MOVED:
        # Merged into another one while somebody wrote.
        topic = rows.filter(pk=present_key(topic.pk)).first()
    if topic is None:
        raise NotFound
    if topic.forum_id != draft.forum_id and not came_from(draft.forum_id, topic, parent):
        raise NotFound
    # A topic whose first contribution is held does not exist yet; an empty one (an agenda item)
    # waits for its first.
    if not topic.approved and topic.first_post_id is not None:
        raise NotFound
    return _Place(topic, parent)


def _parent_of(draft: Draft) -> Contribution | None:
    """Return the contribution that a draft answers.

    Raises: NotFound (it was never shown, or stands in another topic). Queries: 1 at most.
    """
    if draft.parent is None:
        return None
    rows = Contribution.objects.select_related("post")
    parent = rows.filter(pk=draft.parent, state__in=ANSWERABLE).first()
    if parent is None:
        raise NotFound
    if draft.topic_id in (None, parent.topic_id) or went_to(draft.topic_id, parent.topic_id):
        return parent
    raise NotFound


def _topic_id_of(draft: Draft, parent: Contribution | None, now: datetime) -> int | None:
    """Return the key of a draft's topic: its parent's, its own, or the one discussed now."""
    if parent is not None:
        return int(parent.topic_id)
    if draft.topic_id is not None or draft.imported is not None:
        return draft.topic_id
    for choose in _topic_choosers():
        topic_id = choose(forum_id=draft.forum_id, now=now)
        if topic_id is not None:
            return topic_id
    return None


def _subject(draft: Draft, topic: Topic | None) -> str:
    """Return the subject of a contribution: as given, else as its topic or its text has it."""
    subject = draft.subject
    if not subject and topic is not None:
        subject = f"Re: {topic.subject}"
    if not subject:
        subject = _first_words(draft)[:80]
    if not subject:
        subject = _("(no subject)")
    return subject[:SUBJECT_LENGTH]


def _first_words(draft: Draft) -> str:
    lines = (line.strip(_LINE_MARKS[draft.format]) for line in draft.text.splitlines())
    return next(filter(None, lines), "")


def _record(
    draft: Draft,
    author: "Member",
    origin: str,
    place: _Place,
    verdict: Verdict,
    now: datetime,
    *,
    role: str,
) -> Contribution:
    topic, written_at = place.topic, draft.created_at or now
    subject = _subject(draft, topic)
    if topic is None:
        topic = new_topic(forum_id=draft.forum_id, subject=subject, author=author)
    is_approved = verdict.action is Action.ACCEPT
    post = _post(draft, author, topic, subject, is_approved=is_approved, written_at=written_at)
    if topic.first_post_id is None and not is_approved:
        Topic.objects.filter(pk=topic.pk).update(first_post=post)
    contribution = Contribution(
        post=post,
        topic=topic,
        forum_id=topic.forum_id,
        author=author,
        **_standing(author, role, filled_later=draft.imported is not None),
        **marks_of(draft, author),
        parent=place.parent,
        origin=origin,
        format=draft.format,
        **_state(verdict),
        **_thread(draft, place.parent),
        author_address=_author_address(draft, author),
        folded=draft.folded,
        original_subject=_original_subject(draft, subject),
        renderer=VERSION,
        created_at=written_at,
    )
    # As the post and the topic, without the signals of a save: its texts have been cleaned.
    Contribution.objects.bulk_create([contribution])
    return contribution


def _thread(draft: Draft, parent: Contribution | None) -> dict[str, str]:
    """Return the identifiers of what is answered: as its mail has them, or its parent's."""
    in_reply_to, references = "", ""
    if parent is not None:
        in_reply_to = parent.message_id
        references = f"{parent.references} {parent.message_id}".strip()
    return {
        "in_reply_to": draft.in_reply_to or in_reply_to,
        "references": draft.references or references,
    }


def _author_address(draft: Draft, author: "Member") -> str:
    """Return the address a contribution was sent from; what an import does not know stays empty."""
    if draft.author_address or draft.imported is not None:
        return draft.author_address
    return str(author.email)


def _original_subject(draft: Draft, subject: str) -> str:
    """Return the subject as a mail brought it, empty where it is the one that is shown."""
    if draft.original_subject == subject:
        return ""
    return draft.original_subject


def _state(verdict: Verdict) -> dict[str, str]:
    """Return the state in which a verdict puts a contribution, and why it waits."""
    if verdict.action is Action.ACCEPT:
        return {"state": Contribution.State.ACCEPTED, "held_because": ""}
    return {"state": Contribution.State.HELD, "held_because": verdict.code}


def _post(
    draft: Draft,
    author: "Member",
    topic: Topic,
    subject: str,
    *,
    is_approved: bool,
    written_at: datetime,
) -> Post:
    post = Post(
        topic=topic, poster=author, subject=subject, content=draft.text, approved=is_approved
    )
    post._content_rendered = draft.html
    # Without the signals of a save: machina's would render the text again, inside the transaction.
    Post.objects.bulk_create([post])
    if draft.created_at is not None or draft.quiet:
        Post.objects.filter(pk=post.pk).update(created=written_at, updated=written_at)
        post.created = written_at
    return post


def _standing(author: "Member", role: str, *, filled_later: bool) -> dict[str, Any]:
    """Return who the author is now, to be stored with the words (decision record 0024)."""
    name = author.name
    if author.anonymised_at:
        name = ""
    return {
        "author_name": name,
        "author_role": role,
        "author_country": str(author.country or ""),
        "author_organisation": author.organisation,
        "author_language": author.language,
        "author_filled_later": filled_later,
    }
