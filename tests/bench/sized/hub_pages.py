"""Ask the hub for each page in one process and say what it costs: ``python -m tests.bench.sized.hub_pages``.

Prints one line of JSON: ``pages`` (name -> wall and CPU in milliseconds, medians, and queries), ``search``
(name -> p50 and p95 in milliseconds), ``cookies`` and ``addresses`` for the load on the running processes.
"""

import json
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from django.conf import settings  # noqa: E402 - after the settings
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from machina.apps.forum_conversation.models import Topic  # noqa: E402

from forums.models import Membership  # noqa: E402
from hub.lib.throttle import reset_all  # noqa: E402
from hub.members.models import Member  # noqa: E402
from hub.search.selectors import search  # noqa: E402
from tests.bench.sized import texts  # noqa: E402
from tests.bench.sized.hub_data import MODERATOR, OUTSIDER, READER  # noqa: E402

ROUNDS = 15
SEARCHES = 120
Ask = Callable[[], Any]


def cost(ask: Ask, before: Ask = lambda: None) -> dict[str, float]:
    """Return what a page costs: medians of wall and CPU time, and queries."""
    walls, cpus = [], []
    for number in range(ROUNDS + 2):
        before()
        reset_all()
        wall, cpu = time.perf_counter(), time.process_time()
        status = ask().status_code
        assert status in {200, 302}, status
        if number >= 2:
            walls.append((time.perf_counter() - wall) * 1000)
            cpus.append((time.process_time() - cpu) * 1000)
    before()
    reset_all()
    with CaptureQueriesContext(connection) as queries:
        ask()
    return {"wall": statistics.median(walls), "cpu": statistics.median(cpus), "queries": len(queries)}


def client_of(email: str) -> Client:
    """Return a browser in which somebody is signed in."""
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(Member.objects.get(email=email))
    return client


def main() -> None:
    """Measure and print."""
    settings.ALLOWED_HOSTS = ["*"]
    reader, moderator = client_of(READER), client_of(MODERATOR)
    longest = Topic.objects.order_by("-posts_count").first()
    assert longest is not None
    forum_id = longest.forum_id
    # A topic of a page, in a discussion of ordinary size.
    ordinary = Topic.objects.filter(posts_count__gte=20).exclude(forum_id=forum_id).order_by("pk")
    place = Membership.objects.filter(member__email=READER)
    ordinary = ordinary.filter(forum_id__in=place.values("forum_id")).first()
    assert ordinary is not None
    horizon = place.get(forum_id=forum_id).horizon
    pages = -(-longest.posts_count // 20)

    def unread() -> None:
        place.filter(forum_id=forum_id).update(horizon=horizon)

    addresses = {
        "topic": f"/topics/{ordinary.pk}-{ordinary.slug}/",
        "discussion": f"/discussions/{forum_id}-discussion/",
        "home": "/",
    }
    addresses = {name: reader.get(path, follow=True).request["PATH_INFO"] for name, path in addresses.items()}
    asked: dict[str, tuple[Ask, Ask]] = {
        "topic of 20": (lambda: reader.get(addresses["topic"]), lambda: None),
        "longest topic, last page": (lambda: reader.get(f"/topics/{longest.pk}/?page=last", follow=True), lambda: None),
        "longest topic, middle": (
            lambda: reader.get(f"/topics/{longest.pk}/?page={pages // 2}", follow=True),
            lambda: None,
        ),
        "longest topic, threaded": (
            lambda: reader.get(f"/topics/{longest.pk}/?view=threaded&page={pages // 2}", follow=True),
            lambda: None,
        ),
        "discussion": (lambda: reader.get(addresses["discussion"]), lambda: None),
        "discussions": (lambda: reader.get("/discussions/"), lambda: None),
        "home": (lambda: reader.get("/"), lambda: None),
        "home of a moderator of 20": (lambda: moderator.get("/"), lambda: None),
        "?new": (lambda: reader.get(f"/topics/{longest.pk}/?new"), unread),
        "feed": (lambda: reader.get(f"/discussions/{forum_id}/feed.atom"), lambda: None),
        "held": (lambda: moderator.get("/held/"), lambda: None),
        "mark read": (lambda: reader.post(f"/discussions/{forum_id}/read/"), unread),
        "members": (lambda: reader.get(f"/discussions/{forum_id}/members/"), lambda: None),
    }
    result: dict[str, Any] = {"pages": {name: cost(*way) for name, way in asked.items()}}
    unread()
    result["search"] = {
        name: _search(Member.objects.get(email=email)) for name, email in (("member", READER), ("other", OUTSIDER))
    }
    result["cookies"] = {"reader": reader.cookies[settings.SESSION_COOKIE_NAME].OutputString().partition(";")[0]}
    result["addresses"] = addresses
    print(json.dumps(result))


def _search(member: Member) -> dict[str, float]:
    spent = []
    for phrase in texts.phrases(SEARCHES):
        began = time.perf_counter()
        search(member, phrase)
        spent.append((time.perf_counter() - began) * 1000)
    spent.sort()
    return {"p50": statistics.median(spent), "p95": spent[int(len(spent) * 0.95)], "max": spent[-1]}


if __name__ == "__main__":
    main()
