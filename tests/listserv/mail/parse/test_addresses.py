"""Addresses of every script: one spelling in the hub, whatever a mail writes."""

from email import message_from_bytes, policy

import pytest
from allauth.account.models import EmailAddress

from hub.lib.addresses import fold_address
from hub.lib.mail import send_notification
from hub.members.selectors import member_by_address
from listserv.gateway.sender import claimed_member
from listserv.mail.parse.headers import addresses, display_name
from listserv.mail.parse.message import parse
from listserv.models import Notice
from tests.listserv.mail.parse.mails import mail, part

HAN = "用户@例子.example"


@pytest.mark.parametrize(
    "written, folded",
    [
        (" Amina@People.EXAMPLE ", "amina@people.example"),
        ("用户@xn--fsqu00a.example", HAN),
        ("用户@XN--FSQU00A.example", HAN),
        ("jose\u0301@bücher.example", "josé@bücher.example"),
        ("a@xn--bcher-kva.example", "a@bücher.example"),
        ("a@faß.example", "a@faß.example"),
        ("a@xn--\uffff.example", "a@xn--\uffff.example"),
        ("a@under_score.xn--fsqu00a", "a@under_score.例子"),
        ("no address", "no address"),
        ("@", "@"),
        ("a@" + "é" * 300, "a@" + "é" * 300),
    ],
)
def test_one_mailbox_has_one_spelling(written, folded):
    assert fold_address(written) == folded == fold_address(folded)


@pytest.mark.parametrize("domain", ["例子.example", "xn--fsqu00a.example"])
def test_a_member_is_known_by_an_internationalised_address(cast, domain):
    EmailAddress.objects.create(user=cast.amina, email=HAN, verified=True)
    raw = mail(part("text/plain", "Hello."), From=f"阿米娜 <用户@{domain}>")
    assert claimed_member(parse(raw)) == cast.amina
    assert member_by_address(f"用户@{domain}") == cast.amina


def test_a_notification_to_such_an_address_names_it_as_it_is(db, settings):
    send_notification(to=HAN, template="members/mail/unknown_address", context={"url": "https://hub.example/"})
    notice = Notice.objects.get()
    notification = message_from_bytes(bytes(notice.raw), policy=policy.SMTPUTF8)
    assert notice.recipients == [HAN] and f"To: {HAN}".encode() in bytes(notice.raw)
    assert "https://hub.example/" in notification.get_body().get_content()


@pytest.mark.parametrize(
    "field, name",
    [
        ("Amina Diallo <a@b.example>", "Amina Diallo"),
        ('"Diallo, \\"Ami\\" Amina" <a@b.example>', 'Diallo, "Ami" Amina'),
        ("=?utf-8?q?Jos=C3=A9?= =?utf-8?q?_Pe=C3=B1a?= <a@b.example>", "José Peña"),
        ("a@b.example (Amina Diallo)", "Amina Diallo"),
        ("<a@b.example>", ""),
        ("a@b.example", ""),
        ('"\u202eevil\u0000" <a@b.example>', "evil"),
        ("x" * 500 + " <a@b.example>", "x" * 150),
        ("", ""),
    ],
)
def test_a_name_is_what_stands_beside_the_address(field, name):
    assert display_name(field) == name
    assert "<" not in "".join(addresses(field))
