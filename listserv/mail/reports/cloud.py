"""Read the notifications of cloud providers in JSON: bounces, delays and complaints.

Amazon SES (by itself and inside SNS), SendGrid, Mailgun, Postmark, Mandrill, SparkPost, Mailjet,
Brevo, Azure, Resend. Each is known by the names of its fields. Providers send these to web
addresses; relays, SNS and operators pass them on by mail.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from listserv.mail.reports import report_addresses
from listserv.mail.reports.complaints import Complaint
from listserv.mail.reports.outcomes import (
    NOTHING,
    DeliveryReport,
    Failure,
    ReportKind,
    by_recipient,
    report_on,
)
from listserv.mail.reports.report_parts import SplitMessage
from listserv.mail.reports.report_phrases import contains_any
from listserv.mail.reports.status_codes import Fate, enhanced

# Events in one notification that are read, and characters of one.
_MAX_EVENTS = 500
_MAX_TEXT = 100_000
# Characters of the words of the far end that are kept.
_MAX_DIAGNOSTIC = 500
_MARKS = (
    '"notificationType"', '"eventType"', '\\"notificationType\\"', '\\"eventType\\"',
    '"RecordType"', '"TypeCode"', '"event"', '"event-data"', '"msys"',
    '"type":"email.', '"type": "email.',
)  # fmt: skip
# What the events of the flat formats are called.
_EVENTS = {
    "bounce": Fate.FAILED, "bounced": Fate.FAILED, "hard_bounce": Fate.FAILED,
    "hardbounce": Fate.FAILED, "dropped": Fate.FAILED, "failed": Fate.FAILED,
    "invalid_email": Fate.FAILED, "permanent_fail": Fate.FAILED, "out_of_band": Fate.FAILED,
    "soft_bounce": Fate.DELAYED, "softbounce": Fate.DELAYED, "deferred": Fate.DELAYED,
    "deferral": Fate.DELAYED, "delay": Fate.DELAYED, "temporary_fail": Fate.DELAYED,
    "blocked": Fate.DELAYED, "policy_rejection": Fate.DELAYED, "delivered": Fate.ARRIVED,
    "delivery": Fate.ARRIVED,
}  # fmt: skip
_COMPLAINTS = frozenset("spam spamreport spam_complaint complained complaint spamcomplaint".split())
# Classes of SparkPost that are not about the mailbox, or not for ever.
_SOFT_CLASSES = frozenset("20 21 22 23 24 40 70 100".split())
# Fields that hold the words of the far end, the most telling first.
_WORD_FIELDS = (
    "diag", "raw_reason", "reason", "response", "error", "bounce_description", "message",
    "description",
)  # fmt: skip
_WRAPPINGS = ("event-data", "msys", "Records", "Sns", "detail")
_RECIPIENT_FIELDS = ("email", "recipient", "rcpt_to", "raw_rcpt_to")
# Fields by which the events of Amazon and of Postmark are known.
_AMAZON_FIELDS = frozenset({"notificationType", "eventType"})
_POSTMARK_FIELDS = frozenset({"RecordType", "TypeCode"})
# What Postmark, Azure and Resend call what became of a message.
_POSTMARK = {
    "HardBounce": Fate.FAILED, "BadEmailAddress": Fate.FAILED, "Transient": Fate.DELAYED,
    "SoftBounce": Fate.DELAYED, "Blocked": Fate.DELAYED, "DnsError": Fate.DELAYED,
}  # fmt: skip
_AZURE = {
    "bounced": Fate.FAILED, "failed": Fate.FAILED, "suppressed": Fate.FAILED,
    "quarantined": Fate.FAILED, "filteredspam": Fate.FAILED, "delivered": Fate.ARRIVED,
    "expanded": Fate.ARRIVED,
}  # fmt: skip
_RESEND = {
    "email.bounced": Fate.FAILED, "email.failed": Fate.FAILED,
    "email.delivery_delayed": Fate.DELAYED, "email.delivered": Fate.ARRIVED,
}  # fmt: skip


@dataclass(frozen=True)
class _EventReport:
    """What one event says: recipients and what became of their message, or a complaint."""

    outcomes: tuple[Failure, ...] = ()
    complaint: Complaint | None = None


_ARRIVED = _EventReport((Failure("", Fate.ARRIVED),))
_UNKNOWN = _EventReport()


def read_notification(message: SplitMessage) -> DeliveryReport | None:
    """Return what a provider notifies of, None for other messages; never raises."""
    files = [leaf.text for leaf in message.leaves if leaf.media_type == "application/json"]
    for text in (message.text, *files):
        document = _document(text)
        if document is not None:
            return _report_of(list(_event_reports(document)))
    return None


def _report_of(events: list[_EventReport]) -> DeliveryReport:
    outcomes = [outcome for event in events for outcome in event.outcomes]
    failures = by_recipient(filter(_is_failure, outcomes))
    complaint = next(filter(None, (event.complaint for event in events)), None)
    if failures:
        return report_on(failures)
    if complaint is not None:
        return DeliveryReport(ReportKind.COMPLAINT, complaint=complaint)
    if outcomes:
        return DeliveryReport(ReportKind.SUCCESS)
    return NOTHING


def _is_failure(outcome: Failure) -> bool:
    if not outcome.address:
        return False
    return outcome.fate in (Fate.FAILED, Fate.DELAYED)


def is_notification(text: str) -> bool:
    """Whether a text begins with JSON that has a provider's fields; what it holds is not read."""
    text = _beginning(text)
    if not text.startswith(("{", "[")):
        return False
    return contains_any(text, _MARKS)


def _beginning(text: str) -> str:
    return text[:_MAX_TEXT].lstrip("\ufeff \t\r\n")


def _document(text: str) -> Any:
    """Return the JSON that a text begins with, None without any of a provider's."""
    text = _beginning(text)
    if not is_notification(text):
        return None
    # Mailers fold lines of a thousand characters, some with a mark of their own.
    for version in (text, text.replace("!\n ", ""), text.replace("!\n ", "").replace("\n", "")):
        try:
            return json.JSONDecoder(strict=False).raw_decode(version)[0]
        except (ValueError, RecursionError):
            continue
    return None


def _event_reports(document: Any) -> Iterator[_EventReport]:
    """Give what the events of a notification say; those with unexpected values are left out."""
    for event in _events(document):
        try:
            yield _read_event(event)
        except (TypeError, KeyError, AttributeError, ValueError):
            continue


def _events(document: Any) -> Iterator[dict[str, Any]]:
    """Give the events of a notification, out of the wrappings that providers put around them."""
    waiting, seen = [document], 0
    while waiting and seen < _MAX_EVENTS:
        item = waiting.pop(0)
        seen += 1
        if isinstance(item, list):
            waiting += item[:_MAX_EVENTS]
        elif isinstance(item, dict):
            inner = _wrapped(item)
            waiting += inner
            if not inner:
                yield item


def _wrapped(item: dict[str, Any]) -> list[Any]:
    """Return what a wrapping holds, nothing for an event itself."""
    inner = [item[name] for name in _WRAPPINGS if name in item]
    for name, value in item.items():
        if name.endswith("_event") and isinstance(value, dict):
            inner.append(value)
    if isinstance(item.get("Message"), str):
        inner.append(_document(item["Message"]))
    return inner


def _read_event(event: dict[str, Any]) -> _EventReport:
    """Return what an event says. Raises: TypeError, KeyError, AttributeError, ValueError."""
    if str(event.get("eventType", "")).startswith("Microsoft.Communication.Email"):
        return _of_azure(event["data"])
    kind, data = str(event.get("type", "")), event.get("data")
    if kind.startswith("email.") and isinstance(data, dict):
        return _of_resend(kind, data)
    if event.keys() & _AMAZON_FIELDS:
        return _of_amazon(event)
    if event.keys() & _POSTMARK_FIELDS:
        return _of_postmark(event)
    return _of_others(event)


def _of_azure(data: dict[str, Any]) -> _EventReport:
    fate = _AZURE.get(str(data.get("status", "")).lower())
    if fate is None:
        return _UNKNOWN
    words = _object(data, "deliveryStatusDetails").get("statusMessage")
    sender = _address(data.get("sender", ""))
    return _EventReport((_outcome(str(data["recipient"]), fate, "", words, sender),))


def _of_resend(kind: str, data: dict[str, Any]) -> _EventReport:
    recipients = data["to"]
    if not isinstance(recipients, list):
        recipients = [recipients]
    sender = _address(data.get("from", ""))
    if kind == "email.complained":
        return _complaint(map(str, recipients), str(data.get("email_id", "")), sender)
    fate = _RESEND.get(kind)
    if fate is None:
        return _UNKNOWN
    bounce = _object(data, "bounce")
    if fate is Fate.FAILED and bounce.get("type") in ("Transient", "Temporary"):
        fate = Fate.DELAYED
    words = bounce.get("message")
    return _EventReport(tuple(_outcome(str(who), fate, "", words, sender) for who in recipients))


def _of_amazon(event: dict[str, Any]) -> _EventReport:
    kind = event.get("notificationType") or event.get("eventType")
    if kind == "Complaint":
        return _amazon_complaint(event["complaint"], event.get("mail") or {})
    if kind == "Bounce":
        bounce = event["bounce"]
        return _amazon_outcomes(event, bounce, _rows(bounce, "bouncedRecipients"))
    if kind == "DeliveryDelay":
        delayed = _rows(event["deliveryDelay"], "delayedRecipients")
        return _amazon_outcomes(event, {"bounceType": "Transient"}, delayed)
    if kind == "Delivery":
        return _ARRIVED
    return _UNKNOWN


def _amazon_complaint(complaint: dict[str, Any], sent: dict[str, Any]) -> _EventReport:
    rows = _rows(complaint, "complainedRecipients")
    common = sent.get("commonHeaders") or {}
    return _complaint(
        [row["emailAddress"] for row in rows],
        # The identifier that the message had when it was handed over, else the provider's.
        _first_text([common.get("messageId"), sent.get("messageId")]).strip("<>"),
        _address(sent.get("source", "")),
        feedback_type=_first_text([complaint.get("complaintFeedbackType"), "abuse"]).lower(),
    )


def _rows(box: dict[str, Any], name: str) -> Any:
    """Return the rows of a field; none where it is missing or empty."""
    return box.get(name) or ()


def _amazon_outcomes(
    event: dict[str, Any], bounce: dict[str, Any], rows: Iterable[dict[str, Any]]
) -> _EventReport:
    sender = _address(_object(event, "mail").get("source", ""))
    return _EventReport(tuple(_amazon_outcome(row, bounce, sender) for row in rows))


def _amazon_outcome(row: dict[str, Any], bounce: dict[str, Any], sender: str) -> Failure:
    status, words = row.get("status"), row.get("diagnosticCode")
    is_delayed = bounce.get("bounceType") == "Transient"
    if bounce.get("bounceType") == "Undetermined":
        is_delayed = enhanced(_first_text([status, words])).startswith("4")
    fate = Fate.DELAYED if is_delayed else Fate.FAILED
    return _outcome(row["emailAddress"], fate, status, words, sender)


def _of_postmark(event: dict[str, Any]) -> _EventReport:
    kind, recipient = str(event.get("Type", "")), event.get("Email", "")
    record_type = event.get("RecordType")
    sender = _address(event.get("From", ""))
    if "SpamComplaint" in (record_type, kind):
        return _complaint([recipient], str(event.get("MessageID", "")), sender)
    if record_type == "Delivery":
        return _ARRIVED
    fate = _POSTMARK.get(kind)
    if fate is None:
        return _UNKNOWN
    words = _first_text([event.get("Details"), event.get("Description")])
    return _EventReport((_outcome(recipient, fate, "", words, sender),))


def _of_others(event: dict[str, Any]) -> _EventReport:
    """Read the flat formats: an event, an address, and words that each provider calls otherwise."""
    whole = {**_object(event, "msg"), **event}
    name = _first_text([whole.get("event"), whole.get("type")]).strip().lower()
    name = name.replace("-", "_").replace(" ", "_")
    recipient = _first_text(map(whole.get, _RECIPIENT_FIELDS))
    if name in _COMPLAINTS:
        identifier = _first_text([whole.get("smtp-id"), whole.get("message-id")])
        return _complaint([recipient], identifier.strip("<>"), _sender(whole))
    fate = _EVENTS.get(name)
    if fate is None or not recipient:
        return _UNKNOWN
    state = _object(whole, "delivery-status")
    words = _first_text(box.get(key) for box in (whole, state) for key in _WORD_FIELDS)
    # One who has complained or left gets nothing more; that is no failure of the address.
    if name == "dropped" and words.lower().startswith(("spam", "unsub")):
        return _UNKNOWN
    if _is_soft(whole, name):
        fate = Fate.DELAYED
    status = _first_text([whole.get("status"), state.get("enhanced-code")])
    return _EventReport((_outcome(recipient, fate, status, words, _sender(whole)),))


def _sender(event: dict[str, Any]) -> str:
    """Return the envelope sender of the message that an event of a flat format is about.

    Empty where the event names none.
    """
    envelope = _object(event, "envelope")
    return _address(
        _first_text([event.get("msg_from"), envelope.get("sender"), event.get("sender")])
    )


def _object(event: dict[str, Any], name: str) -> dict[str, Any]:
    value = event.get(name)
    if not isinstance(value, dict):
        return {}
    return value


def _is_soft(event: dict[str, Any], name: str) -> bool:
    """Whether what is called a bounce is tried again, or was about the message, not its reader."""
    if event.get("severity") == "temporary":
        return True
    if event.get("hard_bounce") is False:
        return True
    if name != "bounce":
        return False
    if str(event.get("bounce_class", "")) in _SOFT_CLASSES:
        return True
    return event.get("type") in ("blocked", "expired")


def _complaint(
    recipients: Iterable[str], message_id: str, sender: str, *, feedback_type: str = "abuse"
) -> _EventReport:
    addresses = tuple(report_addresses.first(recipient) for recipient in recipients)
    return _EventReport((), Complaint(feedback_type, addresses, message_id, sender))


def _outcome(recipient: str, fate: Fate, status: Any, words: Any, sender: str) -> Failure:
    diagnostic = _first_text([words])
    code = enhanced(_first_text([status])) or enhanced(diagnostic)
    address = report_addresses.first(recipient)
    return Failure(address, fate, code, diagnostic[:_MAX_DIAGNOSTIC], sender)


def _first_text(values: Iterable[Any]) -> str:
    """Return the first value that is not empty, as text; empty where all are."""
    return str(next(filter(None, values), ""))


def _address(value: Any) -> str:
    """Return the address in a value that may be anything; empty where there is none."""
    return report_addresses.first(str(value))
