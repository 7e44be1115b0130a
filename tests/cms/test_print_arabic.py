"""Print in Arabic: what is written is found and copied by readers of PDFs, with signs of vowels and without."""

import re
import subprocess
import unicodedata
from datetime import UTC, datetime
from functools import cache
from itertools import chain, groupby
from typing import Any

import pypdfium2 as pdfium
import pytest
from django.utils import translation

from cms import document as documents
from cms.pdf import print_document
from cms.pdf import render as printing
from cms.pdf.fonts import AMIRI, readings
from cms.pdf.opentype import Outlines, glyphs_by_code
from cms.pdf.searchable import searchable
from hub.lib.markup import render

AT = datetime(2026, 12, 1, tzinfo=UTC)
BARE = "محمد المجلس الاتفاق لا لأن الآن إلى القرار الله اتفاقية قرطاجنة والتنمية المستدامة الطاقة مسؤول هيئة"
SIGNED = "مُحَمَّدٌ قَرَّرَ كِتَابٌ الْمُؤْتَمَرِ إِلَى الْأَطْرَافُ لِلَّهِ ثُمَّ جِدًّا قُرْآن لَا الحيّة أُمَم هكتارًا بشأن بيان بها لكن كلّ"
PERSIAN = "کی پیچ گفت"
DIGITS = "17025 ٣٤٥ ۱۲۳"
LINES = ("Второй пункт: «не обнаружено»", "关于标准物质，价格高。", "Second point of the agenda, in English.")
WORDS = [*BARE.split(), *SIGNED.split(), *PERSIAN.split(), *DIGITS.split()]
_marks = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def document(language: str, text: str, **more: Any) -> documents.Document:
    """Return proceedings that say a text: numbered, in a list, in a quotation, in bold and small."""
    return saying(language, render(text), **more)


def saying(language: str, markup: str, **more: Any) -> documents.Document:
    """Return proceedings that say what stands in HTML."""
    with translation.override(language):
        parts = documents._paragraphs(markup, 0)
        values = {
            "title": "وقائع المؤتمر الإلكتروني", "symbol": "BSN/EC/2026/3", "language": language, "lang": language,
            "dir": "rtl" if language == "ar" else "ltr", "kind": "وثيقة", "dates": "24", "issued": "1",
            "organisation": "Network", "url": "", "cite": "صيغة الاستشهاد", "labels": documents._labels(),
            "sections": (documents.Section("summary", "الملخص", parts),), "items": (), **more,
        }  # fmt: skip
        return documents.Document(**values)


@cache
def printed(language: str, text: str, **more: Any) -> bytes:
    """Print once what several readers are asked to read."""
    return print_document(document(language, text, **more), at=AT).content


def by_pdfium(pdf: bytes) -> str:
    """Return the text as Chromium finds it."""
    with pdfium.PdfDocument(pdf) as file:
        return _plain("\n".join(page.get_textpage().get_text_bounded() for page in file))


def by_poppler(pdf: bytes) -> str:
    """Return the text as Evince and Okular find it."""
    done = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return _plain(done.stdout.decode())


READERS = [
    pytest.param(by_pdfium, id="pdfium"),
    pytest.param(by_poppler, id="poppler", marks=pytest.mark.poppler),
]


def _plain(text: str) -> str:
    """Two signs on one letter may stand in either order: canonically, it is one text."""
    return unicodedata.normalize("NFC", _marks.sub("", text))


def missing(words: list[str], text: str) -> list[str]:
    printed_words = set(re.split(r"[\s.]+", text))
    return [word for word in words if _plain(word) not in printed_words]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("language", ["ar", "zh-hans", "en"])
@pytest.mark.parametrize("form", ["{}", "- {}", "> {}", "**{}**", "*{}*", "### {}", "| {} |\n|---|"])
def test_every_word_is_found_as_it_was_written(read, language, form):
    pdf = printed(language, "\n\n".join(form.format(" ".join(WORDS[at : at + 5])) for at in range(0, len(WORDS), 5)))
    assert missing(WORDS, read(pdf)) == []


@pytest.mark.parametrize("read", READERS)
def test_lines_in_other_scripts_are_found_whole_in_an_arabic_document(read):
    text = read(printed("ar", "\n\n".join(LINES)))
    assert [line for line in LINES if line not in text] == []


@pytest.mark.parametrize("read", READERS)
def test_titles_are_found_at_every_size(read):
    text = read(printed("ar", "كلمة", title="المحتويات بشأن الإلكتروني", cite="بيان بشأن لم يُدلَ بها"))
    assert missing(["المحتويات", "بشأن", "الإلكتروني", "بيان", "يُدلَ", "بها"], text) == []


@pytest.mark.poppler
def test_numbers_symbols_and_brackets_keep_their_order_in_a_sentence():
    sentence = "وفق القرار CBD/COP/DEC/15/4 (المادة 17، الفقرة 3) بنسبة 0.9% في 2026."
    pdf = printed("ar", sentence)
    text = by_poppler(pdf)
    assert [part for part in ("CBD/COP/DEC/15/4", "17", "0.9", "2026") if part not in text] == []
    ends = places(pdf, "القرار", "المادة", "17", "الفقرة", "0.9")
    assert [right for _, right in ends] == sorted((right for _, right in ends), reverse=True)


def places(pdf: bytes, *words: str) -> list[tuple[float, float]]:
    """Return where words stand on the first page that has them: their left and right ends in points."""
    with pdfium.PdfDocument(pdf) as file:
        for page in file:
            text = page.get_textpage()
            whole = text.get_text_range()
            if all(word in whole for word in words):
                boxes = [[text.get_charbox(whole.index(word) + at) for at in range(len(word))] for word in words]
                return [(min(box[0] for box in row), max(box[2] for box in row)) for row in boxes]
    raise AssertionError(words)


def test_an_arabic_sentence_runs_from_right_to_left_around_latin_and_numbers():
    first, latin, last = places(printed("ar", "القرار CBD المادة"), "القرار", "CBD", "المادة")
    assert first[0] > latin[1] and latin[0] > last[1]
    first, latin, last = places(printed("en", "Decision الاتفاق 2026 stands"), "Decision", "الاتفاق", "stands")
    assert first[1] < latin[0] and latin[1] < last[0]


def test_a_print_is_drawn_as_typst_drew_it(monkeypatch):
    """Only the text behind the picture changes: no letter or sign moves by more than a hair."""
    shown: list[bytes] = []
    monkeypatch.setattr(printing, "searchable", lambda pdf, readings: shown.append(pdf) or pdf)
    printed("ar", f"{SIGNED}\n\n**{SIGNED}**\n\n{PERSIAN} لكن كلّ")
    (pdf,) = shown
    with pdfium.PdfDocument(pdf) as before, pdfium.PdfDocument(searchable(pdf, readings())) as after:
        assert len(before) == len(after)
        for old, new in zip(before, after, strict=True):
            first, second = (page.render(scale=2).to_pil().convert("L").tobytes() for page in (old, new))
            assert (
                sum(abs(a - b) > 64 for a, b in zip(first, second, strict=True)) < 100
            )  # pixels of a page at 144 dpi, at the edges of letters


def test_emphasis_in_arabic_is_underlined_and_latin_names_in_it_are_in_italics():
    pdf = printed("ar", "*الإخطار* و*Zea mays*")
    assert b"LibertinusSerif-Italic" in pdf and b"LibertinusSerif-BoldItalic" not in pdf
    assert len(printed("ar", "*الإخطار*")) != len(printed("ar", "الإخطار"))


def test_digits_in_an_arabic_document_are_those_of_its_letters():
    with pdfium.PdfDocument(printed("ar", "في 7777")) as file:
        page = file[0]
        items = page.get_objects(textpage=page.get_textpage())
        texts = [item for item in items if isinstance(item, pdfium.PdfTextObj)]
        names = [item.get_font().get_base_name() for item in texts if "7777" in item.extract()]
    assert len(names) == 1 and "Amiri" in names[0]


def test_what_is_no_pdf_of_typst_is_refused_and_printed_as_it_is(caplog, monkeypatch):
    with pytest.raises(ValueError, match="table"):
        searchable(b"%PDF-1.7\nstartxref\n0\n%%EOF", readings())
    monkeypatch.setattr(printing, "readings", lambda: {}["Amiri"])
    assert printed("ar", BARE).startswith(b"%PDF-") and "cannot be searched" in caplog.text


def test_our_font_has_every_letter_of_arabic_persian_and_urdu_in_both_weights():
    letters = [chr(code) for code in chain(range(0x0620, 0x0660), range(0x0660, 0x066A), range(0x06F0, 0x06FA))]
    weights = sorted(AMIRI.glob("*.ttf"))
    assert len(weights) == 2
    for path in weights:
        codes = glyphs_by_code(path.read_bytes())
        assert [letter for letter in [*letters, *"پچژگکیٹڈڑںہھے"] if ord(letter) not in codes] == []


def test_a_glyph_made_of_others_is_one_glyph_in_the_font_that_is_written():
    outlines = Outlines((AMIRI / "Amiri-Regular.ttf").read_bytes())
    letter = glyphs_by_code((AMIRI / "Amiri-Regular.ttf").read_bytes())[ord("ب")]
    composed = outlines.composed([(letter, 10, 0), (letter, 200, -5)], 700)
    again = Outlines(outlines.font())
    assert composed == outlines.composed([(letter, 10, 0), (letter, 200, -5)], 700) == len(again.glyphs) - 1
    assert again.advances[composed] == 700 and again.digest(letter) == outlines.digest(letter)


def _blank_rows(pdf: bytes) -> list[int]:
    """Return how many rows without ink stand between the lines of the first page, from its top."""
    with pdfium.PdfDocument(pdf) as file:
        picture = file[0].render(scale=4, grayscale=True).to_pil()
    has_ink = [picture.crop((0, row, picture.width, row + 1)).getextrema()[0] < 128 for row in range(picture.height)]
    runs = [(ink, len(list(rows))) for ink, rows in groupby(has_ink)]
    return [length for ink, length in runs[1:] if not ink]


def test_the_kind_stands_as_far_below_an_arabic_title_as_below_a_latin_one():
    # The rows are those between organisation, rule, title and kind.
    arabic = _blank_rows(printed("ar", "نص", kind="وقائع مؤتمر"))[2]
    latin = _blank_rows(printed("en", "Text", title="Proceedings", kind="Proceedings"))[2]
    assert arabic >= latin * 0.9, (arabic, latin)
