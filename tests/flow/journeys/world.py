"""Make the people and discussions of the journeys in the hub of the environment; run as a program, prints them as JSON.

Each language has an open discussion, a moderated closed one, and five people who read in it: two who take part, two who
lead, and a newcomer who takes part in nothing.
"""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from allauth.account.models import EmailAddress  # noqa: E402 - after the settings
from django.db import transaction  # noqa: E402

from forums import services as forums  # noqa: E402
from forums.models import ForumPolicy, Membership  # noqa: E402
from hub.lib.clock import now  # noqa: E402
from hub.members.models import Member  # noqa: E402

LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh-hans")
NAMES = {
    "en": ("Grace Bell", "Owen Hart", "Ruth Lane", "Paul Wood", "Nell Ford"),
    "fr": ("Éloïse Bâ", "Rémy Noël", "Zoé Lefèvre", "Hervé Brûlé", "Agnès Roÿ"),
    "es": ("Íñigo Núñez", "Begoña Ruiz", "Sofía Peña", "Raúl Muñoz", "Inés Gómez"),
    "ru": ("Анна Ёлкина", "Пётр Щукин", "Юлия Чехова", "Илья Жуков", "Вера Эйдель"),
    "ar": ("ليلى حدّاد", "عمر الخطيب", "نور منصور", "سامي عيسى", "هدى كرم"),
    "zh-hans": ("王小明", "李娜", "张伟", "刘洋", "陈静"),
}
PARTS = ("writer", "reader", "leader", "deputy", "newcomer")
PASSWORD = "a long password of the journeys"


def _person(name: str, part: str, language: str) -> Member:
    address = f"{part}.{language}@journeys.example"
    member = Member.objects.create_user(address, name=name, password=PASSWORD, language=language, is_active=True)
    EmailAddress.objects.create(user=member, email=address, verified=True, primary=True)
    return member


def _discussion(slug: str, preset: str, *, moderated: bool) -> int:
    policy = forums.create_forum(name=f"Journeys {slug}", slug=slug, preset=preset, now=now(), moderated=moderated)
    return int(policy.forum_id)


@transaction.atomic
def build(language: str) -> dict[str, object]:
    """Make one language's world; return its addresses."""
    short = language[:2]
    free = _discussion(f"open-{short}", ForumPolicy.Preset.MEMBERS, moderated=False)
    closed = _discussion(f"led-{short}", ForumPolicy.Preset.CLOSED, moderated=True)
    people = {}
    for part, name in zip(PARTS, NAMES[language], strict=True):
        people[part] = member = _person(name, part, language)
        role = Membership.Role.MODERATOR if part in {"leader", "deputy"} else Membership.Role.PARTICIPANT
        for forum_id in (free, closed) if part != "newcomer" else ():
            forums.admit_member(forum_id=forum_id, member=member, role=role, now=now())
    return {
        "language": language,
        "open": f"open-{short}",
        "led": f"led-{short}",
        "people": {part: {"name": one.name, "email": one.email, "password": PASSWORD} for part, one in people.items()},
    }


if __name__ == "__main__":
    json.dump({language: build(language) for language in LANGUAGES}, sys.stdout)
