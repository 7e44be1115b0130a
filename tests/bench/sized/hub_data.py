"""Fill a database of the hub: ``python -m tests.bench.sized.hub_data SIZE``; ``DATABASE_URL`` names an empty one.

Forums are made by the hub's own services; people, topics and contributions are copied in, since publishing 200,000
contributions one by one takes an hour.
"""

import os
import sys
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from allauth.account.models import EmailAddress  # noqa: E402 - after the settings
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import Model  # noqa: E402
from machina.apps.forum_conversation.models import Post, Topic  # noqa: E402

from forums import services  # noqa: E402
from forums.models import Contribution, Membership, TopicState  # noqa: E402
from hub.lib.markup import VERSION  # noqa: E402
from hub.members.models import Member  # noqa: E402
from hub.search.models import SearchDocument  # noqa: E402
from tests.bench.sized import texts  # noqa: E402

READER, MODERATOR, OUTSIDER = "reader@bench.example", "moderator@bench.example", "outsider@bench.example"
PASSWORD = "a password of the bench"
COUNTRIES = "SN HR CN FI PE KE BR IN FR DE JM NZ RU EG MX TH".split()
LED = 20
_CONTRIBUTION = """
    number, forum_id, topic_id, post_id, author_id, author_name, author_role, author_country, author_organisation,
    author_language, author_filled_later, parent_id, origin, format, state, held_because, message_id, in_reply_to,
    "references", author_address, folded, content_digest, revision, created_at, renderer, decision_reason
"""


def fill(size: int) -> None:
    """Fill the database and let PostgreSQL look at it."""
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        people = _people()
        forums = _forums()
        topics = _topics(size, forums, people)
        _contributions(size, topics, forums, people)
        _finish(topics)
        _places(forums, people)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _people() -> list[int]:
    password = make_password(PASSWORD)
    special = {READER: "Reader", MODERATOR: "Moderator", OUTSIDER: "Outsider"}
    rows = [Member(email=email, name=name, is_active=True, password=password) for email, name in special.items()]
    rows += [
        Member(
            email=f"member{number}@bench.example",
            name=f"Member {number}",
            country=COUNTRIES[number % len(COUNTRIES)],
            is_active=True,
            password="!",
        )
        for number in range(texts.MEMBERS)
    ]
    made = Member.objects.bulk_create(rows, batch_size=1000)
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=row, email=row.email, verified=True, primary=True) for row in made], batch_size=1000
    )
    return [int(row.pk) for row in made]


def _forums() -> list[int]:
    made = []
    for number in range(texts.FORUMS):
        preset = "closed" if number % 3 else "members"
        policy = services.create_forum(
            name=f"Discussion {number}", slug=f"d{number}", preset=preset, now=texts.START, theme="What is asked here."
        )
        made.append(int(policy.forum_id))
    return made


def _topics(size: int, forums: list[int], people: list[int]) -> list[tuple[int, int]]:
    """Make the topics; return their keys, each with that of its forum."""
    rows = [
        Topic(
            forum_id=forums[texts.forum_of(number)],
            poster_id=people[3 + number % texts.MEMBERS],
            subject=f"Topic {number}",
            slug=f"topic-{number}",
            type=0,
            status=0,
            approved=True,
        )
        for number in range(texts.topics_for(size))
    ]
    Topic.objects.bulk_create(rows, batch_size=1000)
    return [(int(row.pk), int(row.forum_id)) for row in rows]


def _copy(model: type[Model], columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Copy rows into the table of a model; a column that is not named gets the default of its field."""
    named = {column.strip(' \n"') for column in columns.split(",")}
    others = [
        field
        for field in model._meta.concrete_fields
        if field.column not in named and not field.primary_key and not field.null and not field.generated
    ]
    names = ", ".join([columns, *(str(field.column) for field in others)])
    defaults = tuple(field.get_default() for field in others)
    with connection.cursor() as cursor, cursor.copy(f"COPY {model._meta.db_table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row((*row, *defaults))


def _contributions(size: int, topics: list[tuple[int, int]], forums: list[int], people: list[int]) -> None:
    """Copy posts, then contributions, then what is found of them; keys count from 1."""
    said = list(texts.contributions(size))
    _copy(
        Post,
        "id, created, updated, poster_id, topic_id, subject, content, _content_rendered, approved, enable_signature,"
        " updates_count",
        (
            (
                index, row.at, row.at, people[3 + row.author], topics[row.topic][0], f"Re: Topic {row.topic}",
                row.text, f"<p>{row.text}</p>", True, False, 0,
            )
            for index, row in enumerate(said, 1)
        ),
    )  # fmt: skip
    _copy(
        Contribution,
        _CONTRIBUTION,
        (
            (
                index, topics[row.topic][1], topics[row.topic][0], index, people[3 + row.author],
                f"Member {row.author}", "", COUNTRIES[row.author % len(COUNTRIES)], "", "en", False,
                row.parent + 1 if row.parent >= 0 else None, ("web", "mail", "live")[index % 3], "plain", "accepted",
                "", f"{index}@bench.example", "", "", "", "", "", 0, row.at, VERSION, "",
            )
            for index, row in enumerate(said, 1)
        ),
    )  # fmt: skip
    _copy(
        SearchDocument,
        "key, kind, scope, topic_id, language, title, body, folded, url, date, author_id, author_name, position,"
        " indexed_at",
        (
            (
                f"contribution:{index}", "contribution", f"forum:{topics[row.topic][1]}", topics[row.topic][0], "",
                f"Re: Topic {row.topic}", row.text, row.text, f"/c/{index}/", row.at, people[3 + row.author],
                f"Member {row.author}", int(row.at.timestamp() * 1000) << 20 | index, row.at,
            )
            for index, row in enumerate(said, 1)
        ),
    )  # fmt: skip


def _finish(topics: list[tuple[int, int]]) -> None:
    """Count what was copied, as publishing would have done."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE counted AS SELECT topic_id, count(*) n, min(id) head, max(id) tail "
                       "FROM forum_conversation_post GROUP BY topic_id")  # fmt: skip
        cursor.execute(
            "UPDATE forum_conversation_topic t SET posts_count = c.n, first_post_id = c.head, last_post_id = c.tail, "
            "last_post_on = p.created FROM counted c JOIN forum_conversation_post p ON p.id = c.tail "
            "WHERE t.id = c.topic_id"
        )
        cursor.execute(
            "UPDATE forum_forum f SET direct_posts_count = s.n, direct_topics_count = s.topics, "
            "last_post_id = s.tail, last_post_on = p.created "
            "FROM (SELECT t.forum_id, sum(c.n) n, count(*) topics, max(c.tail) tail FROM counted c "
            "JOIN forum_conversation_topic t ON t.id = c.topic_id GROUP BY t.forum_id) s "
            "JOIN forum_conversation_post p ON p.id = s.tail WHERE f.id = s.forum_id"
        )
        cursor.execute("SELECT topic_id, tail FROM counted")
        last = dict(cursor.fetchall())
        TopicState.objects.bulk_create(
            [TopicState(topic_id=topic, forum_id=forum, last_number=last[topic]) for topic, forum in topics],
            batch_size=1000,
        )
        for table, column in (
            ("forum_conversation_post", "id"),
            ("forums_contribution", "number"),
            ("hubsearch_searchdocument", "id"),
        ):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), max({column})) FROM {table}")


def _places(forums: list[int], people: list[int]) -> None:
    """Let people in; the reader has read all but the newest words of some topics, the moderator has read nothing."""
    reader, moderator, _outsider = people[:3]
    newest = TopicState.objects.order_by("-last_number").values_list("last_number", flat=True)
    horizon = newest[min(texts.NEW_TOPICS, newest.count() - 1)]
    joined = texts.START + timedelta(minutes=1)
    rows = [
        Membership(forum_id=pk, member_id=reader, joined_at=joined, horizon=horizon)
        for pk in forums[: texts.TAKEN_PART_IN]
    ]
    rows += [
        Membership(forum_id=pk, member_id=moderator, role="moderator", joined_at=joined, horizon=horizon)
        for pk in forums[:LED]
    ]
    # Two thousand take part in the first discussion, fifty in each other.
    rows += [
        Membership(forum_id=pk, member_id=person, joined_at=joined, horizon=horizon)
        for place, pk in enumerate(forums)
        for person in people[3 + place : 3 + place + (2000 if place == 0 else 50)]
    ]
    Membership.objects.bulk_create(rows, batch_size=2000)


if __name__ == "__main__":
    fill(int(sys.argv[1]))
