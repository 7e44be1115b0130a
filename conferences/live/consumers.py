"""The sockets: ``/live/session/<id>/`` for a conference_session, ``/live/topic/<id>/`` for a topic.

What a socket may say is one thing, ``{"after": N}``: send what came after number N. It may say so
at any time, and is answered with frames in order. On entering a conference_session it gets
``{"kind": "hello", "seq", "state", "present", "now", "beat"}``; after ``beat`` seconds without any
other frame comes ``{}`` (record 0033). What cannot be read is answered with ``{"kind": "error",
"code": "bad-frame"}``, and one socket too many of a client with the code ``too-many`` before it is
closed (1013).
"""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from django.db.utils import DatabaseError

from conferences.frames import iso
from conferences.live import limits
from conferences.live.crowd import crowd
from conferences.live.room import LiveRoom, Seat, rooms
from conferences.live.sources import SessionSource, Source, TopicSource, must_set_up_factor
from hub.lib import clock
from hub.members.account.selectors import SocketSignIn, socket_sign_in
from hub.members.requests import as_member

if TYPE_CHECKING:
    from hub.members.models import Member

log = logging.getLogger(__name__)
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
TOO_MANY = '{"kind":"error","code":"too-many"}'
BAD_FRAME = '{"kind":"error","code":"bad-frame"}'
# Numbers of a log are smaller.
MAX_NUMBER = 2**31


class Allowance:
    """How much one socket may send: a burst, then a little each second.

    Clients are counted elsewhere (record 0018).
    """

    def __init__(self) -> None:
        self._left = float(limits.BURST)
        self._at = time.monotonic()

    def take(self, cost: int = 1) -> bool:
        """Spend; False when there is nothing left."""
        now = time.monotonic()
        self._left = min(float(limits.BURST), self._left + (now - self._at) * limits.RATE)
        self._at = now
        self._left -= cost
        return self._left >= 0


def number_after(text: str) -> int | None:
    """Return N of ``{"after": N}``, None for anything else."""
    try:
        request = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(request, dict):
        return None
    number = request.get("after")
    # True and False are no numbers here.
    if type(number) is not int or not 0 <= number < MAX_NUMBER:
        return None
    return number


def number_asked_for(message: Message, allowance: Allowance) -> int | None:
    """Return the number a message asks for, None for one that cannot be read.

    Raises: Ended, where the message ends the socket.
    """
    text = message.get("text")
    if text is None:
        raise Ended(limits.BINARY)
    if len(text) > limits.MAX_MESSAGE:
        raise Ended(limits.TOO_LONG)
    number = number_after(text)
    cost = limits.BAD_COSTS if number is None else 1
    if not allowance.take(cost):
        raise Ended(limits.BAD_CONDUCT)
    return number


class Ended(Exception):
    """A socket's conduct ends it; ``code`` is the close code, None when the other side has gone."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


async def _read(receive: Receive, seat: Seat) -> None:
    allowance = Allowance()
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            raise Ended(None)
        number = number_asked_for(message, allowance)
        seat.offer((0, BAD_FRAME) if number is None else number)


async def _push(send: Send, text: str) -> None:
    try:
        await send({"type": "websocket.send", "text": text})
    except (OSError, RuntimeError):
        # The server has begun to close, for a reason of its own or of the other side.
        raise Ended(None) from None


async def _write(send: Send, room: LiveRoom, seat: Seat, sent: int) -> None:
    """Send what is queued, in the order of the log.

    Args: sent, the number that the socket has been told of.
    """
    while True:
        item = await seat.queue.get()
        if isinstance(item, int):
            sent = max(sent, await _resume(send, room, seat, item))
        else:
            number, text = item
            # Number 0 stands in no log; what the socket resumed from has been sent.
            if number == 0 or number > sent:
                await _push(send, text)
                sent = max(sent, number)
        seat.frames_sent += 1


async def _resume(send: Send, room: LiveRoom, seat: Seat, after: int) -> int:
    while frames := await room.since(after):
        for number, text in frames:
            await _push(send, text)
            seat.frames_sent += 1
            after = number
        if not room.source.counts_people:
            # A prompt says "up to here": one is enough.
            break
    return min(after, room.last)


def _reason(error: BaseException | None) -> int | None:
    """Return the close code for how a socket's reader or writer ended."""
    if isinstance(error, Ended):
        return error.code
    if error is None:
        return None
    log.error("A socket failed", exc_info=error)
    return limits.COME_BACK_LATER


async def _sit(room: LiveRoom, seat: Seat, receive: Receive, send: Send, sent: int) -> int | None:
    """Serve a seat until either side ends it.

    Returns: the close code, None when the socket has gone.
    """
    tasks = [
        asyncio.create_task(_read(receive, seat)),
        asyncio.create_task(_write(send, room, seat, sent)),
    ]
    ends: list[asyncio.Future[Any]] = [*tasks, seat.over]
    try:
        await asyncio.wait(ends, timeout=_lifetime(seat), return_when=asyncio.FIRST_COMPLETED)
        if seat.over.done():
            return seat.over.result()
        for task in tasks:
            if task.done():
                return _reason(task.exception())
        return limits.RENEW
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _close(send: Send, code: int) -> None:
    try:
        async with asyncio.timeout(limits.CLOSING):
            await send({"type": "websocket.close", "code": code})
    except (OSError, RuntimeError, TimeoutError):
        # Gone already, or so slow that not even the farewell gets through: the connection ends with
        # the call.
        log.debug("A socket did not take its closing code %s", code)


def _lifetime(seat: Seat) -> float:
    """Return the seconds a socket may live: no longer than its sign-in."""
    if seat.sign_in is None or seat.sign_in.expires_at is None:
        return limits.LIFETIME
    seconds_left = (seat.sign_in.expires_at - clock.now()).total_seconds()
    return max(0.0, min(limits.LIFETIME, seconds_left))


async def _follow(
    source: Source,
    member: "Member | None",
    sign_in: SocketSignIn | None,
    receive: Receive,
    send: Send,
) -> None:
    room, seat = rooms.enter(source, member, sign_in)
    try:
        async with asyncio.timeout(limits.READY):
            await room.ready.wait()
            # Who signed out while the socket opened was not heard by the room yet.
            await room.check_sign_ins({seat})
        sent = room.last
        if isinstance(source, SessionSource):
            hello = {
                "kind": "hello",
                "seq": sent,
                "state": source.state,
                "present": room.presence.total(),
                "now": iso(clock.now()),
                "beat": source.beat,
            }
            await _push(send, json.dumps(hello))
        code = await _sit(room, seat, receive, send, sent)
    except TimeoutError:
        code = limits.COME_BACK_LATER
    except Ended as ended:
        code = ended.code
    finally:
        rooms.leave(room, seat)
    if code is not None:
        await _close(send, code)


async def _serve(
    find: Callable[..., Awaitable[Source | None]], scope: Message, receive: Receive, send: Send
) -> None:
    await receive()
    # A code is only seen by a browser after the handshake, so hidden and missing rooms are accepted
    # and closed.
    try:
        await send({"type": "websocket.accept"})
    except OSError:
        return
    member = as_member(scope.get("user"))
    host, _port = scope.get("client") or ("", 0)
    with crowd.place(host, member) as has_place:
        if has_place:
            await _serve_known(find, member, scope, receive, send)
        else:
            with contextlib.suppress(Ended):
                await _push(send, TOO_MANY)
            await _close(send, limits.COME_BACK_LATER)


async def _serve_known(
    find: Callable[..., Awaitable[Source | None]],
    member: "Member | None",
    scope: Message,
    receive: Receive,
    send: Send,
) -> None:
    try:
        source = None
        if not await must_set_up_factor(member):
            source = await find(member, scope["url_route"]["kwargs"]["pk"])
    except DatabaseError:
        log.exception("A socket could not be admitted")
        await _close(send, limits.COME_BACK_LATER)
        return
    if source is None:
        await _close(send, limits.NOT_FOUND)
        return
    await _follow(source, member, socket_sign_in(scope.get("session")), receive, send)


async def session_socket(scope: Message, receive: Receive, send: Send) -> None:
    """Follow the log of a conference_session."""
    await _serve(SessionSource.find, scope, receive, send)


async def topic_socket(scope: Message, receive: Receive, send: Send) -> None:
    """Follow a topic."""
    await _serve(TopicSource.find, scope, receive, send)


async def no_socket(scope: Message, receive: Receive, send: Send) -> None:
    """Answer an address at which there is no socket as if it were hidden."""
    await receive()
    try:
        await send({"type": "websocket.accept"})
    except OSError:
        return
    await _close(send, limits.NOT_FOUND)
