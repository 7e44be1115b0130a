"""What a person looks for: words, "exact phrases", -words to leave out.

All words must be there. A word of three letters or more also finds longer ones (risk finds risks),
which serves inflected languages without a stemmer for each; between quotes it stands for itself.
Anything else that is typed is ignored: no question is wrong, and none reaches a database as syntax.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hub.search.folding import is_paired, pairs, visible, words

# Characters and terms; what is beyond is ignored.
MAX_LENGTH = 200
MAX_TERMS = 12
# Letters from which on a word also finds longer ones.
PREFIX_FROM = 3

_term = re.compile(r'(?<!\S)(?P<minus>-)?(?:["“«„](?P<phrase>[^"”»“]*)["”»“]?|(?P<word>\S+))')


@dataclass(frozen=True)
class SearchTerm:
    """Words that stand one after the other; ``open`` when the last one may go on."""

    words: tuple[str, ...]
    open: bool = False

    def alone(self) -> Iterator["SearchTerm"]:
        """Give each of the words as a term of its own."""
        for place, word in enumerate(self.words, 1):
            yield SearchTerm((word,), self.open and place == len(self.words))


@dataclass(frozen=True)
class Query:
    """What must be there, and what must not."""

    wanted: tuple[SearchTerm, ...] = ()
    unwanted: tuple[SearchTerm, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.wanted)

    def for_sqlite(self) -> str:
        """Return the question as an FTS5 expression.

        Words are letters and digits, so nothing can escape the quotes.
        """
        wanted = " AND ".join(map(_fts5, self.wanted))
        return " NOT ".join([f"({wanted})", *map(_fts5, self.unwanted)])

    def for_postgres(self) -> str:
        """Return the question as PostgreSQL's to_tsquery reads it."""
        return " & ".join(
            [*map(_tsquery, self.wanted), *(f"!({_tsquery(term)})" for term in self.unwanted)]
        )

    @property
    def has_phrase(self) -> bool:
        """Whether words must stand one after the other.

        PostgreSQL's index cannot say that by itself.
        """
        return any(len(term.words) > 1 for term in (*self.wanted, *self.unwanted))

    def words_for_postgres(self) -> str:
        """Return the question without the order of words.

        Whatever it matches is among what this matches.
        """
        wanted = [_tsquery(word) for term in self.wanted for word in term.alone()]
        unwanted = [f"!({_tsquery(term)})" for term in self.unwanted if len(term.words) == 1]
        return " & ".join([*dict.fromkeys(wanted), *unwanted])


def _fts5(term: SearchTerm) -> str:
    return f'"{" ".join(term.words)}"' + ("*" if term.open else "")


def _tsquery(term: SearchTerm) -> str:
    quoted = [f"'{word}'" for word in term.words]
    return "(" + " <-> ".join([*quoted[:-1], quoted[-1] + (":*" if term.open else "")]) + ")"


def _make(text: str, *, exact: bool) -> SearchTerm | None:
    written = list(words(text))
    if not written:
        return None
    folded: list[str] = []
    for word in written[:-1]:
        folded += pairs(word) if is_paired(word) else [word]
    last = written[-1]
    if is_paired(last):
        # In a document every character begins a pair, so one alone is the beginning of a word.
        folded += pairs(last, closed=False)
        return SearchTerm(tuple(folded), open=len(last) == 1)
    return SearchTerm((*folded, last), open=not exact and len(last) >= PREFIX_FROM)


def parse(text: str) -> Query:
    """Read a question; never fails."""
    wanted: list[SearchTerm] = []
    unwanted: list[SearchTerm] = []
    for match in _term.finditer(visible(text[:MAX_LENGTH])):
        if match["phrase"] is not None:
            term = _make(match["phrase"], exact=True)
        else:
            term = _make(match["word"], exact=False)
        side = unwanted if match["minus"] else wanted
        if term is not None and term not in side:
            side.append(term)
        if len(wanted) + len(unwanted) >= MAX_TERMS:
            break
    return Query(tuple(wanted), tuple(unwanted))
