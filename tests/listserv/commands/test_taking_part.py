"""Join, leave and choose how the mail comes, by word and by subaddress."""

from datetime import UTC, datetime

import pytest
import time_machine

from forums import services
from hub.lib.clock import now as clock
from listserv.models import InboundMail, Notice, Subscription

pytestmark = pytest.mark.django_db


def place(member, mailing_list):
    """The member's place on a roster, None when there is none."""
    return Subscription.objects.filter(member=member, list=mailing_list, ended_at=None).first()


def test_member_joins_an_open_discussion_and_leaves_it(cast, post, plaza):
    assert "plaza@lists.hub.example" in post.ask(cast.stella, "SUBSCRIBE plaza", to="request")
    assert place(cast.stella, plaza).delivery == "each"
    assert "already" in post.ask(cast.stella, to="plaza-join")
    assert "no longer receive e-mail" in post.ask(cast.stella, "unsubscribe", to="plaza-request").lower()
    assert place(cast.stella, plaza) is None
    post.ask(cast.stella, to="plaza-subscribe")
    assert place(cast.stella, plaza).delivery == "each"
    post.ask(cast.stella, to="plaza-leave")
    assert place(cast.stella, plaza) is None


def test_participant_who_leaves_keeps_the_place(cast, post, risk):
    assert "keep your place" in post.ask(cast.amina, "SIGNOFF risk")
    assert place(cast.amina, risk).delivery == "none"
    post.ask(cast.amina, "JOIN")
    assert place(cast.amina, risk).delivery == "each"


@pytest.mark.parametrize(
    ("to", "text", "delivery"),
    [
        ("risk-digest", "", "digest-daily"),
        ("risk-nomail", "", "none"),
        ("risk-mail", "", "each"),
        ("risk-request", "SET risk DIGEST", "digest-daily"),
        ("risk-request", "DIGEST WEEKLY", "digest-weekly"),
        ("request", "SET risk DIGEST WEEKLY", "digest-weekly"),
        ("request", "set risk-request@lists.hub.example notices", "notices"),
        ("lists", "SET risk NOMAIL", "none"),
        ("risk-request", "SET NODIGEST", "each"),
        ("risk-request", "digest off", "each"),
        ("request", "NOMAIL *", "none"),
        ("request", "NOMAIL", "none"),
    ],
)
def test_delivery_is_set_by_word_and_by_address(cast, post, risk, to, text, delivery):
    post.ask(cast.amina, text, to=to)
    assert place(cast.amina, risk).delivery == delivery


def test_files_own_copy_language_and_address_are_set(cast, post, risk):
    cast.amina.emailaddress_set.create(email="amina@home.example", verified=True)
    post.ask(cast.amina, "FILES ATTACH\nOWNCOPY OFF\nLANGUAGE français\nADDRESS amina@home.example")
    row = place(cast.amina, risk)
    assert (row.files, row.own_copy, row.language, row.address.email) == ("attach", False, "fr", "amina@home.example")
    post.ask(cast.amina, "SET risk FILES LINK\nSET OWNCOPY ON\nADDRESS nobody@else.example")
    row = place(cast.amina, risk)
    assert (row.files, row.own_copy, row.address.email) == ("link", True, "amina@home.example")
    post.ask(cast.amina, "LANGUAGE ru", to="request")
    cast.amina.refresh_from_db()
    assert cast.amina.language == "ru"


@pytest.mark.parametrize(
    "text",
    [
        "PAUSE UNTIL 2026-12-24", "pause until 24.12.2026", "PAUSE 24 December", "PAUSE UNTIL 24/12/2026",
        "PAUSE jusqu'au 24 décembre 2026", "ПАУЗА ДО 24 декабря", "暂停至2026年12月24日", "PAUSA HASTA 24 de diciembre",
        "إيقاف مؤقت حتى ٢٤/١٢/٢٠٢٦", "PAUSE 30 DAYS",
    ],
)  # fmt: skip
def test_pause_reads_a_day_as_people_write_it(cast, post, risk, text):
    cast.amina.time_zone = "Asia/Tokyo"
    cast.amina.save()
    with time_machine.travel(datetime(2026, 11, 24, 9, tzinfo=UTC), tick=True):
        post.ask(cast.amina, text)
    assert place(cast.amina, risk).paused_until == datetime(2026, 12, 23, 15, tzinfo=UTC)
    post.ask(cast.amina, "RESUME")
    assert place(cast.amina, risk).paused_until is None


@pytest.mark.parametrize("text", ["PAUSE", "PAUSE UNTIL yesterday", "PAUSE UNTIL 2020-01-01", "PAUSE 9999 WEEKS"])
def test_pause_without_a_day_to_come_changes_nothing_and_says_so(cast, post, risk, text):
    assert post.ask(cast.amina, text)
    assert place(cast.amina, risk).paused_until is None


def test_closed_discussion_is_asked_for_and_those_who_lead_let_in(cast, post, risk):
    assert "closed" in post.ask(cast.stella, "JOIN risk", to="request")
    assert place(cast.stella, risk) is None
    post.ask(cast.stella, "LEAVE\nINFO\nREVIEW\nDIGEST")
    notification = "".join(mail.subject + mail.text for mail in post.mails(cast.stella))
    assert "Risk assessment" not in notification and "Chen" not in notification
    asked = post.mails(cast.chen)[-1]
    assert f"ADMIT {cast.stella.pk}" in asked.text and cast.stella.email not in asked.text
    before = Notice.objects.count()
    assert "have received your request" in post.ask(cast.stella, "JOIN risk", to="request")
    assert Notice.objects.count() == before + 1
    # The letter is answered to an address that is proof enough.
    post.ask(cast.chen, f"ADMIT {cast.stella.pk}", to=asked.headers.raw("reply-to"), proven=False)
    assert place(cast.stella, risk).delivery == "each"
    assert "risk@lists.hub.example" in post.mails(cast.stella)[-1].text


def test_the_reason_behind_subscribe_reaches_those_who_lead_and_a_decline_comes_back(cast, post, risk):
    cast.stella.language = "es"
    cast.stella.save()
    post.ask(cast.stella, "SUBSCRIBE risk I run field trials", to="request")
    request = cast.stella.join_requests.get()
    assert request.statement == "I run field trials" and "I run field trials" in post.mails(cast.chen)[-1].text
    assert f"/discussions/{cast.forum_id}/requests/" in post.mails(cast.chen)[-1].text
    services.decline_request(request_id=request.pk, actor=cast.chen, reason="Off the theme", now=clock())
    declined = post.mails(cast.stella)[-1]
    assert "Off the theme" in declined.text and "han rechazado" in declined.text
    assert "Risk assessment" not in declined.subject + declined.text
    # Asked again at once, the answer says from when on; nobody is written to again.
    before = Notice.objects.count()
    assert "Ya lo ha pedido" in post.ask(cast.stella, "SUBSCRIBE risk", to="request")
    assert Notice.objects.count() == before + 1


def test_who_asked_by_mail_and_is_admitted_by_mail_gets_one_message(cast, post, risk):
    post.ask(cast.stella, "JOIN risk", to="request")
    before = len(post.mails(cast.stella))
    post.ask(cast.chen, f"ADMIT {cast.stella.pk}")
    assert len(post.mails(cast.stella)) == before + 1
    assert cast.stella.join_requests.get().state == "admitted"


def test_subscribing_to_what_is_open_makes_a_participant(cast, post, plaza):
    post.ask(cast.stella, "SUBSCRIBE plaza", to="request")
    assert cast.stella.memberships.get(forum=plaza.forum).role == "participant"
    post.ask(cast.stella, "UNSUBSCRIBE plaza", to="request")
    assert cast.stella.memberships.get(forum=plaza.forum).left_at is not None


def test_which_lists_and_info_tell_only_what_is_open(cast, post, risk, plaza):
    which = post.ask(cast.amina, "WHICH")
    assert "risk@lists.hub.example" in which and "plaza" not in which
    lists = post.ask(cast.stella, "LISTS", to="request")
    assert "plaza@lists.hub.example" in lists and "risk@" not in lists
    info = post.ask(cast.amina, "INFO")
    assert "Field trials" in info and "Chen Wei" in info
    assert "Field trials" not in post.ask(cast.stella, "INFO risk", to="request")


def test_list_must_be_named_where_there_are_several(cast, post, risk, plaza):
    post.ask(cast.amina, "JOIN plaza")
    assert "risk, plaza" in post.ask(cast.amina, "NOMAIL", to="request")
    assert place(cast.amina, risk).delivery == "each"
    assert "no discussion" in post.ask(cast.amina, "NOMAIL nowhere@lists.hub.example", to="request").lower()


def test_unproven_command_is_held_and_says_what_it_asks_for(cast, post, risk, client):
    assert post.send(cast.amina, to="risk-leave", proven=False).startswith("250")
    assert post.send(cast.amina, "SET risk NOMAIL\nWHICH", proven=False).startswith("250")
    assert place(cast.amina, risk).delivery == "each"
    first, second = post.mails(cast.amina)
    assert "UNSUBSCRIBE" in first.text and "SET risk NOMAIL\nWHICH" in second.text
    link = next(line for line in second.text.splitlines() if "/mail/confirm/risk/" in line)
    page = client.get(link.partition("8000")[2])
    assert "SET risk NOMAIL" in page.content.decode() and place(cast.amina, risk).delivery == "each"
    done = client.post(link.partition("8000")[2], {"confirm": "1"})
    assert done.status_code == 200
    post.send(cast.amina, "ECHO on")
    assert place(cast.amina, risk).delivery == "none"
    assert client.post(link.partition("8000")[2], {"confirm": "1"}).status_code == 200
    assert [row.proof for row in InboundMail.objects.order_by("pk")][:2] == ["none", "confirmed"]


def test_unproven_command_for_any_list_is_confirmed_by_mail(cast, post, risk):
    post.send(cast.amina, "NOMAIL risk", to="request", proven=False)
    text = post.mails(cast.amina)[-1].text
    address = next(line for line in text.splitlines() if line.startswith("hub-confirm+"))
    post.send(None, "yes", to=address, proven=False)
    post.send(None, "yes", to="risk-owner", proven=False)
    assert place(cast.amina, risk).delivery == "none"
    assert "You receive no e-mail" in post.mails(cast.amina)[-1].text


def test_confirm_code_is_enough_from_any_address(cast, post, risk):
    post.send(cast.amina, to="risk-leave", proven=False)
    text = post.mails(cast.amina)[-1].text
    code = next(line for line in text.splitlines() if "-confirm+" in line).partition("+")[2].partition("@")[0]
    before = Notice.objects.count()
    assert post.send(None, f"OK {code}", proven=False).startswith("250")
    assert place(cast.amina, risk).delivery == "none"
    assert Notice.objects.count() == before + 1, "only the answer to the member"


def test_code_with_a_forged_author_confirms_and_writes_to_nobody_else(cast, post, risk):
    post.send(cast.amina, to="risk-leave", proven=False)
    text = post.mails(cast.amina)[-1].text
    code = next(line for line in text.splitlines() if "-confirm+" in line).partition("+")[2].partition("@")[0]
    post.send(cast.boris, f"CONFIRM {code}", proven=False)
    assert place(cast.amina, risk).delivery == "none"
    assert not post.mails(cast.boris)


def test_stranger_is_refused_with_the_way_to_apply_and_never_written_to(cast, post, risk, plaza):
    for to in ("risk-request", "risk-join", "risk-help", "plaza-join", "request", "risk-leave", "risk-digest"):
        reply = accept_stranger(post, to)
        assert reply.startswith("550 5.7.1") and "/apply/" in reply, to
    assert not Notice.objects.exists()


def accept_stranger(post, to):
    """Send HELP from an address that nobody knows."""
    return post.send(type("Nobody", (), {"name": "X", "email": "x@stranger.example"}), "HELP", to=to, proven=False)


def test_name_of_a_member_to_whom_the_discussion_is_closed_is_answered_as_a_strangers(cast, post, risk):
    known = post.send(cast.stella, "INFO", proven=False)
    assert known.replace(cast.stella.email, "") == accept_stranger(post, "risk-request")
    assert not Notice.objects.exists()


def test_forger_cannot_fill_a_mailbox_with_commands(cast, post, risk):
    replies = [post.send(cast.amina, f"ECHO {n}", proven=False)[:3] for n in range(7)]
    assert replies == ["250"] * 5 + ["451"] * 2


def test_commands_are_limited_in_an_hour(cast, post, risk, settings):
    settings.HUB_RATE_PER_HOUR = 2
    replies = [post.send(cast.amina, f"ECHO {n}", message_id=f"{n}@x")[:3] for n in range(3)]
    assert replies == ["250", "250", "451"]


def test_same_mail_sent_again_is_carried_out_once(cast, post, risk):
    for _ in range(2):
        post.send(cast.amina, "NOMAIL", message_id="once@client.example")
    assert Notice.objects.count() == 1
    assert clock()
