"""Where conferences name a person who leaves for good."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from conferences.models import AgendaItem, Conference, ConferenceSession, Event
from hub.lib.redact import SoughtPerson, Trace, scrub, trace_label

if TYPE_CHECKING:
    from hub.members.models import Member


def scrub_log(member: "Member", person: SoughtPerson) -> None:
    """Take the person out of what the log keeps beside their own acts."""
    scrub(person, Event.objects.filter(actor=member), ["data"])


def find_traces(member: "Member", person: SoughtPerson) -> Iterator[Trace]:
    """Return the conferences, sessions, items and acts of others that name the person."""
    for conference in person.named_in(Conference.objects.all(), ["name", "background"]).order_by(
        "pk"
    ):
        yield Trace(
            "conference", trace_label(person, conference.name), f"/conferences/{conference.slug}/"
        )
    for session in person.named_in(ConferenceSession.objects.all(), ["title"]).order_by("pk"):
        yield Trace("conference", trace_label(person, session.title), f"/sessions/{session.pk}/")
    for item in person.named_in(AgendaItem.objects.all(), ["title", "note"]).order_by("pk"):
        yield Trace(
            "conference",
            trace_label(person, item.title),
            f"/sessions/{item.conference_session_id}/agenda/",
        )
    acts = Event.objects.exclude(actor=member).select_related("conference_session")
    for act in person.named_in(acts, ["data"]).order_by("pk"):
        title = trace_label(person, act.conference_session.title)
        yield Trace("conference", title, f"/sessions/{act.conference_session_id}/log/")
