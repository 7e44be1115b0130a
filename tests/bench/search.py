"""Time the search over synthetic contributions, by how common the words are and how much the reader may read.

``python tests/bench/search.py 200000``; the default of 20,000 takes a minute. ``DATABASE_URL`` names an empty database.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
os.environ["HUB_DATA"] = tempfile.mkdtemp(prefix="hub-bench-")
django.setup()

from django.core.management import call_command  # noqa: E402 - after the settings
from django.db import connection, models, transaction  # noqa: E402
from machina.apps.forum.models import Forum  # noqa: E402
from machina.apps.forum_conversation.models import Topic  # noqa: E402

from hub.members.models import Member  # noqa: E402
from hub.search import services  # noqa: E402
from hub.search.engines import SearchStatement  # noqa: E402
from hub.search.query import parse  # noqa: E402
from hub.search.selectors import MOST, PAGE  # noqa: E402

FORUMS, TOPICS, WORDS = 200, 2000, 80
START = datetime(2020, 1, 1, tzinfo=UTC)


def fill(size: int) -> list[str]:
    """Index ``size`` documents of 80 words and return the vocabulary, the commonest word first."""
    chance = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(chance.choices(letters, k=chance.randint(3, 10))) for _ in range(30_000)]
    weights = [1 / (rank + 5) for rank in range(len(words))]
    author = Member.objects.create_user(email="a@people.example", name="A")
    forums = [Forum.objects.create(name=f"F{number}", type=Forum.FORUM_POST) for number in range(FORUMS)]
    topics = [
        Topic(forum=forums[number % FORUMS], poster=author, subject="T", slug="t", type=0, status=0, approved=True)
        for number in range(TOPICS)
    ]
    for topic in topics:
        models.Model.save(topic, force_insert=True)
    for first in range(0, size, 500):
        documents = []
        for number in range(first, min(first + 500, size)):
            rare = " zzrare" if number % 5000 == 7 else ""
            documents.append(
                services.IndexEntry(
                    key=f"contribution:{number}", kind="contribution", scope="", title="Re: T", url="/", author=author,
                    date=START + timedelta(minutes=chance.randint(0, 3_000_000)),
                    topic_id=chance.choice(topics).pk, body=" ".join(chance.choices(words, weights, k=WORDS)) + rare,
                )
            )  # fmt: skip
        with transaction.atomic():
            services._write(documents, START)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return words


def median(work: Callable[[], object]) -> float:
    """Return the median of seven runs in milliseconds."""
    work()
    spent = []
    for _ in range(7):
        start = time.perf_counter()
        work()
        spent.append((time.perf_counter() - start) * 1000)
    return statistics.median(spent)


def main() -> None:
    """Fill, then print page and count in milliseconds."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    call_command("migrate", verbosity=0)
    start = time.perf_counter()
    words = fill(size)
    print(f"{connection.vendor}: {size:,} documents indexed in {time.perf_counter() - start:.0f} s")
    keys = sorted(Forum.objects.values_list("pk", flat=True))
    asked = {"common": words[0], "two common": f"{words[0]} {words[1]}", "phrase": f'"{words[0]} {words[1]}"',
             "rare": "zzrare"}  # fmt: skip
    for readable in (FORUMS, FORUMS // 2, 2, 0):
        for name, text in asked.items():
            statement = SearchStatement(parse(text), forums=set(keys[:readable]), scopes={"public"}, kind="")
            count = statement.count(most=MOST + 1)
            counted = median(lambda: statement.count(most=MOST + 1))  # noqa: B023 - called at once
            few = count <= MOST
            page = median(lambda: statement.positions(offset=0, limit=PAGE, few=few))  # noqa: B023
            print(f"  {readable:>3} forums  {name:<11} page {page:8.2f} ms  count {counted:8.2f} ms  of {count}")


if __name__ == "__main__":
    main()
