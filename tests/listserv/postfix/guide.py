"""The configurations of the guide (``hub/deploy/postfix.md``), with a test's own ports, paths and names in them."""

import re
import socket
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from hub.private import readable_by_all
from tests.services import ROOT

GUIDE = ROOT / "hub" / "deploy" / "postfix.md"
_BLOCK = re.compile(r"<!-- ([a-z-]+): (\S+) -->\n```\n(.*?)```\n", re.DOTALL)


@cache
def blocks() -> dict[tuple[str, str], str]:
    """Return the text of each block: (way, file) -> lines."""
    return {(way, name): text for way, name, text in _BLOCK.findall(GUIDE.read_text())}


def block(way: str, name: str, changes: Mapping[str, str]) -> str:
    """Return a block of the guide with words replaced. Every one of them must stand there."""
    text = blocks()[way, name]
    for old, new in changes.items():
        assert old in text, f"{old!r} does not stand in the guide's {way}: {name}"
        text = text.replace(old, new)
    return text


def free_port() -> int:
    """Return a port of the loopback that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@readable_by_all()
def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for localhost and its key."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    if not cert.exists():
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
             "-keyout", str(key), "-out", str(cert)],
            check=True, capture_output=True,
        )  # fmt: skip
        key.chmod(0o644)
    return cert, key
