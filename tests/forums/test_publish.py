"""One use case for all doors: what it records, refuses and counts."""

from datetime import timedelta

import pytest
from machina.apps.forum_conversation.models import Topic

from forums import selectors, services
from forums.models import Attachment, Contribution, ForumPolicy
from hub.lib.errors import NotAllowed, NotFound, Refused, TooLarge, TooMany

pytestmark = pytest.mark.django_db


def test_a_new_topic_is_recorded_and_counted(cast, now):
    contribution = cast.say(cast.amina, "Field trials need a baseline.", subject="Baselines", now=now)
    topic = Topic.objects.get()
    assert (topic.subject, topic.posts_count, topic.approved, topic.last_post_id) == (
        "Baselines",
        1,
        True,
        contribution.post_id,
    )
    assert (topic.forum.direct_posts_count, topic.forum.direct_topics_count) == (1, 1)
    assert (
        contribution.origin == "web"
        and contribution.author == cast.amina
        and len(contribution.message_id.split("@")[0]) == 32
    )


def test_a_reply_keeps_its_parent_and_references(cast, now):
    first = cast.say(cast.amina, now=now)
    second = cast.say(cast.boris, "I agree.", parent=first.number, now=now)
    third = cast.say(cast.amina, "Good.", parent=second.number, now=now)
    assert second.topic_id == first.topic_id and third.in_reply_to == second.message_id
    assert third.references.split() == [first.message_id, second.message_id]


def test_the_same_form_sent_twice_is_one_contribution(cast, now):
    draft = services.Draft(forum_id=cast.forum_id, text="Once.", once_key="form-1")
    first = services.publish(draft=draft, author=cast.amina, origin="web", now=now)
    again = services.publish(draft=draft, author=cast.amina, origin="web", now=now)
    assert (first.created, again.created) == (True, False)
    assert Contribution.objects.count() == 1 and again.contribution == first.contribution


def test_the_same_message_id_of_another_author_is_another_contribution(cast, now):
    first = cast.say(cast.amina, message_id="x@mail.example", now=now)
    second = cast.say(cast.boris, message_id="x@mail.example", now=now)
    assert first.number != second.number and second.message_id != "x@mail.example"


def test_a_stranger_finds_nothing_to_write_to(cast, now):
    for forum_id in (cast.forum_id, 999_999):
        with pytest.raises(NotFound):
            services.publish(
                draft=services.Draft(forum_id=forum_id, text="Hi"), author=cast.stella, origin="web", now=now
            )
    assert not Contribution.objects.exists()


def test_an_observer_reads_but_does_not_write(cast, now):
    with pytest.raises(NotAllowed) as refused:
        cast.say(cast.oona, now=now)
    assert refused.value.code == "not-entitled"


def test_a_topic_of_another_forum_is_not_found(cast, now):
    """S4: stock machina takes the forum from the address and skips the other forum's approval."""
    other = services.create_forum(name="Moderated", slug="mod", preset="members", moderated=True, now=now)
    there = services.Draft(forum_id=other.forum_id, text="Held")
    held = services.publish(draft=there, author=cast.amina, origin="web", now=now).contribution
    with pytest.raises(NotFound):
        cast.say(cast.amina, "Around the moderators", topic_id=held.topic_id, now=now)


def test_a_moderated_forum_holds_and_counts_only_what_is_approved(cast, now):
    policy = services.create_forum(name="Moderated", slug="mod", preset="members", moderated=True, now=now)
    services.admit_member(forum_id=policy.forum_id, member=cast.chen, role="moderator", now=now)
    draft = services.Draft(forum_id=policy.forum_id, text="May I?")
    held = services.publish(draft=draft, author=cast.stella, origin="web", now=now).contribution
    topic = held.post.topic
    assert held.is_held and not Topic.objects.get(pk=topic.pk).approved
    with pytest.raises(NotFound):
        selectors.contribution_for(cast.boris, held.number)
    services.approve_contribution(number=held.number, actor=cast.chen, now=now)
    topic.refresh_from_db()
    assert topic.approved and topic.posts_count == 1 and topic.forum.direct_posts_count == 1
    assert selectors.contribution_for(cast.boris, held.number).number == held.number


@pytest.mark.parametrize(
    ("opens", "closes", "code"), [(1, None, "not-open-yet"), (None, -1, "closed"), (None, 0, "closed")]
)
def test_the_time_box_is_kept(cast, now, opens, closes, code):
    ForumPolicy.objects.filter(pk=cast.policy.pk).update(
        opens_at=None if opens is None else now + timedelta(hours=opens),
        closes_at=None if closes is None else now + timedelta(hours=closes),
    )
    with pytest.raises(Refused) as refused:
        cast.say(cast.amina, now=now)
    assert refused.value.code == code
    assert cast.say(cast.chen, "Wrapping up.", now=now).number


def test_empty_and_only_quoted_are_refused_with_a_sentence(cast, now):
    for draft, word in (({}, "empty"), ({"folded": "> quoted"}, "quoted")):
        with pytest.raises(Refused) as refused:
            cast.say(cast.amina, "  \n", now=now, **draft)
        assert refused.value.code == "empty" and word in str(refused.value)


def test_what_a_database_cannot_store_is_shown_as_missing(cast, now):
    contribution = cast.say(cast.amina, "a\0b \ud800", subject="c\0d", folded="\0", now=now)
    assert (contribution.text, contribution.subject, contribution.folded) == ("a\ufffdb ?", "c\ufffdd", "\ufffd")


def test_a_text_over_the_limit_is_refused(cast, now, settings):
    settings.HUB_TEXT_MAX_SIZE = 1000
    with pytest.raises(TooLarge):
        cast.say(cast.amina, "é" * 501, now=now)


def test_a_flood_is_slowed(cast, now, settings):
    settings.HUB_RATE_PER_HOUR = 2
    cast.say(cast.amina, now=now)
    cast.say(cast.amina, now=now)
    with pytest.raises(TooMany) as refused:
        cast.say(cast.amina, now=now + timedelta(minutes=10))
    assert refused.value.code == "rate" and refused.value.smtp_reply.startswith("451")
    # There is room once the first of them is an hour old, and a minute for the sentence, which names no seconds.
    assert refused.value.retry_after == 51 * 60


def test_files_are_kept_once_under_an_opaque_name(cast, now, tmp_path):
    upload = services.Upload("файл.pdf", b"%PDF-1.7", "application/pdf")
    cast.say(cast.amina, "One", files=(upload,), now=now)
    cast.say(cast.boris, "Two", files=(upload,), now=now)
    assert Attachment.objects.count() == 2
    kept = [path for path in (tmp_path / "attachments").rglob("*") if path.is_file()]
    assert len(kept) == 1 and kept[0].read_bytes() == b"%PDF-1.7" and "файл" not in kept[0].name


@pytest.mark.parametrize("name", ["run.exe", "page.html", "drawing.svg", "noending"])
def test_files_a_browser_would_run_are_refused(cast, now, name):
    with pytest.raises(Refused) as refused:
        cast.say(cast.amina, "See file", files=(services.Upload(name, b"x"),), now=now)
    assert refused.value.code == "file-type"


def test_publishing_costs_the_same_in_a_long_topic(cast, now, django_assert_max_num_queries):
    first = cast.say(cast.amina, now=now)
    for index in range(30):
        cast.say(cast.boris, f"Word {index}", topic_id=first.topic_id, now=now)
    with django_assert_max_num_queries(30):
        cast.say(cast.amina, "Last", topic_id=first.topic_id, now=now)


def test_a_refused_contribution_leaves_no_row(cast, now):
    with pytest.raises(Refused):
        cast.say(cast.amina, "See", files=(services.Upload("a.exe", b"x"),), now=now)
    assert not Topic.objects.exists() and not Contribution.objects.exists()
