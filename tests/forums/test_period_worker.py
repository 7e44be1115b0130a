"""What is told as a period begins and ends: once, to those who take part, each in their language."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from forums import services
from forums.models import LogEntry, PeriodNotification
from forums.services import periods
from listserv.models import Procedure
from listserv.outbound.procedures import send_procedures

pytestmark = pytest.mark.django_db
VALUES = {"name": "Soil", "theme": "", "preset": "closed", "language": "en"}


def _open(cast: Any, now: Any, **dates: Any) -> Any:
    days = {name: now + timedelta(days=value) for name, value in dates.items()}
    policy = services.open_discussion(
        values={**VALUES, **days}, slug="soil", leaders=[cast.chen], actor=cast.sofia, now=now
    )
    services.admit_member(forum_id=policy.forum_id, member=cast.amina, now=now)
    return policy


def _told(policy: Any) -> list[str]:
    rows = Procedure.objects.filter(list__forum_id=policy.forum_id).order_by("pk")
    return [row.texts["en"]["subject"].partition(":")[0] for row in rows]


def test_it_tells_the_opening_a_week_a_day_and_the_end_each_at_its_time(cast, now):
    policy = _open(cast, now, opens_at=1, closes_at=30)
    for days in range(40):
        moment = now + timedelta(days=days)
        services.keep_periods(moment)
        # A second worker, or the same one after a restart.
        services.keep_periods(moment)
    soon = "Discussion closes soon"
    assert _told(policy) == ["Discussion open", soon, soon, "Discussion closed"]
    acts = LogEntry.objects.filter(forum_id=policy.forum_id, actor=None).order_by("pk")
    assert list(acts.values_list("act", flat=True)) == ["discussion.opened", "discussion.closed"]


def test_a_short_discussion_is_not_reminded_on_its_first_day(cast, now):
    policy = _open(cast, now, opens_at=1, closes_at=3)
    kinds = PeriodNotification.objects.filter(forum_id=policy.forum_id).values_list("kind", flat=True)
    assert set(kinds) == {"opens", "day", "closes"}


def test_a_worker_that_was_away_tells_what_is_still_true_and_nothing_else(cast, now):
    policy = _open(cast, now, opens_at=1, closes_at=30)
    services.keep_periods(now + timedelta(days=29, hours=2))
    assert _told(policy) == ["Discussion open", "Discussion closes soon"]
    other = now + timedelta(days=31)
    services.keep_periods(other)
    assert _told(policy)[2:] == ["Discussion closed"]
    assert not PeriodNotification.objects.filter(done_at=None).exists()


def test_after_a_long_absence_the_end_alone_is_told(cast, now):
    policy = _open(cast, now, opens_at=1, closes_at=30)
    services.keep_periods(now + timedelta(days=50))
    assert _told(policy) == ["Discussion closed"]


def test_another_end_takes_back_the_reminders_of_the_first_and_is_told(cast, now):
    policy = _open(cast, now, closes_at=30)
    ends = now + timedelta(days=60)
    services.change_discussion(forum_id=policy.forum_id, changes={"closes_at": ends}, actor=cast.chen, now=now)
    services.keep_periods(now + timedelta(minutes=1))
    services.keep_periods(now + timedelta(days=40))
    assert _told(policy) == ["New closing date"]
    services.keep_periods(now + timedelta(days=54))
    assert _told(policy)[1:] == ["Discussion closes soon"]


def test_closing_and_opening_again_are_told_with_the_reason(cast, now):
    policy = _open(cast, now, closes_at=30)
    services.close_discussion(forum_id=policy.forum_id, actor=cast.chen, now=now)
    services.keep_periods(now)
    later = now + timedelta(days=1)
    services.reopen_discussion(
        forum_id=policy.forum_id, closes_at=None, reason="New findings", actor=cast.chen, now=later
    )
    services.keep_periods(later)
    assert _told(policy) == ["Discussion closed", "Discussion open again"]
    assert "New findings" in Procedure.objects.latest("pk").texts["en"]["text"]
    assert "discussion.closed" not in LogEntry.objects.values_list("act", flat=True)


def test_everybody_who_takes_part_is_told_in_their_language(cast, now):
    cast.amina.language = "fr"
    cast.amina.save()
    _open(cast, now, opens_at=1)
    opens = now + timedelta(days=1)
    services.keep_periods(opens)
    send_procedures(opens)
    subjects = {message.to[0]: message.subject for message in mail.outbox}
    assert set(subjects) == {cast.amina.email, cast.chen.email}
    texts = Procedure.objects.get().texts
    assert texts["fr"]["subject"] != texts["en"]["subject"]
    # A header has plain blanks.
    assert texts["fr"]["subject"].replace("\xa0", " ") in subjects[cast.amina.email]
    assert texts["en"]["subject"] in subjects[cast.chen.email]


def test_what_fails_stays_due(cast, now, monkeypatch):
    policy = _open(cast, now, opens_at=1)

    def fail(*_args: Any, **_options: Any) -> None:
        raise RuntimeError("The outlet is down")

    opens = now + timedelta(days=1)
    with monkeypatch.context() as patched:
        patched.setattr(periods, "_notification", fail)
        with pytest.raises(RuntimeError):
            services.keep_periods(opens)
    assert services.keep_periods(opens) == 1
    assert _told(policy) == ["Discussion open"]
