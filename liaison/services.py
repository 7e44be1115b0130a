"""What can be done with liaison groups."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from forums.services import admit_member, create_forum
from hub.lib.errors import Conflict, Invalid
from liaison import rules
from liaison.models import LiaisonGroup

if TYPE_CHECKING:
    from hub.members.models import Member


@transaction.atomic
def convene_group(
    *,
    name: str,
    topic: str,
    mandate: str,
    term_starts: date,
    term_ends: date,
    actor: "Member | None",
    now: datetime,
    slug: str = "",
    members: "Iterable[Member]" = (),
    chair: "Member | None" = None,
    secretary: "Member | None" = None,
    language: str = "en",
) -> LiaisonGroup:
    """Convene a group: its closed forum, its list and its members, all or nothing.

    Args:
        actor: of the Secretariat; None is the hub itself (provisioning, demo).
        slug: names the mail list too; made from the name when empty.
        chair: leads the discussion (paragraph 29 of the seed); need not be named among the members.
        secretary: supports the chair, with a moderator's rights.

    Raises: NotAllowed, Invalid (no name, topic or mandate; a term that does not end after it begins), Conflict (the
        slug is taken).
    """
    rules.check_convenes(actor)
    rules.check_term(term_starts, term_ends)
    slug = slug or slugify(name)[:60].strip("-")
    if not (name.strip() and topic.strip() and mandate.strip()):
        raise Invalid(_("Give the group a name, a topic and a mandate."))
    if not slug or slug in rules.RESERVED:
        raise Invalid(_("Give the group a short name of Latin letters, digits and hyphens."))
    if LiaisonGroup.objects.filter(slug=slug).exists():
        raise Conflict(_("Another group has this short name."))
    policy = create_forum(
        name=name.strip(), slug=slug, preset="closed", now=now, theme=topic.strip(), language=language
    )
    group = LiaisonGroup.objects.create(
        name=name.strip()[:100],
        slug=slug,
        topic=topic.strip()[:300],
        mandate=mandate.strip(),
        term_starts=term_starts,
        term_ends=term_ends,
        forum=policy.forum,
        chair=chair,
        convened_by=actor,
        convened_at=now,
    )
    for member, role in _roles(members, chair, secretary).items():
        admit_member(forum_id=policy.forum_id, member=member, role=role, now=now)
    return group


def _roles(members: "Iterable[Member]", chair: "Member | None", secretary: "Member | None") -> "dict[Member, str]":
    """Return each person once, with the highest role named for them."""
    roles = dict.fromkeys(members, "participant")
    if secretary is not None:
        roles[secretary] = "moderator"
    if chair is not None:
        roles[chair] = "chair"
    return roles
