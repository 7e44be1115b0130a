"""Sign the reader of stock machina in and print the cookie and the pages to ask for, as JSON."""

import json
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.sized.machina_settings")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - after the settings
from django.test import Client  # noqa: E402
from machina.apps.forum_conversation.models import Topic  # noqa: E402


def main() -> None:
    """Print one line."""
    client = Client()
    client.force_login(get_user_model().objects.get(username="reader"))
    longest = Topic.objects.order_by("-posts_count").select_related("forum").first()
    ordinary = Topic.objects.filter(posts_count__gte=20).exclude(forum=longest.forum).select_related("forum")
    topic = ordinary.order_by("pk").first()
    forum = f"{longest.forum.slug}-{longest.forum.pk}"
    addresses = {
        "topic": f"/forum/forum/{topic.forum.slug}-{topic.forum.pk}/topic/{topic.slug}-{topic.pk}/",
        "discussion": f"/forum/forum/{forum}/",
        "home": "/forum/",
    }
    for path in addresses.values():
        assert client.get(path).status_code == 200, path
    cookie = client.cookies["sessionid"]
    print(json.dumps({"cookie": f"sessionid={cookie.value}", "addresses": addresses}))


if __name__ == "__main__":
    main()
