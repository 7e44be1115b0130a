"""What a message to a bounce address is, and whom a delivery did not reach."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from listserv.mail.reports.complaints import Complaint
from listserv.mail.reports.status_codes import Fate


class ReportKind(StrEnum):
    """What a message to a bounce address is."""

    FAILURE = "failure"
    DELAY = "delay"
    SUCCESS = "success"
    COMPLAINT = "complaint"
    RECEIPT = "receipt"
    REPLY = "reply"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Failure:
    """One recipient whom a message did not reach.

    Args:
        status: the enhanced status code, empty where it is not known.
        diagnostic: the words of the far end, empty where they are not known.
        envelope_from: of the message that failed, where a provider's notification names it; a
            report for programs does not.
    """

    address: str
    fate: Fate
    status: str = ""
    diagnostic: str = ""
    envelope_from: str = ""


@dataclass(frozen=True)
class DeliveryReport:
    """What a report says; addresses as they are written there."""

    kind: ReportKind
    failures: tuple[Failure, ...] = ()
    complaint: Complaint | None = None

    @property
    def permanent(self) -> set[str]:
        """Whom the message will never reach."""
        return {failure.address for failure in self.failures if failure.fate is Fate.FAILED}

    @property
    def temporary(self) -> set[str]:
        """Whom it has not reached yet."""
        return {failure.address for failure in self.failures if failure.fate is Fate.DELAYED}


NOTHING = DeliveryReport(ReportKind.NOTHING)


def report_on(
    failures: Iterable[Failure], *, otherwise: ReportKind = ReportKind.SUCCESS
) -> DeliveryReport:
    """Return the report on failures; of another kind where there are none."""
    listed = tuple(failures)
    if not listed:
        return DeliveryReport(otherwise)
    if any(failure.fate is Fate.FAILED for failure in listed):
        return DeliveryReport(ReportKind.FAILURE, listed)
    return DeliveryReport(ReportKind.DELAY, listed)


def by_recipient(failures: Iterable[Failure]) -> list[Failure]:
    """Return the first failure of each recipient, whatever the case of its address."""
    first: dict[str, Failure] = {}
    for failure in failures:
        first.setdefault(failure.address.lower(), failure)
    return list(first.values())
