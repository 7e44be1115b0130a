"""Format=flowed text is joined as its author wrote it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listserv.mail.parse import message
from listserv.mail.parse.flowed import unflow
from listserv.mail.trim.trimming import trim


@pytest.mark.parametrize(
    ("sent", "delsp", "read"),
    [
        ("One \nline.\nAnother.", False, "One line.\nAnother."),
        ("One \nline.", True, "Oneline."),
        ("要 \n点", True, "要点"),
        ("A para \n\nnext", False, "A para\n\nnext"),
        ("> quo \n> ted", False, "> quo ted"),
        (">> deep \n>> er\n> less", False, ">> deep er\n> less"),
        ("> ends with a space \nwhat follows is less deep", False, "> ends with a space\nwhat follows is less deep"),
        (">no space \n>no space", False, "> no space no space"),
        ("  stuffed\n From me", False, " stuffed\nFrom me"),
        (" >not a quote", False, ">not a quote"),
        ("Words \n-- \nAmina", False, "Words\n-- \nAmina"),
        ("-- \nAmina \nDiallo", False, "-- \nAmina Diallo"),
        ("> -- \n> Boris", False, "> -- \n> Boris"),
        ("ends flowing ", False, "ends flowing"),
        ("", False, ""),
        (" \n \n", False, "\n\n"),
    ],
)
def test_lines_are_joined_within_their_depth(sent, delsp, read):
    assert unflow(sent, delsp=delsp) == read


def test_flowed_reply_is_joined_and_then_trimmed():
    raw = (
        b"Content-Type: text/plain; charset=utf-8; format=flowed; delsp=no\r\n\r\n"
        b"I agree with all that has been \r\nsaid.\r\n\r\n"
        b"On 3 May 2026 at 10:02, Boris Horvat wrote:\r\n> A long line that was \r\n> broken.\r\n\r\n-- \r\nAmina\r\n"
    )
    trimmed = trim(message.parse(raw).text)
    assert trimmed.visible.strip() == "I agree with all that has been said."
    assert "> A long line that was broken." in trimmed.folded


@given(st.lists(st.sampled_from(["a", " a", "a ", ">", "> a ", ">> a", "-- ", "", " ", "> -- "])), st.booleans())
def test_no_word_is_lost_and_nothing_is_raised(lines, delsp):
    text = "\n".join(lines)
    assert unflow(text, delsp=delsp).count("a") == text.count("a")
