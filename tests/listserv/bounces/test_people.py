"""What people write is no report: notes about absence, questions, receipts, in many languages and with numbers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hub.lib.clock import now as clock
from listserv import tokens
from listserv.bounces import services
from listserv.mail.reports.delivery_reports import ReportKind, read_report
from listserv.mail.reports.heuristics import has_refusal
from listserv.models import AddressHealth, Bounce, InboundMail, Mailing, Notice, Subscription
from tests.listserv.bounces import notes
from tests.listserv.bounces.people import PEOPLE
from tests.listserv.bounces.report_writing import plain

# Kinds of reports that count against an address.
COUNTED = (ReportKind.FAILURE, ReportKind.DELAY, ReportKind.COMPLAINT)
WAYS = (notes.as_automatic, notes.as_answer, notes.as_message, notes.as_html, notes.from_postmaster)
# A vacation note whose telephone number and count were once taken for replies of a server.
AWAY = "I am away. Please write to:\n\nboris@people.example\n415-555-0100\n\nWe had 450 participants last time.\n"


def test_notes_are_many_and_in_many_languages():
    assert len(notes.SENTENCES) >= 20
    assert len(notes.NOTES) >= 300


@pytest.mark.parametrize("way", WAYS)
def test_no_note_is_a_report(way: Callable[[str, str], bytes]):
    wrong = {}
    for name, (subject, text) in notes.NOTES.items():
        report = read_report(way(subject, text))
        if report.failures or report.complaint or report.kind in COUNTED:
            wrong[name] = report
    assert not wrong


@pytest.mark.parametrize("subject", ["Delivery failed", "Unzustellbar: Minutes", "Mail delivery failed"])
def test_no_note_is_a_report_under_the_subject_of_one(subject: str):
    wrong = {}
    for name, (_subject, text) in notes.NOTES.items():
        report = read_report(notes.as_message(subject, text))
        if report.failures:
            wrong[name] = report
    assert not wrong


@pytest.mark.parametrize("sender", ["postmaster@far.example", "Mail Admin <mailadmin@far.example>"])
@pytest.mark.parametrize(
    "text",
    [
        "Ich bin bis 5.5.2027 nicht da. Mein Postfach ist voll. Bitte wenden Sie sich an\n\n{}\n\nTel. 0551 450 421",
        "Your message was not delivered to anybody. In the meantime, please write to:\n\n{}\n550 450 421\n",
        "Absente jusqu'au 5.5. Votre message n'a pas été distribué. Écrivez à\n\n{}\n\nTél. 01 55 04 50 21",
        "我休假至5月5日。邮件未能送达。请联系\n\n{}\n\n电话 010-550-4521",
        "We had 450 participants, 421 of them online.\n\n{}\n\nThe room costs 550 dollars.",
    ],
)
def test_whom_a_mail_administrator_asks_to_write_to_is_not_the_one_not_reached(sender: str, text: str):
    mail = plain(text.format("boris@people.example"), sender=sender, subject="Undeliverable: Minutes")
    assert not read_report(mail).failures


@pytest.mark.parametrize("name", list(PEOPLE))
def test_nothing_that_people_write_about_mail_is_a_report(name: str):
    report = read_report(PEOPLE[name])
    assert not report.failures and report.complaint is None
    assert report.kind not in COUNTED


@pytest.mark.parametrize(
    "text",
    [
        "415-555-0100", "We had 450 participants.", "550 people came", "room 552, floor 5",
        "EUR 550.00", "+41 22 450 55 01",
        "RFC 5321", "version 5.1.1", "450 x 550 mm", "in 421 BC", "RFC 3463, 5.1.1",
        "550 5 and 450 4", "tel. 503-555-0101 ext. 5",
        "1.550 5.1.11.2", "2026-550 5.1", "code 550000", "error bars of 450 samples and more",
        "Ref. 450/5.1.1",
    ],
)  # fmt: skip
def test_number_of_a_person_is_no_reply_of_a_server(text: str):
    assert not has_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "550 5.1.1 user unknown", "550-5.7.1 [192.0.2.1] blocked", "<<< 550 no",
        "host mx said: 550 no such user",
        "Remote host said: 451 try later", "SMTP error: 550 no", "553 <a@b.example>... no",
        "552 mailbox full", "(#5.1.1)",
        "Remote Server returned '550 no'", "It responded as follows: [550 no]",
        "    550 User unknown",
    ],
)  # fmt: skip
def test_reply_of_a_server_is_known(text: str):
    assert has_refusal(text)


@pytest.mark.django_db
@pytest.mark.parametrize("way", WAYS)
def test_six_days_of_notes_suspend_nobody(cast: Any, settings: Any, tmp_path: Any, way: Callable[[str, str], bytes]):
    settings.STATIC_ROOT = tmp_path
    settings.EMAIL_BACKEND = "listserv.outbound.mail_backend.NoticeBackend"
    row = Subscription.objects.select_related("list").get(member=cast.amina)
    texts = [AWAY, *(text for _subject, text in list(notes.NOTES.values())[::67])]
    for day in range(6):
        at = clock() + timedelta(days=day)
        number = cast.say(cast.boris, f"Said on day {day}.", now=at).number
        Mailing.objects.filter(contribution__number=number).update(created_at=at)
        raw = way("Away until 5 May", texts[day])
        token = tokens.bounce_address(row.list.name, subscription_id=row.pk, number=number)
        mail = InboundMail.objects.create(
            received_at=at, peer="192.0.2.1", recipient=token, kind="bounces", list=row.list, raw=raw, size=len(raw),
            sha256="", action="accept", code="ok", state="queued", next_at=at,
        )  # fmt: skip
        services.take_report(row=mail, now=at)
    assert not Bounce.objects.exists() and not AddressHealth.objects.exists()
    assert not Subscription.objects.filter(suspended_at__isnull=False).exists()
    assert not Notice.objects.filter(envelope_from__startswith="hub+").exists()
