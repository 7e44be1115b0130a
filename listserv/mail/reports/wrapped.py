"""Find the reports inside another message.

A gateway, a filter or a list's program has passed them on.
"""

from collections.abc import Collection, Iterator, Sequence

from listserv.mail.parse.headers import Headers
from listserv.mail.reports import evidence
from listserv.mail.reports.report_parts import SplitMessage

# Reports attached to one message that are read, and lines in which the header of one may stand.
_MAX_ATTACHED = 20
_MAX_LINES = 200
_MAX_FIELDS = 15
# Characters of a line, and of the name of a field that is none of those known.
_MAX_LINE = 500
_MAX_FIELD_NAME = 30
# How mail programs name the fields of the header that they put above a message they pass on.
_FIELDS = {
    "from": "From", "von": "From", "de": "From", "da": "From", "van": "From", "od": "From",
    "fra": "From", "från": "From", "lähettäjä": "From", "от": "From", "від": "From",
    "发件人": "From", "寄件者": "From", "差出人": "From", "보낸 사람": "From", "من": "From",
    "מאת": "From", "gönderen": "From", "kimden": "From", "dari": "From", "subject": "Subject",
    "betreff": "Subject", "objet": "Subject", "asunto": "Subject", "oggetto": "Subject",
    "assunto": "Subject", "onderwerp": "Subject", "emne": "Subject", "ämne": "Subject",
    "aihe": "Subject", "temat": "Subject", "předmět": "Subject", "тема": "Subject",
    "主题": "Subject", "主旨": "Subject", "件名": "Subject", "제목": "Subject",
    "الموضوع": "Subject", "נושא": "Subject", "konu": "Subject",
    "x-failed-recipients": "X-Failed-Recipients", "content-type": "Content-Type", "to": "To",
    "an": "To", "à": "To", "para": "To", "aan": "To", "till": "To", "til": "To", "do": "To",
    "komu": "To", "кому": "To", "收件人": "To", "收件者": "To", "宛先": "To", "받는 사람": "To",
    "إلى": "To", "אל": "To", "kime": "To", "vastaanottaja": "To",
}  # fmt: skip
_MESSAGE_TYPES = ("message/rfc822", "message/global", "text/rfc822")
_KEPT_FIELDS = ("From", "Subject", "Content-Type")
_SPACE = " \t*>\u200e\u200f\u202a\u202b\u202c"


def attached(message: SplitMessage) -> Iterator[bytes]:
    """Give the messages attached to one, without what only looks like one (a header alone)."""
    leaves = [leaf for leaf in message.leaves if leaf.media_type in _MESSAGE_TYPES]
    for leaf in leaves[:_MAX_ATTACHED]:
        yield leaf.text.lstrip().encode("utf-8", "replace")


def passed_on(text: str, *, to: Collection[str]) -> bytes | None:
    """Return the report that a message passes on in its text, as one of its own; None for none.

    It has the header of a report above it, as mail programs write it: a server's name after
    "From:", or a report's subject after "Subject:", in one block.

    Args: to, the addresses of who passed it on and of who got it, in lower case.
    """
    lines = text.split("\n")
    for number, line in enumerate(lines[:_MAX_LINES]):
        if _field(line) is None:
            continue
        fields, end = _block(lines, number)
        if not _is_report_header(fields):
            continue
        if evidence.asks("\n".join(lines[:number])):
            return None
        return _as_message(fields, lines[end:], to)
    return None


def _as_message(fields: dict[str, str], body: Sequence[str], to: Collection[str]) -> bytes:
    header = {name: fields[name] for name in _KEPT_FIELDS if name in fields}
    header["Cc"] = ", ".join([fields.get("To", ""), *sorted(to)])
    text = _written(header) + "\r\n" + "\n".join(body)
    return text.encode("utf-8", "replace")


def _block(lines: Sequence[str], start: int) -> tuple[dict[str, str], int]:
    """Return the fields of a header that begins at a line, and where it ends."""
    fields: dict[str, str] = {}
    for number, line in enumerate(lines[start : start + _MAX_FIELDS], start):
        field = _field(line, any_name=True)
        if field is None:
            return fields, number
        fields.setdefault(*field)
    return fields, min(start + _MAX_FIELDS, len(lines))


def _written(fields: dict[str, str]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items() if name.isascii())


def _is_report_header(fields: dict[str, str]) -> bool:
    """Whether the fields of a header say that a server wrote, or may have written, the message."""
    if not {"From", "Subject"} <= fields.keys():
        return False
    headers = Headers(_written(fields).encode("utf-8", "replace"))
    return evidence.of_header(headers, headers.text("subject")) is not evidence.Evidence.NONE


def _field(line: str, *, any_name: bool = False) -> tuple[str, str] | None:
    """Return the field of such a header that a line is: its name in English, and its value.

    None for other lines.
    """
    name, colon, value = line[:_MAX_LINE].replace("：", ":", 1).partition(":")
    if not colon:
        return None
    name, value = name.strip(_SPACE), value.strip(_SPACE)
    english = _FIELDS.get(name.lower())
    if english is not None:
        return english, value
    if any_name and len(name) <= _MAX_FIELD_NAME:
        return name, value
    return None
