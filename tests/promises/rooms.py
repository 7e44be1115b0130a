"""What conferences, liaison groups and the published pages promise."""

import time
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from cms import document, freeze, policy, printing, rules
from cms import selectors as cms_selectors
from cms.models import Print, issued
from cms.services import printing as printing_services
from cms.services import rights
from conferences import frames, selectors, transcript
from conferences import rules as conference_rules
from conferences.models import Event
from conferences.outlet import LiveOutlet
from conferences.pages import Crew, UnsentText
from conferences.services import log
from hub.members.models import Member
from liaison import selectors as liaison_selectors
from tests.promises import Promise
from tests.promises.network import Network


def _append(hub: Network) -> Event:
    return log.append(hub.session, Event.Kind.OPENED, at=hub.now, actor=hub.chen)


def _standing(hub: Network, actor: Member | None) -> Any:
    return log._standing(hub.session, actor, None)


def _room(hub: Network) -> tuple[Network, selectors.RoomView]:
    return hub, selectors.room_for(hub.amina, hub.session_id)


def _unsent(pair: tuple[Network, selectors.RoomView]) -> UnsentText | None:
    hub, room = pair
    return UnsentText.of(room, hub.amina, now=hub.now)


def _closed_room(hub: Network) -> tuple[Network, selectors.RoomView]:
    pair = _room(hub)
    pair[1].conference_session.state = "closed"
    return pair


def _wanted(hub: Network) -> printing.WantedPrint:
    return printing.WantedPrint(kind="issued", key="0" * 64)


def _desk(member: Member) -> Any:
    return cms_selectors.desk_for(member)


def _no_prints(hub: Network) -> Network:
    Print.objects.all().delete()
    printing_services._tidied = time.monotonic()
    return hub


def _stored(hub: Network) -> Network:
    """Store a file that no print points to, and let a print of a draft be old."""
    storages["private"].save(f"{printing_services.FOLDER}/0-promise.pdf", ContentFile(b"%PDF"))
    draft = {"page_id": hub.issued.pk, "kind": "draft", "wanted_at": hub.now}
    Print.objects.create(key="promise", path="prints/1.pdf", finished_at=hub.now - timedelta(days=99), **draft)
    return hub


def _claimed(hub: Network) -> tuple[Print, Any]:
    return Print(claimed_at=hub.now - timedelta(minutes=3), claimed_by="worker-1"), hub.now


_SELECTORS = "conferences.selectors"
CONFERENCES = (
    Promise("conferences.frames.joined", 2, lambda hub: list(frames.joined(hub.session.events.all()))),
    Promise(
        "conferences.frames.frame_of",
        0,
        lambda events: [frames.frame_of(event) for event in events],
        lambda hub: list(frames.joined(hub.session.events.all())),
    ),
    Promise(
        "conferences.outlet.LiveOutlet.accept", 1, lambda hub: LiveOutlet().accept(hub.first, quiet=True, now=hub.now)
    ),
    Promise(
        "conferences.outlet.LiveOutlet.accept", 6, lambda hub: LiveOutlet().accept(hub.live, quiet=False, now=hub.now)
    ),
    Promise("conferences.pages.UnsentText.of", 0, _unsent, _room),
    Promise("conferences.pages.UnsentText.of", 2, _unsent, _closed_room),
    Promise("conferences.pages.Crew.of", 2, lambda hub: Crew.of(hub.conference)),
    Promise("conferences.rules.check_asks", 1, lambda hub: conference_rules.check_asks(hub.session, hub.oona, hub.now)),
    Promise(f"{_SELECTORS}.conferences_for", 4, lambda hub: selectors.conferences_for(hub.sofia)),
    Promise(f"{_SELECTORS}.conference_for", 2, lambda hub: selectors.conference_for(hub.amina, hub.conference.slug)),
    Promise(f"{_SELECTORS}.sessions_of", 2, lambda hub: selectors.sessions_of(hub.conference)),
    Promise(f"{_SELECTORS}.session_for", 2, lambda hub: selectors.session_for(hub.amina, hub.session_id)),
    Promise(f"{_SELECTORS}.may_follow", 2, lambda hub: selectors.may_follow(hub.amina, hub.session_id)),
    Promise(f"{_SELECTORS}.room_for", 4, lambda hub: selectors.room_for(hub.amina, hub.session_id)),
    Promise(f"{_SELECTORS}.events_after", 2, lambda hub: selectors.events_after(hub.session, 0)),
    Promise(f"{_SELECTORS}.events_for", 4, lambda hub: selectors.events_for(hub.amina, hub.session_id, 0)),
    Promise(f"{_SELECTORS}.log_page", 2, lambda hub: selectors.log_page(hub.session, 1)),
    Promise(f"{_SELECTORS}.whole_log", 2, lambda hub: selectors.whole_log(hub.session)),
    Promise(f"{_SELECTORS}.statements_of", 2, lambda hub: selectors.statements_of(hub.session)),
    Promise(
        f"{_SELECTORS}.topic_under_discussion",
        1,
        lambda hub: selectors.topic_under_discussion(forum_id=hub.conference.forum_id, now=hub.now),
    ),
    Promise(f"{_SELECTORS}.sealed_contributions", 1, lambda hub: selectors.sealed_contributions(hub.contributions)),
    Promise(f"{_SELECTORS}.forum_aside", 1, lambda hub: selectors.forum_aside(forum_id=hub.forum_id, member=hub.amina)),
    Promise(
        f"{_SELECTORS}.forum_aside",
        2,
        lambda hub: selectors.forum_aside(forum_id=hub.conference.forum_id, member=hub.amina),
    ),
    Promise(f"{_SELECTORS}.home_blocks", 3, lambda hub: selectors.home_blocks(member=hub.amina, now=hub.now)),
    Promise(
        f"{_SELECTORS}.why_it_goes_on", 2, lambda hub: selectors.why_it_goes_on(hub.issued.conference_id, now=hub.now)
    ),
    Promise("conferences.services.log.append", 4, _append),
    Promise("conferences.services.log._standing", 1, lambda hub: _standing(hub, hub.chen)),
    Promise("conferences.transcript._Log", 2, lambda hub: transcript._Log(hub.conference)),
)
LIAISON = (
    Promise("liaison.selectors.groups_for", 2, lambda hub: liaison_selectors.groups_for(hub.amina)),
    Promise("liaison.selectors.group_page_for", 3, lambda hub: liaison_selectors.group_page_for(hub.amina)),
    Promise("liaison.selectors.group_for", 8, lambda hub: liaison_selectors.group_for(hub.amina, "group-0")),
    Promise(
        "liaison.selectors.home_blocks", 2, lambda hub: liaison_selectors.home_blocks(member=hub.amina, now=hub.now)
    ),
)
CMS = (
    Promise("cms.freeze.issued_under", 1, lambda hub: freeze.issued_under(hub.issued)),
    Promise("cms.models.issued.issue_of", 2, lambda page: issued.issue_of(page), lambda hub: hub.read_issued()),
    Promise(
        "cms.models.proceedings.ProceedingsPage.issued", 1, lambda page: page.issued, lambda hub: hub.read_issued()
    ),
    Promise(
        "cms.models.proceedings.ProceedingsPage.document_text",
        2,
        lambda page: page.document_text(),
        lambda hub: hub.read_issued(),
    ),
    Promise(
        "cms.models.issued.IssueNote.as_dated",
        1,
        lambda note: note.as_dated(),
        lambda hub: issued.IssueNote.objects.select_related("issued_text").first(),
    ),
    Promise("cms.policy.grants_of", 2, lambda hub: policy.grants_of(hub.rosa)),
    Promise(
        "cms.services.printing.discard_unused", 2, lambda hub: printing_services.discard_unused(hub.now), _stored, 1
    ),
    Promise("cms.services.printing.make_prints", 1, lambda hub: printing_services.make_prints(hub.now), _no_prints),
    Promise("cms.services.printing._is_left", 1, lambda pair: printing_services._is_left(*pair), _claimed),
    Promise("cms.document.build", 2, lambda page: document.build(page), lambda hub: hub.read_issued()),
    Promise("cms.printing.find_print", 1, lambda hub: printing.find_print(hub.issued, _wanted(hub))),
    Promise("cms.rules.forums_written_for", 1, lambda hub: rules.forums_written_for(hub.rosa)),
    Promise("cms.selectors.published", 3, lambda hub: cms_selectors.published()),
    Promise("cms.selectors.published_years", 2, lambda hub: cms_selectors.published_years()),
    Promise("cms.selectors.home_for", 2, lambda hub: cms_selectors.home_for(None, now=hub.now), besides=3),
    Promise("cms.selectors.desk_for", 1, lambda hub: _desk(hub.amina)),
    Promise("cms.selectors.desk_for", 7, lambda hub: _desk(hub.sofia)),
    Promise("cms.selectors.desk_for", 7, lambda hub: _desk(hub.rosa)),
    Promise(
        "cms.selectors.forum_aside", 0, lambda hub: cms_selectors.forum_aside(forum_id=hub.forum_id, member=hub.amina)
    ),
    Promise(
        "cms.selectors.forum_aside",
        2,
        lambda hub: bool(cms_selectors.forum_aside(forum_id=hub.issued.forum_id, member=hub.amina)["proceedings"]),
    ),
    Promise("cms.selectors.published_place", 1, lambda _hub: cms_selectors.published_place(10**9)),
    Promise("cms.selectors.published_place", 5, lambda hub: cms_selectors.published_place(hub.stated.number)),
    Promise("cms.selectors.published_place", 4, lambda hub: cms_selectors.published_place(hub.first.number)),
    Promise("cms.selectors.issue_for", 4, lambda hub: cms_selectors.issue_for(hub.sofia, hub.issued.pk)),
    Promise("cms.services.rights.follow_roles", 2, lambda hub: rights.follow_roles(member=hub.rosa)),
    Promise("cms.services.rights.follow_roles", 1, lambda hub: rights.follow_roles(member=hub.sofia)),
    Promise("cms.services.rights.follow_secretariat", 3, lambda _hub: rights.follow_secretariat()),
)
PROMISES = (*CONFERENCES, *LIAISON, *CMS)
