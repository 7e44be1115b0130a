"""Find addresses in the texts that mail programs write, in one pass and without regular expressions."""

# What a local part may hold without quotes (RFC 5321 §4.1.2), letters beyond ASCII too (RFC 6531).
_ATEXT = frozenset("!#$%&'*+-/=?^_`{|}~.")
_LOCAL_MAX = 128
_DOMAIN_MAX = 255
# Signs that are looked at for each address wanted; a text of nothing but "@" is not read to its end.
_LOOKS = 20


def find(text: str, *, most: int = 100) -> list[str]:
    """Return the addresses in a text as they are written, each once, at most ``most``."""
    found: list[str] = []
    at = text.find("@")
    looked = 0
    while at >= 0 and len(found) < most and looked < _LOOKS * most:
        looked += 1
        start, stop = _start(text, at), _stop(text, at)
        address = tidy(text[start:stop])
        if address and address not in found:
            found.append(address)
        at = text.find("@", max(at + 1, stop))
    return found


def tidy(text: str) -> str:
    """Return ``text`` as an address when it is one, empty when it is not."""
    local, at, domain = text.strip().strip("<>").rpartition("@")
    if domain.endswith("..."):
        return ""
    domain = domain.rstrip(".-")
    # An X.400 address of Exchange: "dda:SMTP=anna@people.example".
    local = local[5:] if local[:5].lower() == "smtp=" else local
    local = local if local.startswith('"') else local.lstrip(".'`*=-/|" if local.strip("*") else ".")
    # An address that was shortened for the public ("davi...@example.org") is nobody's.
    if not at or not local or local.endswith("...") or len(local) > _LOCAL_MAX:
        return ""
    if not domain or domain.startswith(("-", ".")) or ".." in domain:
        return ""
    return f"{local}@{domain}"


def _start(text: str, at: int) -> int:
    if text[at - 1 : at] == '"':
        quote = text.rfind('"', max(0, at - 1 - _LOCAL_MAX), at - 1)
        # A name in quotes ends with a quote as well: only a quoted local part has no blank around its quotes.
        return quote if quote >= 0 and "\n" not in text[quote:at] else at
    start = at
    while start > 0 and at - start < _LOCAL_MAX and (text[start - 1].isalnum() or text[start - 1] in _ATEXT):
        start -= 1
    return start


def _stop(text: str, at: int) -> int:
    stop = at + 1
    while stop < len(text) and stop - at <= _DOMAIN_MAX and (text[stop].isalnum() or text[stop] in ".-_*"):
        stop += 1
    return stop
