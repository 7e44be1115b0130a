"""What can be done with liaison groups."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from forums.services import admit_member, as_stored, create_forum
from hub.lib.errors import Conflict, Invalid
from hub.lib.markup import renders
from hub.lib.rendered import check_length
from liaison import rules
from liaison.models import LiaisonGroup

if TYPE_CHECKING:
    from hub.members.models import Member


@renders("mandate", "topic", stored_as=as_stored)
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

    Args: actor, of the Secretariat, None for the hub itself; slug, of the list too, from the name
    when empty; chair and secretary need not be named among the members and lead the discussion
    (paragraph 29 of the seed).

    Raises: NotAllowed, Invalid (words missing, or a term that does not end after it begins),
    Conflict (slug taken).
    """
    rules.check_convenes(actor)
    rules.check_term(term_starts, term_ends)
    words = _checked(name=name, topic=topic, mandate=mandate, slug=slug)
    place = {"name": words["name"], "slug": words["slug"], "theme": words["topic"]}
    policy = create_forum(**place, preset="closed", now=now, language=language)
    group = LiaisonGroup(**words, term_starts=term_starts, term_ends=term_ends, chair=chair)
    group.forum, group.convened_by, group.convened_at = policy.forum, actor, now
    group.save()
    for member, role in _roles(members, chair, secretary).items():
        admit_member(forum_id=policy.forum_id, member=member, role=role, now=now)
    return group


def _checked(*, name: str, topic: str, mandate: str, slug: str) -> dict[str, str]:
    """Return the words as they are stored.

    Raises: Invalid, TooLarge, Conflict.
    """
    name, topic, mandate = as_stored(name), as_stored(topic), as_stored(mandate)
    if not (name and topic and mandate):
        raise Invalid(_("Give the group a name, a topic and a mandate."))
    check_length(mandate)
    slug = slug or slugify(name)[:60].strip("-")
    if not slug or slug in rules.RESERVED:
        raise Invalid(_("Give the group a short name of Latin letters, digits and hyphens."))
    if LiaisonGroup.objects.filter(slug=slug).exists():
        raise Conflict(_("Another group has this short name."))
    return {"name": name[:100], "slug": slug, "topic": topic[:300], "mandate": mandate}


def _roles(
    members: "Iterable[Member]", chair: "Member | None", secretary: "Member | None"
) -> "dict[Member, str]":
    """Return each person once, with the highest role named for them."""
    roles = dict.fromkeys(members, "participant")
    if secretary is not None:
        roles[secretary] = "moderator"
    if chair is not None:
        roles[chair] = "chair"
    return roles
