"""A conference in the tests: its people, one conference_session with two items, and a hub that really serves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from conferences import services
from conferences.models import AgendaItem, Conference, ConferenceSession, Event


@dataclass
class Sitting:
    """Chen chairs, Amina and Boris take part, Oona observes, Rosa keeps the record; Stella is a stranger here."""

    conference: Conference
    pk: int
    items: list[AgendaItem]
    now: datetime
    amina: Any
    boris: Any
    chen: Any
    oona: Any
    rosa: Any
    stella: Any
    sofia: Any

    @property
    def forum_id(self) -> int:
        """The conference's forum."""
        return int(self.conference.forum_id)

    @property
    def row(self) -> ConferenceSession:
        """The conference_session as it stands in the database."""
        return ConferenceSession.objects.select_related("conference__forum__policy", "current_item").get(pk=self.pk)

    def kinds(self) -> list[str]:
        """The log as a list of kinds; fails when a number is missing."""
        rows = list(Event.objects.filter(conference_session=self.pk).order_by("seq").values_list("seq", "kind"))
        assert [seq for seq, _kind in rows] == list(range(1, len(rows) + 1))
        return [kind for _seq, kind in rows]

    def open(self, **kwargs: Any) -> ConferenceSession:
        """Let the chair open."""
        return services.open_session(conference_session_id=self.pk, actor=self.chen, now=self.now, **kwargs)

    def floor_to(self, member: Any, *, seconds: int = 180) -> Any:
        """Let a member ask and the chair give."""
        request = services.ask_for_floor(conference_session_id=self.pk, member=member, now=self.now)
        return services.give_floor(request_id=request.pk, actor=self.chen, now=self.now, seconds=seconds)

    def say(self, member: Any, text: str = "I support the draft.", **kwargs: Any) -> Any:
        """Let a member intervene live."""
        kwargs.setdefault("now", self.now)
        return services.intervene(conference_session_id=self.pk, member=member, text=text, **kwargs)


def gather(make_member: Any, now: datetime) -> Sitting:
    """Convene the conference of the tests."""
    people = {
        "amina": make_member("Amina Diallo", password="a long password", country="SN"),
        "boris": make_member("Boris Horvat", password="a long password", country="HR"),
        "chen": make_member("Chen Wei", password="a long password", country="CN"),
        "oona": make_member("Oona Virtanen", country="FI"),
        "rosa": make_member("Rosa Quispe", country="PE", organisation="Ministry of Environment"),
        "stella": make_member("Stella Moreno", country="PE"),
        "sofia": make_member("Sofia Lind", password="a long password", is_staff=True),
    }
    roles = {"amina": "participant", "boris": "participant", "chen": "chair", "oona": "observer", "rosa": "rapporteur"}
    conference = services.convene_conference(
        name="Field trials near borders", slug="field-trials", background="Why we *meet*.", actor=people["sofia"],
        starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=10),
        people={people[name]: role for name, role in roles.items()}, now=now - timedelta(days=2),
    )
    sitting = services.schedule_session(
        conference_id=conference.pk, title="First sitting", opens_at=now, closes_at=now + timedelta(hours=2),
        actor=people["chen"], items=["Isolation distances", "Notification"], now=now - timedelta(days=1),
    )
    return Sitting(conference=conference, pk=sitting.pk, items=list(sitting.items.all()), now=now, **people)


@pytest.fixture
def sitting(make_member: Any, now: datetime) -> Sitting:
    """A conference_session that is scheduled for now and not open yet."""
    return gather(make_member, now)


@pytest.fixture
def open_sitting(sitting: Sitting) -> Iterator[Sitting]:
    """A conference_session that the chair has opened on its first item."""
    sitting.open()
    return sitting
