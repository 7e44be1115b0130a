"""Show plain text, as a mail has it, the way it was typed: nothing in it is markup.

Quotations (lines that begin with ``>``), messages that are passed on, paragraphs, line breaks and
bare addresses are recognised, and nothing else: every letter that was typed is shown. Runs of
blanks stay (``class="typed"`` is pre-wrapped); what is drawn with them, a table or a picture,
becomes a ``<pre>``, so that its columns stand below each other. Time is linear in the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

from hub.lib import forwards
from hub.lib.bare_links import BareLink, as_uri, bare_links_in
from hub.lib.links import other_target

# Deeper quoting is flattened, and addresses beyond so many are no links.
MAX_DEPTH, MAX_LINKS = 10, 1_000
LINK_REL = "nofollow ugc noopener"
_marks = re.compile(r" ?((?:> ?)+)")
# ">=5 mg" or ">5 mg" compares: what programs quote has a blank behind the mark, or stands beside
# lines that do.
_comparison = re.compile(r" ?>(?:=|\d)")
# Columns: a run of blanks inside a line that no sentence has, bars on both sides of something,
# lines of a frame.
_columns = re.compile(r"\S(?: {3,}+| *+\t\s*+|(?<![.!?:;,)])  )\S")
_frame = re.compile(
    r"\|.*\||[+|][-=+]{3,}[+|]|[\u2500-\u257f\u2580-\u259f]{2}|(?<![-=_])[-=_]{3,}+ ++[-=_]{3}"
)
# Lines of a paragraph that must have columns for it to be a drawing.
_DRAWN_LINES = 2
# Letters of a line up to which a drawing is moved sideways where it is wider than a screen, so that
# its columns stay below each other there, too. Longer lines wrap: nobody reads sentences that way.
_DRAWN_WIDTH = 120


@dataclass
class TypedParagraph:
    """Lines of one depth of quotation, 0 for the author's own, without their marks."""

    depth: int
    lines: list[str] = field(default_factory=list)

    @property
    def is_drawn(self) -> bool:
        """Whether its blanks draw a table or a picture."""
        drawn = (line for line in self.lines if _columns.search(line) or _frame.search(line))
        return sum(1 for _line in zip(drawn, range(_DRAWN_LINES), strict=False)) == _DRAWN_LINES


def to_html(text: str) -> str:
    """Return the HTML of plain text, safe as it is; line ends are ``\\n``."""
    written: list[str] = []
    depth = 0
    line = _LineWriter()
    read = list(paragraphs(text))
    links = iter(bare_links_in([words for paragraph in read for words in paragraph.lines]))
    for paragraph in read:
        written += ["</blockquote>\n"] * max(0, depth - paragraph.depth)
        written += ['<blockquote dir="auto">\n'] * max(0, paragraph.depth - depth)
        depth = paragraph.depth
        lines = [line.html(words, next(links)) for words in paragraph.lines]
        if paragraph.is_drawn:
            written.append(_pre_tag(paragraph) + "\n".join(lines) + "</pre>\n")
        elif lines:
            written.append('<p class="typed" dir="auto">' + "<br>".join(lines) + "</p>\n")
    return "".join([*written, *["</blockquote>\n"] * depth])


def _pre_tag(paragraph: TypedParagraph) -> str:
    if max(map(len, paragraph.lines)) <= _DRAWN_WIDTH:
        return '<pre class="drawn" dir="auto">'
    return '<pre dir="auto">'


def quote_depths(lines: list[str]) -> list[tuple[int, str]]:
    """Return of each line how deep it is quoted, and its words without the marks.

    The author's own lines have depth 0.
    """
    depths: list[tuple[int, str]] = []
    for at, line in enumerate(lines):
        match = _marks.match(line)
        if match is None or _compares(lines, at):
            depths.append((0, line))
        else:
            depths.append((min(match[1].count(">"), MAX_DEPTH), line[match.end() :]))
    return depths


def _compares(lines: list[str], at: int) -> bool:
    """Whether a line begins with a comparison of its author's, not with a mark of quotation."""
    if not _comparison.match(lines[at]):
        return False
    beside = lines[max(at - 1, 0) : at] + lines[at + 1 : at + 2]
    return not any(_marks.match(line) and not _comparison.match(line) for line in beside)


def shown_depths(lines: list[str]) -> list[tuple[int, str]]:
    """Return :func:`quote_depths` with forwarded messages one deeper than they stand.

    They are not their sender's words either.
    """
    depths = quote_depths(lines)
    for begin, end in forwards.passed_on(lines):
        depths[begin:end] = [(min(depth + 1, MAX_DEPTH), line) for depth, line in depths[begin:end]]
    return depths


def paragraphs(text: str) -> Iterator[TypedParagraph]:
    """Yield the paragraphs of a text: lines of one depth between blank ones."""
    paragraph = TypedParagraph(0)
    for depth, line in shown_depths(text.split("\n")):
        is_blank = not line.strip()
        if is_blank or depth != paragraph.depth:
            if paragraph.lines:
                yield paragraph
            paragraph = TypedParagraph(depth)
        if not is_blank:
            paragraph.lines.append(line.rstrip())
    if paragraph.lines:
        yield paragraph


class _LineWriter:
    """Writes the lines of a text as HTML, the first of its addresses as links."""

    def __init__(self) -> None:
        self.links_left = MAX_LINKS

    def html(self, line: str, links: list[BareLink]) -> str:
        """Return the HTML of a line with these addresses in it."""
        pieces, at = [], 0
        for link in links:
            if not link.href:
                continue
            if not self.links_left:
                continue
            self.links_left -= 1
            address = line[link.start : link.end]
            pieces.append(escape(line[at : link.start]))
            pieces.append(
                f'<a href="{escape(as_uri(link.href))}" rel="{LINK_REL}">{escape(address)}</a>'
            )
            target = other_target(address, link.href)
            if target:
                pieces.append(escape(f" ({target})"))
            at = link.end
        return "".join([*pieces, escape(line[at:])])
