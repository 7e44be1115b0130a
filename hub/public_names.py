"""The names under which a hub is known: its address
on the web, the domain of its lists, its own mailbox.
"""

import ipaddress
import re
from urllib.parse import urlsplit

from hub import env

_domain = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?(?:\.[^\W_](?:[\w-]{0,61}[^\W_])?)*")
_host = re.compile(rf"{_domain.pattern}|\[[0-9a-f:.]+\]")


def base_url(name: str, default: str) -> str:
    """Return the public base address without a trailing slash."""
    address = env.text(name, default).rstrip("/")
    try:
        parts = urlsplit(address)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
        whole = host if parts.port is None else f"{host}:{parts.port}"
        is_base = (
            parts.netloc.lower() == whole
            and _host.fullmatch(host)
            and address.endswith(parts.netloc)
        )
    except ValueError:
        is_base = None
    if not is_base or parts.scheme not in {"http", "https"}:
        raise env.EnvError(
            name, address, "an address such as https://hub.example.org, without a path"
        )
    return address


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
    """Return the names under which the hub answers: the public one, and this machine's own if the
    public one is too.

    A hub on the Internet does not answer to ``localhost``: whoever gets that name into a request
    gets links under it.
    """
    try:
        address = ipaddress.ip_address(public)
        is_own = address.is_loopback or address.is_unspecified
    except ValueError:
        is_own = public == "localhost" or public.endswith(".localhost")
    host = f"[{public}]" if ":" in public else public
    return list(dict.fromkeys([host, "localhost", "127.0.0.1", "[::1]"] if is_own else [host]))
