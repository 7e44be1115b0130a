"""What stands below the words of every copy, in the languages of the hub; and taking it out of what
comes back.

Mail programs quote the foot of a copy with its words, and some people answer below it. It is
nobody's word, so it is taken out of what is published: in whatever language it was sent, quoted or
not, and when lines were broken anew.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from hub.lib.scripts import isolate

_UNSEEN = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
)
# An address behind a sentence, as plain text has it and as programs write a link.
_ADDRESS = r"[^\s<>]{3,300}(?:\s?<[^<>]{3,300}>)?"
# A name may be broken as everything else; one that begins a sentence begins a line.
_NAME, _FIRST_NAME = r"(?s:.{1,300}?)", ".{1,120}?"
_IDEOGRAPH = re.compile("[\u2e80-\u9fff\uff00-\uffef]")
_MARKS = re.compile(r"\A[ \t]*(?:[>|＞][ \t]*)*")
# Characters between two sentences of one foot: a rule, and a blank for each empty line.
_APART = 8
# Lines of a foot that make it one: somebody may have written one of them.
_LEAST = 2


@dataclass(frozen=True)
class Footer:
    """The sentences of a foot in the active language; the last four are followed by an address."""

    reply: str
    private: str
    page: str
    get: str
    lists: str

    @classmethod
    def of(cls, *, discussion: str, person: str, words: str) -> "Footer":
        """Return the sentences; ``words`` is the command that brings the whole text."""
        return cls(
            reply=_("Reply to this mail to answer everybody in “%(discussion)s”.")
            % {"discussion": isolate(discussion)},
            private=_("Answer %(person)s alone:") % {"person": isolate(person)},
            page=_("On the web:"),
            get=_("All of it by mail: write %(words)s to") % {"words": words},
            lists=_("Stop or change these mails:"),
        )


def without_footers(text: str) -> str:
    """Return ``text`` without the feet of the hub's own mails. Linear."""
    host = urlsplit(settings.HUB_URL).netloc
    if host not in text and settings.HUB_MAIL_DOMAIN not in text:
        return text
    lines = text.split("\n")
    bare = [_bare(line) for line in lines]
    starts, length = [], 0
    for words in bare:
        starts.append(length)
        length += len(words) + 1
    footer_lines: set[int] = set()
    for first, last in _feet("\n".join(bare), starts):
        footer_lines.update(range(_with_rule(bare, first), last + 1))
    return (
        "\n".join(line for at, line in enumerate(lines) if at not in footer_lines)
        if footer_lines
        else text
    )


def _bare(line: str) -> str:
    """Return what a line says without marks of quotes and of direction."""
    return " ".join(_MARKS.sub("", line.translate(_UNSEEN), count=1).split())


def _feet(joined: str, starts: list[int]) -> list[tuple[int, int]]:
    """Return first and last line of each foot: sentences
    of ours behind each other that fill their lines.
    """
    feet: list[tuple[int, int, int, int]] = []  # first and last line, end, number of sentences
    for match in _pattern().finditer(joined):
        first, last = (bisect_right(starts, at) - 1 for at in (match.start(), match.end() - 1))
        fills = match.start() == starts[first] and (
            last + 1 == len(starts) or match.end() + 1 >= starts[last + 1]
        )
        if not fills:
            continue
        if feet and match.start() - feet[-1][2] <= _APART:
            before = feet.pop()
            feet.append((before[0], last, match.end(), before[3] + 1))
        else:
            feet.append((first, last, match.end(), 1))
    return [(first, last) for first, last, _end, count in feet if count >= _LEAST]


def _with_rule(bare: list[str], first: int) -> int:
    """Return the line of the rule above a foot, and of what is empty above it."""
    at = first
    while at and not bare[at - 1]:
        at -= 1
    if at and bare[at - 1] in {"--", "—", "___"}:
        at -= 1
        while at and not bare[at - 1]:
            at -= 1
        return at
    return first


@cache
def _pattern() -> re.Pattern[str]:
    """Return what finds one sentence of a foot, in any language."""
    patterns: dict[str, None] = {}
    for language, _label in settings.LANGUAGES:
        with translation.override(language):
            for sentence, has_address in _sentences():
                escaped = re.escape(" ".join(sentence.translate(_UNSEEN).split())).replace(
                    "\\ ", r"\s"
                )
                escaped = re.sub(r"\ANAME", _FIRST_NAME, escaped).replace("NAME", _NAME)
                # A line may be broken between any two letters of a script without blanks.
                escaped = _IDEOGRAPH.sub(r"\g<0>\\s?", escaped)
                patterns[rf"{escaped}\s{_ADDRESS}" if has_address else escaped] = None
    patterns[rf"{re.escape(settings.HUB_NAME)}\s{re.escape(settings.HUB_URL)}/?"] = None
    return re.compile("(?<!\\S)(?:" + "|".join(patterns) + ")(?!\\S)")


def _sentences() -> list[tuple[str, bool]]:
    """Return the sentences of all our mails that are
    answered, and whether an address stands behind them.
    """
    foot = Footer.of(discussion="NAME", person="NAME", words="NAME")
    name = {
        "writer": "NAME",
        "discussion": "NAME",
        "request_address": "NAME",
        "address": "NAME",
        "number": 0,
    }
    private = _(
        "%(writer)s writes to you alone, through the discussion “%(discussion)s”. Your answer to "
        "this mail goes to %(writer)s alone, through the hub, which shows neither of you the "
        "other's address."
    )
    return [
        (foot.reply, False),
        *((sentence, True) for sentence in (foot.private, foot.page, foot.get, foot.lists)),
        (_("Answer this mail to answer everybody in “%s”.") % "NAME", False),
        (_("Commands go to %(request_address)s; HELP lists them.") % name, False),
        (private % name, False),
        (_("End of the digest"), False),
    ]
