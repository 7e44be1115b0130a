"""Read the header of a message as it comes: fields, encoded words, parameters, addresses.

Never raises.

Source: RFC 5322 (fields, addresses, msg-id), RFC 2047 (encoded words), RFC 2231 (parameters), RFC
6532 (UTF-8).
"""

import binascii
import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote_to_bytes

from hub.lib.addresses import fold_address
from listserv.mail.parse.charset import decode, one_line
from listserv.mail.parse.transfer import lenient_base64

# Characters looked at in one field; what follows is kept in the raw message alone.
MAX_FIELD = 20_000
MAX_REFERENCES = 100
_COMMENT = re.compile(r"\([^()]{0,200}\)")
# A type, be it in quotes or with blanks around its slash, and what stands behind it.
_HALF = r"[^\s\"',=/]{0,100}"
_KIND = re.compile(
    rf"[\"' ]{{0,5}}({_HALF}(?:\s{{0,5}}/\s{{0,5}}{_HALF})?)[\"']?(?=[\s,]|$)[\s,]*(.*)", re.DOTALL
)
# Where a parameter begins there.
_NEXT = re.compile(r"[\s,]+(?=[\w*-]{1,40}\s{0,5}=)")
_FOLDED_ID = re.compile(r"\.[ \t]{1,10}")
_ID = re.compile(r"\S{1,250}")
_BLANKS = (b" ", b"\t")
_MAX_FOLDS = MAX_FIELD // 10  # lines of one field
# An encoded word, and the characters from its beginning in which it must end.
_ENCODED_WORD = re.compile(
    r"=\?(?P<charset>[^? ]{0,60})\?(?P<encoding>[bBqQ])\?(?P<text>.*?)\?=", re.DOTALL
)
_WORD_WINDOW = 800
# A quoted string, be it without an end, with what is escaped in it.
_QUOTED = re.compile(r'"((?:[^"\\]|\\.?)*)', re.DOTALL)
_QUOTED_OR_SEMICOLON = re.compile(rf'{_QUOTED.pattern}"?|;', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# What stands between mailboxes, and the name of a group before the first one of it (RFC 5322 §3.4).
_SEPARATOR = re.compile("[,;]")
_GROUP = re.compile("^[^<@]*:")
_NESTING = {"(": 1, ")": -1}  # of comments


class Headers:
    """The fields of one header, by lower-case name, in their order."""

    def __init__(self, block: bytes, *, below: bytes = b"") -> None:
        """Read a header. Args: below, what follows it, whose charset its own octets may be in."""
        self.fields: dict[str, list[str]] = {}
        charset = ""
        if not block.isascii():
            charset = _charset_named_in(block) or _charset_named_in(below)
        for name, value in _split(block, charset):
            self.fields.setdefault(name, []).append(value)

    def raw(self, name: str) -> str:
        """Return the unfolded first field of that name; empty when absent.

        Encoded words stay as they stand.
        """
        return next(iter(self.all(name)), "")

    def keyword(self, name: str) -> str:
        """Return the first field of that name as it is compared: trimmed, in lower case."""
        return self.raw(name).strip().lower()

    def text(self, name: str) -> str:
        """Return the first field of that name with its encoded words decoded, on one line."""
        return " ".join(decode_words(self.raw(name)).split())

    def all(self, name: str) -> list[str]:
        """Return every field of that name."""
        return self.fields.get(name, [])

    def has_any(self, names: Iterable[str]) -> bool:
        """Whether there is a field of one of these names."""
        return any(name in self.fields for name in names)

    def __contains__(self, name: str) -> bool:
        return name in self.fields


def _charset_named_in(octets: bytes) -> str:
    """Return the charset that is named anywhere; empty for octets that need none.

    Raw 8-bit fields are most often in the charset of the body.
    """
    if octets.isascii():
        return ""
    rest = octets.lower().partition(b"charset=")[2].lstrip(b"\"' \t")[:40]
    for mark in (b";", b'"', b"'", b"\r", b"\n", b" "):
        rest = rest.partition(mark)[0]
    return rest.decode("ascii", "replace")


def _split(block: bytes, charset: str) -> list[tuple[str, str]]:
    """Return name and unfolded value of each field."""
    fields: list[tuple[str, list[bytes]]] = []
    for line in block.split(b"\n"):
        line = line.rstrip(b"\r")
        if not line.startswith(_BLANKS):
            name, colon, value = line.partition(b":")
            key = name.strip().lower()
            if colon and _is_field_name(key):
                fields.append((key.decode("ascii", "replace"), [value]))
        elif fields:
            _continue(fields[-1][1], line)
    return [
        (name, decode(b"".join(lines)[:MAX_FIELD], charset).strip().replace("\0", ""))
        for name, lines in fields
    ]


def _is_field_name(key: bytes) -> bool:
    return key != b"" and b" " not in key


def _continue(lines: list[bytes], line: bytes) -> None:
    """Add a folded line to those of its field, unless there is enough of it."""
    if len(lines[-1]) >= MAX_FIELD:
        return
    if len(lines) < _MAX_FOLDS:
        lines.append(line)


def decode_words(value: str) -> str:
    """Return ``value`` with its encoded words (RFC 2047) decoded; a broken one stays as it is.

    Linear: each ``=?`` is looked at once and only within the 75 characters the RFC allows, taken
    tenfold since senders exceed it.
    """
    decoded = _DecodedText()
    at = 0
    while (start := value.find("=?", at)) >= 0:
        word = _encoded_word(value, start)
        between = value[at:start]
        if word is None:
            decoded.add_text(between + "=?")
            at = start + 2
            continue
        charset, data, at = word
        decoded.add_word(charset, data, between)
    decoded.add_text(value[at:])
    return "".join(decoded.pieces)


class _DecodedText:
    """Text put together from encoded words and what stands between them."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        # Neighbours of one charset are joined before decoding: senders cut within a character.
        self.charset = ""
        self.pending: list[bytes] = []

    def add_text(self, text: str) -> None:
        """Add text that is not encoded."""
        if self.pending:
            self.pieces.append(decode(b"".join(self.pending), self.charset))
            self.pending = []
        self.pieces.append(text)

    def add_word(self, charset: str, data: bytes, between: str) -> None:
        """Add an encoded word; blanks between two words are none of the text."""
        if between.strip() or not self.pending:
            self.add_text(between)
        elif charset.lower() != self.charset.lower():
            self.add_text("")
        self.charset = charset
        self.pending.append(data)


def _encoded_word(value: str, start: int) -> tuple[str, bytes, int] | None:
    """Return charset, octets and end of the encoded word at ``start``, None for a broken one."""
    match = _ENCODED_WORD.match(value, start, start + _WORD_WINDOW)
    if match is None:
        return None
    octets = match["text"].encode("utf-8", "replace")
    if match["encoding"] in "bB":
        data = lenient_base64(octets)
    else:
        data = binascii.a2b_qp(octets, header=True)
    # A language may stand behind the charset (RFC 2231 §5).
    return match["charset"].partition("*")[0], data, match.end()


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """Return the value and the parameters of a field such as Content-Type.

    RFC 2231 continuations are joined.

    Returns: the value in lower case, and name -> text, names in lower case.
    """
    kind, pieces = _kind_and_pieces(value)
    plain: dict[str, str] = {}
    extended: dict[str, dict[int, tuple[str, bool]]] = {}
    for piece in pieces[:100]:
        name, equals, text = piece.partition("=")
        name, text = name.strip().lower(), _unquote(text.strip())
        if not equals or not name:
            continue
        base, star, index = name.partition("*")
        if star:
            parts = extended.setdefault(base, {})
            parts[_part_number(index.rstrip("*"))] = (text, name.endswith("*"))
        else:
            plain.setdefault(base, decode_words(text))
    for base, parts in extended.items():
        plain[base] = _joined(parts)
    return kind, plain


def _part_number(digits: str) -> int:
    if digits.isdecimal() and len(digits) < 4:
        return int(digits)
    return 0


def _kind_and_pieces(value: str) -> tuple[str, list[str]]:
    """Return the value in lower case without comments, and the parameters behind it.

    Programs forget the semicolon ("text/html charset=utf-8") or write a comma for it.
    """
    head, *pieces = _semicolons(value)
    head = _COMMENT.sub(" ", head[:1_000]).strip()
    kind = _KIND.match(head)
    if kind is None:
        return head.lower(), pieces
    behind = [piece for piece in _NEXT.split(kind[2]) if "=" in piece]
    return "".join(kind[1].split()).lower(), [*behind, *pieces]


def _joined(parts: dict[int, tuple[str, bool]]) -> str:
    """Return a parameter that came in numbered pieces; of each, its text and whether encoded."""
    charset, data = "", bytearray()
    for index in sorted(parts):
        text, is_encoded = parts[index]
        if not is_encoded:
            data += text.encode("utf-8", "replace")
            continue
        if index == 0 and text.count("'") >= 2:
            charset, _language, text = text.split("'", 2)
        data += unquote_to_bytes(text)
    return decode(bytes(data), charset)


def _semicolons(value: str) -> list[str]:
    """Cut a field at its semicolons, outside quoted strings."""
    pieces, start = [], 0
    for token in _QUOTED_OR_SEMICOLON.finditer(value):
        if token[0] == ";":
            pieces.append(value[start : token.start()])
            start = token.end()
    pieces.append(value[start:])
    return pieces


def _unquote(text: str) -> str:
    """Return a parameter's text without quotes; of one that lost its semicolon, the first word."""
    quoted = _QUOTED.match(text)
    if quoted is not None:
        return _ESCAPED.sub(r"\1", quoted[1])
    return text.partition(" ")[0] if "=" in text else text


def addresses(value: str, *, most: int = 50) -> list[str]:
    """Return the addr-specs of an address field as the hub compares them, at most ``most``.

    Without comments and names. Internationalised ones too, however the domain is spelled
    (:func:`hub.lib.addresses.fold_address`).
    """
    specs: dict[str, None] = {}
    for mailbox in _mailboxes(value):
        spec = _addr_spec(mailbox)
        if spec:
            specs[spec] = None
        if len(specs) >= most:
            break
    return list(specs)


def _addr_spec(mailbox: str) -> str:
    """Return the folded address of one mailbox, empty where it has none."""
    start, end = mailbox.rfind("<"), mailbox.rfind(">")
    if 0 <= start < end:
        mailbox = mailbox[start + 1 : end]
    spec = "".join(mailbox.split()).strip("<>\"'")
    # A source route (RFC 5321 §4.1.1.3) ends with a colon before the address.
    spec = fold_address(spec.rpartition(":")[2][:400])
    local, _at, domain = spec.rpartition("@")
    if not local:
        return ""
    if not domain:
        return ""
    return spec if len(spec) <= 320 else ""


def display_name(value: str) -> str:
    """Return the name that the first mailbox of an address field gives its owner.

    By phrase or comment.

    Returns: empty for no name.
    """
    value = value[:2_000]
    phrase = value[: max(value.find("<"), 0)]
    if not phrase.strip(' "'):
        phrase = value.partition("(")[2].rpartition(")")[0]
    words = decode_words(phrase.strip()).replace("\0", "")
    unescaped = words.replace('\\"', "\0").replace('"', "").replace("\0", '"').replace("\\", "")
    return one_line(unescaped)[:150]


def _mailboxes(value: str) -> list[str]:
    """Cut an address field at its commas, without quoted strings, comments and names of groups."""
    boxes = _SEPARATOR.split(_without_quotes_and_comments(value))
    return [_GROUP.sub("", box, count=1) for box in boxes]


def _without_quotes_and_comments(value: str) -> str:
    outside: list[str] = []
    is_quoted, depth = False, 0
    characters = iter(value)
    for char in characters:
        if is_quoted:
            is_quoted = char != '"'
            _skip_escaped(char, characters)
        elif depth:
            depth += _NESTING.get(char, 0)
            _skip_escaped(char, characters)
        elif char == '"':
            is_quoted = True
        elif char == "(":
            depth = 1
        else:
            outside.append(char)
    return "".join(outside)


def _skip_escaped(char: str, characters: Iterator[str]) -> None:
    """Pass over the character behind a backslash."""
    if char == "\\":
        next(characters, "")


def message_ids(value: str, *, most: int = MAX_REFERENCES) -> list[str]:
    """Return the msg-ids of a field, with their angle brackets, the last ``most`` of them."""
    ids: list[str] = []
    at = 0
    while (start := value.find("<", at)) >= 0:
        end = value.find(">", start)
        if end < 0:
            break
        inner = value[start + 1 : end].rpartition("<")[2]
        if len(inner) <= 300:
            # Some programs fold a long identifier in its middle, mostly behind a dot.
            inner = _FOLDED_ID.sub(".", inner)
        if _ID.fullmatch(inner) is not None:
            ids.append(f"<{inner}>")
        at = end + 1
    return ids[-most:]
