"""No text that somebody writes for others keeps a secret of the hub, whichever form it came by (record 0020)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone

from cms import services as cms
from cms.models import StandardPage
from conferences import services as conference_services
from forums import services
from forums.services import Draft, create_forum, publish
from hub.lib import tokens
from hub.members import services as members
from hub.members.affiliations import record_organisation
from liaison import services as liaison_services
from tests.world import person

pytestmark = pytest.mark.django_db
TOKEN = tokens.sign("reply:2", [31, 164, 332])
TEXT = f"As in risk+r.{TOKEN}@{settings.HUB_MAIL_DOMAIN}"


def leaks() -> list[str]:
    """Where the token stands in any column of any table."""
    places = []
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.CharField | models.TextField | models.JSONField):
                values = model._default_manager.values_list(field.name, flat=True)
                places += [f"{model.__name__}.{field.name}" for value in values if TOKEN[:16] in str(value)]
    return places


@pytest.fixture
def sofia(db: Any) -> Any:
    """Sofia of the Secretariat."""
    cms.bootstrap_site()
    return person("Sofia Lind", is_staff=True)


def held_conference(sofia: Any) -> Any:
    """A conference that is over, with a token in each of its texts."""
    now = timezone.now()
    conference = conference_services.convene_conference(
        name=TEXT, slug="talks", background=TEXT, actor=sofia, now=now - timedelta(days=3),
        starts_at=now - timedelta(days=2), ends_at=now + timedelta(days=1), people={sofia: "chair"},
    )  # fmt: skip
    conference_session = conference_services.schedule_session(
        conference_id=conference.pk, title=TEXT, opens_at=now, closes_at=now + timedelta(hours=1), actor=sofia, now=now,
        items=[TEXT],
    )  # fmt: skip
    item = conference_services.add_agenda_item(
        conference_session_id=conference_session.pk, title=f"2 {TEXT}", note=TEXT, actor=sofia, now=now
    )
    conference_services.open_session(conference_session_id=conference_session.pk, actor=sofia, words=TEXT, now=now)
    conference_services.take_item(
        conference_session_id=conference_session.pk, item_id=item.pk, actor=sofia, words=TEXT, now=now
    )
    conference_services.intervene(conference_session_id=conference_session.pk, member=sofia, text=f"{TEXT}!", now=now)
    conference_services.close_session(
        conference_session_id=conference_session.pk, actor=sofia, words=f"{TEXT}.", now=now
    )
    conference_services.end_conference(conference_id=conference.pk, actor=sofia, now=now)
    return conference


def test_conference_and_its_proceedings(sofia):
    conference, now = held_conference(sofia), timezone.now()
    page = cms.compile_proceedings(conference_id=conference.pk, actor=sofia, now=now)
    cms.write_proceedings(page_id=page.pk, actor=sofia, title=TEXT, summary=TEXT, conclusions=TEXT)
    page.refresh_from_db()
    cms.submit_proceedings(page_id=page.pk, actor=sofia, seen_revision=page.latest_revision_id)
    cms.send_back_proceedings(page_id=page.pk, actor=sofia, seen_revision=page.latest_revision_id, comment=TEXT)
    page.refresh_from_db()
    cms.submit_proceedings(page_id=page.pk, actor=sofia, seen_revision=page.latest_revision_id)
    cms.approve_proceedings(page_id=page.pk, actor=sofia, seen_revision=page.latest_revision_id, comment=TEXT)
    note = cms.attach_note(page_id=page.pk, actor=sofia, text=TEXT, dated=now.date(), now=now)
    cms.end_note(note_id=note.pk, actor=sofia, reason=TEXT, now=now)
    cms.withdraw_proceedings(page_id=page.pk, actor=sofia, reason=TEXT, now=now)
    assert not leaks()


def test_page_that_an_editor_saves(sofia, client):
    cms.write_page(slug="help", title="Help", body="Words.")
    page = StandardPage.objects.get(slug="help")
    page.title, page.intro, page.body = TEXT, TEXT, f"<p>{TEXT}</p>"
    page.save_revision(user=sofia)
    cms.write_page(slug="rules", title=TEXT, intro=TEXT, body=TEXT)
    cms.write_home(intro=TEXT)
    assert not leaks()


def test_group_and_discussion(sofia):
    now = timezone.now()
    liaison_services.convene_group(
        name=TEXT, slug="group", topic=TEXT, mandate=TEXT, term_starts=date(2026, 1, 1), term_ends=date(2027, 1, 1),
        actor=sofia, now=now,
    )  # fmt: skip
    words = dict.fromkeys(("theme", "background", "questions", "sponsors", "summary"), TEXT)
    create_forum(name=TEXT, slug="more", preset="members", now=now, **words)
    assert not leaks()


def test_a_discussion_that_is_proposed_opened_and_changed(sofia):
    now, who = timezone.now(), person("Anna Ito")
    proposed = {"name": TEXT, "theme": TEXT, "why": TEXT, "sponsor": TEXT}
    proposed |= {"opens_at": None, "closes_at": None, "moderates": False}
    proposal = services.propose_discussion(actor=who, now=now, **proposed)
    services.decline_proposal(proposal_id=proposal.pk, actor=sofia, reason=TEXT, now=now)
    words = dict.fromkeys(("name", "theme", "background", "questions", "sponsors"), TEXT)
    values = {**words, "preset": "members", "language": "en"}
    policy = services.open_discussion(values=values, slug="talks", leaders=[], actor=sofia, now=now)
    changes = {name: f"Again. {text}" for name, text in words.items()}
    services.change_discussion(forum_id=policy.forum_id, changes=changes, actor=sofia, now=now)
    services.close_discussion(forum_id=policy.forum_id, actor=sofia, now=now)
    services.reopen_discussion(forum_id=policy.forum_id, closes_at=None, reason=TEXT, actor=sofia, now=now)
    assert not leaks()


def test_why_a_contribution_was_withdrawn(sofia):
    now, who = timezone.now(), person("Anna Ito")
    forum = create_forum(name="Talks", slug="talks", preset="members", now=now).forum_id
    draft = Draft(forum_id=forum, subject="A", text="B")
    contribution = publish(draft=draft, author=who, origin="web", now=now).contribution
    services.withdraw_contribution(number=contribution.number, actor=sofia, reason=TEXT, now=now)
    assert not leaks()


def test_coming_into_a_discussion(sofia):
    now, who = timezone.now(), person("Anna Ito")
    forum = create_forum(name="Talks", slug="talks", preset="members", now=now).forum_id
    asked = services.ask_to_join(forum_id=forum, member=who, statement=TEXT, now=now)
    services.decline_request(request_id=asked.pk, actor=sofia, reason=TEXT, now=now)
    services.invite(forum_id=forum, addresses=["a@b.example"], actor=sofia, line=TEXT, now=now)
    record_organisation(name=TEXT, short_name=TEXT, actor=sofia)
    assert not leaks()


def test_application_and_what_is_said_of_it(sofia):
    now = timezone.now()
    applicant = members.Applicant(
        name=TEXT, email="new@people.example", country="KE", statement=TEXT, organisation=TEXT, expertise=TEXT
    )
    application = members.apply(applicant=applicant, now=now)
    members.apply(applicant=members.Applicant(**{**vars(applicant), "statement": f"Again. {TEXT}"}), now=now)
    members.confirm_application(token=members.confirmation_token(application=application, now=now), now=now, revision=1)
    members.decline_application(application_id=application.pk, actor=sofia, reason=TEXT, now=now)
    assert not leaks()
    members.anonymise_member(member_id=application.member_id, actor=sofia, reason=TEXT, now=now)
    assert not leaks()


@pytest.mark.parametrize("origin", ["web", "live", "mail"])
def test_what_quotes_a_secret_and_comes_twice_is_said_once(sofia, origin):
    policy = create_forum(name="Talks", slug="talks", preset="members", now=timezone.now())
    draft = Draft(forum_id=policy.forum_id, subject=TEXT, text=TEXT, folded=TEXT, once_key="a key")
    results = [publish(draft=draft, author=sofia, origin=origin, now=timezone.now()) for _ in range(2)]
    assert [result.created for result in results] == [True, False] and results[0].contribution == results[
        1
    ].contribution
    assert not leaks()
