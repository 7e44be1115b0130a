"""Turn the HTML of a mail into plain text, in one pass over it, whatever it holds.

No parser of the standard library or of a sanitiser is used: both have inputs that cost them quadratic time. This one
looks at each ``<`` once. Quotes become ``>`` lines, so that trimming sees them; links keep their address, lists their
marks; styles, scripts and the head are left out.
"""

import html

MAX_QUOTE = 5
_SKIPPED = {"head", "style", "script", "title", "template", "noscript", "svg", "object"}
_BLOCKS = {
    "p",
    "div",
    "section",
    "article",
    "header",
    "footer",
    "table",
    "tr",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "pre",
    "address",
    "center",
    "fieldset",
    "figure",
    "body",
    "html",
}
_SPACED = {"p", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "table"}


def to_text(markup: str) -> str:
    """Return the text of ``markup``; never raises. Linear in its length."""
    return _Writer().run(markup)


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

    def run(self, markup: str) -> str:
        """Return the text of all of it."""
        self.lowered = markup.lower()
        at, pending = 0, 0
        while (start := markup.find("<", at)) >= 0:
            if not _opens_tag(markup[start + 1 : start + 2]):
                at = start + 1
                continue
            comment = markup.startswith("<!--", start)
            end = markup.find("-->", start + 4) if comment else _tag_end(markup, start)
            if end < 0 and not comment:
                # No tag ends any more: the rest is text.
                break
            self.text(markup[pending:start])
            if comment:
                at = pending = len(markup) if end < 0 else end + 3
            else:
                at = pending = self.tag(markup, start, end)
        self.text(markup[pending:])
        self.flush()
        return "\n".join(self.lines).strip("\n")

    def tag(self, markup: str, start: int, end: int) -> int:
        """Handle the tag between the offsets; return where to read on."""
        inner = markup[start + 1 : end].strip("/ \t\r\n")
        closes = markup[start + 1 : start + 2] == "/"
        words = inner.split(None, 1)
        name = words[0].lower() if words else ""
        if name in _SKIPPED and not closes:
            return self.skip(name, end)
        if name == "br":
            self.flush(keep_empty=True)
        elif name == "blockquote":
            self.flush()
            self.quote = max(0, self.quote + (-1 if closes else 1))
        elif name == "a":
            self.anchor(words[1] if len(words) > 1 else "", closes)
        elif name == "img" and not closes:
            self.text(attribute(words[1] if len(words) > 1 else "", "alt"))
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
        return end + 1

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
        mark = ">" * min(self.quote, MAX_QUOTE)
        self.lines.append(f"{mark} {text}".rstrip() if mark else text)
        self.blank = not text


def _opens_tag(char: str) -> bool:
    return char in "/!?" or (char.isascii() and char.isalpha())


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
