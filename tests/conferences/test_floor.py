"""The floor: who may ask, who may give, and that one speaks at a time."""

from datetime import timedelta

import pytest

from conferences import services
from conferences.models import FloorRequest
from conferences.rules import GRACE, MAX_ASKS
from forums import services as forum_services
from forums.models import Contribution
from hub.lib.errors import Invalid, NotAllowed, NotFound, NotNow, TooMany

pytestmark = pytest.mark.django_db


def ask(live_session, member):
    return services.ask_for_floor(conference_session_id=live_session.pk, member=member, now=live_session.now)


def test_a_member_asks_speaks_and_returns_the_floor(open_live_session):
    request = open_live_session.floor_to(open_live_session.amina)
    published = open_live_session.say(open_live_session.amina, returns_floor=True)
    request.refresh_from_db()
    assert (
        published.contribution.origin == "live"
        and published.contribution.topic_id == open_live_session.items[0].topic_id
    )
    assert request.state == "done"
    assert open_live_session.kinds() == [
        "opened",
        "item_taken",
        "floor_asked",
        "floor_given",
        "intervention",
        "floor_returned",
    ]


def test_asking_twice_keeps_one_place(open_live_session):
    assert ask(open_live_session, open_live_session.amina) == ask(open_live_session, open_live_session.amina)
    assert open_live_session.kinds().count("floor_asked") == 1


def test_nobody_asks_before_the_opening_or_after_the_gavel(live_session):
    with pytest.raises(NotNow) as early:
        ask(live_session, live_session.amina)
    live_session.open()
    services.close_session(conference_session_id=live_session.pk, actor=live_session.chen, now=live_session.now)
    with pytest.raises(NotNow) as late:
        ask(live_session, live_session.amina)
    assert (early.value.code, late.value.code) == ("session-not-open", "session-closed")


def test_an_observer_does_not_take_the_floor(open_live_session):
    with pytest.raises(NotAllowed):
        ask(open_live_session, open_live_session.oona)


def test_a_stranger_meets_the_same_answer_as_for_a_missing_room(open_live_session):
    for pk in (open_live_session.pk, 999_999):
        with pytest.raises(NotFound):
            services.ask_for_floor(conference_session_id=pk, member=open_live_session.stella, now=open_live_session.now)


def test_only_who_leads_gives_the_floor(open_live_session):
    request = ask(open_live_session, open_live_session.amina)
    with pytest.raises(NotAllowed):
        services.give_floor(request_id=request.pk, actor=open_live_session.boris, now=open_live_session.now)
    speaking = services.give_floor(
        request_id=request.pk, actor=open_live_session.sofia, now=open_live_session.now, seconds=60
    )
    assert speaking.state == "given" and speaking.until == open_live_session.now + timedelta(seconds=60)


def test_one_speaks_at_a_time(open_live_session):
    open_live_session.floor_to(open_live_session.amina)
    with pytest.raises(NotNow) as refusal:
        open_live_session.floor_to(open_live_session.boris)
    assert refusal.value.code == "floor-taken" and "Amina Diallo" in str(refusal.value)


@pytest.mark.parametrize("seconds", [0, 14, 3601, -5])
def test_nobody_gets_a_time_that_makes_no_sense(open_live_session, seconds):
    request = ask(open_live_session, open_live_session.amina)
    with pytest.raises(Invalid):
        services.give_floor(
            request_id=request.pk, actor=open_live_session.chen, now=open_live_session.now, seconds=seconds
        )


def test_who_has_not_the_floor_is_refused_and_nothing_is_recorded(open_live_session):
    before = Contribution.objects.count()
    with pytest.raises(NotNow) as refused:
        open_live_session.say(open_live_session.boris)
    assert refused.value.code == "no-floor" and Contribution.objects.count() == before


def test_the_chair_speaks_without_the_floor(open_live_session):
    assert open_live_session.say(open_live_session.chen, "Let us begin.").created


def test_an_intervention_sent_within_the_grace_is_heard_and_later_ones_are_not(open_live_session):
    request = open_live_session.floor_to(open_live_session.amina, seconds=60)
    late = request.until + GRACE / 2
    assert open_live_session.say(open_live_session.amina, now=late).created
    with pytest.raises(NotNow):
        open_live_session.say(open_live_session.amina, now=request.until + GRACE)


def test_the_same_form_twice_is_one_intervention_even_after_the_floor_is_gone(open_live_session):
    open_live_session.floor_to(open_live_session.amina)
    first = open_live_session.say(open_live_session.amina, once_key="abc")
    again = open_live_session.say(open_live_session.amina, once_key="abc")
    assert first.created and not again.created and first.contribution == again.contribution
    assert open_live_session.kinds().count("intervention") == 1


def test_a_member_leaves_the_list_and_the_chair_takes_somebody_off_it(open_live_session):
    own, other = ask(open_live_session, open_live_session.amina), ask(open_live_session, open_live_session.boris)
    with pytest.raises(NotAllowed):
        services.withdraw_request(request_id=other.pk, actor=open_live_session.amina, now=open_live_session.now)
    services.withdraw_request(request_id=own.pk, actor=open_live_session.amina, now=open_live_session.now)
    services.withdraw_request(request_id=other.pk, actor=open_live_session.chen, now=open_live_session.now)
    states = FloorRequest.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["withdrawn", "withdrawn_by_chair"]
    with pytest.raises(NotNow) as gone:
        services.give_floor(request_id=own.pk, actor=open_live_session.chen, now=open_live_session.now)
    assert gone.value.code == "not-waiting"


def test_the_chair_ends_a_floor(open_live_session):
    open_live_session.floor_to(open_live_session.amina)
    services.end_floor(
        conference_session_id=open_live_session.pk, actor=open_live_session.chen, now=open_live_session.now
    )
    with pytest.raises(NotNow):
        open_live_session.say(open_live_session.amina)
    again = services.end_floor(
        conference_session_id=open_live_session.pk, actor=open_live_session.chen, now=open_live_session.now
    )
    assert again is None


def test_who_becomes_an_observer_leaves_the_list(open_live_session):
    ask(open_live_session, open_live_session.boris)
    services.admit_person(
        conference_id=open_live_session.conference.pk,
        member=open_live_session.boris,
        role="observer",
        actor=open_live_session.chen,
        now=open_live_session.now,
    )
    assert open_live_session.kinds()[-1] == "floor_withdrawn"


def test_who_is_removed_loses_the_floor_and_the_place(open_live_session):
    open_live_session.floor_to(open_live_session.amina)
    ask(open_live_session, open_live_session.boris)
    for member in (open_live_session.amina, open_live_session.boris):
        forum_services.remove_member(
            forum_id=open_live_session.forum_id, member=member, actor=open_live_session.sofia, now=open_live_session.now
        )
    assert open_live_session.kinds()[-2:] == ["floor_ended", "floor_withdrawn"]
    assert not FloorRequest.objects.filter(state__in=("waiting", "given")).exists()


def test_who_asks_and_withdraws_again_and_again_has_to_wait(open_live_session):
    def toggle(moment):
        request = services.ask_for_floor(
            conference_session_id=open_live_session.pk, member=open_live_session.amina, now=moment
        )
        services.withdraw_request(request_id=request.pk, actor=open_live_session.amina, now=moment)

    for number in range(MAX_ASKS):
        toggle(open_live_session.now + timedelta(seconds=number))
    events = len(open_live_session.kinds())
    with pytest.raises(TooMany) as refused:
        toggle(open_live_session.now + timedelta(seconds=MAX_ASKS))
    assert (refused.value.code, refused.value.http_status) == ("rate", 429)
    assert len(open_live_session.kinds()) == events
    assert ask(open_live_session, open_live_session.chen)
    toggle(open_live_session.now + timedelta(minutes=11))


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_the_room_answers_a_flood_of_requests_with_429(open_live_session, client, monkeypatch, accept):
    monkeypatch.setattr("conferences.rules.MAX_ASKS", 0)
    client.force_login(open_live_session.amina, backend="hub.members.backends.AddressBackend")
    answer = client.post(f"/sessions/{open_live_session.pk}/ask/", headers={"accept": accept})
    assert answer.status_code == 429
    assert answer["Retry-After"]
    assert ("rate" if "json" in accept else "asked for the floor") in answer.content.decode()


def test_a_statement_whose_answer_was_lost_is_the_same_one_when_it_is_sent_again(open_live_session):
    open_live_session.floor_to(open_live_session.amina)
    first = open_live_session.say(open_live_session.amina, "Fifty metres.", once_key="k", returns_floor=True)
    # The floor went back with it: she does not have it any more, and need not.
    again = open_live_session.say(open_live_session.amina, "Fifty metres.", once_key="k", returns_floor=True)
    assert again.contribution == first.contribution and not again.created
    # Meanwhile the next item was taken: it is the same statement all the same, and does not go there too.
    services.take_item(
        conference_session_id=open_live_session.pk,
        item_id=open_live_session.items[1].pk,
        actor=open_live_session.chen,
        now=open_live_session.now,
    )
    again = open_live_session.say(open_live_session.amina, "Fifty metres.", once_key="k", returns_floor=True)
    assert again.contribution == first.contribution and not again.created


def test_other_words_under_the_key_of_a_lost_answer_come_back_with_a_new_key(client, open_live_session):
    client.force_login(open_live_session.chen)
    path = f"/sessions/{open_live_session.pk}/intervene/"
    json = {"headers": {"Accept": "application/json"}}
    first = client.post(path, {"text": "Fifty metres.", "once_key": "k", "keep": ""}, **json).json()
    answer = client.post(path, {"text": "Sixty metres.", "once_key": "k", "keep": ""}, **json)
    refusal = answer.json()
    assert answer.status_code == 409 and refusal["error"] == "key-taken" and str(first["number"]) in refusal["message"]
    again = client.post(path, {"text": "Sixty metres.", "once_key": refusal["once_key"], "keep": ""}, **json).json()
    assert again["number"] > first["number"]
    page = client.post(path, {"text": "Seventy metres.", "once_key": "k", "keep": ""})
    assert page.status_code == 409 and "Seventy metres.</textarea>" in page.content.decode()
    assert 'name="once_key" value="k"' not in page.content.decode()


def test_ending_a_floor_ends_the_one_that_the_page_showed_and_no_other(client, open_live_session):
    first = open_live_session.floor_to(open_live_session.amina)
    services.return_floor(
        conference_session_id=open_live_session.pk, member=open_live_session.amina, now=open_live_session.now
    )
    second = open_live_session.floor_to(open_live_session.boris)
    client.force_login(open_live_session.chen)
    path = f"/sessions/{open_live_session.pk}/end/"
    for request in (first.pk, ""):
        answer = client.post(path, {"request": request}, headers={"Accept": "application/json"})
        assert answer.status_code == 409 and answer.json()["error"] == "stale"
    assert client.post(path, {"request": second.pk}, headers={"Accept": "application/json"}).status_code == 200
