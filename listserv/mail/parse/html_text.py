"""Turn the HTML of a mail into plain text, in one pass over it, whatever it holds.

No parser of the standard library or of a sanitiser is used: both have inputs that cost them
quadratic time. This one looks at each tag once, and at no more than :data:`MAX_TAGS`. Quotes become
``>`` lines and signatures get their line of two dashes, so that trimming sees them; links keep
their address, lists their marks; styles, scripts and the head are left out.
"""

import html
import re
from collections.abc import Callable

from hub.lib import forwards
from listserv.mail.parse import client_markup

MAX_QUOTE = 5
# What stands below that many tags keeps its words and its lines, and loses its structure.
MAX_TAGS = 50_000
_SKIPPED = {"head", "style", "script", "title", "template", "noscript", "svg", "object"}
_BLOCKS = set(
    "p div section article header footer table tr ul ol dl dt dd form h1 h2 h3 h4 h5 h6 pre "
    "address center fieldset "
    "figure body html signature".split()
)
# Elements inside a line.
_INLINE = {"a", "img", "td", "th", "sup"}
_SPACED = {"p", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "table"}
# Elements that programs mark; a mark ends with its element, so those of one name are counted.
_MARKED = {"div", "span", "table", "td", "p", "pre", "section", "signature"}
_MAX_MARKS = 50
# Lines of a marked quote that introduce a <blockquote> in it.
_INTRODUCING = 4
_TAG = re.compile(r"<(?:!--|[a-zA-Z/!?])")
_LOOSE_TAG = re.compile(r"<[^<>]{0,2000}>")
# A number set high: "10<sup>3</sup>" is not 103.
_POWER = re.compile(r"\s{0,3}[-+\u2212]?\d")
_CHARSET = re.compile(
    rb"<(?:meta|\?xml)\b[^<>]{0,200}?\b(?:charset|encoding)\s*=\s*[\"']?([\w.:-]{2,40})",
    re.IGNORECASE,
)
# The line that an old mail gets which only its markup tells of.
_OLD = "-----Original Message-----"


def to_text(markup: str) -> str:
    """Return the text of ``markup``; never raises. Linear in its length."""
    return _Writer().run(markup)


def charset_of_html(data: bytes) -> str:
    """Return the charset that the head of a page names, empty for none."""
    declared = _CHARSET.search(data[:4_000])
    return declared[1].decode("ascii", "replace") if declared is not None else ""


class _Mark:
    """An open element that a program has marked, and how many of its name are open inside, itself
    included.

    ``said`` counts its lines, ``is_released`` tells that not all in it is old.
    """

    def __init__(self, name: str, kind: str) -> None:
        self.name, self.kind, self.open = name, kind, 1
        self.said, self.is_released = 0, False


class _Writer:
    """State of the one pass."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.lists: list[int] = []  # Open lists: the number of the next item, 0 for bullets.
        self.lead = ""  # The mark of an item, until its first words come.
        self.quote = 0
        self.set_in: list[bool] = []  # Of each open <blockquote>, whether it quotes nobody.
        self.pre = 0
        self.blank = (
            True  # Whether the last line written is blank, so that two never follow each other.
        )
        self.link = ""
        self.link_text: list[str] = []
        self.lowered = ""
        self.unclosed: set[str] = set()
        self.marks: list[_Mark] = []
        self.intros = 0  # Open elements that introduce a quote: their lines are quoted as well.
        self.signs = False  # Whether a signature begins with the next line.
        self.has_words = False  # Whether something that is no quote has been written.

    def run(self, markup: str) -> str:
        """Return the text of all of it."""
        self.lowered = markup.lower()
        at = pending = tags = 0
        while (tag := _TAG.search(markup, at)) is not None and tags < MAX_TAGS:
            tags += 1
            start = tag.start()
            comment = tag.end() - start == 4
            end = markup.find("-->", start + 4) if comment else _tag_end(markup, start)
            if end < 0 and not comment:
                # No tag ends any more: the rest is text.
                tag = None
                break
            self.text(markup[pending:start])
            if comment:
                at = pending = len(markup) if end < 0 else end + 3
            else:
                at = pending = self.tag(markup, start, end)
        self.text(markup[pending:] if tag is None else "")
        self.flush()
        if tag is not None:
            self.loose(markup[pending:])
        return "\n".join(self.lines).strip("\n")

    def loose(self, markup: str) -> None:
        """Write what stands below more tags than are looked at."""
        for line in html.unescape(_LOOSE_TAG.sub("\n", markup)).split("\n"):
            if line.strip():
                self.put(" ".join(line.split()))

    def tag(self, markup: str, start: int, end: int) -> int:
        """Handle the tag between the offsets; return where to read on."""
        closes = markup[start + 1 : start + 2] == "/"
        name, rest = _name_and_rest(markup[start + 1 : end].strip("/ \t\r\n"))
        if name in _SKIPPED and not closes:
            return self.skip(name, end)
        if name in _INLINE:
            self.inline(name, rest, closes=closes, cell=lambda: _between(name, markup, end + 1))
        else:
            self.block(name, rest, closes=closes)
        if name in {"ul", "ol", "pre"}:
            self.nest(name, rest, closes)
        if name in _MARKED and (self.marks or rest):
            self.mark(name, rest, closes)
        return end + 1

    def inline(self, name: str, rest: str, *, closes: bool, cell: Callable[[], str]) -> None:
        """Handle an element inside a line. Args: cell, gives what stands before a cell."""
        if name == "a":
            self.anchor(rest, closes)
        elif closes:
            return
        elif name == "img":
            self.text(attribute(rest, "alt"))
        else:
            self.line.append(cell() if self.line else "")

    def block(self, name: str, rest: str, *, closes: bool) -> None:
        """Handle an element that stands by itself."""
        if name == "br":
            self.flush(keep_empty=True)
        elif name == "blockquote":
            self.flush()
            self.blockquote(rest, closes)
        elif name == "li" and not closes:
            self.item()
        elif name == "hr":
            self.ruled(rest)
        elif name in _BLOCKS:
            self.flush()
            if name in _SPACED:
                self.space()

    def ruled(self, rest: str) -> None:
        """Write a rule; some programs mark the one above an old mail."""
        self.flush()
        if client_markup.kind_of(rest) == client_markup.OLD:
            self.old()
        else:
            self.put("-" * 30)

    def blockquote(self, rest: str, closes: bool) -> None:
        """Begin or end a quote; one that a program has marked around it holds what introduces it,
        and answers.
        """
        if closes:
            quotes_nobody = self.set_in.pop() if self.set_in else False
            self.quote = max(0, self.quote - (0 if quotes_nobody else 1))
            return
        if len(self.set_in) < MAX_TAGS:
            self.set_in.append(client_markup.sets_in(rest))
        outer = self.outer_quote()
        if outer is not None and outer.said <= _INTRODUCING:
            self.release(outer)
        self.quote += 0 if self.set_in[-1] else 1

    def outer_quote(self) -> _Mark | None:
        """Return the innermost element that a program has marked as a quote, unless it is known
        what in it is old.
        """
        quote = next(
            (mark for mark in reversed(self.marks) if mark.kind == client_markup.QUOTE), None
        )
        return quote if quote is not None and not quote.is_released else None

    def release(self, outer: _Mark) -> None:
        """Take what follows in a marked element for what its own markup says."""
        outer.is_released = True
        self.quote = max(0, self.quote - 1)

    def nest(self, name: str, rest: str, closes: bool) -> None:
        """Begin or end a list, or text whose lines and blanks stay."""
        if name == "pre":
            self.pre = max(0, self.pre + (-1 if closes else 1))
        elif not closes:
            start = attribute(rest, "start") if rest else ""
            first = int(start) if start.isdecimal() and len(start) < 7 else 1
            self.lists.append(first if name == "ol" else 0)
        elif self.lists:
            self.lists.pop()

    def item(self) -> None:
        """Begin an item: its number, or a bullet, as far in as its list lies."""
        self.flush()
        number = self.lists[-1] if self.lists else 0
        if number:
            self.lists[-1] += 1
        indent = "  " * min(len(self.lists) - 1, MAX_QUOTE)
        self.lead = indent + (f"{number}. " if number else "• ")

    def mark(self, name: str, rest: str, closes: bool) -> None:
        """Note what a program says of an element, until that ends."""
        kind = (
            client_markup.kind_of(rest)
            if rest and not closes and len(self.marks) < _MAX_MARKS
            else ""
        )
        if kind == client_markup.OLD:
            self.old()
        elif kind:
            self.flush()
            self.marks.append(_Mark(name, kind))
            self.begin(kind)
            return
        if self.marks and self.marks[-1].name == name:
            self.marks[-1].open += -1 if closes else 1
            if not self.marks[-1].open:
                self.flush()
                self.end(self.marks.pop())

    def begin(self, kind: str) -> None:
        """Begin an element that a program has marked."""
        if kind == client_markup.QUOTE:
            self.quote += 1
        elif kind == client_markup.INTRO:
            self.intros += 1
        elif kind == client_markup.SIGNATURE and self.has_words and not self.quote:
            # Where nothing stands above it, its author has written inside it.
            self.signs = True

    def end(self, mark: _Mark) -> None:
        """End it."""
        kind = mark.kind
        if kind == client_markup.QUOTE and not mark.is_released:
            self.quote = max(0, self.quote - 1)
        elif kind == client_markup.INTRO:
            self.intros = max(0, self.intros - 1)
        elif kind == client_markup.SIGNATURE:
            self.signs = False

    def old(self) -> None:
        """Write that all below is an old mail, once."""
        self.flush()
        if _OLD not in self.lines[-6:]:
            self.put(_OLD)

    def skip(self, name: str, end: int) -> int:
        """Return where an element whose content is no text ends; one that never ends hides nothing
        but its tag.
        """
        close = -1 if name in self.unclosed else self.lowered.find(f"</{name}", end)
        if close < 0:
            self.unclosed.add(name)
            return end + 1
        stop = self.lowered.find(">", close)
        return len(self.lowered) if stop < 0 else stop + 1

    def anchor(self, rest: str, closes: bool) -> None:
        """Write the address of a link behind its text when the text does not say it."""
        if not closes:
            href = attribute(rest, "href")
            self.link = (
                href
                if href.lower().startswith(("http://", "https://", "mailto:")) and len(href) < 2000
                else ""
            )
            self.link_text = []
        elif self.link:
            shown = "".join(self.link_text).strip()
            bare = self.link.removeprefix("mailto:").rstrip("/")
            if shown and bare not in shown and shown.rstrip("/") not in bare:
                self.line.append(f" <{self.link}>")
            self.link = ""

    def text(self, raw: str) -> None:
        """Add text, its entities decoded, white space folded outside ``pre``."""
        if not raw:
            return
        text = html.unescape(raw) if "&" in raw else raw
        text = text.replace("\xa0", " ").replace("\u200b", "")
        if self.link and len(self.link_text) < 50:
            self.link_text.append(text)
        if self.pre:
            first, *more = text.replace("\r\n", "\n").split("\n")
            self.line.append(first)
            for line in more:
                self.flush(keep_empty=True)
                self.line.append(line)
            return
        folded = " ".join(text.split())
        if not folded:
            if self.line:
                self.line.append(" ")
            return
        lead = " " if text[:1].isspace() and self.line else ""
        self.line.append(lead + folded + (" " if text[-1:].isspace() else ""))

    def flush(self, *, keep_empty: bool = False) -> None:
        """End the line."""
        text = "".join(self.line).rstrip()
        self.line = []
        if not self.pre:
            text = " ".join(text.split(" ")) if "  " not in text else " ".join(text.split())
        if text.strip():
            text, self.lead = self.lead + text, ""
        if text.strip() or keep_empty:
            self.put(text)

    def space(self) -> None:
        """Write one empty line, unless there is one."""
        if not self.blank:
            self.put("")

    def put(self, text: str) -> None:
        """Write a line, quoted as deep as it stands."""
        if self.intros and text.startswith("--"):
            # "---------- Forwarded message": what follows is passed on, and no quote.
            self.intros = 0
        outer = self.outer_quote() if self.marks else None
        if outer is not None and text.strip():
            outer.said += 1
            if outer.said <= _INTRODUCING and forwards.is_mark(text.strip()):
                self.release(outer)
        mark = ">" * min(self.quote + (1 if self.intros else 0), MAX_QUOTE)
        if self.signs and text.strip():
            self.signs = False
            if not text.startswith("--") and "--" not in self.lines[-2:]:
                self.lines.append("--")
        self.has_words = self.has_words or (not mark and bool(text.strip()))
        self.lines.append(f"{mark} {text}".rstrip() if mark else text)
        self.blank = not text


def _between(name: str, markup: str, at: int) -> str:
    """Return what parts a cell or a number set high from what stands before it."""
    if name == "sup":
        return "^" if _POWER.match(markup, at) is not None else ""
    return " "


def _tag_end(markup: str, start: int) -> int:
    """Return the offset of the ``>`` that ends the
    tag, outside quoted attributes of sane length.
    """
    end = markup.find(">", start)
    if end < 0:
        return -1
    # A ">" inside a quoted attribute does not end the tag; look a little further for the closing
    # quote.
    inner = markup[start:end]
    if inner.count('"') % 2:
        close = markup.find('"', end, end + 4000)
        if close >= 0:
            after = markup.find(">", close, close + 4000)
            return after if after >= 0 else end
    return end


def attribute(rest: str, name: str) -> str:
    """Return one attribute of a tag's inside, entities decoded; empty when absent."""
    lowered = rest[:8000].lower()
    at = lowered.find(name)
    while at >= 0:
        before = lowered[at - 1 : at]
        value = rest[at + len(name) : 8000].lstrip()
        if (not before or before.isspace() or before in "\"'") and value.startswith("="):
            value = value[1:].lstrip()
            quote = value[:1]
            if quote in {'"', "'"}:
                return html.unescape(value[1:].partition(quote)[0]).strip()
            return html.unescape(value.split(None, 1)[0] if value.split() else "")
        at = lowered.find(name, at + 1)
    return ""


def _name_and_rest(inner: str) -> tuple[str, str]:
    """Return the name of an element in small letters, and its attributes."""
    words = inner.split(None, 1)
    name = words[0].lower() if words else ""
    return name, words[1] if len(words) > 1 else ""
