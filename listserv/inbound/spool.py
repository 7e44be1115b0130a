"""Commit mails of all waiting sessions together; ``250`` is said after the commit, never before.

One thread writes. While a commit waits for the disk, the next mails gather, and the next commit takes them all
(``performance.md``: 1,449 mails/s in groups against 1,176 one by one). The rows, the letters that ask for a
confirmation and the outcome of refused mails are one transaction.
"""

import asyncio
import logging
import queue
import threading
from dataclasses import dataclass, field

from django.db import connections, transaction

from hub.lib.bus import wake
from listserv.inbound import letters
from listserv.inbound.judge import Judgement
from listserv.inbound.threads import refresh_connections
from listserv.models import InboundMail

log = logging.getLogger(__name__)
# Mails in one commit; more wait for the next.
GROUP = 100


@dataclass
class _Waiting:
    judgement: Judgement
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[None]" = field(repr=False)


class Spool:
    """The one writer."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="smtp-spool", daemon=True)

    def start(self) -> None:
        """Start the writer's thread."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is queued, then end the thread; blocks."""
        self._queue.put(None)
        self._thread.join(20)

    async def commit(self, judgement: Judgement) -> None:
        """Return once the rows are on disk.

        Raises: whatever the database raised; then nothing of the mail is kept and the client must try again.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(judgement, loop, loop.create_future())
        self._queue.put(waiting)
        await waiting.done

    def _run(self) -> None:
        while True:
            group, last = self._gather()
            if group:
                self._write(group)
            if last:
                break
        connections.close_all()

    def _gather(self) -> tuple[list[_Waiting], bool]:
        found = self._queue.get()
        group: list[_Waiting] = []
        while found is not None:
            group.append(found)
            if len(group) >= GROUP:
                return group, False
            try:
                found = self._queue.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _write(self, group: list[_Waiting]) -> None:
        try:
            refresh_connections()
            write([waiting.judgement for waiting in group])
        except Exception as error:
            connections.close_all()
            if len(group) > 1:
                # One of them may be to blame: each for itself.
                for waiting in group:
                    self._write([waiting])
                return
            log.exception("A mail could not be written")
            _answer(group[0], error)
        else:
            for waiting in group:
                _answer(waiting, None)


def write(judgements: list[Judgement]) -> None:
    """Write the rows of several mails in one transaction. Queries: 1, and those of letters."""
    with transaction.atomic():
        rows = [row for judgement in judgements for row in judgement.rows]
        for row in rows:
            row.pk = None
        InboundMail.objects.bulk_create(rows)
        for judgement in judgements:
            for row in judgement.rows:
                if row.state == InboundMail.State.HELD:
                    letters.ask_to_confirm(row)
            for row in judgement.untold:
                letters.tell_refused(row)
        if any(row.state == InboundMail.State.QUEUED for row in rows):
            wake("inbound")


def _answer(waiting: _Waiting, error: Exception | None) -> None:
    def settle() -> None:
        if waiting.done.done():
            return
        if error is None:
            waiting.done.set_result(None)
        else:
            waiting.done.set_exception(error)

    try:
        waiting.loop.call_soon_threadsafe(settle)
    except RuntimeError:
        # The loop has ended: the client gets no reply and sends again; its copy will be recognised.
        log.warning("A mail was written whose client is gone")
