"""What changed between two texts: whole, readable, and bounded in cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.lib import differences
from hub.lib.differences import Piece, change_lines, changes, compare
from hub.lib.errors import Stale
from hub.lib.fingerprints import SeenForm, check_seen, seal, unseal


def _without(pieces, kind):
    return "".join(piece.text for piece in pieces if piece.kind != kind)


def test_words_that_changed_are_shown_within_the_line_that_stayed():
    assert compare("We agree on 50 m.\nYours", "We agree on 500 m.\nYours") == [
        Piece("same", "We agree on "), Piece("gone", "50"), Piece("new", "500"), Piece("same", " m.\nYours"),
    ]  # fmt: skip


def test_a_phrase_that_was_replaced_stays_in_one_piece():
    pieces = compare("It is very safe here.", "It is quite dangerous here.")
    assert Piece("gone", "very safe") in pieces and Piece("new", "quite dangerous") in pieces


def test_chinese_is_compared_by_letters():
    assert Piece("new", "不") in compare("我们同意。", "我们不同意。")


@given(st.text(max_size=200), st.text(max_size=200))
def test_nothing_of_either_text_is_lost(before, after):
    pieces = compare(before, after)
    assert _without(pieces, "new") == "".join(before.replace("\r\n", "\n").splitlines(keepends=True))
    assert _without(pieces, "gone") == "".join(after.replace("\r\n", "\n").splitlines(keepends=True))


def test_a_long_text_is_compared_in_few_steps(monkeypatch):
    sizes = []

    class Counting(differences.SequenceMatcher):
        def __init__(self, junk, old, new, **options):
            sizes.append(len(old) * len(new))
            super().__init__(junk, old, new, **options)

    monkeypatch.setattr(differences, "SequenceMatcher", Counting)
    before = "\n".join(f"a {n} b {n * 7} " * 10 for n in range(2_000))
    pieces = compare(before, before.replace("a", "c"))
    assert _without(pieces, "new") == before and sum(sizes) <= 400 * 400 * 12


def test_a_page_shows_what_stands_around_a_change():
    before = "x " * 1_000 + "old" + " y" * 1_000
    shown = changes(before, before.replace("old", "new"))
    assert sum(len(piece.text) for piece in shown) < 400 and Piece("gone", "old") in shown


def test_a_mail_gets_the_lines_that_changed():
    assert change_lines("one\ntwo\nthree", "one\n2\nthree\nfour") == ["- two", "+ 2", "+ four"]


def test_a_form_that_brings_no_values_or_forged_ones_is_refused():
    current = {"Opens": "9:00"}
    check_seen(unseal(seal(current)), current)
    check_seen(None, current)
    for seen in ({}, unseal("forged"), unseal(seal({"Opens": "8:00"}))):
        with pytest.raises(Stale) as error:
            check_seen(seen, current)
        assert "+ Opens: 9:00" in error.value.lines


def test_a_form_carries_what_its_reader_saw_and_can_be_shown_anew():
    page = SeenForm(current={"Opens": "9:00"})
    sent = SeenForm({"seen_values": page["seen_values"].value()}, current={"Opens": "10:00"})
    assert sent.seen == {"Opens": "9:00"}
    sent.show_current()
    assert sent.seen == {"Opens": "10:00"}
