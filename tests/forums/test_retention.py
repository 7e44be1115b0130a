"""Old invitations go, old requests lose their words; what waits for somebody stays."""

from datetime import timedelta

import pytest

from forums import services
from forums.models import JoinRequest, PeriodNotification
from forums.services.retention import ENDED_KEPT, drop_old
from hub.members.models import Invitation
from listserv import maintenance

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def invitation(cast, now):
    """An invitation to the closed discussion, for somebody who is no member."""
    services.invite(forum_id=cast.forum_id, addresses=["new@person.example"], actor=cast.chen, now=now, line="Come!")
    return Invitation.objects.get()


@pytest.fixture
def asked(cast, now):
    """A request of Stella to be admitted to it."""
    return services.ask_to_join(forum_id=cast.forum_id, member=cast.stella, statement="I run trials.", now=now)


def test_an_address_that_was_invited_is_forgotten_half_a_year_after_the_invitation_ended(invitation, now):
    assert drop_old(invitation.expires_at + ENDED_KEPT) == 0
    assert drop_old(invitation.expires_at + ENDED_KEPT + DAY) == 1
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("state", [state for state in Invitation.State if state != "open"])
def test_an_invitation_stays_only_while_an_application_waits_that_was_made_with_it(invitation, now, state):
    Invitation.objects.update(state=state, answered_at=now)
    drop_old(invitation.expires_at + ENDED_KEPT + DAY)
    assert Invitation.objects.exists() == (state == "applied")


def test_a_decided_request_loses_its_words_and_stays(cast, asked, now):
    services.decline_request(request_id=asked.pk, actor=cast.chen, reason="The group is full.", now=now)
    assert drop_old(now + ENDED_KEPT) == 0
    assert drop_old(now + ENDED_KEPT + DAY) == 1
    asked.refresh_from_db()
    assert (asked.statement, asked.reason, asked.state) == ("", "", "declined")
    assert drop_old(now + ENDED_KEPT + DAY) == 0


@pytest.mark.parametrize("state", ["waiting", "ignored"])
def test_a_request_that_nobody_has_answered_keeps_its_words(asked, now, state):
    JoinRequest.objects.update(state=state)
    drop_old(now + 10 * ENDED_KEPT)
    asked.refresh_from_db()
    assert asked.statement == "I run trials."


def test_what_was_told_of_a_period_goes_and_what_is_to_be_told_stays(cast, now):
    for days, done_at in ((0, now), (1, None)):
        PeriodNotification.objects.create(
            forum_id=cast.forum_id, kind="closes", due_at=now + days * DAY, done_at=done_at
        )
    drop_old(now + ENDED_KEPT + DAY)
    assert PeriodNotification.objects.get().done_at is None


def test_the_worker_forgets_them_by_itself(invitation):
    maintenance.maintain_now(invitation.expires_at + ENDED_KEPT + DAY)
    assert not Invitation.objects.exists()
