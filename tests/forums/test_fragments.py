"""Contributions on a page: each reader sees what is theirs to see, as it is now, and the engine draws none of them."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone, translation
from django.utils.html import escape
from django.utils.translation import get_language
from machina.apps.forum_conversation.models import Post

from forums import fragments, services
from forums.models import Attachment, Contribution, ForumPolicy
from hub.lib.markup import render
from hub.lib.tokens import sign
from hub.members.services import anonymise_member
from hub.templatetags.hub_ui import when
from tests.template_work import counted

pytestmark = pytest.mark.django_db


def _page(client, contribution):
    return client.get(f"/topics/{contribution.topic_id}/").content.decode()


def _article(page, number):
    return page.partition(f'id="c{number}"')[2].partition("</article>")[0]


@pytest.mark.parametrize("zone", ["UTC", "Africa/Algiers", "Asia/Shanghai"])
@pytest.mark.parametrize("language", ["en", "ar", "fr"])
def test_the_time_that_is_worked_out_once_names_its_day_and_is_the_same_tomorrow(monkeypatch, now, zone, language):
    with timezone.override(zone), translation.override(language):
        texts = []
        for passed in (timedelta(), timedelta(days=1), timedelta(days=400)):
            monkeypatch.setattr(timezone, "now", lambda passed=passed: now + passed)
            texts.append(str(fragments._time.__wrapped__(now, language, zone)))
        assert len(set(texts)) == 1
        assert str(now.year) in texts[0].partition("<bdi>")[2] and "data-near" not in texts[0]


def test_the_time_is_that_of_each_readers_language_and_zone(now):
    texts = set()
    for zone in ("UTC", "Africa/Algiers", "Asia/Shanghai"):
        for language in ("en", "ar", "fr"):
            with timezone.override(zone), translation.override(language):
                shown = fragments._time(now, get_language(), timezone.get_current_timezone_name())
                assert shown == when(now)
                texts.add(shown)
    assert len(texts) == 9


def test_a_closed_contribution_is_not_shown_to_an_outsider_after_an_insider_has_read_it(client, cast, now):
    contribution = cast.say(cast.boris, "For us alone.", subject="Ours", now=now)
    client.force_login(cast.amina)
    assert "For us alone." in _page(client, contribution)
    for outsider in (cast.stella, None):
        client.logout()
        if outsider:
            client.force_login(outsider)
        answer = client.get(f"/topics/{contribution.topic_id}/", follow=True)
        assert "For us alone." not in answer.content.decode() and "Ours" not in answer.content.decode()
    services.remove_member(forum_id=cast.forum_id, member=cast.amina, now=now)
    client.force_login(cast.amina)
    assert "For us alone." not in _page(client, contribution)


def test_a_held_contribution_is_shown_to_its_author_and_the_moderators_alone(client, cast, now):
    first = cast.say(cast.boris, "Seen.", subject="Held", now=now)
    ForumPolicy.objects.update(moderated=True)
    held = cast.say(cast.amina, "Not yet seen.", topic_id=first.topic_id, now=now)
    assert held.is_held
    for member, sees in ((cast.chen, True), (cast.amina, True), (cast.boris, False), (cast.stella, False)):
        client.force_login(member)
        by_itself = client.get(f"/c/{held.number}/", follow=True).content.decode()
        assert ("Not yet seen." in by_itself) is sees
        assert "Not yet seen." not in _page(client, first)
    assert "Not yet seen." not in client.get(f"/topics/{first.topic_id}/after/{first.number}/").content.decode()


def test_what_a_moderator_may_do_is_not_offered_to_the_next_reader(client, cast, now):
    contribution = cast.say(cast.boris, subject="Rights", now=now)
    seen = {}
    for member in (cast.chen, cast.amina, cast.oona, cast.boris):
        client.force_login(member)
        article = _article(_page(client, contribution), contribution.number)
        opening = _page(client, contribution).partition(f'" id="c{contribution.number}"')[0].rpartition("<article")[2]
        seen[member.name] = (f"/c/{contribution.number}/edit/" in article, 'name="reply"' in article, "own" in opening)
    assert seen == {
        "Chen Wei": (True, True, False),
        "Amina Diallo": (False, True, False),
        "Oona Virtanen": (False, False, False),
        "Boris Horvat": (True, True, True),
    }


def test_each_reader_has_their_own_language_and_time(client, cast, now):
    contribution = cast.say(cast.boris, "> one\n\nTwo", subject="Zones", folded="> a\n> b", now=now)
    type(cast.amina).objects.filter(pk=cast.amina.pk).update(language="fr", time_zone="Africa/Nairobi")
    for _visit in range(2):
        client.force_login(cast.amina)
        article = _article(_page(client, contribution), contribution.number)
        assert "12:00" in article and "(09:00 UTC)" in article and "Croatie" in article
        client.force_login(cast.chen)
        article = _article(_page(client, contribution), contribution.number)
        assert "24 Nov 2026, 09:00 UTC" in article and "Croatia" in article and "Show 2 quoted lines" in article


def test_an_edit_a_file_and_a_departure_show_at_once(client, cast, now):
    upload = services.Upload("plan-of-boris.pdf", b"%PDF-1.7")
    contribution = cast.say(cast.boris, "The first words.", subject="Now", files=(upload,), now=now)
    client.force_login(cast.amina)
    assert "The first words." in _page(client, contribution)
    services.edit_contribution(number=contribution.number, actor=cast.boris, text="Other words.", now=now)
    article = _article(_page(client, contribution), contribution.number)
    assert "Other words." in article and "The first words." not in article and "Edited by the author" in article
    Attachment.objects.filter(contribution=contribution).update(name="plan.pdf")
    assert "plan-of-boris.pdf" not in _page(client, contribution) and "plan.pdf" in _page(client, contribution)
    anonymise_member(member_id=cast.boris.pk, actor=cast.boris, now=now)
    article = _article(_page(client, contribution), contribution.number)
    assert "Boris" not in article and "BH" not in article and "Other words." in article


def test_a_secret_that_is_masked_is_gone_at_once_without_an_edit(client, cast, now):
    token = sign("reply:1", [1, 2, 300])
    contribution = cast.say(cast.boris, "Words.", subject="Masked", now=now)
    text = f"Words to risk+r.{token}@lists.hub.example here."
    Post.objects.filter(pk=contribution.post_id).update(content=text, _content_rendered=render(text))
    client.force_login(cast.amina)
    assert token in _page(client, contribution)
    call_command("mask_secrets")
    assert token not in _page(client, contribution) and "here." in _page(client, contribution)


def test_names_files_and_folded_text_are_escaped(client, cast, now):
    evil = '<img src=x onerror="x">&amp;'
    contribution = cast.say(cast.boris, evil, subject=evil, folded=evil, now=now)
    Contribution.objects.filter(pk=contribution.pk).update(author_name=evil, author_country="HR")
    Attachment.objects.create(contribution=contribution, name=evil, content_type="text/plain", size=1, sha256="0" * 64)
    answer = cast.say(cast.chen, "Yes.", parent=contribution.number, now=now)
    client.force_login(cast.amina)
    page = _page(client, contribution)
    assert "<img" not in page and page.count(escape(evil)) >= 6
    assert escape(evil) in _article(page, answer.number)


def _work(client, contribution):
    # Twice: the second time nothing is new, which is another shape.
    _page(client, contribution)
    _page(client, contribution)
    with counted() as work:
        _page(client, contribution)
    return work


def test_the_engine_draws_no_node_and_looks_up_no_variable_for_a_contribution(client, cast, now):
    contribution = cast.say(cast.boris, subject="Twenty", now=now)
    cast.say(cast.chen, parent=contribution.number, topic_id=contribution.topic_id, now=now)
    client.force_login(cast.amina)
    few = _work(client, contribution)
    for number in range(18):
        author = (cast.boris, cast.chen)[number % 2]
        cast.say(author, f"**{number}**", parent=contribution.number, folded="> quoted", now=now)
    many = _work(client, contribution)
    assert (many.nodes, many.variables) == (few.nodes, few.variables)
    assert many.nodes < 400 and many.variables < 400


def test_the_engine_draws_no_node_for_a_topic_or_a_discussion_in_a_list(client, cast, now):
    cast.say(cast.boris, subject="First", now=now)
    client.force_login(cast.amina)
    paths = ("/discussions/", f"/discussions/{cast.forum_id}/")

    def work():
        for path in paths:
            client.get(path)
        with counted() as counts:
            pages = [client.get(path).content.decode() for path in paths]
        return (counts.nodes, counts.variables), pages

    few, _pages = work()
    for number in range(5):
        cast.say(cast.boris, subject=f"<i>{number}</i>", now=now)
        preset = ForumPolicy.Preset.MEMBERS
        services.create_forum(name=f"<i>{number}</i>", slug=f"d{number}", preset=preset, now=now, theme="<b>Why</b>")
    # "Also open to you" stands there now.
    work()
    many, pages = work()
    assert many[0] - few[0] < 20
    assert [page.count("&lt;i&gt;") >= 5 for page in pages] == [True, True]
    assert not [page for page in pages if "<i>" in page or "<b>Why" in page]
