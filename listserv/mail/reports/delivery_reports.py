"""Say whom a report is about and what became of the message: a :class:`DeliveryReport`.

What programs write for programs counts first (RFC 3464), then the header that names failed
recipients, then the text (:mod:`listserv.mail.reports.heuristics`), then the address a mailer put
into the one it reports to (VERP), then whom the returned message was for. Receipts, successes,
complaints, automatic replies and challenges name nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from listserv.mail.parse import automatic
from listserv.mail.reports import cloud, evidence, heuristics, report_recipients, wrapped
from listserv.mail.reports.complaints import read_complaint
from listserv.mail.reports.evidence import Evidence
from listserv.mail.reports.heuristics import TextReading
from listserv.mail.reports.outcomes import (
    NOTHING,
    DeliveryReport,
    Failure,
    ReportKind,
    by_recipient,
    report_on,
)
from listserv.mail.reports.report_parts import Leaf, SplitMessage, split_message
from listserv.mail.reports.status_codes import Fate, RecipientRecord, enhanced, records

__all__ = ["DeliveryReport", "Failure", "ReportKind", "read_report"]
# The fields with which a text of fields begins (RFC 3464 §2).
_FIRST_FIELDS = (
    "reporting-mta:", "final-recipient:", "original-recipient:", "action:", "status:",
    "arrival-date:", "original-envelope-id:", "received-from-mta:", "reporting-ua:", "dsn-gateway:",
)  # fmt: skip
# Messages within one another that are opened in search of a report.
_MAX_DEPTH = 3
# Characters of the words of a report that are kept.
_MAX_DIAGNOSTIC = 500
_RECEIPT = "disposition-notification"


def read_report(raw: bytes) -> DeliveryReport:
    """Return what a message reports; never raises, for any bytes. Linear in their number."""
    return _read(split_message(raw))


def _read(message: SplitMessage, *, depth: int = 0) -> DeliveryReport:
    complaint = read_complaint(message)
    if complaint is not None:
        return DeliveryReport(ReportKind.COMPLAINT, complaint=complaint)
    notification = cloud.read_notification(message)
    if notification is not None:
        return notification
    if _is_receipt(message) and not _is_refusal_receipt(message):
        return DeliveryReport(ReportKind.RECEIPT)
    listed = _from_fields(message)
    if listed is not None:
        return _as_sent(listed, message.text)
    report = _as_sent(_from_text(message), message.text)
    if report.kind is ReportKind.NOTHING and depth < _MAX_DEPTH:
        return _from_inside(message, depth + 1) or report
    return report


def _as_sent(report: DeliveryReport, text: str) -> DeliveryReport:
    """Return a report with the addresses that we sent to, where it names others.

    A message may have been passed on to those.
    """
    if "generated from" not in text:
        return report
    sources = heuristics.sources(text)
    if not sources:
        return report
    failures = [
        replace(failure, address=sources.get(failure.address.lower(), failure.address))
        for failure in report.failures
    ]
    return report_on(by_recipient(failures), otherwise=report.kind)


def _from_inside(message: SplitMessage, depth: int) -> DeliveryReport | None:
    """Return what the reports say that a gateway has put into another message, None for none."""
    if evidence.is_persons_own(message.headers, message.text):
        return None
    reports = [_read(split_message(raw), depth=depth) for raw in _inner_messages(message)]
    failures = by_recipient(failure for report in reports for failure in report.failures)
    if failures:
        return report_on(failures)
    return next((report for report in reports if report.kind is ReportKind.COMPLAINT), None)


def _inner_messages(message: SplitMessage) -> Iterator[bytes]:
    """Give the messages that are attached to one, or stand in its text below their header."""
    yield from wrapped.attached(message)
    if evidence.is_marked_answer(message.headers, message.subject):
        return
    if evidence.is_personal(message.text):
        return
    passed_on = wrapped.passed_on(message.text, to=report_recipients.excluded(message))
    if passed_on is not None:
        yield passed_on


def _is_receipt(message: SplitMessage) -> bool:
    types = (message.report_type, *(leaf.media_type for leaf in message.leaves))
    return any(_RECEIPT in media_type for media_type in types)


def _is_refusal_receipt(message: SplitMessage) -> bool:
    """Whether a receipt is how a filter refuses (RFC 5429 §2.1.2).

    The message was deleted unread by a program, which says so.
    """
    receipts = [leaf.text.lower() for leaf in message.leaves if _RECEIPT in leaf.media_type]
    if not any(_is_automatic_deletion(receipt) for receipt in receipts):
        return False
    return "rejected" in message.text.lower()


def _is_automatic_deletion(receipt: str) -> bool:
    return "automatic-action/mdn-sent-automatically" in receipt and "deleted" in receipt


# --- What programs write --------------------------------------------------------------------------


@dataclass(frozen=True)
class _Trust:
    """Which leaves of a message may hold fields of RFC 3464, by who has written it.

    Args:
        parts: those of the type for such fields.
        fields: texts that begin with such fields, as no person's does.
        texts: texts with such fields anywhere.
    """

    parts: bool
    fields: bool
    texts: bool

    def covers(self, leaf: Leaf) -> bool:
        """Whether the fields in a leaf count."""
        if leaf.is_delivery_status and self.parts:
            return True
        if leaf.is_original:
            return False
        if not _looks_like_fields(leaf.text):
            return False
        if self.texts:
            return True
        return self.fields and _begins_with_fields(leaf.text)


def _trust(message: SplitMessage) -> _Trust:
    weight = evidence.of_header(message.headers, message.subject)
    if weight is Evidence.SERVER:
        return _Trust(parts=True, fields=True, texts=True)
    is_persons = _is_reply(message, weight) or evidence.is_personal(message.text)
    is_persons_own = evidence.is_persons_own(message.headers, message.text)
    return _Trust(parts=not is_persons_own, fields=not is_persons, texts=False)


def _from_fields(message: SplitMessage) -> DeliveryReport | None:
    """Return what the fields of RFC 3464 say, None when they name nobody."""
    trust = _trust(message)
    leaves = filter(trust.covers, message.leaves)
    listed = [record for leaf in leaves for record in records(leaf.text)[1]]
    if not listed:
        return None
    unknown = _fate_of_unknown(message, listed)
    failures: list[Failure] = []
    fates: set[Fate] = set()
    for record in listed:
        fate = unknown if record.fate is Fate.UNKNOWN else record.fate
        fates.add(fate)
        if fate is not Fate.ARRIVED:
            recipients = record.recipients or _unnamed(message, listed)
            failures += [_failure(address, fate, record) for address in recipients]
    if not failures and fates != {Fate.ARRIVED}:
        return None
    return report_on(by_recipient(failures))


def _failure(address: str, fate: Fate, record: RecipientRecord) -> Failure:
    return Failure(address, fate, record.status, record.diagnostic[:_MAX_DIAGNOSTIC])


def _fate_of_unknown(message: SplitMessage, listed: list[RecipientRecord]) -> Fate:
    """Return what became of the message for recipients whose fields leave it open."""
    has_unknown = any(record.fate is Fate.UNKNOWN for record in listed)
    if has_unknown and heuristics.read(message.subject, message.text).delayed:
        return Fate.DELAYED
    return Fate.FAILED


def _looks_like_fields(text: str) -> bool:
    lowered = text.lower()
    if "final-recipient:" not in lowered:
        return False
    return "action:" in lowered or "status:" in lowered


def _begins_with_fields(text: str) -> bool:
    """Whether a text is fields from its first line on, as no person's is."""
    return text.lstrip(" \t\r\n>-=*").lower().startswith(_FIRST_FIELDS)


def _unnamed(message: SplitMessage, listed: list[RecipientRecord]) -> list[str]:
    """Return whom a single record is about that names no address of the Internet.

    It may have an X.400 address, or a local name.
    """
    if len(listed) > 1:
        return []
    reading = _reading(message, message.text)
    return list(reading.recipients[:1]) or report_recipients.of_original(message)[:1]


# --- What programs tell people --------------------------------------------------------------------


def _from_text(message: SplitMessage) -> DeliveryReport:
    weight = evidence.of_header(message.headers, message.subject)
    if _is_reply(message, weight):
        return DeliveryReport(ReportKind.REPLY)
    text = message.text
    if weight is not Evidence.SERVER:
        text = evidence.without_quotes(text)
    reading = _reading(message, text)
    recipients = report_recipients.named_in_header(message)
    if not recipients:
        if not reading.failed and heuristics.is_arrival(message.subject, text):
            return DeliveryReport(ReportKind.SUCCESS)
        if not _is_report(message, weight, text, reading):
            return NOTHING
        recipients = _recipients(message, text, reading)
    fate = Fate.DELAYED if reading.delayed else Fate.FAILED
    status = enhanced(text)
    failures = [Failure(who, fate, status, _words_at(text, who)) for who in recipients]
    return report_on(failures, otherwise=ReportKind.NOTHING)


def _reading(message: SplitMessage, text: str) -> TextReading:
    return heuristics.read(
        message.subject,
        text,
        excluded=report_recipients.excluded(message),
        doubtful=report_recipients.authors(message),
    )


def _is_report(message: SplitMessage, weight: Evidence, text: str, reading: TextReading) -> bool:
    if not evidence.is_proven(weight, message.headers, message.subject, text, reading):
        return False
    return reading.failed or reading.is_placed


def _recipients(message: SplitMessage, text: str, reading: TextReading) -> list[str]:
    """Return whom a text is about, by the surest way that names anybody."""
    if reading.is_sure:
        return list(reading.recipients)
    domain = report_recipients.domain_of_names(message, text)
    return (
        list(heuristics.bare_names(text, domain))
        or list(reading.recipients)
        or report_recipients.by_verp(message)
        or report_recipients.of_original(message)
    )


def _is_reply(message: SplitMessage, weight: Evidence) -> bool:
    """Whether it is an automatic reply, a challenge, or the answer of a person.

    That is no report, whatever it quotes.
    """
    if weight is Evidence.SERVER:
        return automatic.is_automatic_subject(message.headers, message.subject)
    if automatic.is_automatic_reply(message.headers, message.subject):
        return True
    if evidence.is_answer(message.headers, message.subject):
        return True
    return heuristics.is_challenge(message.subject, message.text)


def _words_at(text: str, address: str) -> str:
    """Return the words that stand at an address, on one line."""
    at = max(text.find(address), 0)
    return " ".join(text[at : at + _MAX_DIAGNOSTIC].split())
