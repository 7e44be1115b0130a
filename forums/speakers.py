"""Speakers: the name, role and country of authors, stored and shown with their words.

Names, roles and countries change; what was said does not. So a contribution, and each act in the
log of a conference, keeps those of that moment (decision record 0024).
"""

from dataclasses import dataclass

from django.utils.translation import pgettext_lazy

from hub.lib.initials import initials_of

# The office of somebody who runs the hub, where they have no other one.
SECRETARIAT = "secretariat"
_LABELS = {
    # Translators: beside the name of a person whose gender is not known
    "chair": pgettext_lazy("role of a person", "chair"),
    # Translators: beside the name of a person whose gender is not known
    "moderator": pgettext_lazy("role of a person", "moderator"),
    # Translators: beside the name of a person whose gender is not known
    "rapporteur": pgettext_lazy("role of a person", "rapporteur"),
    # Translators: beside the name of a person whose gender is not known
    "observer": pgettext_lazy("role of a person", "observer"),
    # Translators: beside the name of a person whose gender is not known
    SECRETARIAT: pgettext_lazy("role of a person", "Secretariat"),
}


@dataclass(frozen=True)
class Speaker:
    """A person with the name, role and country they had then.

    Args: role, of :class:`forums.models.Membership.Role` or :data:`SECRETARIAT`, empty for none;
    country, ISO 3166-1 alpha-2, empty when unknown.
    """

    name: str
    role: str = ""
    country: str = ""
    organisation: str = ""

    @property
    def initials(self) -> str:
        """Up to two letters that stand for the person."""
        return initials_of(self.name)

    @property
    def role_label(self) -> str:
        """The role as a word; a plain participant has none."""
        return role_label(self.role)


def role_label(role: str) -> str:
    """Return a role in a discussion as a word of the language in use, empty for a participant."""
    return str(_LABELS.get(role, ""))
