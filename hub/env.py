"""Read the operator's environment, typed, and fail loudly.

Every setting of the hub is an environment variable (``design.md`` §5 is the contract). A reader here turns the
text into a value of the right type or raises :class:`EnvError` with the name, what was found and what to write
instead, so that a wrong setting stops the start and never surprises a running hub.
"""

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit


class EnvError(ValueError):
    """Say which variable is wrong, what it holds and what would be right."""

    def __init__(self, name: str, found: str, wanted: str) -> None:
        super().__init__(f"{name} is {found!r}; it must be {wanted}")


@dataclass(frozen=True)
class Endpoint:
    """A host name or address and a TCP port."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def text(name: str, default: str = "") -> str:
    """Return the variable as stripped text."""
    return os.environ.get(name, default).strip() or default


def flag(name: str, *, default: bool) -> bool:
    """Return ``1``/``0`` (also yes/no, true/false, on/off) as a bool."""
    found = text(name).lower()
    if not found:
        return default
    if found in {"1", "yes", "true", "on"}:
        return True
    if found in {"0", "no", "false", "off"}:
        return False
    raise EnvError(name, found, "1 or 0")


def number(name: str, default: int, *, least: int, most: int) -> int:
    """Return a whole number within bounds."""
    found = text(name)
    if not found:
        return default
    if re.fullmatch(r"-?[0-9]{1,18}", found) and least <= int(found) <= most:
        return int(found)
    raise EnvError(name, found, f"a whole number from {least} to {most}")


def endpoint(name: str, default: str) -> Endpoint:
    """Return ``host:port``; IPv6 hosts stand in brackets."""
    found = text(name, default)
    try:
        parts = urlsplit(f"//{found}")
        if parts.hostname and parts.port is not None and not parts.path:
            return Endpoint(parts.hostname, parts.port)
    except ValueError:
        pass
    raise EnvError(name, found, "an address such as 127.0.0.1:8000")


def file(name: str, *, needs: str = "") -> Path | None:
    """Return the path of a readable file, None when unset; ``needs`` names the variable that belongs to it."""
    found = text(name)
    if not found:
        if needs and text(needs):
            raise EnvError(name, found, f"set where {needs} is set")
        return None
    path = Path(found)
    if not (path.is_file() and os.access(path, os.R_OK)):
        raise EnvError(name, found, "the path of a file that the hub may read")
    return path.resolve()


def relay(name: str) -> Endpoint | None:
    """Return the MTA that takes our mail, ``smtp://host:port``; None when unset."""
    found = text(name)
    if not found:
        return None
    try:
        parts = urlsplit(found)
        if parts.scheme == "smtp" and parts.hostname:
            return Endpoint(parts.hostname, parts.port or 25)
    except ValueError:
        pass
    raise EnvError(name, found, "an address such as smtp://relay.example.org:25")


def base_url(name: str, default: str) -> str:
    """Return the public base address without a trailing slash."""
    found = text(name, default).rstrip("/")
    parts = urlsplit(found)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query:
        raise EnvError(name, found, "an address such as https://hub.example.org")
    return found


def redis_url(name: str) -> str:
    """Return a Redis address, empty when unset."""
    found = text(name)
    if found and urlsplit(found).scheme not in {"redis", "rediss", "unix"}:
        raise EnvError(name, found, "an address such as redis://127.0.0.1:6379/0")
    return found


def database(name: str, data: Path) -> dict[str, object]:
    """Return Django's database settings from a URL; SQLite in the data folder when unset.

    SQLite runs in WAL with ``BEGIN IMMEDIATE`` and ``synchronous=FULL``: a commit is on disk when it returns, which
    the answer ``250`` to a mail relies on. PostgreSQL keeps connections for 60 s.
    """
    found = text(name)
    if not found or found.startswith("sqlite:"):
        path = Path(found.removeprefix("sqlite:///")) if found else data / "hub.sqlite3"
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(path),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-4000;",
            },
            # A file, not memory: tests serve from threads, each with a connection of its own.
            "TEST": {"NAME": str(data / "test.sqlite3")},
        }
    parts = urlsplit(found)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise EnvError(name, found, "an address such as postgresql://user:password@host:5432/hub")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": number("HUB_DB_CONN_MAX_AGE", 60, least=0, most=3600),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5},
        "TEST": {},
    }


def secret_key(name: str, data: Path) -> str:
    """Return the secret all tokens are signed with, made once into the data folder when unset.

    A hub with no key set gets a random one of its own, readable by its owner only; no default key exists.
    """
    found = text(name)
    if found:
        if len(found) < 32:
            raise EnvError(name, "(hidden)", "at least 32 characters long")
        return found
    path = data / "secret_key"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii").strip()
