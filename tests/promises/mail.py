"""What the lists and their mail promise."""

from typing import Any

from forums.policy import access_of
from hub.lib.errors import NotFound
from listserv import figures, probes, selectors, services, tokens
from listserv.archive import export
from listserv.bounces import scoring
from listserv.bounces import selectors as bounce_selectors
from listserv.commands import leaving, moderation
from listserv.commands.desk import Desk, _named_list, person_in
from listserv.digests import select
from listserv.doctor import findings
from listserv.gateway import compose, confirmation, lookups, states, worker
from listserv.gateway.recipients import RecentLists, resolve_recent
from listserv.models import InboundMail, Mailing, Procedure, Retry, Subscription
from listserv.outbound import hold, procedures, queue, roster, trouble
from tests.promises import Promise
from tests.promises.network import Network


def _desk(hub: Network) -> Desk:
    return Desk(hub.amina, hub.mailing_list, hub.now)


def _mailing(hub: Network) -> Mailing:
    return Mailing.objects.select_related("list", "contribution__post__topic").get(contribution=hub.first.pk)


def _lists(hub: Network) -> RecentLists:
    lists = RecentLists()
    lists.find(hub.mailing_list.name)
    return lists


def _inbound(state: str) -> InboundMail:
    return InboundMail.objects.filter(state=state).select_related("list__forum", "member").order_by("pk")[0]


def _leave_token(hub: Network) -> str:
    row = Subscription.objects.get(list=hub.mailing_list, member=hub.amina)
    return tokens.leave_token(subscription_id=row.pk)


def _confirm_token(hub: Network) -> str:
    return tokens.confirm_token(inbound_id=_inbound("held").pk, member_id=hub.amina.pk)


def _refused(call: Any) -> None:
    try:
        call()
    except NotFound:
        return
    raise AssertionError("It was found.")


_QUEUE = "listserv.outbound.queue"
_SELECTORS = "listserv.selectors"
PROMISES = (
    Promise(
        "listserv.archive.export.write_mbox",
        2,
        lambda hub: list(export.write_mbox(mailing_list=hub.mailing_list, reader=hub.amina)),
        besides=2,
    ),
    Promise("listserv.bounces.scoring.owner_of", 1, lambda hub: scoring.owner_of(hub.amina.email)),
    Promise("listserv.bounces.scoring.end_trials", 1, lambda hub: scoring.end_trials(now=hub.now)),
    Promise("listserv.bounces.scoring.drop_quiet", 1, lambda hub: scoring.drop_quiet(now=hub.now)),
    Promise(
        "listserv.bounces.selectors.other_addresses",
        2,
        lambda hub: bounce_selectors.other_addresses(hub.amina, hub.amina.email),
    ),
    Promise(
        "listserv.bounces.selectors.home_blocks",
        1,
        lambda hub: bounce_selectors.home_blocks(member=hub.amina, now=hub.now),
    ),
    Promise(
        "listserv.bounces.selectors.last_bounces",
        1,
        lambda hub: bounce_selectors.last_bounces([f"person.{number}@people.example" for number in range(hub.size)]),
    ),
    Promise("listserv.commands.desk.Desk.access", 1, lambda desk: desk.access, _desk),
    Promise(
        "listserv.commands.desk.Desk.subscription",
        1,
        lambda pair: pair[0].subscription(pair[1].mailing_list),
        lambda hub: (_desk(hub), hub),
    ),
    Promise("listserv.commands.desk._named_list", 1, lambda hub: _named_list([hub.mailing_list.name])),
    Promise("listserv.commands.desk.person_in", 1, lambda hub: person_in(f"#{hub.boris.pk}", hub.forum_id)),
    Promise("listserv.commands.desk.person_in", 2, lambda hub: person_in("Boris Horvat", hub.forum_id)),
    Promise(
        "listserv.commands.leaving.subscription_of",
        2,
        lambda pair: leaving.subscription_of(list_name=pair[0].mailing_list.name, token=pair[1]),
        lambda hub: (hub, _leave_token(hub)),
    ),
    Promise(
        "listserv.commands.moderation.note_shown", 1, lambda hub: moderation.note_shown(hub.held, [hub.chen, hub.sofia])
    ),
    Promise(
        "listserv.commands.moderation.revision_shown",
        1,
        lambda hub: moderation.revision_shown(hub.held, hub.chen, hub.now),
    ),
    Promise("listserv.digests.select.gather", 3, lambda hub: select.gather(hub.mailing_list, 0)),
    Promise("listserv.doctor.findings._trouble", 1, lambda _hub: findings._trouble()),
    Promise("listserv.doctor.findings._neighbours", 1, lambda hub: findings._neighbours(hub.now)),
    Promise("listserv.figures.list_for", 2, lambda hub: figures.list_for(hub.amina, hub.mailing_list.name)),
    Promise("listserv.figures.led_list_for", 2, lambda hub: figures.led_list_for(hub.chen, hub.mailing_list.name)),
    Promise(
        "listserv.figures.figures_for",
        5,
        lambda hub: figures.figures_for(hub.amina, hub.mailing_list.name, now=hub.now),
    ),
    Promise(
        "listserv.figures.figures_for",
        5,
        lambda hub: figures.figures_for(hub.chen, hub.mailing_list.name, now=hub.now),
        besides=3,
    ),
    Promise(
        "listserv.gateway.compose.earlier_words", 1, lambda hub: compose.earlier_words(hub.newest.number, "An answer.")
    ),
    Promise(
        "listserv.gateway.confirmation.held_mail",
        1,
        lambda pair: confirmation.held_mail(list_name=pair[0].mailing_list.name, token=pair[1]),
        lambda hub: (hub, _confirm_token(hub)),
    ),
    Promise(
        "listserv.gateway.lookups.sign_in_by_certificate",
        2,
        lambda hub: lookups.sign_in_by_certificate([hub.amina.email, "nobody@elsewhere.example"]),
    ),
    Promise("listserv.gateway.lookups.is_member", 2, lambda _hub: lookups.is_member("nobody@elsewhere.example")),
    Promise(
        "listserv.gateway.lookups.look_up_recent",
        0,
        lambda pair: lookups.look_up_recent(pair[0].mailing_list.address, pair[1]),
        lambda hub: (hub, _lists(hub)),
    ),
    Promise(
        "listserv.gateway.lookups.look_up",
        3,
        lambda hub: lookups.look_up(hub.mailing_list.address, hub.amina.pk, False, RecentLists()),
    ),
    Promise("listserv.gateway.recipients.RecentLists.find", 1, lambda hub: RecentLists().find(hub.mailing_list.name)),
    Promise(
        "listserv.gateway.recipients.RecentLists.find",
        0,
        lambda pair: pair[1].find(pair[0].mailing_list.name),
        lambda hub: (hub, _lists(hub)),
    ),
    Promise(
        "listserv.gateway.recipients.RecentLists.recent", 0, lambda hub: RecentLists().recent(hub.mailing_list.name)
    ),
    Promise(
        "listserv.gateway.recipients.resolve_recent",
        0,
        lambda pair: resolve_recent(pair[0].mailing_list.address, pair[1]),
        lambda hub: (hub, _lists(hub)),
    ),
    Promise("listserv.gateway.states.due", 1, lambda hub: states.due(hub.now, 10)),
    Promise(
        "listserv.gateway.states.claim",
        2,
        lambda pair: states.claim(*pair),
        lambda hub: (_inbound("queued").pk, hub.now),
    ),
    Promise(
        "listserv.gateway.states.discard_copies",
        1,
        lambda pair: states.discard_copies(pair[1], [pair[1].pk], pair[0].first, pair[0].now),
        lambda hub: (hub, _inbound("held")),
    ),
    Promise("listserv.gateway.states.discard_unconfirmed", 1, lambda hub: states.discard_unconfirmed(hub.now)),
    Promise(
        "listserv.gateway.worker.publish_accepted",
        1,
        lambda hub: worker.publish_accepted(hub.now),
        lambda hub: InboundMail.objects.filter(state="queued").delete() and hub,
    ),
    Promise(
        "listserv.services.queue_mailing",
        2,
        lambda hub: services.queue_mailing(contribution=hub.first, now=hub.now),
    ),
    Promise("listserv.outbound.hold.delivery_hold", 1, lambda _hub: hold.delivery_hold()),
    Promise(
        "listserv.outbound.procedures.send_procedures",
        2,
        lambda hub: procedures.send_procedures(hub.now),
        lambda hub: Procedure.objects.all().delete() and hub,
    ),
    Promise(f"{_QUEUE}.queue_for", 13, lambda hub: queue.queue_for(hub.sofia, hub.now)),
    Promise(f"{_QUEUE}.waiting", 12, lambda hub: queue.waiting(hub.now), besides=1),
    Promise(f"{_QUEUE}.refused_count", 2, lambda hub: queue.refused_count(hub.now)),
    Promise(f"{_QUEUE}.trouble", 1, lambda _hub: queue.trouble()),
    Promise(f"{_QUEUE}.item_of", 2, lambda row: queue.item_of(f"mailing-{row.pk}"), _mailing),
    Promise(f"{_QUEUE}.item_of", 2, lambda row: queue.item_of(f"retry-{row.pk}"), lambda _hub: Retry.objects.first()),
    Promise(
        "listserv.outbound.roster.page",
        1,
        lambda pair: roster.page(pair[1], size=100, now=pair[0].now),
        lambda hub: (hub, _mailing(hub)),
        besides=3,
    ),
    Promise("listserv.outbound.trouble.is_refusing", 1, lambda _hub: trouble.is_refusing()),
    Promise("listserv.outbound.trouble.clear_trouble", 1, lambda hub: trouble.clear_trouble(hub.now)),
    Promise(f"{_SELECTORS}.list_by_name", 1, lambda hub: selectors.list_by_name(hub.mailing_list.name)),
    Promise(f"{_SELECTORS}.lists_for", 3, lambda hub: selectors.lists_for(hub.amina)),
    Promise(
        f"{_SELECTORS}.lists_for",
        2,
        lambda pair: selectors.lists_for(pair[0].amina, access=pair[1]),
        lambda hub: (hub, access_of(hub.amina)),
    ),
    Promise(f"{_SELECTORS}.list_page_for", 4, lambda hub: selectors.list_page_for(hub.amina)),
    Promise(f"{_SELECTORS}.list_line_for", 3, lambda hub: selectors.list_line_for(hub.amina, hub.mailing_list.name)),
    Promise(f"{_SELECTORS}.last_mailing_done", 1, lambda hub: selectors.last_mailing_done(hub.mailing_list.pk, 1)),
    Promise(f"{_SELECTORS}.forum_aside", 1, lambda hub: selectors.forum_aside(forum_id=hub.forum_id, member=hub.amina)),
    Promise(f"{_SELECTORS}.forum_aside", 0, lambda hub: selectors.forum_aside(forum_id=hub.forum_id, member=None)),
    Promise(f"{_SELECTORS}.list_lines_named", 3, lambda hub: selectors.list_lines_named(hub.amina, ["risk"])),
    Promise(f"{_SELECTORS}.notification_settings_of", 1, lambda hub: selectors.notification_settings_of(hub.amina)),
    Promise(f"{_SELECTORS}.home_blocks", 1, lambda hub: selectors.home_blocks(member=hub.boris, now=hub.now)),
    Promise(f"{_SELECTORS}.home_blocks", 1, lambda hub: selectors.home_blocks(member=hub.amina, now=hub.now)),
    Promise(
        f"{_SELECTORS}.home_blocks", 1, lambda hub: selectors.home_blocks(member=hub.sofia, now=hub.now), besides=1
    ),
    Promise(f"{_SELECTORS}.inbound_for", 1, lambda hub: selectors.inbound_for(hub.sofia, refused_since=hub.now)),
    Promise("listserv.probes.outgoing", 3, lambda hub: probes.outgoing(hub.now)),
)
