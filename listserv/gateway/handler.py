"""Share what all sessions of one gateway need, and answer for a message and its recipients."""

import asyncio
import contextlib
import errno
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from django.conf import settings
from django.db.utils import InterfaceError, OperationalError

from hub.lib import metrics
from hub.lib.clients import client_key
from hub.lib.logs import event
from hub.lib.repeats import Repeats
from hub.lib.throttle import Throttle
from listserv.gateway import limits, lookups, message_log
from listserv.gateway.incoming import IncomingMessage
from listserv.gateway.reading import read
from listserv.gateway.recipients import RecentLists, Recipient
from listserv.gateway.spool import Spool
from listserv.gateway.threads import DatabaseThreads
from listserv.mail.auth import domain_checks

log = logging.getLogger(__name__)
MAX_RECIPIENTS = 20
# Recipients that do not exist, in one session; whoever asks for more is guessing names.
MAX_UNKNOWN = 20
# Seconds that messages already read get to be answered when the server stops.
GRACE = 5.0
SIGNED_OUT = "421 4.7.0 Your sign-in has ended. Sign in again."
# Seconds in which the last words reach clients whose mail is answered, or who have none under way.
FAREWELL = 0.5
# Threads that check passwords, apart from those of messages, and clients that may wait for them.
PASSWORD_THREADS = 2
MAX_SIGNING_IN = 40
# Bytes of a message that is read beside the others, so that those behind it need not wait.
LARGE = 50_000


class Conversation(Protocol):
    """A session, as the gateway sees it."""

    member_id: int | None
    mail_from: str | None
    utf8: bool
    recipients: list[Recipient]
    unknown: int
    receiving: bool
    # The client under which it counts among the connections, and since when it waits for a command;
    # empty, and 0, for not.
    counted: str
    waiting_since: float

    @property
    def client(self) -> str:
        """The address of the session's client."""

    @property
    def peer(self) -> str:
        """The address of the client whose message it is."""

    @property
    def is_relay(self) -> bool:
        """Whether a trusted relay is at the other end."""

    def end(self, reply: str = ...) -> None:
        """Say why, by default that the hub is being stopped, and close."""

    def abort(self) -> None:
        """Close without a word."""


class Gateway:
    """The threads, the spool, the counts and the limits of one server, and its sessions."""

    def __init__(self) -> None:
        self.threads = DatabaseThreads()
        self.passwords = DatabaseThreads(PASSWORD_THREADS, name="smtp-password")
        self.lists = RecentLists()
        self.spool = Spool()
        self.connections = Throttle(settings.HUB_SMTP_CONNECTIONS_PER_MINUTE)
        self.message_rate = Throttle(settings.HUB_SMTP_MAILS_PER_MINUTE)
        self.pressure = limits.Pressure(
            settings.HUB_DATA, settings.HUB_DISK_RESERVE * 1_000_000, lambda: self.spool.busy
        )
        self.database = Repeats(log, "The database work of the SMTP gateway")
        self.sessions: set[Conversation] = set()
        self.open: Counter[str] = Counter()  # connections of each client that is counted
        # Mails that are read and not yet answered.
        self.receiving = 0
        self.stopping = False
        self._ending: set[asyncio.Task[None]] = set()

    def greet(self, session: Conversation) -> str:
        """Return what a client is turned away with at its greeting, empty when it may go on."""
        self.leave(session)
        if limits.is_exempt(session.client):
            return ""
        client, most = client_key(session.client), settings.HUB_SMTP_CONNECTIONS_PER_CLIENT
        if most and self.open[client] >= most:
            return limits.too_many_at_once()
        seconds = self.connections.wait(client)
        if seconds:
            return limits.too_many_connections(seconds)
        self.open[client] += 1
        session.counted = client
        return ""

    def leave(self, session: Conversation) -> None:
        """Count a session no more among its client's."""
        if session.counted:
            self.open[session.counted] -= 1
            if not self.open[session.counted]:
                del self.open[session.counted]
        session.counted = ""

    def make_room(self) -> bool:
        """End the session that has waited longest for its client.

        Returns: False when none has waited for :data:`limits.IDLE_SECONDS`.
        """
        idle = [
            session for session in self.sessions if session.waiting_since and not session.is_relay
        ]
        longest = min(idle, key=lambda session: session.waiting_since, default=None)
        if longest is None or time.monotonic() - longest.waiting_since < limits.IDLE_SECONDS:
            return False
        longest.end(
            "421 4.3.2 Other clients are waiting, and you sent nothing for a while. Try again "
            "later."
        )
        return True

    async def sign_in(
        self, login: bytes, password: bytes, peer: str
    ) -> int | lookups.Refusal | None:
        """Check a password in threads of its own: messages do not wait for slow hashing."""
        if self.passwords.pending >= MAX_SIGNING_IN:
            return lookups.Refusal(
                "454 4.7.0 Too many sign-ins at this moment. Try again in a minute."
            )
        return await self.passwords.run(lookups.sign_in, login, password, peer)

    def begin(self, session: Conversation, mail_from: str) -> str:
        """Accept the reverse path of a message, or put the client off; return the reply."""
        refusal = self.pressure.refusal() or self._rate_refusal(session)
        if refusal:
            log.warning("Put off a message from %s: %s", session.peer, refusal)
            return refusal
        session.mail_from = mail_from
        return "250 2.1.0 OK"

    def _rate_refusal(self, session: Conversation) -> str:
        """Return the reply to a client that sends too much, empty when it does not."""
        if limits.is_exempt(session.peer):
            return ""
        # Many members may share one address, and one member have many: who signed in is counted
        # by name.
        client = f"member {session.member_id}"
        if session.member_id is None:
            client = client_key(session.peer)
        seconds = self.message_rate.wait(client)
        return limits.too_fast(seconds) if seconds else ""

    async def add_recipient(self, session: Conversation, address: str) -> str:
        """Accept a recipient that exists, refuse any other at once; return the reply."""
        if len(session.recipients) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients for one message; send it again for the rest."
        # A relay asks for many clients over one connection, and counts for each.
        if session.unknown >= MAX_UNKNOWN and not session.is_relay:
            return "421 4.7.0 Too many recipients that do not exist. Try again in another session."
        recipient: Recipient | lookups.Refusal | None
        recipient = lookups.look_up_recent(address, self.lists)
        if recipient is None:
            recipient = await self.threads.run(
                lookups.look_up, address, session.member_id, session.utf8, self.lists
            )
            self.database.worked()
        if isinstance(recipient, lookups.Refusal):
            session.unknown += 1
            metrics.recipients_refused.labels(recipient.reply[4:9].strip()).inc()
            # What stands behind a + may prove somebody: it is no part of the log.
            event(
                "recipient_refused",
                recipient=address.partition("+")[0],
                client=session.peer,
                reply=recipient.reply,
            )
            return recipient.reply
        session.recipients.append(recipient)
        return "250 2.1.5 OK"

    def try_again(self, error: Exception) -> str:
        """Note what failed on our side, and return the reply that asks the client to try again."""
        metrics.note_error(error, "smtp")
        # Every client asks in vain while the database is away: that is one fault, not one for each
        # of them.
        if isinstance(error, OperationalError | InterfaceError):
            self.database.failed(error, expected=True)
        else:
            log.error("An SMTP session failed", exc_info=error)
        if is_full(error):
            return "452 4.3.1 The hub's disk is full. Try again later."
        return "451 4.3.0 The hub could not do this now. Try again later."

    async def receive(self, incoming: IncomingMessage) -> str:
        """Evaluate a message, commit the outcome, then return the reply."""
        with metrics.message_seconds.time():
            return await self._receive(incoming)

    async def _receive(self, incoming: IncomingMessage) -> str:
        # What the guard refuses is looked at no further.
        large = await self.threads.run(read, incoming) if incoming.size > LARGE else None
        if (large is None or large.finding is None) and not incoming.is_for_machines:
            checks = await domain_checks.check(
                incoming, is_member=lambda address: self.threads.run(lookups.is_member, address)
            )
            if checks is not None:
                incoming = replace(incoming, checks=checks)
        evaluation = await self.spool.take(
            replace(large, incoming=incoming) if large is not None else incoming
        )
        message_log.note_message(incoming, evaluation)
        return evaluation.reply

    async def sign_out(self, payload: Mapping[str, Any]) -> None:
        """End the sessions of a member whose sign-ins or application passwords have ended."""
        member_id = payload.get("member", payload.get("mail"))
        for session in list(self.sessions):
            if session.member_id is None or session.member_id != member_id:
                continue
            task = asyncio.create_task(self._end_after_reply(session))
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def _end_after_reply(self, session: Conversation) -> None:
        await _until(lambda: not session.receiving, GRACE)
        session.end(SIGNED_OUT)

    async def close(self) -> None:
        """End the sessions, write what is queued, then let go of the database.

        Idle sessions end at once; messages that are read get :data:`GRACE` seconds to be answered.
        """
        self.stopping = True
        for session in list(self.sessions):
            session.end()
        await _until(lambda: not self.receiving, GRACE)
        await _until(lambda: not self.sessions, FAREWELL)
        await self._abort()
        await asyncio.to_thread(self.spool.stop)
        await asyncio.to_thread(self.passwords.close)
        await asyncio.to_thread(self.threads.close)
        # Whoever knocked at the last moment.
        await self._abort()

    async def _abort(self) -> None:
        for session in list(self.sessions):
            session.abort()
        await asyncio.sleep(0)


async def _until(done: Callable[[], bool], seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not done():
                await asyncio.sleep(0.01)


def is_full(error: BaseException) -> bool:
    """Whether a disk has no room: ours, or the database's."""
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    if not isinstance(error, OperationalError):
        return False
    # SQLite says it in words, PostgreSQL by its code.
    code = getattr(error.__cause__, "sqlstate", None)
    return code == "53100" or "disk is full" in str(error)
