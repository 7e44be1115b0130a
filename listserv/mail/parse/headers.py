"""Read the header of a mail as it comes, never raising: fields, encoded words, parameters,
addresses, identifiers.

Source: RFC 5322 (fields, addresses, msg-id), RFC 2047 (encoded words), RFC 2231 (parameters), RFC
6532 (UTF-8).
"""

import binascii
import re
from urllib.parse import unquote_to_bytes

from hub.lib.addresses import fold_address
from listserv.mail.parse.charset import decode
from listserv.mail.parse.transfer import lenient_base64

# Characters looked at in one field; what follows is kept in the raw mail alone.
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


class Headers:
    """The fields of one header, by lower-case name, in their order."""

    def __init__(self, block: bytes, *, below: bytes = b"") -> None:
        """Read a header. Args: below, what follows it, whose charset its own octets may be in."""
        self.fields: dict[str, list[str]] = {}
        for name, value in _split(
            block, _hint(block) or (_hint(below) if not block.isascii() else "")
        ):
            self.fields.setdefault(name, []).append(value)

    def raw(self, name: str) -> str:
        """Return the unfolded first field of that name,
        encoded words as they stand; empty when absent.
        """
        values = self.fields.get(name)
        return values[0] if values else ""

    def text(self, name: str) -> str:
        """Return the first field of that name with its encoded words decoded, on one line."""
        return " ".join(decode_words(self.raw(name)).split())

    def all(self, name: str) -> list[str]:
        """Return every field of that name."""
        return self.fields.get(name, [])

    def __contains__(self, name: str) -> bool:
        return name in self.fields


def _hint(block: bytes) -> str:
    """Return the charset the header names anywhere: raw
    8-bit fields are most often in that of the body.
    """
    if block.isascii():
        return ""
    rest = block.lower().partition(b"charset=")[2].lstrip(b"\"' \t")[:40]
    for mark in (b";", b'"', b"'", b"\r", b"\n", b" "):
        rest = rest.partition(mark)[0]
    return rest.decode("ascii", "replace")


def _split(block: bytes, charset: str) -> list[tuple[str, str]]:
    fields: list[tuple[str, list[bytes]]] = []
    for line in block.split(b"\n"):
        line = line.rstrip(b"\r")
        if line[:1] in (b" ", b"\t"):
            if (
                fields
                and sum(map(len, fields[-1][1][-1:])) < MAX_FIELD
                and len(fields[-1][1]) < MAX_FIELD // 10
            ):
                fields[-1][1].append(line)
            continue
        name, colon, value = line.partition(b":")
        key = name.strip().lower()
        if colon and key and b" " not in key:
            fields.append((key.decode("ascii", "replace"), [value]))
    return [
        (name, decode(b"".join(lines)[:MAX_FIELD], charset).strip().replace("\0", ""))
        for name, lines in fields
    ]


def decode_words(value: str) -> str:
    """Return ``value`` with its encoded words (RFC 2047) decoded; a broken one stays as it is.

    Linear: each ``=?`` is looked at once and only within the 75 characters the RFC allows, taken
    tenfold since senders exceed it.
    """
    out: list[str] = []
    pending: list[bytes] = []
    charset = ""
    at = 0

    def flush() -> None:
        if pending:
            out.append(decode(b"".join(pending), charset))
            pending.clear()

    while (start := value.find("=?", at)) >= 0:
        word = _encoded_word(value, start)
        between = value[at:start]
        if word is None:
            flush()
            out.append(between + "=?")
            at = start + 2
            continue
        name, data, end = word
        if between.strip() or not pending:
            flush()
            out.append(between)
        elif name.lower() != charset.lower():
            flush()
        # Neighbours of one charset are joined before decoding: senders cut within a character.
        charset = name
        pending.append(data)
        at = end
    flush()
    return "".join(out) + value[at:]


def _encoded_word(value: str, start: int) -> tuple[str, bytes, int] | None:
    window = value[start + 2 : start + 800]
    charset, mark, rest = window.partition("?")
    if not mark or not rest or rest[1:2] != "?" or len(charset) > 60 or " " in charset:
        return None
    how, text = rest[0].lower(), rest[2:]
    end = text.find("?=")
    if end < 0 or how not in "bq":
        return None
    body = text[:end]
    length = 2 + len(charset) + 1 + 2 + end + 2
    raw = body.encode("utf-8", "replace")
    data = lenient_base64(raw) if how == "b" else binascii.a2b_qp(raw, header=True)
    return charset.partition("*")[0], data, start + length


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """Return the value and the parameters of a field such as Content-Type, RFC 2231 continuations
    joined.

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
        if not star:
            plain.setdefault(base, decode_words(text) if "=?" in text else text)
            continue
        encoded = index == "" or index.endswith("*")
        digits = index.rstrip("*")
        extended.setdefault(base, {})[
            int(digits) if digits.isdecimal() and len(digits) < 4 else 0
        ] = (text, encoded)
    for base, parts in extended.items():
        plain[base] = _joined(parts)
    return kind, plain


def _kind_and_pieces(value: str) -> tuple[str, list[str]]:
    """Return the value in lower case without comments, and the parameters behind it.

    Programs forget the semicolon ("text/html charset=utf-8") or write a comma for it.
    """
    head, *pieces = _semicolons(value)
    head = _COMMENT.sub(" ", head[:1_000]).strip()
    kind = _KIND.match(head)
    if kind is None:
        return head.lower(), pieces
    behind = [piece for piece in _NEXT.split(kind[2]) if "=" in piece] if "=" in kind[2] else []
    return "".join(kind[1].split()).lower(), [*behind, *pieces]


def _joined(parts: dict[int, tuple[str, bool]]) -> str:
    charset, data = "", bytearray()
    for index in sorted(parts):
        text, encoded = parts[index]
        if encoded and index == 0 and text.count("'") >= 2:
            charset, _language, text = text.split("'", 2)
        data += unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace")
    return decode(bytes(data), charset)


def _semicolons(value: str) -> list[str]:
    if '"' not in value:
        return value.split(";")
    pieces, start, quoted, at = [], 0, False, 0
    while at < len(value):
        char = value[at]
        if char == "\\" and quoted:
            at += 1
        elif char == '"':
            quoted = not quoted
        elif char == ";" and not quoted:
            pieces.append(value[start:at])
            start = at + 1
        at += 1
    pieces.append(value[start:])
    return pieces


def _unquote(text: str) -> str:
    if not text.startswith('"'):
        return text.partition(" ")[0] if text.count("=") else text
    out, at = [], 1
    while at < len(text) and text[at] != '"':
        if text[at] == "\\" and at + 1 < len(text):
            at += 1
        out.append(text[at])
        at += 1
    return "".join(out)


def addresses(value: str, *, most: int = 50) -> list[str]:
    """Return the addr-specs of an address field as the hub compares them, at most ``most``, without
    comments and names.

    Internationalised ones too, however the domain is spelled
    (:func:`hub.lib.addresses.fold_address`).
    """
    result: list[str] = []
    for mailbox in _mailboxes(value):
        start, end = mailbox.rfind("<"), mailbox.rfind(">")
        spec = mailbox[start + 1 : end] if 0 <= start < end else mailbox
        spec = "".join(spec.split()).strip("<>\"'")
        # A source route (RFC 5321 §4.1.1.3) ends with a colon before the address.
        spec = fold_address(spec.rpartition(":")[2][:400])
        local, at, domain = spec.rpartition("@")
        if at and local and domain and len(spec) <= 320 and spec not in result:
            result.append(spec)
            if len(result) >= most:
                break
    return result


def display_name(value: str) -> str:
    """Return what the first mailbox of an address field
    calls its owner, by phrase or comment; empty for nothing.
    """
    value = value[:2_000]
    start = value.find("<")
    phrase = value[:start] if start > 0 else ""
    if not phrase.strip(' "'):
        opened, closed = value.find("("), value.rfind(")")
        phrase = value[opened + 1 : closed] if 0 <= opened < closed else ""
    words = decode_words(phrase.strip()).replace("\0", "")
    unescaped = words.replace('\\"', "\0").replace('"', "").replace("\0", '"').replace("\\", "")
    return " ".join("".join(char if char.isprintable() else " " for char in unescaped).split())[
        :150
    ]


def _mailboxes(value: str) -> list[str]:
    """Cut an address field at its commas, outside quotes, comments and angle brackets."""
    out: list[str] = []
    current: list[str] = []
    quoted, depth, at = False, 0, 0
    while at < len(value):
        char = value[at]
        if char == "\\" and (quoted or depth):
            at += 2
            continue
        if char == '"' and not depth:
            quoted = not quoted
        elif quoted:
            pass
        elif char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
        elif not depth and char in ",;":
            out.append("".join(current))
            current = []
        elif not depth and char == ":" and "<" not in current and "@" not in current:
            current = []
        elif not depth:
            current.append(char)
        at += 1
    out.append("".join(current))
    return out


def message_ids(value: str, *, most: int = MAX_REFERENCES) -> list[str]:
    """Return the msg-ids of a field, with their angle brackets, the last ``most`` of them."""
    ids: list[str] = []
    at = 0
    while (start := value.find("<", at)) >= 0:
        end = value.find(">", start)
        if end < 0:
            break
        inner = value[start + 1 : end]
        inner = inner.rpartition("<")[2]
        if "." in inner and len(inner) <= 300:
            # Some programs fold a long identifier in its middle, mostly behind a dot.
            inner = _FOLDED_ID.sub(".", inner)
        if inner and len(inner) <= 250 and not any(char.isspace() for char in inner):
            ids.append(f"<{inner}>")
        at = end + 1
    return ids[-most:]
