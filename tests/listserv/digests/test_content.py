"""Digests: when they go, what is in them, and for whom."""

from datetime import UTC, datetime

import pytest

from forums import services as forum_services
from forums.models import ForumPolicy
from listserv import tokens
from listserv.digest_times import next_at
from listserv.digests import digest_worker
from listserv.digests.render import Digest
from listserv.digests.select import (
    EXCERPT_LEAST_BYTES,
    EXCERPT_MOST_BYTES,
    LEFT_OUT,
    MAX_CONTRIBUTIONS,
    excerpt,
    gather,
    room_for,
)
from listserv.mail.smtp.transport import DeliveryResult, Outcome
from listserv.models import Notice, Subscription
from tests.listserv.digests.conftest import DAY, finish_mailings, run, text_of

pytestmark = pytest.mark.django_db


# --- When ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("delivery", "zone", "after", "expected"),
    [
        ("digest-daily", "UTC", "2026-11-24T06:59", "2026-11-24T07:00"),
        ("digest-daily", "UTC", "2026-11-24T07:00", "2026-11-25T07:00"),
        # The clocks of Zagreb change on 25 October 2026 and on 28 March 2027, at night.
        ("digest-daily", "Europe/Zagreb", "2026-10-24T05:00", "2026-10-25T06:00"),
        ("digest-daily", "Europe/Zagreb", "2027-03-27T06:00", "2027-03-28T05:00"),
        ("digest-daily", "Asia/Kathmandu", "2026-11-24T02:00", "2026-11-25T01:15"),
        ("digest-daily", "Pacific/Auckland", "2026-11-24T12:00", "2026-11-24T18:00"),
        # Tuesday; the next Monday. Then a Monday before and at seven.
        ("digest-weekly", "UTC", "2026-11-24T09:00", "2026-11-30T07:00"),
        ("digest-weekly", "UTC", "2026-11-30T06:00", "2026-11-30T07:00"),
        ("digest-weekly", "UTC", "2026-11-30T07:00", "2026-12-07T07:00"),
        # Monday there, still Sunday here.
        ("digest-weekly", "Pacific/Auckland", "2026-11-29T17:00", "2026-11-29T18:00"),
        ("digest-daily", "No/Such", "2026-11-24T06:59", "2026-11-24T07:00"),
    ],
)
def test_a_digest_goes_at_seven_where_the_member_is(delivery, zone, after, expected):
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)
    assert next_at(delivery, zone, moment) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


# --- What ---------------------------------------------------------------------------------------------------------


def test_a_digest_holds_contents_threads_and_the_ways_to_answer(cast, take, far, now):
    row = take(cast.boris)
    first = cast.say(cast.amina, "We need a baseline.", subject="Baselines", now=now)
    other = cast.say(cast.chen, "Who comes?", subject="The meeting", now=now)
    answer = cast.say(cast.chen, "Twice a year. <b>&", parent=first.number, now=now + DAY / 3)
    assert run(now) == 0 and run(row.digest_at) == 1 and run(row.digest_at) == 0
    [(sender, recipient, mail)] = far.copies
    assert recipient == cast.boris.email
    assert tokens.read_bounce(sender.split("+")[1].split("@")[0]) == tokens.BounceToken(row.pk, answer.number)
    assert mail["Subject"] == "[risk] Digest of 25 November 2026: 3 contributions"
    assert mail["Precedence"] == "list" and mail["List-Unsubscribe-Post"] and mail["Auto-Submitted"]
    assert tokens.leave_token(row.pk) in mail["List-Unsubscribe"] and "risk-request+" in mail["Reply-To"]
    for kind in ("plain", "html"):
        text = text_of(mail, kind)
        for contribution in (first, other, answer):
            assert f"/c/{contribution.number}/" in text
            assert f"#{contribution.number}" in text and "+r." not in text
        assert "We need a baseline." in text and "Amina Diallo" in text and "Senegal" in text
        # The answer stands with its thread, before the other one.
        assert text.index("We need a baseline.") < text.index("Twice a year.") < text.index("Who comes?")
        assert text.index("Baselines") < text.index("The meeting") < text.index("We need a baseline.")
    assert "Twice a year. <b>&" in text_of(mail) and "Twice a year. &lt;b&gt;&amp;" in text_of(mail, "html")


def test_no_line_is_over_what_mail_carries_and_all_is_ascii_with_crlf(cast, take, far, now, monkeypatch):
    raws: list[bytes] = []
    monkeypatch.setattr(
        far, "send", lambda batch: [raws.append(b"".join(c.parts)) or DeliveryResult(Outcome.SENT) for c in batch]
    )
    row = take(cast.boris, language="ar")
    cast.say(cast.amina, "خط الأساس " * 400 + "x" * 3000, subject="خطوط الأساس", now=now)
    run(row.digest_at)
    [raw] = raws
    assert raw.isascii() and b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_it_speaks_the_language_and_the_zone_of_the_subscription(cast, take, far, now):
    cast.boris.time_zone = "Africa/Nairobi"
    cast.boris.save()
    row = take(cast.boris, language="ar")
    assert row.digest_at == datetime(2026, 11, 25, 4, tzinfo=UTC)
    contribution = cast.say(cast.amina, "Words.", subject="Baselines", now=now)
    cast.say(cast.chen, "More.", parent=contribution.number, now=now)
    run(row.digest_at)
    [mail] = far.to(cast.boris)
    # Names are isolated in their line, and stand apart as the language has it.
    assert "\u2068Baselines\u2069 (2): \u2068Amina Diallo\u2069، \u2068Chen Wei\u2069" in text_of(mail)
    assert "<bdi>Amina Diallo</bdi>، <bdi>Chen Wei</bdi>" in text_of(mail, "html")
    assert "\u2068Amina Diallo\u2069 (السنغال)، 24" in text_of(mail)
    assert mail["Content-Language"] == "ar" and 'dir="rtl"' in text_of(mail, "html")
    assert "12:00" in text_of(mail) and "Africa/Nairobi (UTC+03:00)" in text_of(mail)
    assert text_of(mail).startswith("\u200f")


def test_long_texts_are_cut_with_a_way_to_the_whole(cast, take, far, now):
    row = take(cast.boris)
    contribution = cast.say(cast.amina, "word " * 500, subject="Long", now=now)
    run(row.digest_at)
    [mail] = far.to(cast.boris)
    assert LEFT_OUT in text_of(mail) and text_of(mail).count("word") <= 120
    assert f"GET {contribution.number}" in text_of(mail)
    assert f'"mailto:risk-request@lists.hub.example?subject=GET%20{contribution.number}"' in text_of(mail, "html")


@pytest.mark.parametrize(
    ("text", "expected", "cut"),
    [
        ("Short.", "Short.", False),
        ("> old\n> older\n\nNew.", "New.", False),
        ("One.\n> q\n>\n> r\n\n> s\nTwo.\n\n\n\nThree.\n> tail", f"One.\n{LEFT_OUT}\n\nTwo.\n\nThree.", False),
        ("a" * 110, "a" * 110, False),
        ("a" * 130, "a" * 100, True),
        ("word " * 30, " ".join(["word"] * 20), True),
        ("> only\n> quoted", "", False),
        ("", "", False),
        ("汉" * 50, "汉" * 33, True),
    ],
)
def test_excerpts_leave_quotes_out_and_end_at_a_word(text, expected, cut):
    assert excerpt(text, 100) == (expected, cut)


def test_a_busy_week_has_shorter_excerpts():
    assert room_for(1) == EXCERPT_MOST_BYTES > room_for(30) > room_for(100) == EXCERPT_LEAST_BYTES


def test_a_busy_digest_stays_light(cast, risk, take, now):
    """The bench weighs a whole week; this keeps what one contribution costs besides its words."""
    row = take(cast.boris)
    for index in range(12):
        cast.say(cast.chen, f"Baselines, counted {index} times a year. " * 60, subject="Baselines", now=now)
    gathered = gather(risk, row.digest_since)
    copy = Digest(risk, gathered, language="en", zone="UTC", now=now).envelope(row)
    assert copy.size < 3_000 + 12 * (2 * room_for(12) + 600)


def test_texts_are_those_of_the_moment_of_sending(cast, take, far, now):
    row = take(cast.boris)
    edited = cast.say(cast.amina, "Frist.", subject="Order", now=now)
    forum_services.edit_contribution(number=edited.number, actor=cast.amina, text="First.", now=now)
    run(row.digest_at)
    [mail] = far.to(cast.boris)
    assert "First." in text_of(mail) and "Frist." not in text_of(mail)


def test_what_is_held_comes_in_the_digest_after_its_approval(cast, take, far, now):
    ForumPolicy.objects.update(moderated=True)
    row = take(cast.boris)
    held = cast.say(cast.amina, "Wait for me.", now=now)
    cast.say(cast.chen, "I need not wait.", now=now)
    run(row.digest_at)
    forum_services.approve_contribution(number=held.number, actor=cast.chen, now=row.digest_at + DAY / 2)
    run(row.digest_at + DAY)
    first, second = far.to(cast.boris)
    assert "Wait for me." not in text_of(first) and "Wait for me." in text_of(second)
    assert "I need not wait." not in text_of(second)


def test_own_words_are_left_out_for_who_wants_no_own_copy(cast, take, far, now):
    row = take(cast.boris, own_copy=False)
    take(cast.amina, own_copy=False)
    take(cast.oona)
    cast.say(cast.boris, "Mine.", now=now)
    run(row.digest_at)
    assert not far.to(cast.boris)
    assert "Mine." in text_of(far.to(cast.amina)[0]) and "Mine." in text_of(far.to(cast.oona)[0])


def test_more_than_a_digest_holds_comes_in_several_at_once(cast, take, far, now):
    row = take(cast.boris)
    for index in range(MAX_CONTRIBUTIONS + 2):
        cast.say(cast.chen, f"Word {index}.", now=now)
    assert run(row.digest_at) == 2
    first, second = far.to(cast.boris)
    assert f": {MAX_CONTRIBUTIONS} " in first["Subject"] and ": 2 " in second["Subject"]
    assert first["Message-ID"] != second["Message-ID"]


# --- For whom -----------------------------------------------------------------------------------------------------


def test_nothing_new_is_no_mail_and_the_next_one_comes_a_day_later(cast, take, far, now):
    row = take(cast.boris)
    assert run(row.digest_at) == 1 and not far.copies
    due = row.digest_at
    row.refresh_from_db()
    assert row.digest_at == due + DAY and row.digest_claimed_until is None


def test_the_first_digest_holds_what_came_after_the_switch(cast, take, far, now):
    cast.say(cast.amina, "Before.", now=now)
    finish_mailings()
    row = take(cast.boris)
    cast.say(cast.amina, "After.", now=now)
    run(row.digest_at)
    [mail] = far.to(cast.boris)
    assert "After." in text_of(mail) and "Before." not in text_of(mail)


def test_what_the_walk_has_not_yet_brought_comes_in_the_first_digest(cast, take, far, now):
    cast.say(cast.amina, "On its way.", now=now)
    row = take(cast.boris)
    run(row.digest_at)
    assert "On its way." in text_of(far.to(cast.boris)[0])


def test_who_may_no_longer_read_gets_nothing(cast, take, far, now):
    row = take(cast.boris)
    take(cast.oona)
    cast.say(cast.amina, "A secret.", now=now)
    # Not by the service, which ends the subscription too: the door itself must hold.
    cast.policy.forum.memberships.filter(member=cast.boris).update(left_at=now)
    assert run(row.digest_at) == 2 and not far.to(cast.boris) and far.to(cast.oona)


def test_who_is_put_out_suspended_or_without_mail_gets_nothing(cast, take, far, now):
    row = take(cast.boris)
    for member in (cast.amina, cast.oona):
        take(member)
    cast.say(cast.chen, now=now)
    forum_services.remove_member(forum_id=cast.forum_id, member=cast.boris, now=now)
    Subscription.objects.filter(member=cast.oona).update(suspended_at=now, suspended_for="bounces")
    take(cast.amina, "none")
    assert run(row.digest_at) == 0 and not far.copies and not Notice.objects.exists()
    # Taken up again, nothing is lost.
    Subscription.objects.filter(member=cast.oona).update(suspended_at=None, suspended_for="")
    assert run(row.digest_at + DAY) == 1 and far.to(cast.oona)


def test_one_rendering_serves_all_and_queries_do_not_grow_with_the_members(
    cast, take, far, now, make_member, risk, django_assert_max_num_queries
):
    for index in range(20):
        member = make_member(f"Number {index}")
        forum_services.admit_member(forum_id=cast.forum_id, member=member, now=now)
        row = take(member)
    cast.say(cast.amina, now=now)
    with django_assert_max_num_queries(19):
        assert digest_worker.send_digests(row.digest_at) == 20
    assert len({mail["Message-ID"] for _, _, mail in far.copies}) == 20
