"""Attacks by forged bounces and complaints, and by machines that follow links: they stop nobody's mail."""

from django.urls import reverse

from listserv import tokens
from listserv.models import AddressHealth, Bounce, InboundMail, Notice, Subscription
from tests.listserv.gateway.conftest import drain
from tests.listserv.red_team import AMINA, ELSEWHERE, mail, say

REPORT = """\
From: MAILER-DAEMON@evil.org
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It failed.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; evil.org

Final-Recipient: rfc822; {who}
Action: failed
Status: 5.1.1

--b--
"""


def test_forged_bounces_change_nobody(stage):
    amina, boris = stage.cast.amina, stage.cast.boris
    genuine = tokens.bounce_address("risk", subscription_id=stage.subscription.pk, number=stage.said.number)
    for to in (
        tokens.address("risk-bounces"),
        tokens.address(f"risk-bounces+{'a' * 20}"),
        genuine.replace("+", "+a", 1),
        genuine[: genuine.index("@") - 2] + genuine[genuine.index("@") :],
        tokens.address(f"risk-bounces+{tokens.leave_token(stage.subscription.pk)}"),
        tokens.address("hub"),
    ):
        raw = REPORT.format(to=to, who=amina.email).replace("\n", "\r\n").encode()
        reply = say(stage.port, ELSEWHERE, "", [to], raw)
        assert reply[:3] in {"250", "550"}, reply
    drain()
    assert not AddressHealth.objects.filter(address=amina.email, score__gt=0).exists()
    assert not Bounce.objects.filter(counted=True).exists()
    # A genuine token speaks of its own subscription alone, whomever the report names.
    raw = REPORT.format(to=genuine, who=boris.email).replace("\n", "\r\n").encode()
    assert say(stage.port, ELSEWHERE, "", [genuine], raw).startswith("250")
    drain()
    assert not AddressHealth.objects.filter(address=boris.email).exists()
    assert not Subscription.objects.exclude(suspended_at=None).exists()
    assert not Notice.objects.exists()


COMPLAINT = """\
From: feedback@evil.org
To: {to}
Subject: Complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

Abuse.

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Evil/1.0
Version: 1
Original-Mail-From: {sender}
Original-Rcpt-To: {who}

--b
Content-Type: message/rfc822

Return-Path: <{sender}>
From: risk@lists.hub.example
To: {who}
Subject: A copy
List-Unsubscribe: <mailto:{way_out}>

x

--b--
"""


def test_forged_complaints_stop_nobodys_mail(stage):
    senders = (
        "risk-bounces@lists.hub.example",
        tokens.address(f"risk-bounces+{'a' * 20}"),
        tokens.address(f"risk-bounces+{tokens.leave_token(stage.subscription.pk)}"),
    )
    for to in (tokens.address("abuse"), tokens.address("hub"), tokens.address("risk-bounces")):
        for sender in senders:
            for mail_from in ("", "feedback@evil.org"):
                raw = COMPLAINT.format(
                    to=to, sender=sender, who=stage.cast.amina.email, way_out=tokens.address(f"risk-leave+{'a' * 18}")
                )
                say(stage.port, ELSEWHERE, mail_from, [to], raw.replace("\n", "\r\n").encode())
    drain()
    assert not Subscription.objects.exclude(suspended_at=None).exists()
    told = {address for notice in Notice.objects.all() for address in notice.recipients}
    assert stage.cast.amina.email not in told and "feedback@evil.org" not in told


def test_links_that_machines_follow_change_nothing(stage, client):
    amina = stage.cast.amina
    say(stage.port, ELSEWHERE, "x@evil.org", [stage.risk], mail(AMINA["none.org"]))
    held = InboundMail.objects.get()
    token = tokens.confirm_token(inbound_id=held.pk, member_id=amina.pk)
    pages = {
        "confirm": reverse("listserv:confirm", args=("risk", token)),
        "leave": reverse("listserv:leave", args=("risk", tokens.leave_token(stage.subscription.pk))),
    }
    for url in pages.values():
        assert client.get(url).status_code == client.head(url).status_code == 200
        assert client.get(url, {"disown": "1", "again": "1", "List-Unsubscribe": "One-Click"}).status_code == 200
        assert client.options(url).status_code == 405
    held.refresh_from_db()
    stage.subscription.refresh_from_db()
    assert (held.state, stage.subscription.delivery) == ("held", "each")
    client.post(pages["leave"], {"List-Unsubscribe": "One-Click"})
    client.post(pages["confirm"], {"disown": "1"})
    held.refresh_from_db()
    stage.subscription.refresh_from_db()
    assert (held.state, held.code, stage.subscription.delivery) == ("discarded", "disowned", "none")
