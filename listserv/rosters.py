"""Find the addresses in what somebody pastes or hands over in a file."""

import re

# Bounded, so that a line of any length is read in linear time.
_address = re.compile(r"[^\s<>,;:\"'()\[\]]{1,64}@[^\s<>,;:\"'()\[\]]{1,255}")
# Characters of a line without an address that are shown back.
_SHOWN = 100


def addresses_in(text: str) -> list[str]:
    """Return the addresses of a text, in order and each once: one a line or many, with names or without.

    A line without an address comes back itself, so that whoever wrote it sees it among the unknown; empty lines and
    those that begin with ``#`` say nothing.
    """
    found: dict[str, None] = {}
    for line in text.splitlines():
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        for one in _address.findall(bare) or [bare[:_SHOWN]]:
            found[one.rstrip(".").lower() if "@" in one else one] = None
    return list(found)
