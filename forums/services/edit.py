"""Change words that are in the record: every wording is kept, with who changed it, when and why."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from machina.apps.forum_conversation.models import Post

from forums import rules
from forums.models import Contribution, ForumPolicy, Revision, SummaryVersion
from forums.outlets import outlets
from forums.policy import APPROVE, access_of
from forums.quoting import is_only_quotation
from forums.services.concerns import follow_new_words
from forums.services.log import note_act
from forums.services.preparing import as_stored
from hub.lib.characters import one_line
from hub.lib.dates import format_utc
from hub.lib.errors import Invalid, NotAllowed, NotFound, Stale
from hub.lib.markup import MARKDOWN, VERSION, render, rendered_ahead
from hub.lib.masking import mask
from hub.lib.rendered import check_length, rendered
from hub.lib.scripts import isolate

if TYPE_CHECKING:
    from hub.members.models import Member

# Characters of a reason.
REASON_LENGTH = 255


def words_at(contribution: Contribution, revision: int | None) -> str:
    """Return what a contribution said at a revision, nothing for one that it never had.

    Queries: 0 or 1.
    """
    if revision == contribution.revision:
        return contribution.text
    if revision is None:
        return ""
    return _first_text(contribution.revisions.filter(number=revision))


def _first_text(versions: "models.QuerySet[Any]") -> str:
    """Return the text of the only version there is, nothing for none. Queries: 1."""
    return versions.values_list("text", flat=True).first() or ""


def summary_at(forum_id: int, number: int) -> str:
    """Return the summary of a discussion at a revision, nothing for none. Queries: 1."""
    return _first_text(SummaryVersion.objects.filter(forum_id=forum_id, number=number))


def check_revision(contribution: Contribution, revision: int | None) -> None:
    """Let a decision on the present words pass; None is the hub itself, or who has just read them.

    Raises: Stale, with what changed.
    """
    if revision is None or revision == contribution.revision:
        return
    raise Stale(
        _stale_message(contribution, revision),
        before=words_at(contribution, revision),
        after=contribution.text,
        revision=contribution.revision,
    )


def _stale_message(contribution: Contribution, revision: int) -> str:
    """Return what is answered to somebody who decided on words that are no longer there."""
    last = contribution.revisions.select_related("edited_by").order_by("number").last()
    if last is None or not 0 <= revision < contribution.revision:
        message = _(
            "The hub does not know which version of contribution %(number)d you saw, so "
            "nothing was done. Read it again, then decide."
        )
        return message % {"number": contribution.number}
    message = _(
        "%(name)s changed contribution %(number)d on %(moment)s UTC, after you saw it. "
        "Nothing was done: check what changed, then decide again."
    )
    return message % {
        "name": isolate(last.edited_by.get_full_name()),
        "number": contribution.number,
        "moment": format_utc(last.edited_at),
    }


@contextmanager
def new_words(number: int, text: str) -> Iterator[str]:
    """Give new words of a contribution as they are stored, rendered before the transaction.

    Queries: 1.
    """
    formats = Contribution.objects.filter(pk=number).values_list("format", flat=True)
    text_format = formats.first() or MARKDOWN
    text = as_stored(text, text_format)
    with rendered_ahead(text, text_formats=(text_format,)):
        yield text


def edit_contribution(
    *,
    number: int,
    actor: "Member",
    text: str,
    now: datetime,
    reason: str = "",
    revision: int | None = None,
) -> Contribution:
    """Change what a contribution says and keep what it said, and the format in which it is read.

    Args: revision, the one that the actor saw; None is the hub itself, or who has just read it.
    Every page and mail names one.

    Raises: NotFound (hidden), NotAllowed (see :func:`forums.rules.decide_edit`), TooMany, Invalid
    (empty, or without a reason where :func:`forums.rules.needs_reason` asks for one, or nothing but
    a quotation), TooLarge, Stale.
    """
    with new_words(number, text) as words:
        return _edit_contribution(number, actor, words, now, reason, revision)


@transaction.atomic
def _edit_contribution(
    number: int, actor: "Member", text: str, now: datetime, reason: str, revision: int | None
) -> Contribution:
    query = Contribution.objects.select_for_update(of=("self",), no_key=True)
    query = query.select_related("post__topic__forum", "author")
    contribution = query.filter(pk=number).first()
    contribution = check_edit(contribution, actor, now, reason=reason)
    check_text(text, contribution.format)
    check_revision(contribution, revision)
    if change_words(contribution, actor=actor, text=text, reason=reason, now=now):
        named = follow_new_words(contribution)
        for outlet in outlets():
            outlet.edit(contribution, now=now)
            if contribution.state == Contribution.State.ACCEPTED:
                outlet.mention(contribution, named, now=now)
        if actor.pk != contribution.author_id:
            note_act(
                forum_id=contribution.forum_id,
                act="contribution.edit",
                actor=actor,
                now=now,
                topic_id=contribution.topic_id,
                number=contribution.number,
                reason=reason,
                revision=contribution.revision,
            )
    return contribution


def check_edit(
    contribution: Contribution | None, actor: "Member", now: datetime, *, reason: str
) -> Contribution:
    """Return the contribution to who may change it, and says why where that is asked for.

    Raises: NotFound, NotAllowed, TooMany, Invalid. Queries: 5 at most.
    """
    if contribution is None:
        raise NotFound
    access, forum_id = access_of(actor), contribution.post.topic.forum_id
    if forum_id not in access.rights:
        raise NotFound
    policy = ForumPolicy.objects.get(forum_id=forum_id)
    is_sealed = bool(rules.sealed_among([contribution]))
    verdict = rules.decide_edit(
        contribution=contribution,
        actor=actor,
        policy=policy,
        rights=access.rights[policy.forum_id],
        now=now,
        is_sealed=is_sealed,
    )
    if not verdict.accepts:
        if verdict.code == "not-author" and contribution.state != Contribution.State.ACCEPTED:
            raise NotFound
        raise NotAllowed(verdict.reason, code=verdict.code)
    rules.check_edits(actor, access.rights[policy.forum_id], now)
    needs_reason = rules.needs_reason(
        contribution=contribution, actor=actor, policy=policy, now=now, is_sealed=is_sealed
    )
    if needs_reason and not reason.strip():
        sentence = _(
            "Say why you changed this text: your reason is shown beside it and sent to its author."
        )
        raise Invalid(sentence, code="no-reason")
    return contribution


def check_text(text: str, text_format: str) -> None:
    """Let new words pass, as they are stored, that say something. Raises: Invalid, TooLarge."""
    if not text:
        raise Invalid(_("Your message is empty. Write something first."))
    if is_only_quotation(text, text_format):
        raise Invalid(rules.only_quoted())
    check_length(text)


def change_words(
    contribution: Contribution, *, actor: "Member", text: str, reason: str, now: datetime
) -> bool:
    """Write new words over those of a locked contribution and keep the old.

    Returns: False when they are the same.
    """
    if text == contribution.text:
        return False
    post, reason = contribution.post, one_line(mask(reason))[:REASON_LENGTH]
    Revision.objects.create(
        contribution=contribution,
        number=contribution.revision,
        subject=contribution.subject,
        text=contribution.text,
        was_public=contribution.state == Contribution.State.ACCEPTED,
        edited_by=actor,
        edited_at=now,
        reason=reason,
    )
    contribution.revision, contribution.renderer = contribution.revision + 1, VERSION
    contribution.save(update_fields=["revision", "renderer"])
    Post.objects.filter(pk=post.pk).update(
        content=text,
        _content_rendered=render(text, contribution.format),
        updated=now,
        updated_by=actor,
        updates_count=post.updates_count + 1,
        update_reason=reason,
    )
    post.refresh_from_db(
        fields=["content", "_content_rendered", "updated", "updates_count", "update_reason"]
    )
    post.updated_by = actor
    contribution.__dict__.pop("html", None)
    return True


def write_summary(
    *, forum_id: int, actor: "Member", summary: str, now: datetime, revision: int | None = None
) -> ForumPolicy:
    """Set the moderators' summary of a discussion and keep the earlier ones.

    Args: revision, the one that the actor saw; None is the hub itself.

    Raises: NotFound, NotAllowed, TooLarge, Stale.
    """
    access = access_of(actor)
    if forum_id not in access.rights:
        raise NotFound
    if not access.may(APPROVE, forum_id):
        raise NotAllowed
    summary = as_stored(summary)
    check_length(summary)
    html = rendered(summary)
    return _write_summary(forum_id, actor, summary, html, now, revision)


@transaction.atomic
def _write_summary(
    forum_id: int, actor: "Member", summary: str, html: str, now: datetime, revision: int | None
) -> ForumPolicy:
    policy = ForumPolicy.objects.select_for_update(of=("self",)).get(forum_id=forum_id)
    if summary == policy.summary:
        return policy
    _check_summary_revision(policy, revision)
    _keep_present_summary(policy)
    policy.summary, policy.summary_html, policy.summary_revision = (
        summary,
        html,
        policy.summary_revision + 1,
    )
    policy.save(update_fields=["summary", "summary_html", "summary_revision"])
    SummaryVersion.objects.create(
        forum_id=forum_id,
        number=policy.summary_revision,
        text=summary,
        written_by=actor,
        written_at=now,
    )
    note_act(
        forum_id=forum_id,
        act="summary.write",
        actor=actor,
        now=now,
        version=policy.summary_revision,
    )
    return policy


def _keep_present_summary(policy: ForumPolicy) -> None:
    """Keep a summary that was written before all of them were kept. Queries: 2 at most."""
    if not policy.summary:
        return
    present = {"forum_id": policy.forum_id, "number": policy.summary_revision}
    SummaryVersion.objects.get_or_create(**present, defaults={"text": policy.summary})


def _versions(policy: ForumPolicy) -> "models.QuerySet[SummaryVersion]":
    return SummaryVersion.objects.filter(forum_id=policy.forum_id)


def _check_summary_revision(policy: ForumPolicy, revision: int | None) -> None:
    if revision is None or revision == policy.summary_revision:
        return
    raise Stale(
        _stale_summary_message(policy),
        before=_first_text(_versions(policy).filter(number=revision)),
        after=policy.summary,
        revision=policy.summary_revision,
    )


def _stale_summary_message(policy: ForumPolicy) -> str:
    """Return what is answered to somebody who wrote over a summary that was not there any more."""
    present = _versions(policy).filter(number=policy.summary_revision).select_related("written_by")
    last = present.first()
    if last is None or last.written_by is None:
        return _(
            "The summary has changed since you looked at it. Yours is not saved yet: it is kept "
            "below."
        )
    message = _(
        "%(name)s saved another summary while you were writing. Yours is not saved yet: it is "
        "kept below."
    )
    return message % {"name": isolate(last.written_by.get_full_name())}
