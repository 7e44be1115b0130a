"""Read complaints: somebody pressed "this is spam", and their provider tells (RFC 5965, RFC 6650).

Only a report of abuse is a complaint. A report on a failed signature (RFC 6591), or that something
was no spam, is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from listserv.mail.parse.headers import Headers, message_ids
from listserv.mail.reports import report_addresses
from listserv.mail.reports.report_parts import Leaf, SplitMessage
from listserv.mail.reports.status_codes import records

_ABUSE = frozenset(
    {"", "abuse", "fraud", "spam", "virus", "other", "opt-out", "opt-out-list", "complaint"}
)
_REPORT_TYPE = "feedback-report"
# The header with which Microsoft's programme (JMRP) names who complained.
_MICROSOFT_RECIPIENT = "x-hmxmroriginalrecipient"
# How the subjects of complaints without fields begin.
_SUBJECTS = ("complaint about message from", "email feedback report for", "spam report")


@dataclass(frozen=True)
class Complaint:
    """Who complained, where it is said, and about which message.

    ``is_abuse`` is false for reports that ask nothing of us.
    """

    feedback_type: str
    recipients: tuple[str, ...] = ()
    message_id: str = ""
    envelope_from: str = ""
    returned: Headers | None = None

    @property
    def is_abuse(self) -> bool:
        """Whether the message was unwanted."""
        return self.feedback_type in _ABUSE


def read_complaint(message: SplitMessage) -> Complaint | None:
    """Return the complaint a message is, None when it is none."""
    leaf = next((leaf for leaf in message.leaves if _is_feedback(leaf, message)), None)
    if leaf is not None:
        return _by_fields(_feedback_fields(leaf), message.original)
    if message.report_type == _REPORT_TYPE:
        return _by_fields({}, message.original)
    return _by_header(message)


def _is_feedback(leaf: Leaf, message: SplitMessage) -> bool:
    """Whether a leaf has the fields of a complaint.

    Some programs give them the type of a delivery report.
    """
    if leaf.media_type == "message/feedback-report":
        return True
    if message.report_type != _REPORT_TYPE:
        return False
    return leaf.is_delivery_status


def _feedback_fields(leaf: Leaf) -> dict[str, str]:
    fields, recipients = records(leaf.text)
    for recipient in recipients[:1]:
        fields.update(recipient.fields)
    return fields


def _by_fields(fields: Mapping[str, str], original: Headers | None) -> Complaint:
    recipients = report_addresses.find(
        f"{fields.get('original-rcpt-to', '')} {fields.get('original-recipient', '')}"
    )
    senders = report_addresses.find(fields.get("original-mail-from", ""))
    return Complaint(
        fields.get("feedback-type", "abuse").partition("(")[0].strip().lower(),
        tuple(recipients),
        _message_id(original),
        next(iter(senders), ""),
        original,
    )


def _by_header(message: SplitMessage) -> Complaint | None:
    """Return the complaint that is known by its header or subject alone.

    Microsoft's programme sends the message itself as an attachment, with a header that names the
    recipient.
    """
    original = message.original
    for headers in filter(None, (message.headers, original)):
        if _MICROSOFT_RECIPIENT in headers:
            recipients = report_addresses.find(headers.raw(_MICROSOFT_RECIPIENT))
            return Complaint("abuse", tuple(recipients), _message_id(original), returned=original)
    if original is None:
        return None
    if not message.subject.lower().startswith(_SUBJECTS):
        return None
    return Complaint("abuse", (), _message_id(original), returned=original)


def _message_id(original: Headers | None) -> str:
    if original is None:
        return ""
    return next(iter(message_ids(original.raw("message-id"))), "").strip("<>")
