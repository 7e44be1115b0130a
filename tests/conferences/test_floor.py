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


def ask(sitting, member):
    return services.ask_for_floor(conference_session_id=sitting.pk, member=member, now=sitting.now)


def test_a_member_asks_speaks_and_returns_the_floor(open_sitting):
    request = open_sitting.floor_to(open_sitting.amina)
    made = open_sitting.say(open_sitting.amina, returns_floor=True)
    request.refresh_from_db()
    assert made.contribution.origin == "live" and made.contribution.topic_id == open_sitting.items[0].topic_id
    assert request.state == "done"
    assert open_sitting.kinds() == [
        "opened",
        "item_taken",
        "floor_asked",
        "floor_given",
        "intervention",
        "floor_returned",
    ]


def test_asking_twice_keeps_one_place(open_sitting):
    assert ask(open_sitting, open_sitting.amina) == ask(open_sitting, open_sitting.amina)
    assert open_sitting.kinds().count("floor_asked") == 1


def test_nobody_asks_before_the_opening_or_after_the_gavel(sitting):
    with pytest.raises(NotNow) as early:
        ask(sitting, sitting.amina)
    sitting.open()
    services.close_session(conference_session_id=sitting.pk, actor=sitting.chen, now=sitting.now)
    with pytest.raises(NotNow) as late:
        ask(sitting, sitting.amina)
    assert (early.value.code, late.value.code) == ("session-not-open", "session-closed")


def test_an_observer_does_not_take_the_floor(open_sitting):
    with pytest.raises(NotAllowed):
        ask(open_sitting, open_sitting.oona)


def test_a_stranger_meets_the_same_answer_as_for_a_missing_room(open_sitting):
    for pk in (open_sitting.pk, 999_999):
        with pytest.raises(NotFound):
            services.ask_for_floor(conference_session_id=pk, member=open_sitting.stella, now=open_sitting.now)


def test_only_who_leads_gives_the_floor(open_sitting):
    request = ask(open_sitting, open_sitting.amina)
    with pytest.raises(NotAllowed):
        services.give_floor(request_id=request.pk, actor=open_sitting.boris, now=open_sitting.now)
    given = services.give_floor(request_id=request.pk, actor=open_sitting.sofia, now=open_sitting.now, seconds=60)
    assert given.state == "given" and given.until == open_sitting.now + timedelta(seconds=60)


def test_one_speaks_at_a_time(open_sitting):
    open_sitting.floor_to(open_sitting.amina)
    with pytest.raises(NotNow) as taken:
        open_sitting.floor_to(open_sitting.boris)
    assert taken.value.code == "floor-taken" and "Amina Diallo" in str(taken.value)


@pytest.mark.parametrize("seconds", [0, 14, 3601, -5])
def test_nobody_gets_a_time_that_makes_no_sense(open_sitting, seconds):
    request = ask(open_sitting, open_sitting.amina)
    with pytest.raises(Invalid):
        services.give_floor(request_id=request.pk, actor=open_sitting.chen, now=open_sitting.now, seconds=seconds)


def test_who_has_not_the_floor_is_refused_and_nothing_is_recorded(open_sitting):
    before = Contribution.objects.count()
    with pytest.raises(NotNow) as refused:
        open_sitting.say(open_sitting.boris)
    assert refused.value.code == "no-floor" and Contribution.objects.count() == before


def test_the_chair_speaks_without_the_floor(open_sitting):
    assert open_sitting.say(open_sitting.chen, "Let us begin.").created


def test_an_intervention_sent_within_the_grace_is_heard_and_later_ones_are_not(open_sitting):
    request = open_sitting.floor_to(open_sitting.amina, seconds=60)
    late = request.until + GRACE / 2
    assert open_sitting.say(open_sitting.amina, now=late).created
    with pytest.raises(NotNow):
        open_sitting.say(open_sitting.amina, now=request.until + GRACE)


def test_the_same_form_twice_is_one_intervention_even_after_the_floor_is_gone(open_sitting):
    open_sitting.floor_to(open_sitting.amina)
    first = open_sitting.say(open_sitting.amina, once_key="abc")
    again = open_sitting.say(open_sitting.amina, once_key="abc")
    assert first.created and not again.created and first.contribution == again.contribution
    assert open_sitting.kinds().count("intervention") == 1


def test_a_member_leaves_the_list_and_the_chair_takes_somebody_off_it(open_sitting):
    own, other = ask(open_sitting, open_sitting.amina), ask(open_sitting, open_sitting.boris)
    with pytest.raises(NotAllowed):
        services.withdraw_request(request_id=other.pk, actor=open_sitting.amina, now=open_sitting.now)
    services.withdraw_request(request_id=own.pk, actor=open_sitting.amina, now=open_sitting.now)
    services.withdraw_request(request_id=other.pk, actor=open_sitting.chen, now=open_sitting.now)
    states = FloorRequest.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["withdrawn", "withdrawn_by_chair"]
    with pytest.raises(NotNow) as gone:
        services.give_floor(request_id=own.pk, actor=open_sitting.chen, now=open_sitting.now)
    assert gone.value.code == "not-waiting"


def test_the_chair_ends_a_floor(open_sitting):
    open_sitting.floor_to(open_sitting.amina)
    services.end_floor(conference_session_id=open_sitting.pk, actor=open_sitting.chen, now=open_sitting.now)
    with pytest.raises(NotNow):
        open_sitting.say(open_sitting.amina)
    again = services.end_floor(conference_session_id=open_sitting.pk, actor=open_sitting.chen, now=open_sitting.now)
    assert again is None


def test_who_becomes_an_observer_leaves_the_list(open_sitting):
    ask(open_sitting, open_sitting.boris)
    services.admit_person(
        conference_id=open_sitting.conference.pk,
        member=open_sitting.boris,
        role="observer",
        actor=open_sitting.chen,
        now=open_sitting.now,
    )
    assert open_sitting.kinds()[-1] == "floor_withdrawn"


def test_who_is_removed_loses_the_floor_and_the_place(open_sitting):
    open_sitting.floor_to(open_sitting.amina)
    ask(open_sitting, open_sitting.boris)
    for member in (open_sitting.amina, open_sitting.boris):
        forum_services.remove_member(
            forum_id=open_sitting.forum_id, member=member, actor=open_sitting.sofia, now=open_sitting.now
        )
    assert open_sitting.kinds()[-2:] == ["floor_ended", "floor_withdrawn"]
    assert not FloorRequest.objects.filter(state__in=("waiting", "given")).exists()


def test_who_asks_and_withdraws_again_and_again_has_to_wait(open_sitting):
    def toggle(moment):
        request = services.ask_for_floor(conference_session_id=open_sitting.pk, member=open_sitting.amina, now=moment)
        services.withdraw_request(request_id=request.pk, actor=open_sitting.amina, now=moment)

    for number in range(MAX_ASKS):
        toggle(open_sitting.now + timedelta(seconds=number))
    events = len(open_sitting.kinds())
    with pytest.raises(TooMany) as refused:
        toggle(open_sitting.now + timedelta(seconds=MAX_ASKS))
    assert (refused.value.code, refused.value.http_status) == ("rate", 429)
    assert len(open_sitting.kinds()) == events
    assert ask(open_sitting, open_sitting.chen)
    toggle(open_sitting.now + timedelta(minutes=11))


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_the_room_answers_a_flood_of_requests_with_429(open_sitting, client, monkeypatch, accept):
    monkeypatch.setattr("conferences.rules.MAX_ASKS", 0)
    client.force_login(open_sitting.amina, backend="hub.members.backends.AddressBackend")
    answer = client.post(f"/sessions/{open_sitting.pk}/ask/", headers={"accept": accept})
    assert answer.status_code == 429
    assert answer["Retry-After"]
    assert ("rate" if "json" in accept else "asked for the floor") in answer.content.decode()


def test_a_statement_whose_answer_was_lost_is_the_same_one_when_it_is_sent_again(open_sitting):
    open_sitting.floor_to(open_sitting.amina)
    first = open_sitting.say(open_sitting.amina, "Fifty metres.", once_key="k", returns_floor=True)
    # The floor went back with it: she does not have it any more, and need not.
    again = open_sitting.say(open_sitting.amina, "Fifty metres.", once_key="k", returns_floor=True)
    assert again.contribution == first.contribution and not again.created
    # Meanwhile the next item was taken: it is the same statement all the same, and does not go there too.
    services.take_item(
        conference_session_id=open_sitting.pk,
        item_id=open_sitting.items[1].pk,
        actor=open_sitting.chen,
        now=open_sitting.now,
    )
    again = open_sitting.say(open_sitting.amina, "Fifty metres.", once_key="k", returns_floor=True)
    assert again.contribution == first.contribution and not again.created


def test_other_words_under_the_key_of_a_lost_answer_come_back_with_a_new_key(client, open_sitting):
    client.force_login(open_sitting.chen)
    path = f"/sessions/{open_sitting.pk}/intervene/"
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


def test_ending_a_floor_ends_the_one_that_the_page_showed_and_no_other(client, open_sitting):
    first = open_sitting.floor_to(open_sitting.amina)
    services.return_floor(conference_session_id=open_sitting.pk, member=open_sitting.amina, now=open_sitting.now)
    second = open_sitting.floor_to(open_sitting.boris)
    client.force_login(open_sitting.chen)
    path = f"/sessions/{open_sitting.pk}/end/"
    for request in (first.pk, ""):
        answer = client.post(path, {"request": request}, headers={"Accept": "application/json"})
        assert answer.status_code == 409 and answer.json()["error"] == "stale"
    assert client.post(path, {"request": second.pk}, headers={"Accept": "application/json"}).status_code == 200
