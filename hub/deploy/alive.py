"""Tell the container engine whether one process of the hub is alive.

``python hub/deploy/alive.py web|smtpd|worker``. The web is alive when it answers ``/healthz`` at
all: with 503 when another part is down, for which restarting the web would be no help. The worker
is asked for by that answer. Ends with 0 for alive, 1 for not, 2 for a wrong name.
"""

import ipaddress
import json
import os
import socket
import sys
import urllib.error
import urllib.request

WEB = "http://127.0.0.1:8000"
SMTP = ("127.0.0.1", 8025)
# Seconds to wait for an answer.
PATIENCE = 4


def _health(base: str) -> dict[str, dict[str, object]]:
    try:
        # Our own address.
        with urllib.request.urlopen(f"{base}/healthz", timeout=PATIENCE) as answer:  # noqa: S310
            body = answer.read()
    except urllib.error.HTTPError as error:
        body = error.read()
    return dict(json.loads(body)["parts"])


def web() -> bool:
    """Whether the web process answers."""
    return bool(_health(WEB))


def smtpd() -> bool:
    """Whether the SMTP gateway greets."""
    with socket.create_connection(SMTP, timeout=PATIENCE) as line:
        if _speaks_as_proxy():
            line.sendall(b"PROXY UNKNOWN\r\n")
        return line.recv(4) == b"220 "


def _speaks_as_proxy() -> bool:
    """Whether this host is one of those that the SMTP gateway asks for whom they connect."""
    named = os.environ.get("HUB_SMTP_PROXY", "").replace(",", " ").split()
    return any(ipaddress.ip_address(SMTP[0]) in ipaddress.ip_network(network) for network in named)


def worker() -> bool:
    """Whether a worker has given a sign of life lately, as the web sees it."""
    return bool(_health(os.environ.get("HUB_ALIVE_WEB", "http://web:8000"))["worker"]["ok"])


CHECKS = {"web": web, "smtpd": smtpd, "worker": worker}


def main(arguments: list[str]) -> int:
    """Run one check."""
    if len(arguments) != 1 or arguments[0] not in CHECKS:
        sys.stderr.write(f"Write one of: {', '.join(CHECKS)}\n")
        return 2
    try:
        return 0 if CHECKS[arguments[0]]() else 1
    except (OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"{arguments[0]} does not answer: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
