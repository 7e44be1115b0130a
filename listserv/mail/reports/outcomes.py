"""What a mail to a bounce address is, and whom it did not reach: what its readers return."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from listserv.mail.reports.complaints import Complaint
from listserv.mail.reports.status_codes import Fate


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
    """One recipient, with the enhanced status code and the words of the far end where they are
    known.

    Args: envelope_from, of the mail that failed, where a provider's notice names it; a report for
    programs does not.
    """

    address: str
    fate: Fate
    status: str = ""
    diagnostic: str = ""
    envelope_from: str = ""


@dataclass(frozen=True)
class DeliveryReport:
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


NOTHING = DeliveryReport(Kind.NOTHING)


def report_on(failures: Iterable[Failure], *, otherwise: Kind = Kind.SUCCESS) -> DeliveryReport:
    """Return the report on failures; of another kind where there are none."""
    listed = tuple(failures)
    fates = {failure.fate for failure in listed}
    if Fate.FAILED in fates:
        return DeliveryReport(Kind.FAILURE, listed)
    return DeliveryReport(Kind.DELAY if fates else otherwise, listed)
