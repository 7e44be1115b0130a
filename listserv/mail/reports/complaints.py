"""Read complaints: somebody pressed "this is spam", and their provider tells (RFC 5965, RFC 6650).

Only a report of abuse is a complaint. A report on a failed signature (RFC 6591), or that something
was no spam, is not.
"""

from dataclasses import dataclass

from listserv.mail.parse.headers import Headers, message_ids
from listserv.mail.reports import report_addresses
from listserv.mail.reports.report_parts import Taken
from listserv.mail.reports.status_codes import records

_ABUSE = frozenset(
    {"", "abuse", "fraud", "spam", "virus", "other", "opt-out", "opt-out-list", "complaint"}
)


@dataclass(frozen=True)
class Complaint:
    """Who complained, where it is said, and about what;
    ``is_abuse`` false for reports that ask nothing of us.
    """

    feedback_type: str
    recipients: tuple[str, ...] = ()
    message_id: str = ""
    envelope_from: str = ""
    returned: Headers | None = None

    @property
    def is_abuse(self) -> bool:
        """Whether the mail was unwanted."""
        return self.feedback_type in _ABUSE


def read_complaint(mail: Taken) -> Complaint | None:
    """Return the complaint a mail is, None when it is none."""
    original = mail.original()
    stated: dict[str, str] = {}
    for leaf in mail.leaves:
        if leaf.kind == "message/feedback-report" or (
            mail.report_type == "feedback-report" and leaf.is_fields
        ):
            whole, recipients = records(leaf.text)
            stated = {**whole, **(recipients[0].fields if recipients else {})}
            break
    else:
        if mail.report_type != "feedback-report":
            return _by_header(mail, original)
    who = report_addresses.find(
        " ".join(stated.get(name, "") for name in ("original-rcpt-to", "original-recipient"))
    )
    sender = report_addresses.find(stated.get("original-mail-from", ""))
    kind = stated.get("feedback-type", "abuse").partition("(")[0].strip().lower()
    return Complaint(kind, tuple(who), _message_id(original), sender[0] if sender else "", original)


def _by_header(mail: Taken, original: Headers | None) -> Complaint | None:
    """Microsoft's programme (JMRP) sends the mail itself as
    an attachment, with a header that names the recipient.
    """
    for headers in (mail.headers, original):
        if headers is not None and "x-hmxmroriginalrecipient" in headers:
            who = report_addresses.find(headers.raw("x-hmxmroriginalrecipient"))
            return Complaint("abuse", tuple(who), _message_id(original), returned=original)
    subject = mail.headers.text("subject").lower()
    starts = ("complaint about message from", "email feedback report for", "spam report")
    if original is not None and subject.startswith(starts):
        return Complaint("abuse", (), _message_id(original), returned=original)
    return None


def _message_id(original: Headers | None) -> str:
    ids = message_ids(original.raw("message-id")) if original is not None else []
    return ids[0].strip("<>") if ids else ""
