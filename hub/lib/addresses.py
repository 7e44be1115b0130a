"""Compare e-mail addresses of any script: one spelling for each mailbox.

Source: RFC 6531 and 6532 (UTF-8 addresses), RFC 5890 (U-labels and A-labels of domains).
"""

import unicodedata

import idna


def fold_address(address: str) -> str:
    """Return an address in the one spelling in which the hub stores and compares it.

    Letters are small and composed (NFC), labels of the domain in their own script:
    ``Jose@XN--BCHER-KVA.example`` is ``jose@bücher.example``. What is no address is folded all the
    same. Linear; never raises.
    """
    text = unicodedata.normalize("NFC", address.strip()).lower()
    local, at, domain = text.rpartition("@")
    if not at:
        return text
    if len(domain) > 255:
        return text
    is_folded = domain.isascii() and "xn--" not in domain
    if is_folded:
        return text
    return f"{local}@{'.'.join(_u_label(label) for label in domain.split('.'))}"


def _u_label(label: str) -> str:
    try:
        if label.isascii():
            return idna.decode(label, uts46=True)
        return idna.decode(idna.encode(label, uts46=True))
    except (idna.IDNAError, UnicodeError):
        return label
