"""Plain text is shown as it was typed: quotations, links and paragraphs are recognised, nothing else."""

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.lib.markdown_escape import as_markdown
from hub.lib.markup import PLAIN, render
from tests.lib.hostile_text import FAMILIES
from tests.lib.test_markup import PAYLOADS, Outline

TYPED = [
    "The load is 5*10^3 and then 2*10^4 per gram, in 2*3*4 plots.",
    "# of seeds: 100",
    "#hash",
    "1986. A great year.",
    "7) seven comes next\n3) three comes after",
    "* * *",
    "---\n***\n___\n===",
    "+ item\n- item\n* item",
    "a_b_c and __START__ and _x_",
    "<angle@brackets> <b>bold</b> <!-- x --> </p>",
    "\\\\server\\share\\_public \\* \\",
    "~~5~~ ~5",
    "`a` ``b`` ```c",
    "```\ncode\n```",
    "~~~ Agenda ~~~",
    "    four blanks\n\ttab",
    "a  b   c\td",
    "The tag is written &lt;none&gt; &amp; &#42; &copy;",
    "[a](b) ![c](d) [e]: /f [g][h]",
    "a | b\n--|--\nc | d",
    "Title\n=====\nOther\n-----",
    "two blanks at the end  \nand a backslash\\\nafter it",
    "x<y>z && \"q\" 'r'",
    "50% of $5, 3 > 2 and 2 < 3, a -> b => c",
    ">=5 mg per kg",
    ">50 seeds were found",
    "-- \nKofi",
]


def shown(markup):
    """Return what a reader sees of HTML, line by line."""
    lines = re.sub(r"</(?:p|pre)>\n?", "\n", markup.replace("<br>\n", "\n").replace("<br>", "\n"))
    return html.unescape(re.sub(r"<[^<>]*>", "", lines))


@pytest.mark.parametrize("text", TYPED)
def test_every_letter_is_shown_as_it_was_typed(text):
    typed = [line.rstrip() for line in text.split("\n")]
    assert shown(render(text, PLAIN)).rstrip("\n").split("\n") == typed
    assert not {tag for tag, _attributes in Outline(render(text, PLAIN)).tags} - {"p", "pre", "br", "a"}


@pytest.mark.parametrize("text", TYPED)
def test_plain_text_quoted_as_markdown_reads_as_it_was_typed(text):
    words = " ".join(shown(render(text, PLAIN)).split())
    assert " ".join(shown(render(as_markdown(text))).split()) == words


_PIECES = (
    "> ", "> > ", ">=5", "- ", "1. ", "7) ", "|", "|-|-|\n", "\n", "\n\n", "*", "_", "**", "    ", "\t", "# ", "~~",
    "===\n", "---\n", "word ", "word", "&amp;", "<b>", "<a@b.cc>", "<https://x.example/a_b>", "[a](b)", "[a]: b\n",
    "\\", "\\*", "`", "```\n", "* * *\n", "https://x.example/__a__ ", "a_b@x.example ", "5*10^3", "  ", "!", " ", "#",
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=40).map("".join))
def test_no_mixture_of_marks_is_another_text_when_it_is_quoted(text):
    words = " ".join(shown(render(text, PLAIN)).split())
    assert " ".join(shown(render(as_markdown(text))).split()) == words


def test_quotations_are_recognised_by_level_and_end_at_the_line_without_a_mark():
    markup = render("Kofi wrote:\n> one\n> > two\n>>three\n> four\nMine.", PLAIN)
    outline = " ".join(re.sub(r' (?:dir|class)="\w+"', "", markup).split())
    assert outline == (
        "<p>Kofi wrote:</p> <blockquote> <p>one</p> <blockquote> <p>two<br>three</p> </blockquote> <p>four</p> "
        "</blockquote> <p>Mine.</p>"
    )


def test_paragraphs_find_their_own_direction_and_keep_their_blanks():
    markup = render("السلامة\n\nOne  two\n   three", PLAIN)
    assert markup.count('<p class="typed" dir="auto">') == 2 and "One  two<br>   three" in markup


@pytest.mark.parametrize(
    "text",
    [
        "crop    seeds   plots\nmaize   100     4\nrice    50      12",
        "a\tb\n1\t2",
        "+---+---+\n| a | b |\n+---+---+",
        "| a | b |\n|---|---|",
        "┌─┐\n└─┘",
        "Site  Load\nA1  5\nB2  6",
    ],
)
def test_tables_and_pictures_drawn_with_blanks_keep_their_columns(text):
    assert render(text, PLAIN) == f'<pre class="drawn" dir="auto">{html.escape(text)}</pre>\n'
    assert text in html.unescape(render(as_markdown(text)))


def test_a_drawing_with_lines_longer_than_a_table_has_wraps():
    assert render("a   b\nc   " + "word " * 30, PLAIN).startswith('<pre dir="auto">')


@pytest.mark.parametrize(
    "text",
    ["It ends.  Then it begins.\nIt ends.  Then.", "    indented\n    lines", "one   gap\nand none", "a - b\nc - d"],
)
def test_sentences_are_no_drawing(text):
    assert "<pre" not in render(text, PLAIN)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_that_runs_comes_through(payload):
    for tag, attributes in Outline(render(f"{payload}\n> {payload}", PLAIN)).tags:
        assert tag in {"p", "br", "pre", "a", "blockquote"}
        assert set(attributes) <= {"href", "rel", "dir", "class"}
        assert attributes.get("href", "http").startswith(("http", "mailto:"))


@pytest.mark.parametrize("family", FAMILIES)
def test_html_is_at_most_twenty_times_the_text_and_four_kilobytes(family):
    text = FAMILIES[family](3_000)
    assert len(render(text, PLAIN).encode()) <= 20 * len(text.encode()) + 4_000


def test_a_link_that_can_be_taken_for_another_says_where_it_leads():
    assert "(xn--" in render("https://раураl.example/", PLAIN)


FORWARDS = {
    "mutt": "----- Forwarded message from Chen <c@x.example> -----\n\nDate: x\nFrom: Chen\n\nIt arrived.\n\n"
    "----- End forwarded message -----",
    "Gmail": "---------- Forwarded message ---------\nFrom: Chen <c@x.example>\nDate: x\nSubject: y\n\nIt arrived.",
    "Gmail, Arabic": "---------- رسالة معاد توجيهها ---------\nمن: Chen\nالتاريخ: x\n\nIt arrived.",
    "Apple": "Begin forwarded message:\n\nFrom: Chen <c@x.example>\nSubject: y\n\nIt arrived.",
    "Pegasus": "------- Forwarded message follows -------\nFrom: Chen\nTo: list\n\nIt arrived.\n"
    "------- End of forwarded message -------",
    "MH": "------- Forwarded Message\n\nFrom: Chen\nSubject: y\n\nIt arrived.\n\n------- End of Forwarded Message",
    "Lotus Notes": "----- Forwarded by Ana/ORG on 03/05/2026 -----\n\nChen <c@x.example>\n03/05/2026 10:02\n\n"
    "To: Ana\ncc:\nSubject: y\n\nIt arrived.",
}


@pytest.mark.parametrize("program", FORWARDS)
def test_what_is_passed_on_is_set_apart_from_the_words_of_who_passes_it_on(program):
    markup = render(f"You asked for this.\n\n{FORWARDS[program]}\n", PLAIN)
    own, quoted = markup.partition("<blockquote")[::2]
    quoted, _, below = quoted.partition("</blockquote>")
    assert "You asked for this." in own and FORWARDS[program].partition("\n")[0][:20] in html.unescape(own)
    assert "Chen" in quoted and "It arrived." in quoted
    assert re.sub("<.*?>", "", below).strip() == (
        "" if "End" not in FORWARDS[program] else FORWARDS[program].split("\n")[-1]
    )


@pytest.mark.parametrize(
    "text",
    [
        "--- Looking forward ---\n\nWe meet again in May: nobody objects.\nThe others came too.",
        "--- Forwarded to the ministry ---\nIt has not answered.",
        "The forwarded message:\nnothing new.",
    ],
)
def test_a_heading_of_the_authors_own_sets_nothing_apart(text):
    assert "<blockquote" not in render(text, PLAIN)


def test_quotations_in_what_is_passed_on_stay_one_deeper():
    text = "--- Forwarded message ---\nFrom: Chen\nDate: x\n\nI agree.\n> Do you?"
    assert render(text, PLAIN).count("<blockquote") == 2
    assert as_markdown(text).splitlines()[-1] == "> > Do you?"
