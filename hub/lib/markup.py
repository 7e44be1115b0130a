"""Turn what people write into safe HTML: markdown-it-py, then nh3.

machina calls :func:`render` when it saves a post (``MACHINA_MARKUP_LANGUAGE``), mail and proceedings call it too, so
one sanitiser stands at every door. Raw HTML is off, images become links (a remote image is a tracker), links get
``nofollow ugc noopener``, and each block finds its own direction.
"""

import html
import re

import nh3
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

# Deeper quoting is flattened: the parser recurses a level, and nobody reads eleven of them.
MAX_DEPTH = 10
MAX_LINE = 20_000
_TAGS = {
    "p", "br", "hr", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li", "a",
    "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}
_BLOCKS = ("p", "li", "blockquote", "h3", "h4", "h5", "h6", "td", "th")
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 2 * MAX_DEPTH}).enable(
    ["table", "strikethrough"]
).disable(["image"])
_cleaner = nh3.Cleaner(
    tags=_TAGS,
    attributes={"a": {"href", "title"}, "ol": {"start"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="nofollow ugc noopener",
    set_tag_attribute_values={tag: {"dir": "auto"} for tag in _BLOCKS},
)
_quote_depth = re.compile(r"^((?:[ \t]{0,3}>[ \t]?){%d})(?:[ \t]{0,3}>[ \t]?)+" % MAX_DEPTH, re.MULTILINE)
_bare_url = re.compile(r"(?<![<(\[\"'\w/])(https?://[^\s<>()\[\]\"']{3,500}[^\s<>()\[\]\"'.,;:!?])")


def _tame(text: str) -> str:
    """Bound what makes a Markdown parser slow: quote depth, line length, indentation by tabs."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    lines = []
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip(" \t"))
        kept = line[:MAX_LINE] if len(line) > MAX_LINE else line
        lines.append(kept[indent - 12 :] if indent > 12 else kept)
        while len(line) > MAX_LINE:
            line = line[MAX_LINE:]
            lines.append(line[:MAX_LINE])
    return _quote_depth.sub(r"\1", "\n".join(lines))


def render(text: str) -> SafeString:
    """Return safe HTML for Markdown ``text``; what the parser refuses is shown as it was typed.

    Args: text, at most ``HUB_TEXT_MAX_SIZE`` bytes (the rules check that before).
    """
    tamed = _bare_url.sub(r"<\1>", _tame(text))
    try:
        # A contribution's own headings stand below the page's: "#" becomes h3.
        made = _markdown.render(tamed).replace("<h2>", "<h4>").replace("</h2>", "</h4>")
        made = made.replace("<h1>", "<h3>").replace("</h1>", "</h3>")
    except (RecursionError, ValueError):
        made = "<pre>" + html.escape(tamed) + "</pre>"
    return mark_safe(_cleaner.clean(made))  # noqa: S308 - nh3 has just cleaned it


def plain(markup: str) -> str:
    """Return the text of stored HTML, for search and excerpts."""
    return html.unescape(strip_tags(markup.replace("</p>", "</p>\n").replace("<br>", "\n"))).strip()
