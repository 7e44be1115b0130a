"""A Markdown parser whose work is bounded.

What would cost more is shown as it was typed, and no word is lost. markdown-it-py reads any text in
linear time, but at up to fifty microseconds a mark: 40 kB of the wrong ones took more than a
second. So every step of the parser is paid from a :class:`Budget`; when that is spent, the rest of
the text is taken as it stands. Tables have the cells that were written and no others: filled up to
the width of their header, as others do it, 36 kB of text became 27 MB (decision 0021).
"""

import re
from bisect import bisect_right
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, fence
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from hub.lib import markdown_rules
from hub.lib.bare_links import BareLink, as_uri, bare_links
from hub.lib.links import other_target
from hub.lib.markdown_budget import BUDGET, LINES_PER_STEP, Budget
from hub.lib.markdown_tables import line_of, read_table

# Deeper quoting and lists are flattened: the parser recurses a level, and nobody reads eleven of
# them.
MAX_DEPTH = 10
# What the parts of a text cost, in steps.
BLOCK, LINK = 6, 8
_COSTS = {"[": 4, "<": 4, "!": 2, "*": 2, "_": 2, "~": 2, "&": 2, "`": 2}

_LINKS = "hub_bare_links"
# What stands in angle brackets and is an address; anything else in them is shown as it was typed.
_autolink_at = re.compile(
    r"<((?:https?|mailto):[^<>\x00-\x20]+"
    r"|[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})>",
    re.IGNORECASE,
)


def parse(text: str) -> Sequence[Token]:
    """Return the tokens of a text; the number of them is bounded by its budget."""
    return _parser.parse(text, {BUDGET: Budget.of(text)})


def to_html(text: str) -> str:
    """Return the HTML of Markdown, not yet sanitised."""
    return str(_parser.renderer.render(parse(text), _parser.options, {}))


# --- Blocks ---------------------------------------------------------------------------------------
def _block_budget(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take the rest of the lines as they stand when the budget is spent.

    Lines that lie too deep become one paragraph.
    """
    quoted = 0
    # A quotation reads its lines once for each of its levels.
    if state.tokens and state.tokens[-1].type == "blockquote_open":
        quoted = end - start
    if not state.env[BUDGET].pay(BLOCK + quoted // LINES_PER_STEP):
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


# --- Inside a block -------------------------------------------------------------------------------
def _inline_budget(state: StateInline, silent: bool) -> bool:
    """Take the rest of a paragraph as it stands when the budget is spent."""
    if state.env[BUDGET].pay(_COSTS.get(state.src[state.pos], 1)):
        return False
    if not silent:
        state.pending += state.src[state.pos : state.posMax]
    state.pos = state.posMax
    return True


def _bare_links_in(state: StateInline) -> tuple[list[int], dict[int, BareLink]]:
    """Return where the addresses in the parsed text begin, in order, and each by its beginning."""
    known: dict[str, tuple[list[int], dict[int, BareLink]]] = state.env.setdefault(_LINKS, {})
    if state.src not in known:
        links = {link.start: link for link in bare_links(state.src)}
        known[state.src] = (list(links), links)
    return known[state.src]


def _text(state: StateInline, silent: bool) -> bool:
    """Take letters that mean nothing, as far as the next mark or address."""
    end = state.posMax
    mark = state.md.inline.terminator_re.search(state.src, state.pos)
    if mark is not None:
        end = mark.start()
    starts, _links = _bare_links_in(state)
    following = bisect_right(starts, state.pos)
    if following < len(starts):
        end = min(end, starts[following])
    if end == state.pos:
        return False
    if not silent:
        state.pending += state.src[state.pos : end]
    state.pos = end
    return True


def _bare_link(state: StateInline, silent: bool) -> bool:
    """Take an address as it was typed: nothing in it is markup. Within a link it is its words."""
    _starts, links = _bare_links_in(state)
    if state.src[state.pos] == "\\":
        return _backslash_before_link(state, links, silent)
    link = links.get(state.pos)
    if link is None:
        return False
    if not state.env[BUDGET].pay(LINK):
        return False
    end = min(link.end, state.posMax)
    if not silent:
        _push_bare_link(state, link, state.src[link.start : end])
    state.pos = end
    return True


def _backslash_before_link(state: StateInline, links: dict[int, BareLink], silent: bool) -> bool:
    """Take a backslash before an address as itself: it must not swallow a letter of it."""
    after = state.pos + 1
    if after not in links:
        return False
    if not state.src[after].isalnum():
        return False
    if not silent:
        state.pending += "\\"
    state.pos = after
    return True


def _push_bare_link(state: StateInline, link: BareLink, words: str) -> None:
    if link.href and not state.linkLevel:
        _push_link(state, as_uri(link.href), words)
    else:
        state.pending += words


def _push_link(state: StateInline, href: str, words: str) -> None:
    state.push("link_open", "a", 1).attrs = {"href": href}
    state.push("text", "", 0).content = words
    state.push("link_close", "a", -1)


def _autolink(state: StateInline, silent: bool) -> bool:
    """Read an address in angle brackets, and show it as it was typed."""
    match = _autolink_at.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        address = match[1]
        has_scheme = ":" in address.partition("@")[0]
        href = address if has_scheme else f"mailto:{address}"
        _push_link(state, as_uri(href), address)
    state.pos = match.end()
    return True


def _make_links(state: StateCore) -> None:
    """Make links of images, and say where links lead.

    Links beyond the budget keep their words and lose their address, which stands where it was
    defined.
    """
    budget: Budget = state.env[BUDGET]
    for block in state.tokens:
        if block.type == "inline" and block.children:
            block.children = _with_links(block.children, budget)


def _with_links(tokens: list[Token], budget: Budget) -> list[Token]:
    children: list[Token] = []
    depth = 0
    for token in tokens:
        depth += (token.type == "link_open") - (token.type == "link_close")
        if token.type != "image":
            children.append(token)
            continue
        address = str(token.attrs["src"])
        words = Token("text", "", 0, content=token.content or address)
        if depth:
            children.append(words)
        else:
            children += _link(address, words)
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
            if target:
                labelled.append(Token("text", "", 0, content=f" ({target})"))
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


def _unquoted(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """End a quotation at the first line without its mark.

    Markdown would let such a line continue the quoted paragraph, and give the words of one person
    to another.
    """
    return silent and state.parentType == "blockquote"


def _fence(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a fence of code.

    ``~~~ Agenda ~~~`` is a heading as people draw it in mails, and fences nothing.
    """
    line = line_of(state, start)
    if line.startswith("~") and "~" in line.lstrip("~"):
        return False
    return fence(state, start, end, silent)


def _make_parser() -> MarkdownIt:
    # Beyond its own limit the parser drops what it reads; ours comes before and keeps it.
    parser = MarkdownIt(
        "commonmark", {"html": False, "breaks": True, "maxNesting": 2 * MAX_DEPTH + 4}
    )
    parser.enable("strikethrough")
    parser.block.ruler.at("table", read_table, {"alt": ["paragraph", "reference"]})
    parser.enable("table")
    parser.block.ruler.before("table", "hub_budget", _block_budget)
    parser.block.ruler.push("hub_unquoted", _unquoted, {"alt": ["blockquote"]})
    parser.inline.ruler.at("text", _text)
    parser.inline.ruler.before("text", "hub_budget", _inline_budget)
    parser.inline.ruler.before("text", "hub_bare_link", _bare_link)
    parser.inline.ruler.at("autolink", _autolink)
    parser.block.ruler.at(
        "fence", _fence, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    parser.core.ruler.push("hub_show_language", markdown_rules.show_language)
    parser.core.ruler.push("hub_links", _make_links)
    parser.core.ruler.push("hub_lower_headings", markdown_rules.lower_headings)
    parser.core.ruler.push("hub_mark_scripts", markdown_rules.mark_scripts)
    return parser


_parser = _make_parser()
