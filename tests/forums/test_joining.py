"""Members come into a discussion, ask to be admitted, and are answered."""

from datetime import timedelta

import pytest
from django.core import mail

from forums import selectors, services
from forums.models import ForumPolicy, JoinRequest, LogEntry, Membership
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound, NotNow
from listserv.models import Subscription

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ask(cast, now):
    """Let Stella ask to be admitted to the closed discussion."""

    def _ask(at=now, statement="I run field trials."):
        return services.ask_to_join(forum_id=cast.forum_id, member=cast.stella, statement=statement, now=at)

    return _ask


@pytest.fixture
def plaza(cast, now):
    """A discussion that every member of the hub may write in."""
    return services.create_forum(name="The plaza", slug="plaza", preset="members", now=now)


def place(member, forum_id):
    """The present role of a member in a forum, None for none."""
    return (
        Membership.objects.filter(member=member, forum_id=forum_id, left_at=None).values_list("role", flat=True).first()
    )


def letters(member):
    """How many notifications went to a member."""
    return sum(member.email in message.to for message in mail.outbox)


def test_asking_twice_is_asking_once_and_those_who_lead_are_told_once(cast, ask, now):
    first = ask()
    assert ask(now + 3 * DAY).pk == first.pk
    assert letters(cast.chen) == 1 and letters(cast.amina) == 0
    assert place(cast.stella, cast.forum_id) is None


def test_admission_answers_the_request_and_tells_its_member_once(cast, ask, now):
    row = ask()
    assert services.admit_requests(request_ids=[row.pk], actor=cast.chen, now=now) == ["Stella Moreno"]
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("admitted", cast.chen)
    assert place(cast.stella, cast.forum_id) == "participant" and letters(cast.stella) == 1
    assert Subscription.objects.get(member=cast.stella).ended_at is None
    assert services.admit_requests(request_ids=[row.pk], actor=cast.chen, now=now) == []
    assert letters(cast.stella) == 1
    assert LogEntry.objects.get().act == "member.admit"


def test_every_other_way_of_admitting_answers_the_request_too(cast, ask, now):
    row = ask()
    services.admit_member(forum_id=cast.forum_id, member=cast.stella, role="rapporteur", actor=cast.chen, now=now)
    row.refresh_from_db()
    assert row.state == "admitted" and letters(cast.stella) == 1


def test_many_who_are_admitted_at_once_are_answered(cast, ask, now):
    row = ask()
    services.admit_members(forum_id=cast.forum_id, member_ids=[cast.stella.pk], actor=cast.chen, now=now)
    row.refresh_from_db()
    assert row.state == "admitted" and letters(cast.stella) == 1


def test_a_decline_needs_a_reason_and_is_told_in_the_language_of_who_asked(cast, ask, now):
    cast.stella.language = "fr"
    cast.stella.save()
    row = ask()
    with pytest.raises(Invalid):
        services.decline_request(request_id=row.pk, actor=cast.chen, reason="  ", now=now)
    services.decline_request(request_id=row.pk, actor=cast.chen, reason="Off the theme", now=now)
    message = mail.outbox[-1]
    raw = message.subject + message.body
    assert "Off the theme" in raw and message.extra_headers["Content-Language"] == "fr"
    # Whoever may not know the discussion learns nothing but the name of its list.
    assert "Risk assessment" not in raw
    with pytest.raises(Conflict):
        services.decline_request(request_id=row.pk, actor=cast.sofia, reason="Again", now=now)


def test_who_was_declined_asks_again_after_a_day(cast, ask, now):
    row = ask()
    services.decline_request(request_id=row.pk, actor=cast.chen, reason="Not now", now=now)
    with pytest.raises(NotNow) as error:
        ask(now + DAY - HOUR)
    assert error.value.code == "asked-lately"
    assert ask(now + DAY).pk != row.pk


def test_who_was_ignored_sees_a_request_that_waits(cast, ask, now):
    row = ask()
    services.ignore_request(request_id=row.pk, actor=cast.chen, now=now)
    assert letters(cast.stella) == 0
    assert ask(now + DAY).pk == row.pk and letters(cast.chen) == 1
    assert not selectors.requests_for(cast.chen)
    services.unignore_request(request_id=row.pk, actor=cast.chen, now=now)
    assert [request.pk for request in selectors.requests_for(cast.chen)] == [row.pk]


def test_a_request_is_withdrawn_and_waits_no_more(cast, ask, now):
    ask()
    services.withdraw_request(forum_id=cast.forum_id, member=cast.stella, now=now)
    assert not selectors.requests_for(cast.chen)
    with pytest.raises(NotFound):
        services.withdraw_request(forum_id=cast.forum_id, member=cast.stella, now=now)
    with pytest.raises(NotNow):
        ask(now + HOUR)


@pytest.mark.parametrize("who", ["amina", "oona", "stella"])
def test_only_those_who_lead_decide(cast, ask, now, who):
    row = ask()
    actor = getattr(cast, who)
    for act in (services.ignore_request, services.unignore_request):
        with pytest.raises(NotFound):
            act(request_id=row.pk, actor=actor, now=now)
    with pytest.raises(NotFound):
        services.admit_requests(request_ids=[row.pk], actor=actor, now=now)
    with pytest.raises(NotFound):
        services.decline_request(request_id=row.pk, actor=actor, reason="No", now=now)
    assert JoinRequest.objects.get().state == "waiting"


def test_who_takes_part_has_nothing_to_ask(cast, now):
    with pytest.raises(Conflict):
        services.ask_to_join(forum_id=cast.forum_id, member=cast.amina, now=now)


def test_secrets_and_controls_are_not_kept_of_a_statement(cast, ask):
    secret = "risk-request+abcdefghijklmnopqrstuvwxyz234567@lists.hub.example"
    assert secret not in ask(statement=f"Write to {secret}\x07").statement


def test_a_closed_discussion_is_known_only_where_its_title_is_listed(cast, now):
    assert not selectors.listed_for(cast.stella) and not selectors.may_know_of_forum(cast.stella, cast.forum_id)
    with pytest.raises(NotFound):
        selectors.entrance_for(cast.stella, cast.forum_id)
    ForumPolicy.objects.filter(pk=cast.policy.pk).update(listed=True)
    assert [entrance.name for entrance in selectors.listed_for(cast.stella)] == ["Risk assessment"]
    assert not selectors.may_read_forum(cast.stella, cast.forum_id)
    for who in (None, cast.amina):
        assert not selectors.listed_for(who)


def test_a_closed_parent_hides_what_is_listed_below_it(cast, now):
    child = services.create_forum(
        name="Below", slug="below", preset="closed", parent=cast.policy.forum, listed=True, now=now
    )
    assert not selectors.may_know_of_forum(cast.stella, child.forum_id)
    assert not selectors.listed_for(cast.stella)


def test_a_member_takes_part_where_all_members_write_and_nowhere_else(cast, plaza, now):
    services.take_part(forum_id=plaza.forum_id, member=cast.stella, now=now)
    assert place(cast.stella, plaza.forum_id) == "participant"
    services.take_part(forum_id=cast.forum_id, member=cast.oona, now=now)
    assert place(cast.oona, cast.forum_id) == "observer", "who takes part already keeps the role"
    with pytest.raises(NotFound):
        services.take_part(forum_id=cast.forum_id, member=cast.stella, now=now)


@pytest.mark.parametrize("registration", ["approval", "nomination", "invitation"])
def test_nobody_takes_part_by_themselves_where_others_decide(cast, plaza, now, registration):
    ForumPolicy.objects.filter(pk=plaza.pk).update(registration=registration)
    with pytest.raises(NotAllowed):
        services.take_part(forum_id=plaza.forum_id, member=cast.stella, now=now)
    draft = services.Draft(forum_id=plaza.forum_id, text="Hello.")
    services.publish(draft=draft, author=cast.stella, origin="web", now=now)
    assert place(cast.stella, plaza.forum_id) is None


@pytest.mark.parametrize("registration", ["nomination", "invitation"])
def test_nobody_asks_where_others_name_people(cast, ask, registration):
    ForumPolicy.objects.filter(pk=cast.policy.pk).update(registration=registration)
    with pytest.raises(NotAllowed):
        ask()


@pytest.mark.parametrize("field", ["registration_closes_at", "closes_at"])
def test_nobody_comes_in_after_the_deadline(cast, ask, plaza, now, field):
    ForumPolicy.objects.update(**{field: now})
    for act in (ask, lambda: services.take_part(forum_id=plaza.forum_id, member=cast.stella, now=now)):
        with pytest.raises(NotNow) as error:
            act()
        assert error.value.code == "registration-closed" and "closed on" in str(error.value)


def test_writing_where_all_members_write_makes_a_participant(cast, plaza, now):
    draft = services.Draft(forum_id=plaza.forum_id, text="Hello.")
    services.publish(draft=draft, author=cast.stella, origin="web", now=now)
    assert place(cast.stella, plaza.forum_id) == "participant"
    services.publish(draft=draft, author=cast.sofia, origin="web", now=now)
    assert place(cast.sofia, plaza.forum_id) is None, "the Secretariat wrote by its office"


def test_what_is_held_makes_a_participant_once_it_is_shown(cast, now):
    policy = services.create_forum(name="Moderated", slug="mod", preset="members", moderated=True, now=now)
    services.admit_member(forum_id=policy.forum_id, member=cast.chen, role="moderator", now=now)
    draft = services.Draft(forum_id=policy.forum_id, text="May I?")
    held = services.publish(draft=draft, author=cast.stella, origin="web", now=now).contribution
    assert place(cast.stella, policy.forum_id) is None
    services.approve_contribution(number=held.number, actor=cast.chen, now=now)
    assert place(cast.stella, policy.forum_id) == "participant"


def test_an_imported_contribution_makes_nobody_a_participant(cast, plaza, now):
    draft = services.Draft(forum_id=plaza.forum_id, text="Of 1999.", imported={}, quiet=True)
    services.publish(draft=draft, author=cast.stella, origin="mail", now=now)
    assert place(cast.stella, plaza.forum_id) is None


def test_who_leaves_for_good_leaves_no_request_behind(cast, ask, now):
    ask()
    services.forget_member(cast.stella, now)
    row = JoinRequest.objects.get()
    assert (row.state, row.statement) == ("withdrawn", "")


def test_the_home_counts_requests_for_those_who_lead(cast, ask, now):
    ask()
    (block,) = selectors.joining.home_blocks(member=cast.chen, now=now)
    assert str(block.title) == "1 person asks to take part in your discussions"
    assert selectors.joining.home_blocks(member=cast.amina, now=now) == []
