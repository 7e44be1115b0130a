"""What moderators and authors do to contributions after they were said; nothing is ever deleted."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from machina.apps.forum_conversation.models import Post, Topic

from forums import rules
from forums.models import Contribution, ForumPolicy, Revision
from forums.outlets import outlets
from forums.policy import APPROVE, LOCK, access_of
from forums.services.publish import as_stored, clean, make_visible
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound, TooLarge
from hub.lib.markup import render, renders
from hub.lib.masking import mask
from hub.lib.rendered import check_length, rendered

if TYPE_CHECKING:
    from hub.members.models import Member


def _held(number: int, actor: "Member") -> Contribution:
    query = Contribution.objects.select_for_update(of=("self",)).select_related("post__topic__forum", "author")
    contribution = query.filter(pk=number).first()
    if contribution is None or not access_of(actor).may(APPROVE, contribution.post.topic.forum_id):
        raise NotFound
    if not contribution.is_held:
        raise Conflict(_("Another moderator has already decided this."))
    return contribution


def _decide(contribution: Contribution, state: str, actor: "Member", now: datetime) -> None:
    contribution.state, contribution.decided_by, contribution.decided_at = state, actor, now
    contribution.save(update_fields=["state", "decided_by", "decided_at"])
    for outlet in outlets():
        outlet.decide(contribution, now=now)


@transaction.atomic
def approve_contribution(*, number: int, actor: "Member", now: datetime) -> Contribution:
    """Show a held contribution; whoever is first decides.

    Raises: NotFound (hidden or not the actor's to decide), Conflict (already decided).
    """
    contribution = _held(number, actor)
    Post.objects.filter(pk=contribution.post_id).update(approved=True)
    _decide(contribution, Contribution.State.ACCEPTED, actor, now)
    make_visible(contribution, quiet=False, now=now)
    return contribution


@transaction.atomic
def reject_contribution(*, number: int, actor: "Member", reason: str, now: datetime) -> Contribution:
    """Keep a held contribution unseen and tell its author why.

    Raises: NotFound, Conflict, Invalid (no reason given).
    """
    if not reason.strip():
        raise Invalid(_("Write the author a reason."))
    contribution = _held(number, actor)
    reason = mask(reason.strip())[:255]
    Post.objects.filter(pk=contribution.post_id).update(update_reason=reason)
    contribution.post.update_reason = reason
    _decide(contribution, Contribution.State.REJECTED, actor, now)
    return contribution


@renders("text", stored_as=as_stored)
@transaction.atomic
def edit_contribution(*, number: int, actor: "Member", text: str, now: datetime, reason: str = "") -> Contribution:
    """Change what a contribution says and keep what it said.

    Raises: NotFound (hidden), NotAllowed (see :func:`forums.rules.decide_edit`), TooMany, Invalid (empty),
        TooLarge.
    """
    query = Contribution.objects.select_for_update(of=("self",)).select_related("post__topic__forum", "author")
    contribution = query.filter(pk=number).first()
    access = access_of(actor)
    if contribution is None or contribution.post.topic.forum_id not in access.rights:
        raise NotFound
    _check_edit(contribution, actor, access.rights[contribution.post.topic.forum_id], now)
    text = clean(text)
    if not text:
        raise Invalid(_("Your message is empty. Write something first."))
    if len(text.encode()) > settings.HUB_TEXT_MAX_SIZE:
        raise TooLarge(_("Your text is over %d kB. Shorten it.") % (settings.HUB_TEXT_MAX_SIZE // 1000))
    text, reason = mask(text), mask(reason)
    if text != contribution.text:
        Revision.objects.create(
            contribution=contribution,
            subject=contribution.subject,
            text=contribution.text,
            edited_by=actor,
            edited_at=now,
            reason=reason[:255],
        )
        Post.objects.filter(pk=contribution.post_id).update(
            content=text,
            _content_rendered=render(text),
            updated=now,
            updated_by=actor,
            updates_count=contribution.post.updates_count + 1,
            update_reason=reason[:255],
        )
        contribution.post.refresh_from_db()
        for outlet in outlets():
            outlet.edit(contribution, now=now)
    return contribution


def _check_edit(contribution: Contribution, actor: "Member", rights: frozenset[str], now: datetime) -> None:
    policy = ForumPolicy.objects.get(forum_id=contribution.post.topic.forum_id)
    verdict = rules.decide_edit(contribution=contribution, actor=actor, policy=policy, rights=rights, now=now)
    if verdict.accepts:
        rules.check_edits(actor, rights, now)
        return
    if verdict.code == "not-author" and contribution.state != Contribution.State.ACCEPTED:
        raise NotFound
    raise NotAllowed(verdict.reason, code=verdict.code)


def _set_status(topic_id: int, actor: "Member", status: int) -> None:
    forum_id = Topic.objects.filter(pk=topic_id).values_list("forum_id", flat=True).first()
    access = access_of(actor)
    if forum_id is None or forum_id not in access.rights:
        raise NotFound
    if not access.may(LOCK, forum_id):
        raise NotAllowed
    Topic.objects.filter(pk=topic_id).update(status=status)


def lock_topic(*, topic_id: int, actor: "Member") -> None:
    """Close a topic for replies, except from those who lead."""
    _set_status(topic_id, actor, Topic.TOPIC_LOCKED)


def unlock_topic(*, topic_id: int, actor: "Member") -> None:
    """Open a topic for replies again."""
    _set_status(topic_id, actor, Topic.TOPIC_UNLOCKED)


def write_summary(*, forum_id: int, actor: "Member", summary: str) -> None:
    """Set the moderators' summary of a discussion."""
    access = access_of(actor)
    if forum_id not in access.rights:
        raise NotFound
    if not access.may(APPROVE, forum_id):
        raise NotAllowed
    text = as_stored(summary)
    check_length(text)
    ForumPolicy.objects.filter(forum_id=forum_id).update(summary=text, summary_html=rendered(text))
