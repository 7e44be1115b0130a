"""Pages and questions cost the same for a few rows and for many: by rows, by queries, by the plans of the database."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forums import pages, selectors, services, trees
from forums.models import Contribution, Membership
from forums.policy import access_of
from hub.members.models import Member

# Tables that grow for as long as people talk.
_GROWING = (
    "forums_contribution", "forum_conversation_post", "forum_conversation_topic", "forums_topicstate", "forums_readmark"
)  # fmt: skip


def _people(count):
    return Member.objects.bulk_create(
        Member(email=f"m{number}@people.example", name=f"Person {number:03}", country="FR", is_active=True)
        for number in range(count)
    )


def _fill(cast, now, rows):
    for number in range(rows):
        first = cast.say(cast.boris, subject=f"Topic {number:03}", now=now)
    people = _people(rows)
    Membership.objects.bulk_create(
        Membership(forum_id=cast.forum_id, member=person, joined_at=now, horizon=0) for person in people
    )
    return first


@pytest.mark.parametrize(
    ("path", "row", "most"),
    [
        ("/discussions/{forum}/", r'class="what"', 50),
        ("/discussions/{forum}/members/", r'aria-label="Remove', 50),
        ("/held/", r"<article", 20),
        ("/discussions/", r'class="what"', 20),
    ],
)
def test_a_list_page_has_a_bounded_number_of_rows_and_the_same_queries(client, cast, now, settings, path, row, most):
    settings.HUB_RATE_PER_HOUR = 1000
    client.force_login(cast.sofia)
    address = path.format(forum=cast.forum_id)
    cast.policy.moderated = True
    cast.policy.save()
    services.admit_member(forum_id=cast.forum_id, member=cast.boris, role="moderator", now=now)
    counts = {}
    for rows in (6, 60):
        _more(cast, now, rows)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address)
        assert page.status_code == 200
        counts[rows] = len(queries), len(re.findall(row, page.content.decode()))
    # Where not all fit on one page, they are counted, and people by region in place of their names.
    assert counts[6][0] >= counts[60][0] - 2
    assert counts[6][1] >= 6 and counts[60][1] <= most
    assert 'href="?page=2"' in page.content.decode()


def _more(cast, now, rows):
    """Bring topics, held contributions, participants and discussions up to so many more."""
    for number in range(rows):
        cast.say(cast.boris, subject=f"Topic {number:03}", now=now)
        cast.say(cast.amina, subject=f"Held {number:03}", now=now)
        services.create_forum(name=f"F{rows} {number:03}", slug=f"f{rows}-{number}", preset="members", now=now)
    people = Member.objects.bulk_create(
        Member(email=f"m{rows}-{number}@people.example", name=f"P{rows} {number:03}", country="FR", is_active=True)
        for number in range(rows)
    )
    Membership.objects.bulk_create(
        Membership(forum_id=cast.forum_id, member=person, joined_at=now, horizon=0) for person in people
    )


def _plans(queries):
    """Return what SQLite does for each question: whole tables that it goes through."""
    scanned = []
    for query in queries.captured_queries:
        if query["sql"].startswith("SELECT"):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
                steps = [str(step[3]) for step in cursor.fetchall()]
            scanned += [
                f"{step}: {query['sql']}"
                for step in steps
                if re.match(rf"SCAN ({'|'.join(_GROWING)}|state|said|mark)\b", step)
            ]
    return scanned


@pytest.mark.sqlite
def test_no_question_of_a_page_goes_through_a_whole_table(client, cast, now):
    """The optimiser has no figures here: with an index it takes the index, without one it shows the scan."""
    first = _fill(cast, now, 3)
    cast.say(cast.boris, parent=first.number, now=now)
    topic, discussion = selectors.topic_for(cast.amina, first.topic_id)
    with CaptureQueriesContext(connection) as queries:
        selectors.numbers_on(topic, 1)
        selectors.page_of(first)
        selectors.newest_number(cast.forum_id)
        pages.newest_of(discussion, limit=30)
        trees.tree(topic)
        assert discussion.new == 4
        selectors.topics_for(cast.amina, discussion)
        selectors.first_new_for(cast.amina, topic)
        services.mark_forum_read(member=cast.amina, forum_id=cast.forum_id)
        selectors.held_for(cast.sofia)
        selectors.home_blocks(member=cast.sofia, now=now)
        client.force_login(cast.amina)
        for address in ("/discussions/", f"/discussions/{cast.forum_id}/", f"/topics/{topic.pk}/?new"):
            assert client.get(address, follow=True).status_code == 200
    assert not _plans(queries)


@pytest.mark.sqlite
def test_what_is_new_is_counted_in_its_own_index(cast, now):
    """The index holds all that the count asks; PostgreSQL then looks at no row of the archive."""
    cast.say(cast.boris, now=now)
    access = access_of(cast.amina)
    with CaptureQueriesContext(connection) as queries:
        selectors.new_counts_for(cast.amina, access)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {queries.captured_queries[-1]['sql']}")
        steps = [str(step[3]) for step in cursor.fetchall()]
    counted = [step for step in steps if " said " in f"{step} "]
    assert counted and all("INDEX contribution_new" in step for step in counted), steps


def test_the_page_of_a_long_discussion_takes_fifteen_queries_and_little_memory(client, cast, now, settings):
    settings.HUB_RATE_PER_HOUR = 1000
    _fill(cast, now, 120)
    client.force_login(cast.amina)
    address = f"/discussions/{cast.forum_id}/"
    client.get(address, follow=True)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address, follow=True)
    assert len(queries) <= 15, "\n".join(query["sql"][:150] for query in queries.captured_queries)
    assert page.content.decode().count('class="what"') == 50
    # Texts of last contributions are not read for a list of subjects.
    assert not [query for query in queries.captured_queries if '_content_rendered"' in query["sql"]]
    assert client.get(f"{address}?page=9", follow=True).content.decode().count('class="what"') == 20


def test_pages_of_a_long_topic_are_cut_from_both_ends_alike(cast, now, settings):
    settings.HUB_RATE_PER_HOUR = 1000
    first = cast.say(cast.boris, now=now)
    for _number in range(104):
        cast.say(cast.boris, topic_id=first.topic_id, now=now)
    topic, _discussion = selectors.topic_for(cast.amina, first.topic_id)
    numbers = list(Contribution.objects.order_by("number").values_list("number", flat=True))
    shown = [selectors.numbers_on(topic, page) for page in range(1, 7)]
    assert [number for page in shown for number in page] == numbers and [len(page) for page in shown] == [20] * 5 + [5]
    for row in Contribution.objects.all()[::13]:
        assert row.number in shown[selectors.page_of(row) - 1]
    assert selectors.numbers_on(topic, 7) == []


def test_a_topic_is_put_in_trees_part_by_part(client, cast, now, monkeypatch, settings):
    settings.HUB_RATE_PER_HOUR = 1000
    monkeypatch.setattr(trees, "TREE", 40)
    first = cast.say(cast.boris, now=now)
    for _number in range(59):
        last = cast.say(cast.boris, parent=first.number, now=now)
    client.force_login(cast.amina)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(f"/topics/{first.topic_id}/?view=threaded&page=3", follow=True).content.decode()
    assert [query for query in queries.captured_queries if query["sql"].endswith("LIMIT 41 OFFSET 40")]
    assert f'id="c{last.number}"' in page and f'id="c{first.number}"' not in page
    # What they answer stands in an earlier part: it is said.
    assert page.count(f"#c{first.number}") + page.count(f"/c/{first.number}/") > 0
