"""Read an invitation as a person would: what, when, where, who asks.

Source: RFC 5545 (iCalendar), RFC 5546 (methods).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from icalendar import Calendar

from hub.lib.dates import say_day
from hub.lib.numbers import is_year
from hub.lib.scripts import isolate

# Octets of a calendar that are read; an export of somebody's whole year is a file and no
# invitation.
MAX_SIZE = 100_000
MAX_EVENTS = 5
_TEXT = 300  # characters of one field


@dataclass(frozen=True)
class CalendarEvent:
    """One event; ``starts`` and ``ends`` are days for whole
    days, else moments in the ``zone`` they were written in.
    """

    method: str
    title: str
    starts: date | None
    ends: date | None
    place: str
    organiser: str
    repeats: bool
    zone: str = ""

    def say(self) -> str:
        """Return the event in lines of text, in the active language."""
        lines = [_heading(self.method) % {"title": isolate(self.title or _("(no title)"))}]
        if self.starts is not None:
            lines.append(_("When: %(when)s") % {"when": self._when()})
        if self.repeats:
            lines.append(_("It repeats; the calendar file says how."))
        if self.place:
            lines.append(_("Where: %(place)s") % {"place": isolate(self.place)})
        if self.organiser:
            lines.append(_("Organised by: %(name)s") % {"name": isolate(self.organiser)})
        return "\n".join(lines)

    def _when(self) -> str:
        starts, ends = self.starts, self.ends
        if not isinstance(starts, datetime):
            # The end of whole days is the day after (RFC 5545 §3.6.1).
            last = ends - timedelta(days=1) if ends is not None else starts
            assert starts is not None
            return (
                say_day(starts)
                if last is None or last <= starts
                else f"{say_day(starts)} – {say_day(last)}"
            )
        end = ends if isinstance(ends, datetime) else None
        if starts.tzinfo is None:
            return _("%(time)s, local time") % {"time": _span(starts, end)}
        utc_end = end.astimezone(UTC) if end is not None and end.tzinfo else None
        utc = f"{_span(starts.astimezone(UTC), utc_end)} UTC"
        return (
            f"{utc} ({_span(starts, end)} {self.zone})" if self.zone and starts.utcoffset() else utc
        )


def _heading(method: str) -> str:
    return {
        "REQUEST": _("Invitation: %(title)s"),
        "CANCEL": _("Cancelled: %(title)s"),
        "REPLY": _("Answer to an invitation: %(title)s"),
        "COUNTER": _("Another time proposed: %(title)s"),
    }.get(method, _("Event: %(title)s"))


def read_calendar(data: bytes) -> list[CalendarEvent]:
    """Return the events of a calendar, at most :data:`MAX_EVENTS`;
    empty for what cannot be read. Never raises.
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
    ends = _moment(event, "DTEND")
    duration = getattr(event.get("DURATION"), "dt", None)
    if ends is None and starts is not None and isinstance(duration, timedelta):
        ends = starts + duration
    if type(starts) is not type(ends):
        ends = None
    if _text(event.get("STATUS")).upper() == "CANCELLED":
        method = "CANCEL"
    return CalendarEvent(
        method=method,
        title=_text(event.get("SUMMARY")),
        starts=starts,
        ends=ends,
        place=_text(event.get("LOCATION")),
        organiser=_person(event.get("ORGANIZER")),
        repeats="RRULE" in event or "RDATE" in event,
        zone=_text(getattr(event.get("DTSTART"), "params", {}).get("TZID")),
    )


def _moment(event: Any, name: str) -> date | None:
    value = getattr(event.get(name), "dt", None)
    return value if isinstance(value, date) and is_year(value.year) else None


def _text(value: Any) -> str:
    first = value[0] if isinstance(value, list) and value else value
    text = "" if first is None or isinstance(first, list) else str(first)
    return " ".join("".join(char if char.isprintable() else " " for char in text[:_TEXT]).split())


def _person(value: Any) -> str:
    """Return the organiser's name; an address alone is not shown to everybody."""
    parameters = getattr(value, "params", {})
    return _text(parameters.get("CN")) if "@" not in _text(parameters.get("CN")) else ""


def _span(starts: datetime, ends: datetime | None) -> str:
    if ends is None or ends <= starts:
        return f"{say_day(starts)}, {starts:%H:%M}"
    if ends.date() == starts.date():
        return f"{say_day(starts)}, {starts:%H:%M}–{ends:%H:%M}"
    return f"{say_day(starts)}, {starts:%H:%M} – {say_day(ends)}, {ends:%H:%M}"
