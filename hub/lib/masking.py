"""Take the hub's secrets out of what people write, before it is stored for others to read.

People quote and forward what the hub sends them, headers and all. Who finds a reply address, a
confirmation or a feed key in a contribution could act for its owner. So text, names and bytes of
files go through :func:`mask` and :func:`mask_file` on their way into the record
(:func:`forums.services.publish`), and out of raw mail that is handed on.

A secret is recognised by where it stands, not by checking its signature: behind the plus sign of
one of our addresses, or in one of our links. Quoting breaks lines and programs encode signs: ``> ``
within a token, ``=2B`` and ``%2B`` for the plus sign, capitals, full width, marks of direction,
encoded words, a link inside a link are all the same token. The signature is the first
:data:`MAC_LETTERS` letters of a token (:mod:`hub.lib.tokens`), so what is left of one that lost
them opens nothing.

Time is linear in the length. Source: decision record 0020.
"""

import base64
import binascii
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from django.conf import settings

from hub.lib.tokens import MAC_BYTES

# Stands in the place of a secret. No address of the hub has it, so a mail to such an address is
# refused.
HIDDEN = "hidden"
MAC_LETTERS = -(-MAC_BYTES * 8 // 5)
# Octets of a local part (RFC 5321 §4.5.3.1.1): no token is longer.
_TOKEN_MAX = 64
# In bytes a secret is overwritten letter by letter by "0", which no token has: the place of all
# else may matter.
_LETTERS = re.compile(rb"[A-Za-z0-9]")

_PLUS = r"(?:\\?\+(?:2b)?|%(?:25)*2b|=2b|-2b|&\#43;|&\#x2b;|&plus;|\\u002b)"
_DOT = r"(?:\\?\.|%(?:25)*2e|=2e|\+2e|-2e|&\#46;|&\#x2e;|&period;)"
_SLASH = r"(?:\\?/|%(?:25)*2f|=2f|-2f|&\#47;|&\#x2f;|&sol;|\\u002f|_)"
_EQUALS = r"(?:=3d|\\?=|%(?:25)*3d|-3d|&\#61;|&\#x3d;|&equals;|\\u003d)"
_QUERY = r"(?:[?&;]|%(?:25)*(?:3f|26|3b)|=(?:3f|26)|-(?:3f|26)|\\u0026)"
_AT = r"(?:\\?@|%(?:25)*40|=40|\+40|-40|&\#64;|&\#x40;|&commat;|\\u0040|[ (\[{]{1,2}at\b)"
_TOKEN = rf"[a-z2-7]{{{MAC_LETTERS},{_TOKEN_MAX}}}"
_SECRET = re.compile(
    rf"""
    (?=[\\+%=\-&/_?;])(?:
      {_PLUS}[ra]{_DOT}(?P<reply>{_TOKEN})
    | {_PLUS}(?P<local>{_TOKEN})
    | {_SLASH}(?:leave|confirm(?:{_SLASH}[a-z0-9-]{{1,40}}?)?){_SLASH}(?P<link>{_TOKEN})
    | {_QUERY}key{_EQUALS}(?P<key>{_TOKEN})
    | {_SLASH}reset{_SLASH}key{_SLASH}(?P<password>[0-9a-z]{{1,13}}-[0-9a-z-]{{20,120}})
    | {_SLASH}confirm-email{_SLASH}(?P<address>[a-z0-9_:%=-]{{10,200}})
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_at_sign = re.compile(_AT, re.IGNORECASE)
# What a word with a plus sign must have on one of its sides to be an address of ours.
_ADDRESS = re.compile(
    r"(?:bounces|leave|unsubscribe|confirm|moderate|request|lists|listserv|sympa|majordomo|hub)\Z",
    re.IGNORECASE,
)
# What programs put into a word they break: a line end with the marks of a quote, the border of two
# encoded words, a tag, and signs without width, of direction and of variants, of which Arabic and
# Hebrew texts are full; these also as the bytes of a file and encoded. The last lines are no gap
# but a letter that is written as its number.
_GAP = re.compile(
    r"""(?<=\S)(?:
      =?[ \t\u00a0]{0,2}(?:\r\n?|[\n\x0b\x0c\x85\u2028\u2029])[ \t>|＞]{0,80}(?=[^\s>])
    | \?=\s{1,4}=\?[a-z0-9_*-]{1,40}\?q\?
    | </?(?:b|br|em|font|i|span|strong|u|wbr)(?:[ ][^<>+@?%/]{0,200})?[ ]?/?>
    | [\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]
    | \xe2\x80[\x8b-\x8f\xa8-\xae] | \xe2\x81[\xa0-\xaf] | \xef\xbb\xbf | \xef\xb8[\x80-\x8f]
    | \xc2\xad | \xcd\x8f | \xd8\x9c
    | [=%]e2[=%](?:80[=%](?:8[b-f]|a[89a-e])|81[=%]a[0-9a-f])
    | [=%]ef[=%]bb[=%]bf | [=%]c2[=%]ad | [=%]d8[=%]9c
    | &(?:shy|zwnj|zwj|lrm|rlm|\#173|\#xad|\#820[3-7]|\#x200[b-f]|\#8288|\#65279|\#xfeff);
    | %(?:25)*(?P<percent>3[2-7]|[46][1-9a-f]|[57][0-9a])
    | &\#x(?P<hex>3[2-7]|[46][1-9a-f]|[57][0-9a]);
    | &\#(?P<decimal>5[0-5]|6[5-9]|[78][0-9]|9[0789]|1[01][0-9]|12[0-2]);
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# The groups of it that hold the number of a letter -> the base it is written in.
_NUMBER_BASES = {"percent": 16, "hex": 16, "decimal": 10}
# Letters as wide as Chinese ones, and dots that stand for one; each is one letter still.
_WIDE_LETTERS = {0xFF00 + code - 0x20: code for code in range(0x21, 0x7F)} | {
    0x3002: 0x2E,
    0xFF61: 0x2E,
}
_HINTS = ("+", "%2", "=2b", "-2b", "&#", "&plus", "\\u002b", "key", "leave", "confirm")
# Lines of base64, in which a forwarded mail may hide its words; shorter ones end a block.
_FULL_LINE, _LAST_LINE = (
    re.compile(rb"[A-Za-z0-9+/]{32,}\r?"),
    re.compile(rb"[A-Za-z0-9+/]{4,}={0,2}\r?"),
)
# What a file has near a secret, and how many octets around it are looked at: an address before, a
# link behind.
_SIGNS = (
    b"+r.",
    b"+a.",
    b"2br.",
    b"2ba.",
    b"bounces",
    b"leave",
    b"confirm",
    b"moderate",
    b"request",
    b"key=",
)
_BEFORE, _BEHIND = 200, 400
# Fields of a mail in letters beyond ASCII (RFC 2047); what is broken between two words goes on in
# the next one.
_WORD = rb"=\?[\w*-]{1,40}\?b\?[A-Za-z0-9+/]+={0,2}\?="
_ENCODED_WORDS = re.compile(_WORD + rb"(?:\s{1,4}" + _WORD + rb")*", re.IGNORECASE)
_LETTERS_OF_WORD = re.compile(rb"(?<=\?)[A-Za-z0-9+/]+={0,2}(?=\?=)")
# Text of two octets a letter, as Outlook's files have it.
_WIDE = re.compile(rb"(?:[\x20-\x7e]\x00){24,}")
_ZIP = b"PK\x03\x04"


def mask(text: str) -> str:
    """Return ``text`` with each secret of the hub replaced by :data:`HIDDEN`."""
    narrow = text
    if not text.isascii():
        narrow = text.translate(_WIDE_LETTERS)
    if not _may_hold(narrow):
        return text
    parts, at = [], 0
    for start, end in _spans(narrow):
        parts += [text[at:start], HIDDEN]
        at = end
    return "".join([*parts, text[at:]])


def mask_all(texts: Iterable[str]) -> list[str]:
    """Return texts that belong together, each with its secrets replaced (:func:`mask`)."""
    return [mask(text) for text in texts]


def mask_file(content: bytes) -> bytes:
    """Return a file's bytes, as many as before, with each secret of the hub overwritten.

    Mails in files are read through their transfer encodings, Outlook's files through their wide
    letters. What is packed (zip and its kin, streams of a PDF) is left as it is.
    """
    if content.startswith(_ZIP):
        return content
    masked = _ENCODED_WORDS.sub(lambda match: _masked_words(match[0]), _overwritten(content))
    if b"\0" in masked:
        masked = _WIDE.sub(lambda match: _masked_wide(match[0]), masked)
    return _without_encoded_secrets(masked)


def _may_hold(text: str) -> bool:
    lower = text.lower()
    return any(hint in lower for hint in _HINTS)


def _spans(text: str) -> list[tuple[int, int]]:
    """Return where secrets stand, from first to last letter, the line ends within them included."""
    joined, offsets, places, extra = _joined(text)
    spans = []
    for secret in _SECRET.finditer(joined):
        if secret.lastgroup == "local" and not _is_ours(joined, secret):
            continue
        start, end = secret.span(secret.lastgroup or 0)
        if _at_sign.match(joined, end) is None:
            end = min(end, _end_of_line(start, offsets, len(joined)))
        first, last = (bisect_right(offsets, place) - 1 for place in (start, end - 1))
        spans.append(
            (
                places[first] + start - offsets[first],
                places[last] + end - offsets[last] + extra[last],
            )
        )
    return spans


def _joined(text: str) -> tuple[str, list[int], list[int], list[int]]:
    """Return a text without the gaps in its words, and where its pieces came from.

    The lists say of each piece where it begins in the result, where it begins in the text, and how
    much longer it was there: a letter that was written as its number is a piece as well.
    """
    pieces: list[str] = []
    offsets, places, extra = [], [], []
    at = length = 0
    for gap in _GAP.finditer(text):
        for piece, place, longer in (
            (text[at : gap.start()], at, 0),
            (_letter(gap), gap.start(), gap.end() - gap.start() - 1),
        ):
            if piece:
                pieces.append(piece)
                offsets.append(length)
                places.append(place)
                extra.append(longer)
                length += len(piece)
        at = gap.end()
    pieces.append(text[at:])
    return "".join(pieces), [*offsets, length], [*places, at], [*extra, 0]


def _letter(gap: re.Match[str]) -> str:
    """Return the letter that a match of :data:`_GAP` stands for, empty for a gap."""
    notation = gap.lastgroup
    if notation is None:
        return ""
    return chr(int(gap[notation], _NUMBER_BASES[notation]))


def _is_ours(text: str, secret: re.Match[str]) -> bool:
    """Whether a word with a plus sign is an address of the hub: by the word, or by the domain."""
    if _ADDRESS.search(text[max(secret.start() - 12, 0) : secret.start()]) is not None:
        return True
    sign = _at_sign.match(text, secret.end())
    if sign is None:
        return False
    domain = settings.HUB_MAIL_DOMAIN.lower()
    behind = text[sign.end() : sign.end() + len(domain) + 2]
    return behind.lower().lstrip().startswith(domain)


def _end_of_line(start: int, offsets: list[int], length: int) -> int:
    """Return where the line ends in which a signature is complete.

    What stands on the next one is another word.
    """
    line = bisect_right(offsets, start + MAC_LETTERS - 1)
    if line < len(offsets):
        return offsets[line]
    return length


def _overwritten(content: bytes) -> bytes:
    """Overwrite the secrets that stand near a name or a sign of ours.

    Files are large, and these are rare.
    """
    parts, at = [], 0
    for start, end in _near_our_signs(content):
        text = content[start:end].decode("latin-1")
        for first, last in _spans(text):
            parts += [
                content[at : start + first],
                _LETTERS.sub(b"0", content[start + first : start + last]),
            ]
            at = start + last
    return b"".join([*parts, content[at:]])


def _near_our_signs(content: bytes) -> list[tuple[int, int]]:
    names = {
        settings.HUB_MAIL_DOMAIN.lower().encode(),
        (urlsplit(settings.HUB_URL).netloc or "-").lower().encode(),
    }
    names |= {name.replace(b":", b"%3a") for name in names}
    lower = content.lower()
    places = sorted(at for sign in (*names, *_SIGNS) for at in _places(lower, sign))
    near: list[tuple[int, int]] = []
    for at in places:
        start, end = max(at - _BEFORE, 0), at + _BEHIND
        if near and start <= near[-1][1]:
            near[-1] = (near[-1][0], end)
        else:
            near.append((start, end))
    return near


def _places(content: bytes, name: bytes) -> Iterator[int]:
    at = content.find(name)
    while at >= 0:
        yield at
        at = content.find(name, at + len(name))


def _masked_wide(run: bytes) -> bytes:
    return b"".join(bytes((letter, 0)) for letter in _overwritten(run[::2]))


def _masked_words(words: bytes) -> bytes:
    """Overwrite the secrets in encoded words that follow each other, each as long as it was."""
    encoded = list(_LETTERS_OF_WORD.finditer(words))
    try:
        decoded = [base64.b64decode(word[0], validate=True) for word in encoded]
    except binascii.Error:
        return words
    whole = b"".join(decoded)
    masked = _overwritten(whole)
    if masked == whole:
        return words
    parts, at, end = [], 0, 0
    for word, octets in zip(encoded, decoded, strict=True):
        parts += [words[end : word.start()], base64.b64encode(masked[at : at + len(octets)])]
        at, end = at + len(octets), word.end()
    return b"".join([*parts, words[end:]])


def _without_encoded_secrets(content: bytes) -> bytes:
    """Overwrite the secrets in blocks of base64."""
    if _FULL_LINE.search(content) is None:
        return content
    lines: list[bytes] = []
    block: list[bytes] = []
    for line in content.split(b"\n"):
        if _FULL_LINE.fullmatch(line):
            block.append(line)
            continue
        if block and _LAST_LINE.fullmatch(line):
            lines += _masked_block([*block, line])
        else:
            lines += [*_masked_block(block), line]
        block = []
    return b"\n".join([*lines, *_masked_block(block)])


def _masked_block(block: list[bytes]) -> list[bytes]:
    """Return lines of base64 with the secrets in what they say overwritten.

    They are as long as they were.
    """
    try:
        content = base64.b64decode(b"".join(line.rstrip(b"\r") for line in block), validate=True)
    except binascii.Error:
        return block
    masked = mask_file(content)
    if masked == content:
        return block
    letters = base64.b64encode(masked)
    lines, at = [], 0
    for line in block:
        width = len(line.rstrip(b"\r"))
        lines.append(letters[at : at + width] + line[width:])
        at += width
    return lines
