"""Register the addresses that reports come to, and the desks, which get complaints as well."""

from hub.lib import clock
from listserv.bounces import services
from listserv.bounces.services import report_of
from listserv.gateway import leaders
from listserv.gateway.address_handlers import AddressHandler
from listserv.gateway.question import Question
from listserv.mail.parse import automatic
from listserv.mail.reports.cloud import is_notification
from listserv.models import InboundMail


def _read_report(row: InboundMail) -> list[str]:
    """Read the report before the transaction; it puts no text on a page."""
    report_of(row)
    return []


def _always(_question: Question) -> bool:
    return True


def _is_about_a_delivery(question: Question) -> bool:
    """Whether a provider reports a delivery to a desk: a complaint, or a notice in JSON."""
    return automatic.is_complaint(question.message) or is_notification(question.message.text)


def _take_report(row: InboundMail) -> None:
    services.take_report(row=row, now=clock.now())


def _take_returned(row: InboundMail) -> None:
    services.take_returned(row=row, now=clock.now())


def _take_notice(row: InboundMail) -> None:
    """Act on a complaint or a notice about a delivery; pass any other message on to people."""
    if not services.take_notice(report=report_of(row), row=row, now=clock.now()):
        leaders.pass_on(row)


BOUNCES = AddressHandler(_take_report, expects_programs=_always, written_texts=_read_report)
RETURNED = AddressHandler(_take_returned, expects_programs=_always, written_texts=_read_report)
DESK = AddressHandler(
    _take_notice, expects_programs=_is_about_a_delivery, written_texts=_read_report
)
