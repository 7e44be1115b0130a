"""Hand mail to the relay: a pipelining SMTP client over a few kept connections.

A connection that breaks is opened once more, and what had no answer is said again, so a recipient
may get a second copy under the same Message-ID and never none. A relay that hangs is left alone:
the copies become retries. One that does not let us in is no relay: nothing was said, and everything
waits.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence

from hub.lib import metrics
from hub.lib.endpoints import Endpoint, RelayAddress
from hub.lib.logs import without_people
from listserv.mail.smtp.batch_work import TRIES, Work
from listserv.mail.smtp.flows import flow_for
from listserv.mail.smtp.progress import RENEW_SECONDS
from listserv.mail.smtp.transport import DeliveryResult, Envelope
from listserv.mail.smtp.wire import CONNECT_SECONDS, Wire, connect

log = logging.getLogger(__name__)
LANES = 4  # connections
WORTH_A_LANE = 16  # copies for which another connection is opened
REPLY_SECONDS = 60.0
# A batch ends after this many seconds whatever the relay does; the workers' leases are longer.
BATCH_SECONDS = 150.0
IDLE_SECONDS = 30.0
# A connection that was used a moment ago needs no asking whether it still answers.
FRESH_SECONDS = 1.0


class Relay:
    """The transport to an MTA; made in and used by one thread, whose event loop it keeps.

    Args: ``address``, where it is; an endpoint alone is one without sign-in. ``helo``, our name.
    """

    def __init__(
        self, address: Endpoint, *, helo: str, reply_seconds: float = REPLY_SECONDS
    ) -> None:
        if not isinstance(address, RelayAddress):
            address = RelayAddress(address.host, address.port)
        self.address = address
        self.helo, self.reply_seconds = helo, reply_seconds
        self._runner = asyncio.Runner()
        self._idle: list[tuple[float, Wire]] = []  # when it was last used

    def send(self, batch: Sequence[Envelope]) -> list[DeliveryResult]:
        """Send a batch over up to :data:`LANES` connections.

        The loop stands still while results are saved: the database is asked by the thread whose
        connection it is.
        """
        if not batch:
            return []
        loop, deadline = self._runner.get_loop(), time.monotonic() + BATCH_SECONDS
        # A pause: the loop ends its turn, and goes on when it is run again.
        work = Work(batch, loop.stop)
        lanes = self._runner.run(self._start(work))
        lanes.add_done_callback(lambda _lanes: loop.stop())
        try:
            while not lanes.done() and time.monotonic() < deadline:
                timer = loop.call_later(min(RENEW_SECONDS, deadline - time.monotonic()), loop.stop)
                loop.run_forever()
                timer.cancel()
                if not lanes.done():
                    work.save()
                    loop.call_soon(work.release)
        finally:
            self._runner.run(_end(lanes))
        return work.outcome()

    def close(self) -> None:
        """Close the kept connections and the loop."""
        self._runner.run(self._close_idle(0))
        self._runner.close()

    async def _close_idle(self, seconds: float) -> None:
        since = time.monotonic() - seconds
        late = [wire for used_at, wire in self._idle if used_at <= since]
        self._idle = [(used_at, wire) for used_at, wire in self._idle if used_at > since]
        for wire in late:
            await wire.close()

    async def _start(self, work: Work) -> "asyncio.Future[list[None]]":
        await self._close_idle(IDLE_SECONDS)
        ahead = len(work.batch)
        if work.progress is not None:
            ahead = min(work.progress.ahead, ahead)
        lanes = min(LANES, -(-ahead // WORTH_A_LANE))
        return asyncio.gather(*(self._lane(work) for _ in range(lanes)))

    async def _lane(self, work: Work) -> None:
        """Work on one connection until nothing is left; open it a second time when it breaks."""
        for _ in range(TRIES):
            wire, flow = None, None
            try:
                wire = await self._wire()
                flow = flow_for(wire, work)
                await flow.run()
            except (
                OSError,
                asyncio.CancelledError,
            ) as error:  # TimeoutError, Dropped and SSLError are OSErrors.
                reason = str(error) or "no answer in time"
                metrics.relay_disconnects.inc()
                log.info("The relay %s: %s", self.address, without_people(reason))
                hung = isinstance(error, TimeoutError | asyncio.CancelledError)
                on_the_wire: Sequence[int] = ()
                if flow is not None:
                    on_the_wire = flow.in_flight
                work.give_back(on_the_wire, reason, again=not hung)
                if wire is not None:
                    await wire.close()
                if hung:
                    return
            else:
                self._idle.append((time.monotonic(), wire))
                return

    async def _wire(self) -> Wire:
        """Return a kept connection that still answers, or a new one."""
        # Once round the loop: a connection that was closed meanwhile has said so by then.
        await asyncio.sleep(0)
        while self._idle:
            used_at, wire = self._idle.pop()
            if wire.error is None:
                if time.monotonic() - used_at < FRESH_SECONDS:
                    return wire
                with contextlib.suppress(OSError):
                    async with asyncio.timeout(CONNECT_SECONDS):
                        if (await wire.command(b"NOOP"))[:3] == b"250":
                            return wire
            await wire.close()
        return await connect(self.address, self.helo, self.reply_seconds)


async def _end(lanes: "asyncio.Future[list[None]]") -> None:
    """Cancel what is still running, and wait until it has let go."""
    lanes.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await lanes
