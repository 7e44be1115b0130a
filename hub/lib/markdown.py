"""A Markdown parser whose work is bounded: what would cost more is shown as it was typed, and no word is lost.

markdown-it-py reads any text in linear time, but at up to fifty microseconds a mark: 40 kB of the wrong ones took more
than a second. So every step of the parser is paid from a :class:`Budget`; when that is spent, the rest of the text is
taken as it stands. Tables have the cells that were written and no others: filled up to the width of their header, as
others do it, 36 kB of text became 27 MB (decision 0021).
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, fence
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from hub.lib.links import other_target

# Deeper quoting and lists are flattened: the parser recurses a level, and nobody reads eleven of them.
MAX_DEPTH = 10
MAX_COLUMNS = 100
# Steps for a text of 40,000 characters or less, and for the longest; a step takes five to ten microseconds.
STEPS, MAX_STEPS = 15_000, 37_500
LINES_PER_STEP = 2
CHARACTERS_PER_STEP = 40_000 / STEPS
# What the parts of a text cost, in steps.
BLOCK, CELL, LINK = 6, 3, 8
_COSTS = {"[": 4, "<": 4, "!": 2, "*": 2, "_": 2, "~": 2, "&": 2, "`": 2}
# A link definition is written once and repeated by every link: all of them together may grow the text this much.
MAX_GROWTH = 8
_BUDGET = "hub_budget"

# Not in it: what markup means, and marks that would turn the direction of the page around the address.
_url = re.compile("(?<![\\w/@])https?://[^\\s<>\"'`\u202a-\u202e\u2066-\u2069]{3,2000}")
# What ends a sentence or closes a bracket around an address is not of the address.
_TAIL = ".,;:!?)]}»”…。，、؛؟"
_OPENING = {")": "(", "]": "[", "}": "{"}
_delimiter = re.compile(r":?-+:?")
# The line below a header; one that begins with "- " is an item of a list.
_delimiters = re.compile(r"(?:[|:]|-[-|:])[-|:\s]*")
_cell_end = re.compile(r"(?<!\\)\|")


@dataclass
class Budget:
    """What is left to spend on one text: steps of the parser, and characters of addresses."""

    steps: int
    addresses: int

    @classmethod
    def of(cls, text: str) -> "Budget":
        """Return the budget of a text."""
        steps = max(STEPS, min(MAX_STEPS, int(len(text) / CHARACTERS_PER_STEP)))
        return cls(steps - text.count("\n") // LINES_PER_STEP, MAX_GROWTH * len(text) + 2_000)

    def pay(self, steps: int) -> bool:
        """Pay for a piece of work; False when there is not enough left."""
        self.steps -= steps
        return self.steps >= 0


def parse(text: str) -> Sequence[Token]:
    """Return the tokens of a text; the number of them is bounded by its budget."""
    return _parser.parse(text, {_BUDGET: Budget.of(text)})


def to_html(text: str) -> str:
    """Return the HTML of Markdown, not yet sanitised."""
    return str(_parser.renderer.render(parse(text), _parser.options, {}))


# --- Blocks -------------------------------------------------------------------------------------------------------
def _block_budget(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take the rest of the lines as they stand when the budget is spent, as one paragraph when they lie too deep."""
    # A quotation reads its lines once for each of its levels.
    quoted = end - start if state.tokens and state.tokens[-1].type == "blockquote_open" else 0
    if not state.env[_BUDGET].pay(BLOCK + quoted // LINES_PER_STEP):
        _as_typed(state, start, end)
        return True
    if state.level >= 2 * MAX_DEPTH:
        _paragraph(state, start, end)
        return True
    return False


def _as_typed(state: StateBlock, start: int, end: int) -> None:
    token = state.push("code_block", "code", 0)
    token.content = state.getLines(start, end, state.blkIndent, False).strip("\n")
    state.line = end


def _paragraph(state: StateBlock, start: int, end: int) -> None:
    state.push("paragraph_open", "p", 1)
    token = state.push("inline", "", 0)
    token.content, token.children = state.getLines(start, end, state.blkIndent, False).strip(), []
    state.push("paragraph_close", "p", -1)
    state.line = end


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a table of GitHub's kind, each row with the cells that were written in it."""
    if start + 2 > end or state.sCount[start + 1] < state.blkIndent or state.is_code_block(start):
        return False
    header = _cells(state, start)
    if not header or len(header) > MAX_COLUMNS or "|" not in _line(state, start):
        return False
    delimiters = _cells(state, start + 1)
    under = _line(state, start + 1)
    if len(delimiters) != len(header) or ("|" not in under and len(header) == 1 and ":" not in under):
        return False
    if state.is_code_block(start + 1) or not all(_delimiter.fullmatch(cell) for cell in delimiters):
        return False
    if not silent:
        state.line = _push_table(state, header, start, end)
    return True


def _line(state: StateBlock, line: int) -> str:
    return str(state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]).strip()


def _cells(state: StateBlock, line: int) -> list[str]:
    """Return the cells of a line of a table, without the bars around it."""
    cells = [cell.strip().replace("\\|", "|") for cell in _cell_end.split(_line(state, line))]
    return cells[not cells[0] : len(cells) - (len(cells) > 1 and not cells[-1])]


def _push_table(state: StateBlock, header: list[str], start: int, end: int) -> int:
    """Push the tokens of a table and return the line after it."""
    before, state.parentType = state.parentType, "table"
    budget: Budget = state.env[_BUDGET]
    state.push("table_open", "table", 1)
    state.push("thead_open", "thead", 1)
    budget.pay(CELL * len(header))
    _push_row(state, header, "th")
    state.push("thead_close", "thead", -1)
    line = start + 2
    while line < end and _is_row(state, line, end):
        cells = _cells(state, line)
        if not budget.pay(CELL * (len(cells) + 1)):
            break
        if line == start + 2:
            state.push("tbody_open", "tbody", 1)
        _push_row(state, cells, "td")
        line += 1
    if line > start + 2:
        state.push("tbody_close", "tbody", -1)
    state.push("table_close", "table", -1)
    state.parentType = before
    return line


def _is_row(state: StateBlock, line: int, end: int) -> bool:
    if state.isEmpty(line) or state.sCount[line] < state.blkIndent or state.is_code_block(line):
        return False
    return not any(ends(state, line, end, True) for ends in state.md.block.ruler.getRules("blockquote"))


def _push_row(state: StateBlock, cells: list[str], tag: str) -> None:
    state.push("tr_open", "tr", 1)
    for cell in cells:
        state.push(f"{tag}_open", tag, 1)
        token = state.push("inline", "", 0)
        token.content, token.children = cell, []
        state.push(f"{tag}_close", tag, -1)
    state.push("tr_close", "tr", -1)


# --- Inside a block -----------------------------------------------------------------------------------------------
def _inline_budget(state: StateInline, silent: bool) -> bool:
    """Take the rest of a paragraph as it stands when the budget is spent."""
    if state.env[_BUDGET].pay(_COSTS.get(state.src[state.pos], 1)):
        return False
    if not silent:
        state.pending += state.src[state.pos : state.posMax]
    state.pos = state.posMax
    return True


def _make_links(state: StateCore) -> None:
    """Make links of images, and of addresses that stand in the text as they are; code and links stay untouched.

    Links beyond the budget keep their words and lose their address, which stands where it was defined.
    """
    budget: Budget = state.env[_BUDGET]
    for block in state.tokens:
        if block.type == "inline" and block.children:
            block.children = _with_links(block.children, state.md, budget)


def _with_links(tokens: list[Token], md: MarkdownIt, budget: Budget) -> list[Token]:
    children: list[Token] = []
    depth = 0
    for token in tokens:
        depth += (token.type == "link_open") - (token.type == "link_close")
        if token.type == "image":
            words = Token("text", "", 0, content=token.content or str(token.attrs["src"]))
            children += [words] if depth else _link(str(token.attrs["src"]), words)
        elif token.type == "text" and not depth and "://" in token.content:
            children += _linked(token, md, budget)
        else:
            children.append(token)
    return _with_targets(_within_budget(children, budget))


def _with_targets(tokens: list[Token]) -> list[Token]:
    """Say where a link leads behind words that say otherwise, and leave out a title that does."""
    labelled: list[Token] = []
    opened: list[tuple[Token, int]] = []
    for token in tokens:
        if token.type == "link_open":
            opened.append((token, len(labelled)))
        elif token.type == "link_close":
            start, at = opened.pop()
            href = str(start.attrs["href"])
            if "title" in start.attrs and other_target(str(start.attrs["title"]), href):
                del start.attrs["title"]
            target = other_target("".join(within.content for within in labelled[at:]), href)
            labelled += [Token("text", "", 0, content=f" ({target})")] if target else []
        labelled.append(token)
    return labelled


def _within_budget(tokens: list[Token], budget: Budget) -> list[Token]:
    """Return the tokens without the links whose addresses would make too much of them."""
    opened: list[bool] = []
    affordable: list[Token] = []
    for token in tokens:
        if token.type == "link_open":
            budget.addresses -= sum(len(str(value)) for value in token.attrs.values())
            opened.append(budget.addresses >= 0)
        if token.type not in {"link_open", "link_close"} or opened[-1]:
            affordable.append(token)
        if token.type == "link_close":
            opened.pop()
    return affordable


def _link(href: str, words: Token) -> list[Token]:
    return [Token("link_open", "a", 1, attrs={"href": href}), words, Token("link_close", "a", -1)]


def _linked(token: Token, md: MarkdownIt, budget: Budget) -> list[Token]:
    tokens, at, text = [], 0, token.content
    for match in _url.finditer(text):
        if not budget.pay(LINK):
            break
        address = _without_tail(match[0])
        href = md.normalizeLink(address)
        if not md.validateLink(href):
            continue
        tokens.append(Token("text", "", 0, content=text[at : match.start()]))
        tokens += _link(href, Token("text", "", 0, content=address))
        at = match.start() + len(address)
    return [*tokens, Token("text", "", 0, content=text[at:])] if tokens else [token]


def _without_tail(address: str) -> str:
    letters = Counter(address)
    end = len(address)
    while end and address[end - 1] in _TAIL:
        last = address[end - 1]
        opening = _OPENING.get(last)
        if opening and letters[opening] >= letters[last]:
            break
        letters[last] -= 1
        end -= 1
    return address[:end]


def _fence(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a fence of code; ``~~~ Agenda ~~~`` is a heading as people draw it in mails, and fences nothing."""
    line = _line(state, start)
    if line.startswith("~") and "~" in line.lstrip("~"):
        return False
    return fence(state, start, end, silent)


def _show_language(state: StateCore) -> None:
    """Show what stands beside a fence as the first line of its code: HTML has no place for it, and it may be words."""
    for token in state.tokens:
        if token.type == "fence" and (language := token.info.strip()):
            token.content, token.info = f"{language}\n{token.content}", ""


def _lower_headings(state: StateCore) -> None:
    """Put a contribution's own headings below the page's: "#" becomes h3, and nothing is deeper than h6."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"


def _make_parser() -> MarkdownIt:
    # Beyond its own limit the parser drops what it reads; ours comes before and keeps it.
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 2 * MAX_DEPTH + 4})
    parser.enable("strikethrough")
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    parser.enable("table")
    parser.block.ruler.before("table", "hub_budget", _block_budget)
    parser.inline.ruler.before("text", "hub_budget", _inline_budget)
    parser.block.ruler.at("fence", _fence, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    parser.core.ruler.push("hub_show_language", _show_language)
    parser.core.ruler.push("hub_links", _make_links)
    parser.core.ruler.push("hub_lower_headings", _lower_headings)
    return parser


_parser = _make_parser()
