"""What those who lead do is logged, and can be taken back where it can."""

import pytest

from forums import services
from forums.models import Contribution, LogEntry, Membership
from forums.policy import access_of
from hub.lib.clock import now as clock
from hub.lib.errors import Conflict, Invalid, NotFound

pytestmark = pytest.mark.django_db


def newest(cast):
    """The newest entry of the closed discussion."""
    return LogEntry.objects.filter(forum_id=cast.forum_id).order_by("-pk").first()


def undo(cast, entry, actor=None):
    """Let Chen take an entry back."""
    return services.undo_act(entry_id=entry.pk, forum_id=entry.forum_id, actor=actor or cast.chen, now=clock())


def test_closing_a_topic_is_undone_by_opening_it_and_both_stay_in_the_log(cast):
    topic = cast.say(cast.amina, now=clock()).post.topic
    services.lock_topic(topic_id=topic.pk, actor=cast.chen, now=clock())
    entry = newest(cast)
    opened = undo(cast, entry)
    topic.refresh_from_db()
    entry.refresh_from_db()
    assert not topic.is_locked
    assert (opened.act, entry.undone_by) == ("topic.unlock", opened)
    undo(cast, opened)
    topic.refresh_from_db()
    assert topic.is_locked


def test_what_is_undone_is_not_undone_twice_nor_by_who_does_not_lead(cast):
    topic = cast.say(cast.amina, now=clock()).post.topic
    services.lock_topic(topic_id=topic.pk, actor=cast.chen, now=clock())
    entry = newest(cast)
    for stranger in (cast.amina, cast.stella):
        with pytest.raises(NotFound):
            undo(cast, entry, stranger)
    undo(cast, entry)
    with pytest.raises(Conflict):
        undo(cast, entry)


def test_an_undo_that_would_change_nothing_says_so(cast):
    topic = cast.say(cast.amina, now=clock()).post.topic
    services.lock_topic(topic_id=topic.pk, actor=cast.chen, now=clock())
    entry = newest(cast)
    services.unlock_topic(topic_id=topic.pk, actor=cast.chen, now=clock())
    with pytest.raises(Conflict):
        undo(cast, entry)


def test_roles_are_logged_and_given_back(cast):
    services.admit_member(forum_id=cast.forum_id, member=cast.stella, actor=cast.chen, now=clock())
    admitted = newest(cast)
    services.admit_member(forum_id=cast.forum_id, member=cast.stella, role="observer", actor=cast.chen, now=clock())
    changed = newest(cast)
    services.remove_member(forum_id=cast.forum_id, member=cast.stella, actor=cast.chen, now=clock())
    removed = newest(cast)
    assert [row.act for row in (admitted, changed, removed)] == ["member.admit", "member.role", "member.remove"]
    undo(cast, removed)
    assert access_of(cast.stella).roles[cast.forum_id] == Membership.Role.OBSERVER
    undo(cast, changed)
    assert access_of(cast.stella).roles[cast.forum_id] == Membership.Role.PARTICIPANT
    undo(cast, admitted)
    assert cast.forum_id not in access_of(cast.stella).roles


def test_who_leaves_by_themselves_and_what_the_hub_provides_is_no_act_of_moderation(cast):
    before = LogEntry.objects.count()
    services.remove_member(forum_id=cast.forum_id, member=cast.boris, actor=cast.boris, now=clock())
    services.admit_member(forum_id=cast.forum_id, member=cast.boris, now=clock())
    assert LogEntry.objects.count() == before


def test_an_edit_by_a_moderator_is_logged_with_its_reason_and_undone(cast):
    row = cast.say(cast.amina, "Fifty metres.", now=clock())
    services.edit_contribution(number=row.number, actor=cast.amina, text="Fifty metres!", now=clock())
    assert newest(cast) is None or newest(cast).act != "contribution.edit"
    services.edit_contribution(number=row.number, actor=cast.chen, text="Fifty feet.", reason="A slip", now=clock())
    entry = newest(cast)
    assert (entry.act, entry.reason, entry.actor) == ("contribution.edit", "A slip", cast.chen)
    undo(cast, entry)
    assert Contribution.objects.get(pk=row.number).text == "Fifty metres!"


def test_an_edit_is_not_undone_over_a_later_one(cast):
    row = cast.say(cast.amina, "Fifty metres.", now=clock())
    services.edit_contribution(number=row.number, actor=cast.chen, text="Fifty feet.", reason="A slip", now=clock())
    entry = newest(cast)
    services.edit_contribution(number=row.number, actor=cast.amina, text="Both.", now=clock())
    with pytest.raises(Conflict):
        undo(cast, entry)
    assert Contribution.objects.get(pk=row.number).text == "Both."


def test_the_earlier_summary_comes_back(cast):
    for text in ("First.", "Second."):
        services.write_summary(forum_id=cast.forum_id, actor=cast.chen, summary=text, now=clock())
    undo(cast, newest(cast))
    cast.policy.refresh_from_db()
    assert cast.policy.summary == "First."


def test_a_rejection_is_undone_by_holding_the_words_again_but_an_approval_is_not(cast):
    cast.policy.moderated = True
    cast.policy.save()
    first, second = (cast.say(cast.amina, text, now=clock()) for text in ("One.", "Two."))
    services.reject_contribution(number=first.number, actor=cast.chen, reason="Off theme", now=clock())
    undo(cast, newest(cast))
    first.refresh_from_db()
    assert first.is_held and first.decided_by is None and not first.decision_reason
    services.approve_contribution(number=second.number, actor=cast.chen, now=clock())
    with pytest.raises(Invalid):
        undo(cast, newest(cast))
