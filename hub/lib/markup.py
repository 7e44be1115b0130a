"""Turn what people write into safe HTML: markdown-it-py, then nh3.

machina calls :func:`render` when it saves a post (``MACHINA_MARKUP_LANGUAGE``), mail and proceedings call it too, so
one sanitiser stands at every door. Raw HTML is off, images become links (a remote image is a tracker), links get
``nofollow ugc noopener``, and each block finds its own direction.
"""

import contextlib
import html
import re

import nh3
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe

from hub.lib.markdown import MAX_DEPTH, to_html

# Characters of a line, and of its indentation; columns are no text.
MAX_LINE = 20_000
MAX_INDENT = 12
# Lines, and letters that may open or close something or must be escaped; a text with more is a listing, a picture, or
# meant to keep the parser busy, and is shown as it was typed.
MAX_LINES, MAX_MARKS = 10_000, 20_000
_MARKS = '[]*_~`!&<>"'
# HTML of a text is at most so many times as long, and so many characters more.
MAX_GROWTH, GROWTH_ROOM = 20, 4_000
_TAGS = {
    "p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a",
    "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_BLOCKS = ("p", "li", "blockquote", "pre", "h3", "h4", "h5", "h6", "td", "th")
_cleaner = nh3.Cleaner(
    tags=_TAGS,
    attributes={"a": {"href", "title"}, "ol": {"start"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="nofollow ugc noopener",
    set_tag_attribute_values={tag: {"dir": "auto"} for tag in _BLOCKS},
)


def _tame(text: str) -> str:
    """Bound what makes a Markdown parser slow: quote depth, line length, indentation."""
    lines = []
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip(" \t"))
        flat = _flatten(line[indent - MAX_INDENT :] if indent > MAX_INDENT else line)
        lines += [flat[start : start + MAX_LINE] for start in range(0, len(flat) or 1, MAX_LINE)]
    return "\n".join(lines)


def _flatten(line: str) -> str:
    """Take the quote marks beyond :data:`MAX_DEPTH` off a line."""
    depth, at, cut = 0, 0, 0
    for at, letter in enumerate(line):
        if letter == ">":
            depth += 1
            if depth == MAX_DEPTH:
                cut = at + 1
        elif letter not in " \t":
            break
    else:
        at = len(line)
    return f"{line[:cut]} {line[at:]}" if depth > MAX_DEPTH else line


def render(text: str) -> SafeString:
    """Return safe HTML for Markdown ``text``; what costs too much, or grows too much, is shown as it was typed.

    Args: text, at most ``HUB_TEXT_MAX_SIZE`` bytes (the rules check that before).

    Returns: at most :data:`MAX_GROWTH` times the text and :data:`GROWTH_ROOM` characters.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    if text.count("\n") <= MAX_LINES and sum(map(text.count, _MARKS)) <= MAX_MARKS:
        with contextlib.suppress(RecursionError, ValueError):
            safe = _cleaner.clean(to_html(_tame(text)))
            if len(safe) <= MAX_GROWTH * len(text) + GROWTH_ROOM:
                return mark_safe(safe)  # noqa: S308 - nh3 has just cleaned it
    # Not by nh3, which takes a second for 300,000 escaped letters in a row.
    return format_html('<pre dir="auto">{}</pre>', text)


def plain(markup: str) -> str:
    """Return the text of stored HTML, for search and excerpts."""
    broken = markup.replace("</p>", "</p>\n").replace("<br>\n", "\n").replace("<br>", "\n")
    broken = broken.replace("</td>", " </td>").replace("</th>", " </th>")
    return re.sub(r"\n\s*\n", "\n\n", html.unescape(strip_tags(broken))).strip()
