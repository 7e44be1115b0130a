"""Topics that are moved, split and merged: who reads them then, where old addresses lead, and what is counted."""

from datetime import timedelta

import pytest

from conferences import services as conference_services
from forums import selectors, services
from forums.known import RecordExcerpt
from forums.models import Contribution, LogEntry, Membership
from hub.lib.clock import now as clock
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from hub.search.selectors import search
from tests.forums.counted import assert_counted

pytestmark = pytest.mark.django_db
WORD = "zebrafish"


@pytest.fixture
def other(cast, now):
    """Another closed discussion, led by Chen as well; Stella takes part in it."""
    policy = services.create_forum(name="Elsewhere", slug="elsewhere", preset="closed", now=now)
    for member, role in ((cast.chen, Membership.Role.MODERATOR), (cast.stella, Membership.Role.PARTICIPANT)):
        services.admit_member(forum_id=policy.forum_id, member=member, role=role, now=now)
    return policy.forum_id


@pytest.fixture
def said(cast, now):
    """Four contributions of a topic: the third answers the second, the fourth the third."""
    first = cast.say(cast.amina, "First.", subject="Isolation", now=now)
    second = cast.say(cast.boris, f"The {WORD}.", topic_id=first.topic_id, now=now)
    third = cast.say(cast.amina, "Third.", parent=second.number, now=now)
    fourth = cast.say(cast.boris, "Fourth.", parent=third.number, now=now)
    return [first, second, third, fourth]


def move(topic_id, forum_id, actor):
    """Move now."""
    return services.move_topic(topic_id=topic_id, forum_id=forum_id, actor=actor, now=clock())


def split(cast, rows, **options):
    """Let Chen split contributions off."""
    numbers = [row.number for row in rows]
    return services.split_topic(
        topic_id=rows[0].topic_id, numbers=numbers, subject="New", actor=cast.chen, now=clock(), **options
    )


def merge(cast, topic_id, into_id):
    """Let Chen merge."""
    return services.merge_topics(topic_id=topic_id, into_id=into_id, actor=cast.chen, now=clock())


def undo(cast, act):
    """Let Chen undo the newest act of a kind."""
    entry = LogEntry.objects.filter(act=act).order_by("-pk")[0]
    return services.undo_act(entry_id=entry.pk, forum_id=entry.forum_id, actor=cast.chen, now=clock())


def numbers_in(topic_id):
    """The numbers of a topic."""
    return list(Contribution.objects.filter(topic_id=topic_id).order_by("pk").values_list("pk", flat=True))


def finds(member):
    """How many contributions a member finds by the word."""
    return len(search(member, WORD).hits)


def test_a_moved_topic_is_read_by_who_may_read_the_other_discussion_and_nobody_else(client, cast, other, said):
    topic_id = said[0].topic_id
    move(topic_id, other, cast.chen)
    for member, status in ((cast.stella, 200), (cast.chen, 200), (cast.amina, 404), (cast.boris, 404)):
        client.force_login(member)
        assert client.get(f"/topics/{topic_id}/").status_code == status
        assert client.get(f"/c/{said[1].number}/", follow=True).status_code == status
        assert finds(member) == (status == 200)
    assert_counted(cast.forum_id)
    assert_counted(other)


def test_moving_is_undone_from_the_log_with_exact_counters(cast, other, said):
    topic_id = said[0].topic_id
    move(topic_id, other, cast.chen)
    undo(cast, "topic.move")
    assert {row.forum_id for row in Contribution.objects.all()} == {cast.forum_id}
    assert not Contribution.objects.filter(moved_from__isnull=False).exists()
    assert_counted(cast.forum_id)
    assert_counted(other)


def test_who_moves_leads_both_discussions(cast, other, said):
    topic_id = said[0].topic_id
    with pytest.raises(NotAllowed):
        move(topic_id, other, cast.amina)
    services.admit_member(forum_id=other, member=cast.amina, role="moderator", now=clock())
    with pytest.raises(NotAllowed):
        move(topic_id, other, cast.amina)
    services.admit_member(forum_id=other, member=cast.chen, role="participant", now=clock())
    with pytest.raises(NotAllowed):
        move(topic_id, other, cast.chen)
    with pytest.raises(Invalid):
        move(topic_id, cast.forum_id, cast.chen)


def test_a_mail_that_answers_a_moved_message_lands_where_it_stands_now(cast, other, said):
    first = said[0]
    move(first.topic_id, other, cast.chen)
    services.admit_member(forum_id=other, member=cast.amina, now=clock())
    record = RecordExcerpt(now=clock(), forums={cast.forum_id}, members={}, numbers=[], message_ids=[first.message_id])
    parent = record.newest_named(cast.forum_id, [first.message_id])
    assert parent.number == first.number
    assert selectors.contribution_by_message_id(cast.forum_id, [first.message_id]).number == first.number
    answer = cast.say(cast.amina, "By mail.", parent=parent.number, now=clock())
    assert (answer.forum_id, answer.topic_id) == (other, first.topic_id)
    assert_counted(other)


def test_a_reply_to_a_topic_moved_out_of_its_authors_sight_is_refused_as_a_hidden_one(cast, other, said):
    move(said[0].topic_id, other, cast.chen)
    with pytest.raises((NotFound, Refused)):
        cast.say(cast.amina, "Late.", topic_id=said[0].topic_id, now=clock())
    with pytest.raises(NotFound):
        cast.say(cast.amina, "No such.", topic_id=999_999, now=clock())


def test_the_same_message_does_not_come_into_a_discussion_twice(cast, other, now):
    draft = {"text": "To both lists.", "message_id": "twin@people.example"}
    row = services.publish(
        draft=services.Draft(forum_id=cast.forum_id, **draft), author=cast.chen, origin="mail", now=now
    ).contribution
    services.publish(draft=services.Draft(forum_id=other, **draft), author=cast.chen, origin="mail", now=now)
    with pytest.raises(Conflict):
        move(row.topic_id, other, cast.chen)


def test_an_item_of_an_agenda_is_not_moved_split_or_merged(cast, said, now):
    conference = conference_services.convene_conference(
        name="Fixed", actor=cast.sofia, now=now, starts_at=now, ends_at=now + timedelta(days=1), people={}
    )
    session = conference_services.schedule_session(
        conference_id=conference.pk, title="One", opens_at=now, closes_at=now + timedelta(hours=1), items=["Item"],
        actor=cast.sofia, now=now,
    )  # fmt: skip
    item = session.items.get().topic_id
    with pytest.raises(Invalid):
        move(item, cast.forum_id, cast.sofia)
    for pair in ((item, said[0].topic_id), (said[0].topic_id, item)):
        with pytest.raises(Invalid):
            services.merge_topics(topic_id=pair[0], into_id=pair[1], actor=cast.sofia, now=now)


def test_one_contribution_and_all_its_replies_become_a_topic(client, cast, said):
    first, second, third, fourth = said
    services.mark_read(member=cast.amina, topic_id=first.topic_id, number=third.number)
    topic = split(cast, [second], with_replies=True)
    assert numbers_in(topic.pk) == [second.number, third.number, fourth.number]
    assert numbers_in(first.topic_id) == [first.number]
    assert_counted(cast.forum_id)
    assert selectors.first_new_for(cast.amina, topic) == fourth.number
    client.force_login(cast.boris)
    assert "New" in client.get(f"/c/{third.number}/", follow=True).content.decode()
    assert finds(cast.boris) == 1


def test_a_reply_written_while_the_topic_was_split_lands_with_what_it_answers(cast, said):
    first, second, third, _fourth = said
    topic = split(cast, [second], with_replies=True)
    answer = cast.say(cast.boris, "Late.", topic_id=first.topic_id, parent=third.number, now=clock())
    assert answer.topic_id == topic.pk
    assert_counted(cast.forum_id)


def test_splitting_is_undone_by_merging_back(cast, said):
    first = said[0]
    topic = split(cast, said[2:])
    undo(cast, "topic.split")
    assert numbers_in(first.topic_id) == [row.number for row in said] and numbers_in(topic.pk) == []
    assert_counted(cast.forum_id)


def test_a_split_needs_a_subject_and_leaves_something_behind(cast, said):
    with pytest.raises(Invalid):
        split(cast, said)
    with pytest.raises(Invalid):
        services.split_topic(
            topic_id=said[0].topic_id, numbers=[said[1].number], subject=" ", actor=cast.chen, now=clock()
        )
    elsewhere = cast.say(cast.amina, "Another.", subject="Other", now=clock())
    with pytest.raises(NotFound):
        services.split_topic(
            topic_id=said[0].topic_id, numbers=[elsewhere.number], subject="S", actor=cast.chen, now=clock()
        )


def test_a_merged_topic_leads_on_and_late_replies_land_in_the_other(client, cast, said):
    target = cast.say(cast.boris, "Target.", subject="Distances", now=clock())
    source_id, into_id = said[0].topic_id, target.topic_id
    services.mark_read(member=cast.amina, topic_id=into_id, number=target.number)
    merge(cast, source_id, into_id)
    assert len(numbers_in(into_id)) == 5
    assert_counted(cast.forum_id)
    client.force_login(cast.boris)
    answer = client.get(f"/topics/{source_id}/")
    assert answer.status_code == 302 and f"/topics/{into_id}-" in answer["Location"]
    late = cast.say(cast.boris, "Late.", topic_id=source_id, now=clock())
    assert late.topic_id == into_id
    page = client.post(f"/topics/{source_id}/", {"text": "By the old page.", "once_key": "k"}, follow=True)
    assert "By the old page." in page.content.decode()
    assert_counted(cast.forum_id)
    assert finds(cast.boris) == 1


def test_what_was_new_in_one_of_two_merged_topics_still_is(cast, said):
    source = selectors.topic_for(cast.amina, said[0].topic_id)[0]
    target = cast.say(cast.boris, "Target.", subject="Distances", now=clock()).post.topic
    services.mark_read(member=cast.amina, topic_id=source.pk, number=said[2].number)
    services.mark_read(member=cast.amina, topic_id=target.pk, number=10**6)
    merge(cast, source.pk, target.pk)
    target.refresh_from_db()
    assert selectors.first_new_for(cast.amina, target) == said[3].number


def test_merging_is_undone_and_what_was_said_since_stays(cast, other, said):
    services.lock_topic(topic_id=said[0].topic_id, actor=cast.chen, now=clock())
    target = services.publish(
        draft=services.Draft(forum_id=other, text="Target.", subject="Distances"),
        author=cast.stella, origin="web", now=clock(),
    ).contribution  # fmt: skip
    merge(cast, said[0].topic_id, target.topic_id)
    assert_counted(cast.forum_id)
    assert_counted(other)
    late = services.publish(
        draft=services.Draft(forum_id=other, topic_id=target.topic_id, text="Since."),
        author=cast.stella, origin="web", now=clock(),
    ).contribution  # fmt: skip
    undo(cast, "topic.merge")
    assert numbers_in(said[0].topic_id) == [row.number for row in said]
    assert numbers_in(target.topic_id) == [target.number, late.number]
    topic, _where = selectors.topic_for(cast.amina, said[0].topic_id)
    assert topic.is_locked
    assert_counted(cast.forum_id)
    assert_counted(other)


def test_the_pages_say_what_follows_do_it_and_lead_to_the_topic(client, cast, other, said):
    topic_id, target = said[0].topic_id, cast.say(cast.boris, "Target.", subject="Distances", now=clock())
    client.force_login(cast.chen)
    for verb in ("move", "split", "merge"):
        assert "undo it there" in client.get(f"/topics/{topic_id}/{verb}/").content.decode()
    form = {"numbers": f"#{said[1].number}", "with_replies": "on", "subject": "New"}
    page = client.post(f"/topics/{topic_id}/split/", form, follow=True)
    assert "<h1>" in page.content.decode() and "New" in page.content.decode()
    page = client.post(f"/topics/{topic_id}/merge/", {"into": target.number}, follow=True)
    assert "Distances" in page.content.decode()
    page = client.post(f"/topics/{target.topic_id}/move/", {"discussion": other}, follow=True)
    assert "Elsewhere" in page.content.decode()
    for verb, wrong in (("split", {"numbers": "x"}), ("merge", {"into": "0"}), ("move", {"discussion": "0"})):
        assert client.post(f"/topics/{target.topic_id}/{verb}/", wrong).status_code == 422
    client.force_login(cast.stella)
    assert client.get(f"/topics/{target.topic_id}/move/").status_code == 403
    assert_counted(cast.forum_id)
    assert_counted(other)
