"""Write down for people and programs how to enter the demo.

It stands in ``demo.json`` in the data folder (``design.md`` §5).
"""

import json
from typing import Any

from django.conf import settings

from hub.demo import reader
from hub.demo.meetings import DemoConference
from hub.lib.full_urls import full_url
from listserv.selectors import list_of_forum

ROLES = ("secretariat", "moderator", "rapporteur", "chair", "member", "stranger")


def describe(
    *, discussed: dict[str, int], conferences: list[DemoConference], convened: dict[str, int]
) -> dict[str, Any]:
    """Return the accounts in the order of their roles, the lists, and the conference.

    The list of the closed discussion stands first.

    Args: discussed and convened, title -> forum key.
    """
    everybody = reader.people()
    entering = sorted(
        (who for who in everybody if "role" in who), key=lambda who: ROLES.index(who["role"])
    )
    emails = {who["key"]: who["email"] for who in everybody}
    forums = (
        discussed
        | {held.gathering.title: held.conference.forum_id for held in conferences}
        | convened
    )
    gatherings = [*reader.discussions(), *reversed(reader.conferences()), *reader.groups()]
    running, coming = next(
        (held.conference, held.coming) for held in conferences if held.coming is not None
    )
    return {
        "members": [
            {key: who[key] for key in ("email", "password", "name", "role", "language")}
            for who in entering
        ],
        "lists": [_list(gathering, forums[gathering.title], emails) for gathering in gatherings],
        "conference": {
            "url": settings.HUB_URL + running.get_absolute_url(),
            "session_url": settings.HUB_URL + coming.get_absolute_url(),
        },
    }


def _list(gathering: reader.Gathering, forum_id: int, emails: dict[str, str]) -> dict[str, Any]:
    mailing_list = list_of_forum(forum_id)
    return {
        "address": mailing_list.address if mailing_list else "",
        "discussion": gathering.title,
        "url": full_url("forums:discussion_by_key", forum_id),
        "closed": gathering.header.get("preset", "closed") == "closed",
        "members": [emails[key] for key in gathering.people],
    }


def write(entries: dict[str, Any]) -> None:
    """Write ``demo.json``, readable by its owner; it holds passwords."""
    path = settings.HUB_DATA / "demo.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(entries, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read() -> dict[str, Any]:
    """Return what an earlier load wrote; empty for a hub that never loaded the demo."""
    path = settings.HUB_DATA / "demo.json"
    if not path.exists():
        return {}
    return dict(json.loads(path.read_text(encoding="utf-8")))
