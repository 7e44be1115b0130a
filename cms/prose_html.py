"""Show a tree of prose (:mod:`cms.prose`) on a page: as HTML in which every word is escaped."""

from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from cms.prose import Node, text_of
from hub.lib.scripts import script_of

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


def _cell_html(cell: dict[str, Any]) -> str:
    tag = "th" if cell["head"] else "td"
    return f"<{tag}>{_inline_html(cell['of'])}</{tag}>"


def _table_html(block: Node) -> str:
    rows = []
    for row in block["rows"]:
        cells = "".join(_cell_html(cell) for cell in row)
        rows.append(f"<tr>{cells}</tr>")
    return f'<div class="scroll"><table class="table">{"".join(rows)}</table></div>'


def _list_html(block: Node) -> str:
    items = "".join(f"<li>{_tight(item)}</li>" for item in block["items"])
    if block["ordered"]:
        return f'<ol start="{block["start"]}">{items}</ol>'
    return f"<ul>{items}</ul>"


def _dir_attribute(block: Node) -> str:
    if not block.get("dir"):
        return ""
    return f' dir="{block["dir"]}"'


def block_html(block: Node) -> SafeString:
    """Return the HTML of one block; every word in it is escaped here."""
    match block["kind"]:
        case "para":
            html = f"<p{_dir_attribute(block)}>{_inline_html(block['of'])}</p>"
        case "head":
            html = f"<h3{_dir_attribute(block)}>{_inline_html(block['of'])}</h3>"
        case "list":
            html = _list_html(block)
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
