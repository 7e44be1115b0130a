"""Who gets an archive, and what is in it."""

from email import message_from_bytes, policy

import pytest
from django.core.files.storage import storages

from forums import services
from forums.models import Contribution
from forums.services.files import path_of
from hub.lib.errors import NotFound
from listserv.archive.export import export_mbox, write_mbox
from listserv.mail.mbox import unquoted
from listserv.models import InboundMail


def mails(pieces):
    """Return the messages of an export."""
    return [message_from_bytes(unquoted(piece.partition(b"\n")[2]), policy=policy.default) for piece in pieces]


def test_members_get_what_they_may_read_without_addresses(cast, now, settings):
    cast.say(cast.amina, "One.", now=now)
    mailing_list = cast.policy.forum.mailing_list
    for nobody in (None, cast.stella):
        with pytest.raises(NotFound):
            write_mbox(mailing_list=mailing_list, reader=nobody)
    for reader in (cast.oona, cast.boris, cast.chen):
        piece = b"".join(write_mbox(mailing_list=mailing_list, reader=reader))
        assert b"people.example" not in piece and b"Amina Diallo" in piece
    assert b"<amina.diallo@people.example>" in b"".join(write_mbox(mailing_list=mailing_list, reader=cast.sofia))
    cast.sofia.is_active = False
    with pytest.raises(NotFound):
        write_mbox(mailing_list=mailing_list, reader=cast.sofia)


def test_what_is_held_or_rejected_is_not_in_it(cast, now):
    cast.policy.moderated = True
    cast.policy.save()
    held = cast.say(cast.amina, "Held.", now=now)
    cast.say(cast.chen, "Shown.", now=now)
    assert [mail.get_content().strip() for mail in mails(export_mbox(mailing_list=cast.policy.forum.mailing_list))] == [
        "Shown."
    ]
    services.reject_contribution(number=held.number, actor=cast.chen, reason="No.", now=now)
    assert len(mails(export_mbox(mailing_list=cast.policy.forum.mailing_list))) == 1


def test_words_of_the_web_thread_in_the_export_and_files_come_with_them(cast, now):
    first = cast.say(cast.amina, "أولا", now=now, subject="Ünits — 单位")
    name = "Ergebnisse – 结果 " + "x" * 150 + ".pdf"
    file = services.Upload(name, b"%PDF\r\n\0From me", "application/pdf")
    second = cast.say(cast.boris, "Second.", now=now, parent=first.number, files=(file,), folded="> first\n>From x")
    first_mail, second_mail = mails(export_mbox(mailing_list=cast.policy.forum.mailing_list))
    assert (first_mail["Subject"], first_mail.get_content().strip()) == ("Ünits — 单位", "أولا")
    assert (
        second_mail["In-Reply-To"] == f"<{first.message_id}>" and second_mail["Message-ID"] == f"<{second.message_id}>"
    )
    text, attached = second_mail.iter_parts()
    assert text.get_content().replace("\r\n", "\n").strip() == "Second.\n\n> first\n>From x"
    assert (attached.get_filename(), attached.get_content()) == (name, b"%PDF\r\n\0From me")
    assert second_mail["X-Hub-Folded"] == "2"


def test_a_lost_file_is_named_and_the_export_goes_on(cast, now):
    file = services.Upload("gone.pdf", b"%PDF-gone", "application/pdf")
    cast.say(cast.amina, "One.", now=now, files=(file,))
    storages["private"].delete(path_of(Contribution.objects.get().attachments.get().sha256))
    (mail,) = mails(export_mbox(mailing_list=cast.policy.forum.mailing_list))
    assert "[gone.pdf]" in mail.as_string()


def test_mails_are_given_as_they_came_in_unless_they_were_changed(cast, now):
    mailing_list = cast.policy.forum.mailing_list
    rows = [cast.say(cast.amina, f"Word {n}.", now=now, message_id=f"{n}@x.example") for n in (1, 2)]
    for row in rows:
        InboundMail.objects.create(
            received_at=now, next_at=now, peer="", recipient=mailing_list.address, kind="post", size=1,
            list=mailing_list,
            raw=b"Message-ID: <%s>\r\nX-Mine: yes\r\n\r\nRaw.\r\n" % row.message_id.encode(), sha256="0",
            message_id=row.message_id, action="accept", code="ok", state="published", contribution=row,
        )  # fmt: skip
    services.edit_contribution(number=rows[1].number, actor=cast.chen, text="Changed.", reason="Typing", now=now)
    first_mail, second_mail = mails(export_mbox(mailing_list=mailing_list, as_received=True))
    assert (first_mail["X-Mine"], first_mail.get_content().strip()) == ("yes", "Raw.")
    assert second_mail["X-Mine"] is None and second_mail.get_content().strip() == "Changed."


def test_an_internationalised_address_is_written_as_it_is(cast, now):
    cast.say(cast.amina, "One.", now=now, author_address="用户@例子.example")
    (piece,) = export_mbox(mailing_list=cast.policy.forum.mailing_list)
    assert "<用户@例子.example>".encode() in piece and piece.startswith(b"From MAILER-DAEMON ")
