"""Proceedings for programs that run without the test runner: killed workers, backups and restored hubs."""

from datetime import timedelta

from cms import services
from cms.models import ProceedingsPage
from conferences.services import convene_conference, end_conference, schedule_session
from forums.services import Draft, publish
from hub.lib.clock import now as clock
from hub.members.models import Member


def draft() -> tuple[ProceedingsPage, Member]:
    """Return a draft with one statement, on a site of its own, and the member of the Secretariat who wrote it."""
    services.bootstrap_site()
    now = clock()
    sofia = Member.objects.create_user(email="sofia@people.example", name="Sofia Lind", is_active=True, is_staff=True)
    conference = convene_conference(
        name="Field trials near borders", actor=sofia, now=now, people={sofia: "chair"},
        starts_at=now - timedelta(days=8), ends_at=now + timedelta(days=8),
    )  # fmt: skip
    session = schedule_session(
        conference_id=conference.pk, title="First session", items=["Isolation distances"],
        opens_at=now, closes_at=now + timedelta(hours=2), actor=sofia, now=now,
    )  # fmt: skip
    topic = session.items.get().topic_id
    words = Draft(forum_id=conference.forum_id, topic_id=topic, text="Agreed.", quiet=True)
    publish(draft=words, author=sofia, origin="web", now=now)
    page = services.compile_proceedings(conference_id=conference.pk, actor=sofia, now=now)
    services.write_proceedings(page_id=page.pk, actor=sofia, summary="All agreed on 300 metres.")
    return ProceedingsPage.objects.get(pk=page.pk), sofia


def issued() -> ProceedingsPage:
    """Return proceedings that were issued a moment ago; their print waits for a worker."""
    page, sofia = draft()
    seen = page.latest_revision_id
    services.submit_proceedings(page_id=page.pk, actor=sofia, seen_revision=seen)
    end_conference(conference_id=page.conference_id or 0, actor=sofia, now=clock())
    return services.approve_proceedings(page_id=page.pk, actor=sofia, seen_revision=seen)
