"""Opening a discussion, changing it, closing it and opening it again: each once, with a line in the log."""

from datetime import timedelta

import pytest

from conferences import services as conference_services
from forums import services
from forums.logged import lines_of
from forums.models import ForumPolicy, LogEntry, Membership, PeriodNotification
from forums.setting_texts import texts_of
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound, Stale

pytestmark = pytest.mark.django_db
VALUES = {
    "name": "Soil carbon",
    "theme": "**Why** it matters",
    "background": "Long ago.",
    "questions": "- What?\n- Who?",
    "opens_at": None,
    "closes_at": None,
    "language": "fr",
    "preset": "closed",
    "moderated": True,
    "attribution": "unattributed",
    "registration": "nomination",
    "registration_closes_at": None,
    "minimum_participants": 12,
    "sponsors": "FAO",
}


@pytest.fixture
def opened(cast, now):
    """A discussion that Sofia has opened, with Chen as its moderator."""
    return services.open_discussion(values=VALUES, slug="soil-carbon", leaders=[cast.chen], actor=cast.sofia, now=now)


def _acts(forum_id):
    return list(LogEntry.objects.filter(forum_id=forum_id).order_by("pk").values_list("act", flat=True))


def _change(policy, actor, now, *, seen=None, **changes):
    return services.change_discussion(forum_id=policy.forum_id, changes=changes, actor=actor, now=now, seen=seen)


def test_a_discussion_is_opened_with_its_list_and_those_who_lead_it(opened, cast):
    policy = ForumPolicy.objects.select_related("forum").get(pk=opened.pk)
    assert policy.forum.name == "Soil carbon" and policy.forum.mailing_list.name == "soil-carbon"
    assert {name: getattr(policy, name) for name in VALUES if name != "name"} == {
        name: value for name, value in VALUES.items() if name != "name"
    }
    assert "<strong>Why</strong>" in policy.theme_markup
    place = Membership.objects.get(forum_id=policy.forum_id)
    assert (place.member, place.role) == (cast.chen, "moderator")
    assert _acts(policy.forum_id) == ["discussion.open"]


@pytest.mark.parametrize("who", ["amina", "chen", "stella"])
def test_only_the_secretariat_opens_discussions(cast, now, who):
    with pytest.raises(NotAllowed):
        services.open_discussion(values=VALUES, slug="soil", leaders=[], actor=getattr(cast, who), now=now)
    assert not ForumPolicy.objects.filter(forum__name="Soil carbon").exists()


@pytest.mark.parametrize("slug", ["", "Soil", "soil carbon", "-soil", "s" * 25, "soil-bounces", "bödën"])
def test_a_name_that_no_list_can_have_is_refused(cast, now, slug):
    with pytest.raises(Invalid):
        services.open_discussion(values=VALUES, slug=slug, leaders=[], actor=cast.sofia, now=now)


@pytest.mark.parametrize("slug", ["risk", "postmaster"])
def test_a_name_that_is_taken_is_refused(cast, now, slug):
    with pytest.raises(Conflict):
        services.open_discussion(values=VALUES, slug=slug, leaders=[], actor=cast.sofia, now=now)
    assert not ForumPolicy.objects.filter(forum__name="Soil carbon").exists()


def test_a_free_name_is_proposed_from_the_name_of_the_discussion(cast):
    assert services.propose_slug("Soil Carbon!") == "soil-carbon"
    assert services.propose_slug("Risk") == "risk-2"
    assert services.propose_slug("土壤") == "discussion"
    assert len(services.propose_slug("soil " * 40)) <= 24


@pytest.mark.parametrize(
    "dates",
    [
        {"opens_at": 2, "closes_at": 1},
        {"closes_at": -1},
        {"closes_at": 5, "registration_closes_at": 6},
        {"registration_closes_at": -1},
    ],
)
def test_dates_that_cannot_be_are_refused(cast, now, dates):
    values = {**VALUES, **{name: now + timedelta(days=days) for name, days in dates.items()}}
    with pytest.raises(Invalid):
        services.open_discussion(values=values, slug="soil", leaders=[], actor=cast.sofia, now=now)


def test_a_name_of_more_than_a_hundred_letters_is_refused_and_not_cut(cast, now):
    with pytest.raises(Invalid):
        services.open_discussion(
            values={**VALUES, "name": "x" * 101}, slug="soil", leaders=[], actor=cast.sofia, now=now
        )


def test_each_change_is_a_line_of_the_log_that_says_what_it_was(opened, cast, now):
    ends = now + timedelta(days=20)
    changed = _change(
        opened, cast.sofia, now, name="Soil", preset="members", closes_at=ends, theme="Other", language="fr"
    )
    assert changed == ["name", "theme", "closes_at", "preset"]
    entries = LogEntry.objects.filter(forum_id=opened.forum_id).exclude(act="discussion.open").order_by("pk")
    assert [entry.act for entry in entries] == ["discussion.change", "discussion.reword", *["discussion.change"] * 2]
    sentences = [line.sentence for line in lines_of(entries, cast.sofia)]
    assert "closed: participants only" in sentences[3] and "open to members" in sentences[3]
    policy = ForumPolicy.objects.select_related("forum").get(pk=opened.pk)
    assert (policy.forum.name, policy.forum.slug, policy.closes_at) == ("Soil", "soil", ends)
    assert "Other" in policy.theme_html and policy.forum.mailing_list.name == "soil-carbon"


def test_who_changes_nothing_writes_no_line(opened, cast, now):
    assert _change(opened, cast.sofia, now, name="Soil carbon", theme="**Why** it matters") == []
    assert _acts(opened.forum_id) == ["discussion.open"]


def test_moderators_change_words_and_the_end_and_nothing_else(opened, cast, now):
    assert _change(opened, cast.chen, now, background="New.", closes_at=now + timedelta(days=3)) == [
        "background",
        "closes_at",
    ]
    with pytest.raises(NotAllowed):
        _change(opened, cast.chen, now, preset="public")
    with pytest.raises(NotFound):
        _change(opened, cast.stella, now, theme="Mine")


def test_nobody_saves_over_what_another_has_changed(opened, cast, now):
    opened.refresh_from_db()
    seen = {name: text for name, text in texts_of(opened).items() if name in ("theme", "closes_at")}
    _change(opened, cast.sofia, now, theme="Hers", seen={"theme": seen["theme"]})
    with pytest.raises(Stale) as stale:
        _change(opened, cast.chen, now, theme="His", closes_at=None, seen=seen)
    assert "Hers" in stale.value.after and "Why" in stale.value.before
    assert ForumPolicy.objects.get(pk=opened.pk).theme == "Hers"
    # What others changed beside it is no matter of this form.
    _change(opened, cast.chen, now, closes_at=now + timedelta(days=2), seen={"closes_at": ""})


def test_a_discussion_of_a_conference_is_changed_there(cast, now):
    conference = conference_services.convene_conference(
        name="Talks", actor=cast.sofia, now=now, people={cast.chen: "chair"}
    )
    for act in (
        lambda: services.change_discussion(
            forum_id=conference.forum_id, changes={"theme": "x"}, actor=cast.sofia, now=now
        ),
        lambda: services.close_discussion(forum_id=conference.forum_id, actor=cast.chen, now=now),
    ):
        with pytest.raises(NotAllowed) as refused:
            act()
        assert refused.value.code == "owned"


def test_a_discussion_is_closed_and_opened_again_with_a_reason(opened, cast, now):
    services.close_discussion(forum_id=opened.forum_id, actor=cast.chen, now=now)
    with pytest.raises(Conflict):
        services.close_discussion(forum_id=opened.forum_id, actor=cast.sofia, now=now)
    later = now + timedelta(hours=1)
    again = {"forum_id": opened.forum_id, "closes_at": None, "actor": cast.chen, "now": later}
    with pytest.raises(Invalid):
        services.reopen_discussion(**again, reason=" ")
    services.reopen_discussion(**again, reason="New findings")
    assert ForumPolicy.objects.get(pk=opened.pk).closes_at is None
    entry = LogEntry.objects.get(act="discussion.reopen")
    assert (entry.actor, entry.reason) == (cast.chen, "New findings")
    with pytest.raises(Conflict):
        services.reopen_discussion(**again, reason="New findings")


def test_what_is_closed_gets_another_end_only_with_a_reason(opened, cast, now):
    services.close_discussion(forum_id=opened.forum_id, actor=cast.chen, now=now)
    with pytest.raises(Invalid):
        _change(opened, cast.chen, now + timedelta(hours=1), closes_at=now + timedelta(days=3))
    assert not PeriodNotification.objects.filter(kind="extended").exists()
