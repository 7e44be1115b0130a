"""The cast of the tests: who is who in one closed discussion, and who is not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forums import services
from forums.models import ForumPolicy, Membership


@dataclass(frozen=True)
class Cast:
    """Amina and Boris take part, Chen moderates, Oona observes, Stella is a member of the hub but not of the
    discussion, Sofia is of the Secretariat; ``policy`` is the closed discussion's."""

    policy: ForumPolicy
    amina: Any
    boris: Any
    chen: Any
    oona: Any
    stella: Any
    sofia: Any

    @property
    def forum_id(self) -> int:
        """The closed forum's key."""
        return int(self.policy.forum_id)

    @classmethod
    def gather(cls, make_member: Callable[..., Any], now: datetime) -> "Cast":
        """Make the members and the discussion."""
        policy = services.create_forum(
            name="Risk assessment", slug="risk", preset=ForumPolicy.Preset.CLOSED, now=now, theme="Field trials"
        )
        people = {
            "amina": make_member("Amina Diallo", password="a long password", country="SN"),
            "boris": make_member("Boris Horvat", password="a long password", country="HR"),
            "chen": make_member("Chen Wei", password="a long password", country="CN"),
            "oona": make_member("Oona Virtanen", country="FI"),
            "stella": make_member("Stella Moreno", password="a long password", country="PE"),
            "sofia": make_member("Sofia Lind", password="a long password", is_staff=True),
        }
        roles = {"chen": Membership.Role.MODERATOR, "oona": Membership.Role.OBSERVER}
        for name in ("amina", "boris", "chen", "oona"):
            role = roles.get(name, Membership.Role.PARTICIPANT)
            services.admit_member(forum_id=policy.forum_id, member=people[name], role=role, now=now)
        return cls(policy=policy, **people)

    def say(self, author: Any, text: str = "A word.", *, now: datetime, **draft: Any) -> Any:
        """Publish by web and return the contribution."""
        contribution_draft = services.Draft(forum_id=self.forum_id, text=text, **draft)
        return services.publish(draft=contribution_draft, author=author, origin="web", now=now).contribution
