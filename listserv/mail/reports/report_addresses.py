"""Find addresses in the texts that mail programs write.

In one pass and without regular expressions.
"""

import string
from collections.abc import Iterator
from itertools import islice

# What a local part may hold without quotes (RFC 5321 §4.1.2), letters beyond ASCII too (RFC 6531).
_ATEXT = frozenset("!#$%&'*+-/=?^_`{|}~.")
_LOCAL_MAX = 128
_DOMAIN_MAX = 255
# What stands before a local part as an ornament, and is no part of it.
_ORNAMENTS = ".'`*=-/|"
# Signs that are looked at for each address wanted; a text of nothing but "@" is not read to its
# end.
_LOOKS = 20
# Words before an equals sign that name what follows; others are part of the address
# ("prvs=17=anna@…").
_KEYS = frozenset(
    "smtp to rcpt rcptto rcpt_to recipient recipients email e-mail mail mailto address addr user "
    "orcpt rfc822 rfc-822 dest destination nrcpt rcpts mbox mailbox account username".split()
)
# How lists call the addresses beside their own.
_LIST_ENDS = ("-bounces", "-bounce", "-admin", "-owner", "-request", "-errors", "-return")
# Signs of a transfer encoding that was not undone: "=3Canna@people.example=3E".
_ENCODED = ("=3c", "=22", "=20", "=09", "=27", "=28", "=5b", "=3d")
# How Exchange begins an address of elsewhere:
# "IMCEASMTP-anna+40people+2Eexample@far.example".
_EXCHANGE = "IMCEASMTP-"
_HEX_DIGITS = frozenset(string.hexdigits)
# How the local part of a signed sender begins before its first "=" (BATV).
_SIGNED = frozenset({"prvs", "msprvs1"})
# How the local part of a rewritten sender begins (SRS).
_REWRITTEN = ("srs0=", "srs0+", "srs0-", "srs1=", "srs1+", "srs1-")


def find(text: str, *, most: int = 100) -> list[str]:
    """Return the addresses in a text as they are written, each once, at most ``most``."""
    addresses: list[str] = []
    for start, stop in islice(_spans(text), _LOOKS * most):
        address = tidy(text[start:stop])
        if not address or address in addresses:
            continue
        addresses.append(address)
        if len(addresses) == most:
            break
    return addresses


def first(text: str) -> str:
    """Return the first address in a text, empty without one."""
    return next(iter(find(text, most=1)), "")


def tidy(text: str) -> str:
    """Return ``text`` as an address when it is one, empty when it is not."""
    local, _at, domain = text.strip().strip("<>").rpartition("@")
    local, domain = _tidy_local(local), _tidy_domain(domain)
    if not local or not domain:
        return ""
    if local.upper().startswith(_EXCHANGE):
        return _decoded_exchange(local[len(_EXCHANGE) :])
    return f"{local}@{domain}"


def _tidy_local(local: str) -> str:
    # An X.400 address of Exchange: "dda:SMTP=anna@people.example".
    if local[:5].lower() == "smtp=":
        local = local[5:]
    local = _without_ornaments(local)
    # An address that was shortened for the public ("davi...@example.org") is nobody's.
    if local.endswith("..."):
        return ""
    if len(local) > _LOCAL_MAX:
        return ""
    return local


def _without_ornaments(local: str) -> str:
    if local.startswith('"'):
        return local
    # A name that is hidden behind asterisks has nothing else.
    if not local.strip("*"):
        return local
    return local.lstrip(_ORNAMENTS)


def _tidy_domain(domain: str) -> str:
    # "anna@people.example... User unknown" is whole, "anna@peo..." is not.
    if domain.endswith("...") and "." not in domain.rstrip("."):
        return ""
    domain = domain.rstrip(".-")
    if domain.startswith(("-", ".")):
        return ""
    if ".." in domain:
        return ""
    return domain


def unwrapped(address: str) -> str:
    """Return the address inside one that carries another: a signed (BATV) or rewritten one (SRS).

    Such as ``prvs=1234567890=anna@people.example`` or
    ``SRS0=hHh=tT=people.example=anna@forward.example``; any other address as it is.
    """
    local = address.rpartition("@")[0]
    at_domain = address[len(local) :]
    kind, _equals, rest = local.lower().partition("=")
    if kind in _SIGNED and "=" in rest:
        inner = local.partition("=")[2]
        return f"{inner.rpartition('=')[2] or inner}{at_domain}"
    if kind.startswith("btv1"):
        return f"{local.rpartition('=')[2]}{at_domain}"
    if local.lower().startswith(_REWRITTEN):
        return _rewritten_sender(local) or address
    return address


def _rewritten_sender(local: str) -> str:
    """Return the address inside the local part of a rewritten one, empty without one."""
    pieces = local.replace("==", "=").split("=")
    if len(pieces) <= 3:
        return ""
    return tidy(f"{pieces[-1]}@{pieces[-2]}")


def of_list(address: str) -> list[str]:
    """Return the other addresses of a list whose reports go to one; none where it is no list's."""
    local, at, domain = address.partition("@")
    if not at:
        return []
    base = local.partition("+")[0]
    name = next((base.removesuffix(end) for end in _LIST_ENDS if base.endswith(end)), "")
    if name:
        return [f"{name}@{domain}", *(f"{name}{end}@{domain}" for end in _LIST_ENDS)]
    if base != local:
        return [f"{base}@{domain}"]
    return []


def _decoded_exchange(text: str) -> str:
    """Return the address that Exchange has written as a name, empty where it has no ``+40``."""
    if "+40" not in text:
        return ""
    start, *pieces = text.split("+")
    return start + "".join(_decoded_piece(piece) for piece in pieces)


def _decoded_piece(piece: str) -> str:
    """Undo ``+40`` for a sign that Exchange does not write in a name.

    ``piece`` follows the plus.
    """
    code, rest = piece[:2], piece[2:]
    if len(code) == 2 and _HEX_DIGITS.issuperset(code):
        return chr(int(code, 16)) + rest
    return f"+{piece}"


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Give where what stands around each "@" of a text begins and ends."""
    at = text.find("@")
    while at >= 0:
        start, stop = _start(text, at), _stop(text, at)
        yield start + _prefix_length(text, start, at), stop
        at = text.find("@", max(at + 1, stop))


def _prefix_length(text: str, start: int, at: int) -> int:
    """Return how many signs before an address name it ("rcpt=anna@…") or encode its bracket."""
    if text[start - 1 : start] == "<":
        return 0
    head = text[start:at].lower()
    for sign in _ENCODED:
        if head.startswith(sign):
            return len(sign)
    name, _equals, rest = head.partition("=")
    if rest and name.strip("/'*-.") in _KEYS:
        return len(name) + 1
    return 0


def _start(text: str, at: int) -> int:
    """Return where the local part before an "@" begins."""
    if text[at - 1 : at] == '"':
        return _quoted_start(text, at)
    earliest = max(0, at - _LOCAL_MAX)
    for start in range(at, earliest, -1):
        if not _is_atext(text[start - 1]):
            return start
    return earliest


def _quoted_start(text: str, at: int) -> int:
    quote = text.rfind('"', max(0, at - 1 - _LOCAL_MAX), at - 1)
    # A name in quotes ends with a quote as well: only a quoted local part has no blank around
    # its quotes.
    if quote < 0 or "\n" in text[quote:at]:
        return at
    return quote


def _is_atext(char: str) -> bool:
    return char in _ATEXT or char.isalnum()


def _stop(text: str, at: int) -> int:
    """Return where the domain behind an "@" ends."""
    latest = min(len(text), at + 1 + _DOMAIN_MAX)
    for stop in range(at + 1, latest):
        if not _is_domain_char(text[stop]):
            return stop
    return latest


def _is_domain_char(char: str) -> bool:
    return char in ".-_*" or char.isalnum()
