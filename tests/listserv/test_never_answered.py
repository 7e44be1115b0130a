"""No program gets a letter from the hub, and no mail of a program is posted, whatever address it goes to."""

import re
from typing import Any

import pytest

from forums.models import Contribution
from hub.lib.clock import now as clock
from listserv.gateway import evaluation, spool
from listserv.gateway.incoming import IncomingMessage
from listserv.gateway.recipients import resolve
from listserv.gateway.worker import publish_accepted
from listserv.models import InboundMail, Notice
from tests.listserv.bounces.innocents import INNOCENTS
from tests.listserv.bounces.shapes import SHAPES
from tests.listserv.mail.parse.test_automatic import BY_PEOPLE

pytestmark = pytest.mark.django_db
PROGRAMS = {name: raw for name, raw in INNOCENTS.items() if name not in BY_PEOPLE}
TO = (
    "risk@lists.hub.example",
    "risk-request@lists.hub.example",
    "risk-help@lists.hub.example",
    "risk-join@lists.hub.example",
)


def receive(raw: bytes, to: str, *, mail_from: str) -> None:
    incoming = IncomingMessage("192.0.2.1", "far.example", None, mail_from, (resolve(to),), raw, len(raw), clock())
    spool.write([evaluation.evaluate(incoming)])
    publish_accepted(clock())


def from_amina(raw: bytes, cast: Any) -> bytes:
    """Let a mail be from a member, as far as its From tells."""
    return re.sub(rb"(?m)^From: [^\r\n]*", b"From: " + cast.amina.email.encode(), raw, count=1)


@pytest.mark.parametrize("to", TO)
def test_mail_of_a_program_in_a_members_name_is_discarded(to, cast):
    Notice.objects.all().delete()
    # What is known by its author alone is somebody else's under another name.
    known = {
        name: raw
        for name, raw in PROGRAMS.items()
        if name not in {"challenge of a service", "sendmail's return receipt"}
    }
    for raw in known.values():
        receive(from_amina(raw, cast), to, mail_from=cast.amina.email)
    assert set(InboundMail.objects.values_list("state", "code")) == {("discarded", "automatic")}
    assert not Notice.objects.exists() and not Contribution.objects.exists()


@pytest.mark.parametrize("to", TO)
def test_report_with_the_null_reverse_path_is_discarded(to, cast):
    for raw, _failed, _late in list(SHAPES.values())[::4]:
        receive(from_amina(raw, cast), to, mail_from="")
    assert set(InboundMail.objects.values_list("state", "code")) == {("discarded", "automatic")}
    assert not Notice.objects.exists() and not Contribution.objects.exists()


def test_command_that_came_through_a_list_is_not_answered(cast):
    raw = f"From: {cast.amina.email}\r\nList-Id: <other.lists.example>\r\nSubject: help\r\n\r\nhelp\r\n".encode()
    receive(raw, "risk-request@lists.hub.example", mail_from="owner-other@lists.example")
    assert InboundMail.objects.get().code == "automatic"
    assert not Notice.objects.exists()
