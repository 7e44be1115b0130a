"""Check the options behind the question mark of an address of a service.

Each is honoured, or refused by name: an option that is ignored without a word is worse than none.
Who writes ``sslmode=verify-full`` relies on it.
"""

import os
import re
from collections.abc import Callable, Mapping
from functools import cache
from urllib.parse import SplitResult, parse_qsl, unquote

from psycopg import pq

# Given in the address itself, or set by the hub.
_OWN = frozenset(
    "dbname user password client_encoding replication fallback_application_name".split()
)
_WORDS = {
    "sslmode": "disable allow prefer require verify-ca verify-full",
    "target_session_attrs": "any read-write read-only primary standby prefer-standby",
    "channel_binding": "disable prefer require",
    "gssencmode": "disable prefer require",
    "sslnegotiation": "postgres direct",
    "load_balance_hosts": "disable random",
    "ssl_min_protocol_version": "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3",
    "ssl_max_protocol_version": "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3",
}
_NUMBERS = frozenset(
    "connect_timeout keepalives keepalives_idle keepalives_interval keepalives_count "
    "tcp_user_timeout sslcompression "
    "sslsni".split()
)
_FILES = frozenset({"sslrootcert", "sslcert", "sslkey", "sslcrl", "passfile"})
# No file, but those that the machine trusts.
_SYSTEM_CERTIFICATES = ("sslrootcert", "system")


class WrongOptionError(ValueError):
    """An option cannot be honoured; the text continues "it must be"."""


def options_of(parts: SplitResult) -> dict[str, str]:
    """Return the options of an address, each once. Raises: WrongOptionError."""
    if parts.fragment:
        raise WrongOptionError("without a # (write it as %23 inside a password)")
    try:
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise WrongOptionError("with options such as ?name=value&other=value") from error
    options = dict(pairs)
    if len(options) < len(pairs):
        raise WrongOptionError("with each option once")
    return options


def credentials_of(parts: SplitResult) -> tuple[str, str]:
    """Return user and password of an address, decoded; empty where there is none."""
    return unquote(parts.username or ""), unquote(parts.password or "")


def postgres(options: Mapping[str, str]) -> dict[str, object]:
    """Return the options of a PostgreSQL address as its driver takes them.

    Raises: WrongOptionError.
    """
    return {name: _postgres_option(name, value) for name, value in options.items()}


def _postgres_option(name: str, value: str) -> object:
    if name in _OWN or name not in _known():
        raise WrongOptionError(f"without the option {name}, which the hub cannot honour")
    if name in _NUMBERS:
        return _number(name, value, most=86_400_000)
    if name in _WORDS:
        _one_of(*_WORDS[name].split())(name, value)
    elif name in _FILES and (name, value) != _SYSTEM_CERTIFICATES:
        _file(name, value)
    return value


@cache
def _known() -> frozenset[str]:
    """The names that this libpq takes."""
    return frozenset(option.keyword.decode() for option in pq.Conninfo.get_defaults())


def sqlite(options: Mapping[str, str]) -> dict[str, object]:
    """Return the options of a SQLite address. Raises: WrongOptionError."""
    for name in options:
        if name != "timeout":
            raise WrongOptionError(f"without the option {name}, which the hub cannot honour")
    return {name: _number(name, value, least=1, most=300) for name, value in options.items()}


def redis(options: Mapping[str, str]) -> None:
    """Check the options of a Redis address, which its driver reads itself.

    Raises: WrongOptionError.
    """
    for name, value in options.items():
        if name not in _REDIS:
            raise WrongOptionError(f"without the option {name}, which the hub cannot honour")
        _REDIS[name](name, value)


def _number(name: str, value: str, *, least: int = 0, most: int) -> int:
    if not (re.fullmatch(r"[0-9]{1,9}", value) and least <= int(value) <= most):
        raise WrongOptionError(f"with {name} a whole number from {least} to {most}")
    return int(value)


def _seconds(name: str, value: str) -> None:
    if not (re.fullmatch(r"[0-9]{1,4}(?:\.[0-9]{1,3})?", value) and float(value) > 0):
        raise WrongOptionError(f"with {name} a number of seconds")


def _file(name: str, value: str) -> str:
    if not os.access(value, os.R_OK):
        raise WrongOptionError(f"with {name} the path of a file that the hub may read")
    return value


def _one_of(*words: str) -> Callable[[str, str], None]:
    def check(name: str, value: str) -> None:
        if value not in words:
            raise WrongOptionError(f"with {name} one of {', '.join(words)}")

    return check


def _any(name: str, value: str) -> None:
    if not value:
        raise WrongOptionError(f"with a value for {name}")


_truth = _one_of("true", "false", "True", "False", "yes", "no", "1", "0")
_REDIS: dict[str, Callable[[str, str], object]] = {
    "db": lambda name, value: _number(name, value, most=9_999),
    "socket_timeout": _seconds,
    "socket_connect_timeout": _seconds,
    "socket_keepalive": _truth,
    "health_check_interval": lambda name, value: _number(name, value, most=86_400),
    "max_connections": lambda name, value: _number(name, value, least=1, most=100_000),
    "ssl_cert_reqs": _one_of("required", "optional", "none"),
    "ssl_check_hostname": _truth,
    "ssl_ca_certs": _file,
    "ssl_certfile": _file,
    "ssl_keyfile": _file,
    "client_name": _any,
}
