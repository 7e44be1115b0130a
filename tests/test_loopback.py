"""The guard of the tests itself: what it lets through, and that it fails what it does not."""

import asyncio
import smtplib
import socket

import pytest

from tests.loopback import OtherMachineError, is_here


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.9.8.7", "::1", "::ffff:127.0.0.1", "localhost", "0.0.0.0", "::", ""]
)
def test_this_machine_is_let_through(host):
    assert is_here(host)


@pytest.mark.parametrize(
    "host", ["192.0.2.1", "10.0.0.1", "2001:db8::1", "::ffff:192.0.2.1", "fe80::1%eth0", "mx.example"]
)
def test_another_machine_is_not(host):
    assert not is_here(host)


def test_every_way_to_another_machine_is_refused_and_noted(tried_elsewhere):
    async def dial() -> None:
        await asyncio.open_connection("192.0.2.1", 25)

    with pytest.raises(OtherMachineError):
        socket.create_connection(("192.0.2.1", 25), timeout=1)
    with pytest.raises(OtherMachineError):
        smtplib.SMTP("192.0.2.1", 25, timeout=1)
    with pytest.raises(OtherMachineError):
        asyncio.run(dial())
    with socket.socket(type=socket.SOCK_DGRAM) as datagrams, pytest.raises(OtherMachineError):
        datagrams.sendto(b"?", ("192.0.2.53", 53))
    with socket.socket() as stream, pytest.raises(OtherMachineError):
        stream.connect_ex(("192.0.2.1", 25))
    assert len(tried_elsewhere) == 5
    tried_elsewhere.clear()
