"""Withdraw a contribution: its words go from every page, a stub stays, the record keeps them."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from machina.apps.forum_conversation.models import Post

from forums import rules, withdrawal
from forums.models import Contribution, ForumPolicy, Withdrawal
from forums.outlets import outlets
from forums.policy import APPROVE, access_of
from forums.services.counting import count_forums, count_topic, lock_topics
from forums.services.edit import REASON_LENGTH
from forums.services.log import note_on_contribution
from hub.lib.characters import one_line
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound
from hub.lib.masking import mask

if TYPE_CHECKING:
    from hub.members.models import Member


@transaction.atomic
def withdraw_contribution(
    *, number: int, actor: "Member", now: datetime, reason: str = ""
) -> Contribution:
    """Take the words of a contribution from every page, and leave a stub; answers to it stay.

    The author says so, or somebody who leads, with a reason. Copies that were mailed cannot be
    called back.

    Raises: NotFound (hidden), NotAllowed (:func:`forums.withdrawal.decide_withdrawal`), Conflict
    (it is not shown any more), Invalid (no reason).
    """
    contribution = _locked(number, actor)
    if contribution.state != Contribution.State.ACCEPTED:
        raise Conflict(_("This contribution is not shown any more."))
    _check(contribution, actor, now, reason)
    reason = one_line(mask(reason))[:REASON_LENGTH]
    Withdrawal.objects.create(contribution=contribution, by=actor, at=now, reason=reason)
    _set_state(contribution, Contribution.State.WITHDRAWN)
    for outlet in outlets():
        outlet.withdraw(contribution, now=now)
    note_on_contribution(contribution, "withdraw", actor, now, reason=reason)
    return contribution


@transaction.atomic
def restore_contribution(*, number: int, actor: "Member", now: datetime) -> Contribution:
    """Show the words of a withdrawn contribution again; nothing is sent a second time.

    Whoever withdrew it may do so. What moderators removed, each of them may restore; what its
    author withdrew stays with the author.

    Raises: NotFound (hidden), NotAllowed, Conflict (it is not withdrawn).
    """
    contribution = _locked(number, actor)
    if not contribution.is_withdrawn:
        raise Conflict(_("This contribution is not withdrawn any more."))
    present = Withdrawal.objects.get(contribution=contribution)
    _check_restores(present, contribution, actor)
    present.delete()
    _set_state(contribution, Contribution.State.ACCEPTED)
    for outlet in outlets():
        outlet.restore(contribution, now=now)
    note_on_contribution(contribution, "restore", actor, now)
    return contribution


def _locked(number: int, actor: "Member") -> Contribution:
    """Return a contribution the actor may read, locked after its topic. Raises: NotFound."""
    rows = Contribution.objects.filter(pk=number)
    topic_id = rows.values_list("topic_id", flat=True).first()
    if topic_id is None:
        raise NotFound
    lock_topics([topic_id])
    locked = rows.select_for_update(of=("self",), no_key=True)
    contribution = locked.select_related("post__topic__forum", "author").get()
    if contribution.forum_id not in access_of(actor).rights:
        raise NotFound
    is_public = contribution.state in {Contribution.State.ACCEPTED, Contribution.State.WITHDRAWN}
    if not is_public:
        raise NotFound
    return contribution


def _check_restores(present: Withdrawal, contribution: Contribution, actor: "Member") -> None:
    if present.by_id == actor.pk:
        return
    if not access_of(actor).may(APPROVE, contribution.forum_id):
        raise NotAllowed
    if present.by_id == contribution.author_id:
        raise NotAllowed(_("Its author withdrew this contribution, and can restore it."))


def _check(contribution: Contribution, actor: "Member", now: datetime, reason: str) -> None:
    verdict = withdrawal.decide_withdrawal(
        contribution=contribution,
        actor=actor,
        policy=ForumPolicy.objects.get(forum_id=contribution.forum_id),
        rights=access_of(actor).rights[contribution.forum_id],
        now=now,
        is_sealed=bool(rules.sealed_among([contribution])),
    )
    if verdict.accepts:
        verdict = withdrawal.cited(contribution.number)
    if not verdict.accepts:
        raise NotAllowed(verdict.reason, code=verdict.code)
    if contribution.author_id != actor.pk and not reason.strip():
        sentence = _("Say why: your reason is shown in its place and sent to its author.")
        raise Invalid(sentence, code="no-reason")


def _set_state(contribution: Contribution, state: str) -> None:
    """Show a contribution or not, and count again."""
    shown = state == Contribution.State.ACCEPTED
    contribution.state = state
    contribution.save(update_fields=["state"])
    Post.objects.filter(pk=contribution.post_id).update(approved=shown)
    count_topic(contribution.topic_id)
    count_forums({contribution.forum_id: (1 if shown else -1, 0)})
