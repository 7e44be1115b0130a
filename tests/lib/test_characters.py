"""What no feed, print or header carries never reaches the database; what scripts need stays."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.lib.characters import one_line, without_controls


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\x0cb", "a\nb"),
        ("a\x0bb\x85c", "a\nb\nc"),
        ("\x1b[31mred\x1b[0m \x1b(B", "red (B"),
        ("a\x00b", "a\ufffdb"),
        ("a\ud800b", "a?b"),
        ("a\ufffe\uffff\ufdd0\U0001fffeb", "ab"),
        ("a\x01\x08\x0e\x1f\x7f\x80\x9fb", "ab"),
        ("a\tb\r\nc\u2028d", "a\tb\r\nc\u2028d"),
        ("می\u200cخواهم क्\u200dष \u200fא\u202ex 👩\u200d🔬 bio\u00adsafe", None),
    ],
)
def test_controls_go_and_what_scripts_need_stays(text, clean):
    assert without_controls(text) == (text if clean is None else clean)


def test_a_title_stands_on_one_line():
    assert one_line(" a\x0cb\n c\x1b[1m ") == "a b c"


@given(st.text(st.characters(), max_size=50))
def test_whatever_is_left_stands_in_xml(text):
    root = ET.Element("a")
    root.text = without_controls(text)
    ET.fromstring(ET.tostring(root, encoding="utf-8"))
