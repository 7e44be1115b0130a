"""Read an invitation as a person would: what, when, where and who invites.

Source: RFC 5545 (iCalendar), RFC 5546 (methods).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from icalendar import Calendar

from hub.lib.dates import format_day
from hub.lib.numbers import is_year
from hub.lib.scripts import isolate
from listserv.mail.parse.charset import one_line

# Octets of a calendar that are read; an export of somebody's whole year is a file and no
# invitation.
MAX_SIZE = 100_000
MAX_EVENTS = 5
_TEXT = 300  # characters of one field


@dataclass(frozen=True)
class CalendarEvent:
    """One event of a calendar.

    ``starts`` and ``ends`` are days for whole days, else moments in the ``zone`` they were written
    in.
    """

    method: str
    title: str
    starts: date | None
    ends: date | None
    place: str
    organiser: str
    repeats: bool
    zone: str = ""

    def render(self) -> str:
        """Return the event in lines of text, in the active language."""
        lines = [_heading(self.method) % {"title": isolate(self.title or _("(no title)"))}]
        if self.starts is not None:
            lines.append(_("When: %(when)s") % {"when": self._when()})
        if self.repeats:
            lines.append(_("The event is repeated; see the calendar file."))
        if self.place:
            lines.append(_("Where: %(place)s") % {"place": isolate(self.place)})
        if self.organiser:
            lines.append(_("Organised by: %(name)s") % {"name": isolate(self.organiser)})
        return "\n".join(lines)

    def _when(self) -> str:
        if isinstance(self.starts, datetime):
            ends = self.ends if isinstance(self.ends, datetime) else None
            return _moments(self.starts, ends, self.zone)
        assert self.starts is not None
        return _days(self.starts, self.ends)


def _days(starts: date, ends: date | None) -> str:
    """Return the days of an event that takes whole days."""
    if ends is None:
        return format_day(starts)
    # The end of whole days is the day after (RFC 5545 §3.6.1).
    last = ends - timedelta(days=1)
    if last <= starts:
        return format_day(starts)
    return f"{format_day(starts)} – {format_day(last)}"


def _moments(starts: datetime, ends: datetime | None, zone: str) -> str:
    """Return the time of an event in UTC, and in its own zone where that is another."""
    if starts.tzinfo is None:
        return _("%(time)s, local time") % {"time": _span(starts, ends)}
    utc = f"{_span(starts.astimezone(UTC), _in_utc(ends))} UTC"
    if zone and starts.utcoffset():
        return f"{utc} ({_span(starts, ends)} {zone})"
    return utc


def _in_utc(moment: datetime | None) -> datetime | None:
    if moment is None or moment.tzinfo is None:
        return None
    return moment.astimezone(UTC)


def _heading(method: str) -> str:
    return {
        "REQUEST": _("Invitation: %(title)s"),
        "CANCEL": _("Cancelled: %(title)s"),
        "REPLY": _("Answer to an invitation: %(title)s"),
        "COUNTER": _("Another time proposed: %(title)s"),
    }.get(method, _("Event: %(title)s"))


def read_calendar(data: bytes) -> list[CalendarEvent]:
    """Return the events of a calendar, at most :data:`MAX_EVENTS`; never raises.

    Returns: an empty list for what cannot be read.
    """
    if len(data) > MAX_SIZE:
        return []
    try:
        calendar = Calendar.from_ical(data.decode("utf-8", "replace"))
        method = _text(calendar.get("METHOD")).upper()
        return [_event(method, event) for event in calendar.walk("VEVENT")[:MAX_EVENTS]]
    except Exception:
        # The library says what is wrong with a calendar in twenty kinds of errors; the file is kept
        # in any case.
        return []


def _event(method: str, event: Any) -> CalendarEvent:
    starts = _moment(event, "DTSTART")
    if _text(event.get("STATUS")).upper() == "CANCELLED":
        method = "CANCEL"
    return CalendarEvent(
        method=method,
        title=_text(event.get("SUMMARY")),
        starts=starts,
        ends=_end(event, starts),
        place=_text(event.get("LOCATION")),
        organiser=_person(event.get("ORGANIZER")),
        repeats="RRULE" in event or "RDATE" in event,
        zone=_text(getattr(event.get("DTSTART"), "params", {}).get("TZID")),
    )


def _end(event: Any, starts: date | None) -> date | None:
    """Return when an event ends, by its end or its duration; None where nothing tells."""
    ends = _moment(event, "DTEND")
    if ends is None:
        ends = _after_duration(event, starts)
    # A day and a moment cannot be compared, nor can a moment with a zone and one without.
    if type(starts) is not type(ends):
        return None
    return ends if _has_zone(starts) == _has_zone(ends) else None


def _has_zone(moment: date | None) -> bool:
    return isinstance(moment, datetime) and moment.tzinfo is not None


def _after_duration(event: Any, starts: date | None) -> date | None:
    duration = getattr(event.get("DURATION"), "dt", None)
    if starts is None or not isinstance(duration, timedelta):
        return None
    return starts + duration


def _moment(event: Any, name: str) -> date | None:
    value = getattr(event.get(name), "dt", None)
    if not isinstance(value, date):
        return None
    return value if is_year(value.year) else None


def _text(value: Any) -> str:
    """Return a property as one line of text; the first one where there are several."""
    if isinstance(value, list):
        value = next(iter(value), None)
    if value is None:
        return ""
    if isinstance(value, list):
        return ""
    return one_line(str(value)[:_TEXT])


def _person(value: Any) -> str:
    """Return the organiser's name; an address alone is not shown to everybody."""
    name = _text(getattr(value, "params", {}).get("CN"))
    return "" if "@" in name else name


def _span(starts: datetime, ends: datetime | None) -> str:
    if ends is None or ends <= starts:
        return f"{format_day(starts)}, {starts:%H:%M}"
    if ends.date() == starts.date():
        return f"{format_day(starts)}, {starts:%H:%M}–{ends:%H:%M}"
    return f"{format_day(starts)}, {starts:%H:%M} – {format_day(ends)}, {ends:%H:%M}"
