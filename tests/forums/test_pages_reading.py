"""What the discussion pages show, to whom, and at what price."""

import gzip
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forums import services
from forums.models import ReadMark

pytestmark = pytest.mark.django_db


def _topic(number_of_topic):
    return f"/topics/{number_of_topic}/"


def _queries(client, path):
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(path).status_code == 200
    return [query["sql"] for query in seen]


def _numbers(page):
    return [int(number) for number in re.findall(r'data-number="(\d+)"', page)]


def test_the_list_shows_what_one_takes_part_in_with_what_is_new(client, cast, now):
    cast.say(cast.boris, subject="Baselines", now=now)
    client.force_login(cast.amina)
    page = client.get("/discussions/").content.decode()
    assert "Risk assessment" in page and "1 new" in page and "Discussions you take part in" in page


def test_the_public_gets_an_empty_list_that_says_how_to_begin(client, cast):
    page = client.get("/discussions/").content.decode()
    assert "Risk assessment" not in page and "Sign in to see yours" in page


def test_a_discussion_shows_theme_questions_summary_people_and_topics(client, cast, now):
    cast.policy.questions, cast.policy.summary = "How far?\nWhy?", "We **agree**."
    cast.policy.opens_at, cast.policy.closes_at = now - timedelta(days=3), now + timedelta(days=9000)
    cast.policy.save()
    cast.say(cast.boris, subject="Baselines", now=now)
    client.force_login(cast.amina)
    page = client.get(f"/discussions/{cast.forum_id}-any-slug/").content.decode()
    for shown in (
        "Field trials",
        "How far?",
        "<strong>agree</strong>",
        "Eastern Europe",
        "Baselines",
        "1 new",
        "<progress",
    ):
        assert shown in page


def test_a_discussion_without_topics_says_what_will_be_there(client, cast):
    client.force_login(cast.amina)
    assert "topics of this discussion will appear" in client.get(f"/discussions/{cast.forum_id}/").content.decode()


def test_a_topic_shows_number_name_country_role_time_and_origin(client, cast, now):
    contribution = cast.say(cast.chen, "Please be **brief**.", now=now)
    client.force_login(cast.amina)
    page = client.get(_topic(contribution.topic_id)).content.decode()
    assert f'id="c{contribution.number}"' in page and f'href="/c/{contribution.number}/"' in page
    for shown in ("Chen Wei", "China", "moderator", "09:00 UTC", 'class="door web"', "<strong>brief</strong>"):
        assert shown in page


def test_time_stands_in_the_readers_zone_with_utc_beside_it(client, cast, now):
    contribution = cast.say(cast.boris, now=now)
    cast.amina.time_zone = "Asia/Tokyo"
    cast.amina.save()
    client.force_login(cast.amina)
    page = client.get(_topic(contribution.topic_id)).content.decode()
    assert 'datetime="2026-11-24T09:00:00Z"' in page and "18:00" in page and "(09:00 UTC)" in page


def test_an_arabic_reader_gets_the_page_from_right_to_left(client, cast, now):
    contribution = cast.say(cast.boris, now=now)
    cast.amina.language = "ar"
    cast.amina.save()
    client.force_login(cast.amina)
    assert '<html lang="ar" dir="rtl">' in client.get(_topic(contribution.topic_id)).content.decode()


def test_quoted_text_is_folded_one_click_away(client, cast, now):
    contribution = cast.say(cast.boris, "Yes.", folded="> first\n> second", now=now)
    client.force_login(cast.amina)
    page = client.get(_topic(contribution.topic_id)).content.decode()
    assert "Show 2 quoted lines" in page and "&gt; first" in page


def test_markup_in_folded_text_names_and_files_is_shown_not_run(client, cast, now):
    cast.boris.name = "<script>alert(1)</script>"
    cast.boris.save()
    upload = services.Upload("<img src=x>.pdf", b"%PDF", "application/pdf")
    contribution = cast.say(
        cast.boris, "<script>alert(2)</script>", folded="<script>alert(3)</script>", files=(upload,), now=now
    )
    client.force_login(cast.amina)
    page = client.get(_topic(contribution.topic_id)).content.decode()
    assert "<script>alert" not in page and "<img src=x>" not in page


def test_twenty_contributions_make_a_page_and_the_permanent_number_leads_to_its_own(client, cast, now):
    contributions = [cast.say(cast.boris, subject="Long", now=now)]
    contributions += [cast.say(cast.boris, topic_id=contributions[0].topic_id, now=now) for _ in range(44)]
    client.force_login(cast.amina)
    first = client.get(_topic(contributions[0].topic_id)).content.decode()
    assert len(_numbers(first)) == 20 and "Page 1 of 3" in first and 'rel="next"' in first
    answer = client.get(f"/c/{contributions[41].number}/")
    assert answer.status_code == 302 and answer.url.endswith(f"?page=3#c{contributions[41].number}")
    assert contributions[41].number in _numbers(client.get(answer.url).content.decode())


@pytest.mark.parametrize("asked", ["0", "-1", "99", "last", "x", "1" * 40])
def test_a_page_number_that_makes_no_sense_still_shows_a_page(client, cast, now, asked):
    contribution = cast.say(cast.boris, now=now)
    client.force_login(cast.amina)
    assert _numbers(client.get(f"{_topic(contribution.topic_id)}?page={asked}").content.decode()) == [
        contribution.number
    ]


def test_new_leads_to_the_first_unread_and_marks_it(client, cast, now):
    contributions = [cast.say(cast.boris, subject="Long", now=now)]
    contributions += [cast.say(cast.boris, topic_id=contributions[0].topic_id, now=now) for _ in range(29)]
    services.mark_read(member=cast.amina, topic_id=contributions[0].topic_id, number=contributions[24].number)
    client.force_login(cast.amina)
    answer = client.get(f"{_topic(contributions[0].topic_id)}?new")
    assert answer.url.endswith(f"?page=2#c{contributions[25].number}")
    page = client.get(answer.url).content.decode()
    assert (
        page.index('class="unread"')
        < page.index(f'id="c{contributions[25].number}"')
        < page.index(f'id="c{contributions[26].number}"')
    )
    assert page.index(f'id="c{contributions[24].number}"') < page.index('class="unread"')
    assert 'class="unread"' not in client.get(answer.url.partition("#")[0]).content.decode()


def test_reading_moves_the_mark_forward_and_never_back(client, cast, now):
    contributions = [cast.say(cast.boris, subject="Long", now=now)]
    contributions += [cast.say(cast.boris, topic_id=contributions[0].topic_id, now=now) for _ in range(24)]
    client.force_login(cast.amina)
    for query, at in (("?page=2", contributions[24]), ("?page=1", contributions[24])):
        client.get(_topic(contributions[0].topic_id) + query)
        assert ReadMark.objects.get(member=cast.amina).number == at.number


def test_the_threaded_view_puts_replies_under_what_they_answer(client, cast, now):
    first = cast.say(cast.boris, subject="Tree", now=now)
    second = cast.say(cast.amina, parent=first.number, now=now)
    third = cast.say(cast.chen, parent=first.number, now=now)
    under_second = cast.say(cast.boris, parent=second.number, now=now)
    client.force_login(cast.amina)
    page = client.get(f"{_topic(first.topic_id)}?view=threaded").content.decode()
    assert _numbers(page) == [first.number, second.number, under_second.number, third.number]
    assert re.findall(r'<li class="depth-(\d)"', page) == ["0", "1", "2", "1"]
    assert _numbers(client.get(_topic(first.topic_id)).content.decode()) == sorted(_numbers(page))


def test_a_chain_of_two_thousand_replies_is_drawn_without_recursion(cast, now):
    from machina.apps.forum_conversation.models import Post

    from forums import selectors, trees
    from forums.models import Contribution

    first = cast.say(cast.boris, subject="Chain", now=now)
    topic, _where = selectors.topic_for(cast.amina, first.topic_id)
    posts = Post.objects.bulk_create(
        Post(topic=topic, poster=cast.boris, subject="Re", content="x", approved=True) for _ in range(2000)
    )
    before = first.number
    rows = []
    for index, post in enumerate(posts):
        rows.append(
            Contribution(
                forum_id=cast.forum_id,
                topic=topic,
                number=before + 1,
                post=post,
                author=cast.boris,
                parent_id=before,
                origin="mail",
                message_id=f"m{index}@x",
                created_at=now,
            )
        )
        before += 1
    Contribution.objects.bulk_create(rows)
    ordered = trees.tree(topic)
    assert len(ordered) == trees.TREE and ordered[-1] == (first.number + trees.TREE - 1, trees.MAX_DEPTH)
    # A part of its own begins at the top again, and each reply there that answers an earlier part says so.
    assert trees.tree(topic, part=2) == [(before, 0)]


def test_the_live_fragment_gives_what_came_since_and_moves_the_mark(client, cast, now):
    first = cast.say(cast.boris, subject="Live", now=now)
    later = cast.say(cast.chen, "Just now.", topic_id=first.topic_id, now=now)
    client.force_login(cast.amina)
    answer = client.get(f"/topics/{first.topic_id}/after/{first.number}/")
    fragment = answer.content.decode()
    assert _numbers(fragment) == [later.number] and 'data-label="Show 1 new contribution"' in fragment
    assert "<html" not in fragment and answer["Cache-Control"] == "private, no-store"
    assert ReadMark.objects.get(member=cast.amina).number == first.number
    assert client.get(f"/topics/{first.topic_id}/after/{later.number}/").status_code == 204
    assert ReadMark.objects.get(member=cast.amina).number == later.number


def test_asking_after_a_number_of_another_topic_marks_nothing(client, cast, now):
    first = cast.say(cast.boris, subject="One", now=now)
    other = cast.say(cast.boris, subject="Two", now=now)
    client.force_login(cast.amina)
    client.get(f"/topics/{first.topic_id}/after/{other.number}/")
    client.get(f"/topics/{first.topic_id}/after/999999/")
    assert not ReadMark.objects.filter(member=cast.amina).exists()


def test_count_everything_as_read_leaves_nothing_new(client, cast, now):
    cast.say(cast.boris, subject="One", now=now)
    client.force_login(cast.amina)
    client.post(f"/discussions/{cast.forum_id}/read/")
    assert "1 new" not in client.get("/discussions/").content.decode()


def test_lists_and_pages_cost_the_same_for_one_row_and_for_fifty(client, cast, now):
    """Names, countries, roles, files and parents come with the rows."""
    first = cast.say(cast.boris, subject="Rows", files=(services.Upload("a.pdf", b"x"),), now=now)
    client.force_login(cast.amina)
    paths = (
        "/discussions/",
        f"/discussions/{cast.forum_id}/",
        _topic(first.topic_id),
        f"{_topic(first.topic_id)}?view=threaded&page=last",
        f"/discussions/{cast.forum_id}/members/",
        f"/discussions/{cast.forum_id}/feed.atom",
    )
    few = {path: _queries(client, path) for path in paths}
    for index in range(50):
        author = (cast.boris, cast.chen)[index % 2]
        upload = services.Upload(f"{index}.pdf", b"x%d" % index)
        cast.say(author, topic_id=first.topic_id, parent=first.number, files=(upload,), now=now)
        cast.say(author, subject=f"Topic {index}", now=now)
    for path in paths:
        many = _queries(client, path)
        # In a topic with something new, one more asks which is the first of it.
        more = 1 if path.startswith("/topics/") else 0
        # Topics on more than one page are counted.
        more += path == f"/discussions/{cast.forum_id}/"
        asked = more + len(few[path])
        assert len(few[path]) <= len(many) <= asked, (path, "\n".join(many))


def test_a_topic_of_twenty_weighs_less_than_forty_kilobytes_with_all_its_assets(client, cast, now):
    text = (
        "We would accept 50 m for cowpea in the interior and not near the coast, where the wild form is common. " * 4
        + "\n\nThe evidence is **thin**: a review, and two trials of our own."
    )
    first = cast.say(cast.boris, text, subject="Weight", now=now)
    for index in range(19):
        cast.say(cast.chen, f"{index}. {text[index:]}", parent=first.number, folded="> quoted\n" * 5, now=now)
    client.force_login(cast.amina)
    page = client.get(_topic(first.topic_id)).content
    assets = re.findall(r'(?:src|href)="/static/([^"]+)"', page.decode())
    assert sorted(assets) == ["hub/hub.css", "hub/hub.js", "hub/names.js"]
    bytes_of = {name: len(gzip.compress(Path(finders.find(name)).read_bytes())) for name in assets}
    assert bytes_of["hub/hub.css"] < 12_000 and bytes_of["hub/hub.js"] < 4_000 and bytes_of["hub/names.js"] < 1_500
    assert len(gzip.compress(page)) + sum(bytes_of.values()) < 40_000


def test_pages_carry_no_inline_style_or_script(client, cast, now):
    contribution = cast.say(cast.boris, now=now)
    client.force_login(cast.chen)
    for path in ("/discussions/", f"/discussions/{cast.forum_id}/", _topic(contribution.topic_id), "/held/"):
        page = client.get(path).content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)
