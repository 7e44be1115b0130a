"""Evaluate and commit the messages of all waiting sessions together; ``250`` follows the commit.

One thread evaluates and writes. While a commit waits for the disk, the next messages gather, and
those that are about to come are waited for (decision record 0040). The next group asks for the
facts of all of them in a few questions and is one commit (``performance.md``: 1,449 messages/s in
groups against 1,176 one by one). The rows, the notifications that ask for a confirmation and the
outcome of refused messages are one transaction.

The queue is bounded by what :class:`listserv.gateway.limits.Pressure` lets in: a session has one
message in it at most.
"""

import asyncio
import logging
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain
from time import sleep

from django.db import connection, connections, transaction
from django.db.utils import InterfaceError, OperationalError

from hub.lib.bus import wake
from hub.lib.prepared import Insert
from listserv.gateway import notifications
from listserv.gateway.evaluation import Evaluation, evaluate_all
from listserv.gateway.incoming import IncomingMessage
from listserv.gateway.reading import MessageReading, read
from listserv.gateway.stored_drafts import parsed_message
from listserv.gateway.threads import refresh_connections
from listserv.models import InboundMail

log = logging.getLogger(__name__)
# Mails in one commit; more wait for the next.
GROUP = 100
# Seconds that a group waits at most for messages that are about to come, and for which a session
# counts as about to bring one from its last sign of life on.
GATHER = 0.015
SOON = 0.005
# Seconds between looks at the age of the connection; a broken one shows itself by the error it
# gives.
REFRESH = 30.0
# Seconds for which a locked SQLite is waited for, and between two looks.
LOCKED = 20.0
LOOK = 0.001
# Mails that fail one after the other because the database does not answer; then the rest of the
# group is not tried.
PATIENCE = 2
State = InboundMail.State
_ROWS = Insert(InboundMail)
Outcome = Evaluation | Exception


@dataclass
class _Waiting:
    message: IncomingMessage | MessageReading
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[Evaluation]" = field(repr=False)
    is_tried: bool = False

    @property
    def is_unread(self) -> bool:
        """Whether the message is still to be read."""
        return isinstance(self.message, IncomingMessage) and not self.is_tried

    def read(self) -> None:
        """Read the message before its group is whole; what fails here fails there, and is noted."""
        self.is_tried = True
        if isinstance(self.message, IncomingMessage):
            with suppress(Exception):
                self.message = read(self.message)


class Spool:
    """Evaluates the messages of waiting sessions and writes their rows, in a thread of its own."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="smtp-spool", daemon=True)
        self._refreshed = time.monotonic()
        self._began: float | None = None
        # The last sign of life of each session whose message is not here.
        self._expected: dict[object, float] = {}

    def start(self) -> None:
        """Start the writer's thread."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is queued, then end the thread; blocks."""
        self._queue.put(None)
        self._thread.join(20)

    @property
    def busy(self) -> float:
        """Seconds since the group that is being written was taken up; 0 when none is."""
        began = self._began
        return time.monotonic() - began if began is not None else 0.0

    def expect(self, session: object) -> None:
        """Note a sign of life of a session: the next group may wait for its message a moment."""
        self._expected[session] = time.monotonic()

    def forget(self, session: object) -> None:
        """Expect nothing more of a session: its mail is here, or it has left."""
        self._expected.pop(session, None)

    async def take(self, message: IncomingMessage | MessageReading) -> Evaluation:
        """Return the verdict once its rows are on disk.

        Raises: whatever the database raised; then nothing of the message is kept, and the client
        must try again.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(message, loop, loop.create_future())
        self._queue.put(waiting)
        return await waiting.done

    def _run(self) -> None:
        while True:
            group, last = self._gather()
            if group:
                self._began = time.monotonic()
                self._refresh(self._began)
                _answer(group, _outcomes([waiting.message for waiting in group]))
                self._began = None
            if last:
                break
        connections.close_all()

    def _gather(self) -> tuple[list[_Waiting], bool]:
        waiting = self._queue.get()
        group: list[_Waiting] = []
        until = time.monotonic() + GATHER
        while waiting is not None:
            group.append(waiting)
            if len(group) >= GROUP:
                return group, False
            try:
                waiting = self._next(group, until)
            except queue.Empty:
                return group, False
        return group, True

    def _next(self, group: Sequence[_Waiting], until: float) -> _Waiting | None:
        """Return a message more for the group, waiting for one only when it is about to come.

        Those of the group are read meanwhile. Raises: queue.Empty when the group is whole.
        """
        while True:
            with suppress(queue.Empty):
                return self._queue.get_nowait()
            seconds = self._worth_waiting(until)
            if seconds <= 0:
                raise queue.Empty
            unread = next((waiting for waiting in group if waiting.is_unread), None)
            if unread is not None:
                unread.read()
                continue
            with suppress(queue.Empty):
                return self._queue.get(timeout=seconds)

    def _worth_waiting(self, until: float) -> float:
        """Return the seconds for which the next message may be waited for; none below 0."""
        last_sign = max(list(self._expected.values()), default=0.0)
        return min(until, last_sign + SOON) - time.monotonic()

    def _refresh(self, moment: float) -> None:
        if moment - self._refreshed > REFRESH:
            self._refreshed = moment
            refresh_connections()


def _outcomes(messages: Sequence[IncomingMessage | MessageReading]) -> list[Outcome]:
    """Evaluate and write a group; when that fails, each for itself: one of them may be to blame."""
    try:
        return list(_evaluated_and_written(messages))
    except Exception:
        connections.close_all()
        if len(messages) > 1:
            log.warning(
                "A group of %d messages could not be written; each is tried alone", len(messages)
            )
    outcomes: list[Outcome] = []
    silent = 0
    for message in messages:
        if silent >= PATIENCE:
            outcomes.append(outcomes[-1])
            continue
        try:
            outcomes += _evaluated_and_written([message])
            silent = 0
        except Exception as error:
            log.exception("A message could not be written")
            connections.close_all()
            outcomes.append(error)
            silent += isinstance(error, OperationalError | InterfaceError)
    return outcomes


def _evaluated_and_written(
    messages: Sequence[IncomingMessage | MessageReading],
) -> list[Evaluation]:
    evaluations = evaluate_all(
        [message if isinstance(message, MessageReading) else read(message) for message in messages]
    )
    write(evaluations)
    return evaluations


def write(evaluations: Sequence[Evaluation]) -> None:
    """Write the rows of several messages in one transaction.

    Queries: 1, and those of notifications.
    """
    rows = list(chain.from_iterable(evaluation.rows for evaluation in evaluations))
    refused = list(chain.from_iterable(evaluation.refused for evaluation in evaluations))
    held = [row for row in rows if row.state == State.HELD]
    # A notification names the row it is about; the keys of the others are not read back.
    notified = {id(row): row for row in [*refused, *held]}
    for row in notified.values():
        # Notifications repeat what a message says; parsing a large one takes a second.
        parsed_message(row)
    with _soon():
        _ROWS.write([row for row in rows if id(row) not in notified])
        _create(notified.values())
        _notify(held, refused)
        if any(row.state == State.QUEUED for row in rows):
            wake("inbound")


def _create(rows: Collection[InboundMail]) -> None:
    """Write rows whose keys are needed. Queries: 1, none without rows."""
    if not rows:
        return
    for row in rows:
        row.pk = None
    InboundMail.objects.bulk_create(rows)


def _notify(held: Sequence[InboundMail], refused: Sequence[InboundMail]) -> None:
    """Ask members about what is held, and notify them of what SMTP did not refuse."""
    for row in held:
        notifications.ask_to_confirm(row)
    for row in refused:
        notifications.notify_refused(row)


@contextmanager
def _soon() -> Iterator[None]:
    """Open a transaction as soon as the database lets us.

    A writer of SQLite that waits sleeps up to a tenth of a second between two looks, and a worker
    that publishes one message after the other takes the lock again meanwhile: clients waited for
    seconds. The gateway looks every millisecond.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    atomic = transaction.atomic()
    deadline = time.monotonic() + LOCKED
    _patience(0)
    try:
        while True:
            try:
                atomic.__enter__()
                break
            except OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                sleep(LOOK)
    finally:
        _patience(LOCKED)
    with ExitStack() as stack:
        stack.push(atomic)
        yield


def _patience(seconds: float) -> None:
    connection.ensure_connection()
    with connection.wrap_database_errors:
        # Without Django's cursor, which costs more than the pragma.
        connection.connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")


def _answer(group: Sequence[_Waiting], outcomes: Sequence[Outcome]) -> None:
    """Wake every session of the group; one prompt for each loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Waiting, Outcome]]] = defaultdict(list)
    for waiting, outcome in zip(group, outcomes, strict=True):
        by_loop[waiting.loop].append((waiting, outcome))
    for loop, answers in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, answers)
        except RuntimeError:
            # The loop has ended: the client gets no reply and sends again; its copy will be
            # recognised.
            log.warning("A message was written whose client is gone")


def _settle(answers: Sequence[tuple[_Waiting, Outcome]]) -> None:
    for waiting, outcome in answers:
        if waiting.done.done():
            continue
        if isinstance(outcome, Exception):
            waiting.done.set_exception(outcome)
        else:
            waiting.done.set_result(outcome)
