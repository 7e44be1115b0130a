"""What a member has chosen to get of a contribution, and in whose name it comes."""

from email import message_from_bytes, policy
from typing import Any

import pytest

from forums import services as forums
from listserv import tokens
from listserv.models import MailingList, Subscription
from listserv.outbound import authors
from listserv.outbound.mime_writing import file_part
from tests.listserv.copies import copies

pytestmark = pytest.mark.django_db


@pytest.fixture
def choose(cast):
    """Return a function that sets how a member gets the list's mail."""
    return lambda member, **fields: Subscription.objects.filter(member=member).update(**fields)


def mail(contribution: Any, member: Any) -> Any:
    raw = b"".join(copies(contribution, member)[0].parts)
    message = message_from_bytes(raw, policy=policy.default)
    assert not message.defects and not any(part.defects for part in message.walk())
    return message


def text(message: Any) -> str:
    return message.get_body(("plain",)).get_content().replace("\r\n", "\n")


def uploads(*sizes: int) -> tuple[forums.Upload, ...]:
    return tuple(
        forums.Upload(f"données {number}.pdf", b"%PDF" + bytes([number]) * (size - 4), "application/pdf")
        for number, size in enumerate(sizes, 1)
    )


def test_files_come_with_the_mail_for_those_who_want_them_and_as_links_for_others(cast, now, choose):
    choose(cast.boris, files="attach")
    contribution = cast.say(cast.amina, "See the files.", files=uploads(2_000, 3_000), now=now)
    message, other = mail(contribution, cast.boris), mail(contribution, cast.chen)
    parts = list(message.iter_attachments())
    assert [part.get_filename() for part in parts] == ["données 1.pdf", "données 2.pdf"]
    assert [part.get_content_type() for part in parts] == ["application/pdf"] * 2
    assert parts[0].get_content() == b"%PDF" + b"\1" * 1_996
    assert "données 1.pdf (2 kB)\ndonnées 2.pdf (3 kB)" in text(message) and "/files/" not in text(message)
    assert not list(other.iter_attachments()) and text(other).count("/files/") == 2
    assert f"send GET {contribution.number} to risk-request@lists.hub.example" in text(other)
    assert "GET" not in text(message)
    assert (
        f"mailto:risk-request@lists.hub.example?subject=GET%20{contribution.number}"
        in other.get_body(("html",)).get_content()
    )


def test_files_over_the_limit_come_as_links(cast, now, choose, settings):
    settings.HUB_ATTACH_MAX_SIZE = 4_000
    choose(cast.boris, files="attach")
    contribution = cast.say(cast.amina, files=uploads(3_000, 3_000, 900), now=now)
    message = mail(contribution, cast.boris)
    assert [part.get_filename() for part in message.iter_attachments()] == ["données 1.pdf", "données 3.pdf"]
    assert text(message).count("/files/") == 1
    settings.HUB_ATTACH_MAX_SIZE = 0
    assert mail(contribution, cast.boris).get_content_type() == "multipart/alternative"


def test_a_lost_file_comes_as_a_link(cast, now, choose, settings):
    import shutil

    choose(cast.boris, files="attach")
    contribution = cast.say(cast.amina, files=uploads(3_000), now=now)
    shutil.rmtree(settings.STORAGES["private"]["OPTIONS"]["location"])
    assert "/files/" in text(mail(contribution, cast.boris))


def test_copies_with_files_share_them_whatever_their_language(cast, now, choose):
    for member in (cast.boris, cast.chen):
        choose(member, files="attach")
    choose(cast.chen, language="ar")
    contribution = cast.say(cast.amina, files=uploads(3_000), now=now)
    first, second = copies(contribution, cast.boris, cast.chen)
    assert first.parts[3] is second.parts[3] and first.parts[2] is not second.parts[2]


def test_a_notice_says_who_wrote_and_where_to_read_it(cast, now, choose):
    choose(cast.boris, delivery="notices")
    contribution = cast.say(cast.amina, "A long argument.", subject="Baselines", files=uploads(3_000), now=now)
    message = mail(contribution, cast.boris)
    lines = text(message)
    assert lines.startswith("Amina Diallo (Senegal) in “Risk assessment”") and "\n\nBaselines\n\n" in lines
    assert (
        "argument" not in message.as_string()
        and f"/c/{contribution.number}/" in lines
        and f"GET {contribution.number}" in lines
    )
    assert message["Subject"] == "[risk] Baselines" and message["List-Unsubscribe"]


@pytest.mark.parametrize(
    ("name", "kind", "disposition", "content_type"),
    [
        ("a.pdf", "application/pdf", 'attachment; filename="a.pdf"', "application/pdf"),
        ("../../x\r\nBcc: y.html", "text/html", None, "application/octet-stream"),
        ("mail.eml", "message/rfc822", None, "application/octet-stream"),
        ("x" * 300 + ".docx", "Application/X; name=y", None, "application/octet-stream"),
        ("报告" * 90 + ".docx", "nonsense", None, "application/octet-stream"),
    ],
)
def test_any_name_and_type_becomes_a_part_that_every_mta_takes(name, kind, disposition, content_type):
    raw = file_part(name, kind, b"\0" * 5_000)
    part = message_from_bytes(raw, policy=policy.default)
    assert not part.defects and part.get_content_type() == content_type and part["Bcc"] is None
    assert disposition is None or part["Content-Disposition"] == disposition
    assert raw.isascii() and max(map(len, raw.split(b"\r\n"))) < 998
    found = part.get_filename()
    assert "/" not in found and found.endswith(name[-5:]) and part.get_payload(decode=True) == b"\0" * 5_000


# --- In whose name ------------------------------------------------------------------------------------------------


@pytest.fixture
def open_list(cast):
    """The list, with its authors' addresses shown."""
    MailingList.objects.update(shows_addresses=True)
    return MailingList.objects.get()


@pytest.mark.parametrize(("asks", "own"), [(None, True), ("none", True), ("quarantine", False), ("reject", False)])
def test_the_authors_own_address_stands_where_its_domain_lets_it(cast, now, open_list, monkeypatch, asks, own):
    asked = []
    monkeypatch.setattr(authors, "policy_of", lambda domain: asked.append(domain) or asks)
    message = mail(cast.say(cast.amina, now=now), cast.boris)
    address, alias = (
        message["From"].addresses[0].addr_spec,
        tokens.alias_address("risk", member_id=cast.amina.pk, list_id=open_list.pk),
    )
    assert address == (cast.amina.email if own else alias) and asked == ["people.example"]
    assert (message["Sender"] is not None) is own and alias in text(message)
    assert message["Reply-To"].addresses[0].addr_spec.startswith("risk+r.")


def test_an_address_that_not_every_relay_takes_is_not_put_into_a_header(cast, now, open_list, monkeypatch):
    monkeypatch.setattr(authors, "policy_of", lambda domain: None)
    contribution = cast.say(cast.amina, author_address="αμίνα@people.example", now=now)
    assert mail(contribution, cast.boris)["From"].addresses[0].addr_spec.startswith("risk+a.")


def test_who_is_no_member_any_more_has_no_alias(cast, now):
    contribution = cast.say(cast.amina, now=now)
    cast.amina.is_active = False
    cast.amina.save()
    message = mail(contribution, cast.boris)
    assert message["From"].addresses[0].addr_spec == "risk@lists.hub.example" and "+a." not in message.as_string()
