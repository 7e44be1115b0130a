"""Print: real typst, real fonts; what people write is text and never code."""

import re

import pypdfium2 as pdfium
import pytest
import typst

from cms import document
from cms.models import ProceedingsPage
from cms.pdf import print_document
from cms.pdf import render as printing
from cms.pdf.fonts import BOX, FAMILIES, covered, embedded, folders, unprintable
from hub.lib.errors import Unavailable

pytestmark = pytest.mark.django_db
ARABIC = "السيد الرئيس، النتيجة صحيحة **جدا** (ISO 17025) في 2014."
CHINESE = "关于标准物质，**价格高**（DNA 50%）。"
RUSSIAN = "Ответ «не обнаружено» сопровождается *перечнем*."
HOSTILE = (
    '#import "@preview/cetz:0.1.2": * $x^2$ \\ `#eval("1")` #read("/etc/passwd") #let x = 1 [#x] <label> @ref // c '
    "/* d */ "
    "]] }} -- ~ = heading \u202eoverride\u202c \x07 " + "W" * 5000 + " https://example.org/" + "a" * 3000
)  # fmt: skip


def words(pdf: bytes) -> str:
    """Return the text of a PDF as a reader's program finds it."""
    with pdfium.PdfDocument(pdf) as file:
        return "\n".join(page.get_textpage().get_text_bounded() for page in file)


def pages(pdf: bytes) -> int:
    """Count the pages."""
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def printed(finished, *texts: str) -> printing.Printed:
    for text in texts:
        finished.say(finished.amina, text)
    page = finished.issued()
    return print_document(document.build(page), at=page.last_published_at)


def test_all_fonts_are_here():
    here = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders())
    assert set(FAMILIES) <= set(here.families()) and len(folders()) == 3


def test_a_print_has_everything_and_says_that_it_is_tagged(finished):
    output = printed(finished)
    text = words(output.content)
    assert output.content.startswith(b"%PDF-") and pages(output.content) >= 2 and not output.unprinted
    assert b"/StructTreeRoot" in output.content and b"pdfuaid:part" in output.content
    for part in (
        "Field trials near borders",
        "All agreed on 300",
        "Three hundred",
        f"No. {finished.said[1].number}",
        "Amina Diallo",
        "Senegal",
        "Contents",
    ):
        assert part in text, part


def test_arabic_chinese_and_russian_are_printed_with_letters_not_boxes(finished):
    output = printed(finished, ARABIC, CHINESE, RUSSIAN)
    text = words(output.content)
    assert not output.unprinted and BOX not in text
    assert "关于标准物质" in text and "обнаружено" in text and "17025" in text
    assert b"Amiri" in output.content and b"NotoSansCJKtc" in output.content


@pytest.mark.parametrize("language", ["ar", "zh-hans", "ru", "fr", "es"])
def test_a_document_in_each_language_keeps_the_standard(finished, language, caplog):
    page = finished.issued(language=language)
    output = print_document(document.build(page), at=page.last_published_at)
    lang = b"zh-CN" if language == "zh-hans" else language.encode()
    assert b"/Lang(" + lang + b")" in output.content and b"pdfuaid:part" in output.content
    # With it readers turn around the words of every line, of an English one in an Arabic document too.
    assert b"/Direction/R2L" not in output.content
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_hostile_text_is_printed_as_it_is_and_runs_nothing(finished, caplog):
    output = printed(
        finished, HOSTILE, "#" * 40, "$" * 999, "\\" * 999, "> " * 60 + "deep\n\nBelow.", "- " * 60 + "deep", "`" * 500
    )
    text = words(output.content)
    assert '#import "@preview/cetz' in text and '#read("/etc/passwd")' in text and "root:" not in text
    assert "\u202e" not in text and "overrid" in text
    assert text.count("W") > 4900
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_very_long_words_stay_on_the_paper(finished):
    output = printed(finished, "W" * 2000)
    edges = []
    with pdfium.PdfDocument(output.content) as file:
        for page in file:
            text = page.get_textpage()
            edges += [text.get_charbox(at)[2] for at in range(text.count_chars())]
    assert words(output.content).count("W") >= 2000 and max(edges) < 595 - 60  # points; A4 with its margin


def test_letters_without_a_font_become_boxes_and_are_named(finished, caplog):
    output = printed(finished, "Thai สวัสดี and a smile 😀 here.")
    text = words(output.content)
    assert "U+0E2A THAI CHARACTER SO SUA" in output.unprinted and "U+1F600 GRINNING FACE" in output.unprinted
    assert BOX in text and "U+0E2A" in text and "could not be printed" in text
    assert "have no font" in caplog.text and b"pdfuaid:part" in output.content


def test_letters_said_to_be_in_the_fonts_are(monkeypatch):
    """The ranges of typst's own fonts stand in a file; a new typst must still have every one of them."""
    letters = " ".join(map(chr, sorted(embedded())))
    order = {
        "template": '#set document(title: "t")\n#set text(lang: "en", font: ("Libertinus Serif", "DejaVu Sans Mono", '
        '"New Computer Modern"), fallback: false)\n#json(bytes(sys.inputs.data)).join(" ")',
        "data": letters.split(" "), "fonts": [], "standards": printing.UA, "timestamp": 0,
    }  # fmt: skip
    done = printing._run(order)
    assert done.returncode == 0, done.stderr[:300]
    assert len(embedded()) > 4000 and len(covered()) > 30_000


def test_unprintable_knows_spaces_and_marks():
    assert unprintable(set("aé مرحبا\n\u00a0生Ж")) == set()
    assert unprintable({"ส", "a"}) == {"ส"}


def test_the_same_document_gives_the_same_bytes(finished):
    page = ProceedingsPage.objects.get(pk=finished.issued().pk)
    first, second = (print_document(document.build(page), at=page.last_published_at).content for _ in range(2))
    assert first == second


def test_a_typesetter_that_dies_is_a_clear_answer_and_not_the_end_of_the_hub(finished, monkeypatch, tmp_path):
    page = finished.issued()
    killed = tmp_path / "setter.py"
    killed.write_text("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    monkeypatch.setattr(printing, "SETTER", killed)
    with pytest.raises(Unavailable):
        print_document(document.build(page), at=page.last_published_at)
    killed.write_text("import time; time.sleep(30)")
    monkeypatch.setattr(printing, "PATIENCE_SECONDS", 0.5)
    with pytest.raises(Unavailable):
        print_document(document.build(page), at=page.last_published_at)
