"""A convened group, its people, and those outside."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from liaison.models import LiaisonGroup
from liaison.services import convene_group


@dataclass(frozen=True)
class Convened:
    """Beatriz chairs, Amina and Boris are members, Helene supports and is of the Secretariat; Stella is outside."""

    group: LiaisonGroup
    now: datetime
    beatriz: Any
    amina: Any
    boris: Any
    helene: Any
    stella: Any


def term(now: datetime, days: int = 365) -> dict[str, Any]:
    """Return a term that began a month ago."""
    return {"term_starts": now.date() - timedelta(days=30), "term_ends": now.date() + timedelta(days=days)}


@pytest.fixture
def convened(make_member: Any, now: datetime) -> Convened:
    """Convene the group of the tests."""
    people = {
        "beatriz": make_member("Beatriz Sampaio", country="BR"),
        "amina": make_member("Amina Diallo", country="SN"),
        "boris": make_member("Boris Horvat", country="HR"),
        "helene": make_member("Helene Marchand", country="FR", is_staff=True),
        "stella": make_member("Stella Moreno", country="PE"),
    }
    group = convene_group(
        name="Liaison group on capacity-building",
        slug="capacity-building",
        topic="Who asks for what?",
        mandate="To advise on **practical** steps.",
        actor=people["helene"],
        now=now,
        chair=people["beatriz"],
        members=[people["amina"], people["boris"], people["beatriz"]],
        secretary=people["helene"],
        **term(now),
    )
    return Convened(group=group, now=now, **people)
