"""Tokens that travel in the local part of an address: small, genuine, and one spelling each."""

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.lib.tokens import MAC_BYTES, _mac, read, sign

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
NUMBERS = st.lists(st.integers(min_value=0, max_value=2**63), min_size=1, max_size=5)


@given(NUMBERS)
def test_a_token_gives_back_its_numbers(numbers):
    assert read("reply", sign("reply", numbers)) == numbers


@given(NUMBERS)
def test_a_token_survives_any_letter_case_and_fits_a_local_part(numbers):
    token = sign("reply", numbers)
    assert read("reply", token.upper()) == read("reply", token.title()) == numbers
    assert token.isascii() and token.isalnum() and token == token.lower()
    assert len(sign("reply", [2**31, 2**31])) <= 40


@given(WORDS, st.binary(max_size=40), WORDS)
def test_a_token_is_signed_by_hmac(purpose, payload, key):
    expected = hmac.digest(key.encode(), purpose.encode() + b"\0" + payload, "sha256")
    assert _mac(purpose, payload, key) == expected[:MAC_BYTES]


def test_a_token_opens_nothing_but_its_purpose():
    token = sign("reply", [12, 7])
    assert [read(purpose, token) for purpose in ("feed", "repl", "reply\0", "Reply", "")] == [None] * 5


@pytest.mark.parametrize("numbers", [[12, 7], [0], [2**40]])
def test_no_change_of_one_letter_is_taken(numbers):
    token = sign("reply", numbers)
    for index in range(len(token)):
        for letter in ALPHABET:
            changed = token[:index] + letter + token[index + 1 :]
            assert changed == token or read("reply", changed) is None, changed


@pytest.mark.parametrize("numbers", [[12, 7], [0], [300], [2**40], [1, 2, 3, 4]])
def test_no_second_spelling_is_taken(numbers):
    """Base32 leaves bits over: a token accepted in two spellings could be used twice."""
    token = sign("reply", numbers)
    for other in (
        token + "a",
        "a" + token,
        token + "=",
        token + "=" * 6,
        token[:-1],
        token + "\n",
        f" {token}",
        token * 2,
    ):
        assert read("reply", other) is None, other


@pytest.mark.parametrize(
    "text",
    ["", "a", "=", "!!!!", "é", "ſ" * 24, "K" * 24, "\0" * 24, "a" * 16, "a" * 17, "a" * 5000, "1890" * 6, "ａ" * 24],
)
def test_any_other_text_is_nothing(text):
    assert read("reply", text) is None


@given(st.text(max_size=80))
def test_no_text_is_taken_and_none_fails(text):
    assert read("reply", text) is None


def test_a_token_without_numbers_or_with_a_negative_one_is_not_made_into_an_opening():
    assert read("reply", sign("reply", [])) is None
    with pytest.raises(ValueError, match="byte must be in range"):
        sign("reply", [-1])


def test_tokens_change_with_the_secret(settings):
    token = sign("reply", [12])
    settings.SECRET_KEY = "another secret that is long enough"
    assert read("reply", token) is None


def test_a_token_carries_eighty_bits_of_proof():
    assert MAC_BYTES * 8 == 80


def test_keys_rotate_without_a_break(settings):
    first, second, third = (f"secret number {number} that is long enough" for number in range(3))
    settings.SECRET_KEY = first
    old = sign("reply", [12, 7])
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = second, [first]
    new = sign("reply", [12, 7])
    assert new != old and read("reply", old) == read("reply", new) == [12, 7]
    # New ones are made with the present key alone; a key that is taken away opens nothing more.
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = third, [second]
    assert read("reply", new) == [12, 7] and read("reply", old) is None
    assert read("leave", new) is None
