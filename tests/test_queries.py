"""Docstrings that say how many queries a function makes are believed, so they are counted here.

Each of them has rows in :mod:`tests.promises`, which make the call in a small hub and in a large one, or its name in
:data:`UNCHECKED`, to which nothing is added.
"""

import ast
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.promises import Promise, forums, mail, members, rooms
from tests.promises.network import Network
from tests.test_structure import _name, _sources

PROMISES: tuple[Promise, ...] = (*forums.PROMISES, *rooms.PROMISES, *mail.PROMISES, *members.PROMISES)
# Statements of a transaction, and what is set for the next query alone, are no questions.
_NO_QUERY = re.compile(r"(?:BEGIN|COMMIT|SAVEPOINT|RELEASE|ROLLBACK|SET )")
# Functions whose promise nothing here keeps yet. Take names out, and add none.
UNCHECKED = """
cms.document.build
cms.services.printing._is_left
cms.services.printing.discard_unused
cms.services.printing.make_prints
conferences.live.room.LiveRoom.check_sign_ins
conferences.live.sources.SessionSource.after
conferences.live.sources.SessionSource.may_follow
conferences.live.sources.SessionSource.newest
conferences.live.sources.TopicSource.after
conferences.live.sources.TopicSource.newest
conferences.live.sources.must_set_up_factor
conferences.live.sources.still_signed_in
conferences.transcript.transcript_of
conferences.views.show.conference_list
forums.pages.unsent
forums.selectors.contributions._may_see
forums.selectors.discussions.Discussion.aside
forums.services.archive.join_threads
forums.services.concealing.conceal_secrets
forums.services.edit._keep_present_summary
forums.services.edit.new_words
forums.services.provision.admit_members
forums.services.publish._count
forums.services.publish._identity
forums.services.publish._parent_of
forums.services.rendering.render_contributions_again
forums.views.feeds.discussion
hub.lib.prepared.Insert.write
hub.lib.prepared.Prepared.models
hub.lib.prepared.Prepared.rows
hub.lib.receipts.waiting
hub.lib.rendered.render_again
hub.members.account.middleware.SignInMiddleware.process_view
hub.members.account.rules.must_have_factor
hub.members.account.rules.must_set_up
hub.runtime.bodies._is_member
hub.runtime.tasks.run_tasks
hub.search.engines.SearchStatement.verified
hub.search.services._separate
listserv.archive.archive_drafts.with_earlier
listserv.archive.composing.MessageWriter.message
listserv.bounces.scoring._weight
listserv.bounces.scoring.count
listserv.bounces.scoring.trial_came_back
listserv.bounces.services._deliveries_in
listserv.bounces.services._delivery_of
listserv.bounces.services.count_refusals
listserv.bounces.services.take_notice
listserv.commands.desk.Desk.lists_in
listserv.commands.desk._list_at
listserv.digests.closing.queue_gathered
listserv.digests.digest_worker.send_digests
listserv.digests.render.Digest
listserv.gateway.address_handlers.describe
listserv.gateway.aliases._went_to_the_list
listserv.gateway.aliases.describe
listserv.gateway.compose.find_parent
listserv.gateway.compose.note_texts
listserv.gateway.evaluation.evaluate
listserv.gateway.evaluation.evaluate_all
listserv.gateway.facts.HubFacts
listserv.gateway.facts.HubFacts._held_by_member
listserv.gateway.facts.HubFacts.held_from
listserv.gateway.floods.bounded
listserv.gateway.leaders.leaders_of
listserv.gateway.purposes.describe_contribution
listserv.gateway.reading.read
listserv.gateway.recipients._is_held
listserv.gateway.rules.evaluate_post
listserv.gateway.sender.claimed_member
listserv.gateway.sender.identify
listserv.gateway.spool._create
listserv.gateway.spool.write
listserv.gateway.states.forget
listserv.gateway.worker._has_come
listserv.gateway.worker._held_copies
listserv.gateway.worker._is_coming
listserv.gateway.worker._published_before
listserv.maintenance.maintain
listserv.outbound.bodies.Bodies
listserv.outbound.bulk._is_refused_again
listserv.outbound.cursor.save_cursor
listserv.outbound.delivery_worker.deliver_mailings
listserv.outbound.hold._end_notices
listserv.outbound.hold._skip_digests
listserv.outbound.hold.unless_on_hold
listserv.outbound.mail_backend.NoticeBackend.send_messages
listserv.outbound.notification_queue.NotificationQueue._is_refused_by_relay
listserv.outbound.render.Renderer
listserv.outbound.roster.among
listserv.retention.drop_old
listserv.retention.forget_member
listserv.rosters.subscribe_many
listserv.rosters.unsubscribe_many
listserv.selectors.list_by_address
listserv.services._is_free
listserv.services.enrol_many
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

    sys.setprofile(note)
    try:
        promise.call(given)
    finally:
        sys.setprofile(None)
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
