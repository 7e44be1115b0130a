"""Docstrings that say how many queries a function makes are believed, so they are counted here.

Each of them has rows in :mod:`tests.promises`, which make the call in a small hub and in a large one, or its name in
:data:`UNCHECKED`, to which nothing is added.
"""

import ast
import re
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.promises import (
    Promise,
    convening,
    forums,
    gateway,
    joining,
    live,
    mail,
    members,
    moderation,
    outgoing,
    rooms,
)  # fmt: skip
from tests.promises.network import Network
from tests.test_structure import _name, _sources

PROMISES: tuple[Promise, ...] = (
    *forums.PROMISES, *joining.PROMISES, *rooms.PROMISES, *live.PROMISES, *mail.PROMISES, *gateway.PROMISES,
    *outgoing.PROMISES, *members.PROMISES, *moderation.PROMISES, *convening.PROMISES,
)  # fmt: skip
# Statements of a transaction, and what is set for the next query alone, are no questions.
_NO_QUERY = re.compile(r"(?:BEGIN|COMMIT|SAVEPOINT|RELEASE|ROLLBACK|SET )")
# Functions whose promise nothing here keeps yet. Take names out, and add none.
UNCHECKED = """
conferences.live.room.LiveRoom.check_sign_ins
conferences.views.show.conference_list
forums.pages.unsent
forums.selectors.contributions._may_see
forums.selectors.discussions.Discussion.aside
forums.services.concealing.conceal_secrets
forums.views.feeds.discussion
hub.lib.rendered.render_again
hub.runtime.bodies._is_member
hub.search.engines.SearchStatement.verified
listserv.archive.archive_drafts.with_earlier
listserv.bounces.scoring.trial_came_back
listserv.gateway.floods.bounded
listserv.gateway.rules.evaluate_post
listserv.maintenance.maintain
listserv.outbound.cursor.save_cursor
listserv.outbound.delivery_worker.deliver_mailings
listserv.outbound.hold._skip_digests
listserv.outbound.notification_queue.NotificationQueue._is_refused_by_relay
listserv.services.pause_all
""".split()


def _documented(tree: ast.AST, prefix: str) -> Iterator[tuple[str, str]]:
    """Give the name and the promise of each function and class that makes one."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{prefix}.{node.name}"
            _head, word, promise = (ast.get_docstring(node) or "").partition("Queries:")
            if word:
                yield name, promise.partition("\n\n")[0]
            yield from _documented(node, name)


def _promises() -> dict[str, str]:
    """Return what the docstrings of the product say of queries: function -> words."""
    words: dict[str, str] = {}
    for path in _sources():
        module = _name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        words.update(_documented(ast.parse(path.read_text()), module))
    return words


def _numbers(words: str) -> set[int]:
    none = {0} if re.search(r"\bnone\b", words) else set()
    return none | {int(number) for number in re.findall(r"\b\d+\b", words)}


def test_every_promise_is_kept_by_a_test_or_named_as_not_checked_yet():
    promised = set(_promises())
    checked = {promise.name for promise in PROMISES}
    assert len(promised) > 250
    assert checked <= promised
    assert sorted(promised - checked) == UNCHECKED


def test_every_row_holds_a_number_of_its_docstring():
    words = _promises()
    assert [row.name for row in PROMISES if row.stated not in _numbers(words[row.name])] == []


def _called(promise: Promise, given: Any) -> bool:
    """Whether a row calls its function, and not only another of the same number."""
    called: set[str] = set()

    def note(frame: Any, event: str, _argument: object) -> None:
        if event == "call":
            called.add(f"{frame.f_globals.get('__name__')}.{frame.f_code.co_qualname}")

    # What is awaited runs in a thread of its own.
    threading.setprofile(note)
    sys.setprofile(note)
    try:
        promise.call(given)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return bool({promise.name, f"{promise.name}.__init__"} & called)


def _queries(promise: Promise, hub: Network) -> list[str]:
    """Return the queries of a call; what it writes is taken back."""
    with transaction.atomic():
        # The first call also fills what the process remembers, such as content types.
        assert _called(promise, promise.given(hub)), f"{promise.name} is not called"
        transaction.set_rollback(True)
    with transaction.atomic():
        given = promise.given(hub)
        with CaptureQueriesContext(connection) as captured:
            promise.call(given)
        transaction.set_rollback(True)
    return [query["sql"] for query in captured if not _NO_QUERY.match(query["sql"])]


@pytest.fixture
def hub(settings: Any, make_member: Any, now: Any) -> Network:
    """A hub with one of everything."""
    settings.HUB_RATE_PER_HOUR = 10_000
    return Network(make_member, now).grow(1)


def _is_kept(promise: Promise, count: int, words: str) -> bool:
    stated = promise.stated + promise.besides
    if "at most" in words or "or fewer" in words:
        return count <= stated
    return count == stated


@pytest.mark.django_db
def test_promises_hold_for_one_and_for_many(hub):
    words = _promises()
    small = [_queries(promise, hub) for promise in PROMISES]
    hub.grow(6)
    large = [_queries(promise, hub) for promise in PROMISES]
    broken = []
    for promise, few, many in zip(PROMISES, small, large, strict=True):
        if len(few) == len(many) and _is_kept(promise, len(many), words[promise.name]):
            continue
        broken.append((promise.name, promise.stated + promise.besides, len(few), len(many)))
        print(promise.name, *many, sep="\n")
    assert broken == [], "function, stated, counted for one, counted for many"
