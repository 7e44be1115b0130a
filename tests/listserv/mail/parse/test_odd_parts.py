"""Mails whose programs spell types, charsets and parts in their own way: the words of their authors are read."""

import base64

import pytest

from listserv.mail.parse import message, mojibake
from listserv.mail.parse.charset import decode

HEAD = "From: Aino <a@b.example>\nSubject: Night\nDate: Sun, 29 Nov 2026 09:00:00 +0000\nMIME-Version: 1.0\n"
SHORT = "Words of the author."
RICH = f"<p>{SHORT}</p>"
PDF = "Content-Type: application/pdf; name=a.pdf\n\n%PDF-1"


def read(mail: str, charset: str = "utf-8") -> message.ParsedMessage:
    return message.parse(mail.replace("\n", "\r\n").encode(charset))


def parts(*pieces: str, kind: str = "mixed", before: str = "", behind: str = "") -> str:
    inner = "".join(f"--b1\n{piece}\n" for piece in pieces)
    return f"{HEAD}Content-Type: multipart/{kind}; boundary=b1\n\n{before}{inner}--b1--\n{behind}"


def text(words: str, subtype: str = "plain") -> str:
    return f"Content-Type: text/{subtype}; charset=utf-8\n\n{words}"


@pytest.mark.parametrize(
    "kind",
    [
        "text",
        "TEXT",
        "text/",
        "/plain",
        "plain",
        "plain/text",
        "text/ascii",
        "unknown/unknown",
        "application/text",
        "application/plain; charset=utf-8",
        "application/octet-stream",
        "application/x-unknown",
        "message/plain",
        '"text/plain"',
        "text / plain",
        "(words) text/plain (of mine); charset=utf-8",
        "",
    ],
)
def test_words_are_read_whatever_their_type_is_called(kind):
    mail = read(f"{HEAD}Content-Type: {kind}\n\n{SHORT}\n")
    assert (mail.text, mail.files) == (f"{SHORT}\n", ())


@pytest.mark.parametrize(
    "kind",
    [
        "html",
        '"text/html"',
        "text / html",
        "text/html (rich); charset=utf-8",
        "text/html charset=utf-8",
        "text/html, charset=utf-8",
    ],
)
def test_pages_are_read_as_pages_whatever_their_type_is_called(kind):
    assert read(f"{HEAD}Content-Type: {kind}\n\n{RICH}\n").text.strip() == SHORT


@pytest.mark.parametrize("kind", ["application/x-unknown", "application/json", "application/octet-stream"])
def test_what_has_a_name_or_is_attached_is_a_file(kind):
    assert [file.name for file in read(f"{HEAD}Content-Type: {kind}; name=a.dat\n\n{SHORT}\n").files] == ["a.dat"]
    attached = f"{HEAD}Content-Type: {kind}\nContent-Disposition: attachment\n\n{SHORT}\n"
    assert len(read(attached).files) == 1


@pytest.mark.parametrize(
    "field", ["text/plain charset=iso-8859-2", "text/plain, charset=iso-8859-2", "text/plain (x) ; charset=iso-8859-2"]
)
def test_a_charset_is_found_behind_whatever_sign(field):
    words = "žluťoučký kůň příšerně úpěl"
    assert read(f"{HEAD}Content-Type: {field}\n\n{words}\n", "iso-8859-2").text.strip() == words


@pytest.mark.parametrize("label", ["(no) base64", "base64 (no)", "BASE64;", '"base64"'])
def test_an_encoding_is_found_beside_comments(label):
    data = base64.b64encode("Größe".encode()).decode()
    mail = f"{HEAD}Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {label}\n\n{data}\n"
    assert read(mail).text == "Größe"


@pytest.mark.parametrize("blanks", ["", " ", "  \t"])
def test_a_soft_line_break_may_have_blanks_behind_it(blanks):
    field = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n"
    assert read(f"{HEAD}{field}\ncaf=C3={blanks}\n=A9 au =  \nlait={blanks}\n").text == "café au lait"


@pytest.mark.parametrize(
    "pieces, behind, words",
    [
        ([text("One.")], f"--b1\n{text('Two.')}\n--b1--\n", "One.\n\nTwo."),
        ([text("One.")], f"\n\n--b1\n{text('Two.')}\n--b1--\n\n--b1\n{text('Three.')}\n", "One.\n\nTwo.\n\nThree."),
        ([text("One.")], "Scanned by MailGuard.\n", "One."),
        ([PDF], f"\n{SHORT}\n", SHORT),
        ([PDF], "", ""),
    ],
)
def test_parts_and_words_behind_the_last_delimiter_are_read(pieces, behind, words):
    assert read(parts(*pieces, behind=behind)).text.strip() == words


def test_words_before_the_parts_are_read_where_there_are_no_others():
    assert read(parts(PDF, before=f"{SHORT}\n\n")).text.strip() == SHORT
    assert read(parts(text("One."), before=f"{SHORT}\n\n")).text == "One."
    about = "This is a multi-part message in MIME format.\n\n"
    assert read(parts(PDF, before=about)).text == ""


def test_an_inner_multipart_with_the_boundary_of_the_outer_one_hides_nothing():
    inner = f"Content-Type: multipart/alternative; boundary=b1\n\n--b1\n{text('One.')}\n--b1--"
    assert read(parts(inner, text("Footer."))).text == "One.\n\nFooter."


@pytest.mark.parametrize("value, delimiter", [("'b1'", "b1"), ("'b1'", "'b1'"), ('"b1"', "b1")])
def test_a_boundary_in_single_quotes_is_found(value, delimiter):
    body = f"--{delimiter}\n{text('One.')}\n--{delimiter}--\n"
    assert read(f"{HEAD}Content-Type: multipart/mixed; boundary={value}\n\n{body}").text == "One."


LONG = " ".join(f"Plot {number} yields {number * 7} kilograms of grain." for number in range(12))


@pytest.mark.parametrize(
    "plain, words",
    [
        ("This message requires an HTML viewer.", LONG),
        ("Your e-mail program does not support HTML. See it in a browser: https://x.example/1", LONG),
        ("Diese Nachricht ist im HTML-Format.", LONG),
        ("本邮件为 HTML 格式。", LONG),
        ("To leave: https://lists.example/leave", f"{LONG}\n\nTo leave: https://lists.example/leave"),
        ("Plot 3 yields grain.", "Plot 3 yields grain."),
        ("Grain yields of plot 3 in HTML are below.", "Grain yields of plot 3 in HTML are below."),
        ("Agreed.", "Agreed."),
    ],
)
def test_a_plain_version_that_is_not_the_authors_does_not_hide_the_other(plain, words):
    rich = text(f"<p>{LONG if plain != 'Agreed.' else 'Agreed. Thanks.'}</p>", "html")
    assert read(parts(text(plain), rich, kind="alternative")).text.strip() == words


@pytest.mark.parametrize(
    "body, words",
    [
        (f"From: a@b.example\nSubject: Night\nContent-Type: text/plain\n\n{SHORT}\n", SHORT),
        (f"{SHORT}\nNote: more.\n", f"{SHORT}\nNote: more."),
    ],
)
def test_a_piece_of_a_mail_is_read_as_words(body, words):
    mail = read(f'{HEAD}Content-Type: message/partial; number=1; total=2; id="x"\n\n{body}')
    assert (mail.text.strip(), mail.files) == (words, ())


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "gb18030"])
@pytest.mark.parametrize(
    "head",
    [
        '<meta http-equiv="Content-Type" content="text/html; charset={0}">',
        "<meta charset={0}>",
        '<?xml version="1.0" encoding="{0}"?>',
    ],
)
def test_a_page_says_its_charset_where_its_mail_does_not(charset, head):
    words = "会议记录" if charset == "gb18030" else "Привет, коллеги"
    page = f"<html><head>{head.format(charset)}</head><body>{words}</body></html>"
    assert read(f"{HEAD}Content-Type: text/html\n\n{page}\n", charset).text.strip() == words


def test_a_subject_without_a_label_is_in_the_charset_of_the_first_part():
    piece = "Content-Type: text/plain; charset=gb2312\n\n会议记录正文"
    mail = read(parts(piece).replace("Night", "会议记录"), "gb2312")
    assert (mail.subject, mail.text) == ("会议记录", "会议记录正文")


@pytest.mark.parametrize("charset", ["koi8-r", "cp1251", "iso8859-5", "cp866"])
@pytest.mark.parametrize("label", ["", "us-ascii", "iso-8859-1"])
def test_russian_without_its_label_is_russian(charset, label):
    words = "Добрый день, коллеги! Направляю протокол заседания рабочей группы."
    assert decode(words.encode(charset), label, guess=True) == words


@pytest.mark.parametrize(
    "words, charset",
    [
        ("Αγαπητοί συνάδελφοι, σας στέλνω τα πρακτικά της συνεδρίασης της ομάδας εργασίας.", "iso8859-7"),
        ("עמיתים יקרים, מצורף פרוטוקול הישיבה של קבוצת העבודה להערכת סיכונים.", "cp1255"),
        ("เรียนเพื่อนร่วมงาน ขอส่งรายงานการประชุมของคณะทำงานด้านการประเมินความเสี่ยง", "cp874"),
    ],
)
def test_other_letters_without_their_label_are_not_taken_for_russian(words, charset):
    assert mojibake.likely_cyrillic_charset(words.encode(charset)) == ""


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("label", ["", "us-ascii", "utf-8"])
def test_text_of_two_octets_a_letter_needs_no_label(codec, label):
    words = "Hello colleagues, größer and 5 m wide."
    assert decode(words.encode(codec), label) == words


def test_ascii_that_is_called_utf_16_is_ascii():
    assert decode(b"Just plain words", "utf-16") == "Just plain words"
    assert decode("Größe".encode("utf-16"), "utf-16") == "Größe"
    assert decode(b"He\0llo", "") == "He\0llo"


def test_lines_that_end_as_those_of_old_macs_are_lines():
    mail = message.parse(f"{HEAD}\nOne.\nTwo.\n".replace("\n", "\r").encode())
    assert (mail.subject, mail.text) == ("Night", "One.\nTwo.\n")
