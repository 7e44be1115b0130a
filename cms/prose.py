"""Read our sanitised HTML into a small tree of plain data.

So print never sees markup, let alone code. Contributions are HTML made by :mod:`hub.lib.markup`,
summaries are HTML made by Wagtail's editor. Both hold the same few elements. The tree is JSON:
typst builds the page out of strings and lists and evaluates none of them.

Blocks::

    {"kind": "para", "dir": "ltr", "of": [inline…]}    {"kind": "head", "dir": …, "of": [inline…]}
    {"kind": "list", "ordered": true, "start": 1, "items": [[block…]…]}
    {"kind": "quote", "blocks": [block…]}    {"kind": "pre", "text": "…"}    {"kind": "rule"}
    {"kind": "table", "columns": 2, "rows": [[{"head": true, "of": [inline…]}…]…]}

Inlines: ``{"kind": "text", "text": "…"}``, ``{"kind": "break"}``, ``strong``, ``emph``, ``strike``
and ``code`` with ``of``, ``link`` with ``of`` and ``url`` (http, https, mailto; anything else loses
its link and keeps its words).
"""

import re
import unicodedata
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

from hub.lib.links import other_target

Node = dict[str, Any]
Attributes = dict[str, str]

# Deeper nesting is flattened: typst calls a function for each level and stops at 80.
MAX_DEPTH = 8
# A word longer than this gets places to break, or it would leave the page.
LONG_WORD = 40
_INLINE = {
    "strong": "strong",
    "b": "strong",
    "em": "emph",
    "i": "emph",
    "del": "strike",
    "s": "strike",
    "code": "code",
    "a": "link",
}
_HEADS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# Elements that end with the line in them.
_LINES = _HEADS | {"p", "pre", "td", "th"}
_SILENT = {"script", "style", "title", "template"}
# The number that an ordered list starts at; a longer one is no number of ours.
_list_start = re.compile(r"\d{1,6}")
_schemes = re.compile(r"^(?:https?://|mailto:)", re.IGNORECASE)
# Overrides turn the letters of the line around; embeddings and isolates only set a direction, and
# stay.
_unwanted = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202d\u202e\ufffe\uffff\ud800-\udfff]")
# Han and kana break anywhere by themselves.
_long = re.compile(
    r"[^\s\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]{%d,}" % (LONG_WORD + 1)
)
BREAK = "\u200b"
# Blanks that a tab of plain text takes.
TAB = 4
_blanks = re.compile(" {2,}")


def tame(text: str) -> str:
    """Return text without control and override characters, with places to break long words."""
    clean = _unwanted.sub("", text)
    return _long.sub(lambda match: _with_breaks(match.group()), clean)


def _with_breaks(word: str) -> str:
    pieces = []
    for piece in re.split(r"(?<=[/?&=_.,;:\-])", word):
        pieces += [piece[start : start + LONG_WORD] for start in range(0, len(piece), LONG_WORD)]
    return BREAK.join(pieces)


def direction(text: str) -> str:
    """Return ``rtl`` or ``ltr`` by the first letter that has a direction, empty when none has."""
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in {"R", "AL"}:
            return "rtl"
        if kind == "L":
            return "ltr"
    return ""


def text_of(nodes: list[Node]) -> str:
    """Return the words of inline nodes."""
    return "".join(node.get("text", "") + text_of(node.get("of", [])) for node in nodes)


class _MarkupReader(HTMLParser):
    """Build the tree with a stack, never by recursion: depth is the writer's, not ours."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Node] = []
        # Open block lists, innermost last: where a new block goes.
        self.places: list[list[Node]] = [self.blocks]
        # Open elements with their blocks; None for one that joins what is around it.
        self.open: list[tuple[str, Node | None]] = []
        # The block that takes inlines now, and the same where it is preformatted.
        self.line: Node | None = None
        self.pre: Node | None = None
        self.inlines: list[tuple[str, list[Node]]] = []
        self.silent = 0
        # Whether the paragraph is plain text as typed: its runs of blanks stay.
        self.typed = False

    # --- blocks -----------------------------------------------------------------------------------
    def _put(self, block: Node) -> Node:
        self._end_line()
        self.places[-1].append(block)
        return block

    @property
    def _deep(self) -> bool:
        """Whether what opens now is too deep and joins what is around it."""
        return len(self.places) > MAX_DEPTH

    def _nest(self, tag: str, place: list[Node]) -> None:
        self.open.append((tag, None))
        self.places.append(place)

    def _innermost(self, *tags: str) -> Node | None:
        """Return the block of the innermost of these elements, None for none."""
        return next((block for name, block in reversed(self.open) if name in tags), None)

    def _start_line(self, kind: str = "para") -> None:
        self.line = {"kind": kind, "of": []}
        self.places[-1].append(self.line)
        self.inlines = []

    def _end_line(self) -> None:
        line, is_pre = self.line, self.pre is not None
        self.line, self.pre, self.inlines, self.typed = None, None, [], False
        if line is None or is_pre:
            return
        words = text_of(line["of"])
        if words.strip():
            line["dir"] = direction(words)
            return
        for place in self.places:
            if place and place[-1] is line:
                place.pop()

    # --- elements that begin ----------------------------------------------------------------------
    def open_text(self, tag: str, attributes: Attributes) -> None:
        """Begin a paragraph or a heading."""
        self._end_line()
        self._start_line("head" if tag in _HEADS else "para")
        self.typed = attributes.get("class") == "typed"

    def open_pre(self, tag: str, attributes: Attributes) -> None:
        """Begin preformatted text."""
        self.pre = self.line = self._put({"kind": "pre", "of": [], "text": ""})

    def open_list(self, tag: str, attributes: Attributes) -> None:
        """Begin a list."""
        self._end_line()
        start = attributes.get("start", "")
        number = int(start) if _list_start.fullmatch(start) else 1
        block: Node = {"kind": "list", "ordered": tag == "ol", "start": number, "items": []}
        self.open.append((tag, None if self._deep else self._put(block)))

    def open_item(self, tag: str, attributes: Attributes) -> None:
        """Begin an item of the list that is open, if any."""
        self._end_line()
        owner = self._innermost("ul", "ol")
        if owner is None:
            self._nest(tag, self.places[-1])
            return
        owner["items"].append([])
        self._nest(tag, owner["items"][-1])

    def open_quote(self, tag: str, attributes: Attributes) -> None:
        """Begin a quotation."""
        self._end_line()
        if self._deep:
            self._nest(tag, self.places[-1])
        else:
            self._nest(tag, self._put({"kind": "quote", "blocks": []})["blocks"])

    def put_rule(self, tag: str, attributes: Attributes) -> None:
        """Put a rule across the text."""
        self._put({"kind": "rule"})

    def open_table(self, tag: str, attributes: Attributes) -> None:
        """Begin a table."""
        self.open.append((tag, self._put({"kind": "table", "columns": 0, "rows": []})))

    def open_row(self, tag: str, attributes: Attributes) -> None:
        """Begin a row of the table that is open, if any."""
        self._end_line()
        table = self._innermost("table")
        if table is not None:
            table["rows"].append([])

    def open_cell(self, tag: str, attributes: Attributes) -> None:
        """Begin a cell of the table that is open, if any."""
        self._end_line()
        table = self._innermost("table")
        if table is None:
            return
        if not table["rows"]:
            table["rows"].append([])
        cell: Node = {"kind": "cell", "head": tag == "th", "of": []}
        table["rows"][-1].append(cell)
        table["columns"] = max(table["columns"], len(table["rows"][-1]))
        self.line, self.inlines = cell, []

    def put_break(self, tag: str, attributes: Attributes) -> None:
        """Put the end of a line into the text."""
        self._add({"kind": "break"})

    def open_inline(self, tag: str, attributes: Attributes) -> None:
        """Begin a part of a line: emphasis, a link, code."""
        if self.pre is not None or len(self.inlines) >= MAX_DEPTH:
            return
        node: Node = {"kind": _INLINE[tag], "of": []}
        if tag == "a":
            node = _link_to(attributes.get("href", "").strip())
        self._add(node)
        self.inlines.append((tag, node["of"]))

    # --- what the parser meets --------------------------------------------------------------------
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element; one that is unknown keeps its words."""
        if tag in _SILENT:
            self.silent += 1
        elif tag in _STARTS:
            _STARTS[tag](self, tag, {name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in _INLINE:
            self._close_inline(tag)
        elif tag in _LINES:
            self._end_line()
        elif any(name == tag for name, _ in self.open):
            self._close(tag)

    def _close_inline(self, tag: str) -> None:
        if all(name != tag for name, _ in self.inlines):
            return
        while self.inlines.pop()[0] != tag:
            pass
        if tag == "a":
            self._add_target()

    def _close(self, tag: str) -> None:
        self._end_line()
        while True:
            name, _ = self.open.pop()
            if name in {"li", "blockquote"}:
                self.places.pop()
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        """Take words; blanks between blocks are none."""
        if self.silent:
            return
        if self.pre is not None:
            self.pre["text"] += data
            return
        if self.typed:
            self._add({"kind": "text", "text": _with_hard_blanks(data)})
            return
        begins_line = self.line is None or not self.line["of"]
        if begins_line and not data.strip():
            return
        self._add({"kind": "text", "text": re.sub(r"\s+", " ", data)})

    # --- inlines ----------------------------------------------------------------------------------
    def _add(self, node: Node) -> None:
        if self.line is None:
            self._start_line()
        if self.pre is None:
            self._open_inlines().append(node)

    def _open_inlines(self) -> list[Node]:
        """Return the inlines that take the next one."""
        if self.inlines:
            return self.inlines[-1][1]
        if self.line is None:
            return []
        inlines: list[Node] = self.line["of"]
        return inlines

    def _add_target(self) -> None:
        """Say where the link that has just ended leads, when its words name another place."""
        inlines = self._open_inlines()
        if not inlines or inlines[-1]["kind"] != "link":
            return
        link = inlines[-1]
        target = other_target(text_of(link["of"]), link["url"])
        if target:
            link["of"].append({"kind": "text", "text": f" ({target})"})


def _link_to(url: str) -> Node:
    """Return a link; one that leads nowhere we trust keeps its words alone."""
    if _schemes.match(url):
        return {"kind": "link", "url": url, "of": []}
    return {"kind": "span", "of": []}


# What begins with each element.
_STARTS: dict[str, Callable[[_MarkupReader, str, Attributes], None]] = {
    "p": _MarkupReader.open_text,
    **dict.fromkeys(_HEADS, _MarkupReader.open_text),
    "pre": _MarkupReader.open_pre,
    "ul": _MarkupReader.open_list,
    "ol": _MarkupReader.open_list,
    "li": _MarkupReader.open_item,
    "blockquote": _MarkupReader.open_quote,
    "hr": _MarkupReader.put_rule,
    "table": _MarkupReader.open_table,
    "tr": _MarkupReader.open_row,
    "td": _MarkupReader.open_cell,
    "th": _MarkupReader.open_cell,
    "br": _MarkupReader.put_break,
    **dict.fromkeys(_INLINE, _MarkupReader.open_inline),
}


def _with_hard_blanks(text: str) -> str:
    """Return text whose runs of blanks print as wide as they are, and whose lines may break."""
    shown = text.replace("\t", " " * TAB)
    words = shown.lstrip(" ")
    indent = "\xa0" * (len(shown) - len(words))
    return indent + _blanks.sub(lambda run: "\xa0" * (len(run[0]) - 1) + " ", words)


def read(markup: str) -> list[Node]:
    """Return the blocks of sanitised HTML.

    What is open is closed, what is unknown keeps its words.
    """
    reader = _MarkupReader()
    reader.feed(markup)
    reader.close()
    reader._end_line()
    return reader.blocks


# Keys whose values are no texts for readers.
_NO_TEXT = frozenset({"kind", "url", "dir", "lang", "id", "code"})


def mapped(node: Any, change: Callable[[str], str]) -> Any:
    """Return a copy of a tree with ``change`` applied to every text.

    Addresses, kinds and directions stay as they are.
    """
    if isinstance(node, dict):
        return {
            key: value if key in _NO_TEXT else mapped(value, change) for key, value in node.items()
        }
    if isinstance(node, list):
        return [mapped(value, change) for value in node]
    if isinstance(node, str):
        return change(node)
    return node
