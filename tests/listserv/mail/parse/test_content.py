"""Mails with odd parts, through the running server: one is refused with what to do, the others become contributions."""

from allauth.account.models import EmailAddress

from forums.models import Contribution
from tests.listserv.gateway.conftest import drain
from tests.listserv.mail.parse.mails import INVITATION, PNG, envelope, mail, multi, part


def test_what_a_mail_carries_is_in_its_contribution(smtp_server, people, risk):
    armoured = part("text/plain", "-----BEGIN PGP MESSAGE-----\r\n\r\nhQEM\r\n-----END PGP MESSAGE-----\r\n")
    code, text = smtp_server.send(mail(armoured), risk, member=people.amina)
    assert code == 550 and text.startswith("5.6.1 ") and "OpenPGP" in text and "without encryption" in text
    EmailAddress.objects.create(user=people.amina, email="用户@例子.example", verified=True)
    picture = part("image/png; name=plot.png", PNG, "Content-ID: <plot@x>", "Content-Disposition: inline")
    raw = mail(
        multi(
            "mixed",
            multi("related", part("text/html", 'See <img src="cid:plot@x">'), picture, boundary="b2"),
            part('application/ms-tnef; name="winmail.dat"', envelope(("Résultats.pdf", b"%PDF"))),
            part("text/calendar", INVITATION.format(method="REQUEST")),
        ),
        From="阿米娜 <用户@xn--fsqu00a.example>",
    )
    assert smtp_server.send(raw, risk, member=people.amina, mail_from="用户@例子.example", utf8=True)[0] == 250
    drain()
    contribution = Contribution.objects.get()
    assert (contribution.author, contribution.author_address) == (people.amina, "用户@例子.example")
    assert contribution.text.startswith(
        "See [image: plot.png]\n\nInvitation: Field trial call, second round\nWhen: 1 December"
    )
    assert [file.name for file in contribution.attachments.all()] == ["plot.png", "Résultats.pdf", "invitation.ics"]
