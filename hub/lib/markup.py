"""Turn what people write into safe HTML.

Markdown is read by markdown-it-py and cleaned by nh3; plain text goes through
:mod:`hub.lib.plaintext`. machina calls :func:`render` when it saves a post
(``MACHINA_MARKUP_LANGUAGE``), mail and proceedings call it too, so one sanitiser serves all. Raw
HTML is off, images become links (a remote image is a tracker), links get ``nofollow ugc noopener``,
and each block finds its own direction.
"""

import contextlib
import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from itertools import product
from types import MappingProxyType
from typing import ParamSpec, TypeVar

import nh3
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from hub.lib import plaintext
from hub.lib.characters import without_controls
from hub.lib.markdown import MAX_DEPTH, to_html
from hub.lib.scripts import ARABIC, HAN

# Characters of a line, and of its indentation; columns are no text.
MAX_LINE = 20_000
MAX_INDENT = 12
# Lines, and letters that may open or close something or must be escaped; a text with more is a
# listing, a picture, or meant to keep the parser busy, and is shown as it was typed.
MAX_LINES, MAX_MARKS = 10_000, 20_000
_MARKS = '[]*_~`!&<>"'
# HTML of a text is at most so many times as long, and so many characters more.
MAX_GROWTH, GROWTH_ROOM = 20, 4_000
# Changes with what :func:`render` makes of any text: what is stored of another version is rendered
# again.
VERSION = 9
# How a text is read: as it was typed, or as Markdown.
PLAIN, MARKDOWN = "plain", "markdown"
TEXT_FORMATS = (PLAIN, MARKDOWN)
_TAGS = {
    "p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a",
    "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_BLOCKS = ("p", "li", "blockquote", "pre", "h3", "h4", "h5", "h6", "td", "th")
_cleaner = nh3.Cleaner(
    tags=_TAGS,
    attributes={"a": {"href", "title"}, "ol": {"start"}},
    allowed_classes={"em": {ARABIC, HAN}},
    url_schemes={"http", "https", "mailto"},
    link_rel="nofollow ugc noopener",
    set_tag_attribute_values={tag: {"dir": "auto"} for tag in _BLOCKS},
)
# A tag of sanitised HTML; Django's strip_tags takes seconds for what this does in milliseconds.
_tag = re.compile(r'<(?:[^<>"]|"[^"]*")*>')
_ahead: ContextVar[Mapping[tuple[str, str], SafeString]] = ContextVar(
    "rendered_ahead", default=MappingProxyType({})
)  # format, text -> HTML
_P = ParamSpec("_P")
_Result = TypeVar("_Result")


def _tame(text: str) -> str:
    """Bound what makes a Markdown parser slow: quote depth, line length, indentation."""
    lines = []
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip(" \t"))
        flat = _flatten(line[max(indent - MAX_INDENT, 0) :])
        lines.append(flat[:MAX_LINE])
        lines += [flat[at : at + MAX_LINE] for at in range(MAX_LINE, len(flat), MAX_LINE)]
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
    if depth <= MAX_DEPTH:
        return line
    return f"{line[:cut]} {line[at:]}"


def render(text: str, text_format: str = MARKDOWN) -> SafeString:
    """Return safe HTML for a text.

    A text that costs too much, or grows too much, is shown as it was typed. It takes up to a fifth
    of a second, so it has no place in a transaction; see :func:`rendered_ahead`.

    Args: text, at most ``HUB_TEXT_MAX_SIZE`` bytes (the rules check that before); text_format,
    :data:`PLAIN` or :data:`MARKDOWN`.

    Returns: at most :data:`MAX_GROWTH` times the text and :data:`GROWTH_ROOM` characters.
    """
    return render_stored(without_controls(text), text_format)


def render_stored(text: str, text_format: str) -> SafeString:
    """Return what :func:`render` does, for a text that has been cleaned to be stored.

    Args: text, without controls (:func:`hub.lib.characters.without_controls`).
    """
    ready = _ahead.get().get((text_format, text))
    if ready is None:
        return _render(text, text_format)
    return ready


def _render(text: str, text_format: str) -> SafeString:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    safe = plaintext.to_html(text) if text_format == PLAIN else _markdown(text)
    if safe is not None and len(safe) <= MAX_GROWTH * len(text) + GROWTH_ROOM:
        # Nh3 has just cleaned it, or every letter of it is escaped.
        return mark_safe(safe)  # noqa: S308
    # Not by nh3, which takes a second for 300,000 escaped letters in a row.
    return format_html('<pre dir="auto">{}</pre>', text)


def _markdown(text: str) -> str | None:
    """Return the cleaned HTML of Markdown, None for what is not worth the work."""
    if text.count("\n") <= MAX_LINES and sum(map(text.count, _MARKS)) <= MAX_MARKS:
        with contextlib.suppress(RecursionError, ValueError):
            return _cleaner.clean(to_html(_tame(text)))
    return None


@contextmanager
def rendered_ahead(*texts: str, text_formats: Iterable[str] = (MARKDOWN,)) -> Iterator[None]:
    """Render texts now, so that :func:`render` has them at hand within the block.

    A transaction is opened in it.
    """
    ready = dict(_ahead.get())
    sized = [
        without_controls(text) for text in texts if 0 < len(text) <= settings.HUB_TEXT_MAX_SIZE
    ]
    for key in product(text_formats, sized):
        if key not in ready:
            ready[key] = _render(key[1], key[0])
    token = _ahead.set(ready)
    try:
        yield
    finally:
        _ahead.reset(token)


def renders(
    *names: str, stored_as: Callable[[str], str] = str.strip
) -> Callable[[Callable[_P, _Result]], Callable[_P, _Result]]:
    """Render these keyword arguments of a service before it begins.

    It stands above ``@transaction.atomic``.

    Args: stored_as, what the service makes of such an argument before it is rendered.
    """

    def decorate(service: Callable[_P, _Result]) -> Callable[_P, _Result]:
        @wraps(service)
        def call(*args: _P.args, **options: _P.kwargs) -> _Result:
            with rendered_ahead(
                *(stored_as(str(options[name])) for name in names if options.get(name))
            ):
                return service(*args, **options)

        return call

    return decorate


def plain(markup: str) -> str:
    """Return the text of stored HTML, for search and excerpts."""
    broken = markup.replace("</p>", "</p>\n").replace("<br>\n", "\n").replace("<br>", "\n")
    broken = broken.replace("</td>", " </td>").replace("</th>", " </th>")
    return re.sub(r"\n\s*\n", "\n\n", html.unescape(_tag.sub("", broken))).strip()
