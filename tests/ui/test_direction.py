"""Words run in their own direction, and sentences in the reader's, whatever names stand in them."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.template import Context, Template
from django.utils.translation import override
from playwright.async_api import Browser, Page

from cms import document
from forums.edits import Edit
from hub.lib.names import quoted
from hub.lib.scripts import isolate, script_of
from listserv.mail.trim.footers import Footer
from tests.ui.browsing import HOST, in_browser, serve

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("hub", "forums", "cms", "conferences", "listserv", "liaison")
TEMPLATES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("templates/**/*.*"))
INLINE = "a|span|b|strong|em|i|code|bdi|small|cite|label|button|time|abbr|q|mark|summary"
# What people are called, and what they call things, in our sentences.
NAMES = ("name", "subject", "discussion", "actor", "writer", "person", "title")
# How Python isolates them; a text of ours that stands for a name needs nothing.
ISOLATED = re.compile(r"(isolated?|quoted|listed|_)\(|'(NAME)?'$")
# Findings about mail set-up are isolated where they are shown; a quotation goes into a box, as its writer's own words.
APART = ("listserv/doctor/", "listserv/mail/auth/", "forums/pages.py", "hub/lib/names.py")
PAGE = """<!DOCTYPE html><html lang="{lang}" dir="{dir}"><head><title>A</title><meta charset="utf-8">
<link rel="stylesheet" href="/static/hub/hub.css"></head><body><main>{body}</main>"""


def test_no_inline_element_takes_its_direction_from_its_words():
    """Within a sentence that is ``<bdi>``; ``dir="auto"`` is for blocks and boxes."""
    pattern = re.compile(rf'<(?:{INLINE})\b[^>]*dir="auto"')
    wrong = [f"{path.relative_to(ROOT)}: {hit}" for path in TEMPLATES for hit in pattern.findall(path.read_text())]
    assert wrong == []


def test_no_block_with_a_sentence_of_ours_takes_its_direction_from_it():
    """A sentence that begins with a name would run as the name does."""
    pattern = re.compile(r'<(?:p|div|li|h\d|td)\b[^>]*dir="auto"[^>]*>\s*(?:\{% (?:block)?translate|\{\{ _\()')
    wrong = [str(path.relative_to(ROOT)) for path in TEMPLATES if pattern.search(path.read_text())]
    room = (ROOT / "conferences/templates/conferences/room.html").read_text()
    assert wrong == [] and not re.search(r'id="latest"[^>]*dir=', room)


def _values(options: str, body: str) -> dict[str, str]:
    """Return what a translated sentence puts in for names, by their names in it."""
    values = dict(re.findall(r"(\w+)=(\S+)", options))
    return {name: values.get(name, "") for name in set(re.findall(r"\{\{ (\w+) \}\}", body)) & set(NAMES)}


def test_every_name_in_a_translated_sentence_is_isolated():
    tag = re.compile(r"\{% blocktranslate(?P<options>[^%]*)%\}(?P<body>.*?)\{% endblocktranslate %\}", re.DOTALL)
    wrong = [
        f"{path.relative_to(ROOT)}: {name}={value}"
        for path in TEMPLATES
        for match in tag.finditer(path.read_text())
        for name, value in _values(match["options"], match["body"]).items()
        if not re.search(r"\|(bidi|isolated|ltr)$", value)
    ]
    assert wrong == []


def _names_in(tree: ast.AST, asked: set[str]) -> Iterator[ast.expr]:
    """Give what is put into translated sentences for names: by key, as ``%s``, and as a parameter of an error."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            yield from (value for key, value in pairs if isinstance(key, ast.Constant) and key.value in asked)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and not isinstance(node.right, ast.Dict):
            is_sentence = re.search(r"\b(_|gettext|pgettext)\(.*%s", ast.unparse(node.left))
            ending = r"(get_full_name\(\)|\.(name|title|subject)|\b(name|title|subject|person))$"
            if is_sentence and re.search(ending, ast.unparse(node.right)):
                yield node.right


def test_every_name_in_a_sentence_put_together_in_python_is_isolated():
    wrong = []
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        source, name = path.read_text(), str(path.relative_to(ROOT))
        if name.startswith(APART) or not re.search(r"\b(gettext|pgettext|gettext_lazy)\b", source):
            continue
        asked = set(re.findall(r"%\((\w+)\)s", source)) & {*NAMES, "author", "session", "names"}
        values = ((value.lineno, ast.unparse(value)) for value in _names_in(ast.parse(source), asked))
        wrong += [f"{name}:{line}: {value}" for line, value in values if not ISOLATED.match(value)]
    assert wrong == []


@pytest.mark.parametrize(("language", "name"), [("en", "ياسمين"), ("ar", "Yasmine")])
def test_marks_of_edits_and_lines_of_mail_isolate_names(language, name):
    moment = datetime(2026, 11, 24, 9, tzinfo=UTC)
    edit = {"by": name, "at": moment.isoformat(), "own": False, "late": False, "reason": name}
    with override(language):
        assert Edit(name, moment, name, by_author=False).line.count(f"\u2068{name}\u2069") == 2
        assert document._edited(edit).count(f"\u2068{name}\u2069") == 2
        assert quoted(name).count(f"\u2068{name}\u2069") == 1 and isolate(isolate(name)) == isolate(name)
        foot = Footer.of(discussion=name, person=name, words="GET 3")
        assert all(f"\u2068{name}\u2069" in line for line in (foot.reply, foot.private))


def test_every_box_for_words_says_its_direction():
    box = re.compile(r'<(?:textarea|input (?=[^<>]*type="(?:search|text)"))(?:[^<>{]|\{[{%].*?[%}]\})*>')
    boxes = [(path, hit) for path in TEMPLATES for hit in box.findall(path.read_text())]
    assert len(boxes) > 5
    assert [f"{path.name}: {hit}" for path, hit in boxes if 'dir="' not in hit] == []
    assert [f"{path.name}: {hit}" for path, hit in boxes if 'dir="auto"' in hit and "placeholder=" not in hit] == []


def test_isolation_stands_around_what_runs_against_the_reader_alone():
    with override("ar"):
        assert isolate("Amina") == "\u2068Amina\u2069" and isolate("ياسمين") == "ياسمين"
    with override("en"):
        assert isolate("Amina, 3") == "Amina, 3" and isolate("ياسمين") == "\u2068ياسمين\u2069"
        template = Template("{% load hub_ui %}{{ name|isolated }}")
        assert template.render(Context({"name": "<b>"})) == "&lt;b&gt;"


@pytest.mark.parametrize(
    ("text", "script"),
    [("Zea", ""), ("«الإخطار»", "arabic"), ("（重要）", "han"), ("12", ""), ("ひ", "han"), ("שלום", "arabic")],
)
def test_the_first_letter_tells_the_script(text, script):
    assert script_of(text) == script


async def ends(page: Page, *words: str) -> list[float]:
    """Return the left edge of each word on the page, in CSS pixels."""
    script = """words => { const all = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
      const places = {}; for (let node = all.nextNode(); node; node = all.nextNode()) for (const word of words) {
        const at = node.data.indexOf(word); if (at < 0) continue; const range = document.createRange();
        range.setStart(node, at); range.setEnd(node, at + word.length);
        places[word] = range.getBoundingClientRect().left; }
      return words.map(word => places[word]); }"""
    return list(await page.evaluate(script, list(words)))


@pytest.mark.browser
def test_a_sentence_keeps_its_order_around_names_of_the_other_direction():
    source = "{% load hub_ui %}<p>{{ first }} {{ name|FILTER }} {{ rest }}, 3 {{ last }}.</p>"
    arabic = {"first": "أخذ", "name": "Boris (HR)", "rest": "الكلمة", "last": "دقائق"}
    english = {"first": "Now", "name": "ياسمين (EG)", "rest": "speaks", "last": "min"}

    async def work(browser: Browser) -> None:
        page = await (context := await browser.new_context()).new_page()
        bodies = {}
        for number, (lang, words) in enumerate(((lang, words) for lang, words in (("ar", arabic), ("en", english)))):
            for kind in ("bidi", "isolated"):
                with override(lang):
                    body = Template(source.replace("FILTER", kind)).render(Context(words))
                direction = "rtl" if lang == "ar" else "ltr"
                shown = PAGE.format(lang=lang, dir=direction, body=body).encode()
                bodies[f"/{number}{kind}/"] = (200, {"Content-Type": "text/html"}, shown)
        await serve(context, bodies)
        for path in bodies:
            await page.goto(f"{HOST}{path}")
            words = arabic if path.startswith("/0") else english
            lefts = await ends(page, words["first"], words["name"].split()[0], words["rest"], "3", words["last"])
            assert lefts == sorted(lefts, reverse=words is arabic), (path, lefts)

    in_browser(work)


@pytest.mark.browser
def test_an_empty_box_runs_as_the_page_and_a_full_one_as_its_words():
    boxes = (
        '<textarea id="a" dir="auto" placeholder=" "></textarea><input type="search" id="b" dir="auto" placeholder=" ">'
    )

    async def work(browser: Browser) -> None:
        context = await browser.new_context()
        shown = PAGE.format(lang="ar", dir="rtl", body=boxes).encode()
        await serve(context, {"/ar/": (200, {"Content-Type": "text/html"}, shown)})
        page = await context.new_page()
        await page.goto(f"{HOST}/ar/")
        direction = "id => getComputedStyle(document.getElementById(id)).direction"
        for name in ("a", "b"):
            assert await page.evaluate(direction, name) == "rtl"
            for words, way in (("Three hundred metres", "ltr"), ("ثلاثمئة متر", "rtl"), ("", "rtl")):
                await page.fill(f"#{name}", words)
                assert await page.evaluate(direction, name) == way, words

    in_browser(work)


@pytest.mark.browser
def test_emphasis_is_slanted_in_latin_and_dotted_in_arabic_and_chinese():
    words = (("l", "", "Zea mays"), ("a", "arabic", "الإخطار"), ("h", "han", "重要"))
    body = " ".join(f'<em id="{name}" class="{script}">{text}</em>' for name, script, text in words)

    async def work(browser: Browser) -> None:
        context = await browser.new_context()
        shown = PAGE.format(lang="ar", dir="rtl", body=body).encode()
        await serve(context, {"/ar/": (200, {"Content-Type": "text/html"}, shown)})
        page = await context.new_page()
        await page.goto(f"{HOST}/ar/")
        script = """id => { const style = getComputedStyle(document.getElementById(id));
          return [style.fontStyle, style.fontWeight, style.textDecorationStyle]; }"""
        assert await page.evaluate(script, "l") == ["italic", "400", "solid"]
        assert await page.evaluate(script, "a") == ["normal", "400", "dotted"]
        assert (await page.evaluate(script, "h"))[:2] == ["normal", "400"]

    in_browser(work)
