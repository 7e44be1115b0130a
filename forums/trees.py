"""Order the contributions of a topic: as they were said, or each below the one it answers."""

from collections import defaultdict

from machina.apps.forum_conversation.models import Topic

from forums import selectors
from forums.models import Contribution
from forums.selectors import PAGE

# Deeper replies stand at this depth with a line that says whom they answer.
MAX_DEPTH = 6
# Contributions that are put in a tree together: fifty pages.
TREE = 50 * PAGE


def tree(topic: Topic, *, part: int = 0) -> list[tuple[int, int]]:
    """Return a permitted topic as a tree from the top.

    Returns: ``list[tuple[int, int]]  # contribution number, depth``.

    A long topic is read in parts of :data:`TREE` contributions, each a tree of its own, so that a
    page costs the same however long the topic is. A reply whose parent is not shown, or stands in
    an earlier part, stands at the top. What was withdrawn has its place among the others, and
    counts in no part.

    Args: part, from 0. Queries: 2, of two numbers a row.
    """
    shown, stubs = _pairs(topic, part)
    return _ordered(sorted([*shown, *stubs]))


def depths_on(topic: Topic, page: int) -> dict[int, int]:
    """Return what stands on a page of the threaded view.

    Returns: ``dict[int, int]  # contribution number -> depth``, stubs among them.

    Queries: 2.
    """
    part, start = divmod((page - 1) * PAGE, TREE)
    shown, stubs = _pairs(topic, part)
    withdrawn = {number for number, _parent in stubs}
    on_page: dict[int, int] = {}
    position, last = 0, max(len(shown) - 1, 0)
    for number, depth in _ordered(sorted([*shown, *stubs])):
        if start <= min(position, last) < start + PAGE:
            on_page[number] = depth
        if number not in withdrawn:
            position += 1
    return on_page


_Pair = tuple[int, int | None]


def _pairs(topic: Topic, part: int) -> tuple[list[_Pair], list[_Pair]]:
    """Return the numbers of a part, each with that of what it answers: shown and withdrawn ones.

    Queries: 2.
    """
    rows = selectors.shown_in(topic).order_by("number").values_list("number", "parent_id")
    # The next one says where the part ends.
    shown: list[_Pair] = list(rows[part * TREE : (part + 1) * TREE + 1])
    stubs = Contribution.objects.filter(topic=topic, state=Contribution.State.WITHDRAWN)
    if part and shown:
        stubs = stubs.filter(number__gt=shown[0][0])
    if len(shown) > TREE:
        stubs = stubs.filter(number__lt=shown.pop()[0])
    return shown, list(stubs.order_by("number").values_list("number", "parent_id")[:TREE])


def _ordered(pairs: list[_Pair]) -> list[tuple[int, int]]:
    known = {number for number, _parent in pairs}
    top: list[int] = []
    children: dict[int, list[int]] = defaultdict(list)
    for number, parent in pairs:
        if parent in known:
            children[parent].append(number)
        else:
            top.append(number)
    ordered: list[tuple[int, int]] = []
    # A stack, not recursion: a thread may be as deep as it is long.
    stack = [(number, 0) for number in reversed(top)]
    while stack:
        number, depth = stack.pop()
        ordered.append((number, depth))
        stack.extend((child, min(depth + 1, MAX_DEPTH)) for child in reversed(children[number]))
    return ordered


def in_order(topic: Topic, numbers: list[int], *, is_last: bool) -> list[Contribution]:
    """Return what stands on a page in the order it was said, stubs in their places.

    Queries: 3 at most.
    """
    shown = selectors.contributions_in(topic, numbers)
    stubs = selectors.stubs_in(topic, numbers, is_last=is_last)
    rows = {**shown, **{row.number: row for row in stubs}}
    return [rows[number] for number in sorted(rows)]


def in_thread(topic: Topic, numbers: list[int]) -> list[Contribution]:
    """Return what stands on a page of the threaded view, in its order. Queries: 3 at most."""
    shown = selectors.contributions_in(topic, numbers)
    missing = [number for number in numbers if number not in shown]
    if missing:
        shown |= selectors.stubs_by_number(missing)
    return [shown[number] for number in numbers if number in shown]
