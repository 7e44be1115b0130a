"""Say as what a part is to be read, however its program has spelled the type.

Programs leave a half of a type out, turn it round and make types up; a part without a name that
nobody attached is what its author wrote, whatever it is called.

Source: RFC 2045 §5.2 (no type, or one that is none); messages of such programs.
"""

from listserv.mail.parse import added_parts

OF_UNKNOWN_KIND = frozenset(
    {"application/octet-stream", "application/x-octet-stream", "application/unknown"}
)
_KINDS_OF_WORDS = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext"})
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


def spelled(kind: str) -> str:
    """Return a type in lower case as it was meant; ``text/plain`` where it is none."""
    kind = _SPELLINGS.get(kind, kind)
    family, slash, subtype = kind.partition("/")
    # A multipart that holds no parts is the words in it.
    if not slash or not subtype or family == "multipart" or not family:
        return "text/plain"
    return kind


def read_as(kind: str, name: str, data: bytes, *, is_attachment: bool, is_whole: bool) -> str:
    """Return as which kind of text a part is read, empty for a file.

    A program names pieces of the text, and lists on the way make attachments of them; whoever
    attaches a file names it.

    Args: kind as spelled; is_whole, whether the part is all that the mail holds.
    """
    is_piece = added_parts.is_text_name(name)
    if kind.startswith("text/") and kind not in _FILES_OF_TEXT:
        is_words = is_piece or (not name and (not is_attachment or kind in _KINDS_OF_WORDS))
        return kind if is_words else ""
    ending = name.lower().rpartition(".")[2]
    is_text = not data.strip() or added_parts.ending_of(data) == "txt"
    if kind in OF_UNKNOWN_KIND and is_piece and ending in {"txt", "htm", "html"} and is_text:
        return "text/plain" if ending == "txt" else "text/html"
    family = kind.partition("/")[0]
    is_odd = family not in _FAMILIES and not family.startswith("x-")
    is_nobodys = is_whole and family == "application" and kind not in _KNOWN
    if not name and not is_attachment and is_text and (is_odd or is_nobodys):
        return "text/plain"
    return ""


# Types of files that are text themselves, or are opened elsewhere.
_KNOWN = frozenset(
    "application/json application/xml application/ics application/ms-tnef application/vnd.ms-tnef "
    "application/pkcs7-mime application/x-pkcs7-mime application/pgp-encrypted "
    "application/pgp-keys "
    "application/rtf application/pdf application/postscript application/javascript".split()
)
