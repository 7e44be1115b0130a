"""The stage of the red team: a hub with a DNS of its own, clients from anywhere, and one attack a row."""

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from forums import services
from forums.models import Contribution, ForumPolicy, Membership
from hub.lib.clock import now as clock
from listserv import tokens
from listserv.models import InboundMail, Notice, Subscription
from tests.listserv.gateway.conftest import SmtpServer, drain
from tests.listserv.mail.auth.zone import Zone, keys

# Amina's addresses: what the domain of each asks for. Its own server is HONEST, everybody else sends from ELSEWHERE.
DOMAINS = {"reject.org": "p=reject", "quarantine.org": "p=quarantine", "none.org": "p=none", "silent.org": "p=reject"}
NO_POLICY = "nopolicy.org"
HONEST, ELSEWHERE, RELAY = "192.0.2.10", "203.0.113.66", "198.51.100.25"
FORGER = "eve@evil.org"
AMINA = {domain: f"amina@{domain}" for domain in [*DOMAINS, NO_POLICY]}
# Her address in the domain that asks for refusal.
R = AMINA["reject.org"]
# How the gateway's replies begin.
REFUSED, NO_AUTHOR, HELD = "550 5.7.1", "550 5.6.0", "250 2.0.0 Your message is held"


def dns() -> Zone:
    """Return what DNS says of the members' domains and the forger's own."""
    rows: dict[str, dict[str, list[str]]] = {"evil.org": {"TXT": ["v=spf1 +all"]}, **keys("evil.org")}
    rows["_dmarc.evil.org"] = {"TXT": ["v=DMARC1; p=none"]}
    for domain, policy in DOMAINS.items():
        rows |= keys(domain)
        rows[domain] = {"TXT": [f"v=spf1 ip4:{HONEST} -all"]}
        rows[f"_dmarc.{domain}"] = {"TXT": [f"v=DMARC1; {policy}"]}
    rows |= keys(NO_POLICY)
    return Zone(rows, silent=["_dmarc.silent.org"])


@dataclass
class Stage:
    """The people, their lists, and the SMTP server."""

    cast: Any
    port: int
    other: Any = None
    said: Any = None
    subscription: Any = None
    lists: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def build(cls, cast: Any, smtp_server: SmtpServer) -> "Stage":
        """Give Amina her addresses, and Boris a closed discussion where she is not."""
        stage = cls(cast, smtp_server.port)
        for domain in [*DOMAINS, NO_POLICY, "mail.reject.org"]:
            cast.amina.emailaddress_set.create(email=f"amina@{domain}", verified=True)
        stage.other = services.create_forum(
            name="Other matters", slug="other", preset=ForumPolicy.Preset.CLOSED, now=clock()
        )
        services.admit_member(
            forum_id=stage.other.forum_id, member=cast.boris, role=Membership.Role.PARTICIPANT, now=clock()
        )
        stage.said = cast.say(cast.chen, now=clock())
        stage.lists = {"risk": cast.policy.forum.mailing_list, "other": stage.other.forum.mailing_list}
        stage.subscription = Subscription.objects.get(list=stage.lists["risk"], member=cast.amina)
        forget()
        return stage

    @property
    def risk(self) -> str:
        """The posting address of the list of all."""
        return str(self.lists["risk"].address)

    def reply(self, member: Any, *, number: int | None = None, of: str = "risk", name: str = "risk") -> str:
        """Return a reply address of a member."""
        return tokens.reply_address(
            name, member_id=member.pk, number=number or self.said.number, list_id=self.lists[of].pk
        )


@dataclass(frozen=True)
class Attack:
    """One row of the table.

    Args:
        what: the attack, in words.
        raw: the mail, or what makes it.
        to: recipients, or what makes them; the posting address by default.
        reply: how the reply begins to the first command that is refused, or to the mail.
        state: of all rows that are kept of it; empty for none.
        asked: whether the one letter that may go out does: to the registered address of the member in From.
    """

    what: str
    raw: bytes | Callable[[Stage], bytes]
    reply: str
    state: str
    to: Callable[[Stage], str] | None = None
    asked: bool = False
    mail_from: str = "bounces@evil.org"
    client: str = ELSEWHERE

    def run(self, stage: Stage) -> dict[str, object]:
        """Return what differs from what the table says; forgets the rest."""
        raw = self.raw if isinstance(self.raw, bytes) else self.raw(stage)
        to = self.to(stage) if self.to is not None else stage.risk
        reply = say(stage.port, self.client, self.mail_from, [to], raw)
        rows = list(InboundMail.objects.all())
        asked = sorted(address for notice in Notice.objects.all() for address in notice.recipients)
        drain()
        wanted = [stage.cast.amina.email] if self.asked else []
        found = {
            "reply": reply if not reply.startswith(self.reply) else None,
            "state": {row.state for row in rows}
            if {row.state for row in rows} - {""} != ({self.state} - {""})
            else None,
            "letters": asked if asked != wanted else None,
            "published": [row.text for row in made]
            if (made := Contribution.objects.exclude(pk=stage.said.pk))
            else None,
        }
        forget()
        return {name: value for name, value in found.items() if value is not None}


def forget() -> None:
    """Take away what one attack left."""
    InboundMail.objects.all().delete()
    Notice.objects.all().delete()


def failures(stage: Stage, attacks: Iterable[Attack]) -> dict[str, dict[str, object]]:
    """Return the attacks that did not end as the table says."""
    return {attack.what: found for attack in attacks if (found := attack.run(stage))}


def wire(port: int, client: str) -> "Wire":
    """Return a connection from a client anywhere."""
    return Wire(port, client)


class Wire:
    """Says exactly what it is told, from an address of one's choice (PROXY protocol)."""

    def __init__(self, port: int, client: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.file = self.socket.makefile("rb")
        self.socket.sendall(f"PROXY TCP4 {client} 192.0.2.250 40000 25\r\n".encode())
        self.answer()

    def answer(self) -> str:
        """Return the last line of a reply."""
        line = self.file.readline()
        while line[3:4] == b"-":
            line = self.file.readline()
        return line.decode("utf-8", "replace").rstrip()

    def say(self, line: bytes | str) -> str:
        """Say a command and return its reply."""
        self.socket.sendall((line.encode() if isinstance(line, str) else line) + b"\r\n")
        return self.answer()

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self.socket.close()


def say(port: int, client: str, mail_from: str, to: list[str], raw: bytes) -> str:
    """Send a mail and return the reply to the first command that was refused, or to the mail."""
    with Wire(port, client) as line:
        line.say("EHLO client.org")
        for command in (f"MAIL FROM:<{mail_from}>", *(f"RCPT TO:<{one}>" for one in to), "DATA"):
            reply = line.say(command)
            if reply[0] not in "23":
                return reply
        return line.say(raw + (b"." if raw.endswith(b"\r\n") else b"\r\n."))


def mail(author: str, text: str = "Forged words.", *more: str) -> bytes:
    """Return a plain mail; ``more`` are header lines."""
    return "\r\n".join([f"From: {author}", "Subject: A thought", *more, "", text, ""]).encode()
