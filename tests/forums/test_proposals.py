"""A member proposes a discussion; the Secretariat opens or declines it, and the member is told."""

import pytest
from django.core import mail

from forums import selectors, services
from forums.models import DiscussionProposal, Membership
from forums.services.proposals import MOST_WAITING
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound, Stale

pytestmark = pytest.mark.django_db
WORDS = {
    "name": "Soil carbon",
    "theme": "How to measure it",
    "why": "Twelve countries asked",
    "opens_at": None,
    "closes_at": None,
    "moderates": True,
    "sponsor": "Soil Institute",
}


@pytest.fixture
def proposal(cast, now):
    """What Stella proposes."""
    return services.propose_discussion(actor=cast.stella, now=now, **WORDS)


def _open(cast, now, proposal):
    values = {"name": "Soil carbon", "theme": "", "preset": "closed", "language": "en"}
    return services.open_discussion(
        values=values, slug="soil", leaders=[], actor=cast.sofia, now=now, proposal_id=proposal.pk
    )


def test_the_secretariat_is_told_of_a_proposal(cast, proposal):
    assert [message.to for message in mail.outbox] == [[cast.sofia.email]]
    assert "Twelve countries asked" in mail.outbox[0].body


def test_an_accepted_proposal_is_open_and_led_by_who_volunteered(cast, now, proposal):
    mail.outbox.clear()
    policy = _open(cast, now, proposal)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.forum_id, proposal.decided_by) == ("accepted", policy.forum_id, cast.sofia)
    place = Membership.objects.get(forum_id=policy.forum_id)
    assert (place.member, place.role) == (cast.stella, "moderator")
    assert [message.to for message in mail.outbox] == [[cast.stella.email]]
    with pytest.raises(Conflict):
        _open(cast, now, proposal)


def test_a_proposal_is_declined_with_a_reason_that_is_mailed(cast, now, proposal):
    mail.outbox.clear()
    with pytest.raises(Invalid):
        services.decline_proposal(proposal_id=proposal.pk, actor=cast.sofia, reason=" ", now=now)
    services.decline_proposal(proposal_id=proposal.pk, actor=cast.sofia, reason="It exists.", now=now)
    assert mail.outbox[0].to == [cast.stella.email] and "It exists." in mail.outbox[0].body
    with pytest.raises(Conflict):
        services.withdraw_proposal(proposal_id=proposal.pk, actor=cast.stella, now=now)


@pytest.mark.parametrize("who", ["amina", "chen"])
def test_nobody_else_decides_or_reads_it(cast, now, proposal, who):
    other = getattr(cast, who)
    with pytest.raises(NotAllowed):
        services.decline_proposal(proposal_id=proposal.pk, actor=other, reason="No.", now=now)
    with pytest.raises(NotFound):
        services.withdraw_proposal(proposal_id=proposal.pk, actor=other, now=now)
    with pytest.raises(NotFound):
        selectors.proposal_for(other, proposal.pk)
    assert selectors.proposals_for(other).others == []


def test_a_decision_is_on_the_words_that_were_read(cast, now, proposal):
    changed = {**WORDS, "theme": "Another theme"}
    services.change_proposal(proposal_id=proposal.pk, actor=cast.stella, now=now, revision=0, **changed)
    with pytest.raises(Stale):
        services.decline_proposal(proposal_id=proposal.pk, actor=cast.sofia, reason="No.", now=now, revision=0)
    with pytest.raises(Stale):
        services.change_proposal(proposal_id=proposal.pk, actor=cast.stella, now=now, revision=0, **WORDS)
    services.decline_proposal(proposal_id=proposal.pk, actor=cast.sofia, reason="No.", now=now, revision=1)


def test_a_withdrawn_proposal_waits_no_more(cast, now, proposal):
    services.withdraw_proposal(proposal_id=proposal.pk, actor=cast.stella, now=now)
    assert selectors.proposals_for(cast.sofia).waiting == []
    with pytest.raises(Conflict):
        services.change_proposal(proposal_id=proposal.pk, actor=cast.stella, now=now, **WORDS)


def test_nobody_floods_the_secretariat(cast, now):
    for _number in range(MOST_WAITING):
        services.propose_discussion(actor=cast.stella, now=now, **WORDS)
    with pytest.raises(Invalid):
        services.propose_discussion(actor=cast.stella, now=now, **WORDS)


@pytest.mark.parametrize("missing", ["name", "theme", "why"])
def test_a_proposal_says_what_and_why(cast, now, missing):
    with pytest.raises(Invalid):
        services.propose_discussion(actor=cast.stella, now=now, **{**WORDS, missing: " "})


def test_the_home_of_the_secretariat_counts_what_waits(cast, now, proposal):
    titles = [str(block.title) for block in selectors.convening_blocks(member=cast.sofia, now=now)]
    assert titles == ["1 proposal of a discussion is waiting for your decision"]
    assert selectors.convening_blocks(member=cast.stella, now=now) == []


def test_who_leaves_for_good_leaves_no_proposal_behind(cast, now, proposal):
    services.forget_member(cast.stella, now)
    row = DiscussionProposal.objects.get()
    assert (row.state, row.sponsor) == ("withdrawn", "")
