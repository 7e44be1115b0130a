"""Make forums and let people in.

The outlets follow: a mail list for the forum, a subscription for the member.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext as _
from machina.apps.forum.models import Forum
from machina.apps.forum_conversation.models import Topic

from forums.models import Concern, Contribution, ForumPolicy, Membership, TopicFollow
from forums.outlets import outlets
from forums.policy import ADMIT, LEADING, access_of, check_role_change, check_still_led
from forums.services.log import note_act
from forums.services.places import forget_requests, give_place, settle_requests
from forums.services.preparing import as_stored
from forums.services.proposals import forget_proposals
from forums.services.publish import new_topic
from forums.services.reading import last_number_in
from hub.lib.characters import without_controls
from hub.lib.errors import Invalid, NotAllowed, NotFound
from hub.lib.markup import renders
from hub.lib.names import listed, quoted
from hub.lib.scripts import isolate
from hub.search.services import forget_author

if TYPE_CHECKING:
    from hub.members.models import Member

# Members admitted by one statement.
CHUNK = 1_000


def create_category(*, name: str) -> Forum:
    """Return the category of that name, created when missing."""
    category = Forum.objects.filter(name=name, type=Forum.FORUM_CAT, parent=None).first()
    if category is None:
        category = Forum.objects.create(name=name, type=Forum.FORUM_CAT)
    return category


@renders("theme", "background", "summary", stored_as=as_stored)
@transaction.atomic
def create_forum(
    *,
    name: str,
    slug: str,
    preset: str,
    now: datetime,
    parent: Forum | None = None,
    **fields: object,
) -> ForumPolicy:
    """Make a forum with its policy; the list outlet gives it a list named ``slug``.

    Args: ``fields`` are those of :class:`ForumPolicy` (theme, background, questions, moderated,
    language, opens_at, closes_at …); without ``registration``, that of the preset.
    """
    fields.setdefault("registration", registration_of(preset))
    for key in ("theme", "background", "questions", "summary", "sponsors"):
        if fields.get(key):
            fields[key] = as_stored(str(fields[key]))
    forum = Forum.objects.create(name=as_stored(name)[:100], type=Forum.FORUM_POST, parent=parent)
    policy = ForumPolicy.objects.create(forum=forum, preset=preset, **fields)
    for outlet in outlets():
        outlet.open_forum(policy, slug=slug, now=now)
    return policy


def registration_of(preset: str) -> str:
    """Return how people come to take part where nobody said: by approval if only they may write."""
    if preset in (ForumPolicy.Preset.CLOSED, ForumPolicy.Preset.READABLE):
        return ForumPolicy.Registration.APPROVAL.value
    return ForumPolicy.Registration.OPEN.value


def begin_period(*, forum_id: int, now: datetime) -> None:
    """Let a forum's period begin now; one that has begun stays as it is.

    The caller checks who may.
    """
    rows = ForumPolicy.objects.filter(forum_id=forum_id, opens_at__gt=now)
    rows.update(opens_at=now)


def end_period(*, forum_id: int, now: datetime) -> None:
    """Close a forum's period now; one that has ended stays as it is.

    One that has not begun then begins and ends at once.

    The caller checks who may.
    """
    rows = ForumPolicy.objects.filter(forum_id=forum_id).exclude(closes_at__lte=now)
    begun = Case(When(opens_at__gt=now, then=Value(now)), default=F("opens_at"))
    rows.update(closes_at=now, opens_at=begun)


@transaction.atomic
def admit_member(
    *,
    forum_id: int,
    member: "Member",
    now: datetime,
    role: str = Membership.Role.PARTICIPANT,
    actor: "Member | None" = None,
) -> Membership:
    """Let a member into a forum, again or in another role; a request that waits is answered by it.

    Args: actor, None for the hub itself (provisioning, demo).

    Raises: NotFound (no such forum for the actor), NotAllowed (also a role that is not the actor's
    to give, see :func:`forums.policy.check_role_change`), Invalid (nobody would lead the forum any
    more).
    """
    before = _check_role(forum_id=forum_id, member=member, role=role, actor=actor)
    membership = give_place(forum_id=forum_id, member=member, role=role, now=now, actor=actor)
    _note_role(membership, before, role, actor, now)
    return membership


@transaction.atomic
def admit_members(
    *, forum_id: int, member_ids: Sequence[int], now: datetime, actor: "Member | None" = None
) -> int:
    """Let many members into a forum at once; return how many were not there.

    The rows are those of :func:`admit_member` for each, but that who is there keeps the role.

    Raises: NotFound (no such forum for the actor), NotAllowed. Queries: 5 for each :data:`CHUNK`
    members, and those of the outlets.
    """
    _check_admits(forum_id, actor)
    newest = last_number_in(forum_id)
    unique_ids, admitted = list(dict.fromkeys(member_ids)), 0
    for start in range(0, len(unique_ids), CHUNK):
        chunk = unique_ids[start : start + CHUNK]
        admitted += _admit_chunk(forum_id, chunk, newest, now)
        settle_requests(forum_id=forum_id, member_ids=chunk, actor=actor, now=now)
    for outlet in outlets():
        outlet.change_memberships(forum_id=forum_id, member_ids=unique_ids, now=now)
    if actor is not None and admitted:
        note_act(forum_id=forum_id, act="member.admit-many", actor=actor, now=now, count=admitted)
    return admitted


def _admit_chunk(forum_id: int, member_ids: list[int], newest: int, now: datetime) -> int:
    rows = Membership.objects.filter(forum_id=forum_id, member_id__in=member_ids)
    present_ids = set(rows.select_for_update().values_list("member_id", flat=True))
    returned = rows.exclude(left_at=None).update(
        role=Membership.Role.PARTICIPANT, left_at=None, joined_at=now, horizon=newest
    )
    new_rows = [
        Membership(forum_id=forum_id, member_id=pk, joined_at=now, horizon=newest)
        for pk in member_ids
        if pk not in present_ids
    ]
    Membership.objects.bulk_create(new_rows, ignore_conflicts=True)
    return returned + len(new_rows)


@transaction.atomic
def remove_member(
    *, forum_id: int, member: "Member", now: datetime, actor: "Member | None" = None
) -> None:
    """End a membership; every channel closes with the commit.

    Raises: NotFound, NotAllowed (also the place of somebody who leads, see
    :func:`forums.policy.check_role_change`), Invalid (nobody would lead the forum any more).
    """
    before = _check_role(forum_id=forum_id, member=member, role="", actor=actor)
    membership = (
        Membership.objects.select_for_update()
        .filter(forum_id=forum_id, member=member, left_at=None)
        .first()
    )
    if membership is None:
        raise NotFound
    _end(membership, now)
    _note_role(membership, before, "", actor, now)


def _end(membership: Membership, now: datetime) -> None:
    membership.left_at = now
    membership.save(update_fields=["left_at"])
    for outlet in outlets():
        outlet.change_membership(membership, now=now)


@transaction.atomic
def hand_over(*, forum_id: int, member: "Member", actor: "Member", now: datetime) -> bool:
    """Let somebody who takes part lead a forum beside those who do.

    Returns: False when the person leads already.

    Raises: NotFound (no such forum for the actor), NotAllowed, Invalid (the person takes no part,
    or only observes).
    """
    _check_admits(forum_id, actor)
    membership = (
        Membership.objects.select_for_update()
        .filter(forum_id=forum_id, member=member, left_at=None)
        .first()
    )
    if membership is None or membership.role == Membership.Role.OBSERVER:
        sentence = _("%s must take part in the discussion before leading it.")
        raise Invalid(sentence % isolate(member.get_full_name()))
    if membership.role in LEADING:
        return False
    admit_member(
        forum_id=forum_id, member=member, now=now, role=Membership.Role.MODERATOR, actor=actor
    )
    return True


@transaction.atomic
def step_down(*, forum_id: int, actor: "Member", now: datetime) -> None:
    """Stop leading a forum and go on taking part; a forum is not left without anybody who leads.

    Raises: NotFound (the actor does not lead), Invalid (nobody else does).
    """
    if access_of(actor).roles.get(forum_id) not in LEADING:
        raise NotFound
    admit_member(forum_id=forum_id, member=actor, now=now, actor=actor)


@transaction.atomic
def forget_member(member: "Member", now: datetime) -> None:
    """Take the person out of every forum; what was said stays, without the address it came from.

    Raises: Invalid (nobody else leads a discussion that goes on).
    """
    check_may_leave(member, now)
    forget_proposals(member, now)
    for membership in Membership.objects.select_for_update().filter(member=member, left_at=None):
        _end(membership, now)
    forget_requests(member, now)
    TopicFollow.objects.filter(member=member).delete()
    Concern.objects.filter(member=member).delete()
    contributions = Contribution.objects.filter(author=member)
    contributions.update(author_address="", author_name="", author_organisation="")
    forget_author(member)
    signed = list(contributions.filter(imported__has_key="from").only("imported"))
    for contribution in signed:
        # The name an imported mail was signed with.
        header = dict(contribution.imported or {})
        header.pop("from", None)
        contribution.imported = header
    Contribution.objects.bulk_update(signed, ["imported"], batch_size=500)


def _check_admits(forum_id: int, actor: "Member | None") -> None:
    if actor is None:
        return
    access = access_of(actor)
    if forum_id not in access.rights:
        raise NotFound
    if not access.may(ADMIT, forum_id):
        raise NotAllowed


def _note_role(
    membership: Membership, before: str, role: str, actor: "Member | None", now: datetime
) -> None:
    """Write a new role to the log, empty for none; not what the hub provides, nor a mere leave."""
    if actor is None or before == role:
        return
    if actor == membership.member and not role and before not in LEADING:
        return
    act = "member.role"
    if not before:
        act = "member.admit"
    elif not role:
        act = "member.remove"
    note_act(
        forum_id=membership.forum_id,
        act=act,
        actor=actor,
        now=now,
        member=membership.member,
        before=before,
        role=role or before,
    )


def _check_role(*, forum_id: int, member: "Member", role: str, actor: "Member | None") -> str:
    """Ask whether the actor may give a member a role, empty for none; return the present one.

    Everybody may leave by themselves.
    """
    if role or actor != member:
        _check_admits(forum_id, actor)
    places = Membership.objects.filter(forum_id=forum_id, left_at=None)
    before = places.filter(member=member).values_list("role", flat=True).first() or ""
    if actor is not None:
        own_role = access_of(actor).roles.get(forum_id, "")
        check_role_change(
            actor=actor, own_role=own_role, member_id=member.pk, before=before, after=role
        )
    if before in LEADING and role not in LEADING:
        check_still_led(forum_id=forum_id, member_id=member.pk)
    return str(before)


@transaction.atomic
def check_may_leave(member: "Member", now: datetime) -> None:
    """Ask whether a person can go for good, or be shut out, with every discussion still led.

    Raises: Invalid, with the names of the discussions to hand over first.
    """
    leading = Membership.objects.filter(member=member, role__in=LEADING, left_at=None)
    leading = (
        leading.exclude(forum__policy__closes_at__lte=now)
        .select_related("forum")
        .order_by("forum_id")
    )
    alone = []
    for place in leading:
        try:
            check_still_led(forum_id=place.forum_id, member_id=member.pk)
        except Invalid:
            alone.append(quoted(place.forum.name))
    if alone:
        values = {"person": isolate(member.get_full_name()), "discussions": listed(alone)}
        sentence = _(
            "%(person)s is the only person who leads %(discussions)s. Name somebody else to lead "
            "first."
        )
        raise Invalid(sentence % values, code="last-leader")


@transaction.atomic
def start_topic(*, forum_id: int, subject: str, author: "Member | None", now: datetime) -> Topic:
    """Make an empty topic, as for an agenda item that nobody has spoken on; it counts nothing yet.

    Args: author, None for the hub itself.

    It is shown once its first contribution is accepted.
    """
    subject = without_controls(subject, line_break=" ")
    return new_topic(forum_id=forum_id, subject=subject, author=author)
