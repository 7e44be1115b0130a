"""Digests: what is in them, for whom, when, and what happens when something goes wrong."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from forums import services as forums
from forums.models import ForumPolicy
from hub.lib.errors import Invalid, NotFound
from listserv import services, tokens
from listserv.digest_times import next_at
from listserv.digests import digest_worker
from listserv.digests.render import Digest
from listserv.digests.select import EXCERPT_LEAST, EXCERPT_MOST, ITEMS, LEFT_OUT, excerpt, gather, room_for
from listserv.mail.smtp.transport import DeliveryResult, Outcome
from listserv.models import Bounce, Mailing, MailingList, Notice, Subscription

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


class Far:
    """A far end that keeps what it takes; ``reply`` is what it says."""

    def __init__(self) -> None:
        self.outcome = Outcome.SENT
        self.copies: list[tuple[str, str, EmailMessage]] = []

    def send(self, batch: Any) -> list[DeliveryResult]:
        """Take each, or say what is set."""
        if self.outcome is Outcome.SENT:
            for copy in batch:
                mail = message_from_bytes(b"".join(copy.parts), policy=policy.default)
                self.copies.append((copy.sender, copy.recipient, mail))
        return [DeliveryResult(self.outcome, "a reply") for _ in batch]

    def to(self, member: Any) -> list[EmailMessage]:
        """The mails for one member."""
        return [mail for _, recipient, mail in self.copies if recipient == member.email]


@pytest.fixture
def far(monkeypatch: Any) -> Far:
    made = Far()
    monkeypatch.setattr(digest_worker, "transport", lambda: made)
    return made


@pytest.fixture
def risk(cast):
    return MailingList.objects.get()


@pytest.fixture
def take(cast, risk, now):
    """Return a function that sets a member's delivery."""

    def choose(member: Any, delivery: str = "digest-daily", **choices: Any) -> Subscription:
        return services.set_delivery(list_id=risk.pk, member=member, delivery=delivery, now=now, **choices)

    return choose


def run(at: datetime) -> int:
    done = 0
    while more := digest_worker.send_digests(at):
        done += more
    return done


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    return str(mail.get_body((kind,)).get_content())


def finish_mailings() -> None:
    Mailing.objects.update(state="done")


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
        for said in (first, other, answer):
            assert f"/c/{said.number}/" in text
            assert f"#{said.number}" in text and "+r." not in text
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
    said = cast.say(cast.amina, "Words.", subject="Baselines", now=now)
    cast.say(cast.chen, "More.", parent=said.number, now=now)
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
    said = cast.say(cast.amina, "word " * 500, subject="Long", now=now)
    run(row.digest_at)
    [mail] = far.to(cast.boris)
    assert LEFT_OUT in text_of(mail) and text_of(mail).count("word") <= 120 and f"GET {said.number}" in text_of(mail)
    assert f'"mailto:risk-request@lists.hub.example?subject=GET%20{said.number}"' in text_of(mail, "html")


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
    assert room_for(1) == EXCERPT_MOST > room_for(30) > room_for(100) == EXCERPT_LEAST


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
    forums.edit_contribution(number=edited.number, actor=cast.amina, text="First.", now=now)
    run(row.digest_at)
    [mail] = far.to(cast.boris)
    assert "First." in text_of(mail) and "Frist." not in text_of(mail)


def test_what_is_held_comes_in_the_digest_after_its_approval(cast, take, far, now):
    ForumPolicy.objects.update(moderated=True)
    row = take(cast.boris)
    held = cast.say(cast.amina, "Wait for me.", now=now)
    cast.say(cast.chen, "I need not wait.", now=now)
    run(row.digest_at)
    forums.approve_contribution(number=held.number, actor=cast.chen, now=row.digest_at + DAY / 2)
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
    for index in range(ITEMS + 2):
        cast.say(cast.chen, f"Word {index}.", now=now)
    assert run(row.digest_at) == 2
    first, second = far.to(cast.boris)
    assert f": {ITEMS} " in first["Subject"] and ": 2 " in second["Subject"]
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
    forums.remove_member(forum_id=cast.forum_id, member=cast.boris, now=now)
    Subscription.objects.filter(member=cast.oona).update(suspended_at=now, suspended_for="bounces")
    take(cast.amina, "none")
    assert run(row.digest_at) == 0 and not far.copies and not Notice.objects.exists()
    # Taken up again, nothing is lost.
    Subscription.objects.filter(member=cast.oona).update(suspended_at=None)
    assert run(row.digest_at + DAY) == 1 and far.to(cast.oona)


def test_one_rendering_serves_all_and_queries_do_not_grow_with_the_members(
    cast, take, far, now, make_member, risk, django_assert_max_num_queries
):
    for index in range(20):
        member = make_member(f"Number {index}")
        forums.admit_member(forum_id=cast.forum_id, member=member, now=now)
        row = take(member)
    cast.say(cast.amina, now=now)
    with django_assert_max_num_queries(18):
        assert digest_worker.send_digests(row.digest_at) == 20
    assert len({mail["Message-ID"] for _, _, mail in far.copies}) == 20


# --- Changes of mind ----------------------------------------------------------------------------------------------


def letters(member: Any) -> list[EmailMessage]:
    rows = [row for row in Notice.objects.order_by("pk") if row.recipients == [member.email]]
    return [message_from_bytes(bytes(row.raw), policy=policy.default) for row in rows]


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
    forums.remove_member(forum_id=cast.forum_id, member=cast.boris, now=now)
    cast.say(cast.amina, "While away.", now=now)
    finish_mailings()
    forums.admit_member(forum_id=cast.forum_id, member=cast.boris, now=now + DAY)
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


# --- When something goes wrong ------------------------------------------------------------------------------------


class Killed(BaseException):
    """The worker dies here."""


def test_a_worker_killed_before_the_record_sends_the_same_message_again_and_no_more(cast, take, far, now, monkeypatch):
    row = take(cast.boris)
    cast.say(cast.amina, now=now)

    def die(*_: Any) -> int:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(digest_worker, "_store", die)
        with pytest.raises(Killed):
            digest_worker.send_digests(row.digest_at)
    # Its lease keeps others off; then another worker takes over.
    assert digest_worker.send_digests(row.digest_at + digest_worker.LEASE / 2) == 0
    assert digest_worker.send_digests(row.digest_at + digest_worker.LEASE * 2) == 1
    first, again = far.to(cast.boris)
    assert first["Message-ID"] == again["Message-ID"]
    assert run(row.digest_at + digest_worker.LEASE * 4) == 0


def test_a_worker_killed_before_sending_loses_nothing(cast, take, far, now, monkeypatch):
    row = take(cast.boris)
    cast.say(cast.amina, now=now)

    def die(_batch: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(far, "send", die)
        with pytest.raises(Killed):
            digest_worker.send_digests(row.digest_at)
    assert run(row.digest_at + digest_worker.LEASE * 2) == 1 and len(far.to(cast.boris)) == 1


def test_who_lost_the_claim_moves_nothing(cast, take, far, now, monkeypatch):
    row = take(cast.boris)
    cast.say(cast.amina, now=now)
    send = far.send

    def slow(batch: Any) -> Any:
        Subscription.objects.filter(pk=row.pk).update(digest_claimed_until=now + 9 * DAY)
        return send(batch)

    monkeypatch.setattr(far, "send", slow)
    assert digest_worker.send_digests(row.digest_at) == 0
    row.refresh_from_db()
    assert row.digest_claimed_until == now + 9 * DAY


@pytest.mark.parametrize("outcome", [Outcome.LATER, Outcome.UNREACHED])
def test_what_is_not_taken_is_tried_again_and_holds_no_lock(cast, take, far, now, outcome):
    row = take(cast.boris)
    cast.say(cast.amina, now=now)
    far.outcome = outcome
    assert digest_worker.send_digests(row.digest_at) == 0 and digest_worker.send_digests(row.digest_at) == 0
    far.outcome = Outcome.SENT
    assert run(row.digest_at + timedelta(minutes=2)) == 1 and len(far.to(cast.boris)) == 1


def test_a_refusal_counts_as_a_bounce_and_the_digest_is_not_said_again(cast, take, far, now, monkeypatch):
    row = take(cast.boris)
    said = cast.say(cast.amina, now=now)
    refusal = [DeliveryResult(Outcome.FAILED, "550 5.1.1 no such mailbox")]
    monkeypatch.setattr(far, "send", lambda _batch: refusal)
    assert digest_worker.send_digests(row.digest_at) == 1 and digest_worker.send_digests(row.digest_at) == 0
    bounce = Bounce.objects.get()
    assert (bounce.subscription_id, bounce.number, bounce.kind) == (row.pk, said.number, "permanent")


def test_what_was_not_taken_for_days_comes_with_the_next_one(cast, take, far, now):
    row = take(cast.boris)
    cast.say(cast.amina, "Old.", now=now)
    far.outcome = Outcome.LATER
    late = row.digest_at + digest_worker.GIVE_UP + DAY / 2
    assert digest_worker.send_digests(late) == 1
    far.outcome = Outcome.SENT
    assert run(late + DAY) == 1 and "Old." in text_of(far.to(cast.boris)[0])


def test_one_digest_that_cannot_be_written_keeps_no_other_waiting(cast, take, far, now, monkeypatch, caplog):
    row = take(cast.boris)
    take(cast.oona)
    cast.say(cast.amina, now=now)
    real = digest_worker.Digest.envelope

    def broken(self: Any, subscription: Subscription) -> Any:
        if subscription.pk == row.pk:
            raise ValueError("odd")
        return real(self, subscription)

    monkeypatch.setattr(digest_worker.Digest, "envelope", broken)
    assert (
        digest_worker.send_digests(row.digest_at) == 1 and far.to(cast.oona) and "could not be written" in caplog.text
    )
    monkeypatch.setattr(digest_worker.Digest, "envelope", real)
    assert run(row.digest_at + timedelta(minutes=2)) == 1 and far.to(cast.boris)
