"""Give files names that are safe to show, to offer and to store.

A safe name has no path, no control character and nothing that misleads the eye.
"""

import mimetypes
import unicodedata

# What Windows takes for a device, whatever ending it has.
_DEVICES = frozenset(
    {
        "con",
        "prn",
        "aux",
        "nul",
        *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(10)),
    }
)
_MAX = 200  # characters
_OWN = {
    "text/calendar": ".ics", "application/ics": ".ics", "message/rfc822": ".eml",
    "image/jpeg": ".jpg",
    "application/pgp-signature": ".asc", "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
}  # fmt: skip


def safe_name(name: str, kind: str, *, otherwise: str) -> str:
    """Return a file name; ``otherwise`` is its stem when nothing is left.

    Marks that turn the direction (``exe.gpj`` shown as ``jpg.exe``) and characters without width
    are taken out, so that the ending that is shown is the one that counts.
    """
    visible = "".join(
        _shown(char) for char in unicodedata.normalize("NFC", name.replace("\\", "/"))
    )
    name = " ".join(visible.rpartition("/")[2].split()).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if not dot or not ending.isalnum():
        name = (name or otherwise) + _ending(kind)
        stem, dot, ending = name.rpartition(".")
    if stem.partition(".")[0].strip().lower() in _DEVICES:
        stem = f"_{stem}"
    if len(name) > _MAX:
        stem, ending = stem[: _MAX - 20], ending[:19]
    return f"{stem}.{ending}"


def _shown(char: str) -> str:
    if char.isprintable():
        return char
    # Format characters (Cf) have no width and are dropped; other controls stand for a blank.
    if unicodedata.category(char) == "Cf":
        return ""
    return " "


def _ending(kind: str) -> str:
    ending = _OWN.get(kind) or mimetypes.guess_extension(kind)
    if ending:
        return ending
    return ".txt" if kind.startswith(("text/", "message/")) else ".bin"
