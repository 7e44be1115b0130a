"""Write plain text as Markdown that reads as the plain text did.

It quotes a mail in a box that takes Markdown. Only what Markdown would take for a mark is escaped,
so that people can read what stands in the box. Indentation and runs of blanks become no-break
spaces; what is drawn with them becomes a fenced block; addresses stay as they are.
"""

import re
from string import punctuation

from hub.lib.bare_links import bare_links
from hub.lib.plaintext import TypedParagraph, paragraphs

TAB = 4  # blanks
_NO_BREAK = "\u00a0"
_PUNCTUATION = re.escape(punctuation)
# What means something inside of a line. One star or backtick in a whole paragraph pairs with
# nothing.
_inline = re.compile(
    rf"""
    \\(?=[{_PUNCTUATION}]|$)
    | (?<![^\W_])_ | _(?![^\W_])
    | ~(?=~) | (?<=~)~
    | <(?=[a-z][a-z0-9+.-]*:|[^\s<>@]+@)
    | &(?=\#?\w{{1,31}};)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_star = re.compile(r"(?<!\s)\*|\*(?!\s|$)")
_tick, _bracket = re.compile("`"), re.compile(r"\[")
_reference = re.compile(r"\](?=[(\[:])")
# What means something where a line begins; its first mark is escaped.
_is_block = re.compile(
    r"#{1,6}(?:\s|$)|[-+*](?:\s|$)|\d{1,9}[.)](?:\s|$)|>|=+\s*$|[-|:\s]*-[-|:\s]*$|(?:\*\s*){3,}$"
    r"|(?:_\s*){3,}$"
)
_blanks = re.compile(r"\s{2,}")
_ticks = re.compile(r"`{3,}")


def as_markdown(text: str) -> str:
    """Return Markdown that shows plain text as it was typed, quotations as quotations."""
    blocks: list[str] = []
    depth = 0
    for paragraph in paragraphs(text):
        lines = _fenced(paragraph) if paragraph.is_drawn else _escaped(paragraph)
        mark = "> " * paragraph.depth
        if blocks:
            # Between two paragraphs of one quotation stands a line that belongs to it.
            is_same_quotation = paragraph.depth == depth
            blocks.append(mark.rstrip() if is_same_quotation else "")
        blocks += [f"{mark}{line}".rstrip() for line in lines]
        depth = paragraph.depth
    return "\n".join(blocks)


def _fenced(paragraph: TypedParagraph) -> list[str]:
    longest = max(
        (len(run[0]) for line in paragraph.lines for run in _ticks.finditer(line)), default=2
    )
    fence = "`" * (longest + 1)
    return [fence, *paragraph.lines, fence]


def _escaped(paragraph: TypedParagraph) -> list[str]:
    whole = "\n".join(paragraph.lines)
    extra = []
    if len(_star.findall(whole)) > 1:
        extra.append(_star)
    if whole.count("`") > 1:
        extra.append(_tick)
    if _reference.search(whole):
        extra.append(_bracket)
    return [_escaped_line(line, extra) for line in paragraph.lines]


def _escaped_line(line: str, extra: list[re.Pattern[str]]) -> str:
    words = line.lstrip()
    indent = _NO_BREAK * len(line[: len(line) - len(words)].expandtabs(TAB))
    within_links = {at for link in bare_links(words) for at in range(link.start, link.end)}
    marked = {match.start() for pattern in (_inline, *extra) for match in pattern.finditer(words)}
    if not indent and _is_block.match(words):
        # A number that begins a list is escaped before its stop.
        marked.add(len(words) - len(words.lstrip("0123456789")))
    marked -= within_links
    escaped = "".join(f"\\{letter}" if at in marked else letter for at, letter in enumerate(words))
    return indent + _blanks.sub(
        lambda run: _NO_BREAK * (len(run[0].expandtabs(TAB)) - 1) + " ", escaped
    )
