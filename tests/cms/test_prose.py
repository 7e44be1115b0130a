"""HTML becomes data: nothing is lost, nothing is trusted, nothing is too deep."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cms import prose, prose_html
from cms.document import _paragraphs
from hub.lib.markup import plain, render


def texts(markup: str) -> str:
    """Return all words of the tree."""
    pieces: list[str] = []
    prose.mapped(prose.read(markup), lambda text: pieces.append(text) or text)
    return "".join(pieces)


def depth(nodes: object) -> int:
    """Return how deep lists and quotes nest."""
    if isinstance(nodes, dict):
        return max((depth(value) for value in nodes.values()), default=0) + (nodes.get("kind") in {"list", "quote"})
    return max((depth(node) for node in nodes), default=0) if isinstance(nodes, list) else 0


def test_every_element_of_the_sanitiser_has_its_node():
    markup = render(
        "# Head\n\nA *b* **c** ~~d~~ `e` [f](https://g.example)\n\n"
        "1. x\n\n- y\n\n> z\n\n```\ncode\n```\n\n---\n\n|h|\n|-|\n|i|"
    )
    kinds = {node["kind"] for node in prose.read(markup)}
    assert kinds == {"head", "para", "list", "quote", "pre", "rule", "table"}
    inline = next(node for node in prose.read(markup) if node["kind"] == "para")["of"]
    assert [node["kind"] for node in inline if node["kind"] != "text"] == ["emph", "strong", "strike", "code", "link"]


def test_a_link_we_do_not_trust_keeps_its_words_only():
    (para,) = prose.read('<p><a href="javascript:alert(1)">words</a> <a href="https://ok.example">ok</a></p>')
    assert [node.get("url") for node in para["of"] if node["kind"] != "text"] == [None, "https://ok.example"]
    assert "javascript" not in json.dumps(para) and "words" in prose.text_of(para["of"])


@pytest.mark.parametrize("unit", ["<blockquote>", "<ul><li>", "<ol><li>x", "<em>", "<table><tr><td>"])
def test_depth_is_bounded_and_words_are_kept(unit):
    tree = prose.read(unit * 3000 + "the word")
    assert depth(tree) <= prose.MAX_DEPTH and "the word" in prose.text_of([{"of": []}]) + texts(
        unit * 3000 + "the word"
    )
    json.dumps(tree)


def test_scripts_and_styles_say_nothing():
    assert texts("<p>a<script>alert(1)</script><style>p{}</style>b</p>") == "ab"


def test_html_made_from_the_tree_is_escaped():
    blocks = prose.read("<p>&lt;script&gt; &amp; <a href='https://x.example/?a=1&quot;b'>y</a></p><pre>&lt;b&gt;</pre>")
    html = "".join(prose_html.block_html(block) for block in blocks)
    assert "&lt;script&gt; &amp;" in html and "<pre>&lt;b&gt;</pre>" in html and "<script" not in html
    assert 'href="https://x.example/?a=1&quot;b"' in html


def test_direction_is_that_of_the_first_letter_that_has_one():
    assert [prose.direction(text) for text in ("12 abc", "12 سلام abc", "…", "中文")] == ["ltr", "rtl", "", "ltr"]


def test_long_words_get_places_to_break_and_chinese_needs_none():
    broken = prose.tame("x" * 100)
    assert broken.replace(prose.BREAK, "") == "x" * 100
    assert max(len(part) for part in broken.split(prose.BREAK)) <= prose.LONG_WORD
    assert prose.BREAK not in prose.tame("中文" * 100) and prose.BREAK not in prose.tame("plain words " * 20)


def test_overrides_and_control_characters_go_and_isolates_stay():
    assert prose.tame("a\u202eb\u202dc\x00\x07d\u2067e\u2069\ud800") == "abcd\u2067e\u2069"


def test_paragraphs_are_numbered_on_and_lists_belong_to_the_one_before():
    markup = "<p>one</p><ul><li>x</li></ul><h3>Head</h3><ol><li>two</li><li>three</li></ol><p>four</p>"
    parts = _paragraphs(markup, 4)
    assert [part.number for part in parts] == [5, 0, 6, 7, 8]
    assert len(parts[0].blocks) == 2 and parts[1].blocks[0]["kind"] == "head"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_whatever_markdown_says_arrives_in_the_tree(text):
    markup = render(text)
    squeezed = "".join(plain(markup).split())
    assert "".join(texts(markup).split()) == squeezed


def test_plain_text_as_typed_keeps_its_blanks_and_line_breaks():
    (para,) = prose.read('<p class="typed" dir="auto">  a   b<br>\tc <a href="https://x.example/_a_">d</a></p>')
    texts = [node.get("text", node["kind"]) for node in para["of"]]
    assert texts[:3] == ["\xa0\xa0a\xa0\xa0 b", "break", "\xa0\xa0\xa0\xa0c "]
