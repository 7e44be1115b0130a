"""A person is found in texts and bytes in every spelling, and nobody else is."""

import base64
import quopri

import pytest

from hub.lib.redact import SoughtPerson

PERSON = SoughtPerson(("Inês O'Brien-Tavares",), ("ines@bücher.example",))


@pytest.mark.parametrize(
    "text",
    [
        "As Inês O'Brien-Tavares said",
        "inês  o'brien-tavares",
        "Inês\nO'Brien-Tavares",
        "O'Brien-Tavares, Inês",
        "<INES@bücher.example>",
        "mailto:ines@xn--bcher-kva.example.",
        "Ines O'Brien-Tavares",
        "INÊS O'BRIEN-TAVARES",
        "Ine\u0302s O'Brien-Tavares",
        "O'Brien-Tavares Inês",
        "O'BRIEN-TAVARES Ines",
    ],
)
def test_every_spelling_is_found_and_taken_out(text):
    assert PERSON.is_in(text)
    assert not PERSON.is_in(PERSON.out_of(text))


@pytest.mark.parametrize(
    "text", ["Inês Tavares", "O'Brien", "not.ines@bücher.example", "ines@bücher.example-mail.example", "Ines", ""]
)
def test_others_are_left_alone(text):
    assert PERSON.out_of(text) == text


def test_a_single_short_word_is_no_name_to_look_for_and_a_chinese_name_is():
    assert SoughtPerson(("Chen",), ()).needles == ()
    assert SoughtPerson(("Chen",), ()).out_of("Chen said") == "Chen said"
    assert SoughtPerson(("陈伟",), ()).out_of("我同意陈伟的意见") == "我同意[…]的意见"


def test_json_keeps_its_keys_and_its_shape():
    data = {"author": "Inês O'Brien-Tavares", "n": 3, "list": ["by ines@bücher.example", None, True]}
    assert PERSON.out_of_json(data) == {"author": "[…]", "n": 3, "list": ["by […]", None, True]}


def test_plain_bytes_are_cut_and_encoded_ones_dropped():
    plain = "To: Inês O'Brien-Tavares <ines@bücher.example>\r\n\r\nHello.\r\n".encode()
    assert PERSON.out_of_bytes(plain) == b"To: [...] <[...]>\r\n\r\nHello.\r\n"
    text = "A line of some length before it.\r\nInês O'Brien-Tavares <ines@bücher.example> wrote:\r\n" * 3
    for encoded in (base64.encodebytes(text.encode()), quopri.encodestring(text.encode())):
        raw = b"Subject: x\r\n\r\n" + encoded.replace(b"\n", b"\r\n")
        assert PERSON.is_in_bytes(raw)
        assert PERSON.out_of_bytes(raw) == b""
    assert PERSON.out_of_bytes(b"Subject: x\r\n\r\nNobody.\r\n") == b"Subject: x\r\n\r\nNobody.\r\n"


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "cp1252"])
def test_names_are_found_in_every_charset_and_in_the_words_of_headers(charset):
    name = "Inês O'Brien-Tavares".encode(charset)
    plain = b"Subject: x\r\n\r\nYours, " + name + b"\r\n"
    assert PERSON.out_of_bytes(plain) == b"Subject: x\r\n\r\nYours, [...]\r\n"
    word = b"=?%s?B?%s?=" % (charset.encode(), base64.b64encode(name))
    halves = b" ".join(b"=?%s?b?%s?=" % (charset.encode(), base64.b64encode(part)) for part in (name[:5], name[5:]))
    for header in (word, halves):
        assert PERSON.out_of_bytes(b"To: " + header + b" <other@x.example>\r\n\r\nHello.\r\n") == b""
    quoted = b"=?%s?Q?%s?=" % (charset.encode(), name.hex("=").upper().encode().join([b"=", b""]))
    assert PERSON.out_of_bytes(b"To: " + quoted + b"\r\n\r\nHello.\r\n") == b""


@pytest.mark.parametrize(
    ("name", "charset"),
    [
        ("Светлана Кораблёва", "koi8-r"),
        ("Светлана Кораблёва", "cp1251"),
        ("沈若兰", "gb18030"),
        ("ياسمين بلحاج", "cp1256"),
    ],
)
def test_names_of_every_script_are_found_in_older_charsets(name, charset):
    person = SoughtPerson((name,), ())
    for spelled in (name, name.upper(), name.lower()):
        raw = b"Subject: x\r\n\r\n" + base64.encodebytes(f"{spelled} wrote something here:\n".encode(charset) * 3)
        assert person.is_in_bytes(raw) and person.is_in(spelled)


def test_names_are_found_behind_the_entities_of_html():
    for spelled in ("In&ecirc;s O'Brien-Tavares", "In&#234;s O'Brien-Tavares", "IN&Ecirc;S O'BRIEN-TAVARES"):
        assert b"Tavares" not in PERSON.out_of_bytes(f"\r\n<p>{spelled}</p>".encode())


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("ines-obrien-tavares.pdf", "[…].pdf"),
        ("CVInesOBrienTavares2026.odt", "[…].odt"),
        ("ines-tavares.pdf", "ines-tavares.pdf"),
        ("ines_o-brien_tavares_cv.pdf", "[…].pdf"),
        ("CV Inês O'Brien-Tavares.docx", "[…].docx"),
        ("ines@bücher.example", "[…]"),
        ("maize.pdf", "maize.pdf"),
    ],
)
def test_a_file_that_is_called_after_the_person_keeps_its_ending(name, left):
    assert PERSON.out_of_file_name(name) == left


def test_ids_that_have_an_address_in_them_are_left_out():
    assert PERSON.out_of_id("<a@x> <1.ines@bücher.example> <b@y>", "") == "<a@x>  <b@y>"
