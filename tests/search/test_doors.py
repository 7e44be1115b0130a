"""Closed means closed in the search too: who finds what was said, now (findings S10, S11)."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from machina.apps.forum_conversation.models import Topic

from forums import services
from forums.models import ForumPolicy
from hub.lib.errors import HubError
from hub.members.services import anonymise_member
from hub.search.models import SearchDocument
from hub.search.outlet import SearchOutlet, document_of
from hub.search.selectors import search
from hub.search.services import IndexEntry, index_document

pytestmark = pytest.mark.django_db
SECRET = "xylophagous"


@pytest.fixture
def secret_words(cast, now):
    """A word in the closed discussion."""
    return cast.say(cast.amina, f"The {SECRET} beetle.", subject="Beetles", now=now)


def test_a_stranger_never_finds_closed_words(client, cast, secret_words):
    for who in (None, cast.stella):
        assert search(who, SECRET).total == 0
        if who:
            client.force_login(who)
        page = client.get("/search/", {"q": SECRET}).content.decode()
        assert "beetle" not in page and "Beetles" not in page and "Risk assessment" not in page


def test_participants_and_observers_find_them(client, cast, secret_words):
    for who in (cast.amina, cast.boris, cast.oona, cast.chen, cast.sofia):
        assert search(who, SECRET).total == 1
    client.force_login(cast.boris)
    page = client.get("/search/", {"q": SECRET}).content.decode()
    assert f"<mark>{SECRET}</mark>" in page and f'href="/c/{secret_words.number}/"' in page
    assert "Amina Diallo" in page and "Risk assessment" in page


def test_who_leaves_finds_nothing_from_then_on(cast, secret_words, now):
    services.remove_member(forum_id=cast.forum_id, member=cast.boris, now=now)
    assert search(cast.boris, SECRET).total == 0


def test_a_topic_moved_into_a_closed_forum_is_found_by_its_participants_alone(cast, now):
    """S11: the index keeps no copy of the forum, so any move counts, even one by hand."""
    opened = services.create_forum(name="Open", slug="open", preset=ForumPolicy.Preset.PUBLIC, now=now)
    draft = services.Draft(forum_id=opened.forum_id, text=f"The {SECRET} beetle.")
    secret_words = services.publish(draft=draft, author=cast.stella, origin="web", now=now).contribution
    assert search(None, SECRET).total == 1
    Topic.objects.filter(pk=secret_words.topic_id).update(forum_id=cast.forum_id)
    assert [search(who, SECRET).total for who in (None, cast.stella, cast.boris)] == [0, 0, 1]


def test_a_forum_that_is_closed_later_is_closed_here_at_once(cast, now):
    opened = services.create_forum(name="Open", slug="open", preset=ForumPolicy.Preset.PUBLIC, now=now)
    draft = services.Draft(forum_id=opened.forum_id, text=f"The {SECRET} beetle.")
    services.publish(draft=draft, author=cast.stella, origin="web", now=now)
    ForumPolicy.objects.filter(pk=opened.pk).update(preset=ForumPolicy.Preset.CLOSED)
    assert search(None, SECRET).total == 0


def test_an_inactive_member_finds_what_the_public_finds(cast, secret_words, now):
    document = IndexEntry(key="page:1", kind="page", scope="members", title=SECRET, url="/", date=now)
    index_document(document=document, now=now)
    assert search(cast.boris, SECRET).total == 2
    cast.boris.is_active = False
    cast.boris.save()
    assert search(cast.boris, SECRET).total == 0


@pytest.fixture
def held(cast, now):
    """A word that waits for Chen."""
    policy = services.create_forum(name="Moderated", slug="mod", preset="members", moderated=True, now=now)
    services.admit_member(forum_id=policy.forum_id, member=cast.chen, role="moderator", now=now)
    draft = services.Draft(forum_id=policy.forum_id, text=f"The {SECRET} beetle.")
    return services.publish(draft=draft, author=cast.stella, origin="web", now=now).contribution


def test_held_words_are_found_by_nobody_until_they_are_approved(cast, held, now):
    services.edit_contribution(number=held.number, actor=cast.stella, text=f"A {SECRET} beetle!", now=now)
    assert [search(who, SECRET).total for who in (cast.chen, cast.stella, cast.sofia)] == [0, 0, 0]
    services.approve_contribution(number=held.number, actor=cast.chen, now=now)
    assert search(cast.boris, SECRET).total == 1


def test_rejected_words_are_found_by_nobody(cast, held, now):
    services.reject_contribution(number=held.number, actor=cast.chen, reason="Off topic", now=now)
    assert search(cast.chen, SECRET).total == 0 and not SearchDocument.objects.exists()


def test_words_that_are_taken_back_later_are_found_by_nobody(cast, secret_words, now):
    secret_words.state = "rejected"
    SearchOutlet().decide(secret_words, now=now)
    assert search(cast.boris, SECRET).total == 0


def test_an_edit_changes_what_is_found(cast, secret_words, now):
    services.edit_contribution(number=secret_words.number, actor=cast.amina, text="The harmless bee.", now=now)
    assert (search(cast.boris, SECRET).total, search(cast.boris, "harmless").total) == (0, 1)


def test_a_refused_contribution_leaves_no_row(cast, now):
    with pytest.raises(HubError):
        cast.say(cast.amina, "See", files=(services.Upload("a.exe", b"x"),), now=now)
    assert not SearchDocument.objects.exists()


def test_what_was_folded_away_is_not_found_nor_the_subject_in_each_reply(cast, secret_words, now):
    cast.say(
        cast.boris, "I agree.", parent=secret_words.number, folded="> a quoted zebra", subject="Re: Beetles", now=now
    )
    assert search(cast.boris, "zebra").total == 0 and search(cast.boris, "beetles").total == 1


def test_markup_is_not_found(cast, now):
    cast.say(cast.amina, "**bold** [here](https://a.example/hidden) `code`", now=now)
    assert [search(cast.boris, word).total for word in ("strong", "href", "bold", "code")] == [0, 0, 1, 1]


def test_a_former_member_is_not_named(cast, secret_words, client, now):
    anonymise_member(member_id=cast.amina.pk, actor=cast.sofia, now=now)
    client.force_login(cast.boris)
    page = client.get("/search/", {"q": SECRET}).content.decode()
    assert "beetle" in page and "Amina" not in page and "A former member" in page


def test_scopes_of_what_is_in_no_topic(cast, now):
    for scope in ("public", "members", f"forum:{cast.forum_id}", "staff"):
        document = IndexEntry(
            key=f"page:{scope}", kind="page", scope=scope, title=scope, url="/", date=now, body=SECRET
        )
        index_document(document=document, now=now)
    assert [search(who, SECRET).total for who in (None, cast.stella, cast.boris)] == [1, 2, 3]


def test_reindex_brings_back_what_is_there_and_drops_what_is_gone(cast, secret_words, settings, now, capsys):
    SearchDocument.objects.update(folded="lost", body="lost", indexed_at=now - timedelta(days=900))
    now = now - timedelta(days=900)
    gone = IndexEntry(key="contribution:999999", kind="contribution", scope="public", title=SECRET, url="/", date=now)
    index_document(document=gone, now=now)
    entry = IndexEntry(key="page:1", kind="page", scope="public", title=SECRET, url="/", date=now)
    index_document(document=entry, now=now)
    settings.HUB_SEARCH_SOURCES = ["tests.search.test_doors.contributions"]
    contributions.rows = [secret_words]
    call_command("reindex")
    assert "1 documents" in capsys.readouterr().out
    assert set(SearchDocument.objects.values_list("key", flat=True)) == {
        f"contribution:{secret_words.number}",
        "page:1",
    }
    assert search(cast.boris, SECRET).total == 2


def contributions():
    """A source, as the discussions' room has one."""
    return map(document_of, contributions.rows)


@pytest.mark.parametrize("page", ["0", "-3", "x", "9" * 50, "²", ""])
def test_a_page_that_does_not_exist_is_the_nearest_one(client, page):
    assert client.get("/search/", {"q": "a", "page": page}).status_code == 200


def test_without_a_question_the_page_says_how_to_ask(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = client.get("/search/").content.decode()
    assert 'role="search"' in page and "Put a phrase in quotes" in page


def test_nothing_found_says_what_to_do(client, db):
    page = client.get("/search/", {"q": "<script>alert(1)</script> zzz"}).content.decode()
    assert "Nothing was found" in page and "<script>alert" not in page
