"""Recognise the parts that mail programs add or name by themselves.

Nobody means them as files. Exchange cuts a text at each picture and names the pieces
``ATT00001.htm`` or ``ATT00001.txt``; Netscape, Apple Mail, Gmail, Evolution and gateways have names
of their own for text. Word and Outlook enclose styles of their HTML.

Source: messages of these programs; Microsoft's KB 814638 (names of parts without one).
"""

import re

# Names that programs give to a part of the text.
_TEXT_NAMES = re.compile(
    r"""
    att[-_ ]?\d{1,6}(?:[-_ ]\d{1,3})?\.(?:txt|html?|c|unk|dat|bin)   # Exchange, Notes
    # Netscape, Eudora
    | (?:part|section|teil|partie|parte)[-_ .]?\d{1,3}(?:\.\d{1,3}){0,4}(?:\.(?:txt|html?))?
    # KMail, Apple Mail, Gmail, Thunderbird
    | (?:attached[ ]message[ ]part|mime-attachment|noname|unnamed|untitled|unbenannt
      |sans[ ]nom|sin[ ]nombre)(?:[-_ ]?\d{1,3})?(?:\.(?:txt|html?))?
    | (?:mail|e-?mail)[ -]?(?:attachment|anhang)(?:[-_ ]?\d{1,3})?\.(?:txt|html?)  # phones of Apple
    | (?:message|mail)?body(?:[-_ ]?\d{1,3})?\.(?:txt|html?)
    | (?:text|plain|html)[-_ ]?(?:part|body)?(?:[-_ ]?\d{1,3})?\.(?:txt|html?)
    | c\.html?                                                        # Notes
    # gateways
    | (?:\w{0,20}[-_ ])?(?:disclaimer|safestamp|footer|signature|haftungsausschluss)\.(?:txt|html?)
    """,
    re.VERBOSE | re.IGNORECASE,
)
# What styles the HTML of Word and Outlook, resource forks of old Macs, and what only watches and
# some pages show.
_AUXILIARY_KINDS = frozenset(
    "application/applefile application/x-mso application/vnd.ms-officetheme application/x-ms-wmz "
    "application/x-ms-emz application/x-msmetafile image/x-emz image/x-wmz image/emz image/wmz "
    "text/x-amp-html text/watch-html".split()
)
_AUXILIARY_NAMES = re.compile(
    r".{1,60}\.(?:mso|emz|wmz|thmx)|colorschememapping\.xml|\._.{1,200}|\.ds_store", re.IGNORECASE
)
# The same, where it stands beside the HTML that it is for (multipart/related).
_RELATED_KINDS = frozenset(
    "text/css text/javascript application/javascript application/x-javascript".split()
)
_RELATED_NAMES = re.compile(
    r".{1,60}\.(?:css|js)|filelist\.xml|themedata\.xml|header\.html?", re.IGNORECASE
)
# Names that say nothing of what is in a part of unknown kind; no name says nothing either.
_NAMELESS = re.compile(
    r"(?:att[-_ ]?\d{1,6}(?:[-_ ]\d{1,3})?(?:\.(?:bin|dat|unk|obj))?|noname|unnamed)?",
    re.IGNORECASE,
)
_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF8", "gif"),
    (b"{\\rtf", "rtf"),
)
_SAMPLE = 4_096  # octets
# Octets below the blank that no text has: all but tabs, ends of lines and pages, and escapes.
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\r\f\x1b"))


def is_text_name(name: str) -> bool:
    """Whether a program has given this name to a piece of the text."""
    return _TEXT_NAMES.fullmatch(name.strip()[:100]) is not None


def is_auxiliary(kind: str, name: str, *, related: bool) -> bool:
    """Whether a part only styles another one, or is for a program alone.

    Args: kind in lower case; related, whether it stands in a multipart/related.
    """
    name = name.strip()[:250]
    if kind in _AUXILIARY_KINDS:
        return True
    if _AUXILIARY_NAMES.fullmatch(name) is not None:
        return True
    if not related:
        return False
    return kind in _RELATED_KINDS or _RELATED_NAMES.fullmatch(name) is not None


def is_nameless(name: str) -> bool:
    """Whether a name is empty, or was made up by a program that did not know what the part is."""
    return _NAMELESS.fullmatch(name.strip()[:100]) is not None


def ending_of(data: bytes) -> str:
    """Return the file ending that fits the octets, without its dot.

    Returns: ``txt`` for text; empty for what is not recognised.
    """
    for magic, ending in _MAGIC:
        if data.startswith(magic):
            return ending
    return "txt" if _is_text(data[:_SAMPLE]) else ""


def _is_text(sample: bytes) -> bool:
    if not sample:
        return False
    if len(sample) != len(sample.translate(None, delete=_CONTROLS)):
        return False
    try:
        # A letter may be cut at the end of the sample.
        sample[: max(len(sample) - 3, 1)].decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
