"""Connections to PostgreSQL under load: ``python -m tests.bench.connections [REQUESTS [AT_ONCE]]``.

Two web processes beside PostgreSQL and Redis are asked for a member's home page, 5,000 times, fifty at once; prints
the answers by status, requests a second, and the most connections that each process held.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")

from tests.flow import load, running
from tests.flow.test_production_connections import signed_in


def main() -> None:
    """Measure, and print one line."""
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    at_once = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    with running.production(Path(tempfile.mkdtemp(prefix="hub-bench-connections-"))) as hub:
        name = hub.env["DATABASE_URL"].rpartition("/")[2]
        port = running.free_port()
        second = {**hub.env, "HUB_WEB": f"127.0.0.1:{port}"}
        # One of the two under a name of its own, so that they are counted apart.
        second["DATABASE_URL"] += "?application_name=second"
        other = running.RunningHub(hub.data, second, f"http://127.0.0.1:{port}", hub.smtp_port)
        other.start("web")
        try:
            other.wait_until_healthy()
            _opener, cookie = signed_in(hub.web, hub.who("member"))
            with load.counted(name) as first_counts, load.counted(name, "second") as second_counts:
                began = time.monotonic()
                statuses = load.hammer([hub.web, other.web], path="/", total=total, at_once=at_once, cookie=cookie)
                seconds = time.monotonic() - began
        finally:
            other.stop_all()
    print(
        f"{total} requests, {at_once} at once, 2 processes: {dict(statuses)}, {total / seconds:.0f}/s, connections at "
        f"most {first_counts.most['all']} and {second_counts.most['all']}"
    )


if __name__ == "__main__":
    main()
