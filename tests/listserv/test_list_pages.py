"""My lists with every way of delivery, and the pages of one list: figures, roster, archive."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient

from forums import services as forums
from hub.lib.clock import now as clock
from listserv import rosters, services
from listserv.models import Bounce, Mailing, MailingList, Notice, Subscription
from listserv.views import archive
from tests.people import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def risk(cast):
    return MailingList.objects.get()


def row_of(member: Any) -> Subscription:
    return Subscription.objects.get(member=member)


# --- My lists -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["each", "digest-daily", "digest-weekly", "notices", "none"])
def test_every_way_of_delivery_is_chosen_with_one_form(cast, client, mode):
    client.force_login(cast.boris)
    page = client.post("/lists/", {"list": "risk", "risk-delivery": mode}, follow=True).content.decode()
    assert row_of(cast.boris).delivery == mode and f'value="{mode}"' in page
    assert ("Next digest:" in page) == mode.startswith("digest")


def test_the_other_choices_are_kept_with_it(cast, client):
    client.force_login(cast.boris)
    sent = {"list": "risk", "risk-delivery": "notices", "risk-attach": "on", "risk-language": "ar"}
    client.post("/lists/", sent)
    row = row_of(cast.boris)
    assert (row.files, row.language, row.own_copy, row.delivery) == ("attach", "ar", False, "notices")
    client.post("/lists/", {"list": "risk", "risk-delivery": "each", "risk-own_copy": "on", "risk-language": ""})
    row = row_of(cast.boris)
    assert (row.files, row.language, row.own_copy) == ("link", "", True)
    assert client.post("/lists/", {"list": "risk", "risk-delivery": "each", "risk-language": "xx"}).status_code == 422


def test_i_pause_and_take_it_up_again(cast, client):
    cast.boris.time_zone = "Africa/Nairobi"
    cast.boris.save()
    client.force_login(cast.boris)
    day = (clock() + timedelta(days=10)).date()
    page = client.post("/lists/", {"list": "risk", "pause": "1", "risk-pause-until": str(day)}, follow=True)
    until = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=3)
    assert row_of(cast.boris).paused_until == until and "End the pause" in page.content.decode()
    page = client.post("/lists/", {"list": "risk", "resume": ""}, follow=True)
    assert row_of(cast.boris).paused_until is None and "End the pause" not in page.content.decode()


@pytest.mark.parametrize("day", ["", "2020-01-01", "2999-01-01", "tomorrow", "9999-12-31", "0001-01-01"])
def test_a_day_that_cannot_be_is_refused_beside_its_field(cast, client, day):
    client.force_login(cast.boris)
    answer = client.post("/lists/", {"list": "risk", "pause": "1", "risk-pause-until": day})
    assert answer.status_code == 422 and b'aria-invalid="true"' in answer.content
    assert row_of(cast.boris).paused_until is None


def test_all_lists_pause_at_once(cast, client, now):
    other = forums.create_forum(name="Other", slug="other", preset="closed", now=now)
    forums.admit_member(forum_id=other.forum_id, member=cast.boris, now=now)
    client.force_login(cast.boris)
    assert b"Pause all lists" in client.get("/lists/").content
    assert client.post("/lists/", {"pause_all": "1", "pause-until": "2020-01-01"}).status_code == 422
    assert not Subscription.objects.exclude(paused_until=None).exists()
    day = (clock() + timedelta(days=10)).date()
    page = client.post("/lists/", {"pause_all": "1", "pause-until": str(day)}, follow=True).content.decode()
    assert "You receive nothing from any of your lists" in page and page.count("End the pause") == 2
    assert Subscription.objects.filter(paused_until=None, member=cast.boris).count() == 0
    assert Subscription.objects.filter(paused_until=None).count() == 3


def test_who_is_suspended_is_told_why(cast, client):
    Subscription.objects.filter(member=cast.boris).update(suspended_at=clock(), suspended_for="bounces")
    client.force_login(cast.boris)
    page = client.get("/lists/").content.decode()
    assert "have bounced" in page and cast.boris.email in page


# --- One list -----------------------------------------------------------------------------------------------------


def test_members_see_the_figures_and_leaders_see_more(cast, risk, client, now):
    contribution = cast.say(cast.amina, now=clock())
    Mailing.objects.filter(contribution=contribution).update(sent=31, failed=7)
    Bounce.objects.create(subscription=row_of(cast.boris), address="b@x.example", kind="permanent", created_at=clock())
    services.set_delivery(list_id=risk.pk, member=cast.oona, delivery="digest-daily", now=now)
    client.force_login(cast.boris)
    page = client.get("/l/risk/").content.decode()
    assert "4 subscribers" in page and "<dt>daily digest</dt><dd>1</dd>" in page
    assert '<meter max="1" value="1">' in page
    assert "Copies" not in page and "roster/" not in page and "How messages look" not in page
    client.force_login(cast.chen)
    page = client.get("/l/risk/").content.decode()
    assert "<dd>31</dd>" in page and "<dd>7</dd>" in page and "Bounced: permanent" in page and "/roster/" in page


def test_the_page_of_a_list_costs_the_same_with_one_contribution_and_with_many(
    cast, risk, client, now, django_assert_max_num_queries
):
    client.force_login(cast.chen)
    cast.say(cast.amina, now=clock())
    with django_assert_max_num_queries(24):
        client.get("/l/risk/")
    for _ in range(20):
        cast.say(cast.chen, now=clock())
    with django_assert_max_num_queries(24):
        client.get("/l/risk/")


def test_settings_that_another_leader_has_saved_meanwhile_are_not_overwritten_unseen(cast, risk, client):
    client.force_login(cast.chen)
    seen = re.search(r'name="seen_values" value="([^"]+)"', client.get("/l/risk/").content.decode())[1]
    rosters.set_list(list_id=risk.pk, tag="Hidden", shows_addresses=True, actor=cast.sofia)
    form = {"tag": "Risk 26", "seen_values": seen}
    answer = client.post("/l/risk/", form)
    page = answer.content.decode()
    risk.refresh_from_db()
    assert answer.status_code == 409 and "the tag is “Hidden”" in page and 'value="Risk 26"' in page
    assert risk.tag == "Hidden" and risk.shows_addresses
    seen = re.search(r'name="seen_values" value="([^"]+)"', page)[1]
    assert client.post("/l/risk/", {**form, "seen_values": seen}).status_code == 302
    risk.refresh_from_db()
    assert risk.tag == "Risk 26" and not risk.shows_addresses


def test_the_leader_sets_how_the_mails_look(cast, risk, client):
    client.force_login(cast.chen)
    assert client.post("/l/risk/", {"tag": "Risk 26", "shows_addresses": "on"}).status_code == 302
    risk.refresh_from_db()
    assert risk.tag == "Risk 26" and risk.shows_addresses
    answer = client.post("/l/risk/", {"tag": "[x]"})
    assert answer.status_code == 422 and b"without brackets" in answer.content
    client.force_login(cast.boris)
    assert client.post("/l/risk/", {"tag": "Mine"}).status_code == 403
    client.force_login(cast.stella)
    assert client.post("/l/risk/", {"tag": "Mine"}).status_code == 404
    risk.refresh_from_db()
    assert risk.tag == "Risk 26"


# --- Roster -------------------------------------------------------------------------------------------------------


def test_the_leader_sees_names_and_the_secretariat_addresses(cast, client):
    client.force_login(cast.chen)
    page = client.get("/l/risk/roster/").content.decode()
    assert "Amina Diallo" in page and "each contribution" in page and cast.amina.email not in page
    client.force_login(cast.sofia)
    assert cast.amina.email in client.get("/l/risk/roster/").content.decode()
    page = client.get("/l/risk/roster/?q=amina").content.decode()
    assert "Amina Diallo" in page and "Boris Horvat" not in page
    assert "No subscriber has this name" in client.get("/l/risk/roster/?q=zzz").content.decode()


def test_many_are_put_on_and_taken_off_and_the_unknown_are_named(cast, client):
    client.force_login(cast.chen)
    sent = {"addresses": f"Stella <{cast.stella.email}>\n{cast.boris.email}\nnobody@else.example", "add": "1"}
    answer = client.post("/l/risk/roster/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422 and page.count("nobody@else.example") == 2 and cast.stella.email not in page
    assert "1 member was subscribed. 1 was already subscribed." in page and row_of(cast.stella).ended_at is None
    answer = client.post("/l/risk/roster/", {"addresses": cast.stella.email, "remove": "1"}, follow=True)
    assert "1 member was unsubscribed" in answer.content.decode() and row_of(cast.stella).ended_at is not None
    assert client.post("/l/risk/roster/", {"addresses": "", "add": "1"}).status_code == 422


def test_one_is_taken_off_by_the_button_at_the_name(cast, client):
    client.force_login(cast.chen)
    answer = client.post("/l/risk/roster/", {"off": row_of(cast.boris).pk}, follow=True)
    assert "Boris Horvat no longer receives the messages" in answer.content.decode()
    assert row_of(cast.boris).ended_at is not None
    for key in ("x", "0", "9" * 30, row_of(cast.boris).pk):
        assert client.post("/l/risk/roster/", {"off": key}).status_code == 302


def test_the_roster_is_of_those_who_lead(cast, client):
    for who, status in ((cast.boris, 403), (cast.stella, 404)):
        client.force_login(who)
        assert client.get("/l/risk/roster/").status_code == status
        assert client.post("/l/risk/roster/", {"addresses": "a@b.example", "add": "1"}).status_code == status
        assert client.post("/l/risk/roster/", {"off": row_of(cast.amina).pk}).status_code == status
    assert row_of(cast.amina).ended_at is None


def test_a_row_of_another_list_is_not_taken_off_here(cast, client, now):
    other = forums.create_forum(name="Other", slug="other", preset="closed", now=now)
    forums.admit_member(forum_id=other.forum_id, member=cast.stella, now=now)
    client.force_login(cast.chen)
    client.post("/l/risk/roster/", {"off": row_of(cast.stella).pk})
    assert row_of(cast.stella).ended_at is None


# --- Archive ------------------------------------------------------------------------------------------------------


def test_the_archive_comes_as_an_mbox_without_addresses(cast, client, now):
    cast.say(cast.amina, "Field trials.\n\nFrom here on.", subject="Baselines", now=now)
    client.force_login(cast.boris)
    answer = client.get("/l/risk/archive.mbox")
    raw = b"".join(answer.streaming_content)
    assert (
        answer.headers["Content-Type"] == "application/mbox" and 'filename="risk.mbox"' in answer["Content-Disposition"]
    )
    assert raw.startswith(b"From ") and b"Field trials." in raw and cast.amina.email.encode() not in raw


@pytest.mark.django_db(transaction=True)
async def test_the_archive_is_sent_in_pieces_by_the_server_that_runs(now, make_member):
    def prepare() -> Any:
        cast = Cast.gather(make_member, now)
        for index in range(3):
            cast.say(cast.amina, f"Text {index}. " + "word " * 2_000, subject=f"Subject {index}", now=now)
        return cast.boris

    client = AsyncClient()
    await client.aforce_login(await sync_to_async(prepare)(), backend="hub.members.backends.AddressBackend")
    with patch.object(archive, "BLOCK_BYTES", 10_000):
        answer = await client.get("/l/risk/archive.mbox")
        assert answer.is_async
        blocks = [block async for block in answer.streaming_content]
    assert len(blocks) == 3 and all(f"Text {index}.".encode() in blocks[index] for index in range(3))


def test_an_empty_archive_is_an_empty_file(cast, client):
    client.force_login(cast.boris)
    assert b"".join(client.get("/l/risk/archive.mbox").streaming_content) == b""


def test_the_feed_leads_to_the_discussions_with_a_key(cast, client):
    client.force_login(cast.boris)
    answer = client.get("/l/risk/feed.atom")
    assert answer.status_code == 302 and "key=" in answer["Location"]
    client.logout()
    assert client.get(answer["Location"]).status_code == 200


def test_a_last_digest_is_sent_when_the_form_ends_it(cast, risk, client, now):
    services.set_delivery(list_id=risk.pk, member=cast.boris, delivery="digest-daily", now=now)
    cast.say(cast.amina, "Gathered.", now=now)
    client.force_login(cast.boris)
    client.post("/lists/", {"list": "risk", "risk-delivery": "each", "risk-own_copy": "on"})
    assert Notice.objects.filter(recipients=[cast.boris.email]).count() == 1
