"""Find the addresses that are typed in a text without any markup around them.

Every letter of one is kept, whatever it means elsewhere. Web addresses (with a scheme, or
``www.``), ``mailto:`` and e-mail addresses are meant. An address ends where people end it: at white
space, at a quotation mark or an angle bracket, and before the punctuation of the sentence around
it. Time is linear in the text.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from hub.lib.links import ascii_host

# Characters of an address; browsers refuse longer ones.
MAX_LENGTH = 2_000
_LOCAL = r"[a-z0-9_][a-z0-9_.+'-]{0,63}"
_TOP = r"(?:xn--[a-z0-9-]{2,59}|[a-z]{2,24}|[^\W\d_a-z]{2,24})"
_DOMAIN = rf"(?:[^\W_](?:[\w-]{{0,61}}[^\W_])?\.){{1,8}}{_TOP}(?![a-z0-9])"
_start = re.compile(
    rf"""
    (?<![a-z0-9/@])(?P<scheme>https?|[a-z][a-z0-9+]{{1,20}})://
    | (?<![a-z0-9/@.-])www\.(?={_DOMAIN})
    | (?<![a-z0-9_.+'-])(?P<mailto>mailto:)?(?P<email>{_LOCAL}@{_DOMAIN})
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Not in it: white space, controls, what quotes it, marks that would turn the direction of the page
# around it, and punctuation of scripts that write no blank before it.
_body = re.compile(
    '[^\\s\x00-\x1f\x7f<>"`\u201c\u201d'
    "\u3001\u3002\u3008-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"
    f"\u202a-\u202e\u2066-\u2069]{{1,{MAX_LENGTH}}}"
)
_query = re.compile(r"\?[^\s<>\"`]{1,500}")
# What ends a sentence or closes a bracket around an address is not of the address.
_TAIL = ".,;:!?)]}'\u00bb\u2019\u2026\u060c\u061b\u061f\u0964"
_OPENING = {")": "(", "]": "[", "}": "{"}
_run = re.compile(r"\*+|_+|~~+")


_host = re.compile(r"(?i:https?)://([^/?#]*)")
_foreign = re.compile(r"[^\x00-\x7f]+")


@dataclass(frozen=True)
class BareLink:
    """An address in a text, from ``start`` to ``end``.

    ``href`` is empty for a scheme that is not followed.
    """

    start: int
    end: int
    href: str


def bare_links(text: str) -> Iterator[BareLink]:
    """Yield the addresses of a paragraph, in order.

    Marks of emphasis around an address are not a part of it, those within it are.
    """
    if "://" not in text and "@" not in text and "www." not in text.lower():
        return
    emphasis = _Emphasis(text)
    at = 0
    while (match := _start.search(text, at)) is not None:
        if match["email"]:
            link: BareLink | None = _email(text, match)
        else:
            link = _web_address(text, match, emphasis)
        if link is None:
            at = match.end()
            continue
        yield link
        at = link.end
        emphasis.skip(at)


def bare_links_in(lines: Iterable[str]) -> list[list[BareLink]]:
    """Return the addresses of each line of a text; no mark of emphasis reaches into the next."""
    return [list(bare_links(line)) for line in lines]


def as_uri(address: str) -> str:
    """Return an address in ASCII, as prints, mails and feeds may carry it.

    Whatever is ASCII stays as it is. Source: RFC 3987 §3.1, RFC 5891 for the host.
    """
    if address.isascii():
        return address
    host = _host.match(address)
    if host is not None and not host[1].isascii():
        user, at, name = host[1].rpartition("@")
        name, colon, port = name.partition(":")
        before, behind = address[: host.start(1)], address[host.end(1) :]
        address = f"{before}{user}{at}{ascii_host(name)}{colon}{port}{behind}"
    return _foreign.sub(lambda letters: quote(letters[0]), address)


def _web_address(text: str, match: re.Match[str], emphasis: "_Emphasis") -> BareLink | None:
    body = _body.match(text, match.end())
    if body is None:
        return None
    end = _end_of_address(text, match, body.end(), emphasis)
    address = text[match.start() : end]
    scheme = match["scheme"]
    if not scheme:
        return BareLink(match.start(), end, f"http://{address}")
    if end - match.end() < 3:
        return None
    href = address if scheme.lower() in {"http", "https"} else ""
    return BareLink(match.start(), end, href)


def _end_of_address(text: str, match: re.Match[str], end: int, emphasis: "_Emphasis") -> int:
    """Return where an address ends, without what belongs to the sentence around it."""
    end = _bracket_end(text, match.end(), end)
    before = 0
    while end != before:
        before = end
        end = _without_tail(text, match.end(), end)
        end = _without_escaped(text, end)
        end = emphasis.without_closing(match.start(), end)
    return end


def _bracket_end(text: str, start: int, end: int) -> int:
    """Return where a square bracket closes that was opened before the address.

    As in ``[see https://a.example](there)``.
    """
    depth = 0
    for at in range(start, end):
        depth += (text[at] == "[") - (text[at] == "]")
        if depth < 0:
            return at
    return end


def _without_tail(text: str, start: int, end: int) -> int:
    letters: Counter[str] | None = None
    while end > start and text[end - 1] in _TAIL:
        last = text[end - 1]
        opening = _OPENING.get(last)
        if opening:
            if letters is None:
                letters = Counter(text[start:end])
            if letters[opening] >= letters[last]:
                break
        if letters is not None:
            letters[last] -= 1
        end -= 1
    return end


def _without_escaped(text: str, end: int) -> int:
    r"""Return the end of an address without the escaped marks of emphasis (``\*``) behind it."""
    while text[end - 2 : end - 1] == "\\" and text[end - 1] in "*_~":
        end -= 2
    return end


def _email(text: str, match: re.Match[str]) -> BareLink:
    if match["mailto"]:
        return _mailto(text, match)
    start, end = match.span("email")
    run = len(match["email"]) - len(match["email"].lstrip("_"))
    # "_kofi@example.org_" is an address in emphasis, "__init__@example.org" is one that begins so.
    if run and text[end : end + run] == "_" * run:
        start += run
    return BareLink(start, end, f"mailto:{text[start:end]}")


def _mailto(text: str, match: re.Match[str]) -> BareLink:
    start, end = match.start("mailto"), match.end("email")
    query = _query.match(text, end)
    if query is not None:
        end = _without_tail(text, end, query.end())
    return BareLink(start, end, text[start:end])


class _Emphasis:
    """Which marks of emphasis are open before an address.

    Each letter of the text is looked at once.
    """

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.open: Counter[str] = Counter()  # mark -> how many of it

    def skip(self, at: int) -> None:
        """Take no notice of marks before ``at``.

        They are letters of an address, or have closed what was open.
        """
        self.at = max(self.at, at)

    def without_closing(self, start: int, end: int) -> int:
        """Return the end of an address without the marks behind it that close an emphasis."""
        for run in _run.finditer(self.text, self.at, start):
            self._count(run)
        self.skip(start)
        mark = self.text[end - 1]
        while end > start and self.text[end - 1] == mark and self.open[mark] > 0:
            self.open[mark] -= 1
            end -= 1
        return end

    def _count(self, run: re.Match[str]) -> None:
        mark = run[0][0]
        before = self.text[run.start() - 1 : run.start()]
        after = self.text[run.end() : run.end() + 1]
        is_within_word = before.isalnum() and after.isalnum()
        if mark == "_" and is_within_word:
            return
        if before == "\\":
            return
        if before.strip() and self.open[mark] > 0:
            self.open[mark] = max(0, self.open[mark] - len(run[0]))
        elif after.strip():
            self.open[mark] += len(run[0])
