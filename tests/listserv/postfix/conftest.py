"""Hubs behind a real Postfix: a server in a thread at the port that Postfix knows, a stock server that sends to it."""

import smtplib
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from listserv.gateway import authentication
from tests.listserv.gateway.conftest import SmtpServer, start
from tests.listserv.postfix import guide
from tests.listserv.postfix.postfix import Postfix, answers, until
from tests.listserv.sink import Sink, Taken

# From here comes the world: outside of mynetworks.
OUTSIDE = "127.0.0.9"
LISTS, MAIL = "lists.hub.example", "mail.example.org"
CERT = "/etc/letsencrypt/live/mail.example.org"


@dataclass
class Front:
    """A Postfix in front of the hub, a stock one that sends, and the rest of the world."""

    hub_port: int
    port: int
    out_port: int
    world: Sink
    postfix: Postfix = field(repr=False)
    sender: Postfix = field(repr=False)
    sender_port: int

    def client(self) -> smtplib.SMTP:
        """Connect to the Postfix in front as somebody from the world."""
        return smtplib.SMTP(
            "127.0.0.1", self.port, local_hostname="client.example", timeout=60, source_address=(OUTSIDE, 0)
        )

    def send(self, raw: str, to: str, *, mail_from: str) -> tuple[int, str]:
        """Send a message to the Postfix in front; return the first refusal, or the answer to the message."""
        with self.client() as client:
            client.ehlo()
            for command in (lambda: client.mail(mail_from), lambda: client.rcpt(to)):
                code, text = command()
                if code != 250:
                    return code, text.decode()
            code, text = client.data(raw.encode())
            return code, text.decode()

    def submit(self, raw: str, to: str, *, mail_from: str) -> None:
        """Give a message to the Postfix in front, as the hub does with its copies."""
        with smtplib.SMTP("127.0.0.1", self.out_port, local_hostname=LISTS, timeout=60) as client:
            client.sendmail(mail_from, [to], raw.encode())

    def relay(self, raw: str, to: str, *, mail_from: str, **options: list[str]) -> None:
        """Give a message to the stock Postfix, which sends it to the Postfix in front."""
        with smtplib.SMTP("127.0.0.1", self.sender_port, local_hostname="desk.sender.example", timeout=60) as client:
            client.sendmail(
                mail_from, [to], raw.encode(),
                mail_options=options.get("mail", []), rcpt_options=options.get("rcpt", []),
            )  # fmt: skip

    def came_back(self) -> list[Taken]:
        """Wait until both queues are empty and return what the world has got."""
        self.sender.drained()
        self.postfix.drained()
        return list(self.world.taken)

    def close(self) -> None:
        """End all of it."""
        self.sender.close()
        self.postfix.close()
        self.world.close()


def sender(front: int, world: int, port: int) -> Postfix:
    """Return a Postfix as it comes, whose lists are at the Postfix in front."""
    main = (
        f"compatibility_level = 3.6\nmyhostname = mx.sender.example\nmydestination =\nmynetworks = 127.0.0.0/8\n"
        f"transport_maps = inline:{{ {{ {LISTS} = smtp:[127.0.0.1]:{front} }} }}\n"
        f"relayhost = [127.0.0.1]:{world}\nsmtp_bind_address = {OUTSIDE}\n"
    )
    return Postfix(main, f"127.0.0.1:{port} inet n - n - - smtpd", [port])


def front(way: str, folder: Path, **ports: int) -> Front:
    """Start the Postfix of one way of the guide."""
    world = Sink(extensions=("PIPELINING", "SMTPUTF8", "8BITMIME"))
    hub_port, port, out_port, sender_port = (guide.free_port() for _ in range(4))
    cert, key = guide.certificate(folder)
    main = guide.block(way, "main.cf", {
        "lists.example.org": LISTS, ":8025": f":{hub_port}", f"{CERT}/privkey.pem": str(key),
        f"{CERT}/fullchain.pem": str(cert),
    })  # fmt: skip
    changes = {"smtp      inet": f"127.0.0.1:{port} inet", ":10587": f":{out_port}"}
    if way == "before-queue":
        changes[":8025"] = f":{hub_port}"
    else:
        changes |= {":8891": f":{ports['opendkim']}", ":8893": f":{ports['opendmarc']}"}
    # What the guide's Postfix looks up in DNS is all one server here.
    main += f"relayhost = [127.0.0.1]:{world.port}\nsmtpd_authorized_xclient_hosts = {OUTSIDE}\n"
    postfix = Postfix(main, guide.block(way, "master.cf", changes), [port, out_port])
    return Front(hub_port, port, out_port, world, postfix, sender(port, world.port, sender_port), sender_port)


def settings_of(way: str, settings: Any) -> None:
    """Set what the guide says for the hub."""
    for line in guide.blocks()[way, "hub"].splitlines():
        name, _equals, value = line.partition("=")
        if name in {"HUB_TRUSTED_RELAYS", "HUB_QUEUING_RELAYS", "HUB_SMTP_PROXY", "HUB_TRUSTED_PROXIES"}:
            setattr(settings, name, (ip_network(value),))
        elif name == "HUB_AUTHSERV_ID":
            settings.HUB_AUTHSERV_ID = value


@pytest.fixture
def people(transactional_db: None, cast: Any) -> Any:
    """The cast, in a database that other threads see."""
    return cast


@pytest.fixture
def risk(people: Any) -> str:
    """The address of the closed discussion's list."""
    return str(people.policy.forum.mailing_list.address)


@pytest.fixture
def at_port(transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a function that starts the hub's gateway at a port."""
    running: list[SmtpServer] = []

    def run(port: int) -> SmtpServer:
        until(lambda: not answers(port), f"An earlier hub at {port}")
        monkeypatch.setattr("tests.listserv.gateway.conftest.free_port", lambda: port)
        monkeypatch.setattr(authentication, "WRONG_PASSWORD_SECONDS", 0.0)
        running.append(start(settings))
        return running[-1]

    yield run
    for smtp_server in running:
        smtp_server.stop()
    connections.close_all()
