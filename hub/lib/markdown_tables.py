"""Read tables of GitHub's kind, each row with the cells that were written in it."""

import re

from markdown_it.rules_block import StateBlock

from hub.lib.markdown_budget import BUDGET, Budget

MAX_COLUMNS = 100
# What a cell costs, in steps.
CELL = 3
_delimiter = re.compile(r":?-+:?")
_TABLE_MARKS = frozenset("|:")
_cell_end = re.compile(r"(?<!\\)\|")


def read_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a table of GitHub's kind, each row with the cells that were written in it."""
    if not _may_be_header(state, start, end):
        return False
    header = _cells(state, start)
    if not 0 < len(header) <= MAX_COLUMNS:
        return False
    if not _is_delimiter_row(state, start + 1, columns=len(header)):
        return False
    if not silent:
        state.line = _push_table(state, header, start, end)
    return True


def _may_be_header(state: StateBlock, line: int, end: int) -> bool:
    """Whether a line has a bar, and another line of the same block follows it."""
    if line + 2 > end:
        return False
    if state.sCount[line + 1] < state.blkIndent or state.is_code_block(line):
        return False
    return "|" in line_of(state, line)


def _is_delimiter_row(state: StateBlock, line: int, *, columns: int) -> bool:
    """Whether a line is the rule under the header of a table with so many columns."""
    if state.is_code_block(line):
        return False
    cells = _cells(state, line)
    if len(cells) != columns:
        return False
    # Dashes alone, under one line of text, make a heading of it.
    if columns == 1 and _TABLE_MARKS.isdisjoint(line_of(state, line)):
        return False
    return all(_delimiter.fullmatch(cell) for cell in cells)


def line_of(state: StateBlock, line: int) -> str:
    """Return a line of a block without the blanks around it."""
    return str(state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]).strip()


def _cells(state: StateBlock, line: int) -> list[str]:
    """Return the cells of a line of a table, without the bars around it."""
    cells = [cell.strip().replace("\\|", "|") for cell in _cell_end.split(line_of(state, line))]
    if not cells[0]:
        del cells[0]
    if cells and not cells[-1]:
        del cells[-1]
    return cells


def _push_table(state: StateBlock, header: list[str], start: int, end: int) -> int:
    """Push the tokens of a table and return the line after it."""
    before, state.parentType = state.parentType, "table"
    budget: Budget = state.env[BUDGET]
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
    if state.isEmpty(line):
        return False
    if state.sCount[line] < state.blkIndent or state.is_code_block(line):
        return False
    return not any(
        ends(state, line, end, True) for ends in state.md.block.ruler.getRules("blockquote")
    )


def _push_row(state: StateBlock, cells: list[str], tag: str) -> None:
    state.push("tr_open", "tr", 1)
    for cell in cells:
        state.push(f"{tag}_open", tag, 1)
        token = state.push("inline", "", 0)
        token.content, token.children = cell, []
        state.push(f"{tag}_close", tag, -1)
    state.push("tr_close", "tr", -1)
