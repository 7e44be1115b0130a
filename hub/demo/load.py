"""Load the demo network into an empty hub, once (decision record 0007)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from forums import services
from hub.demo import accounts, groups, meetings, people, publications, reader, registration
from hub.demo.reader import Gathering
from hub.demo.telling import Teller

Progress = Callable[[str], object]
# The people who sign in have last looked this long ago; the others have read everything.
AWAY = timedelta(hours=60)


def load(*, now: datetime, progress: Progress) -> dict[str, Any]:
    """Tell the demo's story into a hub without members, and return what ``demo.json`` says.

    All or nothing: a load that fails leaves the hub empty. With members present nothing is done.

    Args: now, the moment to which the story leads up, UTC-aware; progress, called with lines for
    whoever waits.

    Returns: the contents of ``demo.json`` (``design.md`` §5), also of an earlier load; empty when
    there is none.
    """
    if get_user_model().objects.exists():
        return accounts.read()
    progress("Loading the demo network")
    with transaction.atomic():
        entries = _load(now, progress)
    accounts.write(entries)
    return entries


def _load(now: datetime, progress: Progress) -> dict[str, Any]:
    cast = people.bring_in(now=now)
    people.bring_applicants(now=now)
    teller = Teller(cast=cast, now=now)
    conferences = [meetings.hold(gathering, teller) for gathering in reader.conferences()]
    discussed = {gathering.title: discuss(gathering, teller) for gathering in reader.discussions()}
    convened = {gathering.title: groups.convene(gathering, teller) for gathering in reader.groups()}
    teller.run(progress)
    publications.publish(conferences, teller)
    pin(teller)
    registration.leave_waiting(cast=cast, now=now)
    mark_what_was_read(teller)
    return accounts.describe(discussed=discussed, conferences=conferences, convened=convened)


def discuss(gathering: Gathering, teller: Teller) -> int:
    """Make a discussion with its people, plan what was said there, and return the forum's key."""
    opens, header, sections = (
        gathering.days("opens", teller.now),
        gathering.header,
        gathering.sections,
    )
    policy = services.create_forum(
        name=gathering.title,
        slug=header["slug"],
        preset=header["preset"],
        language=header["language"],
        theme=sections["Theme"],
        questions="\n".join(
            line.removeprefix("- ") for line in sections["Guiding questions"].splitlines()
        ),
        summary=sections.get("Summary", ""),
        opens_at=opens,
        closes_at=gathering.days("closes", teller.now),
        now=opens,
    )
    for key, role in gathering.people.items():
        services.admit_member(
            forum_id=policy.forum_id, member=teller.cast[key], role=role, now=opens
        )
    for thread in gathering.threads:
        teller.plan_thread(thread, forum_id=policy.forum_id, opens=opens)
    return int(policy.forum_id)


def pin(teller: Teller) -> None:
    """Let the topic stand first that a discussion works at, if its file says so."""
    for gathering in reader.discussions():
        moderator = teller.cast[gathering.keys("moderators")[0]]
        for thread in gathering.threads:
            if thread.header.get("pinned"):
                topic_id = teller.topics[thread.path]
                services.set_topic_type(
                    topic_id=topic_id, actor=moderator, verb="pin", now=teller.now - AWAY
                )


def mark_what_was_read(teller: Teller) -> None:
    """Leave something new for the people who sign in.

    That is what was said since :data:`AWAY`, and nothing else.
    """
    since = teller.now - AWAY
    read: dict[
        int, dict[int, int]
    ] = {}  # forum key -> topic key -> number of the newest contribution seen
    for at, forum_id, topic_id, number in sorted(teller.published):
        if at < since:
            read.setdefault(forum_id, {})[topic_id] = number
    signing_in = {entry["key"] for entry in reader.people() if "role" in entry}
    for key, member in teller.cast.items():
        for forum_id, topics in read.items():
            if key in signing_in:
                for topic_id, number in topics.items():
                    services.mark_read(member=member, topic_id=topic_id, number=number)
            else:
                services.mark_forum_read(member=member, forum_id=forum_id)
