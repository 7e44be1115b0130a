"""An address in a text is shown, and leads, as it was typed: no letter of it is a mark."""

import html
import re
from urllib.parse import unquote

import pytest

from hub.lib.markup import MARKDOWN, PLAIN, TEXT_FORMATS, render

KEPT = [
    "https://x.example/__init__.py",
    "https://youtu.be/Ea_bC-_dE_?x=1",
    "https://x.example/a*b*c",
    "https://x.example/~user/~tmp~",
    "https://x.example/~~a~~b",
    "https://x.example/?a=1&b=2&amp;c=3&copy=4",
    "https://x.example/Foo_(bar)_baz",
    "https://x.example/x_(y)",
    "https://x.example/[a]/{b}",
    "https://x.example/it's",
    "https://x.example/a_",
    "https://x.example/a%20b%5F_c",
    "https://x.example/#_top_",
    "https://x.example/!a!b",
    "http://x.example:8080/_a_",
    "HTTPS://X.example/_A_",
    "https://x.example/a\\b",
    "https://x.example/a=_b_;c,d",
    "mailto:first_last_@x.example?subject=_a_",
]
FOREIGN = [
    "https://x.example/生物_x_安全",
    "https://x.example/مسار_a_b",
    "https://x.example/путь/_файл_",
    "https://x.example/é_ü_?q=ñ",
]
EMAILS = [
    "__init__@x.example",
    "first_last@x.example",
    "a_b_c_@x.example",
    "o'neil_x_@mail.x.example",
    "a+_b_@x.example",
]


def links(markup):
    """Return the links of HTML: where each leads, and its words."""
    anchors = re.findall(r'<a href="([^"]*)"[^>]*>(.*?)</a>', markup)
    return [(html.unescape(href), html.unescape(words)) for href, words in anchors]


@pytest.mark.parametrize("text_format", TEXT_FORMATS)
@pytest.mark.parametrize("around", ["{}", "See {}.", "({})", "«{}», no", "{}\nand {}", "> {}", "x {}; y {}!", "<{}>"])
@pytest.mark.parametrize("address", KEPT)
def test_an_address_is_shown_and_leads_as_it_was_typed(address, around, text_format):
    markup = render(around.replace("{}", address), text_format)
    assert links(markup) == [(address, address)] * around.count("{}"), markup


@pytest.mark.parametrize("text_format", TEXT_FORMATS)
@pytest.mark.parametrize("address", FOREIGN)
def test_a_foreign_address_is_shown_as_typed_and_leads_there_in_the_letters_of_a_uri(address, text_format):
    ((href, words),) = links(render(f"See {address}.", text_format))
    assert words == address and unquote(href) == address and href.isascii()


def test_a_foreign_host_is_shown_as_typed_and_leads_to_its_name_in_dns():
    assert links(render("https://bücher.example/_a_")) == [
        ("https://xn--bcher-kva.example/_a_", "https://bücher.example/_a_")
    ]


@pytest.mark.parametrize("text_format", TEXT_FORMATS)
@pytest.mark.parametrize("address", EMAILS)
def test_an_e_mail_address_keeps_its_letters(address, text_format):
    assert links(render(f"Write to {address}, or not.", text_format)) == [(f"mailto:{address}", address)]


@pytest.mark.parametrize("text_format", TEXT_FORMATS)
@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("见https://x.example/a，然后", "https://x.example/a"),
        ("网址（https://x.example/a）。", "https://x.example/a"),
        ("在https://x.example/a。下一句", "https://x.example/a"),
        ("“https://x.example/a”", "https://x.example/a"),
        ('"https://x.example/a"', "https://x.example/a"),
        ("‘https://x.example/a’.", "https://x.example/a"),
        ("(see https://x.example/a_(b).)", "https://x.example/a_(b)"),
        ("https://x.example/a؟", "https://x.example/a"),
        ("*https://x.example/a*", "https://x.example/a"),
        ("**see https://x.example/a_b**.", "https://x.example/a_b"),
        ("_https://x.example/a_b_ ", "https://x.example/a_b"),
        ("~~https://x.example/a~~", "https://x.example/a"),
        ("5*10 https://x.example/a*", "https://x.example/a"),
    ],
)
def test_what_stands_around_an_address_is_not_of_it(text, address, text_format):
    assert links(render(text, text_format)) == [(address, address)]


def test_an_address_without_a_scheme_is_followed_all_the_same():
    assert links(render("www.x.example/__init__.py")) == [
        ("http://www.x.example/__init__.py", "www.x.example/__init__.py")
    ]


@pytest.mark.parametrize("text_format", TEXT_FORMATS)
@pytest.mark.parametrize("text", ["ftp://x.example/__a__", "irc://x.example/_a_", "xhttps://x.example/_a_", "5@3 a@b"])
def test_what_is_not_followed_is_shown_as_it_was_typed(text, text_format):
    markup = render(text, text_format)
    assert not links(markup) and text in html.unescape(markup)


def test_addresses_in_code_and_links_stay_what_they_are():
    assert "<code>https://x.example/__a__</code>" in render("`https://x.example/__a__`")
    assert links(render("[see https://x.example/__a__](https://y.example/__b__)")) == [
        ("https://y.example/__b__", "see https://x.example/__a__ (y.example)")
    ]
    assert links(render("|a|\n|-|\n|https://x.example/__a__|")) == [("https://x.example/__a__",) * 2]


@pytest.mark.parametrize("text", ["<angle@brackets>", "<foo:bar>", "<none>", "<a b>"])
def test_angle_brackets_around_what_is_no_address_are_shown(text):
    for text_format in (PLAIN, MARKDOWN):
        assert html.escape(text) in render(text, text_format)
