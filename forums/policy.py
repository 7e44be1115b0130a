"""Who may do what in a forum: one small table, deny by default.

machina's permission code names are the vocabulary; its permission rows are not used (``machina.md``
§5a: 2,200 rows and a second copy of the memberships, against none here). A forum without a policy
is closed; a closed parent closes its children (finding S9). Memberships are read at each request,
so that leaving works at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import FilteredRelation, Q
from django.utils.translation import gettext as _
from machina.apps.forum.models import Forum

from forums.models import ForumPolicy, Membership
from forums.speakers import SECRETARIAT
from hub.lib.errors import Invalid, NotAllowed
from hub.lib.once import page_answers
from hub.lib.prepared import Prepared, Row

if TYPE_CHECKING:
    from hub.members.models import Member

SEE = "can_see_forum"
READ = "can_read_forum"
START = "can_start_new_topics"
REPLY = "can_reply_to_topics"
EDIT_OWN = "can_edit_own_posts"
ATTACH = "can_attach_file"
UNHELD = "can_post_without_approval"
LOCK = "can_lock_topics"
EDIT_ALL = "can_edit_posts"
APPROVE = "can_approve_posts"
ADMIT = "can_admit_members"  # Ours: machina has no memberships.

_READER = frozenset({SEE, READ})
_WRITER = _READER | {START, REPLY, EDIT_OWN, ATTACH}
_MODERATOR = _WRITER | {UNHELD, LOCK, EDIT_ALL, APPROVE, ADMIT}
_NOBODY: frozenset[str] = frozenset()
_P = ForumPolicy.Preset
# preset -> what (a stranger to the hub, a member of the hub, a participant) may do; moderators may
# do all of it.
_TABLE: dict[str, tuple[frozenset[str], frozenset[str], frozenset[str]]] = {
    _P.PUBLIC: (_READER, _WRITER, _WRITER),
    _P.READABLE: (_READER, _READER, _WRITER),
    _P.MEMBERS: (_NOBODY, _WRITER, _WRITER),
    _P.CLOSED: (_NOBODY, _NOBODY, _WRITER),
    _P.ANNOUNCE: (_NOBODY, _READER, _READER),
}
LEADING = frozenset({Membership.Role.MODERATOR, Membership.Role.CHAIR})
_PolicyRow = tuple[int, int | None, str | None, bool | None]
_ListedRow = tuple[int, int | None, str | None, bool | None, bool | None]
# What stands first in the rows that :func:`policy_in` reads.
POLICY_COLUMNS = (
    "pk",
    "parent_id",
    "policy__preset",
    "policy__moderated",
    "policy__pk",
    "policy__opens_at",
    "policy__closes_at",
    "policy__slow_minutes",
)
# Asked for the public.
_forums = Prepared(
    lambda: Forum.objects.order_by("tree_id", "lft").values_list(
        "pk", "parent_id", "policy__preset", "policy__moderated", "policy__listed"
    )
)

# The same with a member's places and the time box of each discussion: asked on each page, and at
# each mail.
_forums_with_place = Prepared(
    lambda member_id: (
        Forum.objects.annotate(
            place=FilteredRelation(
                "memberships",
                condition=Q(memberships__member_id=member_id, memberships__left_at=None),
            )
        )
        .order_by("tree_id", "lft")
        .values_list(*POLICY_COLUMNS, "policy__listed", "place__role", "place__horizon")
    )
)
_POLICY = ("id", "forum_id", "preset", "moderated", "opens_at", "closes_at", "slow_minutes")


@dataclass(frozen=True)
class Access:
    """What one person may do in every forum, decided once for a request.

    ``rights``: forum key -> code names; a forum that is not in it is hidden. ``listed`` has the
    keys of those that are closed to the person, who may know of them and ask to be admitted.
    """

    rights: dict[int, frozenset[str]]
    roles: dict[int, str] = field(default_factory=dict)  # forum key -> the person's role there
    horizons: dict[int, int] = field(default_factory=dict)  # forum key -> contribution number
    listed: frozenset[int] = frozenset()

    def may(self, right: str, forum_id: int) -> bool:
        """Whether the person has one right in one forum."""
        return right in self.rights.get(forum_id, _NOBODY)

    def having(self, right: str) -> set[int]:
        """Keys of the forums in which the person has the right."""
        return {forum for forum, rights in self.rights.items() if right in rights}


@dataclass(frozen=True)
class AuthorStanding:
    """What :func:`forums.rules.decide` asks about one author in one forum.

    Args: sent, how many contributions of the author in the last hour, None where nobody has counted
    yet; role, in which the author acts there.
    """

    policy: ForumPolicy | None
    access: Access
    sent: int | None = None
    role: str = ""


def open_to_members(preset: str) -> bool:
    """Whether every member of the hub may read a forum with this preset."""
    return READ in _TABLE[preset][1]


def _reader(member: "Member | None") -> "Member | None":
    """Return the member whose rights count: none for the public, which an inactive one is too."""
    if member is None or not member.is_active:
        return None
    return member


def _rights(
    preset: str, moderated: bool, reader: "Member | None", role: str | None
) -> frozenset[str]:
    of_strangers, of_members, of_participants = _TABLE[preset]
    if reader is None:
        return of_strangers
    if reader.is_staff or role in LEADING:
        return _MODERATOR
    if role == Membership.Role.OBSERVER:
        return _READER
    rights = of_members
    if role:
        rights = of_participants
    if moderated or not rights:
        return rights
    return rights | {UNHELD}


def access_of(member: "Member | None") -> Access:
    """Return the person's access to every forum; None or an inactive member is the public.

    Queries: 1 (policies with their tree, and the member's places), whatever the number of forums.
    While a page is read, once for all rooms (:mod:`hub.lib.once`).
    """
    reader, answers = _reader(member), page_answers()
    question: tuple[object, ...] = ("access",)
    if reader is not None:
        question = ("access", reader.pk, reader.is_staff)
    access: Access | None = answers.get(question)
    if access is None:
        access = answers[question] = _access_of(reader)
    return access


def _access_of(reader: "Member | None") -> Access:
    if reader is None:
        return access_by(None, (), _forums.rows())
    return _access_in(reader, _forums_with_place.rows(reader.pk))


def _access_in(member: "Member", rows: list[Row]) -> Access:
    """Return the access that rows of forums with the member's places give."""
    places = [(row[0], role, horizon) for *row, role, horizon in rows if role is not None]
    return access_by(member, places, ((*row[:4], row[8]) for row in rows))


def standing_of(author: "Member", forum_id: int) -> AuthorStanding:
    """Return the standing of somebody who writes in a forum now.

    It is asked anew, whatever was answered before (:mod:`hub.lib.once`).

    Queries: 1.
    """
    rows = _forums_with_place.rows(author.pk)
    access = _access_in(author, rows)
    here = next((row for row in rows if row[0] == forum_id), None)
    role = role_now(author, access.roles.get(forum_id, ""))
    return AuthorStanding(policy_in(here), access, role=role)


def policy_in(row: Row | None) -> ForumPolicy | None:
    """Return the policy in a row of forum key, parent, preset, moderated, its key and time box."""
    if row is None or row[4] is None:
        return None
    return ForumPolicy.from_db("default", _POLICY, (row[4], row[0], row[2], row[3], *row[5:8]))


def access_by(
    member: "Member | None",
    places: Iterable[tuple[int, str, int]],
    forums: "Iterable[_PolicyRow | _ListedRow]",
) -> Access:
    """Return a person's access to some forums, each with all above it: the rule itself.

    Args: places, the person's present memberships (forum key, role, horizon); forums, each as key,
    key of its parent, preset, moderated, and whether its title is listed, where that is asked.
    """
    reader, rows = _reader(member), list(forums)
    if reader is None:
        return Access(_seen(_own_rights(rows, None, {}), _parents(rows)))
    present = list(places)
    roles = {forum_id: role for forum_id, role, _horizon in present}
    horizons = {forum_id: horizon for forum_id, _role, horizon in present}
    own, parents = _own_rights(rows, reader, roles), _parents(rows)
    rights = _seen(own, parents)
    titled = [row[0] for row in rows if any(row[4:]) and row[0] not in rights]
    listed = frozenset(pk for pk in titled if _open_above(pk, parents, own))
    return Access(rights, roles, horizons, listed)


def _own_rights(
    rows: "list[_PolicyRow | _ListedRow]", reader: "Member | None", roles: dict[int, str]
) -> dict[int, frozenset[str]]:
    """Return what each forum with a policy lets a person do, whatever stands above it."""
    return {
        pk: _rights(preset, bool(moderated), reader, roles.get(pk))
        for pk, _parent, preset, moderated, *_listed in rows
        if preset is not None
    }


def _parents(rows: "list[_PolicyRow | _ListedRow]") -> dict[int, int | None]:
    return {row[0]: row[1] for row in rows}


def _seen(
    own: dict[int, frozenset[str]], parents: dict[int, int | None]
) -> dict[int, frozenset[str]]:
    """Return the rights that hold: a category without a policy hides nothing and shows nothing."""
    return {pk: names for pk, names in own.items() if names and _open_above(pk, parents, own)}


def _open_above(pk: int, parents: dict[int, int | None], own: dict[int, frozenset[str]]) -> bool:
    parent = parents[pk]
    while parent is not None:
        if parent in own and READ not in own[parent]:
            return False
        parent = parents[parent]
    return True


def role_now(member: "Member", role: str) -> str:
    """Return the role in which a member acts: that in the forum, else the Secretariat's."""
    if member.is_staff and role in {"", "participant"}:
        return SECRETARIAT
    return role


# --- Roles ----------------------------------------------------------------------------------------
# What somebody may take on by their own act: to lead less.
_LOWER = frozenset({Membership.Role.PARTICIPANT, Membership.Role.OBSERVER, ""})


def may_name_chair(actor: "Member", own_role: str) -> bool:
    """Whether a person gives and takes every role in a forum: its chair and the Secretariat do."""
    return actor.is_staff or own_role == Membership.Role.CHAIR


def check_role_change(
    *, actor: "Member", own_role: str, member_id: int, before: str, after: str
) -> None:
    """Let pass who may give a person another role in a forum; every channel asks this.

    The chair and the Secretariat give and take every role. A facilitator names other facilitators
    and everybody below, but neither a chair nor anything for herself, and does not touch the place
    of somebody who leads.

    Args: own_role, the actor's role in the forum; before, the person's role now, empty for none;
    after, the role to come, empty for leaving.

    Raises: NotAllowed (code ``role``).
    """
    if before == after:
        return
    if may_name_chair(actor, own_role):
        return
    if member_id == actor.pk:
        if after not in _LOWER:
            raise NotAllowed(
                _("You cannot give yourself this role. Ask the chair or the Secretariat."),
                code="role",
            )
        return
    if after == Membership.Role.CHAIR:
        raise NotAllowed(_("Only the chair and the Secretariat can name a chair."), code="role")
    if before in LEADING:
        raise NotAllowed(
            _(
                "This person leads the discussion. Only the chair and the Secretariat can change "
                "that."
            ),
            code="role",
        )


def check_still_led(*, forum_id: int, member_id: int) -> None:
    """Let pass when somebody else leads a forum too; asked before a person stops leading it.

    Somebody who may not sign in leads nothing. The rows stay locked, so that the last two do not
    leave at once.

    Raises: Invalid (code ``last-leader``). Queries: 1.
    """
    rows = Membership.objects.select_for_update(of=("self",)).filter(
        forum_id=forum_id, role__in=LEADING, left_at=None
    )
    leading = list(rows.select_related("member"))
    if member_id not in {row.member_id for row in leading}:
        return
    others = [row.member for row in leading if row.member_id != member_id]
    if not any(other.is_active for other in others):
        raise Invalid(
            _("Nobody else leads this discussion. Hand it over first."), code="last-leader"
        )
