"""Tell by the headers of a report whom it can be about, and whom it cannot be about."""

from collections.abc import Iterable

from listserv.mail.parse.headers import Headers, addresses
from listserv.mail.reports import report_addresses
from listserv.mail.reports.report_parts import SplitMessage

# Fields that name who reports, and to whom.
_CORRESPONDENTS = (
    "from", "to", "cc", "sender", "reply-to", "return-path", "delivered-to", "errors-to",
)  # fmt: skip
_LISTS = ("list-post", "x-beenthere")
# Fields of a message that came through a list.
_LIST_FIELDS = frozenset({"list-id", "list-post"})
_AUTHORS = ("from", "sender", "reply-to", "return-path", "errors-to", "list-post")
# Fields with the address that a report was sent to.
_REPORTED_TO = ("to", "delivered-to", "x-original-to", "envelope-to")
# Fields of a returned message that name whom it was for.
_RECIPIENTS = ("x-original-to", "x-rcpt-to", "to", "x-delivered-to", "x-envelope-to")
# Fields of one name that are read.
_MAX_FIELDS = 3
# AOL names those it does not reach by their screen names, below these words.
_AOL, _OF_AOL = "aol.com", "because they are not accepting mail from"


def named_in_header(message: SplitMessage) -> list[str]:
    """Return the failed recipients that a field of the header names."""
    values = message.headers.all("x-failed-recipients")
    return list(dict.fromkeys(name for value in values for name in report_addresses.find(value)))


def excluded(message: SplitMessage) -> frozenset[str]:
    """Return who cannot be the one not reached: the reporter, and to whom the report is sent."""
    headers = message.headers
    named = {address for value in _values(headers, _CORRESPONDENTS) for address in addresses(value)}
    for name in _LISTS:
        for value in headers.all(name):
            named.update(address.lower() for address in report_addresses.find(value))
    inner = {report_addresses.unwrapped(address) for address in named}
    receivers = addresses(headers.raw("to")) + addresses(headers.raw("cc"))
    of_lists = {
        address
        for receiver in receivers
        for address in report_addresses.of_list(report_addresses.unwrapped(receiver))
    }
    return frozenset(named | inner | of_lists)


def authors(message: SplitMessage) -> frozenset[str]:
    """Return who wrote the message that came back."""
    if message.original is None:
        return frozenset()
    values = _values(message.original, _AUTHORS)
    return frozenset(
        address.lower() for value in values for address in report_addresses.find(value)
    )


def _values(headers: Headers, names: Iterable[str]) -> list[str]:
    return [value for name in names for value in headers.all(name)[:_MAX_FIELDS]]


def by_verp(message: SplitMessage) -> list[str]:
    """Return the address that stands in the one reported to.

    As in "list-bounces+anna=people.example@lists.example".
    """
    for name in _REPORTED_TO:
        for address in addresses(message.headers.raw(name)):
            recipient = _verp_recipient(address)
            if recipient:
                return [recipient]
    return []


def _verp_recipient(address: str) -> str:
    detail = address.partition("@")[0].partition("+")[2]
    local, _equals, domain = detail.rpartition("=")
    if not local or "." not in domain:
        return ""
    recipient = f"{local}@{domain}"
    if not report_addresses.tidy(recipient):
        return ""
    return recipient


def of_original(message: SplitMessage) -> list[str]:
    """Return whom the returned message was for.

    Nobody when it came through a list, whose address stands there.
    """
    original = message.original
    if original is None or _is_from_list(original):
        return []
    others = excluded(message)
    for name in _RECIPIENTS:
        named = report_addresses.find(original.raw(name))
        recipients = [address for address in named if address.lower() not in others]
        if len(recipients) == 1:
            return recipients
    return []


def _is_from_list(headers: Headers) -> bool:
    return not _LIST_FIELDS.isdisjoint(headers.fields)


def domain_of_names(message: SplitMessage, text: str) -> str:
    """Return where names belong that a report gives without their domain.

    Empty where that is not sure. AOL's servers report from hosts of many names. What reads like a
    report of theirs and comes from elsewhere must name one domain that can be meant. Other programs
    report from the domain of the names.
    """
    author = next(iter(addresses(message.headers.raw("from"))), "")
    domain = _domain(author).lower()
    if f".{domain}".endswith(f".{_AOL}"):
        return _AOL
    if _OF_AOL not in " ".join(text.lower().split()):
        return domain
    others = {domain, *map(_domain, excluded(message) | authors(message))}
    named = (*report_addresses.find(text), *of_original(message))
    domains = {_domain(address.lower()) for address in named} - others
    if len(domains) != 1:
        return ""
    return domains.pop()


def _domain(address: str) -> str:
    return address.rpartition("@")[2]
