"""Who may do what with proceedings.

Roles are those of the conference's forum, read at each question.

=====================================  =======================  ===========
\\                                      rapporteur, chair        Secretariat
=====================================  =======================  ===========
see the draft, compile, edit           until it is issued       always
submit for approval                    yes                      yes
approve and publish, send back         no                       yes
=====================================  =======================  ===========
"""

from typing import TYPE_CHECKING

from forums.policy import Access, access_of

if TYPE_CHECKING:
    from hub.members.models import Member

# Roles that write proceedings.
WRITERS = frozenset({"rapporteur", "chair"})
# Characters of a note on an issued document, and of the reason for withdrawing it or ending a note.
NOTE_LENGTH = 5_000


def is_secretariat(member: "Member | None") -> bool:
    """Whether the person runs the hub."""
    if member is None or not member.is_active:
        return False
    return member.is_staff or member.is_superuser


def forums_written_for(member: "Member | None") -> set[int]:
    """Return the keys of the forums whose proceedings the person writes, by role. Queries: 1."""
    if member is None or not member.is_active:
        return set()
    return forums_written_with(access_of(member))


def forums_written_with(access: Access) -> set[int]:
    """Return the keys of the forums whose proceedings somebody of this access writes."""
    return {
        forum for forum, role in access.roles.items() if role in WRITERS and forum in access.rights
    }


def may_write(member: "Member | None", forum_id: int | None) -> bool:
    """Whether the person may see and work on the draft of a conference in this forum."""
    if is_secretariat(member):
        return True
    return forum_id in forums_written_for(member)
