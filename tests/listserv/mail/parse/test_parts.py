"""What a mail carries beside its words is opened, said, kept or left away, and never breaks the reading."""

import contextlib
import random

import pytest

from listserv.mail.parse.message import parse
from listserv.mail.parse.tnef import BrokenEnvelope, open_envelope
from tests.growth import TIMES, assert_linear
from tests.listserv.mail.parse.mails import INVITATION, PIXEL, PNG, envelope, mail, multi, part, signed_data

TEXT = part("text/plain; charset=utf-8", "My own words.")
INNER = b'Content-Type: text/plain; charset="utf-8"\r\n\r\nSigned words, at some length, so that they go in pieces.\r\n'


def names(raw, **how):
    """Return the names of the files in a mail."""
    return [file.name for file in parse(raw, **how).files]


def note_texts(raw):
    """Return what is to be said of a mail's parts."""
    return [note.render() for note in parse(raw).notes]


def test_outlooks_envelope_is_opened():
    packed = envelope(("Résumé – 结果.pdf", b"%PDF-1"), ("b.docx", b"PK"))
    raw = mail(multi("mixed", TEXT, part('application/ms-tnef; name="winmail.dat"', packed)))
    parsed = parse(raw)
    assert [(file.name, file.content) for file in parsed.files] == [("Résumé – 结果.pdf", b"%PDF-1"), ("b.docx", b"PK")]
    assert parsed.text == "My own words."
    assert names(raw, whole=True) == ["winmail.dat", "Résumé – 结果.pdf", "b.docx"]
    assert parse(mail(part("application/ms-tnef", envelope(body=b"In the envelope.")))).text == "In the envelope."


def test_an_envelope_that_does_not_open_is_kept():
    for packed in (b"no envelope", envelope(("a.pdf", b"%PDF"))[:60], b"\x78\x9f\x3e\x22\0\0" + b"\xff" * 90):
        assert names(mail(multi("mixed", TEXT, part("application/ms-tnef", packed)))) == ["winmail.dat"]


def test_no_envelope_breaks_or_holds_up_the_reader():
    chance, whole = random.Random(1), envelope(*((f"{n}.pdf", b"%PDF" * 200) for n in range(5)))
    for _round in range(500):
        broken = bytearray(whole)
        for _byte in range(20):
            broken[chance.randrange(len(broken))] = chance.choice((0, 255, chance.randrange(256)))
        try:
            open_envelope(bytes(broken))
        except BrokenEnvelope:
            continue


def test_an_envelope_of_many_files_is_opened_in_linear_time():
    def open_cut(packed: bytes) -> None:
        with contextlib.suppress(BrokenEnvelope):
            open_envelope(packed)

    assert_linear(open_cut, lambda files: envelope(*((f"{n}.pdf", b"%PDF" * 200) for n in range(files)))[:-1], 60)


@pytest.mark.parametrize("method, heading", [("REQUEST", "Invitation"), ("CANCEL", "Cancelled"), ("PUBLISH", "Event")])
def test_an_invitation_is_said_in_words_and_kept_once(method, heading):
    calendar = INVITATION.format(method=method).encode()
    raw = mail(
        multi(
            "mixed",
            multi("alternative", TEXT, part(f"text/calendar; method={method}", calendar), boundary="b2"),
            part("application/ics; name=invite.ics", calendar),
        )
    )
    assert note_texts(raw) == [
        f"{heading}: Field trial call, second round\n"
        "When: 1 December 2026, 09:00–10:30 UTC (1 December 2026, 10:00–11:30 W. Europe Standard Time)\n"
        "Where: Room 3\nOrganised by: Amina Diallo"
    ]
    assert names(raw) == ["invitation.ics"]


@pytest.mark.parametrize("calendar", [b"BEGIN:VCALENDAR", b"\xff\xfe\x00junk", b"BEGIN:VEVENT\r\n" * 5_000])
def test_a_calendar_that_cannot_be_read_is_a_file(calendar):
    raw = mail(multi("mixed", TEXT, part("text/calendar", calendar)))
    assert (note_texts(raw), names(raw)) == ([], ["invitation.ics"])


def test_days_and_floating_times_are_said_as_what_they_are():
    day = INVITATION.format(method="REQUEST").replace(";TZID=W. Europe Standard Time", ";VALUE=DATE")
    day = day.replace("T100000", "").replace("20261201T113000", "20261203")
    floating = INVITATION.format(method="REQUEST").replace(";TZID=W. Europe Standard Time", "")
    for calendar, when in ((day, "1 December 2026 – 2 December 2026"), (floating, "10:00–11:30, local time")):
        assert when in note_texts(mail(part("text/calendar", calendar.encode())))[0]


@pytest.mark.parametrize("without_zone", ["DTSTART", "DTEND"])
def test_an_end_that_cannot_be_compared_with_its_start_is_left_out(without_zone):
    calendar = INVITATION.format(method="REQUEST").replace(f"{without_zone};TZID=W. Europe Standard Time", without_zone)
    (words,) = note_texts(mail(part("text/calendar", calendar.encode())))
    assert "When: 1 December 2026, " in words and "11:30" not in words


def test_signed_mails_are_marked():
    pgp = multi("signed", TEXT, part("application/pgp-signature; name=signature.asc", "-----BEGIN PGP SIGNATURE-----"))
    smime = multi("signed", TEXT, part("application/pkcs7-signature; name=smime.p7s", b"0\x82"), boundary="b3")
    assert note_texts(mail(pgp)) == ["Signed with OpenPGP; the hub did not check the signature."]
    assert note_texts(mail(smime)) == ["Signed with S/MIME; the hub did not check the signature."]
    assert (names(mail(pgp)), names(mail(pgp), whole=True)) == (["signature.asc"], ["signature.asc"])


@pytest.mark.parametrize("streamed", [False, True])
def test_what_is_wrapped_in_a_signature_is_read(streamed):
    data = signed_data(multi("mixed", INNER, part("application/pdf; name=a.pdf", b"%PDF")), streamed=streamed)
    parsed = parse(mail(part("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", data)))
    assert parsed.text.startswith("Signed words, at some length") and [file.name for file in parsed.files] == ["a.pdf"]
    assert (len(parsed.notes), parsed.encrypted) == (1, "")
    again = mail(part("application/pkcs7-mime", signed_data(part("application/pkcs7-mime", signed_data(INNER)))))
    assert [file.name for file in parse(again).files] == ["smime.p7m"]


def test_text_that_is_signed_in_place_loses_its_armour_and_nothing_else():
    text = (
        "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nWords.\r\n- -- a dash\r\n"
        "-----BEGIN PGP SIGNATURE-----\r\n\r\niQEz\r\n-----END PGP SIGNATURE-----\r\n"
    )
    parsed = parse(mail(part("text/plain", text)))
    assert parsed.text.startswith("Words.\n-- a dash\n\n-- \n-----BEGIN PGP SIGNATURE-----")
    assert len(parsed.notes) == 1


ENVELOPED = bytes.fromhex("308006092a864886f70d010703a080") + b"\0" * 40
ARMOURED = "-----BEGIN PGP MESSAGE-----\r\n\r\nhQEM\r\n-----END PGP MESSAGE-----\r\n"


@pytest.mark.parametrize(
    "body, how",
    [
        (multi("encrypted", part("application/pgp-encrypted", "Version: 1"), part("text/plain", ARMOURED)), "OpenPGP"),
        (part("text/plain", ARMOURED), "OpenPGP"),
        (part("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", ENVELOPED), "S/MIME"),
        (part("text/plain", f"Look at this:\r\n\r\n{ARMOURED}"), ""),
    ],
)
def test_encrypted_mails_are_known(body, how):
    assert parse(mail(body)).encrypted == how


HTML = '<p>See <img alt="x" src="cid:plot@x"> and <img src="https://t.example/p.gif"><img src="cid:dot@x">.</p>'
PLOT = part('image/png; name="plot.png"', PNG, "Content-ID: <plot@x>", "Content-Disposition: inline")
DOT = part('image/gif; name="dot.gif"', PIXEL, "Content-ID: <dot@x>", "Content-Disposition: inline")
LOGO = part('image/png; name="plot.png"', PNG + b"logo", "Content-ID: <logo@x>")


def test_enclosed_pictures_are_files_and_have_their_place_in_the_text():
    parsed = parse(mail(multi("related", part("text/html", HTML), PLOT, DOT)))
    assert "[image: plot.png]" in parsed.text and "dot" not in parsed.text
    assert [(file.name, file.mark) for file in parsed.files] == [("plot.png", "[image: plot.png]")]


def test_a_picture_that_only_html_shows_stands_below_the_plain_text_unless_it_is_of_the_signature():
    html = part("text/html", f'{HTML}<p>Regards</p>-- <br>Amina <img src="cid:logo@x">')
    related = multi("related", html, PLOT, DOT, LOGO, boundary="b2")
    raw = mail(multi("alternative", TEXT, related))
    parsed = parse(raw)
    assert [(file.name, file.at_end) for file in parsed.files] == [("plot.png", True)]
    assert names(raw, whole=True) == ["plot.png", "dot.gif", "plot-3.png"]


def test_outlook_and_apple_say_where_pictures_stand():
    plain = part("text/plain", "As in [cid:plot@x] here.")
    raw = mail(multi("alternative", plain, multi("related", part("text/html", HTML), PLOT, boundary="b2")))
    assert parse(raw).text == "As in [image: plot.png] here."
    inline = part("image/png; name=a.png", PNG, "Content-Disposition: inline")
    between = parse(mail(multi("mixed", TEXT, inline, part("text/plain", "Below."))))
    assert between.text == "My own words.\n\n[image: a.png]\n\nBelow."
    behind = parse(mail(multi("mixed", TEXT, inline)))
    assert (behind.text, behind.files[0].mark) == ("My own words.", "")


def test_a_forwarded_mail_is_a_file_with_a_word_on_what_it_is_and_its_files_beside_it():
    body = multi("mixed", TEXT, part("application/pdf; name=report.pdf", b"%PDF"), boundary="b9")
    inner = mail(body, Subject="=?utf-8?q?R=C3=A9sultats?=", Date="Mon, 5 Oct 2026 10:00:00 +0200")
    raw = mail(multi("mixed", TEXT, b"Content-Type: message/rfc822\r\n\r\n" + inner))
    assert names(raw) == ["Résultats.eml", "report.pdf"]
    assert note_texts(raw) == [
        "Forwarded message: “Résultats” by Amina Diallo, 5 October 2026, 08:00 UTC (Résultats.eml)"
    ]


@pytest.mark.parametrize(
    "header, name",
    [
        ('filename="../../etc/passwd.txt"', "passwd.txt"),
        ('filename="C:\\\\temp\\\\a.pdf"', "a.pdf"),
        ("filename*=utf-8''exe%E2%80%AEfdp.doc", "exefdp.doc"),
        ("filename*=utf-8''a%E2%80%8B.p%C2%ADdf", "a.pdf"),
        ("filename*0*=utf-8''R%C3%A9; filename*1=\"sum\"; filename*2*=%C3%A9.pdf", "Résumé.pdf"),
        ('filename="=?utf-8?b?UsOpc3Vtw6kucGRm?="', "Résumé.pdf"),
        ('filename="résumé.pdf"', "résumé.pdf"),
        ('filename="con.pdf"', "_con.pdf"),
        ('filename="report.pdf.exe"', "report.pdf.exe"),
        ('filename="  .. "', "attachment-1.pdf"),
        ('filename="a\tb.pdf"', "a b.pdf"),
        ('filename="' + "x" * 500 + '.pdf"', "x" * 180 + ".pdf"),
        ("x=y", "attachment-1.pdf"),
    ],
)
def test_file_names_are_what_they_seem(header, name):
    body = part("application/pdf", b"%PDF", f"Content-Disposition: attachment; {header}")
    assert names(mail(multi("mixed", TEXT, body))) == [name]


def test_empty_parts_are_no_files():
    assert names(mail(multi("mixed", TEXT, part("application/pdf; name=a.pdf", " \r\n")))) == []


def _many(repeated: bytes, count: int) -> bytes:
    return mail(multi("mixed", *([repeated] * count)))


INSIDE = b"Content-Type: message/rfc822\r\n\r\n" + _many(part("application/pdf; name=a.pdf", "%PDF"), 900).replace(
    b"b1", b"b2"
)
PGP = "-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\n"
EVENTS = "BEGIN:VCALENDAR\r\n" + "BEGIN:VEVENT\r\nSUMMARY:x\r\nEND:VEVENT\r\n" * 2_300 + "END:VCALENDAR"


@pytest.mark.parametrize(
    "make, count",
    [
        (lambda size: _many(INSIDE, size), 60),
        (lambda size: _many(part("text/calendar", EVENTS), size), 60),
        (lambda size: _many(part("application/ms-tnef", "x" * 2_000), size), 900),
        (lambda size: _many(part("application/pkcs7-mime", signed_data(INNER * 50)), size), 300),
        (lambda size: mail(multi("related", part("text/html", "<img " * size), PLOT)), 150_000),
        (lambda size: mail(multi("related", part("text/html", "<img src='cid:" + "src=cid:" * size), PLOT)), 100_000),
        (lambda size: mail(multi("related", part("text/plain", "[cid:" * size), PLOT)), 150_000),
        (lambda size: mail(part("text/plain", PGP + "- -\r\n" * size)), 150_000),
        (lambda size: mail(part("text/plain; charset=koi8-r", ("привет всем " * size).encode("cp1251"))), 40_000),
        (lambda size: mail(part("text/plain; charset=latin1", bytes(range(0x80, 0x100)) * size)), 5_000),
    ],
    ids="forwarded calendars envelopes smime img cid plain pgp cyrillic high".split(),
)
def test_hostile_parts_cost_what_their_length_does(make, count):
    assert_linear(parse, make, count // TIMES)
