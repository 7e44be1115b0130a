"""Publishing what was accepted: threads, exactly once, retries, and the subaddresses."""

import time
from datetime import timedelta

import pytest

from forums import services as forum_services
from forums.models import Contribution
from hub.lib.clock import now as clock
from hub.lib.errors import NotFound
from listserv import tokens
from listserv.gateway import states, worker
from listserv.gateway.recipients import resolve
from listserv.models import InboundMail, Notice, Subscription
from tests.listserv.gateway.conftest import accept, drain, only_row, plain_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def risk(cast):
    """The closed discussion's list."""
    return cast.policy.forum.mailing_list


def reply_to(risk, member, contribution):
    """The reply address in the member's copy of a contribution."""
    return tokens.reply_address(risk.name, member_id=member.pk, number=contribution.number, list_id=risk.pk)


def test_reply_is_found_by_in_reply_to_then_by_references(cast, risk, now):
    first = cast.say(cast.boris, subject="First", now=now)
    second = cast.say(cast.boris, subject="Second", now=now)
    headers = {"In_Reply_To": f"<{first.message_id}>", "References": f"<{second.message_id}>"}
    accept(plain_message("To one.", who=cast.amina, **headers), risk.address, member=cast.amina)
    references = f"<x@y> <{first.message_id}> <{second.message_id}> <z@y>"
    accept(plain_message("To two.", who=cast.amina, References=references), risk.address, member=cast.amina)
    drain()
    parents = dict(Contribution.objects.filter(origin="mail").values_list("post__content", "parent"))
    assert {str(text): parent for text, parent in parents.items()} == {"To one.": first.pk, "To two.": second.pk}


def test_references_pick_no_thread_outside_the_addressed_list(cast, risk, now, make_member):
    other = forum_services.create_forum(name="Secret", slug="secret", preset="closed", now=now)
    forum_services.admit_member(forum_id=other.forum_id, member=cast.boris, now=now)
    draft = forum_services.Draft(forum_id=other.forum_id, text="Hidden.", subject="Hidden")
    secret = forum_services.publish(draft=draft, author=cast.boris, origin="web", now=now).contribution
    raw = plain_message(who=cast.amina, subject="Re: Hidden", In_Reply_To=f"<{secret.message_id}>")
    accept(raw, risk.address, member=cast.amina)
    drain()
    contribution = Contribution.objects.get(origin="mail")
    assert contribution.parent is None
    assert contribution.post.topic.forum_id == risk.forum_id
    assert contribution.topic_id != secret.topic_id


def test_reply_address_proves_its_owner_and_names_the_contribution(cast, risk, now):
    contribution = cast.say(cast.boris, now=now)
    reply = accept(plain_message("An answer.", who=cast.amina), reply_to(risk, cast.amina, contribution))
    assert reply.startswith("250 2.0.0 Accepted")
    drain()
    published = Contribution.objects.get(origin="mail")
    assert (published.parent, published.author, published.topic_id) == (contribution, cast.amina, contribution.topic_id)
    assert only_row().proof == "token"


def test_reply_address_of_somebody_else_proves_nothing(cast, risk, now):
    contribution = cast.say(cast.boris, now=now)
    reply = accept(plain_message(who=cast.chen), reply_to(risk, cast.amina, contribution))
    assert reply.startswith("250 2.0.0 Your message is held: confirm")
    assert only_row().state == "held"
    assert (only_row().proof, only_row().member) == ("none", cast.chen)


def test_reply_address_with_an_unknown_author_is_refused_with_the_reason(cast, risk, now):
    contribution = cast.say(cast.boris, now=now)
    reply = accept("From: thief@elsewhere.example\r\n\r\nx\r\n", reply_to(risk, cast.amina, contribution))
    assert reply.startswith("550 5.7.1 This reply address belongs to another address than thief@elsewhere.example.")


def test_reply_token_of_another_list_is_refused(cast, risk, now):
    contribution = cast.say(cast.boris, now=now)
    other = forum_services.create_forum(name="Other", slug="other", preset="closed", now=now)
    name = other.forum.mailing_list.name
    with pytest.raises(NotFound, match="Write to other@"):
        resolve(tokens.reply_address(name, member_id=cast.amina.pk, number=contribution.number, list_id=risk.pk))


def test_reply_to_all_is_proven_for_both_addresses_and_one_contribution(cast, risk, now):
    contribution = cast.say(cast.boris, now=now)
    both = [risk.address, reply_to(risk, cast.amina, contribution)]
    accept(plain_message("To all.", who=cast.amina, message_id="all@client"), both)
    drain()
    outcomes = dict(InboundMail.objects.values_list("kind", "state"))
    assert outcomes == {"reply": "published", "post": "discarded"}
    assert Contribution.objects.get(origin="mail").parent == contribution


def test_proven_copy_frees_the_unproven_one_that_came_first(cast, risk, now):
    contribution = cast.say(cast.boris, now=now)
    raw = plain_message("In two sessions.", who=cast.amina, message_id="two@client")
    accept(raw, risk.address)
    accept(raw, reply_to(risk, cast.amina, contribution))
    drain()
    outcomes = dict(InboundMail.objects.values_list("kind", "state"))
    assert outcomes == {"post": "discarded", "reply": "published"}
    assert Contribution.objects.filter(origin="mail").count() == 1


def test_quoted_tail_and_signature_are_folded_not_lost(cast, risk):
    text = "Top.\r\n\r\nOn 3 May 2026 at 10:00, Boris <b@p.example> wrote:\r\n> Quoted.\r\n\r\n-- \r\nAmina\r\nDakar"
    accept(plain_message(text, who=cast.amina), risk.address, member=cast.amina)
    drain()
    contribution = Contribution.objects.get()
    assert contribution.text == "Top."
    assert contribution.folded.splitlines()[1] == "> Quoted."
    assert contribution.folded.endswith("Amina\nDakar")


def test_time_of_receipt_counts_not_that_of_publishing(cast, risk):
    accept(plain_message(who=cast.amina), risk.address, member=cast.amina)
    cast.policy.closes_at = clock()
    cast.policy.save()
    drain()
    assert only_row().state == "published"
    assert Contribution.objects.get().created_at == only_row().received_at


def test_member_who_left_meanwhile_is_refused_by_notification(cast, risk, now):
    accept(plain_message("Too late.", who=cast.amina), risk.address, member=cast.amina)
    forum_services.remove_member(forum_id=risk.forum_id, member=cast.amina, now=now)
    drain()
    assert (only_row().state, only_row().code) == ("rejected", "not-found")
    assert not Contribution.objects.exists()
    notice = Notice.objects.get()
    assert notice.recipients == [cast.amina.email]
    assert b"Too late." in bytes(notice.raw)


def test_mail_that_fails_waits_longer_each_time_then_shows_its_error(cast, risk, monkeypatch):
    accept(plain_message(who=cast.amina), risk.address, member=cast.amina)

    def break_down(**_):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(worker.forum_services, "publish", break_down)
    moment, waits = clock(), []
    for _ in range(len(states.BACKOFF) + 1):
        assert worker.publish_accepted(moment) == 1
        row = only_row()
        waits.append(row.next_at - clock())
        assert worker.publish_accepted(clock()) == 0
        moment = row.next_at + timedelta(seconds=1)
    assert waits[:3] == pytest.approx(list(states.BACKOFF[:3]), abs=timedelta(seconds=2))
    assert (row.state, row.error, row.attempts) == ("failed", "RuntimeError: the disk is full", 6)
    monkeypatch.undo()
    assert states.retry_failed(pk=row.pk)
    drain()
    assert only_row().state == "published"


def test_failing_mail_does_not_keep_back_the_next(cast, risk, monkeypatch):
    accept(plain_message("poison", who=cast.amina), risk.address, member=cast.amina)
    accept(plain_message("good", who=cast.amina), risk.address, member=cast.amina)
    publish = forum_services.publish

    def sometimes(**arguments):
        return 1 / 0 if arguments["draft"].text == "poison" else publish(**arguments)

    monkeypatch.setattr(worker.forum_services, "publish", sometimes)
    drain()
    assert sorted(InboundMail.objects.values_list("state", flat=True)) == ["published", "queued"]


def test_claimed_mail_is_left_alone_until_the_lease_ends(cast, risk):
    accept(plain_message(who=cast.amina), risk.address, member=cast.amina)
    now = clock()
    assert states.claim(only_row().pk, now) is not None
    assert states.claim(only_row().pk, now) is None
    assert worker.publish_accepted(now) == 0
    assert worker.publish_accepted(clock() + states.LEASE + timedelta(seconds=1)) == 1
    assert only_row().state == "published"


def test_worker_that_lost_its_claim_undoes_its_contribution(cast, risk):
    accept(plain_message(who=cast.amina), risk.address, member=cast.amina)
    now = clock()
    slow = states.claim(only_row().pk, now)
    worker._process(states.claim(only_row().pk, now + states.LEASE * 2), now)
    worker._process(slow, now)
    assert Contribution.objects.count() == 1
    assert only_row().contribution == Contribution.objects.get()


def test_reply_waits_for_the_mail_it_answers(cast, risk):
    accept(plain_message("Answer.", who=cast.boris, In_Reply_To="<first@client>"), risk.address, member=cast.boris)
    accept(plain_message("First.", who=cast.amina, message_id="first@client"), risk.address, member=cast.amina)
    drain()
    answer = InboundMail.objects.get(member=cast.boris)
    assert (answer.state, answer.attempts) == ("queued", 0)
    worker.publish_accepted(answer.next_at)
    assert Contribution.objects.get(author=cast.boris).parent == Contribution.objects.get(author=cast.amina)


def test_accepted_mail_over_the_rate_waits_for_its_turn(cast, risk, settings):
    accept(plain_message(who=cast.amina), risk.address, member=cast.amina)
    settings.HUB_RATE_PER_HOUR = 0
    drain()
    row = only_row()
    assert (row.state, row.attempts) == ("queued", 0)
    assert row.next_at > clock() + timedelta(minutes=4)


def test_mail_to_the_owner_goes_to_those_who_lead(cast, risk):
    raw = "From: who@elsewhere.example\r\nSubject: May I join?\r\n\r\nPlease.\r\n"
    assert accept(raw, "risk-owner@lists.hub.example")[:3] == "250"
    drain()
    notice = Notice.objects.get()
    assert notice.recipients == [cast.chen.email]
    assert b"May I join?" in bytes(notice.raw)
    assert only_row().state == "done"


def test_mail_to_postmaster_goes_to_the_secretariat(cast):
    accept("From: who@elsewhere.example\r\n\r\nHelp.\r\n", "Postmaster@lists.hub.example")
    drain()
    assert Notice.objects.get().recipients == [cast.sofia.email]


def test_bounce_is_recorded_and_nothing_else(cast, risk):
    row = Subscription.objects.get(member=cast.amina)
    for address in (tokens.bounce_address("risk", subscription_id=row.pk, number=1), "hub@lists.hub.example"):
        assert accept("From: <>\r\nAuto-Submitted: auto-replied\r\n\r\nNo such user.\r\n", address)[:3] == "250"
    drain()
    assert set(InboundMail.objects.values_list("state", flat=True)) == {"done"}
    assert not Notice.objects.exists()


def test_leaving_by_mail_needs_the_token_or_a_proof(cast, risk):
    row = Subscription.objects.get(member=cast.amina)
    accept(plain_message("", who=cast.boris), tokens.leave_address("risk", row.pk))
    drain()
    row.refresh_from_db()
    assert row.delivery == "none"
    accept(plain_message("", who=cast.boris), "risk-leave@lists.hub.example")
    drain()
    assert Subscription.objects.get(member=cast.boris).delivery == "each"
    assert accept(plain_message("", who=cast.boris), "risk-leave@lists.hub.example", member=cast.boris)[:3] == "250"
    drain()
    assert Subscription.objects.get(member=cast.boris).delivery == "none"


def test_autoresponder_cannot_unsubscribe_or_write_to_the_owner(cast, risk):
    row = Subscription.objects.get(member=cast.amina)
    for address in (tokens.leave_address("risk", row.pk), "risk-owner@lists.hub.example"):
        accept(plain_message(who=cast.amina, Auto_Submitted="auto-replied"), address)
    drain()
    assert set(InboundMail.objects.values_list("state", flat=True)) == {"discarded"}


def test_idle_pump_asks_the_database_once(cast, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(worker, "_looked_at", time.monotonic())
    with django_assert_num_queries(1):
        assert worker.publish_accepted(clock()) == 0
