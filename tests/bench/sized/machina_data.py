"""Fill a database of stock machina with the data of the hub: ``python -m tests.bench.sized.machina_data SIZE``.

The reader may see every forum, by the permissions that machina gives all who are signed in, and has read all but the
newest; prints the reader's session.
"""

import os
import sys
from collections.abc import Iterable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.sized.machina_settings")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - after the settings
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from machina.apps.forum.models import Forum  # noqa: E402
from machina.apps.forum_conversation.models import Topic  # noqa: E402
from machina.apps.forum_permission.models import ForumPermission, UserForumPermission  # noqa: E402
from machina.apps.forum_tracking.models import ForumReadTrack  # noqa: E402

from tests.bench.sized import texts  # noqa: E402

RIGHTS = (
    "can_see_forum can_read_forum can_start_new_topics can_reply_to_topics can_edit_own_posts "
    "can_post_without_approval can_attach_file"
).split()


def fill(size: int) -> None:
    """Fill the database and let PostgreSQL look at it."""
    call_command("migrate", verbosity=0)
    user_model = get_user_model()
    with transaction.atomic():
        reader = user_model.objects.create(username="reader", password="!")
        people = user_model.objects.bulk_create(
            [user_model(username=f"member{number}", password="!") for number in range(texts.MEMBERS)], batch_size=1000
        )
        forums = [Forum.objects.create(name=f"Discussion {n}", type=Forum.FORUM_POST) for n in range(texts.FORUMS)]
        _allow()
        topics = Topic.objects.bulk_create(
            [
                Topic(
                    forum=forums[texts.forum_of(number)],
                    poster=people[number % texts.MEMBERS],
                    subject=f"Topic {number}",
                    slug=f"topic-{number}",
                    type=0,
                    status=0,
                    approved=True,
                )
                for number in range(texts.topics_for(size))
            ],
            batch_size=1000,
        )
        _posts(size, [int(row.pk) for row in topics], [int(row.pk) for row in people])
        _finish()
        for forum in forums:
            ForumReadTrack.objects.create(user=reader, forum=forum)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _allow() -> None:
    """Let all who are signed in read and write everywhere."""
    for permission in ForumPermission.objects.filter(codename__in=RIGHTS):
        UserForumPermission.objects.create(permission=permission, authenticated_user=True, has_perm=True, forum=None)


def _posts(size: int, topics: list[int], people: list[int]) -> None:
    rows: Iterable[tuple[Any, ...]] = (
        (
            index, row.at, row.at, people[row.author], topics[row.topic], f"Re: Topic {row.topic}", row.text,
            f"<p>{row.text}</p>", True, True, 0,
        )
        for index, row in enumerate(texts.contributions(size), 1)
    )  # fmt: skip
    columns = (
        "id, created, updated, poster_id, topic_id, subject, content, _content_rendered, approved, enable_signature,"
        " updates_count"
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY forum_conversation_post ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _finish() -> None:
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


if __name__ == "__main__":
    fill(int(sys.argv[1]))
