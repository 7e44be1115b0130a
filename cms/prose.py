"""Read our sanitised HTML into a small tree of plain data, so that print never sees markup, let
alone code.

Contributions are HTML made by :mod:`hub.lib.markup`, summaries are HTML made by Wagtail's editor.
Both hold the same few elements. The tree is JSON: typst builds the page out of strings and lists
and evaluates none of them.

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

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from hub.lib.links import other_target
from hub.lib.scripts import script_of

Node = dict[str, Any]

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
_HEADS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_SILENT = {"script", "style", "title", "template"}
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
    """Return text without control and override
    characters, with places to break in very long words.
    """
    clean = _unwanted.sub("", text)
    return _long.sub(lambda match: _with_breaks(match.group()), clean)


def _with_breaks(word: str) -> str:
    pieces = []
    for piece in re.split(r"(?<=[/?&=_.,;:\-])", word):
        pieces += [piece[start : start + LONG_WORD] for start in range(0, len(piece), LONG_WORD)]
    return BREAK.join(pieces)


def direction(text: str) -> str:
    """Return ``rtl`` or ``ltr`` after the first
    letter that has a direction, empty when none has.
    """
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
        self.open: list[tuple[str, Node | None]] = []
        self.line: Node | None = None
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

    def _list(self, tag: str, start: str) -> None:
        self._end_line()
        number = int(start) if start.isdecimal() and len(start) < 7 else 1
        block: Node = {"kind": "list", "ordered": tag == "ol", "start": number, "items": []}
        self.open.append((tag, None if self._deep else self._put(block)))

    def _item(self) -> None:
        self._end_line()
        owner = next((block for name, block in reversed(self.open) if name in {"ul", "ol"}), None)
        if owner is None:
            self._nest("li", self.places[-1])
            return
        owner["items"].append([])
        self._nest("li", owner["items"][-1])

    def _start_line(self, kind: str = "para", **more: Any) -> None:
        self.line = {"kind": kind, "of": [], **more}
        self.places[-1].append(self.line)
        self.inlines = []

    def _end_line(self) -> None:
        line, self.line, self.inlines, self.typed = self.line, None, [], False
        if line is None or line["kind"] == "pre":
            return
        words = text_of(line["of"])
        if not words.strip():
            for place in self.places:
                if place and place[-1] is line:
                    place.pop()
            return
        line["dir"] = direction(words)

    # --- what the parser meets --------------------------------------------------------------------
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag in _SILENT:
            self.silent += 1
        elif tag == "p" or tag in _HEADS:
            self._end_line()
            self._start_line("head" if tag in _HEADS else "para")
            self.typed = attributes.get("class") == "typed"
        elif tag == "pre":
            self._end_line()
            self._start_line("pre", text="")
        elif tag in {"ul", "ol"}:
            self._list(tag, attributes.get("start") or "1")
        elif tag == "li":
            self._item()
        elif tag == "blockquote":
            self._end_line()
            quote: Node = {"kind": "quote", "blocks": []}
            if self._deep:
                self._nest(tag, self.places[-1])
            else:
                self._nest(tag, self._put(quote)["blocks"])
        elif tag == "hr":
            self._put({"kind": "rule"})
        elif tag in {"table", "tr", "td", "th"}:
            self._table(tag)
        else:
            self._inline(tag, attributes)

    def _table(self, tag: str) -> None:
        self._end_line()
        if tag == "table":
            self.open.append((tag, self._put({"kind": "table", "columns": 0, "rows": []})))
            return
        table = next(
            (block for name, block in reversed(self.open) if name == "table" and block), None
        )
        if table is None:
            return
        if tag == "tr":
            table["rows"].append([])
            return
        if not table["rows"]:
            table["rows"].append([])
        cell: Node = {"kind": "cell", "head": tag == "th", "of": []}
        table["rows"][-1].append(cell)
        table["columns"] = max(table["columns"], len(table["rows"][-1]))
        self.line, self.inlines = cell, []

    def _inline(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag == "br":
            self._say({"kind": "break"})
        elif (
            tag in _INLINE
            and (self.line is None or self.line["kind"] != "pre")
            and len(self.inlines) < MAX_DEPTH
        ):
            url = (attributes.get("href") or "").strip()
            node: Node = {"kind": _INLINE[tag], "of": []}
            if tag == "a":
                # A link to nowhere we trust keeps its words; "strike" of nothing would draw a line.
                node = (
                    {"kind": "link", "url": url, "of": []}
                    if _schemes.match(url)
                    else {"kind": "span", "of": []}
                )
            self._say(node)
            self.inlines.append((tag, node["of"]))

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in _INLINE:
            if any(name == tag for name, _ in self.inlines):
                while self.inlines.pop()[0] != tag:
                    pass
                if tag == "a":
                    self._say_target()
        elif tag == "p" or tag in _HEADS or tag in {"pre", "td", "th"}:
            self._end_line()
        elif any(name == tag for name, _ in self.open):
            self._close(tag)

    def _say_target(self) -> None:
        """Say where the link that has just ended leads, when its words name another place."""
        place = self.inlines[-1][1] if self.inlines else (self.line or {}).get("of", [])
        node = place[-1] if place else {}
        target = (
            other_target(text_of(node["of"]), node["url"]) if node.get("kind") == "link" else ""
        )
        if target:
            node["of"].append({"kind": "text", "text": f" ({target})"})

    def _close(self, tag: str) -> None:
        self._end_line()
        while True:
            name, _ = self.open.pop()
            if name in {"li", "blockquote"}:
                self.places.pop()
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        if self.line is not None and self.line["kind"] == "pre":
            self.line["text"] += data
        elif self.typed:
            self._say({"kind": "text", "text": _kept_blanks(data)})
        elif data.strip() or (self.line is not None and self.line["of"]):
            self._say({"kind": "text", "text": re.sub(r"\s+", " ", data)})

    def _say(self, node: Node) -> None:
        if self.line is None:
            self._start_line()
        assert self.line is not None
        if self.line["kind"] == "pre":
            return
        (self.inlines[-1][1] if self.inlines else self.line["of"]).append(node)


def _kept_blanks(text: str) -> str:
    """Return text whose runs of blanks print as wide
    as they are, and in which a line may still break.
    """
    shown = text.replace("\t", " " * TAB)
    words = shown.lstrip(" ")
    indent = "\xa0" * (len(shown) - len(words))
    return indent + _blanks.sub(lambda run: "\xa0" * (len(run[0]) - 1) + " ", words)


def read(markup: str) -> list[Node]:
    """Return the blocks of sanitised HTML ``markup``; what
    is open is closed, what is unknown keeps its words.
    """
    reader = _MarkupReader()
    reader.feed(markup)
    reader.close()
    reader._end_line()
    return reader.blocks


def mapped(node: Any, change: Callable[[str], str]) -> Any:
    """Return a copy of a tree with ``change`` applied
    to every text; addresses and kinds stay as they are.
    """
    if isinstance(node, dict):
        copied = {"kind", "url", "dir", "lang", "id", "code"}
        return {
            key: value if key in copied else mapped(value, change) for key, value in node.items()
        }
    if isinstance(node, list):
        return [mapped(value, change) for value in node]
    return change(node) if isinstance(node, str) else node


_TAGS = {"strong": "strong", "emph": "em", "strike": "del", "code": "code", "span": "span"}


def _inline_html(nodes: list[Node]) -> str:
    pieces: list[str] = []
    for node in nodes:
        inner = _inline_html(node.get("of", []))
        match node["kind"]:
            case "text":
                pieces.append(escape(node["text"]))
            case "break":
                pieces.append("<br>")
            case "link":
                pieces.append(
                    f'<a href="{escape(node["url"])}" rel="nofollow noopener">{inner}</a>'
                )
            case "emph" if script := script_of(text_of(node["of"])):
                pieces.append(f'<em class="{script}">{inner}</em>')
            case kind:
                pieces.append(f"<{_TAGS[kind]}>{inner}</{_TAGS[kind]}>")
    return "".join(pieces)


def inline_html(block: Node) -> SafeString:
    """Return the HTML inside a paragraph."""
    return mark_safe(_inline_html(block["of"]))  # noqa: S308 - escaped word by word


def _cell_tag(cell: dict[str, Any]) -> str:
    return "th" if cell["head"] else "td"


def _table_html(block: Node) -> str:
    rows = []
    for row in block["rows"]:
        cells = (
            f"<{_cell_tag(cell)}>{_inline_html(cell['of'])}</{_cell_tag(cell)}>" for cell in row
        )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f'<div class="scroll"><table class="table">{"".join(rows)}</table></div>'


def _way(block: Node) -> str:
    return f' dir="{block["dir"]}"' if block.get("dir") else ""


def block_html(block: Node) -> SafeString:
    """Return the HTML of one block; every word in it is escaped here."""
    match block["kind"]:
        case "para":
            html = f"<p{_way(block)}>{_inline_html(block['of'])}</p>"
        case "head":
            html = f"<h3{_way(block)}>{_inline_html(block['of'])}</h3>"
        case "list":
            tag, start = ("ol", f' start="{block["start"]}"') if block["ordered"] else ("ul", "")
            items = "".join(f"<li>{_tight(item)}</li>" for item in block["items"])
            html = f"<{tag}{start}>{items}</{tag}>"
        case "quote":
            quoted = "".join(block_html(inner) for inner in block["blocks"])
            html = f"<blockquote>{quoted}</blockquote>"
        case "pre":
            html = f"<pre>{escape(block['text'])}</pre>"
        case "table":
            html = _table_html(block)
        case _:
            html = "<hr>"
    return mark_safe(html)  # noqa: S308 - built from escaped words


def _tight(item: list[Node]) -> str:
    if len(item) == 1 and item[0]["kind"] == "para":
        return _inline_html(item[0]["of"])
    return "".join(block_html(block) for block in item)
