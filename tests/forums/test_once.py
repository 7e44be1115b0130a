"""The same key with other words: neither is the other, and none is lost. A Message-ID means something in one forum."""

import re

import pytest

from forums import selectors, services
from forums.errors import KeyTaken
from forums.models import Contribution, ForumPolicy

pytestmark = pytest.mark.django_db


@pytest.fixture
def opening(cast, now):
    """The first contribution of a topic, by Boris."""
    return cast.say(cast.boris, "Where do we begin?", subject="Baselines", now=now)


def _key(page: str) -> str:
    return re.search(r'name="once_key" value="(\w+)"', page)[1]


@pytest.mark.parametrize("kind", ["reply", "topic"])
def test_back_other_words_send_again_keeps_both(client, cast, opening, kind):
    client.force_login(cast.amina)
    path = f"/topics/{opening.topic_id}/" if kind == "reply" else f"/discussions/{cast.forum_id}/new/"
    form = {"subject": "A new one", "once_key": _key(client.get(path).content.decode())}
    assert b"notice sent" in client.post(path, {**form, "text": "Fifty metres."}, follow=True).content
    first = Contribution.objects.get(author=cast.amina)
    answer = client.post(path, {**form, "text": "Fifty kilometres."})
    page = answer.content.decode()
    assert answer.status_code == 409 and "Fifty kilometres.</textarea>" in page and f"#{first.number}" in page
    assert 'class="notice sent' not in page and Contribution.objects.filter(author=cast.amina).count() == 1
    assert client.post(path, {**form, "text": "Fifty kilometres.", "once_key": _key(page)}).status_code == 302
    assert Contribution.objects.filter(author=cast.amina).count() == 2


def test_the_new_words_can_replace_the_first(client, cast, opening):
    client.force_login(cast.amina)
    path = f"/topics/{opening.topic_id}/"
    client.post(path, {"text": "Fifty metres.", "once_key": "k"})
    page = client.post(path, {"text": "Fifty kilometres.", "once_key": "k"}).content.decode()
    edit = re.search(r'name="revision" value="(\d+)"><button formaction="([^"]+)"', page)
    answer = client.post(
        edit[2], {"text": "Fifty kilometres.", "once_key": _key(page), "revision": edit[1]}, follow=True
    )
    contribution = Contribution.objects.get(author=cast.amina)
    assert contribution.text == "Fifty kilometres." and 'class="notice sent success"' in answer.content.decode()


def test_the_same_words_again_are_the_same_contribution_even_after_an_edit(cast, now):
    first = cast.say(cast.amina, "Fifty.", once_key="k", now=now)
    services.edit_contribution(number=first.number, actor=cast.amina, text="Sixty.", now=now)
    assert cast.say(cast.amina, "Fifty.", once_key="k", now=now) == first
    with pytest.raises(KeyTaken):
        cast.say(cast.amina, "Sixty.", once_key="k", now=now)


def test_other_files_or_another_subject_are_other_words(cast, now):
    cast.say(cast.amina, "See.", once_key="k", files=(services.Upload("a.pdf", b"1"),), now=now)
    for changed in ({}, {"files": (services.Upload("a.pdf", b"2"),)}, {"files": (services.Upload("b.pdf", b"1"),)}):
        with pytest.raises(KeyTaken):
            cast.say(cast.amina, "See.", once_key="k", now=now, **changed)
    cast.say(cast.amina, "See.", subject="One", once_key="s", now=now)
    with pytest.raises(KeyTaken):
        cast.say(cast.amina, "See.", subject="Two", once_key="s", now=now)


def test_the_same_words_in_another_place_are_no_repetition(cast, now, opening):
    other = cast.say(cast.boris, "How far?", subject="Distances", now=now)
    plaza = services.create_forum(name="Plaza", slug="plaza", preset=ForumPolicy.Preset.MEMBERS, now=now)
    place = {"forum_id": cast.forum_id, "text": "I agree.", "once_key": "k"}
    first = {**place, "topic_id": opening.topic_id, "parent": opening.number}
    services.publish(draft=services.Draft(**first), author=cast.amina, origin="web", now=now)
    for elsewhere in (
        {**place, "topic_id": other.topic_id, "parent": other.number},
        {**place, "topic_id": opening.topic_id},
        {**place, "topic_id": other.topic_id},
        {**place, "forum_id": plaza.forum_id},
    ):
        with pytest.raises(KeyTaken) as refused:
            services.publish(draft=services.Draft(**elsewhere), author=cast.amina, origin="web", now=now)
        assert refused.value.has_same_text
    again = services.publish(draft=services.Draft(**first), author=cast.amina, origin="web", now=now)
    assert not again.created and Contribution.objects.filter(author=cast.amina).count() == 1


def test_the_same_words_to_somebody_else_are_kept_and_replace_nothing(client, cast, opening, now):
    second = cast.say(cast.boris, "And then?", topic_id=opening.topic_id, now=now)
    client.force_login(cast.amina)
    path, form = f"/topics/{opening.topic_id}/", {"text": "I agree.", "once_key": "k"}
    client.post(path, {**form, "parent": opening.number})
    answer = client.post(path, {**form, "parent": second.number})
    page = answer.content.decode()
    assert answer.status_code == 409 and "I agree.</textarea>" in page and "formaction" not in page
    assert "has the same text in another place" in page
    client.post(path, {**form, "parent": second.number, "once_key": _key(page)})
    said = Contribution.objects.filter(author=cast.amina).values_list("parent_id", flat=True)
    assert sorted(said) == [opening.number, second.number]


def test_words_from_before_there_were_digests_are_compared_by_their_text(cast, now):
    first = cast.say(cast.amina, "Fifty.", once_key="k", now=now)
    Contribution.objects.update(content_digest="")
    assert cast.say(cast.amina, "Fifty.", once_key="k", now=now) == first
    with pytest.raises(KeyTaken):
        cast.say(cast.amina, "Sixty.", once_key="k", now=now)


def test_other_words_under_one_message_id_are_a_contribution_of_their_own(cast, now):
    first = cast.say(cast.amina, "Fifty.", message_id="a@x", now=now)
    second = cast.say(cast.amina, "Sixty.", message_id="a@x", now=now)
    assert second != first and second.message_id != "a@x" and second.message_id.endswith("@lists.hub.example")
    assert cast.say(cast.amina, "Fifty.", message_id="a@x", now=now) == first


def test_a_message_id_of_a_closed_list_is_free_in_every_other(cast, now):
    cast.say(cast.amina, "Within.", message_id="secret@x", now=now)
    plaza = services.create_forum(name="Plaza", slug="plaza", preset=ForumPolicy.Preset.MEMBERS, now=now)
    draft = services.Draft(forum_id=plaza.forum_id, text="Outside.", message_id="secret@x")
    outside = services.publish(draft=draft, author=cast.stella, origin="mail", now=now).contribution
    # Whoever tries an identifier learns nothing, and takes nothing from anybody.
    assert outside.message_id == "secret@x"
    assert selectors.contribution_by_message_id(cast.forum_id, ["secret@x"]).text == "Within."
    assert selectors.contribution_by_message_id(plaza.forum_id, ["secret@x"]) == outside


def test_a_message_id_taken_beforehand_elsewhere_is_kept_here(cast, now):
    plaza = services.create_forum(name="Plaza", slug="plaza", preset=ForumPolicy.Preset.MEMBERS, now=now)
    draft = services.Draft(forum_id=plaza.forum_id, text="Mine first.", message_id="wanted@x")
    services.publish(draft=draft, author=cast.stella, origin="mail", now=now)
    assert cast.say(cast.amina, "Within.", message_id="wanted@x", now=now).message_id == "wanted@x"


def test_a_contribution_knows_the_forum_of_its_topic(cast, now):
    contribution = cast.say(cast.amina, now=now)
    assert contribution.forum_id == contribution.post.topic.forum_id == cast.forum_id
