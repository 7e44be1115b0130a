"""Read the operator's environment, typed, and fail loudly.

Every setting of the hub is an environment variable (``design.md`` §5 is the contract). A reader here turns the
text into a value of the right type or raises :class:`EnvError` with the name, what was found and what to write
instead, so that a wrong setting stops the start and never surprises a running hub.
"""

import ipaddress
import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from hub import url_options
from hub.private import FILE_MODE, FOLDER_MODE


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


@dataclass(frozen=True)
class RelayAddress(Endpoint):
    """The MTA that takes our mail: how its connection is secured, and who signs in there (empty for nobody)."""

    security: str = "opportunistic"  # or "starttls" or "tls", which fail without a certificate that is trusted
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    authority: Path | None = None  # a file of certificates to trust instead of the system's


@dataclass(frozen=True)
class DkimKey:
    """A private key (PEM file) that signs outgoing mail, and the selector under which its public half is published."""

    selector: str
    path: Path


_RELAY_SCHEMES = {"smtp": ("opportunistic", 25), "smtp+starttls": ("starttls", 587), "smtps": ("tls", 465)}
_selector = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,61}[A-Za-z0-9])?")


def text(name: str, default: str = "") -> str:
    """Return the variable as stripped text; ``<name>_FILE`` names a file that holds it instead, as for a secret."""
    value = os.environ.get(name, "").strip()
    path = os.environ.get(f"{name}_FILE", "").strip()
    if not path:
        return value or default
    if value:
        raise EnvError(f"{name}_FILE", path, f"unset where {name} is set")
    try:
        return Path(path).read_text(encoding="utf-8").strip() or default
    except (OSError, UnicodeDecodeError) as error:
        raise EnvError(f"{name}_FILE", path, "the path of a text file that the hub may read") from error


def with_password(url: str, password: str, name: str) -> str:
    """Return an address with a password that is kept apart from it.

    Args: name, the variable of the address, for the error when it has a password already.
    """
    if not password or not url:
        return url
    parts = urlsplit(url)
    if parts.password:
        raise EnvError(name, "(hidden)", "without a password where the password is given by itself")
    place = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username or ''}:{quote(password, safe='')}@{place}").geturl()


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
        if parts.hostname and parts.port and parts.netloc == found and "@" not in found:
            return Endpoint(parts.hostname, parts.port)
    except ValueError:
        pass
    raise EnvError(name, found, "an address such as 127.0.0.1:8000")


def endpoints(name: str, *, port: int) -> tuple[Endpoint, ...]:
    """Return addresses of servers, separated by commas, each with its port or ``port``; none when unset."""
    found: list[Endpoint] = []
    for word in text(name).replace(",", " ").split():
        try:
            found.append(Endpoint(str(ipaddress.ip_address(word.strip("[]"))), port))
        except ValueError:
            found.append(_numeric(name, word))
    return tuple(found)


def _numeric(name: str, word: str) -> Endpoint:
    try:
        parts = urlsplit(f"//{word}")
        if parts.netloc != word or "@" in word:
            raise ValueError(word)
        return Endpoint(str(ipaddress.ip_address(parts.hostname or "")), parts.port or 0)
    except ValueError as error:
        raise EnvError(name, word, "addresses such as 127.0.0.1 or [::1]:5353, separated by commas") from error


def networks(name: str, *, within: str = "") -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """Return addresses and networks, separated by commas; none when unset.

    Args: within, the variable whose networks must hold each of them.
    """
    words = text(name).replace(",", " ").split()
    try:
        rows = tuple(ipaddress.ip_network(word) for word in words)
    except ValueError as error:
        raise EnvError(name, " ".join(words), "networks such as 192.0.2.7, 10.1.0.0/16 or 2001:db8::/48") from error
    around = networks(within) if within else rows
    for row in rows:
        if not any(row.version == outer.version and row.subnet_of(outer) for outer in around):  # type: ignore[arg-type]
            raise EnvError(name, str(row), f"within {within}")
    return rows


def choice(name: str, default: str, options: tuple[str, ...]) -> str:
    """Return one of a few words, in lower case."""
    found = text(name, default).lower()
    if found not in options:
        raise EnvError(name, found, f"one of {', '.join(options)}")
    return found


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


def folder(name: str, default: str) -> Path:
    """Return the path of a folder that the hub may write to, made when it is not there."""
    return writable(name, Path(text(name, default)).resolve())


def place(name: str) -> Path | None:
    """Return the path of a folder that is there, or could be; None when unset."""
    value = text(name)
    path = Path(value).resolve()
    if value and not next(parent for parent in (path, *path.parents) if parent.exists()).is_dir():
        raise EnvError(name, value, "the path of a folder")
    return path if value else None


def writable(name: str, path: Path) -> Path:
    """Return a folder that a variable names, made when it is not there, if the hub may write to it."""
    try:
        path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise EnvError(name, str(path), f"a folder that the hub may write to ({error.strerror})") from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise EnvError(name, str(path), "a folder that the hub may write to")
    return path


def relay(name: str) -> RelayAddress | None:
    """Return the MTA that takes our mail; None when unset.

    ``smtp://`` takes STARTTLS where it is offered, ``smtp+starttls://`` insists on it, ``smtps://`` begins with TLS;
    user and password stand percent-encoded before the host. ``?ca=`` names a file of certificates to trust.
    """
    found = text(name)
    if not found:
        return None
    try:
        parts = urlsplit(found)
        options = url_options.options_of(parts)
        security, port = _RELAY_SCHEMES[parts.scheme]
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        authority = Path(options.pop("ca")).resolve() if "ca" in options else None
        wrong = options or parts.path.strip("/") or parts.fragment or bool(user) != bool(password)
        if parts.hostname and not wrong and (authority is None or os.access(authority, os.R_OK)):
            return RelayAddress(parts.hostname, parts.port or port, security, user, password, authority)
    except (KeyError, ValueError):
        pass
    shown = re.sub(r"//[^@]*@", "//(hidden)@", found)
    raise EnvError(name, shown, "an address such as smtp://relay.example.org:25 (or smtps://, smtp+starttls://)")


def dkim(keys: str, selectors: str) -> tuple[DkimKey, ...]:
    """Return the keys that sign outgoing mail, each with the selector it is published under; none when unset.

    Both variables hold one value or several with commas between them, in the same order.
    """
    files, names = ([part.strip() for part in text(name).split(",") if part.strip()] for name in (keys, selectors))
    if len(files) != len(names) or len(set(names)) != len(names):
        raise EnvError(selectors, text(selectors), f"one name of its own for each file in {keys}")
    for path in files:
        if not (Path(path).is_file() and os.access(path, os.R_OK)):
            raise EnvError(keys, path, "the path of a PEM file that the hub may read")
    for name in names:
        if not _selector.fullmatch(name):
            raise EnvError(selectors, name, "made of letters, digits, hyphens and dots, such as hub2026")
    return tuple(DkimKey(name, Path(path).resolve()) for name, path in zip(names, files, strict=True))


def redis_url(name: str) -> str:
    """Return a Redis address, empty when unset; its password may stand in REDIS_PASSWORD. Options are checked."""
    address = with_password(text(name), text("REDIS_PASSWORD"), name)
    if not address:
        return ""
    expected = "an address such as redis://127.0.0.1:6379/0"
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError as error:
        raise EnvError(name, _hidden(address), expected) from error
    is_socket = parts.scheme == "unix"
    if parts.scheme not in {"redis", "rediss", "unix"} or not (parts.path if is_socket else parts.hostname):
        raise EnvError(name, _hidden(address), expected)
    if not is_socket and not re.fullmatch(r"/?[0-9]{0,4}", parts.path):
        raise EnvError(name, _hidden(address), expected)
    try:
        options = url_options.options_of(parts)
        url_options.redis(options)
        if parts.scheme != "rediss" and any(option.startswith("ssl_") for option in options):
            raise url_options.WrongOptionError("rediss:// where it has options of TLS")
    except url_options.WrongOptionError as error:
        raise EnvError(name, _hidden(address), str(error)) from error
    return address


def database(name: str, data: Path, *, bouncer: bool = False) -> dict[str, object]:
    """Return Django's database settings from a URL; SQLite in the data folder when unset.

    SQLite runs in WAL with ``BEGIN IMMEDIATE`` and ``synchronous=FULL``: a commit is on disk when it returns, which
    the answer ``250`` to a mail relies on. PostgreSQL takes a connection for each request; the processes change that
    (:mod:`hub.runtime.connections`).

    Args: bouncer, a pooler hands a connection out for one transaction alone.
    """
    address = text(name)
    if not address.startswith("sqlite:"):
        address = with_password(address, text("DATABASE_PASSWORD"), name)
    try:
        return _sqlite(name, address, data) if _is_sqlite(address) else _postgres(name, address, bouncer)
    except url_options.WrongOptionError as error:
        raise EnvError(name, _hidden(address), str(error)) from error


def _is_sqlite(address: str) -> bool:
    return not address or address.startswith("sqlite:")


def _hidden(address: str) -> str:
    """Return an address without its user and password."""
    return re.sub(r"//.*@", "//(hidden)@", address)


def _sqlite(name: str, address: str, data: Path) -> dict[str, object]:
    path, options = data / "hub.sqlite3", {}
    if address:
        place, _mark, query = address.partition("?")
        if not place.startswith("sqlite:///") or not place.removeprefix("sqlite:///"):
            raise EnvError(name, address, "an address such as sqlite:////var/lib/hub/hub.sqlite3")
        path = Path(unquote(place.removeprefix("sqlite:///")))
        options = url_options.options_of(urlsplit(f"//?{query}")) if query else {}
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-4000;",
            **url_options.sqlite(options),
        },
        # A file, not memory: tests serve from threads, each with a connection of its own.
        "TEST": {"NAME": str(data / "test.sqlite3")},
    }


def _postgres(name: str, address: str, bouncer: bool) -> dict[str, object]:
    expected = "an address such as postgresql://user:password@host:5432/hub"
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise EnvError(name, _hidden(address), expected) from error
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/") or "/" in parts.path.strip("/"):
        raise EnvError(name, _hidden(address), expected)
    options = url_options.postgres(url_options.options_of(parts))
    if options.keys() & {"host", "port"} and (parts.hostname or port):
        raise EnvError(name, _hidden(address), "with host and port in one place")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or str(options.pop("host", ""))),
        "PORT": str(port or options.pop("port", "")),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        # A cursor on the server is of one connection, which a pooler gives to others after the transaction.
        "DISABLE_SERVER_SIDE_CURSORS": bouncer,
        "OPTIONS": {"connect_timeout": 5, **options},
        "TEST": {},
    }


def old_keys(name: str) -> list[str]:
    """Return the secrets that were in use before, separated by commas, the newest first: what they signed is read."""
    found = text(name).replace(",", " ").split()
    if any(len(key) < 32 for key in found):
        raise EnvError(name, "(hidden)", "keys of at least 32 characters each, separated by commas")
    return found


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
        path.touch(mode=FILE_MODE)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii").strip()
