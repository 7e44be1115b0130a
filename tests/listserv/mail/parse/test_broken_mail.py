"""Mails that programs have broken on the way: what their authors said is read all the same."""

import base64

import pytest

from listserv.mail.parse import message, structure
from listserv.mail.parse.charset import decode
from listserv.mail.parse.transfer import split_base64

WORDS = "pimeä yötä ja jäätä"
HEAD = "From: Aino <a@b.example>\r\nSubject: Night\r\nDate: Sun, 29 Nov 2026 09:00:00 +0000\r\n"
FOOTER = "This message came through a list server.\r\n"


@pytest.mark.parametrize(
    "before",
    [
        "\r\n",
        "\r\n\r\n\r\n",
        "\n",
        "  \r\n",
        "\ufeff",
        "\ufeff\r\n",
        "From a@b.example Sun Nov 29 09:00:00 2026\r\n",
        ">From a@b.example Sun Nov 29 09:00:00 2026\r\n",
        "From a@b.example Sun Nov 29 09:00:00 2026\r\n\r\n",
    ],
)
def test_a_header_is_found_behind_what_programs_leave_before_it(before):
    mail = message.parse(f"{before}{HEAD}\r\nHello.\r\n".encode())
    assert (mail.subject, mail.from_addresses, mail.text) == ("Night", ("a@b.example",), "Hello.\n")


@pytest.mark.parametrize("body", ["\r\nNote: all is well.\r\nFrom: here on.\r\n", "\r\n\r\nHello: you.\r\n"])
def test_the_words_of_a_mail_without_a_header_are_no_header(body):
    mail = message.parse(body.encode())
    assert mail.subject == "" and mail.from_addresses == () and body.strip("\r\n").splitlines()[0] in mail.text


def coded(text: str, *, below: str = "", width: int = 76, charset: str = "utf-8") -> bytes:
    """A mail of base64, with text below it that nobody encoded."""
    data = base64.b64encode(text.encode(charset)).decode()
    lines = "\r\n".join(data[at : at + width] for at in range(0, len(data), width))
    fields = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n"
    return f"{HEAD}{fields}\r\n{lines}\r\n{below}".encode()


@pytest.mark.parametrize("text", [WORDS, "abc", "abcd", "abcde", "äö " * 200], ids=len)
@pytest.mark.parametrize(
    "below",
    [
        f"\r\n{FOOTER}",
        FOOTER,
        f"_______________________________________________\r\nFarms mailing list\r\n{FOOTER}",
        "\r\n-- \r\nFarms, https://lists.example/farms\r\n",
        "\r\n--\r\nTo leave: mail leave@lists.example\r\n",
        "\r\n\r\nScanned by MailGuard 4.1 (no virus found)\r\n",
    ],
)
def test_text_below_base64_is_text(text, below):
    shown = message.parse(coded(text, below=below)).text
    assert shown.startswith(text.strip())
    assert [line for line in shown.splitlines() if line.strip()][-1].rstrip() == below.rstrip().splitlines()[
        -1
    ].rstrip()
    assert "\ufffd" not in shown


@pytest.mark.parametrize("word", ["Hello", "Best", "Kofi\r\n"])
def test_a_word_alone_below_base64_is_text(word):
    assert message.parse(coded("abcd.", below=f"\r\n{word}")).text.split() == ["abcd.", word.strip()]


@pytest.mark.parametrize(
    "data",
    [
        b"SGVsbG8sIHdvcmxkLg==\r\n",
        b"SGVs\r\nbG8s!IHdv\r\n" + b"cmxk" * 15 + b"\r\n",
        b"SGVsbG8=\r\nSGVsbG8=\r\n",
        b"\r\n\r\nSGVsbG8=",
    ],
)
def test_base64_with_stray_letters_and_glued_pieces_has_no_text_below(data):
    assert split_base64(data) == (data, b"")


def test_plain_words_that_are_called_base64_are_read_as_they_stand():
    raw = f"{HEAD}Content-Transfer-Encoding: base64\r\n\r\nDear all,\r\nthe field was sown today.\r\n".encode()
    assert message.parse(raw).text == "Dear all,\nthe field was sown today.\n"


@pytest.mark.parametrize(
    "body, below, declared",
    [
        ("utf-8", "latin-1", "utf-8"),
        ("utf-8", "latin-1", ""),
        ("latin-1", "utf-8", "iso-8859-1"),
        ("cp1250", "utf-8", "windows-1250"),
        ("latin-1", "utf-8", "us-ascii"),
    ],
)
def test_text_below_in_another_charset_spoils_nothing(body, below, declared):
    lines = [("Größe der Fläche: 5 m²", body), ("Liste für alle – wöchentlich", below)]
    lines = [(text.replace("²", "2").replace("–", "-"), charset) for text, charset in lines]
    data = b"\n".join(text.encode(charset) for text, charset in lines)
    assert decode(data, declared) == "\n".join(text for text, _charset in lines)


@pytest.mark.parametrize(
    "field, delimiter",
    [
        ('multipart/mixed; boundary="one\r\n two"', "one two"),
        ('multipart/mixed; boundary="one\r\n two"', "onetwo"),
        ('multipart/mixed; boundary="one\r\n\ttwo"', "one two"),
        ('multipart/mixed; boundary="one\r\n\ttwo"', "one\ttwo"),
        ('multipart/mixed;\r\n boundary=\r\n "onetwo"', "onetwo"),
        ("multipart/mixed;\r\n\tboundary\r\n =\r\n onetwo", "onetwo"),
        ('multipart/mixed; boundary*0="one";\r\n boundary*1="two"', "onetwo"),
        ('multipart/mixed; boundary*0=one;\r\n boundary*1=two; charset="utf-8"', "onetwo"),
        ("multipart/mixed; boundary*=us-ascii''onetwo", "onetwo"),
        ('multipart/mixed; x-boundary="no"; boundary="onetwo"', "onetwo"),
        ('multipart/mixed; type="text/plain"; BOUNDARY="one two"', "one two"),
    ],
)
def test_a_boundary_is_found_however_it_is_folded(field, delimiter):
    parts = f"--{delimiter}\r\n\r\nFirst.\r\n--{delimiter}\r\n\r\nSecond.\r\n--{delimiter}--\r\nEnd.\r\n"
    assert message.parse(f"{HEAD}Content-Type: {field}\r\n\r\n{parts}".encode()).text == "First.\n\nSecond."


def test_a_folded_boundary_costs_one_pass(monkeypatch):
    """However many parts declare boundaries that never come, each line is looked at once."""
    level = 'Content-Type: multipart/mixed; boundary="a{0}\r\n b{0}"\r\n\r\n--a{0} b{0}\r\n'
    raw = (HEAD + "".join(level.format(number) for number in range(40)) + "--x\r\n" * 20_000).encode()
    looked = []
    monkeypatch.setattr(
        structure._Scan, "_level", lambda self, start, of=structure._Scan._level: looked.append(1) or of(self, start)
    )
    structure.scan(raw)
    assert len(looked) == 20_040


def multipart(kind: str, *parts: str) -> str:
    """A part of parts; ``kind`` names its boundary as well."""
    inner = "".join(f"--{kind}\r\n{part}\r\n" for part in parts)
    return f"Content-Type: multipart/{kind}; boundary={kind}\r\n\r\n{inner}--{kind}--"


def text(words: str, subtype: str = "plain") -> str:
    return f"Content-Type: text/{subtype}\r\n\r\n{words}"


RICH = text("<p>Rich words.</p><p>See <b>below</b>.</p>", "html")


@pytest.mark.parametrize(
    "tree, words",
    [
        (multipart("alternative", multipart("mixed", text("One."), text("Two.")), RICH), "One.\n\nTwo."),
        (multipart("alternative", RICH, multipart("mixed", text("One."), text("Two."))), "One.\n\nTwo."),
        (multipart("alternative", multipart("related", text("One.")), RICH), "One."),
        (multipart("alternative", multipart("signed", text("One."), "Content-Type: application/pgp-signature\r\n\r\nx"),
                   RICH), "One."),
        (multipart("alternative", text("One."), multipart("mixed", RICH, text("Below."))), "One."),
        (multipart("alternative", text(" "), multipart("mixed", RICH, text("Below."))),
         "Rich words.\n\nSee below.\n\nBelow."),
        (multipart("alternative", multipart("mixed", RICH, text("Below.")), text("Plain.")), "Plain."),
        (multipart("alternative", multipart("mixed", text(" "), "Content-Type: image/png; name=a.png\r\n\r\nx"), RICH),
         "Rich words.\n\nSee below."),
    ],
)  # fmt: skip
def test_the_plain_version_is_read_though_it_has_parts(tree, words):
    assert message.parse(f"{HEAD}{tree}\r\n".encode()).text.strip() == words
