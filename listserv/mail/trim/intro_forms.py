"""Know the words of an introduction, its lines joined to one.

Above a quote little proof is asked; where old text stands below without marks more is, since what
is introduced there may be folded away to the end. Sentences of an author's own that end alike ("I
do not see what Boris wrote:") are none.
"""

import re
from functools import cached_property

from listserv.mail.trim import cues, own_words
from listserv.mail.trim.notices import holds_any
from listserv.mail.trim.phrases import BEFORE_DATE, OPENERS, VERB_FIRST, WROTE
from listserv.mail.trim.quote_marks import GROUPWISE

# Characters of an introduction that has no date; longer ones are sentences of the author's own.
_UNDATED_CHARACTERS = 120
# Characters of one that has no verb of ours.
_WORDLESS_CHARACTERS = 250
_DATE = re.compile(r"\d{4}|\d{1,2}[:.٫]\d{2}|\d{1,2}[./-]\d{1,2}|\d{1,2} ?[年月日년월일]")
_TIME = re.compile(r"\d{1,2}[:.h٫]\d{2}|\d{4}")
_HOUR = re.compile(r"\d{1,2}[:.h٫]\d{2}(?!\d?[./-])")
_YEAR = re.compile(r"\d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{2}")
# A day of the week before a date: "tir. 18. apr.".
_DAY = re.compile(r"[^\W\d]{1,14}[.,]{0,2}[ \xa0]{0,2}\d{1,2}(?!\d)")
# What ends a sentence within a line: then the line says more than who wrote.
_SENTENCE_END = re.compile(r"[.!?؟；;][\s\xa0]|[。！？]")
# Words of a name, and of the date behind it, below a verb; and those behind a verb that may be of a
# date.
_NAME_WORDS, _DATE_WORDS = 8, 2
# Words at the end of an undated introduction among which the verb stands.
_VERB_WORDS = 4
COLONS = (":", "：")
_ADDRESSES = ("@", "mailto:")
_DASHED = re.compile(r"--.*--")
_CLOSED = (">:", ">：", ">):", "]:", "> :", ">)：")
TRIM = "*_- \xa0—–~=\"'»"
# "Ana Pérez <ana@people.example> wrote:" and nothing else.
_NAMED = re.compile(
    r"([^<>@:\d]{2,60}?)[ \xa0]{0,2}<[^<>\s]{3,120}@?[^<>\s]{3,120}>"
    r"[ \xa0]{0,2}([^:：<>]{2,24})[:：]$"
)
_FULL_NAME_WORDS = 5
# Verbs that people set above what a book or a minister says; programs that do so mark the old
# words.
_CITING_VERBS = ("said", "says")
# Ends of a line with a colon that names who wrote, however it does.
_WRITER_ENDS = (*WROTE, "says", "dit", "escribe", "schreibt")
# Verbs as they stand within a line: whole words, but in scripts whose letters are not ASCII.
_WROTE_WITHIN = tuple(f" {verb}" if verb.isascii() else verb for verb in WROTE)
# What stands before an opener.
BEFORE_OPENER = "*_ -"
# "On Tue, May 3, 2026 at 10:02 AM, Ana Pérez<ana@people.example> wrote:   Old words".
_RUNS_ON = re.compile(
    r"[^<>]{8,120}<[^<>\s]{1,100}@[^<>\s]{1,100}>(?P<verb>[^:：<>]{2,24})[:：][ \xa0]{3,}\S"
)
# "Ana Pérez ---03/05/2026 10:02:13---Old words".
_NOTES = re.compile(
    r"[^\W\d_][^<>:]{2,60}-{3}\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"
    r" \d{1,2}:\d{2}(?::\d{2})?(?: [AP]M)?-{3}"
)


class IntroText:
    """Lines joined to one that may be an introduction, and by what one is known.

    Attributes: ``low`` in lower case, without rules and blanks around it; ``bare`` without its
    colon.
    """

    def __init__(self, joined: str) -> None:
        self.joined = joined
        self.low = joined.lower().strip(TRIM)
        self.bare = self.low.rstrip(":： \xa0>")
        self.has_colon = self.low.endswith(COLONS)
        self.has_address = holds_any(self.low, _ADDRESSES)

    def is_intro(self, *, quoted: bool) -> bool:
        """Whether this introduces old words.

        Args: ``quoted`` whether they are marked, above which little proof is asked.
        """
        if not self.has_colon and not self.has_address:
            return quoted and self._is_dashed
        return self._is_above_quote() if quoted else self._is_above_text()

    def _is_above_quote(self) -> bool:
        if self._is_plain or self._has_verb_and_date:
            return True
        if not self.has_address or not self._has_date:
            return False
        if len(self.low) > _WORDLESS_CHARACTERS or cues.cites(self.joined):
            return False
        if self.has_colon:
            return True
        # "2026/5/3 Ana Pérez <ana@people.example>" has neither verb nor colon.
        return self.low.endswith(">") and begins(self.low)

    def _is_above_text(self) -> bool:
        """Whether bare old text may follow.

        Then a date, a time or an address stands here, and a verb or the form "…, Name <address>:".
        """
        if self.bare.endswith(_CITING_VERBS) or cues.cites(self.joined):
            return False
        if _is_named(self.joined.strip(TRIM)):
            return True
        if not self._has_date:
            return False
        return self._is_closed or self._is_opened

    @property
    def _is_dashed(self) -> bool:
        """Whether a verb stands between dashes: "---- Ana Pérez wrote ----"."""
        return self._ends_with_verb and _DASHED.fullmatch(self.joined) is not None

    @property
    def _is_plain(self) -> bool:
        """Whether verb and colon stand in it, and an address or dashes before the name."""
        if not self.has_colon or not self._has_verb:
            return False
        return self.has_address or self.joined.startswith("---")

    @property
    def _has_verb_and_date(self) -> bool:
        """Whether a verb and a date stand in it, and no work that is cited."""
        if not self._has_verb or cues.cites(self.joined):
            return False
        return self._has_date

    @property
    def _is_closed(self) -> bool:
        """Whether it ends with an address in brackets and a colon, and says who wrote, or when."""
        if not self.has_address or not self.low.endswith(_CLOSED):
            return False
        if self._has_verb:
            return True
        return len(self.low) < _WORDLESS_CHARACTERS and _TIME.search(self.low) is not None

    @property
    def _is_opened(self) -> bool:
        """Whether it begins as introductions do, and says who wrote, and when or from where."""
        if not self._has_verb:
            return False
        if not self.has_colon and not self._ends_with_verb:
            return False
        if not self.has_address and not self._has_hour_and_year:
            return False
        return begins(self.low)

    @cached_property
    def _ends_with_verb(self) -> bool:
        return self.bare.endswith(WROTE)

    @cached_property
    def _has_verb(self) -> bool:
        """Whether a word for writing stands where introductions have it."""
        if self._ends_with_verb:
            return True
        if self.has_address:
            return _holds_verb(self.bare)
        return _is_followed_by_name(self.bare)

    @property
    def _has_date(self) -> bool:
        """Whether anything stands in it that may be a date; this looks at every character."""
        return has_date(self.low)

    @property
    def _has_hour_and_year(self) -> bool:
        return _HOUR.search(self.low) is not None and _YEAR.search(self.low) is not None


def has_date(text: str) -> bool:
    """Whether anything stands in a text that may be a date."""
    return _DATE.search(text) is not None


def names_writer(text: str) -> bool:
    """Whether a short line ends with a word for writing and a colon, whoever it names."""
    low = text.lower().strip(TRIM)
    if len(low) > _UNDATED_CHARACTERS:
        return False
    if not low.endswith(COLONS):
        return False
    bare = low.rstrip(":： \xa0")
    return bare.endswith(_WRITER_ENDS) or not VERB_FIRST.isdisjoint(bare.split())


def runs_on(text: str) -> bool:
    """Whether a line is an introduction behind which old words stand at once.

    Yahoo's telephones and Lotus Notes write it so, and GroupWise between its marks.
    """
    match = _RUNS_ON.match(text)
    if match is not None and match["verb"].strip(" ,").lower() in WROTE:
        return _DATE.search(text[: match.end()]) is not None
    return _NOTES.match(text) is not None or GROUPWISE.match(text) is not None


def _holds_verb(bare: str) -> bool:
    words = f" {bare}"
    return any(verb in words for verb in _WROTE_WITHIN)


def _is_followed_by_name(bare: str) -> bool:
    """Whether a verb that goes before the name, or before the date, stands near the end.

    As in "skrev Ana Pérez".
    """
    words = bare.split()[-_NAME_WORDS:]
    return any(_goes_before(word, words[at + 1 :]) for at, word in enumerate(words))


def _goes_before(verb: str, after: list[str]) -> bool:
    if verb in VERB_FIRST:
        return True
    return verb in BEFORE_DATE and any(word[0].isdigit() for word in after[:_DATE_WORDS])


def is_undated(text: str) -> bool:
    """Whether a line above a quote says who wrote it and nothing else.

    As in "On Tuesday Yasmine Belhadj wrote:".
    """
    low = text.lower().strip(TRIM)
    bare = low.rstrip(":： \xa0>")
    if len(low) > _UNDATED_CHARACTERS:
        return False
    if bare == low:
        return False
    if not low.startswith(OPENERS):
        return False
    if _SENTENCE_END.search(low):
        return False
    if own_words.has_small_words(text.strip(TRIM).rstrip(":： ")):
        return False
    return bare.endswith(WROTE) or not VERB_FIRST.isdisjoint(bare.split()[-_VERB_WORDS:])


def is_full_name(text: str) -> bool:
    """Whether a line that stands alone is a full name and a verb: "Boris Horvat writes:"."""
    bare = text.strip(TRIM).rstrip(":： ")
    verb = next((word for word in WROTE if bare.endswith(f" {word}")), "")
    names = bare.removesuffix(verb).split()
    if not verb:
        return False
    if not 2 <= len(names) <= _FULL_NAME_WORDS:
        return False
    return all(name[0].isupper() for name in names)


def _is_named(text: str) -> bool:
    """Whether a line is a name, its address and the word for writing, and nothing else."""
    match = _NAMED.match(text)
    if match is None:
        return False
    if "@" not in text:
        return False
    if match[2].strip(TRIM + ", ").lower() not in WROTE:
        return False
    names = match[1].strip(TRIM + ",").split()
    return 1 <= len(names) <= _FULL_NAME_WORDS and not names[0][0].islower()


def has_opener(text: str) -> bool:
    """Whether a line begins with a word that opens introductions: "On", "Le", "Am"."""
    return text.lower().lstrip(BEFORE_OPENER).startswith(OPENERS)


def begins(low: str) -> bool:
    """Whether words begin as introductions do: with an opener, a day, a date or an address."""
    head = low.lstrip("*_> \"'([")
    if head.startswith(OPENERS):
        return True
    if head[:1].isdigit():
        return True
    return "<" in head or _DAY.match(head) is not None
