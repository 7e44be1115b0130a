"""What people write becomes safe HTML at every door (findings S1 and S13)."""

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.lib.markup import plain, render

TAGS = set("p br hr em strong s code pre blockquote ul ol li a h3 h4 h5 h6 table thead tbody tr th td".split())
ATTRIBUTES = {"href", "title", "rel", "dir", "start"}
# Each is a way into a page that some Markdown program has left open.
PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](javascript&#58;alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](jav&#x09;ascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    '![x" onerror="alert(1)](https://a.example/x.png)',
    '[x](https://a.example "t\\" onmouseover=\\"alert(1)")',
    '[x](https://a.example/"onmouseover="alert(1))',
    "[x]\n\n[x]: javascript:alert(1)",
    '[x]\n\n[x]: https://a.example "a" onload=alert(1)',
    '<x&#124; onmouseover="alert(1)">',
    "\\<!--<img src=x onerror=alert(1)>-->",
    "`<img src=x onerror=alert(1)>`",
    "```html\"onload='alert(1)'\n<script>alert(1)</script>\n```",
    "| <script> | [x](javascript:alert(1)) |\n|-|-|\n| a | b |",
    "https://a.example/<script>alert(1)</script>",
    'https://a.example/"onmouseover="alert(1)',
    "[x](ftp://a.example/x) [x](tel:112) [x](irc://a.example) [x](intent://a.example)",
    "<style>*{display:none}</style>",
    "<form action=https://a.example><input name=password></form>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<\0script>alert(1)</script>",
    "<b style=position:fixed;inset:0>x</b>",
    "<!--><img src=x onerror=alert(1)>",
    "[a](https://a.example)[b](javascript:alert(1) 'https://b.example')",
]
HEAVY = {
    "quote marks": ">" * 2000,
    "spaced quote marks": "> " * 2000,
    "comments": "<!--" * 16_000,
    "backticks": "`" * 20_000,
    "runs of backticks": " ".join("`" * length for length in range(1, 200)),
    "tabs": "\t" * 1000 + "x",
    "brackets": "[" * 20_000,
    "images": "![" * 10_000,
    "stars": "*a **b " * 3000,
    "nested lists": "- " * 10_000,
    "indented lists": "\n".join(" " * depth + "* x" for depth in range(300)),
    "a wide table": "|a" * 2000 + "|\n" + "|-" * 2000 + "|\n",
    "one long line": "x" * 100_000,
    "addresses": "https://a.example/ " * 3000,
    "glued addresses": "https://" * 5000,
    "entities": "&#0;" * 10_000,
    "nothing": "\0" * 10_000,
}


class Outline(HTMLParser):
    """What a browser would see: tags, attributes, text."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.depth = self.deepest = 0
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.depth += tag not in {"br", "hr"}
        self.deepest = max(self.deepest, self.depth)

    def handle_endtag(self, tag):
        self.depth -= 1

    def handle_data(self, data):
        self.text.append(data)


def check(markup):
    """Fail when the HTML has anything but what we allow."""
    outline = Outline(markup)
    for tag, attributes in outline.tags:
        assert tag in TAGS, tag
        assert set(attributes) <= ATTRIBUTES, attributes
        href = html.unescape(attributes.get("href") or "")
        scheme = re.match(r"[a-z][a-z0-9+.-]*:", re.sub(r"[\x00-\x20]", "", href.lower()))
        assert scheme is None or scheme[0] in {"http:", "https:", "mailto:"}, href
        if "href" in attributes:
            assert attributes["rel"] == "nofollow ugc noopener"
    return outline


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_that_runs_comes_through(payload):
    check(render(payload))
    check(render(f"> - {payload}"))


@given(st.text(alphabet=st.sampled_from("<>\"'`[](){}!&#;:/\\|*_~-=+\n\t ajvscriptxon012\0"), max_size=200))
def test_no_mixture_of_marks_comes_through(text):
    check(render(text))


@pytest.mark.parametrize("name", HEAVY)
def test_what_overwhelms_parsers_is_rendered_and_shallow(name):
    outline = check(render(HEAVY[name]))
    assert outline.deepest <= 45


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("**b** *i* ~~s~~ `c`", "<strong>b</strong> <em>i</em> <s>s</s> <code>c</code>"),
        ("one\ntwo", "one<br>\ntwo"),
        ("[x](https://a.example)", '<a href="https://a.example" rel="nofollow ugc noopener">x</a>'),
        (
            "![chart](https://a.example/c.png)",
            '<a href="https://a.example/c.png" rel="nofollow ugc noopener">chart</a>',
        ),
        ("`https://a.example`", "<code>https://a.example</code>"),
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
        ("mailto:x", "mailto:x"),
        ("xhttps://a.example", "xhttps://a.example"),
    ],
)
def test_inline_markup(text, markup):
    assert render(text).strip() == f'<p dir="auto">{markup}</p>'


@pytest.mark.parametrize(
    ("text", "address", "rest"),
    [
        ("See https://a.example/x.", "https://a.example/x", "."),
        ("(https://a.example/x)", "https://a.example/x", ")"),
        ("https://a.example/x_(y)", "https://a.example/x_(y)", ""),
        ("https://a.example/?a=1&b=2, or", "https://a.example/?a=1&b=2", ", or"),
        ("في https://a.example/مسار؟", "https://a.example/%D9%85%D8%B3%D8%A7%D8%B1", "؟"),
        ("https://a.example/\u202eexe.pdf", "https://a.example/", "\u202eexe.pdf"),
    ],
)
def test_an_address_in_the_text_becomes_a_link_without_what_follows_it(text, address, rest):
    markup = render(text)
    assert f'href="{html.escape(address)}"' in markup and markup.strip().endswith(f"</a>{rest}</p>")


def test_headings_stand_below_the_pages():
    markup = render("# A\n## B\n### C\n#### D\n###### F")
    assert re.findall(r"<(h\d)", markup) == ["h3", "h4", "h5", "h6", "h6"]


def test_quotes_deeper_than_ten_are_flattened_and_keep_their_words():
    markup = render(">" * 40 + " deep\n\n" + "> " * 12 + "spaced")
    assert markup.count("<blockquote") == 20 and "deep" in markup and "spaced" in markup


def test_each_block_finds_its_direction():
    markup = render("السلامة\n\n- one\n\n> two\n\n|a|\n|-|\n|b|")
    for tag in ("p", "li", "blockquote", "th", "td"):
        assert f'<{tag} dir="auto">' in markup


def test_a_long_line_loses_nothing():
    text = "x" * 50_000
    assert render(text).count("x") == 50_000


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("> a\nb", "<p>b</p>"),
        ("> - a\nb", "<p>b</p>"),
        ("> > a\nb", "<p>b</p>"),
        ("> > a\n> b", "<p>b</p>\n</blockquote>"),
        ("- > a\n  b", "</blockquote>\nb</li>"),
        ("> | a |\n> |---|\n> | 1 |\nb", "<p>b</p>"),
        ("> ```\n> code\nb", "<p>b</p>"),
        ("> a\n    b", "<pre><code>b\n</code></pre>"),
    ],
)
def test_a_quotation_ends_at_the_line_without_its_mark(text, words):
    markup = render(text).replace(' dir="auto"', "")
    assert words in markup and "b" not in re.sub("<[^<>]*>", "", markup.partition("</blockquote>")[0])


def test_a_quotation_in_code_is_code():
    assert "&gt; a\nb" in render("```\n> a\nb\n```")


def test_line_ends_of_every_system_are_one():
    assert render("a\r\n\r\nb\rc") == render("a\n\nb\nc")


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("# T\n\na <b> & c\nd", "T\na <b> & c\nd"),
        ("- a\n- b", "a\nb"),
        ("|a|b|\n|-|-|\n|c|d|", "a \nb \n\nc \nd"),
        ("[x](https://a.example)", "x"),
        ("", ""),
    ],
)
def test_plain_gives_back_the_words(text, bare):
    assert plain(render(text)) == bare


@given(st.text(max_size=300))
def test_plain_never_fails(text):
    plain(render(text))


@pytest.mark.parametrize("mark", ["[", "*_", "]", "~~", "a\n"])
def test_text_of_nothing_but_marks_or_line_ends_is_shown_as_it_is_and_not_parsed(mark):
    assert render(mark * 20_001).startswith('<pre dir="auto">')
