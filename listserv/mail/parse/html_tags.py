"""Cut the tags of an HTML text: where one ends, its name and its attributes; never raises.

Each function is linear in what it looks at, and that is bounded.
"""

import html
import re

# Characters beyond the first ``>`` in which a quoted attribute and its tag may end.
_LOOK_AHEAD = 4_000
_MAX_ATTRIBUTES = 8_000  # characters
_CHARSET = re.compile(
    rb"<(?:meta|\?xml)\b[^<>]{0,200}?\b(?:charset|encoding)\s*=\s*[\"']?([\w.:-]{2,40})",
    re.IGNORECASE,
)


def charset_of_html(data: bytes) -> str:
    """Return the charset that the head of a page names, empty for none."""
    declared = _CHARSET.search(data[:4_000])
    if declared is None:
        return ""
    return declared[1].decode("ascii", "replace")


def comment_end(markup: str, start: int) -> int:
    """Return the offset behind the comment that begins at ``start``."""
    end = markup.find("-->", start + 4)
    return len(markup) if end < 0 else end + 3


def tag_end(markup: str, start: int) -> int:
    """Return the offset of the ``>`` that ends the tag, -1 where none does.

    It stands outside quoted attributes, where these are of sane length.
    """
    end = markup.find(">", start)
    if end < 0:
        return -1
    if markup.count('"', start, end) % 2 == 0:
        return end
    # This one stands inside a quoted attribute: look a little further for the closing quote.
    close = markup.find('"', end, end + _LOOK_AHEAD)
    if close < 0:
        return end
    return max(markup.find(">", close, close + _LOOK_AHEAD), end)


def name_and_attributes(inner: str) -> tuple[str, str]:
    """Return the name of an element in small letters, and its attributes."""
    name, attributes, *_more = [*inner.split(None, 1), "", ""]
    return name.lower(), attributes


def attribute(attributes: str, name: str) -> str:
    """Return one attribute of a tag, its entities decoded; empty when absent."""
    lowered = attributes[:_MAX_ATTRIBUTES].lower()
    at = lowered.find(name)
    while at >= 0:
        value = attributes[at + len(name) : _MAX_ATTRIBUTES].lstrip()
        if _is_edge(lowered[at - 1 : at]) and value.startswith("="):
            return _value(value[1:].lstrip())
        at = lowered.find(name, at + 1)
    return ""


def _is_edge(before: str) -> bool:
    """Whether an attribute may begin behind the character; there is none before the first one."""
    return before.isspace() or before in "\"'"


def _value(text: str) -> str:
    """Return the value that a text begins with, in quotes or as one word."""
    quote = text[:1]
    if quote in {'"', "'"}:
        return html.unescape(text[1:].partition(quote)[0]).strip()
    return html.unescape(next(iter(text.split(None, 1)), ""))
