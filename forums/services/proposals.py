"""Propose a discussion, and decide about what was proposed."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext as _
from machina.apps.forum.models import Forum

from forums.models import DiscussionProposal
from forums.services.preparing import as_stored
from hub.lib.characters import one_line
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from hub.lib.full_urls import full_url
from hub.lib.mail import send_notification
from hub.lib.rendered import check_length
from hub.members.selectors import secretariat

if TYPE_CHECKING:
    from hub.members.models import Member

# Proposals of a member that may wait at the same time.
MOST_WAITING = 10
REASON_LENGTH = 1_000
_S = DiscussionProposal.State
_TEXTS = ("name", "theme", "why", "sponsor")


class ProposedDiscussion(TypedDict):
    """What a member proposes: texts, the period (moments or None), and what they offer to do."""

    name: str
    theme: str
    why: str
    opens_at: datetime | None
    closes_at: datetime | None
    moderates: bool
    sponsor: str


@transaction.atomic
def propose_discussion(
    *, actor: "Member", now: datetime, quiet: bool = False, **proposed: Unpack[ProposedDiscussion]
) -> DiscussionProposal:
    """Propose a discussion; the Secretariat is told.

    Args: quiet, for what was proposed before the hub existed: nobody is told.

    Raises: NotAllowed (no active member), Invalid (words missing, a period that ends before it
    begins, too many that wait), TooLarge.
    """
    if not actor.is_active:
        raise NotAllowed
    _lock_proposals_of(actor)
    waiting = DiscussionProposal.objects.filter(member=actor, state=_S.WAITING).count()
    if waiting >= MOST_WAITING:
        raise Invalid(
            _("Your earlier proposals are still waiting. Change or withdraw some of them first.")
        )
    values = _stored(proposed)
    proposal = DiscussionProposal.objects.create(member=actor, created_at=now, **values)
    if not quiet:
        _notify_secretariat(proposal)
    return proposal


def _notify_secretariat(proposal: DiscussionProposal) -> None:
    for reader in secretariat().exclude(pk=proposal.member_id):
        send_notification(
            to=reader,
            template="forums/mail/proposed",
            context={"proposal": proposal, "url": _url(proposal)},
        )


def _lock_proposals_of(member: "Member") -> None:
    """Let two forms of a member that come at once be counted one after the other."""
    get_user_model().objects.select_for_update().filter(pk=member.pk).first()


@transaction.atomic
def change_proposal(
    *,
    proposal_id: int,
    actor: "Member",
    now: datetime,
    revision: int | None = None,
    **proposed: Unpack[ProposedDiscussion],
) -> DiscussionProposal:
    """Change one's own proposal while nothing is decided.

    Args: revision, the one that the actor saw; None is who has just read it.

    Raises: NotFound, Conflict (decided or withdrawn), Stale, Invalid, TooLarge.
    """
    proposal = _own_waiting(proposal_id, actor)
    values = _stored(proposed)
    changed = [name for name, value in values.items() if getattr(proposal, name) != value]
    if not changed:
        return proposal
    _check_revision(proposal, revision)
    for name in changed:
        setattr(proposal, name, values[name])
    proposal.revision += 1
    proposal.save(update_fields=[*changed, "revision"])
    return proposal


@transaction.atomic
def withdraw_proposal(*, proposal_id: int, actor: "Member", now: datetime) -> None:
    """Take one's own proposal back while nothing is decided.

    Raises: NotFound, Conflict (decided, or withdrawn already).
    """
    _decide(_own_waiting(proposal_id, actor), _S.WITHDRAWN, actor, now)


@transaction.atomic
def decline_proposal(
    *, proposal_id: int, actor: "Member", reason: str, now: datetime, revision: int | None = None
) -> None:
    """Decline a proposal; who made it receives the reason by e-mail.

    Args: revision, the one that the actor saw.

    Raises: NotFound, NotAllowed, Invalid (no reason), Conflict (decided already), Stale.
    """
    reason = as_stored(reason)
    if not reason:
        raise Invalid(_("Write a reason; the member receives it by e-mail."))
    proposal = _to_decide(proposal_id, actor)
    _check_revision(proposal, revision)
    proposal.reason = reason[:REASON_LENGTH]
    _decide(proposal, _S.DECLINED, actor, now)
    _notify_member(proposal, "forums/mail/declined")


def accept_proposal(
    *, proposal_id: int, forum: Forum, actor: "Member", now: datetime
) -> DiscussionProposal:
    """Note that a discussion was opened that a member had proposed, in the same transaction.

    Raises: NotFound, NotAllowed, Conflict (decided already).
    """
    proposal = _to_decide(proposal_id, actor)
    proposal.forum = forum
    _decide(proposal, _S.ACCEPTED, actor, now)
    _notify_member(proposal, "forums/mail/accepted")
    return proposal


def _notify_member(proposal: DiscussionProposal, template: str) -> None:
    """Write to who proposed it, unless they decided themselves or have left."""
    if proposal.member_id == proposal.decided_by_id or not proposal.member.is_active:
        return
    context = {"proposal": proposal, "url": _url(proposal)}
    if proposal.forum is not None:
        forum = proposal.forum
        context["url"] = full_url("forums:discussion", forum.pk, forum.slug or "discussion")
    send_notification(to=proposal.member, template=template, context=context)


def _url(proposal: DiscussionProposal) -> str:
    return full_url("forums:proposal", proposal.pk)


def _decide(proposal: DiscussionProposal, state: str, actor: "Member", now: datetime) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state, actor, now
    proposal.save(update_fields=["state", "decided_by", "decided_at", "reason", "forum"])


def _locked(proposal_id: int) -> DiscussionProposal:
    rows = DiscussionProposal.objects.select_for_update(of=("self",)).select_related("member")
    proposal: DiscussionProposal | None = rows.filter(pk=proposal_id).first()
    if proposal is None:
        raise NotFound
    return proposal


def _own_waiting(proposal_id: int, actor: "Member") -> DiscussionProposal:
    proposal = _locked(proposal_id)
    if proposal.member_id != actor.pk:
        raise NotFound
    _check_waiting(proposal)
    return proposal


def _to_decide(proposal_id: int, actor: "Member") -> DiscussionProposal:
    if not actor.is_in_secretariat:
        raise NotAllowed
    proposal = _locked(proposal_id)
    _check_waiting(proposal)
    return proposal


def _check_waiting(proposal: DiscussionProposal) -> None:
    if not proposal.is_waiting:
        raise Conflict(_("This proposal is not waiting any more."))


def _check_revision(proposal: DiscussionProposal, revision: int | None) -> None:
    if revision is None or revision == proposal.revision:
        return
    raise Stale(after=words_of(proposal), revision=proposal.revision)


def words_of(proposal: DiscussionProposal) -> str:
    """Return what a proposal says, as one text."""
    return "\n\n".join((proposal.name, proposal.theme, proposal.why))


def _stored(proposed: ProposedDiscussion) -> dict[str, Any]:
    """Return what is proposed as it is stored. Raises: Invalid, TooLarge."""
    values: dict[str, Any] = dict(proposed)
    for name in _TEXTS:
        values[name] = as_stored(str(values[name]))
        check_length(values[name])
    values["name"], values["sponsor"] = one_line(values["name"]), one_line(values["sponsor"])
    if not (values["name"] and values["theme"] and values["why"]):
        raise Invalid(_("Give the discussion a name and a theme, and say why it is needed."))
    for name, most in (("name", 100), ("sponsor", 200)):
        if len(values[name]) > most:
            raise Invalid(_("Shorten “%s”.") % values[name])
    opens_at, closes_at = values["opens_at"], values["closes_at"]
    if opens_at and closes_at and closes_at <= opens_at:
        raise Invalid(_("The end must be after the beginning."))
    return values


def forget_proposals(member: "Member", now: datetime) -> None:
    """Take back what a person who leaves for good has proposed, and whose organisation it names."""
    rows = DiscussionProposal.objects.filter(member=member)
    rows.filter(state=_S.WAITING).update(state=_S.WITHDRAWN, decided_by=member, decided_at=now)
    rows.update(sponsor="")
