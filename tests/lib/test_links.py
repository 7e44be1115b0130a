"""A link whose words name another place than its target says where it leads."""

from html import unescape

import pytest
from django.utils.html import strip_tags

from cms.prose import read
from cms.prose_html import block_html
from hub.lib.markup import render

EVIL = "evil.example"
DECEIVING = (
    "[https://bank.example](https://evil.example)", "[bank.example](https://evil.example/x)",
    "[www.bank.example/login](https://evil.example)", "[Sign in at bank.example](https://evil.example)",
    "[https://bank.**example**](https://evil.example)", "[`bank.example`](https://evil.example)",
    "[//bank.example](https://evil.example)", "[help@bank.example](https://evil.example)",
    "[bank.example](https://bank.example@evil.example)", "[Here](https://bank.example@evil.example)",
    "https://bank.example@evil.example/", "<https://bank.example@evil.example/>",
    "[https://bank.example@x](https://evil.example)", "![https://bank.example](https://evil.example/a.png)",
    "[https://bank.example][1]\n\n[1]: https://evil.example", "[bank。example](https://evil.example)",
    "[ｂａｎｋ．ｅｘａｍｐｌｅ](https://evil.example)", "[ba\u200bnk.example](https://evil.example)",
    "[\u202dbank.example\u202c](https://evil.example)", "[BANK.EXAMPLE](https://evil.example)",
    "[bank.example (evil.example) bank.example](https://evil.example)", "[https://203.0.113.7/x](https://evil.example)",
    "[https://bank.example](https:/evil.example)", "[bank.example](https:evil.example/x)",
    "[https://127.0.0.1:8000/c/1](https:/evil.example)", "[127.0.0.1.example](https:///evil.example)",
    "[https://bank.example](http:me@evil.example:80/x)",
    "[министерство.рф](https://evil.example)", "[report.pdf at www.bank.zip](https://evil.example)",
)  # fmt: skip


@pytest.mark.parametrize("text", DECEIVING)
def test_host_of_the_target_stands_behind_words_that_name_another(text):
    shown = unescape(strip_tags(render(text))).strip()
    assert shown.endswith(f"({EVIL})"), shown


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("[help@bank.example](mailto:me@evil.example)", "me@evil.example"),
        ("[bank.example](mailto:me@evil.example)", "me@evil.example"),
        ("[me@bank.example](mailto:you@bank.example)", "you@bank.example"),
        ("[www.bank.example@evil.example](mailto:me@evil.example)", "me@evil.example"),
        ("[bank.example: ana.rossi@evil.example](mailto:ana.rossi@evil.example)", "ana.rossi@evil.example"),
        ("[bank.example](/l/risk/)", "127.0.0.1"),
        # Cyrillic letters in the place of Latin ones.
        ("https://b\u0430nk.example/", "xn--bnk-6cd.example"),
        ("[b\u0430nk.example](https://b\u0430nk.example)", "xn--bnk-6cd.example"),
        ("[bank.example](https://b\u0430nk.example)", "xn--bnk-6cd.example"),
    ],
)
def test_address_of_the_target_stands_there_too(text, target):
    assert unescape(strip_tags(render(text))).strip().endswith(f"({target})")


HONEST = (
    "https://bank.example/a", "[bank.example](https://bank.example/deep)", "[www.bank.example](https://bank.example)",
    "[BANK.example](https://bank.example)", "[the report](https://bank.example)", "[report.pdf](https://bank.example/r)",
    "[e.g. this](https://bank.example)", "[version 1.2.3](https://bank.example)", "<me@bank.example>",
    "ana.rossi@bank.example", "From: Ana <ana.rossi@bank.example>",
    "[Ana.Rossi@bank.example](mailto:ana.rossi@bank.example)",
    "[me@bank.example](mailto:me@bank.example?subject=x)", "[bank.example](mailto:me@bank.example)",
    "[mail me@bank.example](https://bank.example/contact)", "[Art. 26.1](https://bank.example)",
    "https://министерство.рф/", "[министерство.рф](https://министерство.рф)", "https://bücher.example",
    "[a.b](https://bank.example)", "[bank.example:8000](http://bank.example:8000)",
)  # fmt: skip


@pytest.mark.parametrize("text", HONEST)
def test_other_links_stay_as_they_were_written(text):
    assert "(" not in unescape(strip_tags(render(text)))


def test_title_that_names_another_place_is_left_out():
    assert "title" not in render('[here](https://evil.example "https://bank.example")')
    assert 'title="A report"' in render('[here](https://evil.example "A report")')


def test_words_of_old_html_are_read_alike_in_proceedings_and_said_once():
    old = '<p><a href="https://evil.example">https://<em>bank</em>.example</a> and</p>'
    for markup in (old, render("[https://*bank*.example](https://evil.example) and")):
        [block] = read(markup)
        assert strip_tags(block_html(block)).count(f" ({EVIL})") == 1
