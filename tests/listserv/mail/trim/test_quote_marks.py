"""How deep lines are quoted: marks are read line by line, and those that mislead are mended."""

import pytest

from listserv.mail.trim.lines import MAX_LINES, TextLines

LONG = "> The border rows of the second plot were sown two weeks after the"


@pytest.mark.parametrize(
    ("line", "depth", "text"),
    [
        ("Words.", 0, "Words."),
        ("> Words.", 1, "Words."),
        (">> Words.", 2, "Words."),
        ("> > Words.", 2, "Words."),
        ("＞ 好。", 1, "好。"),
        (">", 1, ""),
        (">>> The first. <<<", 0, ">>> The first. <<<"),
        (">>> Ana Pérez 5/3/2026 10:02 AM >>>", 0, ">>> Ana Pérez 5/3/2026 10:02 AM >>>"),
    ],
)
def test_marks_tell_how_deep_a_line_is_quoted(line, depth, text):
    page = TextLines(line)
    assert (page.depths, page.texts) == ([depth], [text])


def test_line_that_a_program_escaped_is_its_authors():
    page = TextLines("First.\n>From here on it rains.\nLast.")
    assert page.depths == [0, 0, 0]
    assert page.texts[1] == "From here on it rains."


@pytest.mark.parametrize(("end", "depth"), [("others.", 1), ("Others.", 0)])
def test_end_of_a_quoted_line_is_quoted_where_it_was_broken_off(end, depth):
    assert TextLines(f"{LONG}\n{end}\n> and were late.").depths == [1, depth, 1]


def test_mark_that_closes_an_address_quotes_nothing():
    page = TextLines("On 3 May 2026 Boris <boris@people.example\n> wrote:\n> Words.")
    assert page.depths == [0, 0, 1]
    assert page.texts[1] == "> wrote:"


def test_lines_beyond_the_last_that_is_read_are_but_asked_whether_they_are_quoted():
    assert not TextLines("> q\n" * (MAX_LINES + 2)).goes_on
    assert TextLines("> q\n" * MAX_LINES + "Words.").goes_on
