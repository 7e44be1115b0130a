"""Convene a conference: its forum, its people, its timetable and agenda."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from conferences import errors, rules
from conferences.frames import iso
from conferences.models import AgendaItem, Conference, ConferenceSession, Event
from conferences.services.conduct import shut
from conferences.services.log import append, find, lock
from forums import services as forum_services
from hub.lib.bus import wake
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound
from hub.lib.fingerprints import check_seen
from hub.lib.markup import renders
from hub.lib.rendered import check_length

if TYPE_CHECKING:
    from hub.members.models import Member

ROLES = ("chair", "moderator", "rapporteur", "participant", "observer")
# What names no conference: nothing, and the addresses of the room's own pages.
RESERVED = frozenset({"", "convene"})


def _check_new(
    name: str, slug: str, starts_at: datetime | None, ends_at: datetime | None, now: datetime
) -> None:
    if not name.strip() or slug in RESERVED:
        raise Invalid(
            _("Give the conference a name, and a short name of Latin letters, digits and hyphens.")
        )
    _check_period(starts_at, ends_at, now)
    if Conference.objects.filter(slug=slug).exists():
        raise Conflict(_("Another conference has this short name."))


def _check_period(starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> None:
    if ends_at is None:
        return
    if starts_at is not None and ends_at <= starts_at:
        raise Invalid(_("The end must be after the beginning."))
    rules.check_still_to_come(ends_at, now)


@renders("background", stored_as=forum_services.as_stored)
@transaction.atomic
def convene_conference(
    *,
    name: str,
    actor: "Member | None",
    now: datetime,
    slug: str = "",
    background: str = "",
    language: str = "en",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    people: "dict[Member, str] | None" = None,
    preset: str = "closed",
) -> Conference:
    """Make a conference with its forum, list and people.

    Args:
        actor: of the Secretariat; None is the hub itself (provisioning, demo).
        slug: names the mail list too; made from the name when empty.
        people: member -> role of :data:`ROLES`.

    Raises: NotAllowed, Invalid (no name, a period that is over or ends before it begins), Conflict
        (the slug is taken).
    """
    if actor is not None and not actor.is_staff:
        raise NotAllowed(_("Only the Secretariat can convene conferences."))
    name, background = forum_services.as_stored(name), forum_services.as_stored(background)
    slug = slug or slugify(name)[:60].strip("-")
    _check_new(name, slug, starts_at, ends_at, now)
    check_length(background)
    fields = {"language": language, "opens_at": starts_at, "closes_at": ends_at}
    policy = forum_services.create_forum(name=name, slug=slug, preset=preset, now=now, **fields)
    conference = Conference(name=name[:150], slug=slug, forum=policy.forum, background=background)
    conference.convened_by, conference.created_at = actor, now
    conference.save()
    for member, role in (people or {}).items():
        admit_person(conference_id=conference.pk, member=member, role=role, actor=None, now=now)
    return conference


def admit_person(
    *, conference_id: int, member: "Member", role: str, actor: "Member | None", now: datetime
) -> None:
    """Let somebody into a conference, or give them another role.

    The forum's membership is the one record of it.

    Raises: NotFound, NotAllowed, Invalid (no such role).
    """
    if role not in ROLES:
        raise Invalid(_("There is no such role."))
    forum_id = (
        Conference.objects.filter(pk=conference_id).values_list("forum_id", flat=True).first()
    )
    if forum_id is None:
        raise NotFound
    forum_services.admit_member(forum_id=forum_id, member=member, role=role, actor=actor, now=now)


@transaction.atomic
def admit_people(
    *,
    conference_id: int,
    people: Iterable["Member"],
    role: str,
    actor: "Member | None",
    now: datetime,
) -> None:
    """Let several people in with one role, or give it to them; all or nobody.

    Raises: NotFound, NotAllowed (a role that is not the actor's to give), Invalid (no such role, or
    nobody would lead the conference any more).
    """
    for member in people:
        admit_person(conference_id=conference_id, member=member, role=role, actor=actor, now=now)


@transaction.atomic
def end_conference(*, conference_id: int, actor: "Member", now: datetime) -> Conference:
    """End a conference before its time.

    Sessions to come are not held, and participants write no more.

    Raises: NotFound, NotAllowed (neither chair nor Secretariat), NotNow (a session is open, not
    begun, over already).
    """
    conference = Conference.objects.select_related("forum__policy").filter(pk=conference_id).first()
    if conference is None:
        raise NotFound
    rules.check_ends(actor, conference, now)
    for row in conference.conference_sessions.exclude(
        state=ConferenceSession.State.CLOSED
    ).order_by("pk"):
        conference_session = lock(row.pk)
        if conference_session.is_open:
            raise errors.open_still(conference_session.title)
        shut(conference_session, kind=Event.Kind.CLOSED, actor=actor, now=now)
    forum_services.end_period(forum_id=conference.forum_id, now=now)
    return conference


@transaction.atomic
def schedule_session(
    *,
    conference_id: int,
    title: str,
    opens_at: datetime,
    closes_at: datetime,
    actor: "Member | None",
    now: datetime,
    items: "list[str] | tuple[str, ...]" = (),
) -> ConferenceSession:
    """Put a conference_session on the timetable, with titles of agenda items.

    Raises: NotFound, NotAllowed, Invalid (no title, hours that are over or outside the conference).
    """
    conference = Conference.objects.select_related("forum__policy").filter(pk=conference_id).first()
    if conference is None:
        raise NotFound
    if actor is not None:
        rules.check_leads(actor, conference.forum_id)
    title = forum_services.as_stored(title)
    if not title:
        raise Invalid(_("Give the session a title."))
    rules.check_hours(
        opens_at, closes_at, starts_at=conference.starts_at, ends_at=conference.ends_at, now=now
    )
    conference_session = ConferenceSession.objects.create(
        conference=conference, title=title[:200], opens_at=opens_at, closes_at=closes_at
    )
    for item in items:
        add_agenda_item(
            conference_session_id=conference_session.pk, title=item, actor=actor, now=now
        )
    wake("clock")
    return conference_session


def hours_of(conference_session: ConferenceSession) -> dict[str, str]:
    """Return the planned hours as a form carries them."""
    return {"1": iso(conference_session.opens_at), "2": iso(conference_session.closes_at)}


@transaction.atomic
def reschedule_session(
    *,
    conference_session_id: int,
    opens_at: datetime,
    closes_at: datetime,
    actor: "Member",
    now: datetime,
    seen: dict[str, str] | None = None,
) -> ConferenceSession:
    """Change the planned hours; of an open conference_session only the end.

    Args: seen, the :func:`hours_of` that the actor saw; None is the hub itself.

    Raises: Stale (others have changed them since), NotFound, NotAllowed, NotNow (closed), Invalid
    (outside the conference, an end in the past).
    """
    conference_session = lock(conference_session_id)
    conference = conference_session.conference
    rules.check_leads(actor, conference.forum_id)
    rules.check_not_closed(conference_session)
    check_seen(seen, hours_of(conference_session))
    if conference_session.is_open:
        rules.check_still_to_come(closes_at, now)
        opens_at = rules.check_end(conference_session, closes_at)
    else:
        rules.check_hours(
            opens_at, closes_at, starts_at=conference.starts_at, ends_at=conference.ends_at, now=now
        )
    conference_session.opens_at, conference_session.closes_at = opens_at, closes_at
    conference_session.save(update_fields=["opens_at", "closes_at"])
    if conference_session.is_open:
        data = {"until": iso(closes_at)}
        append(conference_session, Event.Kind.RESCHEDULED, at=now, actor=actor, data=data)
    wake("clock")
    return conference_session


@transaction.atomic
def add_agenda_item(
    *,
    conference_session_id: int,
    title: str,
    actor: "Member | None",
    now: datetime,
    note: str = "",
    topic_id: int | None = None,
) -> AgendaItem:
    """Add an item at the end of the agenda.

    It gets a topic of its own, or continues one that is already under discussion.

    Args: topic_id, a topic of the conference's forum that the item continues.

    Raises: NotFound, NotAllowed, NotNow (closed), Invalid (no title), Conflict (the topic is on
    this agenda).
    """
    conference_session = find(conference_session_id)
    forum_id = conference_session.conference.forum_id
    if actor is not None:
        rules.check_leads(actor, forum_id)
    rules.check_not_closed(conference_session)
    title, note = forum_services.as_stored(title), forum_services.as_stored(note)
    if not title:
        raise Invalid(_("Give the item a title."))
    if topic_id is None:
        topic_id = _topic(forum_id, title, actor, now)
    elif not _is_there(conference_session.conference, topic_id):
        raise NotFound
    conference_session = lock(conference_session_id)
    last = conference_session.items.aggregate(last=Max("number", default=0))["last"]
    item = AgendaItem(number=last + 1, title=title[:200], note=note, topic_id=topic_id)
    item.conference_session = conference_session
    try:
        with transaction.atomic():
            item.save()
    except IntegrityError:
        raise Conflict(_("This topic is already on the agenda.")) from None
    return item


def _is_there(conference: Conference, topic_id: int) -> bool:
    """Whether a topic of the conference can be continued.

    One whose first contribution is held cannot.
    """
    topics = conference.forum.topics.filter(pk=topic_id)
    return bool(topics.filter(Q(approved=True) | Q(first_post=None)).exists())


def _topic(forum_id: int, subject: str, author: "Member | None", now: datetime) -> int:
    """Make the item's topic; one made by the hub itself is nobody's."""
    return int(
        forum_services.start_topic(forum_id=forum_id, subject=subject, author=author, now=now).pk
    )
