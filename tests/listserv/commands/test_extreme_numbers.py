"""Orders by mail with numbers and dates that no database and no calendar holds are answered in a sentence."""

from contextlib import suppress

import pytest

from hub.lib.errors import HubError
from listserv.mail.parse.calendars import read_calendar
from listserv.models import InboundMail

pytestmark = pytest.mark.django_db
NUMBERS = (str(2**31), str(2**63), "9" * 20, "1" + "0" * 5_000)
ORDERS = (
    "GET {}", "GET thread {}", "GET file {} of {}", "GET thread 1 page {}", "APPROVE {}", "REJECT {} Because.",
    "EDIT {}\nNew words.", "LOCK {}", "SEARCH maize page {}", "PAUSE {} weeks", "PAUSE until {}-01-01", "WHOIS {}",
    "HANDOVER risk {}", "THREAD {}", "INDEX {}",
)  # fmt: skip
DATES = ("0001-01-01", "31.12.9999", "1 January 1", "9999-12-31", "31 2 2027")


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: f"{len(number)} digits")
def test_every_order_with_a_number_out_of_range_is_answered(post, cast, number):
    for order in ORDERS:
        post.send(cast.chen, order.replace("{}", number))
        row = InboundMail.objects.latest("pk")
        assert (row.state, row.error) == (InboundMail.State.DONE, ""), order


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_date_at_the_end_of_the_calendar_is_answered(post, cast, zone):
    type(cast.amina).objects.filter(pk=cast.amina.pk).update(time_zone=zone)
    cast.amina.refresh_from_db()
    for day in DATES:
        answer = post.ask(cast.amina, f"PAUSE until {day}")
        assert InboundMail.objects.latest("pk").error == "", day
        assert answer


def test_a_mail_to_an_address_of_a_number_out_of_range_is_judged(post, cast):
    for number in NUMBERS[:3]:
        for local in (f"risk+{number}", f"risk+r.{number}", f"c{number}"):
            with suppress(HubError):  # Refused at RCPT, in a sentence.
                post.send(cast.amina, "Words.", to=f"{local}@lists.hub.example")
            row = InboundMail.objects.order_by("-pk").first()
            assert row is None or row.error == "", local


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: f"{len(number)} digits")
def test_a_contribution_that_answers_a_number_out_of_range_is_published(post, cast, number):
    headers = {"In_Reply_To": f"<c{number}@lists.hub.example>", "References": f"<c{number}@lists.hub.example>"}
    post.send(
        cast.amina, f"#{number}\nWords.", to="risk", subject=f"Re: #{number}", message_id="a@b.example", **headers
    )
    row = InboundMail.objects.latest("pk")
    assert (row.state, row.error) == (InboundMail.State.PUBLISHED, "")


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_an_invitation_at_the_end_of_the_calendar_is_said_without_a_date(year):
    lines = ["BEGIN:VCALENDAR", "METHOD:REQUEST", "BEGIN:VEVENT", "SUMMARY:Never", f"DTSTART:{year}0101T000000Z"]
    data = "\r\n".join([*lines, f"DTEND:{year}1231T235959Z", "END:VEVENT", "END:VCALENDAR", ""]).encode()
    (event,) = read_calendar(data)
    assert "Never" in event.render() and "When" not in event.render()
