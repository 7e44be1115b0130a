"""Say whom a report is about and what became of the mail: bytes in, a :class:`DeliveryReport` out.

What programs write for programs counts first (RFC 3464), then the header that names failed
recipients, then the text (:mod:`listserv.mail.reports.heuristics`), then the address a mailer put
into the one it reports to (VERP), then whom the returned mail was
for. Receipts, successes, complaints, automatic replies and challenges name nobody.
"""

from dataclasses import replace

from listserv.mail.parse import automatic, headers
from listserv.mail.reports import cloud, evidence, heuristics, report_addresses, wrapped
from listserv.mail.reports.complaints import read_complaint
from listserv.mail.reports.evidence import Evidence
from listserv.mail.reports.outcomes import NOTHING, DeliveryReport, Failure, Kind, report_on
from listserv.mail.reports.report_parts import Taken, take_apart
from listserv.mail.reports.status_codes import Fate, RecipientRecord, enhanced, records

__all__ = ["DeliveryReport", "Failure", "Kind", "read_report"]
_FIRST_FIELDS = (
    "reporting-mta:", "final-recipient:", "original-recipient:", "action:", "status:",
    "arrival-date:", "original-envelope-id:", "received-from-mta:", "reporting-ua:", "dsn-gateway:",
)  # fmt: skip
# Mails within one another that are opened in search of a report.
_MAX_DEPTH = 3
# AOL names those it does not reach by their screen names, below these words.
_AOL, _OF_AOL = "aol.com", "because they are not accepting mail from"


def read_report(raw: bytes) -> DeliveryReport:
    """Return what a mail reports; never raises, for any bytes. Linear in their number."""
    return _read(take_apart(raw))


def _read(mail: Taken, *, depth: int = 0) -> DeliveryReport:
    complaint = read_complaint(mail)
    if complaint is not None:
        return DeliveryReport(Kind.COMPLAINT, complaint=complaint)
    notification = cloud.read_notification(mail)
    if notification is not None:
        return notification
    subject, text = mail.headers.text("subject"), mail.text
    if _is_receipt(mail) and not _is_refusal_receipt(mail, text):
        return DeliveryReport(Kind.RECEIPT)
    listed = _from_fields(mail, subject, text)
    if listed is not None:
        return _as_sent(listed, text)
    report = _as_sent(_from_words(mail, subject, text), text)
    if report.kind is Kind.NOTHING and depth < _MAX_DEPTH:
        return _from_inside(mail, text, depth + 1) or report
    return report


def _as_sent(report: DeliveryReport, text: str) -> DeliveryReport:
    """Return a report with the addresses that a mail was
    sent to, where it names those it was passed on to.
    """
    sources = heuristics.sources(text) if "generated from" in text else {}
    if not sources:
        return report
    failures: dict[str, Failure] = {}
    for failure in report.failures:
        address = sources.get(failure.address.lower(), failure.address)
        failures.setdefault(address.lower(), replace(failure, address=address))
    return report_on(failures.values(), otherwise=report.kind)


def _from_inside(mail: Taken, text: str, depth: int) -> DeliveryReport | None:
    """Return what the reports say that a gateway has put into another mail, None for none."""
    if evidence.is_persons_own(mail.headers, text):
        return None
    reports = [_read(take_apart(raw), depth=depth) for raw in wrapped.attached(mail)]
    is_answer = evidence.is_marked_answer(mail.headers, mail.headers.text("subject"))
    if not is_answer and not evidence.is_letter(text):
        passed_on = wrapped.passed_on(text, to=_not_these(mail))
        reports += [_read(take_apart(passed_on), depth=depth)] if passed_on is not None else []
    failures: dict[str, Failure] = {}
    for report in reports:
        for failure in report.failures:
            failures.setdefault(failure.address.lower(), failure)
    if failures:
        return report_on(failures.values())
    return next((report for report in reports if report.kind is Kind.COMPLAINT), None)


# --- What programs write --------------------------------------------------------------------------


def _from_fields(mail: Taken, subject: str, text: str) -> DeliveryReport | None:
    """Return what the fields of RFC 3464 say, None when they name nobody."""
    listed: list[RecipientRecord] = []
    weight = evidence.of_header(mail.headers, subject)
    is_persons = _is_reply(mail, subject, text, weight) or evidence.is_letter(text)
    is_owned = weight is not Evidence.SERVER and evidence.is_persons_own(mail.headers, text)
    for leaf in mail.leaves:
        may_be_text = weight is Evidence.SERVER or (
            not is_persons and _begins_with_fields(leaf.text)
        )
        is_text = may_be_text and not leaf.is_original and _looks_like_fields(leaf.text)
        if (leaf.is_fields and not is_owned) or is_text:
            listed += records(leaf.text)[1]
    if not listed:
        return None
    failures: dict[str, Failure] = {}
    fates = set()
    late = (
        any(record.fate is Fate.UNKNOWN for record in listed)
        and heuristics.read(subject, text).delayed
    )
    for record in listed:
        fate = record.fate
        if fate is Fate.UNKNOWN:
            fate = Fate.DELAYED if late else Fate.FAILED
        fates.add(fate)
        for address in record.recipients or _unnamed(mail, subject, text, listed):
            if fate is not Fate.ARRIVED:
                failures.setdefault(
                    address.lower(), Failure(address, fate, record.status, record.diagnostic[:500])
                )
    if not failures and fates != {Fate.ARRIVED}:
        return None
    return report_on(failures.values())


def _looks_like_fields(text: str) -> bool:
    lowered = text.lower()
    return "final-recipient:" in lowered and ("action:" in lowered or "status:" in lowered)


def _begins_with_fields(text: str) -> bool:
    """Whether a text is fields from its first line on, as no person's is."""
    return text.lstrip(" \t\r\n>-=*").lower().startswith(_FIRST_FIELDS)


def _unnamed(mail: Taken, subject: str, text: str, listed: list[RecipientRecord]) -> list[str]:
    """Return whom a single record is about whose recipient
    is no address of the Internet (X.400, a local name).
    """
    if len(listed) > 1:
        return []
    reading = heuristics.read(
        subject, text, not_these=_not_these(mail), hardly=_authors(mail)
    ).recipients
    return list(reading[:1]) or _from_original(mail)[:1]


def _is_receipt(mail: Taken) -> bool:
    return "disposition-notification" in mail.report_type or any(
        "disposition-notification" in leaf.kind for leaf in mail.leaves
    )


def _is_refusal_receipt(mail: Taken, text: str) -> bool:
    """Whether a receipt is how a filter refuses (RFC 5429
    §2.1.2): deleted unread by a program, which says so.
    """
    deleted = any(
        "automatic-action/mdn-sent-automatically" in leaf.text.lower()
        and "deleted" in leaf.text.lower()
        for leaf in mail.leaves
        if "disposition-notification" in leaf.kind
    )
    return deleted and "rejected" in text.lower()


# --- What programs tell people --------------------------------------------------------------------


def _from_words(mail: Taken, subject: str, text: str) -> DeliveryReport:
    named = _named_in_header(mail)
    weight = evidence.of_header(mail.headers, subject)
    if _is_reply(mail, subject, text, weight):
        return DeliveryReport(Kind.REPLY)
    if weight is not Evidence.SERVER:
        text = evidence.without_quotes(text)
    reading = heuristics.read(subject, text, not_these=_not_these(mail), hardly=_authors(mail))
    if not named:
        if not reading.failed and heuristics.is_arrival(subject, text):
            return DeliveryReport(Kind.SUCCESS)
        if not evidence.is_proven(weight, mail.headers, subject, text, reading):
            return NOTHING
        if not reading.failed and not reading.is_placed:
            return NOTHING
    sure = named or (list(reading.recipients) if reading.is_sure else [])
    who = (
        sure or _bare(mail, text) or list(reading.recipients) or _verp(mail) or _from_original(mail)
    )
    fate = Fate.DELAYED if reading.delayed else Fate.FAILED
    status = enhanced(text)
    failures = tuple(Failure(address, fate, status, _sentence(text, address)) for address in who)
    return report_on(failures, otherwise=Kind.NOTHING)


def _is_reply(mail: Taken, subject: str, text: str, weight: Evidence) -> bool:
    """Whether it is an automatic reply, a challenge, or
    the answer of a person: no report, whatever it quotes.
    """
    if weight is Evidence.SERVER:
        return automatic.is_automatic_subject(mail.headers, subject)
    return (
        automatic.is_automatic_reply(mail.headers, subject)
        or evidence.is_answer(mail.headers, subject)
        or heuristics.is_challenge(subject, text)
    )


def _bare(mail: Taken, text: str) -> list[str]:
    return list(heuristics.bare_names(text, _domain_of_names(mail, text)))


def _domain_of_names(mail: Taken, text: str) -> str:
    """Return where names belong that a report gives without their domain; empty where that is not
    sure.

    AOL's servers report from hosts of many names. What reads like a report of theirs and comes from
    elsewhere must name one domain that can be meant. Other programs report from the domain of the
    names.
    """
    author = headers.addresses(mail.headers.raw("from"))
    domain = author[0].rpartition("@")[2].lower() if author else ""
    if domain == _AOL or domain.endswith(f".{_AOL}"):
        return _AOL
    if _OF_AOL not in " ".join(text.lower().split()):
        return domain
    others = {
        domain,
        *(address.rpartition("@")[2] for address in _not_these(mail) | _authors(mail)),
    }
    named = {
        address.lower().rpartition("@")[2]
        for address in (*report_addresses.find(text), *_from_original(mail))
    }
    named -= others
    return named.pop() if len(named) == 1 else ""


def _sentence(text: str, address: str) -> str:
    """Return the words that stand at the address."""
    at = max(text.find(address), 0)
    return " ".join(text[at : at + 500].split())


def _named_in_header(mail: Taken) -> list[str]:
    named: list[str] = []
    for value in mail.headers.all("x-failed-recipients"):
        named += [address for address in report_addresses.find(value) if address not in named]
    return named


def _not_these(mail: Taken) -> frozenset[str]:
    """Return who cannot be the one not reached: the reporter, and to whom the report is sent."""
    excluded: set[str] = set()
    for name in (
        "from",
        "to",
        "cc",
        "sender",
        "reply-to",
        "return-path",
        "delivered-to",
        "errors-to",
    ):
        for value in mail.headers.all(name)[:3]:
            excluded.update(headers.addresses(value))
    for name in ("list-post", "x-beenthere"):
        excluded.update(
            excluded.lower()
            for value in mail.headers.all(name)
            for excluded in report_addresses.find(value)
        )
    inner = {report_addresses.unwrapped(address) for address in excluded}
    to = headers.addresses(mail.headers.raw("to")) + headers.addresses(mail.headers.raw("cc"))
    beside = {
        name
        for address in to
        for name in report_addresses.of_list(report_addresses.unwrapped(address))
    }
    return frozenset(excluded | inner | beside)


def _authors(mail: Taken) -> frozenset[str]:
    """Return who wrote the mail that came back."""
    original = mail.original()
    if original is None:
        return frozenset()
    names = ("from", "sender", "reply-to", "return-path", "errors-to", "list-post")
    values = [value for name in names for value in original.all(name)[:3]]
    return frozenset(
        address.lower() for value in values for address in report_addresses.find(value)
    )


def _verp(mail: Taken) -> list[str]:
    """Return the address that stands in the one reported
    to ("list-bounces+anna=people.example@lists.example").
    """
    for name in ("to", "delivered-to", "x-original-to", "envelope-to"):
        for address in headers.addresses(mail.headers.raw(name)):
            detail = address.partition("@")[0].partition("+")[2]
            local, equals, domain = detail.rpartition("=")
            if equals and local and "." in domain and report_addresses.tidy(f"{local}@{domain}"):
                return [f"{local}@{domain}"]
    return []


def _from_original(mail: Taken) -> list[str]:
    """Return whom the returned mail was for; nobody when
    it came through a list, whose address stands there.
    """
    original = mail.original()
    if original is None or "list-id" in original or "list-post" in original:
        return []
    others = _not_these(mail)
    for name in ("x-original-to", "x-rcpt-to", "to", "x-delivered-to", "x-envelope-to"):
        recipients = [
            address
            for address in report_addresses.find(original.raw(name))
            if address.lower() not in others
        ]
        if len(recipients) == 1:
            return recipients
    return []
