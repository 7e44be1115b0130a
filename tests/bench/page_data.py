"""The data of :mod:`tests.bench.pages`: the demo network, a topic of 20 in it, and a moderator of 20 discussions."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.test import Client

from forums import services
from forums.models import Contribution, ForumPolicy, Membership
from hub.assets import collect
from hub.demo.load import load
from hub.lib.clock import now
from hub.members.models import Member
from hub.runtime.prepare import compile_catalogues

PARAGRAPH = (
    "We would accept 50 m for cowpea in the interior and not near the coast, where the wild form is common. The "
    "evidence is **thin**: a review, and two trials of our own.\n\n"
)


def fill() -> Iterator[tuple[str, str, str]]:
    """Make the data and give ``(label, path, cookie)`` of each page."""
    compile_catalogues()
    collect()
    demo = load(now=now(), progress=lambda _line: None)
    member = next(row for row in demo["members"] if row["role"] == "member")
    address = next(row for row in demo["lists"] if row["closed"])["url"]
    forum_id = int(address.rstrip("/").rsplit("/", 1)[-1])
    reader = Member.objects.get(email=member["email"])
    topic = _topic(forum_id, reader)
    cookie = _cookie(reader)
    yield "topic of 20", topic, cookie
    yield "topic of 20, by reply", f"{topic}?view=threaded", cookie
    yield "discussion", address.removeprefix(settings.HUB_URL), cookie
    yield "home", "/", cookie
    yield "home of a moderator of 20", "/", _cookie(_moderator())
    yield "discussions", "/discussions/", cookie


def _cookie(member: Member) -> str:
    client = Client()
    client.force_login(member)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}; csrftoken={'c' * 32}"


def _topic(forum_id: int, reader: Member) -> str:
    """Make a topic of 20 contributions and return its address."""
    rows = Membership.objects.filter(forum_id=forum_id, left_at=None).exclude(member=reader)
    writers = [row.member for row in rows.exclude(role=Membership.Role.OBSERVER).select_related("member")[:5]]
    numbers: list[int] = []
    topic_id: int | None = None
    for index in range(20):
        author = reader if index == 12 else writers[index % len(writers)]
        draft = services.Draft(
            forum_id=forum_id,
            topic_id=topic_id,
            subject="" if topic_id else "Isolation distances, once more",
            text=PARAGRAPH * (1 + index % 3) + f"Point {index}.",
            parent=numbers[index // 2] if index and index % 3 else None,
            folded="> quoted before\n" * 5 if index % 4 == 1 else "",
            files=(services.Upload(f"trial-{index}.pdf", b"%PDF-1.7"),) if index % 8 == 3 else (),
        )
        published = services.publish(draft=draft, author=author, origin="web", now=now())
        contribution = published.contribution
        topic_id = topic_id or contribution.topic_id
        numbers.append(contribution.number)
    moment = now() + timedelta(seconds=1)
    author = Contribution.objects.select_related("author").get(pk=numbers[5]).author
    services.edit_contribution(number=numbers[5], actor=author, text="I had the wrong distance.", now=moment)
    return f"/topics/{topic_id}/"


def _moderator() -> Member:
    """Return a moderator of 20 discussions with ten topics each, something new in all and held in a few."""
    moderator, writer = (
        Member.objects.create_user(email=f"{name}@bench.example", name=f"{name.title()} Bench", is_active=True)
        for name in ("moderator", "writer")
    )
    for index in range(20):
        policy = services.create_forum(
            name=f"Discussion {index}",
            slug=f"bench-{index}",
            preset=ForumPolicy.Preset.CLOSED,
            now=now(),
            theme=PARAGRAPH,
        )
        services.admit_member(forum_id=policy.forum_id, member=moderator, role=Membership.Role.MODERATOR, now=now())
        services.admit_member(forum_id=policy.forum_id, member=writer, role=Membership.Role.PARTICIPANT, now=now())
        for number in range(3):
            draft = services.Draft(forum_id=policy.forum_id, subject=f"Topic {number}", text=PARAGRAPH)
            services.publish(draft=draft, author=writer, origin="web", now=now() - timedelta(days=number))
    return moderator
