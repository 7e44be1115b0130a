"""Who may do what in a conference_session, and when.

Each check returns nothing or raises the error to show. Rights are the forum's
(:mod:`forums.policy`): those who may reply may ask for the floor, those who lead the forum (chair,
moderator, Secretariat) conduct the conference_session.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conferences import errors
from conferences.models import Conference, ConferenceSession, FloorRequest
from forums.policy import APPROVE, READ, REPLY, Access, access_of, may_name_chair
from hub.lib.counts import with_count
from hub.lib.dates import format_utc
from hub.lib.errors import Invalid, NotAllowed, NotFound, NotNow, TooMany

if TYPE_CHECKING:
    from hub.members.models import Member

# A speaker who is just sending when the time is over is still heard.
GRACE = timedelta(seconds=10)
MIN_FLOOR_SECONDS, MAX_FLOOR_SECONDS = 15, 3600
# Requests for the floor of one member in so many minutes of one session; each is a line in the log
# of all.
MAX_ASKS, ASKS_MINUTES = 10, 10


def leads(access: Access, forum_id: int) -> bool:
    """Whether the person conducts conference_sessions of a forum."""
    return access.may(APPROVE, forum_id)


def may_convene(member: "Member | None") -> bool:
    """Whether the person convenes conferences: the Secretariat does."""
    return member is not None and member.is_staff


def names_chair(member: "Member", forum_id: int) -> bool:
    """Whether the person gives every role in a conference, that of the chair too."""
    return may_name_chair(member, access_of(member).roles.get(forum_id, ""))


def speaks(access: Access, forum_id: int) -> bool:
    """Whether the person may ask for the floor; observers may not."""
    return access.may(REPLY, forum_id)


def check_leads(member: "Member", forum_id: int) -> None:
    """Raise NotFound for a hidden conference, NotAllowed for one the member does not lead."""
    access = access_of(member)
    if not access.may(READ, forum_id):
        raise NotFound
    if not leads(access, forum_id):
        raise NotAllowed(_("Only the chair, the facilitators and the Secretariat can do this."))


def may_end(member: "Member | None", role: str, conference: Conference, now: datetime) -> bool:
    """Whether a person may end a conference now, by their role in it."""
    if member is None or conference.state_at(now) != "open":
        return False
    return may_name_chair(member, role)


def check_ends(member: "Member", conference: Conference, now: datetime) -> None:
    """Raise unless a person may end a conference now: its chair and the Secretariat may.

    Raises: NotFound, NotAllowed, NotNow (its period does not run).
    """
    check_leads(member, conference.forum_id)
    if not names_chair(member, conference.forum_id):
        raise NotAllowed(_("Only the chair and the Secretariat can end a conference."))
    if conference.state_at(now) != "open":
        raise NotNow(
            _("This conference has not begun, or is already over."), code="conference-over"
        )


def check_speaks(member: "Member", forum_id: int) -> bool:
    """Raise NotFound or NotAllowed; return whether the member leads as well."""
    access = access_of(member)
    if not access.may(READ, forum_id):
        raise NotFound
    if not speaks(access, forum_id):
        raise NotAllowed(_("Observers can follow the session but cannot take the floor."))
    return leads(access, forum_id)


def check_asks(conference_session: ConferenceSession, member: "Member", now: datetime) -> None:
    """Raise TooMany for a member who asks for the floor again and again. Queries: 1."""
    since = now - timedelta(minutes=ASKS_MINUTES)
    rows = FloorRequest.objects.filter(
        conference_session=conference_session, member=member, asked_at__gt=since
    )
    if rows.count() >= MAX_ASKS:
        sentence = ngettext(
            "You have asked for the floor %d time in a few minutes. Wait a little, then ask again.",
            "You have asked for the floor %d times in a few minutes. Wait a little, then ask "
            "again.",
            MAX_ASKS,
        )
        raise TooMany(with_count(sentence, MAX_ASKS), seconds=60 * ASKS_MINUTES)


def check_not_closed(conference_session: ConferenceSession) -> None:
    """Raise NotNow after the gavel."""
    if conference_session.is_closed:
        raise errors.closed()


def check_open(conference_session: ConferenceSession) -> None:
    """Raise NotNow before the opening and after the gavel."""
    check_not_closed(conference_session)
    if not conference_session.is_open:
        raise errors.not_open()


def check_can_open(conference_session: ConferenceSession, now: datetime) -> None:
    """Raise NotNow for a conference_session that was opened before, or is over."""
    check_not_closed(conference_session)
    if conference_session.is_open:
        raise errors.already_opened()
    if conference_session.closes_at <= now:
        raise errors.over()


def has_floor(request: FloorRequest | None, now: datetime) -> bool:
    """Whether a request holds the floor, its grace included."""
    if request is None or request.state != FloorRequest.State.GIVEN:
        return False
    return request.until is not None and now < request.until + GRACE


def check_seconds(seconds: int) -> None:
    """Raise Invalid for a time nobody would give."""
    if not MIN_FLOOR_SECONDS <= seconds <= MAX_FLOOR_SECONDS:
        raise Invalid(_("Choose between 15 seconds and an hour."))


def check_end(conference_session: ConferenceSession, closes_at: datetime) -> datetime:
    """Check another end of an open conference_session; return the beginning that goes with it.

    It has begun when it was opened: one that was opened early may be over before it was to begin.

    Raises: Invalid (beyond the conference).
    """
    ends_at = conference_session.conference.ends_at
    if ends_at is not None and closes_at > ends_at:
        raise Invalid(_("The hours must lie within the period of the conference."))
    planned = conference_session.opens_at
    if planned < closes_at:
        return planned
    return min(conference_session.began_at, planned)


def check_still_to_come(closes_at: datetime, now: datetime) -> None:
    """Raise Invalid for an end that has passed: what has it is over at once, and for good."""
    if closes_at <= now:
        message = _(
            "The end you chose, %(end)s UTC, has passed: it is %(now)s UTC now. Choose a later end."
        )
        raise Invalid(message % {"end": format_utc(closes_at), "now": format_utc(now)})


def check_hours(
    opens_at: datetime,
    closes_at: datetime,
    *,
    starts_at: datetime | None,
    ends_at: datetime | None,
    now: datetime,
) -> None:
    """Raise Invalid for hours that end before they begin, are over, or outside the conference."""
    if closes_at <= opens_at:
        raise Invalid(_("The end must be after the beginning."))
    check_still_to_come(closes_at, now)
    begins_too_early = starts_at is not None and opens_at < starts_at
    ends_too_late = ends_at is not None and closes_at > ends_at
    if begins_too_early or ends_too_late:
        raise Invalid(_("The hours must lie within the period of the conference."))
