"""Say whom a report is about and what became of the mail: bytes in, a :class:`Report` out, no database.

What programs write for programs counts first (RFC 3464), then the header that names failed recipients, then the text
(:mod:`listserv.bounces.heuristics`), then the address a mailer put into the one it reports to (VERP), then whom the
returned mail was for. Receipts, successes, complaints, automatic replies and challenges name nobody.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from listserv import machines
from listserv.bounces import addresses, heuristics
from listserv.bounces.complaints import Complaint, read_complaint
from listserv.bounces.parts import Taken, take_apart
from listserv.bounces.status import Fate, Record, enhanced, records
from listserv.inbound import headers as fields


class Kind(StrEnum):
    """What a mail to a bounce address is."""

    FAILURE = "failure"
    DELAY = "delay"
    SUCCESS = "success"
    COMPLAINT = "complaint"
    RECEIPT = "receipt"
    REPLY = "reply"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Failure:
    """One recipient: the enhanced status code and the words of the far end, each empty when not known."""

    address: str
    fate: Fate
    status: str = ""
    diagnostic: str = ""


@dataclass(frozen=True)
class Report:
    """What a report says; addresses as they are written there."""

    kind: Kind
    failures: tuple[Failure, ...] = ()
    complaint: Complaint | None = None

    @property
    def permanent(self) -> set[str]:
        """Return whom it will never reach."""
        return {failure.address for failure in self.failures if failure.fate is Fate.FAILED}

    @property
    def temporary(self) -> set[str]:
        """Return whom it has not reached yet."""
        return {failure.address for failure in self.failures if failure.fate is Fate.DELAYED}


_NOTHING = Report(Kind.NOTHING)
_READ = "_read_report"


def read_report(raw: bytes) -> Report:
    """Return what a mail reports; never raises, for any bytes. Linear in their number."""
    return _read(take_apart(raw))


def report_of(row: Any) -> Report:
    """Return the report in a row of :class:`~listserv.models.InboundMail`, read once, before any transaction."""
    report: Report | None = row.__dict__.get(_READ)
    if report is None:
        report = row.__dict__[_READ] = read_report(bytes(row.raw))
    return report


def _read(mail: Taken, *, inner: bool = False) -> Report:
    complaint = read_complaint(mail)
    if complaint is not None:
        return Report(Kind.COMPLAINT, complaint=complaint)
    told = _from_service(mail)
    if told is not None:
        return told
    subject, text = mail.headers.text("subject"), mail.text
    if _is_receipt(mail) and not _is_refusal_receipt(mail, text):
        return Report(Kind.RECEIPT)
    listed = _from_fields(mail, subject, text)
    if listed is not None:
        return listed
    told = _from_words(mail, subject, text)
    if told.kind is Kind.NOTHING and not inner:
        return _from_attached(mail) or told
    return told


def _from_attached(mail: Taken) -> Report | None:
    """Return what a report says that some filter on the way has put into another mail."""
    for leaf in mail.leaves:
        if leaf.is_original and "multipart/report" in leaf.text[:20_000].lower():
            return _read(take_apart(leaf.text.lstrip().encode("utf-8", "replace")), inner=True)
    return None


# --- What programs write ----------------------------------------------------------------------------------------


def _from_fields(mail: Taken, subject: str, text: str) -> Report | None:
    """Return what the fields of RFC 3464 say, None when they name nobody."""
    found: list[Record] = []
    for leaf in mail.leaves:
        if leaf.is_fields or (not leaf.is_original and _looks_like_fields(leaf.text)):
            found += records(leaf.text)[1]
    if not found:
        return None
    failures: dict[str, Failure] = {}
    fates = set()
    late = any(record.fate is Fate.UNKNOWN for record in found) and heuristics.read(subject, text).delayed
    for record in found:
        fate = record.fate
        if fate is Fate.UNKNOWN:
            fate = Fate.DELAYED if late else Fate.FAILED
        fates.add(fate)
        for address in record.all_addresses()[:1] or _unnamed(mail, subject, text, found):
            if fate is not Fate.ARRIVED:
                failures.setdefault(address.lower(), Failure(address, fate, record.status, record.diagnostic[:500]))
    if not failures and fates != {Fate.ARRIVED}:
        return None
    return Report(_kind(failures.values()), tuple(failures.values()))


def _looks_like_fields(text: str) -> bool:
    lowered = text.lower()
    return "final-recipient:" in lowered and ("action:" in lowered or "status:" in lowered)


def _unnamed(mail: Taken, subject: str, text: str, found: list[Record]) -> list[str]:
    """Return whom a single record is about whose recipient is no address of the Internet (X.400, a local name)."""
    if len(found) > 1:
        return []
    told = heuristics.read(subject, text, not_these=_not_these(mail), hardly=_authors(mail)).recipients
    return list(told[:1]) or _from_original(mail)[:1]


def _kind(failures: Any) -> Kind:
    fates = {failure.fate for failure in failures}
    if Fate.FAILED in fates:
        return Kind.FAILURE
    return Kind.DELAY if fates else Kind.SUCCESS


def _from_service(mail: Taken) -> Report | None:
    """Return what Amazon SES says in its notifications (JSON)."""
    text = mail.text.lstrip()
    if not text.startswith("{") or "notificationType" not in text:
        return None
    try:
        told = json.JSONDecoder().raw_decode(text)[0]
        told = json.loads(told["Message"]) if "Message" in told else told
        bounce = told.get("bounce") or {}
        fate = Fate.DELAYED if bounce.get("bounceType") == "Transient" else Fate.FAILED
        rows = [(addresses.tidy(row["emailAddress"]), row) for row in bounce.get("bouncedRecipients", ())]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    failures = tuple(
        Failure(who, fate, enhanced(str(row.get("status", ""))), str(row.get("diagnosticCode", ""))[:500])
        for who, row in rows
        if who
    )
    return Report(_kind(failures), failures) if failures else _NOTHING


def _is_receipt(mail: Taken) -> bool:
    return "disposition-notification" in mail.report_type or any(
        "disposition-notification" in leaf.kind for leaf in mail.leaves
    )


def _is_refusal_receipt(mail: Taken, text: str) -> bool:
    """Whether a receipt is how a filter refuses (RFC 5429 §2.1.2): deleted unread by a program, which says so."""
    deleted = any(
        "automatic-action/mdn-sent-automatically" in leaf.text.lower() and "deleted" in leaf.text.lower()
        for leaf in mail.leaves
        if "disposition-notification" in leaf.kind
    )
    return deleted and "rejected" in text.lower()


# --- What programs tell people ----------------------------------------------------------------------------------


def _from_words(mail: Taken, subject: str, text: str) -> Report:
    named = _named_in_header(mail)
    reported = machines.reports_delivery(mail.headers)
    if not reported and _is_reply(mail, subject, text):
        return Report(Kind.REPLY)
    reading = heuristics.read(subject, text, not_these=_not_these(mail), hardly=_authors(mail))
    if not reported and not named and (reading.is_guess or not reading.is_plain):
        return Report(Kind.SUCCESS) if heuristics.is_arrival(subject, text) else _NOTHING
    if not reading.failed and not named and heuristics.is_arrival(subject, text):
        return Report(Kind.SUCCESS)
    if not reading.failed and not named and not (reported and reading.recipients):
        return _NOTHING
    sure = named or (list(reading.recipients) if reading.is_sure else [])
    who = sure or _bare(mail, text) or list(reading.recipients) or _verp(mail) or _from_original(mail)
    fate = Fate.DELAYED if reading.delayed else Fate.FAILED
    status = enhanced(text)
    failures = tuple(Failure(address, fate, status, _sentence(text, address)) for address in who)
    return Report(_kind(failures) if failures else Kind.NOTHING, failures)


def _is_reply(mail: Taken, subject: str, text: str) -> bool:
    """Whether it is an automatic reply, a challenge, or the answer of a person: no report, whatever it quotes."""
    return (
        machines.is_automatic_reply(mail.headers, subject)
        or _is_personal(mail, subject)
        or heuristics.is_challenge(subject, text)
    )


def _bare(mail: Taken, text: str) -> list[str]:
    author = fields.addresses(mail.headers.raw("from"))
    return list(heuristics.bare_names(text, author[0].rpartition("@")[2])) if author else []


def _sentence(text: str, address: str) -> str:
    """Return the words that stand at the address."""
    at = max(text.find(address), 0)
    return " ".join(text[at : at + 500].split())


def _is_personal(mail: Taken, subject: str) -> bool:
    """Whether it looks like the answer of a person, who may quote a report."""
    answers = subject.lower().startswith("re:") and "in-reply-to" in mail.headers
    return answers and "auto-submitted" not in mail.headers


def _named_in_header(mail: Taken) -> list[str]:
    found: list[str] = []
    for value in mail.headers.all("x-failed-recipients"):
        found += [address for address in addresses.find(value) if address not in found]
    return found


def _not_these(mail: Taken) -> frozenset[str]:
    """Return who cannot be the one not reached: the reporter, and to whom the report is sent."""
    found: set[str] = set()
    for name in ("from", "to", "cc", "sender", "reply-to", "return-path", "delivered-to", "errors-to"):
        for value in mail.headers.all(name)[:3]:
            found.update(fields.addresses(value))
    for name in ("list-post", "x-beenthere"):
        found.update(found.lower() for value in mail.headers.all(name) for found in addresses.find(value))
    return frozenset(found)


def _authors(mail: Taken) -> frozenset[str]:
    """Return who wrote the mail that came back."""
    original = mail.original()
    if original is None:
        return frozenset()
    names = ("from", "sender", "reply-to", "return-path", "errors-to", "list-post")
    values = [value for name in names for value in original.all(name)[:3]]
    return frozenset(address.lower() for value in values for address in addresses.find(value))


def _verp(mail: Taken) -> list[str]:
    """Return the address that stands in the one reported to ("list-bounces+anna=people.example@lists.example")."""
    for name in ("to", "delivered-to", "x-original-to", "envelope-to"):
        for address in fields.addresses(mail.headers.raw(name)):
            detail = address.partition("@")[0].partition("+")[2]
            local, equals, domain = detail.rpartition("=")
            if equals and local and "." in domain and addresses.tidy(f"{local}@{domain}"):
                return [f"{local}@{domain}"]
    return []


def _from_original(mail: Taken) -> list[str]:
    """Return whom the returned mail was for; nobody when it came through a list, whose address stands there."""
    original = mail.original()
    if original is None or "list-id" in original or "list-post" in original:
        return []
    others = _not_these(mail)
    for name in ("x-original-to", "x-rcpt-to", "to", "x-delivered-to", "x-envelope-to"):
        found = [address for address in addresses.find(original.raw(name)) if address.lower() not in others]
        if len(found) == 1:
            return found
    return []
