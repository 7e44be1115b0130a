"""Where conferences name a person who leaves for good."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import reverse

from conferences.models import AgendaItem, Conference, ConferenceSession, Event
from hub.lib.redact import SoughtPerson, Trace, scrub, trace_label

if TYPE_CHECKING:
    from hub.members.models import Member


def scrub_log(member: "Member", person: SoughtPerson) -> None:
    """Take the person out of what the log keeps beside their own acts."""
    scrub(person, Event.objects.filter(actor=member), ["data"])


def find_traces(member: "Member", person: SoughtPerson) -> Iterator[Trace]:
    """Yield the conferences, sessions, items and acts of others that name the person."""

    def trace(title: str, url: str) -> Trace:
        return Trace("conference", trace_label(person, title), url)

    conferences = person.named_in(Conference.objects.all(), ["name", "background"])
    for conference in conferences.order_by("pk"):
        yield trace(conference.name, conference.get_absolute_url())
    for session in person.named_in(ConferenceSession.objects.all(), ["title"]).order_by("pk"):
        yield trace(session.title, session.get_absolute_url())
    for item in person.named_in(AgendaItem.objects.all(), ["title", "note"]).order_by("pk"):
        yield trace(item.title, reverse("conferences:agenda", args=(item.conference_session_id,)))
    acts = Event.objects.exclude(actor=member).select_related("conference_session")
    for act in person.named_in(acts, ["data"]).order_by("pk"):
        url = reverse("conferences:log", args=(act.conference_session_id,))
        yield trace(act.conference_session.title, url)
