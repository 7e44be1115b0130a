"""Turn what people write into safe HTML: markdown-it-py, then nh3.

machina calls :func:`render` when it saves a post (``MACHINA_MARKUP_LANGUAGE``), mail and proceedings call it too, so
one sanitiser stands at every door. Raw HTML is off, images become links (a remote image is a tracker), links get
``nofollow ugc noopener``, and each block finds its own direction.
"""

import contextlib
import html
import re

import nh3
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

# Deeper quoting is flattened: the parser recurses a level, and nobody reads eleven of them.
MAX_DEPTH = 10
# Characters of a line, and of its indentation; columns are no text.
MAX_LINE = 20_000
MAX_INDENT = 12
# Lines, and letters that may open or close something; a text with more is a listing, a picture, or meant to keep the
# parser busy, and is shown as it was typed.
MAX_LINES, MAX_MARKS = 10_000, 20_000
_MARKS = "[]*_~`!"
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
# Not in it: what markup means, and marks that would turn the direction of the page around the address.
_url = re.compile("(?<![\\w/@])https?://[^\\s<>\"'`\u202a-\u202e\u2066-\u2069]{3,2000}")
# What ends a sentence or closes a bracket around an address is not of the address.
_TAIL = ".,;:!?)]}»”…。，、؛؟"
_OPENING = {")": "(", "]": "[", "}": "{"}


def _make_links(state: StateCore) -> None:
    """Make links of images, and of addresses that stand in the text as they are; code and links stay untouched."""
    for block in state.tokens:
        if block.type != "inline" or not block.children:
            continue
        children: list[Token] = []
        depth = 0
        for token in block.children:
            depth += (token.type == "link_open") - (token.type == "link_close")
            if token.type == "image":
                words = Token("text", "", 0, content=token.content or str(token.attrs["src"]))
                children += [words] if depth else _link(str(token.attrs["src"]), words)
            elif token.type == "text" and not depth and "://" in token.content:
                children += _linked(token, state.md)
            else:
                children.append(token)
        block.children = children


def _link(href: str, words: Token) -> list[Token]:
    return [Token("link_open", "a", 1, attrs={"href": href}), words, Token("link_close", "a", -1)]


def _linked(token: Token, md: MarkdownIt) -> list[Token]:
    made, at, text = [], 0, token.content
    for found in _url.finditer(text):
        address = _without_tail(found[0])
        href = md.normalizeLink(address)
        if not md.validateLink(href):
            continue
        made.append(Token("text", "", 0, content=text[at : found.start()]))
        made += _link(href, Token("text", "", 0, content=address))
        at = found.start() + len(address)
    return [*made, Token("text", "", 0, content=text[at:])] if made else [token]


def _without_tail(address: str) -> str:
    while address and address[-1] in _TAIL:
        opening = _OPENING.get(address[-1])
        if opening and address.count(opening) >= address.count(address[-1]):
            break
        address = address[:-1]
    return address


def _lower_headings(state: StateCore) -> None:
    """Put a contribution's own headings below the page's: "#" becomes h3, and nothing is deeper than h6."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"


_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 2 * MAX_DEPTH})
_markdown.enable(["table", "strikethrough"])
_markdown.core.ruler.push("hub_links", _make_links)
_markdown.core.ruler.push("hub_lower_headings", _lower_headings)


def _tame(text: str) -> str:
    """Bound what makes a Markdown parser slow: quote depth, line length, indentation."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    lines = []
    for line in text.split("\n"):
        bare = line.lstrip(" \t")
        indent = len(line) - len(bare)
        kept = _flatten(line[indent - MAX_INDENT :] if indent > MAX_INDENT else line)
        lines += [kept[start : start + MAX_LINE] for start in range(0, len(kept) or 1, MAX_LINE)]
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
    """Return safe HTML for Markdown ``text``; what the parser refuses is shown as it was typed.

    Args: text, at most ``HUB_TEXT_MAX_SIZE`` bytes (the rules check that before).
    """
    tamed = _tame(text)
    made = "<pre>" + html.escape(tamed) + "</pre>"
    if tamed.count("\n") <= MAX_LINES and sum(map(tamed.count, _MARKS)) <= MAX_MARKS:
        with contextlib.suppress(RecursionError, ValueError):
            made = _markdown.render(tamed)
    return mark_safe(_cleaner.clean(made))  # noqa: S308 - nh3 has just cleaned it


def plain(markup: str) -> str:
    """Return the text of stored HTML, for search and excerpts."""
    broken = markup.replace("</p>", "</p>\n").replace("<br>\n", "\n").replace("<br>", "\n")
    broken = broken.replace("</td>", " </td>").replace("</th>", " </th>")
    return re.sub(r"\n\s*\n", "\n\n", html.unescape(strip_tags(broken))).strip()
