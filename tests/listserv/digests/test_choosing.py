"""Digests: what becomes of one when another way of delivery is chosen, or a pause begins."""

from datetime import UTC, datetime

import pytest

from forums import services as forum_services
from hub.lib.errors import Invalid, NotFound
from listserv import services, tokens
from listserv.models import Notice, Subscription
from tests.listserv.digests.conftest import DAY, finish_mailings, letters, run, text_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("other", ["each", "notices"])
def test_a_digest_that_ends_sends_what_it_has_gathered(cast, take, far, now, other):
    row = take(cast.boris)
    cast.say(cast.amina, "Gathered.", now=now)
    take(cast.boris, other)
    [mail] = letters(cast.boris)
    assert "Gathered." in text_of(mail) and mail["List-Unsubscribe"]
    assert tokens.read_bounce(Notice.objects.get().envelope_from.split("+")[1].split("@")[0]).subscription_id == row.pk
    cast.say(cast.amina, "Later.", now=now)
    assert run(row.digest_at) == 0
    row.refresh_from_db()
    assert row.digest_at is None


def test_no_mail_means_none_not_even_a_last_one(cast, take, far, now):
    row = take(cast.boris)
    cast.say(cast.amina, now=now)
    take(cast.boris, "none")
    assert not letters(cast.boris) and run(row.digest_at) == 0


def test_from_daily_to_weekly_keeps_what_was_gathered(cast, take, far, now):
    take(cast.boris)
    cast.say(cast.amina, "Gathered.", now=now)
    row = take(cast.boris, "digest-weekly")
    assert not letters(cast.boris) and row.digest_at == datetime(2026, 11, 30, 7, tzinfo=UTC)
    assert run(row.digest_at) == 1 and "Gathered." in text_of(far.to(cast.boris)[0])


def test_choosing_the_same_again_changes_nothing(cast, take, now):
    row = take(cast.boris)
    cast.say(cast.amina, now=now)
    again = take(cast.boris)
    assert (again.digest_since, again.digest_at) == (row.digest_since, row.digest_at) and not letters(cast.boris)


def test_a_pause_sends_what_was_gathered_and_makes_up_for_nothing(cast, risk, take, far, now):
    row = take(cast.boris)
    cast.say(cast.amina, "Gathered.", now=now)
    row = services.pause(list_id=risk.pk, member=cast.boris, until=now + 3 * DAY, now=now)
    assert "Gathered." in text_of(letters(cast.boris)[0])
    assert row.digest_at == datetime(2026, 11, 28, 7, tzinfo=UTC)
    cast.say(cast.amina, "Meanwhile.", now=now + DAY)
    assert run(now + 2 * DAY) == 0
    cast.say(cast.amina, "Afterwards.", now=now + 3 * DAY + DAY / 10)
    run(row.digest_at)
    [mail] = far.to(cast.boris)
    assert "Afterwards." in text_of(mail) and "Meanwhile." not in text_of(mail)


def test_a_pause_ends_early_when_asked(cast, risk, take, far, now):
    take(cast.boris)
    services.pause(list_id=risk.pk, member=cast.boris, until=now + 30 * DAY, now=now)
    cast.say(cast.amina, "Meanwhile.", now=now)
    finish_mailings()
    row = services.resume(list_id=risk.pk, member=cast.boris, now=now + DAY / 2)
    assert row.paused_until is None and row.digest_at == datetime(2026, 11, 25, 7, tzinfo=UTC)
    cast.say(cast.amina, "Afterwards.", now=now + DAY / 2)
    run(row.digest_at)
    [mail] = far.to(cast.boris)
    assert "Afterwards." in text_of(mail) and "Meanwhile." not in text_of(mail)


@pytest.mark.parametrize("days", [0, -1, 3_661])
def test_a_pause_is_at_most_ten_years_and_never_past(cast, risk, take, now, days):
    take(cast.boris)
    with pytest.raises(Invalid):
        services.pause(list_id=risk.pk, member=cast.boris, until=now + days * DAY, now=now)


def test_who_is_not_on_the_roster_cannot_pause(cast, risk, now):
    for act in (services.resume, lambda **who: services.pause(until=now + DAY, **who)):
        with pytest.raises(NotFound):
            act(list_id=risk.pk, member=cast.stella, now=now)


def test_coming_back_to_a_discussion_begins_anew(cast, risk, take, far, now):
    take(cast.boris)
    forum_services.remove_member(forum_id=cast.forum_id, member=cast.boris, now=now)
    cast.say(cast.amina, "While away.", now=now)
    finish_mailings()
    forum_services.admit_member(forum_id=cast.forum_id, member=cast.boris, now=now + DAY)
    row = Subscription.objects.get(member=cast.boris)
    assert row.delivery == "digest-daily" and run(row.digest_at) == 1 and not far.copies


def test_each_choice_is_kept_when_another_is_made(cast, risk, take, now):
    from allauth.account.models import EmailAddress

    second = EmailAddress.objects.create(user=cast.boris, email="b@second.example", verified=True)
    take(cast.boris, address_id=second.pk, files="attach", language="fr", own_copy=False)
    row = services.set_delivery(list_id=risk.pk, member=cast.boris, delivery="notices", now=now)
    assert (row.recipient, row.files, row.language, row.own_copy) == ("b@second.example", "attach", "fr", False)
    row = services.set_delivery(list_id=risk.pk, member=cast.boris, address_id=None, language="", now=now)
    assert (row.delivery, row.address, row.language) == ("notices", None, "")
    for wrong in ({"delivery": "hourly"}, {"files": "zip"}, {"language": "xx"}, {"address_id": 10**9}):
        with pytest.raises(Invalid):
            services.set_delivery(list_id=risk.pk, member=cast.boris, now=now, **wrong)
