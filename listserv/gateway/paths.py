"""The address in ``MAIL FROM:<…>`` and ``RCPT TO:<…>``, and what stands behind it.

A source route is read over.

Source: RFC 5321 §4.1.2 (Path, Mailbox, Quoted-string, address literals), RFC 6531 §3.3 (other
letters).
"""

import re

# Octets of a path, RFC 5321 §4.5.3.1.1 and .2, which count local part and domain apart.
MAX_ADDRESS = 320
_ATOM = r'[^\s<>()\[\],;:\\"@\x00-\x1f\x7f]+'
_QUOTED = r'"(?:[^"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])*"'
_LITERAL = r"\[[^\[\]\s\x00-\x1f\x7f]+\]"
_MAILBOX = rf"(?:{_ATOM}|{_QUOTED})@(?:{_ATOM}|{_LITERAL})"
_ROUTE = rf"(?:@{_ATOM}(?:,@{_ATOM})*:)?"
_PARAMETERS = r"((?:[ \t][^\x00-\x1f]*)?)"
_IN_BRACKETS = re.compile(rf"<{_ROUTE}({_MAILBOX})>{_PARAMETERS}")
# Some programs leave the brackets out.
_BARE = re.compile(rf"({_MAILBOX}){_PARAMETERS}")
_POSTMASTER = re.compile(rf"<(postmaster)>{_PARAMETERS}", re.IGNORECASE)
_NULL = re.compile(rf"<()>{_PARAMETERS}")


def parse_path(text: str) -> tuple[str, str] | None:
    """Return the address (empty for ``<>``) and the parameters; None for what is no address."""
    for form in (_IN_BRACKETS, _NULL, _POSTMASTER, _BARE):
        path = form.fullmatch(text)
        if path is not None:
            break
    else:
        return None
    address, parameters = path.groups()
    if len(address) > MAX_ADDRESS:
        return None
    return address, parameters.strip()
