"""A person is found in texts and bytes in every spelling, and nobody else is."""

import base64
import quopri

import pytest

from hub.lib.redact import Person

PERSON = Person(("Inês O'Brien-Tavares",), ("ines@bücher.example",))


@pytest.mark.parametrize(
    "text",
    [
        "As Inês O'Brien-Tavares said",
        "inês  o'brien-tavares",
        "Inês\nO'Brien-Tavares",
        "O'Brien-Tavares, Inês",
        "<INES@bücher.example>",
        "mailto:ines@xn--bcher-kva.example.",
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
    assert Person(("Chen",), ()).needles == ()
    assert Person(("Chen",), ()).out_of("Chen said") == "Chen said"
    assert Person(("陈伟",), ()).out_of("我同意陈伟的意见") == "我同意[…]的意见"


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


def test_ids_that_have_an_address_in_them_are_left_out():
    assert PERSON.out_of_id("<a@x> <1.ines@bücher.example> <b@y>", "") == "<a@x>  <b@y>"
