"""What the gateway asks for many at once is what each case is told alone."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from forums import rules, selectors, services
from forums.drafts import Draft
from forums.known import RecordExcerpt
from forums.models import ForumPolicy
from forums.policy import access_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("parent", ForumPolicy.Preset.values)
@pytest.mark.parametrize("preset", ForumPolicy.Preset.values)
def test_access_for_many_is_the_access_of_each(cast, now, preset, parent):
    ForumPolicy.objects.filter(pk=cast.policy.pk).update(preset=parent)
    child = services.create_forum(name="Child", slug="child", preset=preset, parent=cast.policy.forum, now=now)
    services.create_forum(name="Other", slug="other", preset="closed", now=now)
    services.admit_member(forum_id=child.forum_id, member=cast.stella, now=now)
    services.admit_member(forum_id=child.forum_id, member=cast.boris, now=now)
    services.remove_member(forum_id=child.forum_id, member=cast.boris, now=now)
    cast.oona.is_active = False
    people = {person.pk: person for person in (cast.amina, cast.boris, cast.chen, cast.oona, cast.stella, cast.sofia)}
    record = RecordExcerpt(now=now, forums={child.forum_id}, members=people)
    for forum_id in (child.forum_id, cast.forum_id):
        for pk, person in people.items():
            found, wanted = record.access_of(pk), access_of(person)
            assert (person.name, found.rights.get(forum_id)) == (person.name, wanted.rights.get(forum_id))
            assert (found.roles, found.horizons) == (wanted.roles, wanted.horizons)
    public = {pk: rights for pk, rights in access_of(None).rights.items() if pk in (child.forum_id, cast.forum_id)}
    assert record.access_of(10**6).rights == public


def test_verdict_is_the_same_with_what_is_known(cast, now, settings):
    settings.HUB_RATE_PER_HOUR = 2
    later = now + timedelta(minutes=30)
    for text in ("One.", "Two."):
        cast.say(cast.boris, text=text, now=now)
    people = {person.pk: person for person in (cast.amina, cast.boris, cast.chen, cast.oona, cast.stella)}
    for change in (
        {},
        {"moderated": True},
        {"closes_at": now},
        {"opens_at": later + timedelta(days=1), "closes_at": None},
    ):
        ForumPolicy.objects.filter(pk=cast.policy.pk).update(**change)
        record = RecordExcerpt(now=later, forums={cast.forum_id}, members=people)
        for pk, person in people.items():
            draft = Draft(forum_id=cast.forum_id, subject="Plan", text="A plan.")
            alone = rules.decide(draft=draft, author=person, topic=None, now=later)
            known = record.about(pk, cast.forum_id)
            assert rules.decide(draft=draft, author=person, topic=None, now=later, known=known) == alone
    nowhere = RecordExcerpt(now=later, members=people).about(cast.amina.pk, 10**6)
    assert rules.decide(draft=draft, author=cast.amina, topic=None, now=later, known=nowhere).code == "hidden"


def test_contributions_are_found_by_number_and_name_inside_the_forum_alone(cast, now):
    first, second = cast.say(cast.boris, now=now), cast.say(cast.amina, now=now)
    held = cast.say(cast.amina, now=now)
    type(held).objects.filter(pk=held.pk).update(state="held")
    names = [first.message_id, held.message_id, "nobody@nowhere.example", second.message_id]
    record = RecordExcerpt(
        now=now, numbers=[first.number, held.number, 10**6], message_ids=names, named_in={cast.forum_id}
    )
    found = record.newest_named(cast.forum_id, names)
    alone = selectors.contribution_by_message_id(cast.forum_id, names)
    assert found == alone == second
    assert (found.author_id, found.post.topic, found.post.topic.subject) == (
        alone.author_id, alone.post.topic, alone.post.topic.subject
    )  # fmt: skip
    assert record.newest_named(cast.forum_id + 1, names) is None
    assert record.newest_named(cast.forum_id, []) is None
    assert [record.numbered(number) for number in (first.number, held.number, 10**6)] == [first, None, None]
    # What it does not know by heart is asked for.
    assert record.numbered(first.number).post.topic.posts_count == 1


@pytest.mark.parametrize("count", [1, 50])
def test_record_costs_the_same_for_one_and_for_fifty(cast, make_member, now, count, django_assert_num_queries):
    people = {person.pk: person for person in (make_member(f"Member {number}") for number in range(count))}
    names = [f"{number}@somewhere.example" for number in range(count)]
    RecordExcerpt(now=now, forums={cast.forum_id}, members=people, numbers=range(1, count + 1), message_ids=names)
    with django_assert_num_queries(5):
        record = RecordExcerpt(
            now=timezone.now(), forums={cast.forum_id}, members=people, numbers=range(1, count + 1), message_ids=names
        )
        for pk in people:
            record.about(pk, cast.forum_id)


def test_author_over_the_rate_is_told_when_there_is_room(cast, now, settings):
    for minute in (0, 10, 20):
        cast.say(cast.boris, now=now + timedelta(minutes=minute))
    settings.HUB_RATE_PER_HOUR = 2
    later = now + timedelta(minutes=30)
    draft = Draft(forum_id=cast.forum_id, subject="Plan", text="A plan.")
    verdict = rules.decide(draft=draft, author=cast.boris, topic=None, now=later)
    # The second one leaves the hour at ten past: then one is left within it.
    room = now + timedelta(minutes=70)
    assert (
        verdict.reason
        == f"You have sent 3 contributions in an hour. Try again after 24 November 2026, {room:%H}:11 UTC."
    )
    assert rules.decide(draft=draft, author=cast.boris, topic=None, now=room + timedelta(minutes=1)).accepts


@pytest.mark.parametrize(("language", "words"), [("en", "1 contribution in"), ("ru", "1 сообщение.")])
def test_one_contribution_over_the_rate_is_counted_as_one(cast, now, settings, language, words):
    cast.say(cast.boris, now=now)
    settings.HUB_RATE_PER_HOUR = 1
    draft = Draft(forum_id=cast.forum_id, subject="Plan", text="A plan.")
    with override(language):
        verdict = rules.decide(draft=draft, author=cast.boris, topic=None, now=now + timedelta(minutes=1))
        assert words in str(verdict.reason)
