"""How many sockets strangers may hold: of one client, and all of them together in this process."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.conf import settings

from conferences.live import limits
from hub.lib.clients import client_key, is_loopback

if TYPE_CHECKING:
    from hub.members.models import Member


class Crowd:
    """Counts the open sockets of visitors; a client with none is not remembered.

    Members are counted by their windows (:class:`conferences.live.room.Rooms`). A client on this
    host is counted in the total alone: behind a proxy that nobody named it would stand for
    everybody.
    """

    def __init__(self) -> None:
        self._of_client: Counter[str] = Counter()
        self.total = 0

    @contextlib.contextmanager
    def place(self, host: str, member: "Member | None") -> Iterator[bool]:
        """Hold a place as long as the socket is open; gives False when there is none."""
        if member is not None:
            yield True
            return
        client = client_key(host)
        of_client = 0 if is_loopback(host) else settings.HUB_SOCKETS_PER_CLIENT
        is_full = self.total >= limits.MAX_ANONYMOUS
        has_too_many = of_client > 0 and self._of_client[client] >= of_client
        if is_full or has_too_many:
            yield False
            return
        self.total += 1
        self._of_client[client] += 1
        try:
            yield True
        finally:
            self.total -= 1
            self._of_client[client] -= 1
            if not self._of_client[client]:
                del self._of_client[client]


crowd = Crowd()
