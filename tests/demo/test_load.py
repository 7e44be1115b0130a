"""The demo is told through the services: nothing is sent, every count is right, everybody stands in their place."""

import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import authenticate, get_user_model
from django.db import transaction
from django.test import override_settings
from django.urls import reverse

from conferences import services as conference_services
from forums import selectors
from hub.demo import reader
from hub.demo.load import load
from hub.lib.hooks import registered

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
# The one that tests hash with (tests/conftest.py).
FAST = "django.contrib.auth.hashers.MD5PasswordHasher"


@pytest.fixture(scope="module")
def entries(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """Load once for this module, in a transaction that is undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        lines: list[str] = []
        folder = tmp_path_factory.mktemp("demo")
        with override_settings(HUB_DATA=folder, PASSWORD_HASHERS=[FAST]):
            loaded = load(now=NOW, progress=lines.append)
        yield {**loaded, "lines": lines, "path": folder / "demo.json"}
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _in_the_loaded_hub(entries: dict[str, Any], django_db_blocker: Any) -> Iterator[None]:
    """Let each test change what it likes, and undo it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def row(model: str) -> Any:
    return apps.get_model(model).objects


def account(entries: dict[str, Any], role: str) -> Any:
    email = next(who["email"] for who in entries["members"] if who["role"] == role)
    return get_user_model().objects.get(email=email)


def test_nothing_is_sent_for_what_was_said_before(entries: dict[str, Any]) -> None:
    assert row("listserv.Mailing").count() == 0
    assert row("listserv.Notice").count() == 0


def test_every_word_of_the_content_is_one_contribution(entries: dict[str, Any]) -> None:
    gatherings = [*reader.discussions(), *reader.conferences(), *reader.groups()]
    words = sum(len(thread.words) for gathering in gatherings for thread in gathering.threads)
    assert row("forums.Contribution").filter(state="accepted").count() == words


def test_numbers_follow_the_clock_and_nothing_is_in_the_future(entries: dict[str, Any]) -> None:
    moments = list(row("forums.Contribution").order_by("number").values_list("created_at", flat=True))
    assert moments == sorted(moments)
    assert moments[-1] < NOW


def test_answers_stand_under_what_they_answer_in_the_same_topic(entries: dict[str, Any]) -> None:
    answers = row("forums.Contribution").exclude(parent=None).select_related("post", "parent__post")
    assert answers.count() > 100
    assert all(answer.post.topic_id == answer.parent.post.topic_id for answer in answers)
    assert all(answer.in_reply_to == answer.parent.message_id for answer in answers)


def test_counters_and_dates_of_topics_and_forums_are_right(entries: dict[str, Any]) -> None:
    for topic in row("forum_conversation.Topic").all():
        moments = row("forums.Contribution").filter(post__topic=topic).order_by("number")
        assert (topic.posts_count, topic.last_post_on) == (moments.count(), moments.last().created_at)
    for forum in row("forum.Forum").all():
        assert forum.direct_posts_count == row("forums.Contribution").filter(post__topic__forum=forum).count()
        assert forum.direct_topics_count == row("forum_conversation.Topic").filter(forum=forum).count()


def test_every_account_signs_in_and_nobody_else_can(entries: dict[str, Any]) -> None:
    for who in entries["members"]:
        member = authenticate(None, email=who["email"], password=who["password"])
        assert member is not None
        assert (member.name, member.language) == (who["name"], who["language"])
        assert member.is_staff == (who["role"] == "secretariat")
    others = get_user_model().objects.exclude(email__in=[who["email"] for who in entries["members"]])
    assert not [member for member in others if member.has_usable_password()]


def test_those_who_sign_in_find_something_new_but_not_everything(entries: dict[str, Any]) -> None:
    for role in ("moderator", "rapporteur", "chair", "member"):
        for discussion in selectors.discussions_for(account(entries, role)):
            total = row("forums.Contribution").filter(post__topic__forum=discussion.forum).count()
            assert discussion.new < total / 2
        news = [discussion.new for discussion in selectors.discussions_for(account(entries, role)) if discussion.role]
        assert 0 < sum(news) < 30


def test_the_stranger_sees_nothing_of_what_is_closed(entries: dict[str, Any]) -> None:
    stranger = account(entries, "stranger")
    seen = {discussion.forum.name for discussion in selectors.discussions_for(stranger)}
    closed = {entry["discussion"] for entry in entries["lists"] if entry["closed"]}
    assert len(closed) >= 4
    assert not seen & closed
    assert seen == {entry["discussion"] for entry in entries["lists"] if not entry["closed"]}


def test_the_public_reads_one_discussion_only(entries: dict[str, Any]) -> None:
    (discussion,) = selectors.discussions_for(None)
    assert discussion.policy.language == "es"


def test_past_sessions_have_a_log_without_gaps_that_ends_with_the_gavel(entries: dict[str, Any]) -> None:
    past = row("conferences.ConferenceSession").filter(state="closed")
    assert past.count() == 4
    for conference_session in past:
        events = list(conference_session.events.order_by("seq"))
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert [event.at for event in events] == sorted(event.at for event in events)
        assert (events[0].kind, events[-1].kind) == ("opened", "closed")
        assert events[-1].contribution is not None
        assert (
            conference_session.opens_at
            <= conference_session.opened_at
            < conference_session.closed_at
            <= conference_session.closes_at
        )


def test_what_came_by_mail_during_a_session_is_in_its_log(entries: dict[str, Any]) -> None:
    doors = row("conferences.Event").filter(kind="intervention").values_list("contribution__origin", flat=True)
    assert {"live", "mail"} <= set(doors)


def test_the_chair_can_open_the_coming_session_at_once(entries: dict[str, Any]) -> None:
    conference_session = row("conferences.ConferenceSession").get(state="scheduled")
    assert entries["conference"]["session_url"].endswith(conference_session.get_absolute_url())
    assert conference_session.opens_at > NOW
    conference_services.open_session(
        conference_session_id=conference_session.pk, actor=account(entries, "chair"), now=NOW
    )
    conference_session.refresh_from_db()
    assert conference_session.state == "open"


def test_the_secretariat_has_applications_to_decide(entries: dict[str, Any]) -> None:
    waiting = row("members.Application").filter(state="pending")
    assert waiting.count() == len(reader.applications())
    assert not any(application.member.is_active for application in waiting)


def test_a_request_an_invitation_and_a_proposal_wait_for_the_secretariat(entries: dict[str, Any]) -> None:
    officer, stranger = account(entries, "secretariat"), account(entries, "stranger")
    (asked,) = selectors.requests_for(officer)
    assert asked.member == stranger
    (listed,) = selectors.listed_for(stranger)
    assert listed.policy.forum_id == asked.forum_id
    (invitation,) = row("members.Invitation").all()
    assert invitation.forum_id == asked.forum_id and invitation.expires_at > NOW
    proposal = row("forums.DiscussionProposal").get()
    assert proposal.is_waiting and not proposal.member.is_staff
    blocks = (block for home in registered("HUB_HOME") for block in home(member=officer, now=NOW))
    places = {block.url for block in blocks}
    assert {reverse("forums:requests"), reverse("forums:proposals")} <= places


def test_the_topic_that_is_worked_at_is_pinned_and_the_log_says_by_whom(entries: dict[str, Any]) -> None:
    (pinned,) = row("forum_conversation.Topic").filter(type=1)
    entry = row("forums.LogEntry").get(act="topic.pin")
    assert pinned.subject.startswith("Draft checklist")
    assert (entry.topic_id, entry.actor) == (pinned.pk, account(entries, "moderator"))


def test_demo_json_says_what_was_returned_and_is_its_owners_alone(entries: dict[str, Any]) -> None:
    written = json.loads(entries["path"].read_text())
    assert written == {key: entries[key] for key in ("members", "lists", "conference")}
    assert stat.S_IMODE(entries["path"].stat().st_mode) == 0o600
    assert set(written["members"][0]) == {"email", "password", "name", "role", "language"}
    assert set(written["lists"][0]) == {"address", "discussion", "url", "closed", "members"}
    assert all(entry["address"].endswith("@" + settings.HUB_MAIL_DOMAIN) for entry in written["lists"])
    assert written["lists"][0]["closed"]


def test_a_second_load_does_nothing(entries: dict[str, Any]) -> None:
    before = {model: model.objects.count() for model in apps.get_models()}
    with override_settings(HUB_DATA=entries["path"].parent):
        assert load(now=NOW, progress=entries["lines"].append) == json.loads(entries["path"].read_text())
    assert {model: model.objects.count() for model in apps.get_models()} == before


def test_a_hub_with_members_but_no_demo_is_left_alone(tmp_path: Path) -> None:
    with override_settings(HUB_DATA=tmp_path):
        assert load(now=NOW, progress=str) == {}
    assert not (tmp_path / "demo.json").exists()
