"""Decide as what a part is read, however its program has spelled the type.

Programs leave a half of a type out, turn it round and make types up; a part without a name that
nobody attached is what its author wrote, whatever it is called.

Source: RFC 2045 §5.2 (no type, or one that is none); messages of such programs.
"""

from listserv.mail.parse import added_parts

OF_UNKNOWN_KIND = frozenset(
    {"application/octet-stream", "application/x-octet-stream", "application/unknown"}
)
_KINDS_OF_WORDS = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext"})
_KINDS_BY_ENDING = {"txt": "text/plain", "htm": "text/html", "html": "text/html"}
_FILES_OF_TEXT = frozenset({"text/calendar", "text/x-vcard", "text/vcard"})
# Types that stand for another one.
_SPELLINGS = {
    "html": "text/html", "text/htm": "text/html", "html/text": "text/html",
    "application/html": "text/html", "application/x-html": "text/html", "text/x-html": "text/html",
    "plain/text": "text/plain", "application/text": "text/plain", "application/plain": "text/plain",
    "application/txt": "text/plain", "application/x-text": "text/plain",
    "message/plain": "text/plain", "message/text": "text/plain",
}  # fmt: skip
# The registered top-level types (RFC 2046, 8081, 2077) and what programs add to them.
_FAMILIES = frozenset(
    "text image audio video application message multipart model font chemical haptics "
    "example".split()
)


def normalised(kind: str) -> str:
    """Return a type in lower case as it was meant; ``text/plain`` where it is none."""
    kind = _SPELLINGS.get(kind, kind)
    family, _slash, subtype = kind.partition("/")
    # A multipart that holds no parts is the words in it.
    if family in {"", "multipart"}:
        return "text/plain"
    return kind if subtype else "text/plain"


def read_as(kind: str, name: str, data: bytes, *, is_attachment: bool, is_whole: bool) -> str:
    """Return as which kind of text a part is read, empty for a file.

    A program names pieces of the text, and lists on the way make attachments of them; whoever
    attaches a file names it.

    Args: kind as normalised; is_whole, whether the part is all that the message holds.
    """
    if kind.startswith("text/") and kind not in _FILES_OF_TEXT:
        return kind if _is_words(kind, name, is_attachment=is_attachment) else ""
    if data.strip() and added_parts.ending_of(data) != "txt":
        return ""
    if name:
        return _kind_of_piece(kind, name)
    if is_attachment:
        return ""
    if _is_made_up(kind):
        return "text/plain"
    if is_whole and _is_unknown_application(kind):
        return "text/plain"
    return ""


def _is_words(kind: str, name: str, *, is_attachment: bool) -> bool:
    """Whether a part of text is what its author wrote, and no file."""
    if added_parts.is_text_name(name):
        return True
    if name:
        return False
    if kind in _KINDS_OF_WORDS:
        return True
    return not is_attachment


def _kind_of_piece(kind: str, name: str) -> str:
    """Return the kind of a piece of the text that a program has named; empty for a file."""
    if kind not in OF_UNKNOWN_KIND:
        return ""
    if not added_parts.is_text_name(name):
        return ""
    return _KINDS_BY_ENDING.get(name.lower().rpartition(".")[2], "")


def _is_made_up(kind: str) -> bool:
    family = kind.partition("/")[0]
    return family not in _FAMILIES and not family.startswith("x-")


def _is_unknown_application(kind: str) -> bool:
    return kind.startswith("application/") and kind not in _KNOWN


# Types of files that are text themselves, or are opened elsewhere.
_KNOWN = frozenset(
    "application/json application/xml application/ics application/ms-tnef application/vnd.ms-tnef "
    "application/pkcs7-mime application/x-pkcs7-mime application/pgp-encrypted "
    "application/pgp-keys "
    "application/rtf application/pdf application/postscript application/javascript".split()
)
