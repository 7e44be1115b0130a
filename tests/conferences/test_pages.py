"""The pages: what they show to whom, that they work without a script, and that nothing typed is lost."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client

from conferences import services
from conferences.models import Conference, FloorRequest
from conferences.services.log import append, lock
from forums.models import Contribution
from hub.lib import clock
from hub.lib.fingerprints import seal
from tests.conferences.conftest import gather

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(make_member):
    """A conference_session of now, open on its first item."""
    gathered = gather(make_member, clock.now())
    gathered.open()
    return gathered


def as_member(member):
    client = Client()
    if member is not None:
        client.force_login(member)
    return client


def on(days, hour=9):
    """Return a moment as a form has it, in the UTC of these members."""
    return f"{clock.now() + timedelta(days=days):%Y-%m-%d}T{hour:02}:00"


def post(member, address, *, script=False, **data):
    headers = {"Accept": "application/json"} if script else {}
    return as_member(member).post(address, data, headers=headers)


def test_a_stranger_and_the_public_find_nothing(room):
    for member in (room.stella, None):
        client = as_member(member)
        for address in (
            "/conferences/field-trials/",
            f"/sessions/{room.pk}/",
            f"/sessions/{room.pk}/log/",
            f"/sessions/{room.pk}/events/",
            "/sessions/999999/",
            "/conferences/nothing/",
        ):
            # The public is asked to sign in, but for what only scripts read.
            status = 404 if member or address.endswith("/events/") else 302
            assert client.get(address).status_code == status, address
        assert "Field trials near borders" not in client.get("/conferences/").text
    for act in ("open", "take", "ask", "withdraw", "give", "return", "end", "intervene", "close"):
        assert post(room.stella, f"/sessions/{room.pk}/{act}/", text="x").status_code == 404, act
        assert post(None, f"/sessions/{room.pk}/{act}/").status_code == 302, act
    assert room.kinds() == ["opened", "item_taken"]


def test_the_conference_page_shows_timetable_people_and_background(room):
    page = as_member(room.amina).get("/conferences/field-trials/").text
    for part in ("Why we <em>meet</em>", "First session", "Isolation distances", "Notification", "Chen", "live now"):
        assert part in page, part
    assert "Schedule a session" not in page
    assert "Schedule a session" in as_member(room.chen).get("/conferences/field-trials/").text


def test_a_member_speaks_by_forms_alone(room):
    assert post(room.amina, f"/sessions/{room.pk}/ask/").status_code == 302
    asked = FloorRequest.objects.get()
    page = as_member(room.chen).get(f"/sessions/{room.pk}/").text
    assert "give the floor to" in page and "Amina Diallo" in page
    post(room.chen, f"/sessions/{room.pk}/give/", request=asked.pk, minutes=5)
    asked.refresh_from_db()
    assert (asked.state, asked.seconds) == ("given", 300)
    assert "You have the floor" in as_member(room.amina).get(f"/sessions/{room.pk}/").text
    post(room.amina, f"/sessions/{room.pk}/intervene/", text="Said without a script.", once_key="k", keep="1")
    post(room.amina, f"/sessions/{room.pk}/intervene/", text="Said without a script.", once_key="k", keep="1")
    asked.refresh_from_db()
    assert asked.state == "given" and room.kinds().count("intervention") == 1
    post(room.amina, f"/sessions/{room.pk}/return/")
    page = as_member(room.oona).get(f"/sessions/{room.pk}/").text
    assert "Said without a script." in page and "Observers can follow" in page
    assert room.kinds()[-1] == "floor_returned"


def test_a_text_out_of_turn_comes_back_with_the_reason(room):
    page = post(room.boris, f"/sessions/{room.pk}/intervene/", text="My careful words <b>")
    assert page.status_code == 409
    assert "You do not have the floor" in page.text and "My careful words &lt;b&gt;</textarea>" in page.text
    again = post(room.boris, f"/sessions/{room.pk}/intervene/", text="x", script=True)
    assert (again.status_code, again.json()["error"]) == (409, "no-floor")


def test_after_the_gavel_the_address_shows_the_transcript_and_keeps_a_late_text(room):
    room.floor_to(room.amina)
    room.say(room.amina, "Heard in time.")
    post(room.chen, f"/sessions/{room.pk}/close/", words="Agreed: twenty metres.")
    page = as_member(room.boris).get(f"/sessions/{room.pk}/").text
    for part in ("Heard in time.", "Agreed: twenty metres.", "closed the session with the gavel", 'href="/c/'):
        assert part in page, part
    # It is printed: "today" would be untrue on paper tomorrow.
    assert "today" not in page and "data-near" not in page
    late = post(room.amina, f"/sessions/{room.pk}/intervene/", text="Too late but kept")
    assert late.status_code == 409 and "Too late but kept</textarea>" in late.text and "closed" in late.text


def test_an_empty_and_a_huge_statement_are_refused_and_kept(room, settings):
    settings.HUB_TEXT_MAX_SIZE = 1_000
    empty = post(room.chen, f"/sessions/{room.pk}/intervene/", text="  ")
    huge = post(room.chen, f"/sessions/{room.pk}/intervene/", text="long " * 500)
    assert (empty.status_code, huge.status_code) == (422, 413)
    assert "long long long" in huge.text


def test_refusals_are_said_on_the_page_and_change_nothing(room):
    page = as_member(room.amina)
    answer = page.post(f"/sessions/{room.pk}/close/", follow=True)
    assert "Only the chair, the facilitators and the Secretariat can do this." in answer.text and room.row.is_open
    # Closing words that come with it are not lost.
    refused = post(room.amina, f"/sessions/{room.pk}/close/", words="Agreed: forty metres.")
    assert refused.status_code == 403 and "Agreed: forty metres." in refused.text and "was not sent" in refused.text
    for data in ({"request": "x"}, {"request": "99999"}, {}, {"request": "9" * 30}):
        assert post(room.chen, f"/sessions/{room.pk}/give/", **data).status_code == 404
    assert post(room.chen, f"/sessions/{room.pk}/take/", item="").status_code == 404
    assert as_member(room.chen).get(f"/sessions/{room.pk}/close/").status_code == 405


def test_acts_need_the_forms_token(room):
    client = Client(enforce_csrf_checks=True)
    client.force_login(room.chen)
    assert client.post(f"/sessions/{room.pk}/close/").status_code == 403 and room.row.is_open


def test_the_catch_up_gives_the_same_frames_in_pages(room, monkeypatch):
    for number in range(3):
        room.say(room.chen, f"Word {number}")
    monkeypatch.setattr("conferences.selectors.PAGE", 200)
    client = as_member(room.boris)
    answer = client.get(f"/sessions/{room.pk}/events/?after=3").json()
    assert [frame["seq"] for frame in answer["events"]] == [4, 5] and answer["seq"] == 5 and not answer["more"]
    assert answer["events"][0]["contribution"]["html"].startswith("<p")
    for wrong in ("", "x", "-1", "9" * 40):
        assert client.get(f"/sessions/{room.pk}/events/?after={wrong}").json()["seq"] == 5
    assert client.get(f"/sessions/{room.pk}/events/?after=5").json()["events"] == []


def test_the_page_starts_its_script_from_where_the_log_stands(room):
    room.floor_to(room.amina)
    page = as_member(room.boris).get(f"/sessions/{room.pk}/").text
    state = json.loads(re.search(r'<script id="live-state" type="application/json">(.*?)</script>', page)[1])
    assert state["seq"] == 4 and state["holder"]["member"]["name"] == "Amina Diallo" and state["me"] == room.boris.pk


def test_a_page_of_the_log_links_to_the_next_and_prints_whole(room):
    row = lock(room.pk)
    for _ in range(210):
        append(row, "rescheduled", at=room.now, actor=room.chen, quiet=True, data={"until": ""})
    client = as_member(room.boris)
    first, second = client.get(f"/sessions/{room.pk}/log/"), client.get(f"/sessions/{room.pk}/log/?page=2")
    assert 'id="e200"' in first.text and 'id="e201"' not in first.text and 'id="e212"' in second.text
    whole = client.get(f"/sessions/{room.pk}/log/?all=1").text
    assert 'id="e1"' in whole and 'id="e212"' in whole


def test_the_secretariat_convenes_and_the_chair_schedules_by_forms(room):
    form = {
        "name": "Seed exchange",
        "slug": "seed-exchange",
        "language": "es",
        "background": "Por qué.",
        "starts_at": on(7),
        "ends_at": on(27),
        "chair": "boris.horvat@people.example",
        "participants": "amina.diallo@people.example,\nnobody@people.example",
    }
    assert as_member(room.chen).get("/conferences/convene/").status_code == 403
    wrong = post(room.sofia, "/conferences/convene/", **form)
    assert wrong.status_code == 422 and "nobody@people.example" in wrong.text and "Por qué." in wrong.text
    form["participants"] = "amina.diallo@people.example"
    assert post(room.sofia, "/conferences/convene/", **form).url == "/conferences/seed-exchange/"
    conference = Conference.objects.get(slug="seed-exchange")
    assert conference.starts_at.hour == 9 and conference.language == "es"
    live_session = {"title": "Primera", "opens_at": on(8), "closes_at": on(8, 11), "items": "Uno\n\nDos"}
    assert post(room.amina, "/conferences/seed-exchange/schedule/", **live_session).status_code == 403
    assert post(room.chen, "/conferences/seed-exchange/schedule/", **live_session).status_code == 404
    answer = post(room.boris, "/conferences/seed-exchange/schedule/", **live_session)
    row = conference.conference_sessions.get()
    assert answer.url == row.get_absolute_url() and [item.title for item in row.items.all()] == ["Uno", "Dos"]
    post(room.boris, f"/sessions/{row.pk}/agenda/", title="Tres")
    seen = seal(services.hours_of(row))
    unseen = post(room.boris, f"/sessions/{row.pk}/hours/", opens_at=on(9), closes_at=on(9, 10))
    assert unseen.status_code == 409 and "The hours are now" in unseen.text
    post(room.boris, f"/sessions/{row.pk}/hours/", opens_at=on(9), closes_at=on(9, 10), seen_values=seen)
    row.refresh_from_db()
    assert row.items.count() == 3 and f"{row.opens_at:%Y-%m-%dT%H:%M}" == on(9)
    over_another = post(room.boris, f"/sessions/{row.pk}/hours/", opens_at=on(7), closes_at=on(7, 9), seen_values=seen)
    row.refresh_from_db()
    assert over_another.status_code == 409 and f"{row.opens_at:%Y-%m-%dT%H:%M}" == on(9)
    seen = seal(services.hours_of(row))
    outside = post(room.boris, f"/sessions/{row.pk}/hours/", opens_at=on(90), closes_at=on(90, 10), seen_values=seen)
    assert outside.status_code == 422 and "within the period" in outside.text
    post(room.boris, "/conferences/seed-exchange/people/", addresses="rosa.quispe@people.example", role="rapporteur")
    assert "Primera" in as_member(room.rosa).get("/conferences/seed-exchange/").text


def test_every_page_speaks_every_language_and_breaks_in_none(room, settings):
    room.floor_to(room.amina)
    room.say(room.amina)
    for language, _name in settings.LANGUAGES:
        client = as_member(room.chen)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        for address in (
            "/conferences/",
            "/conferences/field-trials/",
            room.row.get_absolute_url(),
            f"/sessions/{room.pk}/log/",
        ):
            page = client.get(address)
            direction = "rtl" if language == "ar" else "ltr"
            assert page.status_code == 200, (language, address)
            assert f'dir="{direction}">' in page.text.split("<head>")[0], (language, address)


def test_what_is_said_cannot_break_out_of_the_page(room):
    room.say(room.chen, "<script>alert(1)</script> </script><img src=x onerror=alert(1)>")
    for address in (f"/sessions/{room.pk}/", f"/sessions/{room.pk}/log/"):
        page = as_member(room.boris).get(address).text
        assert "<script>alert" not in page and "<img" not in page
    assert Contribution.objects.filter(origin="live").count() == 1
