"""Publish a contribution: the one use case behind
the web form, the mail gateway and the live room.
"""

import secrets
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils.text import slugify
from django.utils.translation import gettext as _
from machina.apps.forum.models import Forum
from machina.apps.forum_conversation.models import Post, Topic

from forums import rules
from forums.drafts import Draft, Published
from forums.errors import refusal
from forums.models import Contribution
from forums.outlets import outlets
from forums.policy import access_of
from forums.services import files
from forums.services.preparing import clean, format_of, prepare
from forums.services.reading import count_as_new
from forums.services.repeats import content_digest, sent_before, stored_key
from forums.speakers import role_in
from hub.lib import metrics
from hub.lib.characters import one_line, without_controls
from hub.lib.errors import NotFound
from hub.lib.hooks import registered
from hub.lib.logs import event
from hub.lib.markup import MARKDOWN, PLAIN, VERSION
from hub.lib.verdicts import ACCEPT, Action, Verdict

if TYPE_CHECKING:
    from hub.members.models import Member

SUBJECT_LENGTH = 255


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

    Queries: 18 or fewer, whatever the length of the topic or forum (``machina.md`` §3: stock
        machina recounts).

    A caller that opens a transaction around it calls :func:`prepare` before.
    """
    draft = replace(draft, format=draft.format or format_of(origin))
    earlier = sent_before(draft=draft, author=author)
    if earlier is not None:
        return earlier
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
    topic, parent = _place(draft, now)
    # What an operator imports was said elsewhere: nothing is left to decide, and the author's role
    # is not known.
    verdict, role = ACCEPT, ""
    if draft.imported is None:
        access = access_of(author)
        verdict = rules.decide(draft=draft, author=author, topic=topic, now=now, access=access)
        role = role_in(access, author, draft.forum_id)
    if verdict.action is Action.REJECT:
        raise refusal(verdict)
    contribution = _record(draft, author, origin, topic, parent, verdict, now, role=role)
    files.attach(contribution, draft.files, list(draft.digests or ()))
    if verdict.accepts:
        make_visible(contribution, quiet=draft.quiet, now=now)
    else:
        for outlet in outlets():
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
    """Count an accepted contribution and hand it to
    the outlets; inside the caller's transaction.
    """
    post, topic = contribution.post, contribution.post.topic
    shown = Topic.objects.filter(pk=topic.pk)
    forum = Forum.objects.filter(pk=topic.forum_id)
    new_topic = topic.first_post_id in (None, post.pk)
    last: dict[str, Any] = {"last_post": post, "last_post_on": post.created}
    latest = {} if contribution.imported is not None else last
    shown.update(posts_count=F("posts_count") + 1, **latest)
    if new_topic:
        shown.update(first_post=post, approved=True)
    forum.update(
        direct_posts_count=F("direct_posts_count") + 1,
        direct_topics_count=F("direct_topics_count") + (1 if new_topic else 0),
        **latest,
    )
    if not latest:
        # An archive may be brought in behind a discussion that goes on: what was said last stays
        # last.
        for rows in (shown, forum):
            rows.filter(Q(last_post_on=None) | Q(last_post_on__lte=post.created)).update(**last)
    if contribution.imported is None:
        count_as_new(contribution.topic_id, topic.forum_id, contribution.number)
    for outlet in outlets():
        outlet.accept(contribution, quiet=quiet, now=now)
    if not quiet:
        transaction.on_commit(lambda: announce(contribution))


def announce(contribution: Contribution) -> None:
    """Let every outlet push or send what it recorded; runs after the commit."""
    for outlet in outlets():
        outlet.announce(contribution)


def new_message_id() -> str:
    """Return a Message-ID of ours: 128 random bits, so that
    nobody guesses his way into a thread (design.md §3.6).
    """
    return f"{secrets.token_hex(16)}@{settings.HUB_MAIL_DOMAIN}"


def new_topic(*, forum_id: int, subject: str, author: "Member | None") -> Topic:
    """Insert a topic that is shown once its first contribution is accepted."""
    topic = Topic(
        forum_id=forum_id,
        poster=author,
        subject=subject[:SUBJECT_LENGTH],
        slug=slugify(subject, allow_unicode=True)[:255] or "topic",
        type=Topic.TOPIC_POST,
        status=Topic.TOPIC_UNLOCKED,
        approved=False,
    )
    # Model.save, not machina's: that one recounts the whole forum.
    models.Model.save(topic, force_insert=True)
    return topic


def _place(draft: Draft, now: datetime) -> tuple[Topic | None, Contribution | None]:
    """Find topic and parent; the forum is the topic's
    own, whatever an address said (findings S4 to S6).
    """
    parent = None
    topic_id = draft.topic_id
    if draft.parent is not None:
        parent = (
            Contribution.objects.select_related("post")
            .filter(pk=draft.parent, state="accepted")
            .first()
        )
        if parent is None or topic_id not in (None, parent.topic_id):
            raise NotFound
        topic_id = parent.topic_id
    if topic_id is None and draft.imported is None:
        for choose in registered("HUB_TOPIC_CHOOSERS"):
            topic_id = topic_id or choose(forum_id=draft.forum_id, now=now)
    if topic_id is None:
        return None, None
    topic = (
        Topic.objects.select_for_update(of=("self",))
        .filter(pk=topic_id, forum_id=draft.forum_id)
        .first()
    )
    # A topic whose first contribution is held does not exist yet; an empty one (an agenda item)
    # waits for its first.
    if topic is None or not (topic.approved or topic.first_post_id is None):
        raise NotFound
    return topic, parent


def _subject(draft: Draft, topic: Topic | None) -> str:
    subject = one_line(draft.subject)
    if topic is not None:
        return subject[:SUBJECT_LENGTH] or f"Re: {topic.subject}"[:SUBJECT_LENGTH]
    return (subject or _first_words(draft)[:80] or _("(no subject)"))[:SUBJECT_LENGTH]


def _first_words(draft: Draft) -> str:
    marks = "> \t" if draft.format == PLAIN else "#>* \t"
    lines = without_controls(draft.text).splitlines()
    return next((line.strip(marks) for line in lines if line.strip(marks)), "")


def _record(
    draft: Draft,
    author: "Member",
    origin: str,
    topic: Topic | None,
    parent: Contribution | None,
    verdict: Verdict,
    now: datetime,
    *,
    role: str,
) -> Contribution:
    said_at = draft.created_at or now
    subject = _subject(draft, topic)
    if topic is None:
        topic = new_topic(forum_id=draft.forum_id, subject=subject, author=author)
    post = _post(draft, author, topic, subject, is_approved=verdict.accepts, said_at=said_at)
    if topic.first_post_id is None and not verdict.accepts:
        Topic.objects.filter(pk=topic.pk).update(first_post=post)
    message_id, imported = _identity(draft)
    return Contribution.objects.create(
        post=post,
        topic=topic,
        forum_id=topic.forum_id,
        content_digest=content_digest(draft),
        author=author,
        **_standing(author, role, filled_later=imported is not None),
        parent=parent,
        origin=origin,
        format=draft.format or MARKDOWN,
        **_decided(verdict),
        message_id=message_id,
        **_thread(draft, parent),
        author_address=draft.author_address or (author.email if imported is None else ""),
        **_beside(draft, subject),
        once_key=stored_key(draft, author),
        imported=imported,
        renderer=VERSION,
        created_at=said_at,
    )


def _thread(draft: Draft, parent: Contribution | None) -> dict[str, str]:
    """Return the identifiers of what is answered: as its mail has them, or its parent's."""
    before = f"{parent.references} {parent.message_id}".strip() if parent else ""
    return {
        "in_reply_to": draft.in_reply_to or (parent.message_id if parent else ""),
        "references": draft.references or before,
    }


def _beside(draft: Draft, subject: str) -> dict[str, str]:
    """Return what a mail brought beside its text and the subject that is shown."""
    original = "" if draft.original_subject == subject else draft.original_subject
    return {"folded": clean(draft.folded), "original_subject": original}


def _decided(verdict: Verdict) -> dict[str, str]:
    """Return the state in which a verdict puts a contribution, and why it waits."""
    if verdict.accepts:
        return {"state": Contribution.State.ACCEPTED, "held_because": ""}
    return {"state": Contribution.State.HELD, "held_because": verdict.code}


def _post(
    draft: Draft,
    author: "Member",
    topic: Topic,
    subject: str,
    *,
    is_approved: bool,
    said_at: datetime,
) -> Post:
    text = clean(draft.text, draft.format)
    post = Post(topic=topic, poster=author, subject=subject, content=text, approved=is_approved)
    post._content_rendered = draft.html
    # Without the signals of a save: machina's would render the text again, inside the transaction.
    Post.objects.bulk_create([post])
    if draft.created_at is not None or draft.quiet:
        Post.objects.filter(pk=post.pk).update(created=said_at, updated=said_at)
        post.created = said_at
    return post


def _standing(author: "Member", role: str, *, filled_later: bool) -> dict[str, Any]:
    """Return who the author is now, to be stored with the words (decision record 0024)."""
    return {
        "author_name": "" if author.anonymised_at else author.name,
        "author_role": role,
        "author_country": str(author.country or ""),
        "author_organisation": author.organisation,
        "author_language": author.language,
        "author_filled_later": filled_later,
    }


def _identity(draft: Draft) -> tuple[str, dict[str, str] | None]:
    """Return the Message-ID of a contribution and what
    an import keeps of its header. Queries: 1 at most.
    """
    same_id = Contribution.objects.filter(forum_id=draft.forum_id, message_id=draft.message_id)
    if draft.message_id and not same_id.exists():
        return draft.message_id, draft.imported
    if draft.imported is None or not draft.message_id:
        return new_message_id(), draft.imported
    # Somebody else's words have it here: an import keeps its identifier beside one of ours.
    return new_message_id(), {**draft.imported, "message_id": draft.message_id}
