"""Find addresses in the texts that mail programs
write, in one pass and without regular expressions.
"""

# What a local part may hold without quotes (RFC 5321 §4.1.2), letters beyond ASCII too (RFC 6531).
_ATEXT = frozenset("!#$%&'*+-/=?^_`{|}~.")
_LOCAL_MAX = 128
_DOMAIN_MAX = 255
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


def find(text: str, *, most: int = 100) -> list[str]:
    """Return the addresses in a text as they are written, each once, at most ``most``."""
    addresses: list[str] = []
    at = text.find("@")
    looked = 0
    while at >= 0 and len(addresses) < most and looked < _LOOKS * most:
        looked += 1
        start, stop = _start(text, at), _stop(text, at)
        address = tidy(text[start + _named(text, start, at) : stop])
        if address and address not in addresses:
            addresses.append(address)
        at = text.find("@", max(at + 1, stop))
    return addresses


def tidy(text: str) -> str:
    """Return ``text`` as an address when it is one, empty when it is not."""
    local, at, domain = text.strip().strip("<>").rpartition("@")
    # "anna@people.example... User unknown" is whole, "anna@peo..." is not.
    if domain.endswith("...") and "." not in domain.rstrip("."):
        return ""
    domain = domain.rstrip(".-")
    # An X.400 address of Exchange: "dda:SMTP=anna@people.example".
    local = local[5:] if local[:5].lower() == "smtp=" else local
    local = (
        local if local.startswith('"') else local.lstrip(".'`*=-/|" if local.strip("*") else ".")
    )
    # An address that was shortened for the public ("davi...@example.org") is nobody's.
    if not at or not local or local.endswith("...") or len(local) > _LOCAL_MAX:
        return ""
    if not domain or domain.startswith(("-", ".")) or ".." in domain:
        return ""
    if local[:10].upper() == "IMCEASMTP-":
        # How Exchange writes one of elsewhere: "IMCEASMTP-anna+40people+2Eexample@far.example".
        return _decoded(local[10:]) if "+40" in local else ""
    return f"{local}@{domain}"


def unwrapped(address: str) -> str:
    """Return the address inside one that carries another: a signed (BATV) or rewritten one (SRS).

    Such as ``prvs=1234567890=anna@people.example`` or
    ``SRS0=hHh=tT=people.example=anna@forward.example``; any other address as it is.
    """
    local = address.rpartition("@")[0]
    head, equals, rest = local.partition("=")
    kind = head.lower()
    if equals and kind in {"prvs", "msprvs1"} and "=" in rest:
        return f"{rest.rpartition('=')[2] or rest}{address[len(local) :]}"
    if equals and kind.startswith("btv1"):
        return f"{local.rpartition('=')[2]}{address[len(local) :]}"
    if kind in {"srs0", "srs1"} or kind.startswith(("srs0+", "srs0-", "srs1+", "srs1-")):
        pieces = local.replace("==", "=").split("=")
        inner = tidy(f"{pieces[-1]}@{pieces[-2]}") if len(pieces) > 3 else ""
        return inner or address
    return address


def of_list(address: str) -> list[str]:
    """Return the other addresses of a list whose reports go to one; none where it is no list's."""
    local, at, domain = address.partition("@")
    base = local.partition("+")[0]
    name = next((base.removesuffix(end) for end in _LIST_ENDS if base.endswith(end)), "")
    if not at or not name:
        return [f"{base}@{domain}"] if at and base != local else []
    return [f"{name}@{domain}", *(f"{name}{end}@{domain}" for end in _LIST_ENDS)]


def _decoded(text: str) -> str:
    """Undo ``+40`` for a sign that Exchange does not write in a name."""
    first, *rest = text.split("+")
    pieces = [first]
    for piece in rest:
        is_code = len(piece) >= 2 and all(char in "0123456789abcdefABCDEF" for char in piece[:2])
        pieces.append(chr(int(piece[:2], 16)) + piece[2:] if is_code else f"+{piece}")
    return "".join(pieces)


def _named(text: str, start: int, at: int) -> int:
    """Return how many signs before an address name it ("rcpt=anna@…") or encode its bracket."""
    if text[start - 1 : start] == "<" and start:
        return 0
    head = text[start:at].lower()
    for sign in _ENCODED:
        if head.startswith(sign):
            return len(sign)
    name, equals, rest = head.partition("=")
    return len(name) + 1 if equals and rest and name.strip("/'*-.") in _KEYS else 0


def _start(text: str, at: int) -> int:
    if text[at - 1 : at] == '"':
        quote = text.rfind('"', max(0, at - 1 - _LOCAL_MAX), at - 1)
        # A name in quotes ends with a quote as well: only a quoted local part has no blank around
        # its quotes.
        return quote if quote >= 0 and "\n" not in text[quote:at] else at
    start = at
    while (
        start > 0
        and at - start < _LOCAL_MAX
        and (text[start - 1].isalnum() or text[start - 1] in _ATEXT)
    ):
        start -= 1
    return start


def _stop(text: str, at: int) -> int:
    stop = at + 1
    while (
        stop < len(text)
        and stop - at <= _DOMAIN_MAX
        and (text[stop].isalnum() or text[stop] in ".-_*")
    ):
        stop += 1
    return stop
