"""Fold text into plain words, the same way for documents and for questions.

Neither SQLite FTS5 nor PostgreSQL finds Chinese words, Arabic words with and without vowel signs,
or "Ines" in "Inês" by itself. So both index a folded copy: NFKD without marks and without what has
no width, in lower case, Arabic letters and digits of one kind, and Chinese and Japanese in
overlapping pairs of characters, since they are written without spaces. What is left has only
letters, digits and single spaces, so the two databases cut it into the same words.
"""

import re
import unicodedata
from collections.abc import Iterator

# Characters; a longer run of letters is no word that anybody looks for, and PostgreSQL refuses
# those over 2 kB.
MAX_WORD = 64

_PAIRED = "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Marks above and below letters, which Python does not count as parts of words.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u1ab0-\u1aff\u1dc0-\u1dff\ufe00-\ufe0f\ufe20-\ufe2f"
)
# What has no width may stand inside of a word as it was written: soft hyphens, joiners, marks of
# direction.
_UNSEEN = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
# Scripts without blanks between words: there a zero-width space is what parts them (Thai, Lao,
# Burmese, Khmer).
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_unseen = re.compile(f"[{_UNSEEN}]+")
_parted = re.compile(f"(?<=[{_UNSPACED}])\u200b(?=[{_UNSPACED}])")
# Categories of characters that are left out: marks, and what only says how the letters around it
# are set.
_LEFT_OUT = frozenset({"Mn", "Mc", "Me", "Cf"})
# Changes with what :func:`document_text` makes of any text: what is stored of another version is
# folded again.
VERSION = 2
# A run written in pairs, or any other word; in a folded text, and in a text as it was written.
WORD = re.compile(f"[{_PAIRED}]+|[^\\W_{_PAIRED}]+")
WRITTEN_WORD = re.compile(f"[{_PAIRED}]+|[^\\W_{_PAIRED}](?:[^\\W_{_PAIRED}]|[{_MARKS}{_UNSEEN}])*")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_paired = re.compile(f"[{_PAIRED}]")
_LETTERS = str.maketrans(
    {
        "\u0640": None,  # tatweel only stretches
        "\u0649": "\u064a",  # alef maqsura -> yeh
        "\u06cc": "\u064a",  # Persian yeh -> yeh
        "\u0629": "\u0647",  # teh marbuta -> heh
        "\u06a9": "\u0643",  # Persian kaf -> kaf
        "\u0671": "\u0627",  # alef wasla -> alef
        "\u0621": None,  # a hamza alone is often left out
        "\u0131": "i",
        "\u00f8": "o",
        "\u0142": "l",
        "\u0111": "d",
        "\u00e6": "ae",
        "\u0153": "oe",
    }
)
_EASTERN_DIGITS = re.compile("[\u0660-\u0669\u06f0-\u06f9]")


def visible(text: str) -> str:
    """Return a text without what has no width.

    A zero-width space that parts words becomes a blank.
    """
    return _unseen.sub("", _parted.sub(" ", text))


def fold(text: str) -> str:
    """Return text with letters folded; words and spaces stay where they are, lengths may change."""
    if text.isascii():
        return text.lower()
    text = visible(text)
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(letter for letter in folded if unicodedata.category(letter) not in _LEFT_OUT)
    bare = _EASTERN_DIGITS.sub(
        lambda digit: str(unicodedata.digit(digit[0])), bare.translate(_LETTERS)
    )
    # Korean syllables were taken apart by NFKD; put them together again.
    return unicodedata.normalize("NFC", bare)


def is_paired(word: str) -> bool:
    """Whether a word is of a script that is indexed in pairs."""
    return bool(_paired.match(word))


def words(text: str) -> Iterator[str]:
    """Yield the words of a text, folded, runs of Chinese as one."""
    for match in WORD.finditer(fold(text)):
        word = match[0]
        yield word if is_paired(word) else word[:MAX_WORD]


def pairs(run: str, *, closed: bool = True) -> list[str]:
    """Return a run as overlapping pairs.

    "生物安全" is 生物, 物安, 安全, 全: each character begins a word, so that one alone is found as
    a beginning.

    Args: closed, whether its last character is added alone, as documents have it.
    """
    overlapping = [run[index : index + 2] for index in range(len(run) - 1)]
    if closed or not overlapping:
        return [*overlapping, run[-1]]
    return overlapping


def document_text(text: str) -> str:
    """Return what is indexed of a document: words with one space between them."""
    if text.isascii():
        return " ".join(word[:MAX_WORD] for word in _ASCII_WORD.findall(text.lower()))
    terms: list[str] = []
    for word in words(text):
        if is_paired(word):
            terms += pairs(word)
        else:
            terms.append(word)
    return " ".join(terms)
