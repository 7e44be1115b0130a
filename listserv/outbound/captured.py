"""Read messages of the outbox back, as a mail program would show them."""

import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import parseaddr

# Bytes of headers read for a list; ours have 2 to 4 kB.
HEADERS_MAX_BYTES = 16_000
_blank = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True)
class CapturedMessage:
    """A message as shown: ``headers`` in their order and as they were sent, folding undone."""

    subject: str
    sender: str
    recipient: str
    text: str = ""
    html: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def summary_of(raw: bytes) -> CapturedMessage:
    """Return subject, name of the sender and recipient only."""
    message = BytesHeaderParser(policy=policy.default).parsebytes(_head(raw))
    sender = _value(message, "From")
    return CapturedMessage(
        _value(message, "Subject"), parseaddr(sender)[0] or sender, _value(message, "Delivered-To")
    )


def message_in(raw: bytes) -> CapturedMessage:
    """Return everything a page shows of a message."""
    message = message_from_bytes(raw, policy=policy.default)
    return CapturedMessage(
        _value(message, "Subject"),
        _value(message, "From"),
        _value(message, "Delivered-To"),
        _part(message, "plain"),
        _part(message, "html"),
        _sent_headers(raw),
        [part.get_filename() or part.get_content_type() for part in message.iter_attachments()],
    )


def _head(raw: bytes) -> bytes:
    return _blank.split(raw[:HEADERS_MAX_BYTES], maxsplit=1)[0] + b"\r\n\r\n"


def _value(message: EmailMessage, name: str) -> str:
    return str(message.get(name, ""))


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    if body is None or body.get_content_subtype() != kind:
        return ""
    return str(body.get_content())


def _sent_headers(raw: bytes) -> list[tuple[str, str]]:
    unfolded = re.sub(rb"\r?\n(?=[ \t])", b"", _head(raw)).decode("utf-8", "replace")
    pairs = (line.partition(":") for line in unfolded.splitlines() if ":" in line)
    return [(name, value.strip()) for name, _, value in pairs]
