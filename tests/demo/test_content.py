"""The demo content is whole: everybody exists, every answer has its question, all regions and languages speak."""

import re
import zoneinfo
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import pytest
from django.conf import settings

from hub.demo import reader
from hub.demo.reader import Gathering, ScriptedThread, When
from hub.members.regions import NAMES, region_of

ROLES = {"secretariat", "moderator", "rapporteur", "chair", "member", "stranger"}
# What tells apart the scripts and languages that must be heard.
SCRIPTS = {"Arabic": r"[\u0600-\u06ff]{3}", "Chinese": r"[\u4e00-\u9fff]{3}", "Russian": r"[\u0400-\u04ff]{3}"}


def gatherings() -> list[Gathering]:
    return [*reader.discussions(), *reader.conferences(), *reader.groups()]


def threads() -> list[tuple[Gathering, ScriptedThread]]:
    return [(gathering, thread) for gathering in gatherings() for thread in gathering.threads]


def opens(gathering: Gathering, now: datetime) -> datetime:
    return gathering.days("opens" if "opens" in gathering.header else "term_from", now)


@pytest.fixture
def people() -> dict[str, dict[str, Any]]:
    return {person["key"]: person for person in reader.people()}


def test_about_forty_members_come_from_all_five_regional_groups(people: dict[str, dict[str, Any]]) -> None:
    regions = [region_of(person["country"]) for person in people.values()]
    assert 38 <= len(people) <= 46
    assert {code: regions.count(code) >= 4 for code in NAMES} == dict.fromkeys(NAMES, True)


def test_every_member_has_a_language_a_time_zone_and_an_address_that_cannot_exist(people: dict[str, Any]) -> None:
    known = dict(settings.LANGUAGES)
    for person in people.values():
        assert person["language"] in known
        assert person["time_zone"] in zoneinfo.available_timezones()
        assert person["email"].endswith(".example")
    assert {person["language"] for person in people.values()} == set(known)
    assert len({person["email"] for person in people.values()}) == len(people)


def test_every_role_has_an_account_with_a_long_password(people: dict[str, Any]) -> None:
    accounts = [person for person in people.values() if "role" in person]
    assert {person["role"] for person in accounts} == ROLES
    assert all(len(person["password"]) >= 10 for person in accounts)
    assert any(person["language"] == "ar" for person in accounts if person["role"] == "member")
    assert len([person for person in accounts if person["role"] == "member"]) >= 2


def test_the_accounts_stand_where_the_tour_needs_them(people: dict[str, Any]) -> None:
    closed = reader.discussions()[0]
    running = reader.conferences()[-1]
    for person in people.values():
        role = person.get("role")
        if role in {"moderator", "rapporteur", "chair", "member"}:
            assert person["key"] in closed.people
            assert person["key"] in running.people
        if role == "stranger":
            assert all(person["key"] not in gathering.people for gathering in gatherings())
    assert running.people[next(key for key, person in people.items() if person.get("role") == "chair")] == "chair"


def test_the_discussions_are_one_closed_one_for_members_one_readable_in_three_languages() -> None:
    presets = [(discussion.header["preset"], discussion.header["language"]) for discussion in reader.discussions()]
    assert sorted(presets) == [("closed", "en"), ("members", "fr"), ("readable", "es")]
    for discussion in reader.discussions():
        assert discussion.sections["Theme"]
        assert len(discussion.sections["Guiding questions"].splitlines()) >= 3
        assert len(discussion.threads) >= 3


def test_every_word_is_by_somebody_with_a_place_there(people: dict[str, Any]) -> None:
    for gathering, thread in threads():
        allowed = {*gathering.people, gathering.header.get("organiser"), gathering.header.get("secretary")}
        strangers = {word.author for word in thread.words if not word.is_gavel} - (allowed & set(people))
        assert not strangers, (thread.path, strangers)


def test_every_answer_follows_what_it_answers() -> None:
    for _gathering, thread in threads():
        spoken = [word for word in thread.words if not word.is_gavel]
        assert [word.number for word in spoken] == list(range(1, len(spoken) + 1)), thread.path
        assert all(0 <= word.parent < word.number for word in spoken), thread.path


def test_contributions_have_substance_and_no_filler() -> None:
    contributions = [word for _, thread in threads() for word in thread.words]
    lengths = [len(re.findall(r"[\w\u4e00-\u9fff]", word.text)) for word in contributions]
    assert len(contributions) >= 120
    assert sum(length > 200 for length in lengths) > 0.8 * len(contributions)
    assert not [word for word in contributions if re.search(r"(?i:lorem|ipsum)|TODO|XXX", word.text)]


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_script_is_heard_in_a_discussion(script: str) -> None:
    discussed = [thread for discussion in reader.discussions() for thread in discussion.threads]
    words = chain.from_iterable(thread.words for thread in discussed)
    assert any(re.search(SCRIPTS[script], word.text) for word in words)


def test_people_speak_by_every_channel() -> None:
    assert {word.origin for _, thread in threads() for word in thread.words} == {"web", "mail", "live"}


@pytest.mark.parametrize("hour", [0, 5, 12, 23])
def test_the_story_is_in_order_and_in_the_past_at_any_hour_of_loading(hour: int) -> None:
    now = datetime(2026, 11, 24, hour, 2, tzinfo=UTC)
    for gathering, thread in threads():
        moments = thread.moments(opens(gathering, now), now)
        assert moments == sorted(set(moments)), thread.path
        assert moments[-1] < now
        assert moments[0] >= opens(gathering, now)


def test_one_conference_is_over_with_three_items_and_one_is_running() -> None:
    now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    finished, running = reader.conferences()
    assert finished.days("closes", now) < now < running.days("closes", now)
    assert len(finished.threads) == 3
    assert all(thread.gavel for thread in finished.threads)
    assert finished.header["symbol"] == "BSN/EC/2026/1"
    for thread in finished.threads:
        start, end = thread.session_hours(finished.days("opens", now))
        assert start < end < now
        moments = thread.moments(finished.days("opens", now), now)
        live = [at for word, at in zip(thread.words, moments, strict=True) if word.origin == "live"]
        assert all(start <= at <= end for at in live)
    assert [thread.header["session"] for thread in running.threads][1:] == ["now", "now"]


def test_a_quoted_block_is_folded_away_and_nothing_of_it_is_lost() -> None:
    folded = [word for _, thread in threads() for word in thread.words if word.folded]
    assert folded
    assert all("~~~" not in word.text + word.folded and "> " in word.folded for word in folded)
    assert all("~~~ quoted" not in word.text for _, thread in threads() for word in thread.words)


def test_a_moment_counts_days_from_the_opening_and_hours_from_the_loading() -> None:
    start, now = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    assert When(day=1).at(start, now) == start
    assert When(hours=26).at(start, now) == now - timedelta(hours=26)


def test_a_line_that_cannot_be_read_is_named_with_its_file(tmp_path: Any) -> None:
    path = tmp_path / "1-odd.md"
    path.write_text("# Odd\n\n## 1. somebody, pigeon, day 1 09:00\nWords.\n", encoding="utf-8")
    with pytest.raises(reader.ContentError, match=r"1-odd\.md.*pigeon"):
        reader.read_thread(path)


def test_content_files_are_short_enough_to_edit() -> None:
    paths = list(reader.CONTENT.rglob("*.*"))
    assert len(paths) > 10
    for path in paths:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path
