"""The names of a hub: its address on the web, the domain of its lists, its own mailbox."""

import ipaddress
import re
from urllib.parse import urlsplit

from hub import env

_domain = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?(?:\.[^\W_](?:[\w-]{0,61}[^\W_])?)*")
_host = re.compile(rf"{_domain.pattern}|\[[0-9a-f:.]+\]")


def base_url(name: str, default: str) -> str:
    """Return the public base address without a trailing slash."""
    address = env.text(name, default).rstrip("/")
    if not _is_base(address):
        raise env.EnvError(
            name, address, "an address such as https://hub.example.org, without a path"
        )
    return address


def _is_base(address: str) -> bool:
    """Whether an address is a scheme and a host, perhaps a port, and nothing else."""
    try:
        parts = urlsplit(address)
        host, port = _in_brackets(parts.hostname or ""), parts.port
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"}:
        return False
    if not _host.fullmatch(host):
        return False
    if port is not None:
        host = f"{host}:{port}"
    return parts.netloc.lower() == host and address.endswith(parts.netloc)


def _in_brackets(host: str) -> str:
    """Return a host as an address has it: of IPv6 in brackets (RFC 3986 §3.2.2)."""
    if ":" in host:
        return f"[{host}]"
    return host


def domain(name: str, default: str) -> str:
    """Return the name of a domain, in lower case."""
    domain_name = env.text(name, default).lower()
    if not _domain.fullmatch(domain_name) or len(domain_name) > 253:
        raise env.EnvError(name, domain_name, "a domain such as lists.example.org")
    return domain_name


def mailbox(name: str, address: str) -> str:
    """Return an address with the name before it, quoted: a comma in it begins no second address."""
    return '"{}" <{}>'.format(re.sub(r'(["\\\\])', r"\\\1", name), address)


def allowed_hosts(public: str) -> list[str]:
    """Return the names under which the hub answers.

    They are the public one, and this machine's own if the public one is too. A hub on the Internet
    does not answer to ``localhost``: whoever gets that name into a request gets links under it.
    """
    names = [_in_brackets(public)]
    if _is_of_this_machine(public):
        names += ["localhost", "127.0.0.1", "[::1]"]
    return list(dict.fromkeys(names))


def _is_of_this_machine(name: str) -> bool:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
    return address.is_loopback or address.is_unspecified
