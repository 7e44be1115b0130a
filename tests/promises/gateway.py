"""What the mail gateway promises: each message that arrives pays for it."""

from hub.members import selectors as member_selectors
from hub.members.models import Member
from listserv import selectors, services, tokens
from listserv.bounces import scoring
from listserv.bounces import services as bounce_services
from listserv.commands.desk import Desk, _list_at
from listserv.gateway import (
    address_handlers,
    aliases,
    compose,
    evaluation,
    purposes,
    reading,
    sender,
    spool,
    states,
    worker,
)
from listserv.gateway.facts import HubFacts
from listserv.gateway.incoming import IncomingMessage
from listserv.gateway.leaders import leaders_of
from listserv.gateway.reading import MessageReading
from listserv.gateway.recipients import Recipient, _is_held
from listserv.mail.parse.message import ParsedMessage, parse
from listserv.mail.reports.complaints import Complaint
from listserv.mail.reports.outcomes import DeliveryReport, Failure, Fate, ReportKind
from listserv.models import Bounce, InboundMail, MailingList, Subscription
from tests.promises import Promise
from tests.promises.network import Network

_NOBODY = "nobody@elsewhere.example"


def _raw(author: str, number: int = 0) -> bytes:
    return f"From: {author}\r\nSubject: A word\r\nMessage-ID: <{number}@pc.example>\r\n\r\nWords {number}.\r\n".encode()


def _incoming(hub: Network, author: Member | None, number: int = 0, *, signed_in: bool = True) -> IncomingMessage:
    address = author.email if author is not None else _NOBODY
    raw = _raw(address, number)
    return IncomingMessage(
        peer="192.0.2.1",
        helo="pc.example",
        auth_id=author.pk if author is not None and signed_in else None,
        mail_from=address,
        recipients=(Recipient(hub.mailing_list.address, "post", hub.mailing_list),),
        raw=raw,
        size=len(raw),
        received_at=hub.now,
    )


def _readings(hub: Network, *, signed_in: bool = True) -> list[MessageReading]:
    """Return as many messages as the hub is large."""
    messages = range(hub.size)
    return [reading.read(_incoming(hub, hub.amina, number, signed_in=signed_in)) for number in messages]


def _facts(hub: Network) -> tuple[Network, HubFacts]:
    return hub, HubFacts(_readings(hub))


def _message(hub: Network, author: str = "") -> ParsedMessage:
    return parse(_raw(author or hub.amina.email))


def _answer(hub: Network) -> ParsedMessage:
    return parse(f"In-Reply-To: <{hub.newest.message_id}>\r\n".encode() + _raw(hub.amina.email))


def _row(state: str) -> InboundMail:
    return InboundMail.objects.filter(state=state).select_related("list__forum__policy", "member").order_by("pk")[0]


def _named_row(state: str) -> InboundMail:
    row = _row(state)
    row.message_id = "0@pc.example"
    return row


def _bounce(hub: Network) -> Bounce:
    row = Subscription.objects.get(list=hub.mailing_list, member=hub.amina)
    return Bounce(
        subscription=row, address=hub.amina.email, kind="permanent", number=hub.first.number, created_at=hub.now
    )


def _sender_of(hub: Network) -> str:
    row = Subscription.objects.get(list=hub.mailing_list, member=hub.amina)
    return tokens.bounce_address(hub.mailing_list.name, subscription_id=row.pk, number=hub.first.number)


def _failure(hub: Network) -> DeliveryReport:
    failure = Failure(hub.amina.email, Fate.FAILED, "5.1.1", envelope_from=_sender_of(hub))
    return DeliveryReport(ReportKind.FAILURE, (failure,))


_GATEWAY = "listserv.gateway"
_BOUNCES = "listserv.bounces"
PROMISES = (
    Promise(
        f"{_GATEWAY}.address_handlers.describe",
        3,
        lambda row: address_handlers.describe(row, parse(b"\r\n")),
        lambda _hub: _row("held"),
    ),
    Promise(f"{_GATEWAY}.purposes.describe_contribution", 3, purposes.describe_contribution, lambda _hub: _row("held")),
    Promise(f"{_GATEWAY}.aliases._went_to_the_list", 1, aliases._went_to_the_list, lambda _hub: _named_row("held")),
    Promise(
        f"{_GATEWAY}.aliases.describe", 2, lambda row: aliases.describe(row, parse(b"\r\n")), lambda _hub: _row("held")
    ),
    Promise(
        f"{_GATEWAY}.compose.find_parent",
        2,
        lambda pair: compose.find_parent(message=pair[1], mailing_list=pair[0].mailing_list, answers=None),
        lambda hub: (hub, _answer(hub)),
    ),
    Promise(
        f"{_GATEWAY}.compose.note_texts",
        1,
        lambda row: compose.note_texts([], row),
        lambda hub: MailingList.objects.select_related("forum").get(pk=hub.mailing_list.pk),
    ),
    Promise(f"{_GATEWAY}.evaluation.evaluate", 9, evaluation.evaluate, lambda hub: _incoming(hub, hub.amina)),
    Promise(f"{_GATEWAY}.evaluation.evaluate_all", 9, evaluation.evaluate_all, _readings),
    # A level of forums, and a message that is here already.
    Promise(f"{_GATEWAY}.facts.HubFacts", 7, HubFacts, _readings, besides=1),
    Promise(
        "hub.members.selectors.addresses_of_each",
        1,
        lambda hub: member_selectors.addresses_of_each([hub.amina, hub.boris]),
    ),
    Promise(
        f"{_GATEWAY}.facts.HubFacts.own_addresses",
        1,
        lambda pair: [pair[1].own_addresses(pair[0].amina), pair[1].own_addresses(pair[0].amina)],
        _facts,
    ),
    Promise(f"{_GATEWAY}.facts.HubFacts._held_by_member", 1, lambda pair: pair[1]._held_by_member(), _facts),
    Promise(
        f"{_GATEWAY}.facts.HubFacts.held_from",
        1,
        lambda pair: [pair[1].held_from("192.0.2.1"), pair[1].held_from("192.0.2.1")],
        _facts,
    ),
    Promise(f"{_GATEWAY}.leaders.leaders_of", 1, lambda hub: leaders_of(hub.forum_id)),
    Promise(f"{_GATEWAY}.reading.read", 0, reading.read, lambda hub: _incoming(hub, hub.amina)),
    Promise(
        f"{_GATEWAY}.recipients._is_held",
        1,
        lambda hub: _is_held(tokens.ConfirmToken(1, hub.amina.pk), hub.mailing_list),
    ),
    Promise(f"{_GATEWAY}.sender.claimed_member", 2, sender.claimed_member, lambda hub: _message(hub, _NOBODY)),
    Promise(
        f"{_GATEWAY}.sender.identify",
        0,
        lambda pair: sender.identify(message=pair[1], auth=None, member=pair[0].amina, token=None),
        lambda hub: (hub, _message(hub)),
    ),
    Promise(
        f"{_GATEWAY}.sender.identify",
        0,
        lambda pair: sender.identify(
            message=pair[1], auth=pair[0].amina, member=None, token=None, own_addresses=[pair[0].amina.email]
        ),
        lambda hub: (hub, _message(hub)),
    ),
    Promise(f"{_GATEWAY}.spool._create", 0, lambda _hub: spool._create([])),
    Promise(f"{_GATEWAY}.spool._create", 1, spool._create, lambda _hub: list(InboundMail.objects.all())),
    Promise(f"{_GATEWAY}.spool.write", 1, spool.write, lambda hub: evaluation.evaluate_all(_readings(hub))),
    Promise("hub.lib.prepared.Insert.write", 1, spool._ROWS.write, lambda _hub: list(InboundMail.objects.all())),
    Promise(f"{_GATEWAY}.states.forget", 2, lambda hub: states.forget(InboundMail.objects.all(), hub.now)),
    Promise(
        f"{_GATEWAY}.worker._has_come",
        1,
        lambda pair: worker._has_come(pair[1], [pair[0].newest.message_id], pair[0].now),
        lambda hub: (hub, _row("queued")),
    ),
    Promise(f"{_GATEWAY}.worker._held_copies", 1, worker._held_copies, lambda _hub: _named_row("queued")),
    Promise(
        f"{_GATEWAY}.worker._is_coming",
        1,
        lambda pair: worker._is_coming(pair[1], ["0@pc.example"], pair[1].received_at),
        lambda hub: (hub, _row("queued")),
    ),
    Promise(f"{_GATEWAY}.worker._published_before", 1, worker._published_before, lambda _hub: _named_row("queued")),
    Promise(
        f"{_BOUNCES}.scoring._weight",
        2,
        lambda pair: scoring._weight(pair[1], pair[0].now),
        lambda hub: (hub, _bounce(hub)),
    ),
    Promise(
        f"{_BOUNCES}.scoring.count",
        6,
        lambda pair: scoring.count(pair[1], now=pair[0].now),
        lambda hub: (hub, _bounce(hub)),
    ),
    Promise(
        f"{_BOUNCES}.services._deliveries_in",
        1,
        lambda complaint: list(bounce_services._deliveries_in(complaint)),
        lambda hub: Complaint("abuse", envelope_from=_sender_of(hub)),
    ),
    Promise(f"{_BOUNCES}.services._delivery_of", 1, bounce_services._delivery_of, _sender_of),
    Promise(
        f"{_BOUNCES}.services.count_refusals",
        7,
        lambda pair: bounce_services.count_refusals(refusals=[pair[1]], now=pair[0].now),
        lambda hub: (hub, (_bounce(hub).subscription_id, hub.first.number, "550 5.1.1 No such user")),
    ),
    Promise(
        f"{_BOUNCES}.services.take_notice",
        3,
        lambda parts: bounce_services.take_notice(report=parts[1], row=parts[2], now=parts[0].now),
        lambda hub: (hub, _failure(hub), _row("queued")),
        besides=6,
    ),
    Promise("listserv.commands.desk._list_at", 1, lambda hub: _list_at(hub.mailing_list.address)),
    Promise("listserv.commands.desk._list_at", 0, lambda _hub: _list_at("words")),
    Promise(
        "listserv.commands.desk.Desk.lists_in",
        1,
        lambda pair: pair[1].lists_in(pair[0].mailing_list.name),
        lambda hub: (hub, Desk(hub.amina, hub.mailing_list, hub.now)),
    ),
    Promise(
        "listserv.commands.desk.Desk.lists_in",
        3,
        lambda desk: desk.lists_in("all"),
        lambda hub: Desk(hub.amina, hub.mailing_list, hub.now),
        besides=1,
    ),
    Promise(
        "listserv.selectors.list_by_address",
        2,
        lambda _hub: selectors.list_by_address("nothing-owner"),
    ),
    Promise("listserv.selectors.list_by_address", 2, lambda hub: selectors.list_by_address(hub.mailing_list.name)),
    Promise("listserv.services._is_free", 1, lambda _hub: services._is_free("a-new-name")),
    Promise("listserv.services._is_free", 0, lambda _hub: services._is_free("request")),
)
