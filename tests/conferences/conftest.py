"""A conference in the tests: its people, one conference_session with two items, and a hub that really serves."""

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils.module_loading import import_string
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from conferences import services
from conferences.models import AgendaItem, Conference, ConferenceSession, Event
from hub.lib.bus import bus


@dataclass
class LiveSession:
    """Chen chairs, Amina and Boris take part, Oona observes, Rosa keeps the record; Stella is a stranger here."""

    conference: Conference
    pk: int
    items: list[AgendaItem]
    now: datetime
    amina: Any
    boris: Any
    chen: Any
    oona: Any
    rosa: Any
    stella: Any
    sofia: Any

    @property
    def forum_id(self) -> int:
        """The conference's forum."""
        return int(self.conference.forum_id)

    @property
    def row(self) -> ConferenceSession:
        """The conference_session as it stands in the database."""
        return ConferenceSession.objects.select_related("conference__forum__policy", "current_item").get(pk=self.pk)

    def kinds(self) -> list[str]:
        """The log as a list of kinds; fails when a number is missing."""
        rows = list(Event.objects.filter(conference_session=self.pk).order_by("seq").values_list("seq", "kind"))
        assert [seq for seq, _kind in rows] == list(range(1, len(rows) + 1))
        return [kind for _seq, kind in rows]

    def open(self, **kwargs: Any) -> ConferenceSession:
        """Let the chair open."""
        return services.open_session(conference_session_id=self.pk, actor=self.chen, now=self.now, **kwargs)

    def floor_to(self, member: Any, *, seconds: int = 180) -> Any:
        """Let a member ask and the chair give."""
        request = services.ask_for_floor(conference_session_id=self.pk, member=member, now=self.now)
        return services.give_floor(request_id=request.pk, actor=self.chen, now=self.now, seconds=seconds)

    def say(self, member: Any, text: str = "I support the draft.", **kwargs: Any) -> Any:
        """Let a member intervene live."""
        kwargs.setdefault("now", self.now)
        return services.intervene(conference_session_id=self.pk, member=member, text=text, **kwargs)


def gather(make_member: Any, now: datetime) -> LiveSession:
    """Convene the conference of the tests."""
    people = {
        "amina": make_member("Amina Diallo", password="a long password", country="SN"),
        "boris": make_member("Boris Horvat", password="a long password", country="HR"),
        "chen": make_member("Chen Wei", password="a long password", country="CN"),
        "oona": make_member("Oona Virtanen", country="FI"),
        "rosa": make_member("Rosa Quispe", country="PE", organisation="Ministry of Environment"),
        "stella": make_member("Stella Moreno", country="PE"),
        "sofia": make_member("Sofia Lind", password="a long password", is_staff=True),
    }
    roles = {"amina": "participant", "boris": "participant", "chen": "chair", "oona": "observer", "rosa": "rapporteur"}
    conference = services.convene_conference(
        name="Field trials near borders",
        slug="field-trials",
        background="Why we *meet*.",
        actor=people["sofia"],
        starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=10),
        people={people[name]: role for name, role in roles.items()},
        now=now - timedelta(days=2),
    )
    live_session = services.schedule_session(
        conference_id=conference.pk,
        title="First session",
        opens_at=now,
        closes_at=now + timedelta(hours=2),
        actor=people["chen"],
        items=["Isolation distances", "Notification"],
        now=now - timedelta(days=1),
    )
    return LiveSession(
        conference=conference, pk=live_session.pk, items=list(live_session.items.all()), now=now, **people
    )


@pytest.fixture
def live_session(make_member: Any, now: datetime) -> LiveSession:
    """A conference_session that is scheduled for now and not open yet."""
    return gather(make_member, now)


@pytest.fixture
def open_live_session(live_session: LiveSession) -> Iterator[LiveSession]:
    """A conference_session that the chair has opened on its first item."""
    live_session.open()
    return live_session


class Serving:
    """The hub's real ASGI application behind uvicorn, in a thread with the bus; ``socket`` connects as a member."""

    def __init__(self, **options: Any) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        # Small and inherited by each connection: else the kernel takes megabytes for a reader who does not read.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        self.port = self._socket.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        config = uvicorn.Config(
            import_string(settings.ASGI_APPLICATION),
            lifespan="off",
            ws="websockets-sansio",
            ws_max_size=16_384,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
            **options,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    async def _serve(self) -> None:
        listening = asyncio.create_task(bus.run())
        self._server.capture_signals = contextlib.nullcontext
        await self._server.serve(sockets=[self._socket])
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)

    def start(self) -> None:
        """Start and wait until it answers; its threads keep no connection, since they end with the test."""
        self._age = connections.settings["default"]["CONN_MAX_AGE"]
        connections.settings["default"]["CONN_MAX_AGE"] = 0
        self._thread.start()
        deadline = time.monotonic() + 60
        while not self._server.started:
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def stop(self) -> None:
        """Stop and wait for every thread."""
        self._server.should_exit = True
        self._thread.join(60)
        connections.settings["default"]["CONN_MAX_AGE"] = self._age
        assert not self._thread.is_alive()
        self._socket.close()

    def cookie(self, member: Any) -> str:
        """Return the cookie of a member who is signed in."""
        client = Client()
        client.force_login(member)
        return f"sessionid={client.cookies['sessionid'].value}"

    def connect(self, path: str, member: Any = None, *, cookie: str = "", **options: Any) -> ClientConnection:
        """Open a socket, in a browser of its own or in the one that has the cookie."""
        cookie = cookie or (self.cookie(member) if member is not None else "")
        headers = {**options.pop("headers", {}), **({"Cookie": cookie} if cookie else {})}
        options.setdefault("origin", self.origin)
        return connect(
            f"ws://127.0.0.1:{self.port}{path}", additional_headers=headers, proxy=None, compression=None, **options
        )


@pytest.fixture
def serving(transactional_db: None) -> Iterator[Serving]:
    """Serve the hub for one test."""
    server = Serving()
    server.start()
    yield server
    server.stop()


def frame(connection: ClientConnection, *kinds: str, timeout: float = 30) -> dict[str, Any]:
    """Return the next frame of one of the kinds (of any, when none is named); presence and beats are passed over."""
    deadline = time.monotonic() + timeout
    while True:
        received = json.loads(connection.recv(timeout=max(0.01, deadline - time.monotonic())))
        if received.get("kind") in kinds or (not kinds and received and received.get("kind") != "presence"):
            return dict(received)


def closing_code(connection: ClientConnection, timeout: float = 30) -> int | None:
    """Read until the socket is closed and return its code."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            connection.recv(timeout=max(0.01, deadline - time.monotonic()))
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None
