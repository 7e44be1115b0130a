"""Turn the HTML of a mail into plain text, in one pass over it, whatever it holds.

No parser of the standard library or of a sanitiser is used: both have inputs that cost them quadratic time. This one
looks at each tag once, and at no more than :data:`MAX_TAGS`. Quotes become ``>`` lines and signatures get their line of
two dashes, so that trimming sees them; links keep their address, lists their marks; styles, scripts and the head are
left out.
"""

import html
import re

from listserv.inbound import clientmarkup

MAX_QUOTE = 5
# What stands below that many tags keeps its words and its lines, and loses its structure.
MAX_TAGS = 50_000
_SKIPPED = {"head", "style", "script", "title", "template", "noscript", "svg", "object"}
_BLOCKS = set(
    "p div section article header footer table tr ul ol dl dt dd form h1 h2 h3 h4 h5 h6 pre address center fieldset "
    "figure body html signature".split()
)
_SPACED = {"p", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "table"}
# Elements that programs mark; a mark ends with the element, so those of the same name inside are counted.
_MARKED = {"div", "span", "table", "td", "p", "pre", "section", "signature"}
_MAX_MARKS = 50
_TAG = re.compile(r"<(?:!--|[a-zA-Z/!?])")
_LOOSE_TAG = re.compile(r"<[^<>]{0,2000}>")
# The line that an old mail gets which only its markup tells of.
_OLD = "-----Original Message-----"


def to_text(markup: str) -> str:
    """Return the text of ``markup``; never raises. Linear in its length."""
    return _Writer().run(markup)


class _Mark:
    """An open element that a program has marked, and how many of its name are open inside, itself included."""

    def __init__(self, name: str, kind: str) -> None:
        self.name, self.kind, self.open = name, kind, 1


class _Writer:
    """State of the one pass."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.quote = 0
        self.pre = 0
        self.blank = True  # Whether the last line written is blank, so that two never follow each other.
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
        while (found := _TAG.search(markup, at)) is not None and tags < MAX_TAGS:
            tags += 1
            start = found.start()
            comment = found.end() - start == 4
            end = markup.find("-->", start + 4) if comment else _tag_end(markup, start)
            if end < 0 and not comment:
                # No tag ends any more: the rest is text.
                found = None
                break
            self.text(markup[pending:start])
            if comment:
                at = pending = len(markup) if end < 0 else end + 3
            else:
                at = pending = self.tag(markup, start, end)
        self.text(markup[pending:] if found is None else "")
        self.flush()
        if found is not None:
            self.loose(markup[pending:])
        return "\n".join(self.lines).strip("\n")

    def loose(self, markup: str) -> None:
        """Write what stands below more tags than are looked at."""
        for line in html.unescape(_LOOSE_TAG.sub("\n", markup)).split("\n"):
            if line.strip():
                self.put(" ".join(line.split()))

    def tag(self, markup: str, start: int, end: int) -> int:
        """Handle the tag between the offsets; return where to read on."""
        inner = markup[start + 1 : end].strip("/ \t\r\n")
        closes = markup[start + 1 : start + 2] == "/"
        words = inner.split(None, 1)
        name = words[0].lower() if words else ""
        rest = words[1] if len(words) > 1 else ""
        if name in _SKIPPED and not closes:
            return self.skip(name, end)
        if name == "br":
            self.flush(keep_empty=True)
        elif name == "blockquote":
            self.flush()
            self.quote = max(0, self.quote + (-1 if closes else 1))
        elif name == "a":
            self.anchor(rest, closes)
        elif name == "img" and not closes:
            self.text(attribute(rest, "alt"))
        elif name in {"td", "th"} and not closes:
            self.line.append(" " if self.line else "")
        elif name == "li" and not closes:
            self.flush()
            self.line.append("* ")
        elif name == "hr":
            self.flush()
            self.put("-" * 30)
        elif name in _BLOCKS:
            self.flush()
            if name in _SPACED:
                self.space()
        if name == "pre":
            self.pre = max(0, self.pre + (-1 if closes else 1))
        if name in _MARKED and (self.marks or rest):
            self.mark(name, rest, closes)
        return end + 1

    def mark(self, name: str, rest: str, closes: bool) -> None:
        """Note what a program says of an element, until that ends."""
        kind = clientmarkup.kind_of(rest) if rest and not closes and len(self.marks) < _MAX_MARKS else ""
        if kind == clientmarkup.OLD:
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
                self.end(self.marks.pop().kind)

    def begin(self, kind: str) -> None:
        """Begin an element that a program has marked."""
        if kind == clientmarkup.QUOTE:
            self.quote += 1
        elif kind == clientmarkup.INTRO:
            self.intros += 1
        elif kind == clientmarkup.SIGNATURE and self.has_words and not self.quote:
            # Where nothing stands above it, its author has written inside it.
            self.signs = True

    def end(self, kind: str) -> None:
        """End it."""
        if kind == clientmarkup.QUOTE:
            self.quote = max(0, self.quote - 1)
        elif kind == clientmarkup.INTRO:
            self.intros = max(0, self.intros - 1)
        elif kind == clientmarkup.SIGNATURE:
            self.signs = False

    def old(self) -> None:
        """Write that all below is an old mail, once."""
        self.flush()
        if _OLD not in self.lines[-6:]:
            self.put(_OLD)

    def skip(self, name: str, end: int) -> int:
        """Return where an element whose content is no text ends; one that never ends hides nothing but its tag."""
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
            self.link = href if href.lower().startswith(("http://", "https://", "mailto:")) and len(href) < 2000 else ""
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
        mark = ">" * min(self.quote + (1 if self.intros else 0), MAX_QUOTE)
        if self.signs and text.strip():
            self.signs = False
            if not text.startswith("--") and "--" not in self.lines[-2:]:
                self.lines.append("--")
        self.has_words = self.has_words or (not mark and bool(text.strip()))
        self.lines.append(f"{mark} {text}".rstrip() if mark else text)
        self.blank = not text


def _tag_end(markup: str, start: int) -> int:
    """Return the offset of the ``>`` that ends the tag, outside quoted attributes of sane length."""
    end = markup.find(">", start)
    if end < 0:
        return -1
    # A ">" inside a quoted attribute does not end the tag; look a little further for the closing quote.
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
