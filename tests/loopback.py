"""Let no test reach another machine: services of this one are spoken to over loopback or a socket in a file."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import pytest

_FAMILIES = (socket.AF_INET, socket.AF_INET6)
_CALLS = ("connect", "connect_ex", "sendto")


class OtherMachineError(OSError):
    """A test has tried to reach another machine."""


def is_here(host: str) -> bool:
    """Whether an address is this machine's own: loopback, or none in particular."""
    if host in ("", "localhost"):
        return True
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        # A name: whoever connects by it asks the name servers first.
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback or address.is_unspecified


def _guarded(call: Callable[..., Any], tried: list[str]) -> Callable[..., Any]:
    def check(self: socket.socket, *arguments: Any) -> Any:
        address = arguments[-1]
        if self.family in _FAMILIES and not is_here(address[0]):
            tried.append(f"{call.__name__} {address}")
            raise OtherMachineError(f"A test may not reach {address}")
        return call(self, *arguments)

    return check


@contextmanager
def kept_here() -> Iterator[list[str]]:
    """Refuse sockets to other machines; give the list of those that were tried."""
    tried: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        for name in _CALLS:
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name), tried))
        yield tried
