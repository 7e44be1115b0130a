"""Name, role and country of an author are those of the moment, on every page and in every mail that shows the words."""

from email import message_from_bytes, policy

import pytest

from forums import services
from forums.models import Contribution
from hub.members.services import anonymise_member
from hub.search.models import SearchDocument
from listserv.models import Mailing
from listserv.outbound import delivery_worker
from listserv.outbound.render import Renderer

pytestmark = pytest.mark.django_db
THEN, NOW = "Chen Wei", "Wei Somebody"


@pytest.fixture
def contribution(cast, now):
    """A contribution of Chen, who moderated in China then, and is called otherwise and only observes now."""
    services.admit_member(forum_id=cast.forum_id, member=cast.boris, role="chair", now=now)
    contribution = cast.say(cast.chen, "As moderator.", subject="A thread", now=now)
    cast.say(cast.boris, "An answer.", parent=contribution.number, now=now)
    type(cast.chen).objects.filter(pk=cast.chen.pk).update(name=NOW, country="FR", organisation="Elsewhere")
    services.admit_member(forum_id=cast.forum_id, member=cast.chen, role="observer", now=now)
    return Contribution.objects.get(pk=contribution.pk)


def test_publishing_keeps_how_the_author_stands(cast, now):
    contribution = cast.say(cast.amina, now=now)
    assert (contribution.author_name, contribution.author_role, contribution.author_country) == (
        "Amina Diallo",
        "participant",
        "SN",
    )
    assert contribution.author_language == "en" and not contribution.author_filled_later
    office = cast.say(cast.sofia, now=now)
    assert office.author_role == "secretariat" and office.speaker.role_label == "Secretariat"


@pytest.mark.parametrize(
    "address", ["/topics/{topic}/", "/discussions/{forum}/feed.atom", "/api/v1/topics/{topic}/contributions",
                "/api/v1/contributions/{number}", "/topics/{topic}/?reply={number}", "/search/?q=moderator",
                "/topics/{topic}/?view=threaded"],
)  # fmt: skip
def test_pages_feeds_search_and_api_name_them_as_they_were(cast, contribution, client, address):
    client.force_login(cast.amina)
    url = address.format(topic=contribution.topic_id, forum=cast.forum_id, number=contribution.number)
    text = client.get(url, follow=True).content.decode()
    assert THEN in text and NOW not in text
    if "/api/" in address:
        assert '"CN"' in text and '"FR"' not in text


def test_the_topic_names_the_role_of_then(cast, contribution, client):
    client.force_login(cast.amina)
    text = client.get(f"/topics/{contribution.topic_id}/", follow=True).content.decode()
    assert '<span class="role">moderator</span>' in text and "observer" not in text and "China" in text


def test_copies_sent_later_name_them_as_they_were(cast, contribution):
    mailing = Mailing.objects.select_related(
        "list", "contribution__author", "contribution__post__topic__forum__policy"
    ).get(contribution=contribution)
    renderer = Renderer(mailing)
    page = delivery_worker.roster.page(mailing, size=10, now=contribution.created_at)
    renderer.prepare(page.receivers)
    mail = message_from_bytes(b"".join(renderer.envelope(page.receivers[0]).parts), policy=policy.default)
    text = mail["From"] + mail.get_body(("plain",)).get_content()
    assert THEN in text and "CN" in mail["From"] and NOW not in text


def test_a_former_member_has_no_name_left_with_the_words(cast, contribution, now, client):
    anonymise_member(member_id=cast.chen.pk, actor=cast.sofia, now=now)
    contribution = Contribution.objects.get(pk=contribution.pk)
    assert (contribution.author_name, contribution.author_organisation) == ("", "")
    assert contribution.speaker.name == "A former member" and contribution.speaker.country == "CN"
    assert not SearchDocument.objects.filter(author=cast.chen).exclude(author_name="").exists()
    client.force_login(cast.amina)
    text = client.get(f"/topics/{contribution.topic_id}/", follow=True).content.decode()
    assert THEN not in text and "A former member" in text
