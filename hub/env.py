"""Read the operator's environment, typed, and fail loudly.

Every setting of the hub is an environment variable (``design.md`` §5 is the contract). A reader
here turns the text into a value of the right type or raises :class:`EnvError` with the name, what
was found and what to write instead, so that a wrong setting stops the start and never surprises a
running hub.
"""

import ipaddress
import os
import re
import secrets
from pathlib import Path
from urllib.parse import SplitResult, quote, urlsplit

from hub import url_options
from hub.lib.endpoints import DkimKey, Endpoint, RelayAddress
from hub.private import FILE_MODE, FOLDER_MODE


class EnvError(ValueError):
    """Say which variable is wrong, what it holds and what would be right."""

    def __init__(self, name: str, value: str, wanted: str) -> None:
        super().__init__(f"{name} is {value!r}; it must be {wanted}")


Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_RELAY_SCHEMES = {
    "smtp": ("opportunistic", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}
_selector = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,61}[A-Za-z0-9])?")


def text(name: str, default: str = "") -> str:
    """Return the variable as stripped text.

    ``<name>_FILE`` names a file that holds it instead, as for a secret.
    """
    value = os.environ.get(name, "").strip()
    path = os.environ.get(f"{name}_FILE", "").strip()
    if value and path:
        raise EnvError(f"{name}_FILE", path, f"unset where {name} is set")
    if path:
        value = _content(f"{name}_FILE", path)
    return value or default


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise EnvError(name, path, "the path of a text file that the hub may read") from error


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
    return parts._replace(
        netloc=f"{parts.username or ''}:{quote(password, safe='')}@{place}"
    ).geturl()


def flag(name: str, *, default: bool) -> bool:
    """Return ``1``/``0`` (also yes/no, true/false, on/off) as a bool."""
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "yes", "true", "on"}:
        return True
    if value in {"0", "no", "false", "off"}:
        return False
    raise EnvError(name, value, "1 or 0")


def number(name: str, default: int, *, least: int, most: int) -> int:
    """Return a whole number within bounds."""
    value = text(name)
    if not value:
        return default
    if re.fullmatch(r"-?[0-9]{1,18}", value) and least <= int(value) <= most:
        return int(value)
    raise EnvError(name, value, f"a whole number from {least} to {most}")


def endpoint(name: str, default: str) -> Endpoint:
    """Return ``host:port``; IPv6 hosts stand in brackets."""
    value = text(name, default)
    try:
        parts = _host_and_port(value)
        if parts.hostname and parts.port:
            return Endpoint(parts.hostname, parts.port)
    except ValueError:
        pass
    raise EnvError(name, value, "an address such as 127.0.0.1:8000")


def _host_and_port(value: str) -> SplitResult:
    """Return the parts of a host with or without a port. Raises: ValueError for anything more."""
    parts = urlsplit(f"//{value}")
    if parts.netloc != value or "@" in value:
        raise ValueError(value)
    return parts


def endpoints(name: str, *, port: int) -> tuple[Endpoint, ...]:
    """Return addresses of servers, separated by commas; none when unset.

    Each has its port, or ``port``.
    """
    addresses: list[Endpoint] = []
    for word in text(name).replace(",", " ").split():
        try:
            addresses.append(Endpoint(str(ipaddress.ip_address(word.strip("[]"))), port))
        except ValueError:
            addresses.append(_numeric(name, word))
    return tuple(addresses)


def _numeric(name: str, word: str) -> Endpoint:
    try:
        parts = _host_and_port(word)
        return Endpoint(str(ipaddress.ip_address(parts.hostname or "")), parts.port or 0)
    except ValueError as error:
        raise EnvError(
            name, word, "addresses such as 127.0.0.1 or [::1]:5353, separated by commas"
        ) from error


def networks(name: str, *, within: str = "") -> tuple[Network, ...]:
    """Return addresses and networks, separated by commas; none when unset.

    Args: within, the variable whose networks must hold each of them.
    """
    words = text(name).replace(",", " ").split()
    try:
        rows = tuple(ipaddress.ip_network(word) for word in words)
    except ValueError as error:
        raise EnvError(
            name, " ".join(words), "networks such as 192.0.2.7, 10.1.0.0/16 or 2001:db8::/48"
        ) from error
    if not within:
        return rows
    around = networks(within)
    for row in rows:
        if not any(_is_within(row, outer) for outer in around):
            raise EnvError(name, str(row), f"within {within}")
    return rows


def _is_within(inner: Network, outer: Network) -> bool:
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]


def choice(name: str, default: str, options: tuple[str, ...]) -> str:
    """Return one of a few words, in lower case."""
    value = text(name, default).lower()
    if value not in options:
        raise EnvError(name, value, f"one of {', '.join(options)}")
    return value


def file(name: str, *, needs: str = "") -> Path | None:
    """Return the path of a readable file, None when unset.

    Args: needs, the variable that is set together with it.
    """
    value = text(name)
    if not value:
        if needs and text(needs):
            raise EnvError(name, value, f"set where {needs} is set")
        return None
    path = Path(value)
    if not _is_readable_file(path):
        raise EnvError(name, value, "the path of a file that the hub may read")
    return path.resolve()


def _is_readable_file(path: Path) -> bool:
    return path.is_file() and os.access(path, os.R_OK)


def folder(name: str, default: str) -> Path:
    """Return the path of a folder that the hub may write to, made when it is not there."""
    return writable(name, Path(text(name, default)).resolve())


def place(name: str) -> Path | None:
    """Return the path of a folder that is there, or could be; None when unset."""
    value = text(name)
    if not value:
        return None
    path = Path(value).resolve()
    nearest = next(parent for parent in (path, *path.parents) if parent.exists())
    if not nearest.is_dir():
        raise EnvError(name, value, "the path of a folder")
    return path


def writable(name: str, path: Path) -> Path:
    """Return a folder that a variable names, if the hub may write to it.

    It is made when it is not there.
    """
    try:
        path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise EnvError(
            name, str(path), f"a folder that the hub may write to ({error.strerror})"
        ) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise EnvError(name, str(path), "a folder that the hub may write to")
    return path


def relay(name: str) -> RelayAddress | None:
    """Return the MTA that takes our mail; None when unset.

    ``smtp://`` takes STARTTLS where it is offered, ``smtp+starttls://`` insists on it, ``smtps://``
    begins with TLS; user and password stand percent-encoded before the host. ``?ca=`` names a file
    of certificates to trust.
    """
    value = text(name)
    if not value:
        return None
    try:
        return _relay_address(value)
    except (KeyError, ValueError) as error:
        shown = re.sub(r"//[^@]*@", "//(hidden)@", value)
        raise EnvError(
            name,
            shown,
            "an address such as smtp://relay.example.org:25 (or smtps://, smtp+starttls://)",
        ) from error


def _relay_address(value: str) -> RelayAddress:
    """Return the relay at an address. Raises: KeyError, ValueError."""
    parts = urlsplit(value)
    options = url_options.options_of(parts)
    security, port = _RELAY_SCHEMES[parts.scheme]
    if not parts.hostname:
        raise ValueError("no host")
    user, password = url_options.credentials_of(parts)
    if bool(user) != bool(password):
        raise ValueError("a user without a password, or a password without a user")
    authority = None
    if "ca" in options:
        authority = Path(options.pop("ca")).resolve()
        if not os.access(authority, os.R_OK):
            raise ValueError("certificates that cannot be read")
    if options or parts.path.strip("/"):
        raise ValueError("a path, or options that are not known")
    return RelayAddress(parts.hostname, parts.port or port, security, user, password, authority)


def dkim(keys: str, selectors: str) -> tuple[DkimKey, ...]:
    """Return the keys that sign outgoing mail, each with its selector; none when unset.

    Both variables hold one value or several with commas between them, in the same order.
    """
    files, names = _between_commas(keys), _between_commas(selectors)
    if len(files) != len(names) or len(set(names)) != len(names):
        raise EnvError(selectors, text(selectors), f"one name of its own for each file in {keys}")
    for path in files:
        if not _is_readable_file(Path(path)):
            raise EnvError(keys, path, "the path of a PEM file that the hub may read")
    for name in names:
        if not _selector.fullmatch(name):
            raise EnvError(
                selectors, name, "made of letters, digits, hyphens and dots, such as hub2026"
            )
    return tuple(
        DkimKey(name, Path(path).resolve()) for name, path in zip(names, files, strict=True)
    )


def _between_commas(name: str) -> list[str]:
    parts = (part.strip() for part in text(name).split(","))
    return [part for part in parts if part]


def old_keys(name: str) -> list[str]:
    """Return the secrets that were in use before, the newest first; what they signed is read.

    The variable has commas between them.
    """
    keys = text(name).replace(",", " ").split()
    if any(len(key) < 32 for key in keys):
        raise EnvError(name, "(hidden)", "keys of at least 32 characters each, separated by commas")
    return keys


def secret_key(name: str, data: Path) -> str:
    """Return the secret all tokens are signed with, made once into the data folder when unset.

    A hub with no key set gets a random one of its own, readable by its owner only; no default key
    exists.
    """
    key = text(name)
    if key:
        if len(key) < 32:
            raise EnvError(name, "(hidden)", "at least 32 characters long")
        return key
    path = data / "secret_key"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        path.touch(mode=FILE_MODE)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii").strip()
