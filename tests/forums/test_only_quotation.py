"""A text that only repeats others goes to nobody; who wrote it is told, and keeps it."""

from datetime import timedelta

import pytest
from django.utils import translation

from forums import pages, services
from forums.errors import Refused
from forums.models import Contribution
from hub.lib.errors import Invalid

pytestmark = pytest.mark.django_db
MESSAGE = "only quoted text"


@pytest.fixture
def opening(cast, now):
    """What is quoted."""
    return cast.say(cast.boris, "Where do we begin?\n\nHere.", subject="Baselines", now=now)


@pytest.mark.parametrize("language", ["en", "fr", "es", "ru", "ar", "zh-hans"])
def test_a_reply_that_is_sent_as_the_box_began_is_refused_and_kept(client, cast, opening, language):
    cast.amina.language = language
    cast.amina.save()
    with translation.override(language):
        text = pages.quoted(opening)
    client.force_login(cast.amina)
    answer = client.post(f"/topics/{opening.topic_id}/", {"text": text, "parent": opening.number})
    assert answer.status_code == 422 and Contribution.objects.count() == 1
    assert "&gt; Where do we begin?" in answer.content.decode()


@pytest.mark.parametrize(
    "text", ["> a", "Amina wrote on 2026-11-24 (#1):\n> a", "> a\n\n> b\n", "   > a\n>> b", ">", "> a\n> \n> - b"]
)
@pytest.mark.parametrize("origin", ["web", "live"])
def test_quotations_alone_are_refused(cast, now, opening, text, origin):
    draft = services.Draft(forum_id=cast.forum_id, topic_id=opening.topic_id, text=text)
    with pytest.raises(Refused, match=MESSAGE):
        services.publish(draft=draft, author=cast.amina, origin=origin, now=now)


@pytest.mark.parametrize("text", ["> a\nb", "I disagree with #12:\n> a", "> a\n\n👍", "a > b", "    > a\nb"])
def test_one_word_of_ones_own_is_enough(cast, now, opening, text):
    assert cast.say(cast.amina, text, topic_id=opening.topic_id, now=now).state == "accepted"


def test_a_file_is_something_of_ones_own(cast, now, opening):
    file = services.Upload("plan.pdf", b"%PDF-1.4", "application/pdf")
    assert cast.say(cast.amina, "> a", topic_id=opening.topic_id, now=now, files=(file,)).state == "accepted"


@pytest.mark.parametrize("origin", ["web", "mail"])
def test_an_edit_that_leaves_only_a_quotation_is_refused(cast, now, origin):
    draft = services.Draft(forum_id=cast.forum_id, text="> a\nMy word.")
    contribution = services.publish(draft=draft, author=cast.amina, origin=origin, now=now).contribution
    later = now + timedelta(minutes=1)
    with pytest.raises(Invalid, match=MESSAGE):
        services.edit_contribution(number=contribution.number, actor=cast.amina, text="> a", now=later)
    assert Contribution.objects.get().text == "> a\nMy word."


def test_the_page_of_an_edit_keeps_what_was_typed(client, cast, now):
    contribution = cast.say(cast.amina, "My word.", subject="Baselines", now=now)
    client.force_login(cast.amina)
    answer = client.post(f"/c/{contribution.number}/edit/", {"text": "> quoted only", "revision": 0})
    assert answer.status_code >= 400 and MESSAGE in answer.content.decode()
    assert "&gt; quoted only" in answer.content.decode()
