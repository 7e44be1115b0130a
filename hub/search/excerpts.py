"""Cut the words around what was looked for, and mark it; every other character is escaped."""

from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from hub.search.folding import WRITTEN_WORD, fold, is_paired
from hub.search.query import Query

# Characters: of an excerpt, of what stands before the first match, and of the text that is looked
# through.
LENGTH = 260
BEFORE = 80
SCANNED = 20_000


@dataclass(frozen=True)
class _Span:
    start: int
    end: int


def highlight(text: str, query: Query) -> SafeString:
    """Return a short text whole, with its matches marked."""
    return _mark(text, 0, len(text), _matches(text, query))


def excerpt(text: str, query: Query) -> SafeString:
    """Return the part of a text around its first match, with its matches marked.

    Without a match it is the beginning.
    """
    text = " ".join(text[:SCANNED].split())
    spans = _matches(text, query)
    start = 0
    if spans:
        start = _word_start(text, max(0, spans[0].start - BEFORE))
    end = start + LENGTH
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + LENGTH // 2)
    pieces = [_mark(text, start, min(end, len(text)), spans)]
    if start:
        pieces.insert(0, SafeString("… "))
    if end < len(text):
        pieces.append(SafeString(" …"))
    return mark_safe("".join(pieces))  # noqa: S308 - escaped


def _word_start(text: str, at: int) -> int:
    if at == 0:
        return 0
    space = text.find(" ", at, at + 30)
    if space < 0:
        return at
    return space + 1


def _matches(text: str, query: Query) -> list[_Span]:
    """Return where words of the question stand in the text as it was written."""
    exact, begun = _sought(query)
    spans: list[_Span] = []
    for match in WRITTEN_WORD.finditer(text):
        if is_paired(match[0]):
            spans += _paired(match[0], match.start(), exact, begun)
            continue
        if any(word in exact or word.startswith(begun) for word in fold(match[0]).split()):
            spans.append(_Span(match.start(), match.end()))
    return spans


def _sought(query: Query) -> tuple[set[str], tuple[str, ...]]:
    """Return the words of a question: those that stand for themselves, those that may go on."""
    exact = {word for term in query.wanted for word in term.words}
    begun = tuple(term.words[-1] for term in query.wanted if term.open)
    return exact, begun


def _paired(run: str, start: int, exact: set[str], begun: tuple[str, ...]) -> list[_Span]:
    """Return matches in a run of Chinese: by pairs, joined where they overlap."""
    spans: list[_Span] = []
    for index in range(len(run)):
        length = _matched_length(run[index : index + 2], exact, begun)
        if not length:
            continue
        if spans and spans[-1].end >= start + index:
            spans[-1] = _Span(spans[-1].start, start + index + length)
        else:
            spans.append(_Span(start + index, start + index + length))
    return spans


def _matched_length(pair: str, exact: set[str], begun: tuple[str, ...]) -> int:
    """Return how many characters at the beginning of a pair match.

    The run's last character is alone.
    """
    if len(pair) == 2 and pair in exact:
        return 2
    if pair[0] in begun:
        return 1
    return 0


def _mark(text: str, start: int, end: int, spans: list[_Span]) -> SafeString:
    pieces, at = [], start
    for span in spans:
        if span.start < at or span.end > end:
            continue
        pieces += [
            escape(text[at : span.start]),
            "<mark>",
            escape(text[span.start : span.end]),
            "</mark>",
        ]
        at = span.end
    pieces.append(escape(text[at:end]))
    return mark_safe("".join(pieces))  # noqa: S308 - every part is escaped
