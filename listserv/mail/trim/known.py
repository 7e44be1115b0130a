"""Tell lines that an earlier message holds from lines of an author's own, where the earlier message
is at hand.

Compared are runs of letters and digits, whatever stands between them: programs break lines anew,
set other quotation marks and blanks, and turn HTML into text in ways of their own.
"""

from collections.abc import Iterable

# Characters of a run, and of the earlier messages that are read.
_RUN = 8
_MOST = 400_000
# A paragraph of this many letters is compared by its runs, a shorter one as a whole.
_SHORT = 2 * _RUN
# Of a paragraph's runs, how many an earlier message must hold (in hundredths).
_ENOUGH = 60


class Known:
    """What earlier messages say; without any, nothing is known of a line."""

    def __init__(self, text: str) -> None:
        text = text[:_MOST]
        letters = _letters(text)
        self.runs = {letters[at : at + _RUN] for at in range(max(len(letters) - _RUN + 1, 0))}
        self.lines = {_letters(line) for line in text.split("\n")} if self.runs else set()

    def __bool__(self) -> bool:
        return bool(self.runs)

    def holds(self, lines: Iterable[str]) -> bool:
        """Whether a paragraph stands in an earlier message."""
        parts = list(lines)
        letters = _letters("".join(parts))
        if len(letters) < _SHORT:
            return (
                not letters
                or letters in self.lines
                or all(_letters(line) in self.lines for line in parts)
            )
        runs = [letters[at : at + _RUN] for at in range(0, len(letters) - _RUN + 1, 2)]
        return 100 * sum(run in self.runs for run in runs) >= _ENOUGH * len(runs)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
