"""Read what cloud providers of mail notify of in JSON: bounces, delays and complaints.

Amazon SES (by itself and inside SNS), SendGrid, Mailgun, Postmark, Mandrill, SparkPost, Mailjet,
Brevo, Azure, Resend. Each is known by the names of its fields. Providers send these to web
addresses; relays, SNS and operators pass them on by mail.
"""

import json
from collections.abc import Iterator
from typing import Any

from listserv.mail.reports import report_addresses
from listserv.mail.reports.complaints import Complaint
from listserv.mail.reports.outcomes import DeliveryReport, Failure, Kind, report_on
from listserv.mail.reports.report_parts import Taken
from listserv.mail.reports.status_codes import Fate, enhanced

# Events in one notification that are read, and characters of one.
_MAX_EVENTS = 500
_MAX_TEXT = 100_000
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
_WORDS = (
    "diag", "raw_reason", "reason", "response", "error", "bounce_description", "message",
    "description",
)  # fmt: skip
_WRAPPINGS = ("event-data", "msys", "Records", "Sns", "detail")
_ADDRESSES = ("email", "recipient", "rcpt_to", "raw_rcpt_to")
_SOFT_TYPES = ("Transient", "SoftBounce", "Blocked", "DnsError")
_HARD_TYPES = ("HardBounce", "BadEmailAddress")
# What Azure calls what became of a mail, and Resend.
_AZURE = {
    "bounced": Fate.FAILED, "failed": Fate.FAILED, "suppressed": Fate.FAILED,
    "quarantined": Fate.FAILED, "filteredspam": Fate.FAILED, "delivered": Fate.ARRIVED,
    "expanded": Fate.ARRIVED,
}  # fmt: skip
_RESEND = {
    "email.bounced": Fate.FAILED, "email.failed": Fate.FAILED,
    "email.delivery_delayed": Fate.DELAYED, "email.delivered": Fate.ARRIVED,
}  # fmt: skip


def read_notification(mail: Taken) -> DeliveryReport | None:
    """Return what a provider notifies of, None for other mails; never raises."""
    files = [leaf.text for leaf in mail.leaves if leaf.kind == "application/json"]
    for text in (mail.text, *files):
        document = _document(text)
        if document is None:
            continue
        failures: dict[str, Failure] = {}
        complaint: Complaint | None = None
        fates: set[Fate] = set()
        for event in _events(document):
            try:
                rows, own = _read_event(event)
            except (TypeError, KeyError, AttributeError, ValueError):
                continue
            complaint = complaint or own
            fates.update(row.fate for row in rows)
            for row in rows:
                if row.address and row.fate in (Fate.FAILED, Fate.DELAYED):
                    failures.setdefault(row.address.lower(), row)
        if complaint is not None and not failures:
            return DeliveryReport(Kind.COMPLAINT, complaint=complaint)
        return report_on(failures.values(), otherwise=Kind.SUCCESS if fates else Kind.NOTHING)
    return None


def is_notification(text: str) -> bool:
    """Whether a text begins with JSON that has a provider's fields; what it holds is not read."""
    text = _beginning(text)
    return text.startswith(("{", "[")) and any(mark in text for mark in _MARKS)


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


def _read_event(event: dict[str, Any]) -> tuple[list[Failure], Complaint | None]:
    if str(event.get("eventType", "")).startswith("Microsoft.Communication.Email"):
        return _of_azure(event["data"])
    if str(event.get("type", "")).startswith("email.") and isinstance(event.get("data"), dict):
        return _of_resend(str(event["type"]), event["data"])
    if "notificationType" in event or "eventType" in event:
        return _of_amazon(event)
    if "RecordType" in event or "TypeCode" in event:
        return _of_postmark(event)
    return _of_others(event)


def _of_azure(data: dict[str, Any]) -> tuple[list[Failure], Complaint | None]:
    fate = _AZURE.get(str(data.get("status", "")).lower())
    words = _object(data, "deliveryStatusDetails").get("statusMessage")
    who, sender = str(data["recipient"]), _address(str(data.get("sender", "")))
    return ([_failure(who, fate, "", words, sender)] if fate else []), None


def _of_resend(kind: str, data: dict[str, Any]) -> tuple[list[Failure], Complaint | None]:
    who = data["to"] if isinstance(data["to"], list) else [data["to"]]
    sender = _address(str(data.get("from", "")))
    if kind == "email.complained":
        addressed = tuple(_address(str(name)) for name in who)
        return [], Complaint("abuse", addressed, str(data.get("email_id", "")), sender)
    bounce = _object(data, "bounce")
    fate = _RESEND.get(kind)
    if fate is Fate.FAILED and bounce.get("type") in ("Transient", "Temporary"):
        fate = Fate.DELAYED
    words = bounce.get("message")
    return [_failure(str(name), fate, "", words, sender) for name in who if fate], None


def _of_amazon(event: dict[str, Any]) -> tuple[list[Failure], Complaint | None]:
    kind = event.get("notificationType") or event.get("eventType")
    if kind == "Complaint":
        return [], _amazon_complaint(event["complaint"], event.get("mail") or {})
    sender = _address(str(_object(event, "mail").get("source", "")))
    if kind == "Bounce":
        bounce = event["bounce"]
        return [
            _amazon_row(row, bounce, sender) for row in bounce.get("bouncedRecipients") or ()
        ], None
    if kind == "DeliveryDelay":
        rows = event["deliveryDelay"].get("delayedRecipients") or ()
        return [_amazon_row(row, {"bounceType": "Transient"}, sender) for row in rows], None
    return ([Failure("", Fate.ARRIVED)] if kind == "Delivery" else []), None


def _amazon_complaint(complaint: dict[str, Any], sent: dict[str, Any]) -> Complaint:
    rows = complaint.get("complainedRecipients") or ()
    return Complaint(
        str(complaint.get("complaintFeedbackType") or "abuse").lower(),
        tuple(_address(row["emailAddress"]) for row in rows),
        _message_id(sent),
        _address(str(sent.get("source", ""))),
    )


def _amazon_row(row: dict[str, Any], bounce: dict[str, Any], sender: str) -> Failure:
    status, words = row.get("status"), row.get("diagnosticCode")
    is_late = bounce.get("bounceType") == "Transient"
    if bounce.get("bounceType") == "Undetermined":
        is_late = enhanced(str(status or words or "")).startswith("4")
    fate = Fate.DELAYED if is_late else Fate.FAILED
    return _failure(row["emailAddress"], fate, status, words, sender)


def _message_id(sent: dict[str, Any]) -> str:
    """Return the identifier that the mail had when it was handed over, else the provider's."""
    common = sent.get("commonHeaders") or {}
    return str(common.get("messageId") or sent.get("messageId") or "").strip("<>")


def _of_postmark(event: dict[str, Any]) -> tuple[list[Failure], Complaint | None]:
    kind, who = str(event.get("Type", "")), event.get("Email", "")
    words = event.get("Details") or event.get("Description")
    sender = _address(str(event.get("From", "")))
    if event.get("RecordType") == "SpamComplaint" or kind == "SpamComplaint":
        return [], Complaint("abuse", (_address(who),), str(event.get("MessageID", "")), sender)
    if event.get("RecordType") == "Delivery":
        return [Failure("", Fate.ARRIVED)], None
    if kind in _HARD_TYPES:
        return [_failure(who, Fate.FAILED, "", words, sender)], None
    return ([_failure(who, Fate.DELAYED, "", words, sender)] if kind in _SOFT_TYPES else []), None


def _of_others(event: dict[str, Any]) -> tuple[list[Failure], Complaint | None]:
    """Read the flat formats: an event, an address, and words that each provider calls otherwise."""
    whole = {**_object(event, "msg"), **event}
    name = str(whole.get("event") or whole.get("type") or "").strip().lower()
    name = name.replace("-", "_").replace(" ", "_")
    who = next((str(whole[key]) for key in _ADDRESSES if whole.get(key)), "")
    if name in _COMPLAINTS:
        identifier = str(whole.get("smtp-id") or whole.get("message-id") or "")
        return [], Complaint("abuse", (_address(who),), identifier.strip("<>"), _sender(whole))
    fate = _EVENTS.get(name)
    if fate is None or not who:
        return [], None
    state = _object(whole, "delivery-status")
    words = next((str(box[key]) for box in (whole, state) for key in _WORDS if box.get(key)), "")
    # One who has complained or left gets nothing more; that is no failure of the address.
    if name == "dropped" and words.lower().startswith(("spam", "unsub")):
        return [], None
    status = str(whole.get("status") or state.get("enhanced-code") or "")
    fate = Fate.DELAYED if _is_soft(whole, name) else fate
    return [_failure(who, fate, status, words, _sender(whole))], None


def _sender(event: dict[str, Any]) -> str:
    """Return the envelope sender of the mail that an event
    of a flat format is about, empty where it names none.
    """
    candidates = (
        event.get("msg_from"),
        _object(event, "envelope").get("sender"),
        event.get("sender"),
    )
    return next((_address(str(text)) for text in candidates if text), "")


def _object(event: dict[str, Any], name: str) -> dict[str, Any]:
    value = event.get(name)
    return value if isinstance(value, dict) else {}


def _is_soft(event: dict[str, Any], name: str) -> bool:
    """Whether what is called a bounce is tried again, or was about the mail and not its reader."""
    if event.get("severity") == "temporary" or event.get("hard_bounce") is False:
        return True
    is_class_soft = str(event.get("bounce_class", "")) in _SOFT_CLASSES
    return name == "bounce" and (is_class_soft or event.get("type") in ("blocked", "expired"))


def _failure(who: str, fate: Fate, status: Any, words: Any, sender: str) -> Failure:
    diagnostic = str(words or "")
    code = enhanced(str(status or "")) or enhanced(diagnostic)
    return Failure(_address(who), fate, code, diagnostic[:500], sender)


def _address(text: str) -> str:
    return next(iter(report_addresses.find(text, most=1)), "")
