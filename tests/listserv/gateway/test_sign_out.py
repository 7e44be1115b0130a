"""A mail session ends with what it was opened by: the account, the password, an application password."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections

from hub.lib.bus import bus
from hub.lib.clock import now
from hub.members.account import services as account
from listserv.gateway import server
from tests.listserv.gateway.conftest import SmtpServer, start

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listening(transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmtpServer]:
    """A server in a loop with the bus, as each process of the hub has it."""
    serve = server.serve

    async def with_bus(stop: asyncio.Event) -> None:
        task = asyncio.create_task(bus.run())
        try:
            await serve(stop)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    monkeypatch.setattr(server, "serve", with_bus)
    running = start(settings)
    yield running
    running.stop()
    connections.close_all()


def new_password(people: Any) -> None:
    """Set another password."""
    people.amina.set_password("violet pollen 77")
    people.amina.save()


def deactivate(people: Any) -> None:
    """Take the right to sign in."""
    people.amina.is_active = False
    people.amina.save()


def take_back(people: Any) -> None:
    """Remove an application password."""
    row, _secret = account.create_application_password(member=people.amina, label="Phone", now=now())
    account.remove_application_password(member=people.amina, pk=row.pk)


def everywhere(people: Any) -> None:
    """Sign out everywhere."""
    account.end_all_sign_ins(member=people.amina)


@pytest.mark.parametrize("act", [new_password, deactivate, take_back, everywhere])
def test_a_mail_session_ends_with_its_sign_in_and_others_stay(listening, people, act):
    with listening.client(people.amina) as amina, listening.client(people.boris) as boris:
        act(people)
        # The server says so by itself, before the next command.
        assert amina.getreply() == (421, b"4.7.0 Your sign-in has ended. Sign in again.")
        amina.close()
        assert boris.noop()[0] == 250
