"""Turn the HTML of a message into plain text, in one pass over it, whatever it holds.

No parser of the standard library or of a sanitiser is used: both have inputs that cost them
quadratic time. This one looks at each tag once, and at no more than :data:`MAX_TAGS`. Quotes become
``>`` lines and signatures get their line of two dashes, so that trimming sees them; links keep
their address, lists their marks; styles, scripts and the head are left out.
"""

import html
import re
from dataclasses import dataclass

from hub.lib import forwards
from listserv.mail.parse import client_markup
from listserv.mail.parse.html_tags import attribute, comment_end, name_and_attributes, tag_end

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
_MAX_LINK_TEXTS = 50  # pieces
_MAX_LINK = 2_000  # characters
_TAG = re.compile(r"<(?:!--|[a-zA-Z/!?])")
_LOOSE_TAG = re.compile(r"<[^<>]{0,2000}>")
_LINKS = ("http://", "https://", "mailto:")
_WHITE_SPACE = re.compile(r"\s+")
# A number set high: "10<sup>3</sup>" is not 103.
_POWER = re.compile(r"\s{0,3}[-+\u2212]?\d")
# The line that an old message gets which only its markup tells of.
_OLD = "-----Original Message-----"


def to_text(markup: str) -> str:
    """Return the text of ``markup``; never raises. Linear in its length."""
    return _Writer(markup).run()


@dataclass
class _MarkedElement:
    """An open element that a program has marked."""

    name: str
    kind: str
    depth: int = 1  # open elements of its name in it, itself included
    lines: int = 0
    is_released: bool = False  # not all in it is old


class _Writer:
    """State of the one pass."""

    def __init__(self, markup: str) -> None:
        self.markup = markup
        self.lowered = markup.lower()
        self.lines: list[str] = []
        self.line: list[str] = []
        self.lists: list[int] = []  # Open lists: the number of the next item, 0 for bullets.
        self.lead = ""  # The mark of an item, until its first words come.
        self.quote = 0
        # Of each open <blockquote>, by how many levels it quotes: 0 where it quotes nobody.
        self.blockquotes: list[int] = []
        self.pre = 0
        # Whether the last line written is blank, so that two never follow each other.
        self.blank = True
        self.link = ""
        self.link_text: list[str] = []
        self.unclosed: set[str] = set()
        self.marks: list[_MarkedElement] = []
        self.intros = 0  # Open elements that introduce a quote: their lines are quoted as well.
        self.signs = False  # Whether a signature begins with the next line.
        self.has_words = False  # Whether something that is no quote has been written.

    def run(self) -> str:
        """Return the text of all of it."""
        at = 0
        for _tag in range(MAX_TAGS):
            behind = self.next_tag(at)
            if behind is None:
                break
            at = behind
        else:
            at = self.loose(at)
        self.text(self.markup[at:])
        self.flush()
        return "\n".join(self.lines).strip("\n")

    def next_tag(self, at: int) -> int | None:
        """Write the text before the next tag, and what the tag means.

        Returns: where to read on; None where no tag begins, or none ends any more.
        """
        tag = _TAG.search(self.markup, at)
        if tag is None:
            return None
        start = tag.start()
        if tag[0] == "<!--":
            self.text(self.markup[at:start])
            return comment_end(self.markup, start)
        end = tag_end(self.markup, start)
        if end < 0:
            return None
        self.text(self.markup[at:start])
        return self.tag(start, end)

    def loose(self, at: int) -> int:
        """Write what stands below more tags than are looked at; return where to read on."""
        if _TAG.search(self.markup, at) is None:
            return at
        self.flush()
        for line in html.unescape(_LOOSE_TAG.sub("\n", self.markup[at:])).split("\n"):
            if line.strip():
                self.put(" ".join(line.split()))
        return len(self.markup)

    def tag(self, start: int, end: int) -> int:
        """Handle the tag between the offsets; return where to read on."""
        closes = self.markup.startswith("/", start + 1)
        name, rest = name_and_attributes(self.markup[start + 1 : end].strip("/ \t\r\n"))
        if name in _SKIPPED and not closes:
            return self.skip(name, end)
        if name in _INLINE:
            self.inline(name, rest, closes=closes, before=self.before_cell(name, end + 1))
        else:
            self.block(name, rest, closes=closes)
        if name in {"ul", "ol", "pre"}:
            self.nest(name, rest, closes)
        if name in _MARKED:
            self.mark(name, rest, closes)
        return end + 1

    def inline(self, name: str, rest: str, *, closes: bool, before: str) -> None:
        """Handle an element inside a line. Args: before, what stands between it and other words."""
        if name == "a":
            self.anchor(rest, closes)
        elif closes:
            return
        elif name == "img":
            self.text(attribute(rest, "alt"))
        else:
            self.line.append(before if self.line else "")

    def before_cell(self, name: str, at: int) -> str:
        """Return what parts a cell, or a number set high, from what stands before it."""
        if name != "sup":
            return " "
        return "^" if _POWER.match(self.markup, at) is not None else ""

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
        """Write a rule; some programs mark the one above an old message."""
        self.flush()
        if client_markup.kind_of(rest) == client_markup.OLD:
            self.old()
        else:
            self.put("-" * 30)

    def blockquote(self, rest: str, closes: bool) -> None:
        """Begin or end a quote.

        One that a program has marked around it holds what introduces it, and answers.
        """
        if closes:
            self.leave_quote(self.blockquotes.pop() if self.blockquotes else 1)
            return
        levels = 0 if client_markup.sets_in(rest) else 1
        self.blockquotes.append(levels)
        outer = self.outer_quote()
        if outer is not None and outer.lines <= _INTRODUCING:
            self.release(outer)
        self.quote += levels

    def leave_quote(self, levels: int = 1) -> None:
        """End levels of quotes, as far as any are open."""
        self.quote = max(0, self.quote - levels)

    def outer_quote(self) -> _MarkedElement | None:
        """Return the innermost element that a program has marked as a quote.

        Returns: None also where it is known what in it is old.
        """
        for mark in reversed(self.marks):
            if mark.kind == client_markup.QUOTE:
                return None if mark.is_released else mark
        return None

    def release(self, outer: _MarkedElement) -> None:
        """Take what follows in a marked element for what its own markup says."""
        outer.is_released = True
        self.leave_quote()

    def nest(self, name: str, rest: str, closes: bool) -> None:
        """Begin or end a list, or text whose lines and blanks stay."""
        if name == "pre":
            self.pre = max(0, self.pre + (-1 if closes else 1))
        elif not closes:
            self.lists.append(_first_number(rest) if name == "ol" else 0)
        elif self.lists:
            self.lists.pop()

    def item(self) -> None:
        """Begin an item: its number, or a bullet, as far in as its list lies."""
        self.flush()
        number = self.lists[-1] if self.lists else 0
        lead = "• "
        if number:
            lead = f"{number}. "
            self.lists[-1] += 1
        self.lead = "  " * min(len(self.lists) - 1, MAX_QUOTE) + lead

    def mark(self, name: str, rest: str, closes: bool) -> None:
        """Note what a program says of an element, until that ends."""
        kind = self.kind_of(rest, closes)
        if kind == client_markup.OLD:
            self.old()
        elif kind:
            self.flush()
            self.marks.append(_MarkedElement(name, kind))
            self.begin(kind)
            return
        if self.marks and self.marks[-1].name == name:
            self.count(self.marks[-1], -1 if closes else 1)

    def kind_of(self, rest: str, closes: bool) -> str:
        """Return what the attributes of a tag say that its content is; empty where nothing."""
        if closes or len(self.marks) >= _MAX_MARKS:
            return ""
        return client_markup.kind_of(rest)

    def count(self, mark: _MarkedElement, change: int) -> None:
        """Count the elements of its name that are open in a marked one; the last one ends it."""
        mark.depth += change
        if mark.depth == 0:
            self.flush()
            self.end(self.marks.pop())

    def begin(self, kind: str) -> None:
        """Begin an element that a program has marked."""
        if kind == client_markup.QUOTE:
            self.quote += 1
        elif kind == client_markup.INTRO:
            self.intros += 1
        elif self.has_words and not self.quote:
            # Where nothing stands above a signature, its author has written inside it.
            self.signs = True

    def end(self, mark: _MarkedElement) -> None:
        """End it."""
        if mark.is_released:
            return
        if mark.kind == client_markup.QUOTE:
            self.leave_quote()
        elif mark.kind == client_markup.INTRO:
            self.intros = max(0, self.intros - 1)
        else:
            self.signs = False

    def old(self) -> None:
        """Write that all below is an old message, once."""
        self.flush()
        if _OLD not in self.lines[-6:]:
            self.put(_OLD)

    def skip(self, name: str, end: int) -> int:
        """Return where an element whose content is no text ends.

        One that never ends hides nothing but its tag.
        """
        if name in self.unclosed:
            return end + 1
        close = self.lowered.find(f"</{name}", end)
        if close < 0:
            self.unclosed.add(name)
            return end + 1
        stop = self.lowered.find(">", close)
        return len(self.lowered) if stop < 0 else stop + 1

    def anchor(self, rest: str, closes: bool) -> None:
        """Write the address of a link behind its text when the text does not say it."""
        if closes:
            if self.link and not _names(self.link, "".join(self.link_text).strip()):
                self.line.append(f" <{self.link}>")
            self.link = ""
            return
        address = attribute(rest, "href")
        is_link = address.lower().startswith(_LINKS) and len(address) < _MAX_LINK
        self.link = address if is_link else ""
        self.link_text = []

    def text(self, raw: str) -> None:
        """Add text, its entities decoded, white space folded outside ``pre``."""
        if not raw:
            return
        text = html.unescape(raw).replace("\xa0", " ").replace("\u200b", "")
        if len(self.link_text) < _MAX_LINK_TEXTS:
            self.link_text.append(text)
        if self.pre:
            self.preformatted(text)
            return
        # Characters without width alone stand for a blank.
        folded = _WHITE_SPACE.sub(" ", text) or " "
        if not self.line:
            folded = folded.lstrip()
        if folded:
            self.line.append(folded)

    def preformatted(self, text: str) -> None:
        """Add text whose lines and blanks stay."""
        first, *more = text.replace("\r\n", "\n").split("\n")
        self.line.append(first)
        for line in more:
            self.flush(keep_empty=True)
            self.line.append(line)

    def flush(self, *, keep_empty: bool = False) -> None:
        """End the line."""
        text = "".join(self.line).rstrip()
        self.line = []
        if "  " in text and not self.pre:
            text = " ".join(text.split())
        if text.strip():
            text, self.lead = self.lead + text, ""
            self.put(text)
        elif keep_empty:
            self.put(text)

    def space(self) -> None:
        """Write one empty line, unless there is one."""
        if not self.blank:
            self.put("")

    def put(self, text: str) -> None:
        """Write a line, quoted as deep as it stands."""
        if text.startswith("--"):
            # "---------- Forwarded message": what follows is passed on, and no quote.
            self.intros = 0
        if text.strip():
            self.before_words(text)
        depth = min(self.quote + min(self.intros, 1), MAX_QUOTE)
        if depth:
            self.lines.append(f"{'>' * depth} {text}".rstrip())
        else:
            self.lines.append(text)
            if text.strip():
                self.has_words = True
        self.blank = not text

    def before_words(self, text: str) -> None:
        """See what a line with words means for the quote and the signature that it stands in."""
        outer = self.outer_quote()
        if outer is not None:
            outer.lines += 1
            if outer.lines <= _INTRODUCING and forwards.is_mark(text.strip()):
                self.release(outer)
        if not self.signs:
            return
        self.signs = False
        if not text.startswith("--") and "--" not in self.lines[-2:]:
            self.lines.append("--")


def _first_number(attributes: str) -> int:
    """Return the number of the first item of a list."""
    start = attribute(attributes, "start")
    return int(start) if start.isdecimal() and len(start) < 7 else 1


def _names(link: str, text: str) -> bool:
    """Whether the text of a link says where it leads; without a text nobody could follow it."""
    address = link.removeprefix("mailto:").rstrip("/")
    if not text or address in text:
        return True
    return text.rstrip("/") in address
