"""What a test may need beside Python: one row for each marker, and what to install for it.

A test is marked with the names of its rows (``@pytest.mark.postgres``). Where something is missing, its tests are
left out and the last lines of the run say so; with ``HUB_REQUIRE_SERVICES=1`` the run refuses to start instead. To add
a row, write here how to see whether it is there (the marker registers itself), and in ``.ci/packages`` what
``.ci/services`` installs for it.
"""

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psycopg
import redis

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = os.environ.get("HUB_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("HUB_TEST_REDIS", "redis://127.0.0.1:6379/9")
CHROMIUM = "/usr/bin/chromium"
STREAM_MODULE = "/usr/lib/nginx/modules/ngx_stream_module.so"
INSTALL = "sudo .ci/services"
CORPORA_SET = "HUB_CORPORA" in os.environ
CORPORA = Path(os.environ.get("HUB_CORPORA", ROOT.parent / "shared" / "corpora"))
# Fixtures that stand for a marker, so that nobody forgets it.
FIXTURES = {"corpus": "corpora"}
_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", "/usr/local/sbin"))


def program(name: str) -> str | None:
    """Return the path of a program, of those for administrators too."""
    return shutil.which(name, path=_PATH)


def _programs(*names: str, as_root: bool = False) -> Callable[[], str]:
    def missing() -> str:
        absent = [name for name in names if program(name) is None]
        if absent:
            return "not installed: " + ", ".join(absent)
        return "starts as root only" if as_root and os.geteuid() else ""

    return missing


def _no_postgres() -> str:
    try:
        psycopg.connect(POSTGRES, connect_timeout=10).close()
    except psycopg.Error:
        return f"no PostgreSQL for {POSTGRES}"
    return ""


def _no_redis() -> str:
    try:
        with redis.Redis.from_url(REDIS, socket_connect_timeout=10, socket_timeout=10) as client:
            client.ping()
    except (redis.RedisError, OSError):
        return f"no Redis at {REDIS}"
    return ""


def _no_nginx() -> str:
    absent = _programs("nginx")()
    return absent or ("" if Path(STREAM_MODULE).exists() else f"not installed: nginx's stream module ({STREAM_MODULE})")


def _no_opendmarc() -> str:
    """It asks the name servers of /etc/resolv.conf and no others: a test shows it a file of its own."""
    absent = _programs("opendmarc", "unshare", as_root=True)()
    if absent:
        return absent
    done = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
    return "" if done.returncode == 0 else "no mount namespaces (unshare --mount) for a resolv.conf of its own"


def _no_corpora() -> str:
    return "" if (CORPORA / "mail").is_dir() else f"no mail of others in {CORPORA}"


def _packages() -> dict[str, list[str]]:
    rows = [line.partition("#")[0].split() for line in (ROOT / ".ci" / "packages").read_text().splitlines()]
    return {row[0]: row[1:] for row in rows if row}


# marker -> what says in words what is not here, or "" when all is
PROBES: dict[str, Callable[[], str]] = {
    "postgres": _no_postgres,
    "redis": _no_redis,
    "browser": _programs(CHROMIUM),
    "postfix": _programs("postfix", "postconf", as_root=True),
    "nginx": _no_nginx,
    "pgbouncer": _programs("pgbouncer"),
    "opendkim": _programs("opendkim", as_root=True),
    "opendmarc": _no_opendmarc,
    "mailers": _programs("s-nail", "mutt"),
    "swaks": _programs("swaks"),
    "poppler": _programs("pdftotext"),
    "corpora": _no_corpora,
}
# marker -> Debian packages. Mail that others wrote is not to be installed: only who has a copy runs its tests, and
# mails of our own stand for each kind.
PACKAGES = {"corpora": [], **_packages()}


def marker_lines() -> list[str]:
    """Return the lines that register the markers."""
    return [f"{name}: needs {' '.join(PACKAGES[name]) or name} (tests/services.py)" for name in PROBES]


def absent() -> dict[str, str]:
    """Return what this machine lacks: marker -> what is missing."""
    reasons = {name: probe() for name, probe in PROBES.items()}
    return {name: reason for name, reason in reasons.items() if reason}


def required(reasons: dict[str, str]) -> dict[str, str]:
    """Return of what is missing that without which a run with ``HUB_REQUIRE_SERVICES=1`` must not start."""
    return {name: reason for name, reason in reasons.items() if PACKAGES[name] or CORPORA_SET}


def summary(counts: Counter[str], tests: int, reasons: dict[str, str]) -> list[str]:
    """Return the last lines of a run that left tests out: which, why, and the one command that adds them.

    Args: counts, marker -> tests left out for it; tests, how many in all (one may need several services).
    """
    if not tests:
        return []
    lines = [f"NOT EXERCISED: {tests} tests need what this machine lacks:"]
    for name, number in counts.most_common():
        lines.append(f"  {name:<10} {number:>4}  {reasons.get(name, '')}")
    if any(PACKAGES[name] for name in counts):
        lines.append(f"Add it:  {INSTALL} && make test")
    if "corpora" in counts:
        lines.append("Mail corpora of your own:  HUB_CORPORA=FOLDER make test  (mails in FOLDER/mail)")
    return lines
