"""Parse what a trusted relay says about the client it speaks for, with XFORWARD and XCLIENT.

XFORWARD names the client of the next message, for records, rates and SPF; XCLIENT makes the session
that client's. Both are announced to ``HUB_TRUSTED_RELAYS`` and accepted from nobody else.

Source: Postfix's XFORWARD_README and XCLIENT_README; RFC 3461 §4 (xtext).
"""

import ipaddress
import re
from dataclasses import dataclass

from listserv.gateway.parameters import ParameterError, decode_xtext

_FORWARDED = ("NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE")
# The addresses of the relay's own side say nothing about the client; a LOGIN of its is not
# believed.
_CLIENT = ("NAME", "ADDR", "PORT", "PROTO", "HELO", "DESTADDR", "DESTPORT")
XFORWARD = f"XFORWARD {' '.join(_FORWARDED)}"
XCLIENT = f"XCLIENT {' '.join(_CLIENT)}"
_UNKNOWN = frozenset({"[UNAVAILABLE]", "[TEMPUNAVAIL]"})
_PORT = re.compile(r"[0-9]{1,5}")
_PORT_MAX = 65_535
# Characters of one value, decoded.
MAX_VALUE = 255


@dataclass(frozen=True)
class ForwardedClient:
    """The client behind a relay.

    Each field is empty, or the port 0, when the relay does not know it.

    Args:
        ident: the name under which the relay has the message in its queue; empty when it has not
            queued it.
    """

    address: str = ""
    port: int = 0
    helo: str = ""
    ident: str = ""


def parse_forwarded(text: str | None, earlier: ForwardedClient) -> ForwardedClient:
    """Return what the commands XFORWARD say together. Raises: ParameterError."""
    return _client(text, _FORWARDED, earlier)


def parse_client(text: str | None) -> ForwardedClient:
    """Return what the command XCLIENT says. Raises: ParameterError."""
    return _client(text, _CLIENT, ForwardedClient())


def _client(text: str | None, known: tuple[str, ...], earlier: ForwardedClient) -> ForwardedClient:
    words = (text or "").split()
    if not words:
        raise ParameterError("501 5.5.4 Syntax: ATTRIBUTE=value, at least one.")
    values = {
        "ADDR": earlier.address,
        "PORT": str(earlier.port),
        "HELO": earlier.helo,
        "IDENT": earlier.ident,
    }
    for word in words:
        name, value = _attribute(word)
        if name not in known or value is None:
            raise ParameterError("501 5.5.4 An attribute is not known here, or has no valid value.")
        values[name] = value
    return ForwardedClient(
        _address(values["ADDR"]), _port(values["PORT"]), values["HELO"], values["IDENT"]
    )


def _attribute(word: str) -> tuple[str, str | None]:
    """Return the name of an attribute, in capitals, and its value: None for one that is not valid.

    What the relay does not know is empty.
    """
    keyword, equals, encoded = word.partition("=")
    name, value = keyword.upper(), decode_xtext(encoded)
    if not equals or value is None:
        return name, None
    if len(value) > MAX_VALUE:
        return name, None
    if value.upper() in _UNKNOWN:
        return name, ""
    return name, "".join(filter(str.isprintable, value))


def _address(value: str) -> str:
    """Return an address in its plain form, whatever prefix it has."""
    if value[:5].upper() == "IPV6:":
        value = value[5:]
    if not value:
        return ""
    try:
        address = ipaddress.ip_address(value.partition("%")[0])
    except ValueError as error:
        raise ParameterError("501 5.5.4 ADDR is not an address.") from error
    return str(getattr(address, "ipv4_mapped", None) or address)


def _port(value: str) -> int:
    if not value:
        return 0
    if not _PORT.fullmatch(value) or int(value) > _PORT_MAX:
        raise ParameterError("501 5.5.4 PORT is not a port.")
    return int(value)
