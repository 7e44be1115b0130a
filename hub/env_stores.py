"""Read where the hub keeps its data, the database and Redis, from the operator's environment.

Every option of an address is checked and honoured, or stops the start (:mod:`hub.url_options`).
"""

import re
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from hub import env, url_options

_redis_database = re.compile(r"/?[0-9]{0,4}")


def redis_url(name: str) -> str:
    """Return a Redis address whose options are checked, empty when unset.

    Its password may stand in REDIS_PASSWORD.
    """
    address = env.with_password(env.text(name), env.text("REDIS_PASSWORD"), name)
    if not address:
        return ""
    expected = "an address such as redis://127.0.0.1:6379/0"
    parts = _split(name, address, expected)
    if not _is_redis(parts):
        raise env.EnvError(name, _hidden(address), expected)
    try:
        _check_redis_options(parts)
    except url_options.WrongOptionError as error:
        raise env.EnvError(name, _hidden(address), str(error)) from error
    return address


def _is_redis(parts: SplitResult) -> bool:
    """Whether an address names a socket by its path, or a host and the number of a database."""
    if parts.scheme == "unix":
        return bool(parts.path)
    if parts.scheme not in {"redis", "rediss"}:
        return False
    if not parts.hostname:
        return False
    return _redis_database.fullmatch(parts.path) is not None


def _check_redis_options(parts: SplitResult) -> None:
    options = url_options.options_of(parts)
    url_options.redis(options)
    if parts.scheme == "rediss":
        return
    if any(option.startswith("ssl_") for option in options):
        raise url_options.WrongOptionError("rediss:// where it has options of TLS")


def database(name: str, data: Path, *, bouncer: bool = False) -> dict[str, object]:
    """Return Django's database settings from a URL; SQLite in the data folder when unset.

    SQLite runs in WAL with ``BEGIN IMMEDIATE`` and ``synchronous=FULL``: a commit is on disk when
    it returns, which the answer ``250`` to a mail relies on. PostgreSQL takes a connection for each
    request; the processes change that (:mod:`hub.runtime.connections`).

    Args: bouncer, a pooler hands a connection out for one transaction alone.
    """
    address = env.text(name)
    if not address.startswith("sqlite:"):
        address = env.with_password(address, env.text("DATABASE_PASSWORD"), name)
    try:
        if _is_sqlite(address):
            return _sqlite(name, address, data)
        return _postgres(name, address, bouncer)
    except url_options.WrongOptionError as error:
        raise env.EnvError(name, _hidden(address), str(error)) from error


def _is_sqlite(address: str) -> bool:
    return not address or address.startswith("sqlite:")


def _split(name: str, address: str, expected: str) -> SplitResult:
    """Return the parts of an address whose port is a number.

    Raises: EnvError, which says what was expected.
    """
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError as error:
        raise env.EnvError(name, _hidden(address), expected) from error
    return parts


def _hidden(address: str) -> str:
    """Return an address without its user and password."""
    return re.sub(r"//.*@", "//(hidden)@", address)


def _sqlite(name: str, address: str, data: Path) -> dict[str, object]:
    path, options = data / "hub.sqlite3", {}
    if address:
        place, _mark, query = address.partition("?")
        file = place.removeprefix("sqlite:///")
        if file in {"", place}:
            raise env.EnvError(
                name, address, "an address such as sqlite:////var/lib/hub/hub.sqlite3"
            )
        path = Path(unquote(file))
        options = url_options.options_of(urlsplit(f"//?{query}"))
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-4000;"
            ),
            **url_options.sqlite(options),
        },
        # A file, not memory: tests serve from threads, each with a connection of its own.
        "TEST": {"NAME": str(data / "test.sqlite3")},
    }


def _postgres(name: str, address: str, bouncer: bool) -> dict[str, object]:
    expected = "an address such as postgresql://user:password@host:5432/hub"
    parts = _split(name, address, expected)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise env.EnvError(name, _hidden(address), expected)
    database_name = parts.path.strip("/")
    if not database_name or "/" in database_name:
        raise env.EnvError(name, _hidden(address), expected)
    options = url_options.postgres(url_options.options_of(parts))
    has_place = parts.hostname is not None or parts.port is not None
    if has_place and not options.keys().isdisjoint({"host", "port"}):
        raise env.EnvError(name, _hidden(address), "with host and port in one place")
    user, password = url_options.credentials_of(parts)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(database_name),
        "USER": user,
        "PASSWORD": password,
        "HOST": unquote(parts.hostname or str(options.pop("host", ""))),
        "PORT": str(parts.port or options.pop("port", "")),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        # A cursor on the server is of one connection, which a pooler gives to others after the
        # transaction.
        "DISABLE_SERVER_SIDE_CURSORS": bouncer,
        "OPTIONS": {"connect_timeout": 5, **options},
        "TEST": {},
    }
