"""Match words at the beginning of a line, whatever the letter case, the accents and the script.

A line is cut into written words once; at most :data:`LONGEST` of them are looked up together, so a
line costs the same however long it is. Chinese is written without spaces, so there a command is
what a run of characters begins with.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from hub.search.folding import WRITTEN_WORD, fold, is_paired
from listserv.commands import vocabulary
from listserv.commands.option_words import OPTIONS

# Words of the longest phrase; characters of a line that are looked at.
LONGEST = 4
LOOK = 400
# What may stand before a command: bullets, quotation marks and the like.
_BEFORE = re.compile(r"[^\w>]{0,20}")
_AFTER = " \t:：,，.。-–—=#"
Phrases = Mapping[tuple[str, ...], str]


@dataclass(frozen=True)
class Word:
    """A word of a line: folded, and where it stands."""

    text: str
    start: int
    end: int


def words_of(line: str) -> list[Word]:
    """Return the written words of a line."""
    words = (
        Word(fold(match[0]), match.start(), match.end())
        for match in WRITTEN_WORD.finditer(line[:LOOK])
    )
    # A hamza that stands alone folds to nothing.
    return [word for word in words if word.text]


def phrases(table: Mapping[str, vocabulary.Words]) -> dict[tuple[str, ...], str]:
    """Return which phrase means what; the first row wins.

    Returns: ``dict[tuple[str, ...], str]  # folded words -> name``.
    """
    by_words: dict[tuple[str, ...], str] = {}
    for name, entry in table.items():
        for phrase in vocabulary.alternatives(entry):
            key = tuple(word.text for word in words_of(phrase))
            by_words.setdefault(key, name)
    return by_words


@cache
def command_phrases() -> dict[tuple[str, ...], str]:
    """Return the phrases of all commands, of SET and of END."""
    return phrases({**vocabulary.COMMANDS, "set": vocabulary.SET, "end": vocabulary.END})


@cache
def option_phrases() -> dict[tuple[str, ...], str]:
    """Return the phrases of what follows a command."""
    return phrases(OPTIONS)


@cache
def phrases_of(*names: str) -> dict[tuple[str, ...], str]:
    """Return the phrases of some options alone: a word of two meanings then has the right one."""
    return phrases({name: OPTIONS[name] for name in names})


def first(words: list[Word], table: Phrases) -> tuple[str, int, int] | None:
    """Return what the first words mean, how many words that are, and where they end in the line.

    None where they mean nothing.
    """
    for count in range(min(LONGEST, len(words)), 0, -1):
        name = table.get(tuple(word.text for word in words[:count]))
        if name is not None:
            return name, count, words[count - 1].end
    if words and is_paired(words[0].text):
        return _run(words[0], table)
    return None


def _run(word: Word, table: Phrases) -> tuple[str, int, int] | None:
    for length in range(min(len(word.text), 12), 0, -1):
        name = table.get((word.text[:length],))
        if name is not None:
            # Folding changes no length in this script, but for rare forms: then the command has no
            # argument.
            return name, 1, min(word.start + length, word.end)
    return None


def command_at(line: str) -> tuple[str, str] | None:
    """Return the command that a line begins with, and what follows; None for any other line."""
    line = line[:LOOK]
    words = words_of(line)
    if not words or _BEFORE.match(line).end() < words[0].start:  # type: ignore[union-attr]
        return None
    match = first(words, command_phrases())
    if match is None:
        return None
    name, _count, end = match
    written = unicodedata.normalize("NFC", line[words[0].start : words[0].end]).casefold()
    name = vocabulary.ACCENTED.get(written, name)
    return name, line[end:].strip().strip("»”\"'＂」』").lstrip(_AFTER).rstrip("!?؟！？").strip()


def command_among(line: str, names: Collection[str]) -> tuple[str, str] | None:
    """Return the command that a line begins with, and what follows, where it is one of some."""
    command = command_at(line)
    if command is None or command[0] not in names:
        return None
    return command


def whole(line: str, table: Phrases) -> str:
    """Return what a line means that is nothing but one phrase; empty for any other line."""
    words = words_of(line)
    if not 0 < len(words) <= LONGEST:
        return ""
    return table.get(tuple(word.text for word in words), "")


def options(text: str, table: Phrases) -> Iterator[tuple[str, str]]:
    """Yield what follows a command: the name of an option and its word.

    The name is "number" for a number, and empty for a word that is no option. Words of Chinese are
    cut where an option or a number begins.
    """
    words = words_of(text)
    at = 0
    while at < len(words):
        word = words[at]
        if word.text.isdecimal():
            yield "number", word.text
            at += 1
            continue
        match = first(words[at:], table)
        if match is None:
            yield "", text[word.start : word.end]
            at += 1
            continue
        name, count, _end = match
        yield name, text[word.start : words[at + count - 1].end]
        at += count


def has(text: str, *names: str) -> str:
    """Return which of some options stands in a text, the first one; empty for none of them."""
    matches: Iterable[str] = (
        name for name, _word in options(text, phrases_of(*names)) if name in names
    )
    return next(iter(matches), "")
