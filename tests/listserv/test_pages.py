"""Pages of the mail gateway: leave with one click, my lists, the outbox, the question about a held mail."""

import re
from email.message import EmailMessage
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from machina.apps.forum.models import Forum

from forums import services as forums
from forums.models import Membership
from hub.lib.endpoints import Endpoint
from hub.members.models import Member
from listserv import services, tokens
from listserv.gateway.confirmation import held_mail
from listserv.mail.parse.message import parse
from listserv.models import InboundMail, MailingList, Notice, Subscription
from listserv.outbound import outbox
from tests.listserv.gateway.conftest import accept, drain, plain_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def leave_url(cast):
    row = Subscription.objects.get(member=cast.boris)
    return f"/l/risk/leave/{tokens.leave_token(row.pk)}/"


def delivery(member: Any) -> str:
    return Subscription.objects.get(member=member).delivery


# --- Leave --------------------------------------------------------------------------------------------------------


def test_following_the_leave_link_changes_nothing(cast, client, leave_url):
    page = client.get(leave_url)
    assert page.status_code == 200 and b"Unsubscribe from this list" in page.content
    assert client.head(leave_url).status_code == 200 and delivery(cast.boris) == "each"


def test_one_click_of_a_mail_program_stops_the_mail(cast, leave_url):
    """RFC 8058 §3.1: a POST without cookies, answered without a redirect."""
    program = Client(enforce_csrf_checks=True)
    body = "List-Unsubscribe=One-Click"
    answer = program.post(leave_url, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200 and delivery(cast.boris) == "none"
    assert program.post(leave_url, body, content_type="application/x-www-form-urlencoded").status_code == 200
    assert delivery(cast.amina) == "each"


def test_the_header_of_a_mail_leads_to_the_click(cast, now, deliver, sent, client):
    cast.say(cast.amina, now=now)
    deliver()
    [mail] = sent(cast.boris.email)
    url = re.search(r"<http://127.0.0.1:8000(/l/[^>]+)>", mail["List-Unsubscribe"])[1]
    client.post(url, {"List-Unsubscribe": "One-Click"})
    cast.say(cast.amina, "Another.", now=now)
    deliver()
    assert len(sent(cast.boris.email)) == 1 and len(sent(cast.chen.email)) == 2


def test_leave_link_starts_nothing(cast, client, leave_url):
    for again in ("1", "each", "digest-weekly"):
        client.post(leave_url, {"again": again})
        assert delivery(cast.boris) == "none"


@pytest.mark.parametrize(("mode", "order"), [("each", "SUBSCRIBE"), ("digest-weekly", "SUBSCRIBE WEEKLY")])
def test_who_was_stopped_by_a_link_is_told_once_and_comes_back_by_answering(cast, now, client, leave_url, mode, order):
    services.set_delivery(list_id=MailingList.objects.get().pk, member=cast.boris, delivery=mode, now=now)
    for _again in range(2):
        client.post(leave_url, {"List-Unsubscribe": "One-Click"})
    told = parse(bytes(Notice.objects.get(recipients=[cast.boris.email]).raw))
    assert f"\n{order}\n" in told.text and "unsubscribe link" in told.text
    accept(plain_message(order, who=cast.boris, subject=f"Re: {told.subject}"), told.headers.raw("reply-to"))
    drain()
    assert delivery(cast.boris) == mode


def test_mail_to_a_leave_address_tells_the_member_as_well(cast):
    row = Subscription.objects.get(member=cast.boris)
    accept("From: anybody@x.example\r\nMessage-ID: <l@x>\r\n\r\n\r\n", tokens.leave_address("risk", row.pk))
    drain()
    assert delivery(cast.boris) == "none" and Notice.objects.get().recipients == [cast.boris.email]


def test_leave_link_names_the_discussion_to_its_member_alone(cast, client, leave_url):
    Forum.objects.filter(pk=cast.forum_id).update(name="A secret new name")
    for page in (client.get(leave_url), client.post(leave_url)):
        assert b"secret new name" not in page.content and b"risk@lists.hub.example" in page.content
    client.force_login(cast.stella)
    assert b"secret new name" not in client.get(leave_url).content
    client.force_login(cast.boris)
    assert b"secret new name" in client.get(leave_url).content


@pytest.mark.parametrize("way", ["put out", "left the list", "closed", "deactivated"])
def test_old_leave_link_of_who_may_not_read_any_more_shows_and_does_nothing(cast, now, client, leave_url, way):
    Forum.objects.filter(pk=cast.forum_id).update(name="A secret new name")
    if way == "put out":
        forums.remove_member(forum_id=cast.forum_id, member=cast.boris, now=now)
    elif way == "left the list":
        services.unsubscribe(list_id=MailingList.objects.get().pk, member=cast.boris, now=now)
    elif way == "closed":
        Membership.objects.filter(member=cast.boris).delete()
    else:
        Member.objects.filter(pk=cast.boris.pk).update(is_active=False)
    for page in (client.get(leave_url), client.post(leave_url, {"again": "1"})):
        text = page.content.decode()
        assert page.status_code == 200 and "nothing to unsubscribe from" in text
        assert "secret new name" not in text and "risk@" not in text and "<form" not in text.partition("<main")[2]
    assert delivery(cast.boris) == "each" and not Notice.objects.exists()


@pytest.mark.parametrize("url", ["/l/risk/leave/aaaaaaaaaaaaaaaaaaaa/", "/l/other/leave/{token}/"])
def test_a_forged_or_misplaced_leave_link_finds_nothing(cast, client, leave_url, url):
    url = url.format(token=leave_url.split("/")[-2])
    assert client.get(url).status_code == 404 and client.post(url).status_code == 404
    assert delivery(cast.boris) == "each"


# --- My lists -----------------------------------------------------------------------------------------------------


def test_my_lists_are_those_of_discussions_i_may_read(cast, now, client):
    forums.create_forum(name="Open notices", slug="notices", preset="members", now=now)
    client.force_login(cast.boris)
    page = client.get("/lists/").content.decode()
    assert "risk@lists.hub.example" in page and "notices@lists.hub.example" in page
    client.force_login(cast.stella)
    page = client.get("/lists/").content.decode()
    assert "risk" not in page and "notices@lists.hub.example" in page


def test_my_lists_ask_who_i_am(client):
    assert client.get("/lists/").status_code == 302


def test_i_choose_what_i_get(cast, client):
    client.force_login(cast.boris)
    page = client.post("/lists/", {"list": "risk", "risk-delivery": "none"}, follow=True)
    assert "You no longer receive e-mail" in page.content.decode() and delivery(cast.boris) == "none"
    client.post("/lists/", {"list": "risk", "risk-delivery": "each", "risk-own_copy": "on"})
    row = Subscription.objects.get(member=cast.boris)
    assert row.delivery == "each" and row.own_copy


def test_i_choose_where_it_goes(cast, client):
    from allauth.account.models import EmailAddress

    second = EmailAddress.objects.create(user=cast.boris, email="b@second.example", verified=True, primary=False)
    client.force_login(cast.boris)
    chosen = {"list": "risk", "risk-delivery": "each", "risk-own_copy": "on"}
    client.post("/lists/", {**chosen, "risk-address": second.pk})
    assert Subscription.objects.get(member=cast.boris).recipient == "b@second.example"
    assert client.post("/lists/", {**chosen, "risk-address": 999_999}).status_code == 422
    client.post("/lists/", {**chosen, "risk-address": 0})
    assert Subscription.objects.get(member=cast.boris).address is None


def test_a_choice_that_is_not_offered_is_refused_with_the_page(cast, client):
    client.force_login(cast.boris)
    assert client.post("/lists/", {"list": "risk", "risk-delivery": "digest-hourly"}).status_code == 422
    assert delivery(cast.boris) == "each"


def test_a_list_closed_to_me_is_not_found(cast, client):
    client.force_login(cast.stella)
    assert client.post("/lists/", {"list": "risk", "risk-delivery": "each"}).status_code == 404
    assert not Subscription.objects.filter(member=cast.stella).exists()


def test_my_lists_cost_the_same_queries_with_one_list_and_with_many(cast, now, client, django_assert_max_num_queries):
    client.force_login(cast.boris)
    for index in range(8):
        forums.create_forum(name=f"Open {index}", slug=f"open-{index}", preset="members", now=now)
    with django_assert_max_num_queries(12):
        client.get("/lists/")


# --- The outbox ---------------------------------------------------------------------------------------------------


@pytest.fixture
def filled(cast, now, deliver):
    cast.say(cast.amina, "Field trials need a baseline.\n\nhttps://example.org/study", subject="Baselines", now=now)
    deliver()
    return [outbox.names(member.email)[0] for member in (cast.boris, cast.chen)]


@pytest.mark.parametrize("who", [None, "boris", "chen"])
def test_only_the_secretariat_sees_the_outbox(cast, filled, client, who):
    if who:
        client.force_login(getattr(cast, who))
    for url in ("", f"{filled[0]}/", f"{filled[0]}/html/", f"{filled[0]}/raw/"):
        answer = client.get(f"/outbox/{url}")
        assert answer.status_code == (404 if who else 302) and b"Baselines" not in answer.content


def test_the_outbox_lists_the_newest_first_and_finds_a_recipient(cast, filled, client):
    client.force_login(cast.sofia)
    page = client.get("/outbox/").content.decode()
    assert "4 messages" in page and page.count("[risk] Baselines") == 4
    assert page.index(filled[1]) < page.index(filled[0])
    found = client.get("/outbox/?q=BORIS.").content.decode()
    assert filled[0] in found and filled[1] not in found
    assert "No messages to" in client.get("/outbox/?q=nobody@x.example").content.decode()


def test_the_outbox_turns_pages(cast, filled, client, monkeypatch):
    monkeypatch.setattr("listserv.views.outbox.PAGE", 3)
    client.force_login(cast.sofia)
    assert b"Page 1 of 2" in client.get("/outbox/").content
    last = client.get("/outbox/?page=99").content.decode()
    assert last.count("[risk] Baselines") == 1 and "Page 2 of 2" in last
    assert client.get("/outbox/?page=x").status_code == 200


def test_a_mail_is_shown_as_its_reader_sees_it(cast, filled, client):
    client.force_login(cast.sofia)
    page = client.get(f"/outbox/{filled[0]}/").content.decode()
    assert "Field trials need a baseline." in page and 'href="https://example.org/study"' in page
    assert "List-Unsubscribe-Post" in page and ' sandbox="allow-same-origin" ' in page
    html = client.get(f"/outbox/{filled[0]}/html/")
    policy = html.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy and "frame-ancestors 'self'" in policy
    assert "script" not in policy and html.headers["X-Frame-Options"] == "SAMEORIGIN"
    raw = client.get(f"/outbox/{filled[0]}/raw/")
    assert raw.content == outbox.read(filled[0]) and raw.headers["Content-Type"] == "message/rfc822"
    assert raw.headers["Content-Disposition"].startswith("attachment")


def test_a_name_never_leads_out_of_the_outbox(cast, filled, client):
    client.force_login(cast.sofia)
    for name in ("..%2Fhub.sqlite3", "%2e%2e", ".hidden.eml", f"{filled[0]}%00", "x.eml"):
        assert client.get(f"/outbox/{name}/").status_code == 404
    assert outbox.read("../secret_key") is None


def test_with_a_relay_the_outbox_says_where_the_mail_went(cast, filled, client, settings):
    settings.HUB_RELAY = Endpoint("relay.example", 25)
    client.force_login(cast.sofia)
    assert b"relay.example:25" in client.get("/outbox/").content
    assert client.get(f"/outbox/{filled[0]}/").status_code == 404


def test_an_unfinished_file_is_not_shown(cast, filled):
    (outbox.folder() / f".{filled[0]}.part").write_bytes(b"half")
    assert len(outbox.names()) == 4


# --- Letters ------------------------------------------------------------------------------------------------------


def send(**kwargs: Any) -> None:
    body, to = "Voilà.\n\n.\n", ["Amina <a@x.example>"]
    mail = EmailMultiAlternatives(subject="Bienvenue à tous", body=body, to=to, **kwargs)
    mail.attach_alternative("<p>Voilà.</p>", "text/html")
    mail.send()


def test_a_notification_is_a_row_of_the_transaction_and_then_a_mail(deliver, sent, now, woken):
    from django.db import transaction

    from listserv.models import Notice

    class Undo(Exception):
        """Rolls back."""

    with pytest.raises(Undo), transaction.atomic():  # noqa: PT012 - the rollback is what is tested
        send()
        raise Undo
    assert not Notice.objects.exists()
    send(bcc=["b@x.example"])
    assert Notice.objects.get().recipients == ["a@x.example", "b@x.example"]
    deliver(now.replace(year=2100))
    letters: list[EmailMessage] = sent()
    assert {plain_message["Delivered-To"] for plain_message in letters} == {"a@x.example", "b@x.example"}
    plain_message = letters[0]
    assert plain_message["Auto-Submitted"] == "auto-generated" and plain_message["Message-ID"].endswith(
        "@lists.hub.example>"
    )
    assert (
        plain_message["Date"]
        and plain_message["Bcc"] is None
        and plain_message["Return-Path"] == "<hub@lists.hub.example>"
    )
    assert "Voilà." in plain_message.get_body(("plain",)).get_content()
    row = Notice.objects.get()
    assert (row.state, bytes(row.raw)) == ("sent", b"")


# --- Held mail ----------------------------------------------------------------------------------------------------


@pytest.fixture
def held(cast, now):
    row = InboundMail.objects.create(
        received_at=now,
        peer="127.0.0.1",
        recipient="risk@lists.hub.example",
        kind="post",
        list=MailingList.objects.get(),
        raw=b"Subject: Hi\r\nFrom: boris.horvat@people.example\r\n\r\nIs it me?\r\n",
        size=60,
        sha256="0" * 64,
        subject="Hi",
        member=cast.boris,
        action="hold",
        code="unproven",
        state="held",
        next_at=now,
    )
    return f"/mail/confirm/risk/{tokens.confirm_token(inbound_id=row.pk, member_id=cast.boris.pk)}/", row


def test_looking_at_a_held_mail_decides_nothing(held, client):
    url, row = held
    page = client.get(url).content.decode()
    row.refresh_from_db()
    assert "Is it me?" in page and "Yes, publish it" in page and row.state == "held"


def test_the_member_says_that_a_held_mail_is_theirs_or_is_not(held, client):
    url, row = held
    assert b"on its way" in client.post(url, {"confirm": "1"}).content
    row.refresh_from_db()
    assert row.state == "queued"
    assert client.post(url, {"disown": "1"}).status_code == 409
    row.state = "held"
    row.save()
    assert b"discarded" in client.post(url, {"disown": "1"}).content
    assert held_mail(list_name="risk", token=url.split("/")[-2]).state == "discarded"


def test_a_forged_confirmation_finds_nothing(held, client):
    assert client.get("/mail/confirm/risk/aaaaaaaaaaaaaaaaaaaaaaaa/").status_code == 404
