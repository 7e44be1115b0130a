"""What a member may see, and what it costs to find out."""

import pytest

from forums import selectors, services
from hub.lib.clock import now as clock
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound

pytestmark = pytest.mark.django_db


def test_new_counts_leave_out_what_was_there_before_what_is_read_and_what_is_own(cast, now, make_member):
    first = cast.say(cast.amina, now=now)
    late = make_member("Late Comer")
    services.admit_member(forum_id=cast.forum_id, member=late, now=now)
    cast.say(cast.boris, topic_id=first.topic_id, now=now)
    cast.say(late, topic_id=first.topic_id, now=now)
    counts = {person: selectors.discussion_for(person, cast.forum_id).new for person in (late, cast.chen, cast.boris)}
    assert counts == {late: 1, cast.chen: 3, cast.boris: 2}
    newest = selectors.newest_number(cast.forum_id)
    services.mark_read(member=cast.chen, topic_id=first.topic_id, number=newest)
    assert selectors.discussion_for(cast.chen, cast.forum_id).new == 0


def test_a_mark_never_moves_back(cast, now):
    first = cast.say(cast.amina, now=now)
    second = cast.say(cast.amina, topic_id=first.topic_id, now=now)
    third = cast.say(cast.amina, topic_id=first.topic_id, now=now)
    for number in (second.number, first.number):
        services.mark_read(member=cast.boris, topic_id=first.topic_id, number=number)
    topic, _ = selectors.topic_for(cast.boris, first.topic_id)
    assert selectors.first_new_for(cast.boris, topic) == third.number


def test_hidden_and_missing_answer_alike(cast, now):
    contribution = cast.say(cast.amina, now=now)
    for person in (None, cast.stella):
        for read, key in (
            (selectors.discussion_for, cast.forum_id),
            (selectors.topic_for, contribution.topic_id),
            (selectors.contribution_for, contribution.number),
            (selectors.discussion_for, 10**6),
            (selectors.topic_for, 10**6),
            (selectors.contribution_for, 10**6),
        ):
            with pytest.raises(NotFound):
                read(person, key)
        assert not selectors.discussions_for(person) and not selectors.search_scopes_for(person)


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_of_discussions_costs_four_queries_at_any_size(cast, now, rows, django_assert_num_queries):
    for index in range(rows):
        policy = services.create_forum(name=f"F{index}", slug=f"f{index}", preset="members", now=now)
        services.admit_member(forum_id=policy.forum_id, member=cast.amina, now=now)
        draft = services.Draft(forum_id=policy.forum_id, text="Word")
        services.publish(draft=draft, author=cast.amina, origin="web", now=now)
    with django_assert_num_queries(4):
        found = selectors.discussions_for(cast.amina)
        assert len([d.forum.last_post.topic.subject for d in found if d.forum.last_post]) == min(rows, 20)


@pytest.mark.parametrize("rows", [1, 20])
def test_a_page_of_a_topic_costs_the_same_with_one_and_twenty(cast, now, rows, django_assert_num_queries):
    first = cast.say(cast.amina, now=now)
    for index in range(rows - 1):
        cast.say(cast.boris, f"Word {index}", parent=first.number, now=now)
    topic, _ = selectors.topic_for(cast.amina, first.topic_id)
    with django_assert_num_queries(3):
        page = selectors.contributions_of(topic)
        assert (
            len(
                [
                    (c.author.name, c.html, c.parent and c.parent.author.name, list(c.attachments.all()))
                    for c in page.contributions
                ]
            )
            == rows
        )


def test_the_page_of_a_contribution_is_found(cast, now, settings):
    settings.HUB_RATE_PER_HOUR = 1000
    first = cast.say(cast.amina, now=now)
    contributions = [cast.say(cast.boris, f"{n}", topic_id=first.topic_id, now=now) for n in range(selectors.PAGE)]
    assert selectors.page_of(first) == 1 and selectors.page_of(contributions[-1]) == 2
    topic, _ = selectors.topic_for(cast.amina, first.topic_id)
    assert selectors.contributions_of(topic, page=2).contributions == [contributions[-1]]
    assert selectors.contributions_of(topic, page=99).number == 2


def test_references_pick_a_thread_only_inside_the_forum(cast, now):
    other = services.create_forum(name="Other", slug="other", preset="members", now=now)
    contribution = cast.say(cast.amina, now=now)
    assert selectors.contribution_by_message_id(cast.forum_id, ["x@y", contribution.message_id]) == contribution
    assert selectors.contribution_by_message_id(other.forum_id, [contribution.message_id]) is None


def test_an_edit_keeps_what_was_said_and_who_may_not_may_not(cast, now):
    contribution = cast.say(cast.amina, "First version", now=now)
    with pytest.raises(NotFound):
        services.edit_contribution(number=contribution.number, actor=cast.stella, text="Mine", now=now)
    with pytest.raises(NotAllowed):
        services.edit_contribution(number=contribution.number, actor=cast.boris, text="Mine", now=now)
    with pytest.raises(Invalid):
        services.edit_contribution(number=contribution.number, actor=cast.amina, text=" ", now=now)
    edited = services.edit_contribution(number=contribution.number, actor=cast.amina, text="*Second* version", now=now)
    assert "<em>Second</em>" in edited.html and [r.text for r in contribution.revisions.all()] == ["First version"]


def test_the_first_moderator_decides(cast, now):
    policy = services.create_forum(name="Moderated", slug="mod", preset="members", moderated=True, now=now)
    draft = services.Draft(forum_id=policy.forum_id, text="May I?")
    held = services.publish(draft=draft, author=cast.stella, origin="web", now=now).contribution
    assert [c.number for c in selectors.held_for(cast.sofia)] == [held.number] and not selectors.held_for(cast.amina)
    with pytest.raises(NotFound):
        services.approve_contribution(number=held.number, actor=cast.amina, now=now)
    with pytest.raises(Invalid):
        services.reject_contribution(number=held.number, actor=cast.sofia, reason=" ", now=now)
    services.reject_contribution(number=held.number, actor=cast.sofia, reason="Off topic", now=now)
    with pytest.raises(Conflict):
        services.approve_contribution(number=held.number, actor=cast.sofia, now=now)
    assert selectors.contribution_for(cast.stella, held.number).state == "rejected"


def test_a_locked_topic_takes_no_reply_from_a_participant(cast, now):
    contribution = cast.say(cast.amina, now=now)
    with pytest.raises(NotAllowed):
        services.lock_topic(topic_id=contribution.topic_id, actor=cast.amina, now=clock())
    services.lock_topic(topic_id=contribution.topic_id, actor=cast.chen, now=clock())
    topic, _ = selectors.topic_for(cast.amina, contribution.topic_id)
    assert topic.is_locked and topic.posts_count == 1
    services.unlock_topic(topic_id=contribution.topic_id, actor=cast.chen, now=clock())
    assert cast.say(cast.boris, topic_id=contribution.topic_id, now=now).number


def test_a_member_who_leaves_for_good_keeps_their_words_and_no_place(cast, now):
    contribution = cast.say(cast.amina, now=now)
    services.forget_member(cast.amina, now)
    contribution.refresh_from_db()
    assert contribution.author_address == "" and contribution.text == "A word."
    with pytest.raises(NotFound):
        selectors.contribution_for(cast.amina, contribution.number)


def test_a_reindex_gives_what_is_shown_and_nothing_held(cast, now):
    contribution = cast.say(cast.amina, now=now)
    policy = services.create_forum(name="Moderated", slug="mod", preset="members", moderated=True, now=now)
    draft = services.Draft(forum_id=policy.forum_id, text="May I?")
    services.publish(draft=draft, author=cast.stella, origin="web", now=now)
    assert [document.key for document in selectors.search_documents()] == [f"contribution:{contribution.number}"]
