"""Store what the session has read of a message beside its bytes, until it is published.

The session parses and trims a message once. The draft that it makes of it waits in the row
(:attr:`listserv.models.InboundMail.draft`), and the worker publishes that one. It is one line of
JSON, and behind it the contents of the files, one after the other.
"""

import json

from forums.drafts import Draft, Upload
from listserv.mail.parse.message import ParsedMessage, parse
from listserv.models import InboundMail

_PARSED = "_parsed_mail"
_FIELDS = (
    "forum_id",
    "text",
    "format",
    "subject",
    "original_subject",
    "parent",
    "folded",
    "message_id",
    "in_reply_to",
    "references",
    "author_address",
)


def parsed_message(row: InboundMail) -> ParsedMessage:
    """Return the message of a row, parsed once.

    A large one takes a second, so who opens a transaction about it asks before.
    """
    message: ParsedMessage | None = row.__dict__.get(_PARSED)
    if message is None:
        message = parse(bytes(row.raw))
        keep_parsed(row, message)
    return message


def keep_parsed(row: InboundMail, message: ParsedMessage) -> None:
    """Let :func:`parsed_message` return a message that has been parsed already."""
    row.__dict__[_PARSED] = message


def dump(draft: Draft) -> bytes:
    """Return a draft as it stands in a row."""
    values: dict[str, object] = {name: getattr(draft, name) for name in _FIELDS}
    values["files"] = [[file.name, file.content_type, len(file.content)] for file in draft.files]
    return b"\n".join((json.dumps(values).encode(), b"".join(file.content for file in draft.files)))


def load(stored: bytes) -> Draft | None:
    """Return the draft that :func:`dump` has stored; None for none, or one of another release."""
    head, _line_end, contents = stored.partition(b"\n")
    values = json.loads(head) if head else {}
    if {*values} != {*_FIELDS, "files"}:
        return None
    uploads = []
    start = 0
    for name, content_type, size in values.pop("files"):
        uploads.append(Upload(name, contents[start : start + size], content_type))
        start += size
    return Draft(**values, files=tuple(uploads))
