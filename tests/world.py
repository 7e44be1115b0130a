"""A closed conference, a closed group, drafts and letters, all with one secret word in them: what must not leak."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.utils import localtime
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress

from cms import services as cms_services
from conferences import services as conference_services
from conferences.models import Conference, ConferenceSession
from forums import services
from forums.models import ForumPolicy
from hub.members.models import Application, Departure, Member
from liaison import services as liaison_services

SECRET = "secretword"
LETTER = "20261124T090000.000000Z-000001-00ff-a@b.example.eml"


def person(name: str, **fields: Any) -> Member:
    """Make an approved member with a verified address."""
    email = name.lower().replace(" ", ".") + "@people.example"
    member = Member.objects.create_user(email=email, name=name, password="a long password", is_active=True, **fields)
    EmailAddress.objects.create(user=member, email=email, verified=True, primary=True)
    return member


@dataclass
class World:
    """Who is in it: Amina takes part, Chen chairs, Rosa is rapporteur, Stella is a member of the hub only, Sofia is of
    the Secretariat; ``public`` is nobody."""

    now: datetime
    people: dict[str, Member | None] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)


def build(now: datetime, data: Path) -> World:
    """Make the world through the services."""
    cms_services.bootstrap_site()
    amina, chen, rosa, stella = (person(name) for name in ("Amina Diallo", "Chen Wei", "Rosa Quispe", "Stella Moreno"))
    sofia = person("Sofia Lind", is_staff=True)
    world = World(now, {"public": None, "stella": stella, "amina": amina, "chen": chen, "rosa": rosa, "sofia": sofia})
    conference = conference_services.convene_conference(
        name=f"The {SECRET} conference",
        slug=SECRET,
        actor=sofia,
        now=now - timedelta(days=2),
        background=f"About the {SECRET}.",
        starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=9),
        people={amina: "participant", chen: "chair", rosa: "rapporteur"},
    )
    conference_session = _conference_session(conference, chen, now)
    first_words = _say(
        conference.forum_id, amina, now, files=(services.Upload(f"{SECRET}.pdf", b"%PDF-1.7", "application/pdf"),)
    )
    ForumPolicy.objects.filter(forum_id=conference.forum_id).update(moderated=True)
    _say(conference.forum_id, amina, now, subject=f"A held {SECRET}")
    ForumPolicy.objects.filter(forum_id=conference.forum_id).update(moderated=False)
    group = liaison_services.convene_group(
        name=f"The {SECRET} group",
        slug=f"{SECRET}-group",
        topic=SECRET,
        mandate=SECRET,
        term_starts=date(2026, 1, 1),
        term_ends=date(2027, 12, 31),
        actor=sofia,
        now=now,
        members=[amina],
        chair=chen,
    )
    draft = cms_services.compile_proceedings(conference_id=conference.pk, actor=rosa, now=now)
    applicant = Member.objects.create_user(email="new@people.example", name=f"New {SECRET}")
    application = Application.objects.create(
        member=applicant, state="pending", statement=SECRET, created_at=now, confirmed_at=now
    )
    former = Member.objects.create_user(email="former-0@members.invalid", name="", anonymised_at=now)
    departure = Departure.objects.create(member=former, actor=sofia, left_at=now, finished_at=now)
    plain = services.create_forum(name=f"Plain {SECRET}", slug="plain", preset="closed", now=now, theme=SECRET)
    services.admit_member(forum_id=plain.forum_id, member=amina, now=now)
    services.admit_member(forum_id=plain.forum_id, member=chen, role="moderator", now=now)
    proposal = services.propose_discussion(
        actor=amina, now=now, name=f"Proposed {SECRET}", theme=SECRET, why=SECRET, opens_at=None, closes_at=None,
        moderates=True, sponsor="",
    )  # fmt: skip
    (data / "outbox").mkdir(parents=True, exist_ok=True)
    (data / "outbox" / LETTER).write_bytes(_message())
    world.keys = {
        "forum": conference.forum_id,
        "topic": first_words.topic_id,
        "number": first_words.number,
        "file": first_words.attachments.get().pk,
        "conference": conference,
        "conference_session": conference_session.pk,
        "group": group.slug,
        "draft": draft.pk,
        "issued": _issued(sofia, now),
        "application": application.pk,
        "amina": amina.pk,
        "departure": departure.pk,
        "plain": plain.forum_id,
        "proposal": proposal.pk,
    }
    return world


def _issued(sofia: Member, now: datetime) -> int:
    """Issue the proceedings of a conference that is over, with nothing secret in them, and return their page."""
    conference = conference_services.convene_conference(
        name="A conference that is over",
        actor=sofia,
        now=now - timedelta(days=9),
        starts_at=now - timedelta(days=8),
        ends_at=now - timedelta(days=1),
    )
    page = cms_services.compile_proceedings(conference_id=conference.pk, actor=sofia, now=now)
    page = cms_services.write_proceedings(page_id=page.pk, actor=sofia, summary="All agreed.")
    cms_services.submit_proceedings(page_id=page.pk, actor=sofia, seen_revision=page.latest_revision_id)
    cms_services.approve_proceedings(page_id=page.pk, actor=sofia, seen_revision=page.latest_revision_id)
    return int(page.pk)


def _message() -> bytes:
    mail = EmailMessage()
    mail["To"], mail["Subject"], mail["Date"] = "a@b.example", SECRET, localtime()
    mail.set_content(SECRET)
    mail.add_alternative(f"<p>{SECRET}</p>", subtype="html")
    return mail.as_bytes()


def _conference_session(conference: Conference, chair: Member, now: datetime) -> ConferenceSession:
    conference_session = conference_services.schedule_session(
        conference_id=conference.pk,
        title=f"The {SECRET} session",
        opens_at=now,
        closes_at=now + timedelta(hours=2),
        actor=chair,
        now=now,
        items=[f"Item {SECRET}"],
    )
    return conference_services.open_session(conference_session_id=conference_session.pk, actor=chair, now=now)


def _say(forum_id: int, author: Member, now: datetime, **fields: Any) -> Any:
    draft = services.Draft(forum_id=forum_id, text=f"My {SECRET} text.", **fields)
    return services.publish(draft=draft, author=author, origin="web", now=now).contribution
