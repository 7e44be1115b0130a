"""Conduct a conference_session: open it, take the items, close it; by the chair or by the clock."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from conferences import errors, rules
from conferences.models import AgendaItem, ConferenceSession, Event, FloorRequest
from conferences.services import speak
from conferences.services.log import append, find, lock
from forums import services as forum_services
from forums.outlets import outlets
from forums.policy import role_now
from forums.selectors import readers_of
from forums.services import as_stored
from hub.lib.errors import NotFound
from hub.lib.markup import renders

if TYPE_CHECKING:
    from forums.outlets import Contribution
    from hub.members.models import Member

_S = FloorRequest.State


def _item(conference_session: ConferenceSession, item_id: int) -> AgendaItem:
    rows = AgendaItem.objects.select_related("conference_session__conference__forum__policy")
    item = rows.filter(conference_session=conference_session, pk=item_id).first()
    if item is None:
        raise NotFound
    return item


def _first_item(conference_session: ConferenceSession) -> AgendaItem:
    rows = AgendaItem.objects.select_related("conference_session__conference__forum__policy")
    item = rows.filter(conference_session=conference_session).first()
    if item is None:
        raise errors.no_agenda()
    return item


def _announce(
    item: AgendaItem,
    actor: "Member | None",
    words: str,
    now: datetime,
    *,
    first: bool,
    quiet: bool = False,
) -> "Contribution | None":
    """Publish what the chair says, if anything.

    Without words the hub itself announces the item, once.
    """
    if words and actor is not None:
        return speak.speak_as_chair(
            item=item, author=actor, text=words, occasion=speak.OPENING, now=now, quiet=quiet
        )
    if quiet:
        return None
    if Event.objects.filter(agenda_item=item, kind=Event.Kind.ITEM_TAKEN).exists():
        return None
    notification = speak.procedure_notification(item, first=first)
    for outlet in outlets():
        outlet.notify_procedure(notification, now=now)
    return None


def _by(actor: "Member | None") -> dict[str, str]:
    """Return what an event says of who did it, beyond the actor."""
    if actor is None:
        return {"by": "clock"}
    return {}


def _take(
    conference_session: ConferenceSession,
    item: AgendaItem,
    statement: "Contribution | None",
    actor: "Member | None",
    now: datetime,
    *,
    quiet: bool = False,
) -> None:
    conference_session.current_item = item
    conference_session.save(update_fields=["current_item"])
    append(
        conference_session,
        Event.Kind.ITEM_TAKEN,
        at=now,
        actor=actor,
        agenda_item=item,
        contribution=statement,
        quiet=quiet,
        data=_by(actor),
    )


def _mark_open(conference_session: ConferenceSession, now: datetime) -> None:
    conference_session.state, conference_session.opened_at = ConferenceSession.State.OPEN, now
    try:
        with transaction.atomic():
            conference_session.save(update_fields=["state", "opened_at"])
    except IntegrityError:
        raise errors.another_open() from None


@renders("words", stored_as=as_stored)
@transaction.atomic
def open_session(
    *,
    conference_session_id: int,
    actor: "Member | None",
    now: datetime,
    item_id: int | None = None,
    words: str = "",
    quiet: bool = False,
) -> ConferenceSession:
    """Open a conference_session and take an item, the first unless another is given.

    Args:
        actor: who leads the forum; None is the clock.
        words: what the chair says; without them nobody is quoted, and the hub tells those who take
            part by mail.
        quiet: it is entered afterwards: nothing is sent or pushed.

    Raises: NotFound, NotAllowed, NotNow (opened before, over, another one open, no agenda).
    """
    conference_session = find(conference_session_id)
    if actor is not None:
        rules.check_leads(actor, conference_session.conference.forum_id)
    rules.check_can_open(conference_session, now)
    if item_id is None:
        item = _first_item(conference_session)
    else:
        item = _item(conference_session, item_id)
    statement = _announce(item, actor, speak.check_words(words), now, first=True, quiet=quiet)
    conference_session = lock(conference_session_id)
    rules.check_can_open(conference_session, now)
    _mark_open(conference_session, now)
    # Who is given the floor must be able to speak: with its first session, a conference has begun.
    forum_services.begin_period(forum_id=conference_session.conference.forum_id, now=now)
    append(conference_session, Event.Kind.OPENED, at=now, actor=actor, quiet=quiet, data=_by(actor))
    _take(conference_session, item, statement, actor, now, quiet=quiet)
    return conference_session


@renders("words", stored_as=as_stored)
@transaction.atomic
def take_item(
    *, conference_session_id: int, item_id: int, actor: "Member", now: datetime, words: str = ""
) -> ConferenceSession:
    """Put an agenda item under discussion; the one that already is stays so.

    Raises: NotFound (hidden, or not on this agenda), NotAllowed, NotNow (not open, closed).
    """
    conference_session = find(conference_session_id)
    rules.check_leads(actor, conference_session.conference.forum_id)
    rules.check_open(conference_session)
    item = _item(conference_session, item_id)
    if conference_session.current_item_id == item.pk:
        return conference_session
    statement = _announce(item, actor, speak.check_words(words), now, first=False)
    conference_session = lock(conference_session_id)
    rules.check_open(conference_session)
    _take(conference_session, item, statement, actor, now)
    return conference_session


@renders("words", stored_as=as_stored)
@transaction.atomic
def close_session(
    *,
    conference_session_id: int,
    actor: "Member",
    now: datetime,
    words: str = "",
    quiet: bool = False,
) -> ConferenceSession:
    """Close with the gavel: nobody has the floor any more, nothing more is taken into the log.

    Args:
        words: what was agreed, as the chair states it; they go to the list as well. Empty for none.
        quiet: it is entered afterwards: nothing is sent or pushed.

    Raises: NotFound, NotAllowed, NotNow (not open, closed already), and what ``publish`` refuses of
        the words.
    """
    conference_session = find(conference_session_id)
    rules.check_leads(actor, conference_session.conference.forum_id)
    rules.check_open(conference_session)
    statement = None
    text = speak.check_words(words)
    if text and conference_session.current_item_id:
        item = _item(conference_session, conference_session.current_item_id)
        statement = speak.speak_as_chair(
            item=item, author=actor, text=text, occasion=speak.CLOSING, now=now, quiet=quiet
        )
    conference_session = lock(conference_session_id)
    rules.check_open(conference_session)
    shut(
        conference_session,
        kind=Event.Kind.CLOSED,
        actor=actor,
        contribution=statement,
        now=now,
        quiet=quiet,
    )
    return conference_session


def shut(
    conference_session: ConferenceSession,
    *,
    kind: str,
    actor: "Member | None",
    now: datetime,
    contribution: "Contribution | None" = None,
    quiet: bool = False,
) -> None:
    """Close a locked conference_session; those who still wait are recorded as not heard."""
    requests = FloorRequest.objects.filter(conference_session=conference_session)
    requests.filter(state=_S.GIVEN).update(state=_S.DONE, ended_at=now)
    requests.filter(state=_S.WAITING).update(state=_S.LAPSED, ended_at=now)
    conference_session.state, conference_session.closed_at = ConferenceSession.State.CLOSED, now
    conference_session.save(update_fields=["state", "closed_at"])
    append(
        conference_session,
        kind,
        at=now,
        actor=actor,
        contribution=contribution,
        quiet=quiet,
        agenda_item=conference_session.current_item if contribution else None,
        participants=_participants(conference_session.conference.forum_id),
    )


def _participants(forum_id: int) -> dict[str, dict[str, str]]:
    """Return who takes part, and as what.

    Returns: ``dict[str, dict[str, str]]  # key of the member -> name, role …``.
    """
    return {
        str(membership.member_id): {
            "name": membership.member.name,
            "role": role_now(membership.member, str(membership.role)),
            "country": str(membership.member.country or ""),
            "organisation": membership.member.organisation,
        }
        for membership in readers_of(forum_id)
    }
