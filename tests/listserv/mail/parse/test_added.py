"""Parts that mail programs add or name by themselves: text is read, the rest refuses nobody's mail."""

import pytest

from forums import rules
from listserv.mail.parse import message
from tests.listserv.mail.parse.test_broken_mail import HEAD, multipart, text

PDF = "Content-Type: application/pdf; name=plot.pdf\r\nContent-Disposition: attachment; filename=plot.pdf\r\n\r\n%PDF"
PICTURE = "Content-Type: image/jpeg; name=plot.jpg\r\nContent-Disposition: inline; filename=plot.jpg\r\n\r\n\xff\xd8xx"


def named(name: str, kind: str, content: str, how: str = "attachment") -> str:
    """A part with a file name."""
    return f'Content-Type: {kind}; name="{name}"\r\nContent-Disposition: {how}; filename="{name}"\r\n\r\n{content}'


def read(*parts: str, kind: str = "mixed") -> message.ParsedMessage:
    return message.parse(f"{HEAD}{multipart(kind, *parts)}\r\n".encode("latin-1"))


@pytest.mark.parametrize(
    "name, kind",
    [
        ("ATT00001.htm", "text/html"),
        ("ATT00001.html", "text/html"),
        ("att00002.txt", "text/plain"),
        ("ATT-12.txt", "text/plain"),
        ("ATT00001.c", "text/plain"),
        ("ATT00001.txt", "application/octet-stream"),
        ("ATT00001.htm", "application/octet-stream"),
        ("Part 1.2.txt", "text/plain"),
        ("part2.html", "text/html"),
        ("noname", "text/plain"),
        ("noname.html", "text/html"),
        ("unnamed.txt", "text/plain"),
        ("mime-attachment.txt", "text/plain"),
        ("Mail Attachment.txt", "text/plain"),
        ("Mail-Anhang.html", "text/html"),
        ("Attached Message Part", "text/plain"),
        ("body.txt", "text/plain"),
        ("InterScan_Disclaimer.txt", "text/plain"),
        ("", "text/plain"),
        ("", "text/html"),
    ],
)
@pytest.mark.parametrize("how", ["attachment", "inline"])
def test_pieces_of_the_text_are_read_as_text(name, kind, how):
    words = "<p>Do you see the edge?</p>" if "htm" in name + kind else "Do you see the edge?"
    mail = read(text("See this drawing:"), PDF, named(name, kind, words, how))
    assert mail.text.startswith("See this drawing:") and mail.text.endswith("Do you see the edge?")
    assert [file.name for file in mail.files] == ["plot.pdf"]


def test_a_file_between_two_pieces_is_called_by_its_name_there():
    mail = read(text("See this drawing:"), PDF, named("ATT00001.htm", "text/html", "<p>Do you see the edge?</p>"))
    assert mail.text == "See this drawing:\n\n[plot.pdf]\n\nDo you see the edge?"
    mail = read(text("See this drawing:"), PICTURE, named("ATT00001.txt", "text/plain", "Do you see the edge?"))
    assert mail.text == "See this drawing:\n\n[image: plot.jpg]\n\nDo you see the edge?"


@pytest.mark.parametrize(
    "name, kind, content, file_name",
    [
        ("minutes.txt", "text/plain", "What was said.", "minutes.txt"),
        ("Partners.txt", "text/plain", "Who they are.", "Partners.txt"),
        ("attendance.txt", "text/plain", "Who came.", "attendance.txt"),
        ("counts.csv", "text/csv", "a,b", "counts.csv"),
        ("ATT00001.pdf", "application/pdf", "%PDF", "ATT00001.pdf"),
        ("ATT00001.bin", "application/octet-stream", "%PDF-1.7", "ATT00001.pdf"),
        ("", "application/octet-stream", "\x89PNG\r\n\x1a\nx", "attachment-1.png"),
        ("ATT00002.dat", "application/octet-stream", "\x00\x01\x02", "ATT00002.dat"),
    ],
)
def test_files_that_people_send_stay_files(name, kind, content, file_name):
    mail = read(text("Here it is."), named(name, kind, content))
    assert mail.text == "Here it is." and [file.name for file in mail.files] == [file_name]
    assert file_name.rpartition(".")[2] in rules.FILE_TYPES


@pytest.mark.parametrize("name", ["ATT00001.bin", "ATT00001.unk", "noname", ""])
def test_what_nobody_can_open_is_left_out_and_named(name):
    mail = read(text("Here it is."), named(name, "application/octet-stream", "\x00\x01\x02"))
    assert mail.files == () and len(mail.notes) == 1
    assert "left out" in mail.notes[0].render() and (name.partition(".")[0] or "attachment-1") in mail.notes[0].render()


@pytest.mark.parametrize(
    "part",
    [
        named("oledata.mso", "application/x-mso", "x"),
        named("image001.emz", "image/x-emz", "x"),
        named("image002.wmz", "application/x-ms-wmz", "x"),
        named("themedata.thmx", "application/vnd.ms-officetheme", "x"),
        named("._plot.pdf", "application/applefile", "x"),
        named("plot.pdf", "application/applefile", "x"),
        "Content-Type: text/x-amp-html\r\n\r\n<html amp4email>x",
        "Content-Type: text/watch-html\r\n\r\n<b>x</b>",
    ],
)
def test_what_only_dresses_another_part_is_not_seen(part):
    mail = read(text("Here it is."), part)
    assert (mail.text, mail.files, mail.notes) == ("Here it is.", (), ())


@pytest.mark.parametrize(
    "part",
    [
        "Content-Type: text/css\r\n\r\nbody { margin: 0 }",
        named("filelist.xml", "text/xml", "<xml/>", "inline"),
        named("header.htm", "text/html", "<p>x</p>", "inline"),
        "Content-Type: text/javascript\r\n\r\nalert(1)",
    ],
)
def test_what_dresses_a_page_is_not_seen_beside_it(part):
    page = "Content-Type: text/html\r\n\r\n<p>Here it is.</p>"
    mail = read(page, part, kind="related")
    assert (mail.text.strip(), mail.files, mail.notes) == ("Here it is.", (), ())


def test_an_archive_keeps_every_part():
    raw = multipart("mixed", text("Here it is."), named("oledata.mso", "application/x-mso", "x"),
                    named("ATT00001.bin", "application/octet-stream", "\x00\x01"))  # fmt: skip
    mail = message.parse(f"{HEAD}{raw}\r\n".encode("latin-1"), whole=True)
    assert [file.name for file in mail.files] == ["oledata.mso", "ATT00001.bin"]
