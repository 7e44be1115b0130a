"""Find the reports inside another mail: a gateway,
a filter or a list's program has passed them on.
"""

from collections.abc import Collection, Iterator

from listserv.mail.parse.headers import Headers
from listserv.mail.reports import evidence
from listserv.mail.reports.report_parts import Taken

# Reports attached to one mail that are read, and lines in which the header of one may stand.
_MAX_ATTACHED = 20
_MAX_LINES = 200
_MAX_FIELDS = 15
# How mail programs name the fields of the header that they put above a mail they pass on.
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
_MAILS = ("message/rfc822", "message/global", "text/rfc822")
_OWN = ("From", "Subject", "Content-Type")
_SPACE = " \t*>\u200e\u200f\u202a\u202b\u202c"


def attached(mail: Taken) -> Iterator[bytes]:
    """Give the mails attached to one, without what only looks like one (a header alone)."""
    count = 0
    for leaf in mail.leaves:
        if leaf.kind in _MAILS and count < _MAX_ATTACHED:
            count += 1
            yield leaf.text.lstrip().encode("utf-8", "replace")


def passed_on(text: str, *, to: Collection[str]) -> bytes | None:
    """Return the report that a mail passes on in its text, as a mail of its own; None for none.

    It has the header of a report above it, as mail programs write it: a server's name after
    "From:", or a report's subject after "Subject:", in one block.

    Args: to, the addresses of who passed it on and of who got it, in lower case.
    """
    lines = text.split("\n")
    for number, line in enumerate(lines[:_MAX_LINES]):
        if _field(line) is None:
            continue
        fields, end = _block(lines, number)
        if {"From", "Subject"} <= fields.keys() and _is_server(fields):
            if evidence.asks("\n".join(lines[:number])):
                return None
            own = {name: fields[name] for name in _OWN if name in fields}
            others = {"Cc": ", ".join([fields.get("To", ""), *sorted(to)])}
            text = _written({**own, **others}) + "\r\n" + "\n".join(lines[end:])
            return text.encode("utf-8", "replace")
    return None


def _block(lines: list[str], start: int) -> tuple[dict[str, str], int]:
    """Return the fields of a header that begins at a line, and where it ends."""
    fields: dict[str, str] = {}
    for number, line in enumerate(lines[start : start + _MAX_FIELDS], start):
        field = _field(line, any_name=True) if line.strip() else None
        if field is None:
            return fields, number
        fields.setdefault(*field)
    return fields, min(start + _MAX_FIELDS, len(lines))


def _written(fields: dict[str, str]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items() if name.isascii())


def _is_server(fields: dict[str, str]) -> bool:
    headers = Headers(_written(fields).encode("utf-8", "replace"))
    return evidence.of_header(headers, headers.text("subject")) is not evidence.Evidence.NONE


def _field(line: str, *, any_name: bool = False) -> tuple[str, str] | None:
    """Return a line of such a header: its field in English, and its value; None for other lines."""
    name, colon, value = line[:500].replace("：", ":", 1).partition(":")
    bare = name.strip(_SPACE)
    known = _FIELDS.get(bare.lower())
    if not colon or (known is None and (not any_name or len(bare) > 30)):
        return None
    return known or bare, value.strip(_SPACE)
