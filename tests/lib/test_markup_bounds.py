"""Bounded in, bounded out: no text makes the renderer work or grow without limit, and none loses a word by it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.lib import markdown, markdown_budget
from hub.lib.markup import plain, render
from tests.lib.hostile_text import FAMILIES

# Characters: of a short text each family makes the most of, and of one that the bar is set for.
SHORT, LONG = 3_000, 40_000
HEAVIEST = (
    "table whose header is 50%",
    "many wide tables",
    "one long address, many links",
    "lines of '>>>>>>>>>>\\n'",
    "lines of '- a'",
    "lines of '- - - - - a'",
    "lines of '|a|b|\\n|-|-|'",
    "'*a_ ' repeated",
    "'&' repeated",
    "images in images",
)


def is_bounded(text: str) -> bool:
    """Whether the HTML of a text is as small as it must be, in bytes."""
    return len(render(text).encode()) <= 20 * len(text.encode()) + 4_000


@pytest.mark.parametrize("family", FAMILIES)
def test_html_is_at_most_twenty_times_the_text_and_four_kilobytes(family):
    assert is_bounded(FAMILIES[family](SHORT))


@pytest.mark.parametrize("family", HEAVIEST)
def test_a_long_hostile_text_makes_few_tokens_and_little_html(family):
    text = FAMILIES[family](LONG)
    tokens = markdown.parse(text)
    assert sum(1 + len(token.children or ()) for token in tokens) <= 3 * markdown_budget.STEPS
    assert is_bounded(text)


def test_a_table_has_the_cells_that_were_written_and_no_others():
    html = render("|a|b|c|\n|-|-|-|\n|d|\n|e|f|g|h|")
    assert html.count("<td") == 5
    assert "h</td>" in html


def test_a_header_of_more_columns_than_anybody_reads_is_no_table():
    html = render("|a" * 101 + "|\n" + "|-" * 101 + "|\nb")
    assert "<table" not in html and html.count("a|") + html.count("|a") > 100


@pytest.mark.parametrize("nesting", ["- " * 30, "> " * 30, "> - " * 15, "1. " * 30, "- > " * 15])
def test_what_lies_deeper_than_ten_levels_is_flattened_and_read(nesting):
    assert "deep" in render(f"{nesting}deep") and "deep" in render(f"{nesting}first\n\nthen deep")


def test_what_the_budget_does_not_reach_is_shown_as_it_was_typed():
    items = "\n".join(f"- item{number}" for number in range(5_000))
    html = render(items)
    assert html.count("<li") > 500
    assert "- item4999" in html
    assert [line for line in items.split() if line != "-"] == [word for word in plain(html).split() if word != "-"]


def test_links_to_one_long_address_keep_their_words_when_they_lose_the_address():
    text = "[a]: https://a.example/" + "y" * 1_000 + "\n\n" + "[a] " * 1_000
    html = render(text)
    assert 5 < html.count("href") < 100
    assert plain(html).count("a") == 1_000


def test_an_ordinary_report_of_forty_kilobytes_is_rendered_to_its_end():
    section = (
        "## Detection in maize\n\n"
        "We *compared* two methods, see [the plan](https://a.example/plan) and https://b.example/x.\n"
        "It is long enough to be a paragraph of a report that someone has really written, in several lines of text\n"
        "that say what was done: how often, by whom, and why it matters.\n\n"
        "- pools of 100 seeds, 60 tests in a day\n- one person; **two** mills\n\n"
        "| method | limit | cost |\n|---|---|---|\n| strip | 1 % | 4 |\n| PCR | 0.1 % | 90 |\n\n"
    )
    text = section * (LONG // len(section)) + "*the end*"
    assert render(text).strip().endswith("<em>the end</em></p>")


_PIECES = (
    "> ",
    "- ",
    "1. ",
    "|",
    "|-|-|\n",
    "\n",
    "\n\n",
    "*",
    "_",
    "**",
    "    ",
    "# ",
    "~~",
    "===\n",
    "word ",
    "word",
    "&",
)


@settings(deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=120).map("".join), st.integers(1, 40))
def test_no_mixture_of_marks_loses_a_word_or_grows_too_much(text, times):
    text *= times
    html = render(text)
    assert plain(html).count("word") == text.count("word")
    assert is_bounded(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("~~~~word", "word"),
        ("```word two\nthree", "word two three"),
        ("> ~~~ word\n> three", "word three"),
        ("~~~ Agenda ~~~\n*three*", "~~~ Agenda ~~~ three"),
        ("````` ~~ word", "~~ word"),
    ],
)
def test_words_beside_a_fence_are_shown(text, words):
    assert " ".join(plain(render(text)).split()) == words


def test_a_heading_drawn_with_tildes_fences_nothing():
    assert render("~~~ Agenda ~~~\n\nThe *first* item.").endswith("<em>first</em> item.</p>\n")


@settings(deadline=None)
@given(st.lists(st.sampled_from(sorted(FAMILIES)), min_size=1, max_size=6), st.integers(1, 2_000))
def test_mixtures_of_hostile_texts_stay_bounded(names, length):
    assert is_bounded("\n".join(FAMILIES[name](length) for name in names))
