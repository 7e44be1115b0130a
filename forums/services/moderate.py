"""Moderate contributions: approve, reject, lock; nothing is ever deleted."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from machina.apps.forum_conversation.models import Post, Topic

from forums.models import Contribution
from forums.outlets import outlets
from forums.policy import APPROVE, LOCK, access_of
from forums.services.concerns import follow_new_words
from forums.services.counting import lock_topics
from forums.services.edit import (
    REASON_LENGTH,
    change_words,
    check_edit,
    check_revision,
    check_text,
    new_words,
)
from forums.services.log import note_act, note_on_contribution
from forums.services.places import place_by_writing
from forums.services.publish import make_visible
from hub.lib.characters import one_line
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound
from hub.lib.masking import mask

if TYPE_CHECKING:
    from hub.members.models import Member


def _locked(number: int, actor: "Member") -> Contribution:
    """Return a contribution, locked, to who decides in its discussion. Raises: NotFound."""
    rows = Contribution.objects.filter(pk=number)
    lock_topics(rows.values_list("topic_id", flat=True))
    query = Contribution.objects.select_for_update(of=("self",), no_key=True)
    query = query.select_related("post__topic__forum", "author")
    contribution = query.filter(pk=number).first()
    if contribution is None:
        raise NotFound
    if not access_of(actor).may(APPROVE, contribution.post.topic.forum_id):
        raise NotFound
    return contribution


def _locked_held(number: int, actor: "Member", revision: int | None) -> Contribution:
    contribution = _locked(number, actor)
    if not contribution.is_held:
        raise Conflict(_("Another moderator has already decided this."))
    check_revision(contribution, revision)
    return contribution


def _decide(contribution: Contribution, state: str, actor: "Member", now: datetime) -> None:
    contribution.state, contribution.decided_by, contribution.decided_at = state, actor, now
    contribution.decided_revision = contribution.revision
    contribution.save(
        update_fields=["state", "decided_by", "decided_at", "decided_revision", "decision_reason"]
    )
    for outlet in outlets():
        outlet.decide(contribution, now=now)


def _show(contribution: Contribution, actor: "Member", now: datetime, *, edited: bool) -> None:
    Post.objects.filter(pk=contribution.post_id).update(approved=True)
    _decide(contribution, Contribution.State.ACCEPTED, actor, now)
    if edited:
        for outlet in outlets():
            outlet.edit(contribution, now=now)
    place_by_writing(contribution, now=now)
    make_visible(contribution, quiet=False, now=now)


@transaction.atomic
def approve_contribution(
    *, number: int, actor: "Member", now: datetime, revision: int | None = None
) -> Contribution:
    """Show a held contribution; whoever comes first decides.

    Args: revision, the one that the actor saw; None is the hub itself, or who has just read it.
    Every page and mail names one.

    Raises: NotFound (hidden or not the actor's to decide), Conflict (already decided), Stale
    (changed meanwhile).
    """
    contribution = _locked_held(number, actor, revision)
    _show(contribution, actor, now, edited=False)
    note_on_contribution(contribution, "approve", actor, now)
    return contribution


def approve_with_words(
    *,
    number: int,
    actor: "Member",
    text: str,
    reason: str,
    now: datetime,
    revision: int | None = None,
) -> Contribution:
    """Show a held contribution in other words, which its author is told of; all or nothing.

    Raises: what :func:`approve_contribution` and :func:`forums.services.edit_contribution` raise.
    """
    with new_words(number, text) as words:
        return _approve_with_words(number, actor, words, reason, now, revision)


@transaction.atomic
def _approve_with_words(
    number: int, actor: "Member", text: str, reason: str, now: datetime, revision: int | None
) -> Contribution:
    contribution = _locked_held(number, actor, revision)
    check_text(text, contribution.format)
    check_edit(contribution, actor, now, reason=reason)
    edited = change_words(contribution, actor=actor, text=text, reason=reason, now=now)
    if edited:
        follow_new_words(contribution)
    _show(contribution, actor, now, edited=edited)
    note_on_contribution(contribution, "approve", actor, now, reason=reason)
    return contribution


@transaction.atomic
def reject_contribution(
    *, number: int, actor: "Member", reason: str, now: datetime, revision: int | None = None
) -> Contribution:
    """Keep a held contribution unseen and tell its author why.

    Args: revision, as for :func:`approve_contribution`.

    Raises: NotFound, Conflict, Invalid (no reason given), Stale.
    """
    if not reason.strip():
        raise Invalid(_("Write the author a reason."))
    contribution = _locked_held(number, actor, revision)
    contribution.decision_reason = one_line(mask(reason))[:REASON_LENGTH]
    _decide(contribution, Contribution.State.REJECTED, actor, now)
    note_on_contribution(contribution, "reject", actor, now, reason=reason)
    return contribution


@transaction.atomic
def hold_again(*, number: int, actor: "Member", now: datetime) -> Contribution:
    """Let a rejected contribution wait for a decision again, and ask those who decide.

    Raises: NotFound (hidden or not the actor's to decide), Conflict (it was not rejected).
    """
    contribution = _locked(number, actor)
    if contribution.state != Contribution.State.REJECTED:
        raise Conflict(_("This contribution is not rejected any more."))
    contribution.state, contribution.decided_by, contribution.decided_at = (
        Contribution.State.HELD,
        None,
        None,
    )
    contribution.decision_reason, contribution.decided_revision = "", None
    contribution.save(
        update_fields=["state", "decided_by", "decided_at", "decided_revision", "decision_reason"]
    )
    for outlet in outlets():
        outlet.hold(contribution, now=now)
    note_on_contribution(contribution, "hold", actor, now)
    return contribution


def _set_status(topic_id: int, actor: "Member", status: int, act: str, now: datetime) -> None:
    topic = lock_topics([topic_id]).get(topic_id)
    access = access_of(actor)
    if topic is None or topic.forum_id not in access.rights:
        raise NotFound
    if topic.status == Topic.TOPIC_MOVED:
        raise NotFound
    if not access.may(LOCK, topic.forum_id):
        raise NotAllowed
    if topic.status == status:
        return
    Topic.objects.filter(pk=topic_id).update(status=status)
    note_act(forum_id=topic.forum_id, act=act, actor=actor, now=now, topic_id=topic_id)


@transaction.atomic
def lock_topic(*, topic_id: int, actor: "Member", now: datetime) -> None:
    """Close a topic for replies, except from those who lead; one that is closed stays so.

    Raises: NotFound, NotAllowed.
    """
    _set_status(topic_id, actor, Topic.TOPIC_LOCKED, "topic.lock", now)


@transaction.atomic
def unlock_topic(*, topic_id: int, actor: "Member", now: datetime) -> None:
    """Open a topic for replies again.

    Raises: NotFound, NotAllowed.
    """
    _set_status(topic_id, actor, Topic.TOPIC_UNLOCKED, "topic.unlock", now)
