"""What stands below the words of every delivery, in the languages of the hub.

Mail programs quote the foot of a delivery with its words, and some people answer below it. It is
nobody's word, so it is taken out of what is published: in whatever language and by whichever
version of the hub it was sent, quoted or not, and when lines were broken anew.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, starmap
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from hub.lib.scripts import isolate
from listserv.mail.trim import earlier_footers

_UNSEEN = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
)
# An address behind a sentence, as plain text has it and as programs write a link.
_ADDRESS = r"\s[^\s<>]{3,300}(?:\s?<[^<>]{3,300}>)?"
_NO_ADDRESS = ""
# A name may be broken as everything else; one that begins a sentence begins a line.
_NAME, _FIRST_NAME = r"(?s:.{1,300}?)", ".{1,120}?"
_IDEOGRAPH = re.compile("[\u2e80-\u9fff\uff00-\uffef]")
_MARKS = re.compile(r"\A[ \t]*(?:[>|＞][ \t]*)*")
# Between two sentences of one foot: a rule, and a blank for each empty line.
_APART_CHARACTERS = 8
# Sentences of a foot that make it one: somebody may have written one of them.
_LEAST_SENTENCES = 2
_RULES = frozenset({"--", "—", "___"})


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
            reply=_("Reply to this message to answer everybody in “%(discussion)s”.")
            % {"discussion": isolate(discussion)},
            private=_("Reply to %(person)s only:") % {"person": isolate(person)},
            page=_("On the web:"),
            get=_("Full text by e-mail: send %(words)s to") % {"words": words},
            lists=_("Unsubscribe or change your settings:"),
        )


def without_footers(text: str) -> str:
    """Return ``text`` without the feet of the hub's own messages. Linear."""
    host = urlsplit(settings.HUB_URL).netloc
    if host not in text and settings.HUB_MAIL_DOMAIN not in text:
        return text
    lines = text.split("\n")
    bare = [_bare(line) for line in lines]
    footer_lines: set[int] = set()
    for foot in _feet(bare):
        footer_lines.update(range(_with_rule(bare, foot.first), foot.last + 1))
    return "\n".join(line for at, line in enumerate(lines) if at not in footer_lines)


def _bare(line: str) -> str:
    """Return what a line says without marks of quotes and of direction."""
    return " ".join(_MARKS.sub("", line.translate(_UNSEEN), count=1).split())


@dataclass(slots=True)
class _Foot:
    """Sentences of ours behind each other.

    Attributes: ``first`` and ``last`` line; ``end`` its last character; ``sentences`` their number.
    """

    first: int
    last: int
    end: int
    sentences: int = 1


def _feet(bare: list[str]) -> list[_Foot]:
    """Return each foot: sentences of ours behind each other that fill their lines."""
    *starts, _length = accumulate((len(line) + 1 for line in bare), initial=0)
    feet: list[_Foot] = []
    for match in _pattern().finditer("\n".join(bare)):
        first = bisect_right(starts, match.start()) - 1
        last = bisect_right(starts, match.end() - 1) - 1
        if match.start() != starts[first]:
            continue
        if _ends_within(match.end(), starts[last + 1 :]):
            continue
        if feet and match.start() - feet[-1].end <= _APART_CHARACTERS:
            foot = feet[-1]
            foot.last, foot.end = last, match.end()
            foot.sentences += 1
        else:
            feet.append(_Foot(first, last, match.end()))
    return [foot for foot in feet if foot.sentences >= _LEAST_SENTENCES]


def _ends_within(end: int, further_starts: list[int]) -> bool:
    """Whether what ends at ``end`` ends within its line, which is not the last one."""
    return end + 1 < next(iter(further_starts), 0)


def _with_rule(bare: list[str], first: int) -> int:
    """Return the line of the rule above a foot, and of what is empty above it."""
    rule = _above_empty(bare, first) - 1
    if rule < 0:
        return first
    if bare[rule] not in _RULES:
        return first
    return _above_empty(bare, rule)


def _above_empty(bare: list[str], at: int) -> int:
    """Return ``at`` without the empty lines right above it."""
    while at and not bare[at - 1]:
        at -= 1
    return at


@cache
def _pattern() -> re.Pattern[str]:
    """Return what finds one sentence of a foot, in any language."""
    patterns: dict[str, None] = {}
    for language, _label in settings.LANGUAGES:
        with translation.override(language):
            patterns.update(dict.fromkeys(starmap(_pattern_of, _sentences())))
    patterns.update(dict.fromkeys(starmap(_pattern_of, _earlier_sentences())))
    patterns[rf"{re.escape(settings.HUB_NAME)}\s{re.escape(settings.HUB_URL)}/?"] = None
    return re.compile("(?<!\\S)(?:" + "|".join(patterns) + ")(?!\\S)")


def _pattern_of(sentence: str, address: str) -> str:
    """Return the pattern of a sentence, however its lines are broken, and of what follows it."""
    words = " ".join(sentence.translate(_UNSEEN).split())
    escaped = re.escape(words).replace("\\ ", r"\s")
    escaped = re.sub(r"\ANAME", _FIRST_NAME, escaped).replace("NAME", _NAME)
    # A line may be broken between any two letters of a script without blanks.
    return _IDEOGRAPH.sub(r"\g<0>\\s?", escaped) + address


def _earlier_sentences() -> list[tuple[str, str]]:
    """Return the sentences of messages of earlier versions, and the address behind each."""
    return [
        *((sentence, _ADDRESS) for sentence in earlier_footers.BEFORE_ADDRESS),
        *((sentence, _NO_ADDRESS) for sentence in earlier_footers.WHOLE),
    ]


def _sentences() -> list[tuple[str, str]]:
    """Return the sentences of all our messages that are answered, and the address behind each."""
    foot = Footer.of(discussion="NAME", person="NAME", words="NAME")
    name = {
        "writer": "NAME",
        "discussion": "NAME",
        "request_address": "NAME",
        "address": "NAME",
        "number": 0,
    }
    private = _(
        "%(writer)s writes to you alone, through the discussion “%(discussion)s”. Your "
        "answer to this message goes to %(writer)s only, through the hub, which does not "
        "show either of you the other's address."
    )
    return [
        (foot.reply, _NO_ADDRESS),
        *((sentence, _ADDRESS) for sentence in (foot.private, foot.page, foot.get, foot.lists)),
        (_("Reply to this message to answer everybody in “%s”.") % "NAME", _NO_ADDRESS),
        (_("Send commands to %(request_address)s; HELP lists them.") % name, _NO_ADDRESS),
        (private % name, _NO_ADDRESS),
        (_("End of the digest"), _NO_ADDRESS),
    ]
