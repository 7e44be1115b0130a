"""Recognise who is mentioned in a text: ``@`` and a name, in any script (decision record 0046).

A mention is ``@`` and the whole name of somebody who may read the discussion, longest match first.
Letter case, accents and punctuation do not count; a name that two readers have is nobody's. What is
quoted, and what stands in code, mentions nobody. Nothing here asks the database.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from forums.quoting import own_lines
from hub.lib.markup import MARKDOWN
from hub.members.person_names import LENGTH, folded_name
from hub.search.folding import WRITTEN_WORD

# Mentions of one contribution, and signs that are looked at.
MAX_MENTIONS, MAX_SIGNS = 20, 100
# Words of a name; characters of a word of a script without blanks that may be the end of a name.
MAX_WORDS, MAX_CHARACTERS = 10, 12
# Not within an address: what stands before is no letter, digit or sign of one.
# A text without one of them mentions nobody.
SIGNS = ("@", "\uff20")
_sign = re.compile(r"(?<![\w.+/@-])[@\uff20](?=\w)")
# Scripts in which words or endings follow a name without a blank.
_unspaced = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+"
)
# Code of Markdown: fences, and spans in one paragraph.
_code = re.compile(r"(?ms)^ {0,3}(```|~~~).*?(?:^ {0,3}\1|\Z)|(`+)(?:(?!\n\n).)+?\2")
# Between two words of a name in HTML: blanks, a full stop, an apostrophe.
_BETWEEN = r"(?:&[#\w]{1,8};|[^\w<>&]){1,4}"
# Elements in which nothing is a mention.
_OPAQUE = ("a", "blockquote", "code", "pre")
_tag = re.compile(r"<(/?)([a-z0-9]+)[^>]*>")


@dataclass(frozen=True)
class Candidate:
    """What may be a name behind one sign: as written and as compared, the longest first."""

    names: tuple[tuple[str, str], ...]  # (folded, written)


def candidates(text: str, text_format: str) -> list[Candidate]:
    """Return what may be mentioned in the author's own words. Time: linear in the text."""
    words = "\n".join(own_lines(text, text_format))
    if text_format == MARKDOWN:
        words = _code.sub(" ", words)
    rows = []
    for match in _sign.finditer(words):
        rows.append(Candidate(_names(words[match.end() : match.end() + LENGTH])))
        if len(rows) == MAX_SIGNS:
            break
    return rows


def _names(tail: str) -> tuple[tuple[str, str], ...]:
    """Return the beginnings of a text that may be a name, the longest first."""
    # A name goes on over one line break, as mail programs wrap, and ends at a blank line.
    tail = re.split(r"\n[ \t]*\n|[@\uff20]", tail, maxsplit=1)[0]
    names: dict[str, str] = {}
    for _place, match in zip(range(MAX_WORDS), WRITTEN_WORD.finditer(tail), strict=False):
        for end in _ends(match):
            written = " ".join(tail[:end].split())
            names[folded_name(written)] = written
    names.pop("", None)
    return tuple(sorted(names.items(), key=lambda pair: len(pair[0]), reverse=True))


def _ends(match: "re.Match[str]") -> Iterable[int]:
    """Return where a name may end in a word: inside of it in scripts without blanks."""
    if _unspaced.fullmatch(match[0]) is None:
        return (match.end(),)
    length = min(len(match[0]), MAX_CHARACTERS)
    return (*range(match.start() + 1, match.start() + length + 1), match.end())


def mentioned(rows: Sequence[Candidate], readers: Mapping[str, Sequence[int]]) -> dict[int, str]:
    """Return who is mentioned: member key -> the name as written, at most MAX_MENTIONS.

    Args: readers, ``dict[str, list[int]]  # folded name -> keys of readers``. The longest name that
    somebody has decides; where two have it, nobody is mentioned.
    """
    members: dict[int, str] = {}
    for row in rows:
        match = next((pair for pair in row.names if readers.get(pair[0])), None)
        if match is None or len(readers[match[0]]) != 1:
            continue
        members.setdefault(readers[match[0]][0], match[1])
        if len(members) == MAX_MENTIONS:
            break
    return members


def with_links(html: str, links: Mapping[str, str]) -> str:
    """Return stored HTML with its mentions as links, but for quotations, code and other links.

    Args: links, ``dict[str, str]  # name as written -> address``. Time: linear in the text.
    """
    if not links:
        return html
    by_name = {folded_name(name): url for name, url in links.items()}
    longest = sorted(links, key=len, reverse=True)
    names = "|".join(filter(None, map(_pattern, longest)))
    pattern = re.compile(rf"(?<![\w.+/@-])[@\uff20](?:{names})", re.IGNORECASE)
    pieces, at, depth = [], 0, 0
    for tag in _tag.finditer(html):
        pieces.append(_linked(html[at : tag.start()], pattern, by_name, is_opaque=depth > 0))
        pieces.append(tag[0])
        at = tag.end()
        if tag[2] in _OPAQUE:
            depth = max(0, depth + (-1 if tag[1] else 1))
    pieces.append(_linked(html[at:], pattern, by_name, is_opaque=depth > 0))
    return "".join(pieces)


def _pattern(name: str) -> str:
    words = [re.escape(escape(word)) for word in WRITTEN_WORD.findall(name)]
    return _BETWEEN.join(words)


def _linked(
    text: str, pattern: "re.Pattern[str]", urls: Mapping[str, str], *, is_opaque: bool
) -> str:
    if is_opaque or not any(sign in text for sign in SIGNS):
        return text

    def link(match: "re.Match[str]") -> str:
        url = urls.get(folded_name(re.sub(r"&[#\w]{1,8};", " ", match[0])))
        if url is None:
            return match[0]
        return f'<a class="mention" href="{escape(url)}">{match[0]}</a>'

    return pattern.sub(link, text)
