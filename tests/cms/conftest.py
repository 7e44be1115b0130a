"""A finished conference with something said by each door, its people, and a site to publish on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from cms import services
from cms.models import ProceedingsPage
from cms.services.printing import make_prints
from conferences.models import Conference
from conferences.services import convene_conference, end_conference, schedule_session
from forums.models import ForumPolicy
from forums.services import Draft, publish
from hub.lib.clock import now as clock

SUMMARY = "Trials need a **distance**.\n\nAll agreed on 300 metres."


@dataclass
class Finished:
    """Chen chaired, Rosa was rapporteur, Amina and Boris spoke; Ravi is rapporteur of another conference, Stella is a
    member of neither, Sofia is of the Secretariat."""

    conference: Conference
    other: Conference
    now: datetime
    amina: Any
    boris: Any
    chen: Any
    rosa: Any
    ravi: Any
    stella: Any
    sofia: Any
    said: list[Any]

    def compile(self, actor: Any = None, conference: Conference | None = None) -> ProceedingsPage:
        """Compile as Rosa unless another is named."""
        where = conference or self.conference
        return services.compile_proceedings(conference_id=where.pk, actor=actor or self.rosa, now=self.now)

    def submitted(self) -> ProceedingsPage:
        """Return a draft that waits for the Secretariat."""
        page = self.compile()
        services.write_proceedings(page_id=page.pk, actor=self.rosa, summary=SUMMARY, conclusions="We go on.")
        self.submit(page)
        return page

    def submit(self, page: ProceedingsPage) -> None:
        """Submit the latest revision of a draft as Rosa."""
        services.submit_proceedings(page_id=page.pk, actor=self.rosa, seen_revision=latest(page))

    def approve(self, page: ProceedingsPage) -> ProceedingsPage:
        """Approve the latest revision of a draft as Sofia."""
        return services.approve_proceedings(page_id=page.pk, actor=self.sofia, seen_revision=latest(page))

    def send_back(self, page: ProceedingsPage, comment: str) -> ProceedingsPage:
        """Send the latest revision of a draft back as Sofia."""
        seen = latest(page)
        return services.send_back_proceedings(page_id=page.pk, actor=self.sofia, seen_revision=seen, comment=comment)

    def end(self, conference: Conference | None = None) -> None:
        """End the conference, since what goes on is not issued."""
        end_conference(conference_id=(conference or self.conference).pk, actor=self.sofia, now=self.now)

    def issued(self, *, language: str = "en") -> ProceedingsPage:
        """Return proceedings that are public."""
        ForumPolicy.objects.filter(forum_id=self.conference.forum_id).update(language=language)
        page = self.submitted()
        self.end()
        page = self.approve(page)
        printed()
        return page

    def say(self, author: Any, text: str, *, origin: str = "live") -> Any:
        """Say something on the first item."""
        topic = self.conference.conference_sessions.get().items.first().topic_id
        draft = Draft(forum_id=self.conference.forum_id, topic_id=topic, text=text, quiet=True)
        return publish(draft=draft, author=author, origin=origin, now=self.now).contribution


def printed() -> int:
    """Make every print that is wanted, as the worker does; return how many those are."""
    count = 0
    while make_prints(clock()):
        count += 1
    return count


def latest(page: ProceedingsPage) -> int | None:
    """Return the latest revision of a page, as its readers see it now."""
    return ProceedingsPage.objects.values_list("latest_revision_id", flat=True).get(pk=page.pk)


def _convene(name: str, people: dict[Any, str], sofia: Any, now: datetime, **fields: Any) -> Conference:
    conference = convene_conference(
        name=name,
        actor=sofia,
        now=now - timedelta(days=9),
        starts_at=now - timedelta(days=8),
        ends_at=now + timedelta(days=8),
        people=people,
        **fields,
    )
    schedule_session(
        conference_id=conference.pk,
        title="First session",
        opens_at=now,
        closes_at=now + timedelta(hours=2),
        actor=sofia,
        items=["Isolation distances", "Notification"],
        now=now - timedelta(days=8),
    )
    return conference


@pytest.fixture
def site(db: None) -> Any:
    """The pages a hub starts with."""
    return services.bootstrap_site()


@pytest.fixture
def finished(site: Any, make_member: Any, now: datetime) -> Finished:
    """A conference in which four statements were made, and another with a rapporteur of its own."""
    people = {
        "amina": make_member("Amina Diallo", country="SN", organisation="Direction de l'environnement"),
        "boris": make_member("Boris Horvat", country="HR"),
        "chen": make_member("Chen Wei", country="CN"),
        "rosa": make_member("Rosa Quispe", country="PE"),
        "ravi": make_member("Ravi Menon", country="IN"),
        "stella": make_member("Stella Moreno", country="PE"),
        "sofia": make_member("Sofia Lind", is_staff=True),
    }
    here = {
        people["amina"]: "participant",
        people["boris"]: "participant",
        people["chen"]: "chair",
        people["rosa"]: "rapporteur",
    }
    conference = _convene("Field trials near borders", here, people["sofia"], now, background="Why we *meet*.")
    there = {people["ravi"]: "rapporteur", people["boris"]: "chair"}
    other = _convene("Seeds in transit", there, people["sofia"], now)
    world = Finished(conference, other, now, **people, said=[])
    world.said += [
        world.say(people["chen"], "I open item one."),
        world.say(people["amina"], "**Three hundred** metres, please.", origin="web"),
        world.say(people["boris"], "Agreed, from the train.", origin="mail"),
    ]
    return world


@pytest.fixture
def as_(client: Client) -> Any:
    """Return a client signed in as a member; None signs out."""

    def sign_in(member: Any) -> Client:
        client.logout()
        if member is not None:
            client.force_login(member)
        return client

    return sign_in
