"""A room in this process: one subscription of the bus, one encoded frame, many bounded queues."""

import asyncio
import itertools
import logging
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from django.db.utils import Error as DatabaseError

from conferences.live import limits
from conferences.live.presence import Presence
from conferences.live.sources import Frame, Source, prompt, still_signed_in
from hub.lib import metrics
from hub.lib.bus import bus
from hub.lib.repeats import Repeats
from hub.members.account.selectors import SocketSignIn
from hub.members.sessions import SIGN_IN_ENDED

if TYPE_CHECKING:
    from hub.members.models import Member

log = logging.getLogger(__name__)
# People wait in the room: it looks for its database at least so often.
LONGEST_WAIT_SECONDS = 4.0
# Frames that are put into the queues between two pauses.
PAUSE = limits.QUEUE // 4
# A sign of life for who hears nothing else: a frame without a number or a kind.
BEAT = "{}"


class Seat:
    """One socket's place in a room: its queue, and the code to close with once it is over.

    ``frames_sent`` is counted by its writer: one that takes nothing any more has a dead line.
    """

    _numbers = itertools.count()

    def __init__(self, member: "Member | None", sign_in: SocketSignIn | None = None) -> None:
        self.member_id: int | None = None
        # A visitor's session holds nothing.
        self.sign_in: SocketSignIn | None = None
        if member is not None:
            self.member_id, self.sign_in = member.pk, sign_in
        # A frame to send, or the number after which to send the log again.
        self.queue: asyncio.Queue[Frame | int] = asyncio.Queue(limits.QUEUE)
        self.over: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.slice = next(self._numbers) % limits.SLICES
        self.frames_sent = 0
        self._sent_before = -1
        self._beats_stuck = 0

    @property
    def mark(self) -> str | None:
        """The mark of the sign-in that the socket came with, None for a visitor's."""
        if self.sign_in is None:
            return None
        return self.sign_in.mark

    def beat(self) -> None:
        """Queue a sign of life, unless something waits.

        A socket that takes nothing for some beats goes.
        """
        if self.queue.empty():
            self.queue.put_nowait((0, BEAT))
            self._beats_stuck = 0
        elif self.frames_sent == self._sent_before:
            self._beats_stuck += 1
            if self._beats_stuck >= limits.STUCK_BEATS:
                self.end(limits.COME_BACK_LATER)
        self._sent_before = self.frames_sent

    def offer(self, item: Frame | int) -> None:
        """Queue something; a socket that is too far behind goes, and never holds up the room."""
        try:
            self.queue.put_nowait(item)
        except asyncio.QueueFull:
            self.end(limits.COME_BACK_LATER)

    def end(self, code: int) -> None:
        """Close with a code; the first one counts."""
        if not self.is_over:
            self.over.set_result(code)

    @property
    def is_over(self) -> bool:
        """Whether the socket is to be closed."""
        return self.over.done()


class Recent:
    """The newest frames, up to a number of characters."""

    def __init__(self) -> None:
        self._frames: deque[Frame] = deque()
        self._size = 0

    def add(self, frame: Frame) -> None:
        """Keep a frame, and forget the oldest ones that no longer fit."""
        self._frames.append(frame)
        self._size += len(frame[1])
        while self._size > limits.RECENT:
            self._size -= len(self._frames.popleft()[1])

    def after(self, number: int) -> list[Frame] | None:
        """Return the frames after a number, None when they are not all here."""
        if not self._frames or self._frames[0][0] > number + 1:
            return None
        return [frame for frame in self._frames if frame[0] > number]


class LiveRoom:
    """Everybody in this process who follows one source."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.seats: set[Seat] = set()
        self.ready = asyncio.Event()
        self.last = 0
        self.presence = Presence(source.topic, self.people, self.broadcast)
        self._recent = Recent()
        self._ahead: dict[int, str] = {}  # number -> frame that came with its prompt
        self._woken = asyncio.Event()
        self._sent_at = float("-inf")  # when, in seconds, everybody was sent something
        self.repeats = Repeats(log, f"Reading the log of {source.topic}")
        self._checks: set[asyncio.Task[None]] = set()
        # When to look at the seats again; who comes in is looked at then.
        self._check_at = time.monotonic() + source.poll * 0.9
        self.task = asyncio.create_task(self._run(), name=source.topic)

    def windows_of(self, member_id: int) -> int:
        """Return how many sockets a member has here."""
        return sum(seat.member_id == member_id for seat in self.seats)

    def people(self) -> int:
        """Return how many people are here; the public counts by sockets."""
        known = {seat.member_id for seat in self.seats if seat.member_id is not None}
        return len(known) + sum(seat.member_id is None for seat in self.seats)

    def broadcast(self, text: str) -> None:
        """Send everybody a frame that stands in no log."""
        self._sent_at = time.monotonic()
        for seat in self.seats:
            seat.offer((0, text))

    async def since(self, number: int) -> list[Frame]:
        """Return a page of frames after a number, from memory when they are there."""
        if number >= self.last:
            return []
        recent = self._recent.after(number)
        if recent is None:
            return await self.source.after(number)
        return recent

    async def _hear(self, payload: dict[str, Any]) -> None:
        if "present" in payload:
            self.presence.hear(payload)
        elif not self.source.counts_people:
            # A topic's prompts have no order of their own: an approved contribution is older than
            # its news.
            self.last = max(self.last, payload["seq"])
            self.broadcast(prompt(payload["seq"]))
        else:
            if payload.get("frame") and len(self._ahead) < limits.QUEUE:
                self._ahead[payload["seq"]] = payload["frame"]
            self._woken.set()

    def _emit(self, frame: Frame) -> None:
        self.last = frame[0]
        self._sent_at = time.monotonic()
        self._recent.add(frame)
        for seat in self.seats:
            seat.offer(frame)

    async def _catch_up(self) -> None:
        """Send on what came with prompts in order; where a number is missing, read the log."""
        if not self._ahead:
            await self._read_log()
        self._emit_ahead()
        while self._ahead:
            if not await self._read_log():
                # What came ahead is not in the log: another database, or a clock of its own. Only
                # the log counts.
                self._ahead.clear()
            self._emit_ahead()

    def _emit_ahead(self) -> None:
        """Send on what came with prompts, as far as no number is missing."""
        while (text := self._ahead.pop(self.last + 1, None)) is not None:
            self._emit((self.last + 1, text))
        self._ahead = {number: text for number, text in self._ahead.items() if number > self.last}

    async def _read_log(self) -> bool:
        """Send on a page of the log; return whether there was anything new in it."""
        frames = await self.source.after(self.last)
        for frame in frames:
            number, _text = frame
            if number > self.last:
                self._emit(frame)
            if number % PAUSE == 0:
                # A page is longer than a queue: let the sockets write before there is more.
                await asyncio.sleep(0)
        return bool(frames)

    async def _recheck(self, payload: dict[str, Any]) -> None:
        member_id = payload.get("member")
        if any(seat.member_id == member_id for seat in self.seats):
            task = asyncio.create_task(self._check(member_id))
            self._checks.add(task)
            task.add_done_callback(self._checks.discard)

    async def _check(self, member_id: Any) -> None:
        try:
            allowed = await self.source.may_follow(member_id)
            if not allowed:
                # Whose sign-in has ended as well is told that, whichever prompt came first.
                await self.check_sign_ins(
                    {seat for seat in self.seats if seat.member_id == member_id}
                )
        except Exception:
            log.exception("The rights in %s could not be checked", self.source.topic)
            allowed = False
        if not allowed:
            for seat in [seat for seat in self.seats if seat.member_id == member_id]:
                seat.end(limits.REMOVED)

    async def _sign_out(self, payload: dict[str, Any]) -> None:
        """End the sockets of a sign-in that has ended, or of all of a member's.

        Those who signed in anew come back.
        """
        # Visitors have no sign-in that could end.
        members = [seat for seat in self.seats if seat.member_id is not None]
        mark, member_id = payload.get("session") or "", payload.get("member")
        for seat in members:
            if seat.mark == mark or seat.member_id == member_id:
                seat.end(limits.RENEW)

    async def check_sign_ins(self, seats: "set[Seat] | None" = None) -> None:
        """End the sockets whose sign-in is gone, by the rows: a prompt may have been lost.

        Args: seats, to look at; None for all of them. Queries: 1, or none.
        """
        by_mark: dict[str, list[Seat]] = {}
        for seat in self.seats if seats is None else seats:
            if seat.mark is not None and not seat.is_over:
                by_mark.setdefault(seat.mark, []).append(seat)
        if not by_mark:
            return
        signed_in = list(itertools.chain.from_iterable(by_mark.values()))
        members = {seat.member_id for seat in signed_in if seat.member_id is not None}
        valid_marks = await still_signed_in(set(by_mark), members)
        for mark in by_mark.keys() - valid_marks:
            for seat in by_mark[mark]:
                seat.end(limits.RENEW)

    async def _check_seats(self) -> None:
        """Look at who is here, also while prompts keep coming.

        The public may be shut out without a prompt.
        """
        self._check_at = time.monotonic() + self.source.poll * 0.9
        await self.check_sign_ins()
        visitors = [seat for seat in self.seats if seat.member_id is None and not seat.is_over]
        if visitors and not await self.source.may_follow(None):
            for seat in visitors:
                seat.end(limits.REMOVED)

    async def _run(self) -> None:
        handlers = {
            self.source.topic: self._hear,
            f"membership.{self.source.forum_id}": self._recheck,
            SIGN_IN_ENDED: self._sign_out,
        }
        for topic, handler in handlers.items():
            try:
                await bus.subscribe(topic, handler)
            except Exception:
                # The bus subscribes again by itself when the layer is back; until then the room
                # looks at the rows.
                log.warning("The channel layer does not answer; %s is followed by its rows", topic)
        besides = [asyncio.create_task(self.presence.run()), asyncio.create_task(self._beat())]
        try:
            while True:
                try:
                    await self._follow()
                except Exception as error:
                    metrics.note_error(error, "live")
                    self.repeats.failed(error, expected=isinstance(error, DatabaseError))
                    await asyncio.sleep(min(self.repeats.wait, LONGEST_WAIT_SECONDS))
        finally:
            for task in besides:
                task.cancel()
            for topic, handler in handlers.items():
                await bus.unsubscribe(topic, handler)

    async def _beat(self) -> None:
        for turn in itertools.count():
            await asyncio.sleep(self.source.beat / limits.SLICES)
            self.beat(turn)

    def beat(self, turn: int) -> None:
        """Let a slice of the seats hear something, unless everybody just has."""
        if time.monotonic() - self._sent_at < self.source.beat / limits.SLICES:
            return
        for seat in [seat for seat in self.seats if seat.slice == turn % limits.SLICES]:
            seat.beat()

    async def _follow(self) -> None:
        if not self.ready.is_set():
            self.last = await self.source.newest()
            self.ready.set()
        while True:
            try:
                async with asyncio.timeout(self.source.poll):
                    await self._woken.wait()
            except TimeoutError:
                if self.source.counts_people:
                    self.presence.announce()
            if time.monotonic() >= self._check_at:
                await self._check_seats()
            self._woken.clear()
            await self._catch_up()
            self.repeats.worked()


class Rooms:
    """The rooms of this process."""

    def __init__(self) -> None:
        self._rooms: dict[str, LiveRoom] = {}

    def enter(
        self, source: Source, member: "Member | None", sign_in: SocketSignIn | None = None
    ) -> tuple[LiveRoom, Seat]:
        """Return the source's room and a seat in it.

        A member with too many windows gets a seat that is over.
        """
        room = self._rooms.get(source.topic)
        if room is None or room.task.done():
            room = self._rooms[source.topic] = LiveRoom(source)
        seat = Seat(member, sign_in)
        if member is not None and room.windows_of(member.pk) >= limits.MAX_WINDOWS:
            seat.end(limits.BAD_CONDUCT)
        room.seats.add(seat)
        room.presence.change()
        return room, seat

    def leave(self, room: LiveRoom, seat: Seat) -> None:
        """Give a seat back; an empty room is closed."""
        room.seats.discard(seat)
        if room.seats:
            room.presence.change()
            return
        if room.source.counts_people:
            room.presence.leave()
        room.task.cancel()
        if self._rooms.get(room.source.topic) is room:
            del self._rooms[room.source.topic]


rooms = Rooms()
