"""Tell lines that an earlier message holds from lines of an author's own.

Compared are runs of letters and digits, whatever stands between them: programs break lines anew,
set other quotation marks and blanks, and turn HTML into text in ways of their own.
"""

from collections.abc import Iterable

# Characters of a run, and of the earlier messages that are read.
_RUN_CHARACTERS = 8
_MAX_CHARACTERS = 400_000
# A paragraph of this many letters is compared by its runs, a shorter one as a whole.
_SHORT_LETTERS = 2 * _RUN_CHARACTERS
_ENOUGH_PERCENT = 60  # of a paragraph's runs, which an earlier message must hold


class EarlierText:
    """What earlier messages say; false where there is none, and then nothing is known of a line."""

    def __init__(self, text: str) -> None:
        text = text[:_MAX_CHARACTERS]
        letters = _letters(text)
        self.runs = set(_runs(letters, step=1))
        self.lines: set[str] = set()
        if self.runs:
            self.lines = {_letters(line) for line in text.split("\n")}

    def __bool__(self) -> bool:
        return bool(self.runs)

    def holds(self, lines: Iterable[str]) -> bool:
        """Whether a paragraph stands in an earlier message."""
        paragraph = list(lines)
        letters = _letters("".join(paragraph))
        if len(letters) >= _SHORT_LETTERS:
            return self._holds_most_runs(letters)
        if not letters:
            return True
        if letters in self.lines:
            return True
        return all(_letters(line) in self.lines for line in paragraph)

    def _holds_most_runs(self, letters: str) -> bool:
        runs = list(_runs(letters, step=2))
        return 100 * sum(run in self.runs for run in runs) >= _ENOUGH_PERCENT * len(runs)


def _runs(letters: str, *, step: int) -> Iterable[str]:
    starts = range(0, len(letters) - _RUN_CHARACTERS + 1, step)
    return (letters[start : start + _RUN_CHARACTERS] for start in starts)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
