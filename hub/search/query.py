"""What a person looks for: words, "exact phrases", -words to leave out.

All words must be there. A word of three letters or more also finds longer ones (risk finds risks), which serves
inflected languages without a stemmer for each; between quotes it stands for itself. Anything else that is typed is
ignored: no question is wrong, and none reaches a database as syntax.
"""

import re
from dataclasses import dataclass

from hub.search.folding import is_paired, pairs, words

# Characters and terms; what is beyond is ignored.
MAX_LENGTH = 200
MAX_TERMS = 12
# Letters from which on a word also finds longer ones.
PREFIX_FROM = 3

_term = re.compile(r'(?<!\S)(?P<minus>-)?(?:["“«„](?P<phrase>[^"”»“]*)["”»“]?|(?P<word>\S+))')


@dataclass(frozen=True)
class Term:
    """Words that stand one after the other; ``open`` when the last one may go on."""

    words: tuple[str, ...]
    open: bool = False


@dataclass(frozen=True)
class Query:
    """What must be there, and what must not."""

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.wanted)

    def for_sqlite(self) -> str:
        """Return the question as an FTS5 expression; words are letters and digits, so nothing can escape the quotes."""
        wanted = " AND ".join(map(_fts5, self.wanted))
        return " NOT ".join([f"({wanted})", *map(_fts5, self.unwanted)])

    def for_postgres(self) -> str:
        """Return the question as PostgreSQL's to_tsquery reads it."""
        return " & ".join([*map(_tsquery, self.wanted), *(f"!({_tsquery(term)})" for term in self.unwanted)])


def _fts5(term: Term) -> str:
    return f'"{" ".join(term.words)}"' + ("*" if term.open else "")


def _tsquery(term: Term) -> str:
    quoted = [f"'{word}'" for word in term.words]
    return "(" + " <-> ".join([*quoted[:-1], quoted[-1] + (":*" if term.open else "")]) + ")"


def _make(text: str, *, exact: bool) -> Term | None:
    found = list(words(text))
    if not found:
        return None
    made: list[str] = []
    for word in found[:-1]:
        made += pairs(word) if is_paired(word) else [word]
    last = found[-1]
    if is_paired(last):
        # In a document every character begins a pair, so one alone is the beginning of a word.
        made += pairs(last, closed=False)
        return Term(tuple(made), open=len(last) == 1)
    return Term((*made, last), open=not exact and len(last) >= PREFIX_FROM)


def parse(text: str) -> Query:
    """Read a question; never fails."""
    wanted: list[Term] = []
    unwanted: list[Term] = []
    for found in _term.finditer(text[:MAX_LENGTH]):
        exact = found["phrase"] is not None
        term = _make(found["phrase"] if exact else found["word"], exact=exact)
        side = unwanted if found["minus"] else wanted
        if term is not None and term not in side:
            side.append(term)
        if len(wanted) + len(unwanted) >= MAX_TERMS:
            break
    return Query(tuple(wanted), tuple(unwanted))
