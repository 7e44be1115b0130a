"""Open discussions, and change and end what was opened."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from machina.apps.forum.models import Forum

from forums.models import ForumPolicy, Membership, PeriodNotification
from forums.outlets import outlets
from forums.owners import check_own
from forums.policy import APPROVE, access_of
from forums.services.log import note_act
from forums.services.periods import notify_act, plan_notifications
from forums.services.preparing import as_stored
from forums.services.proposals import accept_proposal
from forums.services.provision import admit_member, create_forum
from forums.setting_texts import (
    LONG,
    NAME,
    OF_LEADERS,
    OF_POLICY,
    SETTINGS,
    check_settings_seen,
    text_of,
    texts_of,
    value_in,
)
from hub.lib.characters import one_line
from hub.lib.dates import format_utc
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound
from hub.lib.markup import rendered_ahead
from hub.lib.rendered import check_length

if TYPE_CHECKING:
    from hub.members.models import Member

# Characters of a discussion's name (machina's column).
NAME_LENGTH = 100
# Texts of the settings that are Markdown, and rendered when they are stored.
_RENDERED = ("theme", "background")
_TEXTS = ("theme", "background", "questions", "sponsors")
Values = Mapping[str, Any]  # names of forums.setting_texts.SETTINGS -> value


def open_discussion(
    *,
    values: Values,
    slug: str,
    leaders: "Sequence[Member]",
    actor: "Member",
    now: datetime,
    proposal_id: int | None = None,
) -> ForumPolicy:
    """Open a discussion with its list, and let those in who lead it.

    Args: values, of :data:`forums.setting_texts.SETTINGS`; slug, the name of the list; proposal_id,
    of a proposal that is accepted with it.

    Raises: NotAllowed, Invalid, TooLarge, Conflict (the name of the list is taken, or the proposal
    decided).
    """
    if not actor.is_in_secretariat:
        raise NotAllowed(_("Only the Secretariat can open discussions."))
    stored = _stored(values)
    with rendered_ahead(*(str(stored.get(name, "")) for name in _RENDERED)):
        return _open(stored, slug, list(leaders), actor, now, proposal_id)


@transaction.atomic
def _open(
    stored: dict[str, Any],
    slug: str,
    leaders: "list[Member]",
    actor: "Member",
    now: datetime,
    proposal_id: int | None,
) -> ForumPolicy:
    _check_period(stored, before={}, now=now)
    for outlet in outlets():
        outlet.check_name(slug)
    fields = {name: stored[name] for name in OF_POLICY if name in stored}
    policy = create_forum(name=stored[NAME], slug=slug, now=now, **fields)
    proposal = None
    if proposal_id is not None:
        proposal = accept_proposal(
            proposal_id=proposal_id, forum=policy.forum, actor=actor, now=now
        )
    if proposal is not None and proposal.moderates and proposal.member not in leaders:
        leaders.append(proposal.member)
    for leader in leaders:
        admit_member(
            forum_id=policy.forum_id, member=leader, role=Membership.Role.MODERATOR, now=now
        )
    note_act(forum_id=policy.forum_id, act="discussion.open", actor=actor, now=now)
    plan_notifications(policy, now=now)
    return policy


def propose_slug(name: str) -> str:
    """Return a free name for the list of a discussion, as near to the discussion's own as it can.

    It is empty where there are no lists.
    """
    for outlet in outlets():
        proposed = outlet.propose_name(name)
        if proposed:
            return proposed
    return ""


def refusal_of_name(slug: str) -> Invalid | Conflict | None:
    """Return why the list of a new discussion cannot be called so, None when it can."""
    try:
        for outlet in outlets():
            outlet.check_name(slug)
    except (Invalid, Conflict) as error:
        return error
    return None


def is_over(policy: ForumPolicy, now: datetime) -> bool:
    """Whether the period of a discussion has ended."""
    return policy.closes_at is not None and policy.closes_at <= now


def change_discussion(
    *,
    forum_id: int,
    changes: Values,
    actor: "Member",
    now: datetime,
    seen: Mapping[str, str] | None = None,
) -> list[str]:
    """Change some settings of a discussion; the log gets a line for each.

    Args: changes, the settings of the actor's form; seen, their texts as the actor saw them, None
    for the hub itself.

    Returns: the names of what is different now.

    Raises: NotFound, NotAllowed, OwnedElsewhere, Invalid, TooLarge, Stale.
    """
    _check_leads(forum_id, actor)
    if not actor.is_in_secretariat and not changes.keys() <= OF_LEADERS:
        raise NotAllowed(_("Only the Secretariat can change this."))
    stored = _stored(changes)
    with rendered_ahead(*(str(stored.get(name, "")) for name in _RENDERED)):
        return _change(forum_id, stored, actor, now, seen)


@transaction.atomic
def _change(
    forum_id: int,
    stored: dict[str, Any],
    actor: "Member",
    now: datetime,
    seen: Mapping[str, str] | None,
) -> list[str]:
    policy = _locked(forum_id)
    before = texts_of(policy)
    check_settings_seen(seen, {name: before[name] for name in SETTINGS if name in stored})
    changed = [
        name for name in SETTINGS if name in stored and text_of(stored[name]) != before[name]
    ]
    if not changed:
        return []
    values = {name: stored[name] for name in changed}
    _check_new_period(policy, values, now)
    _write(policy, values)
    for name in changed:
        _note_change(forum_id, name, before[name], text_of(stored[name]), actor, now)
    _follow_period(policy, changed, now)
    return changed


def _check_new_period(policy: ForumPolicy, values: dict[str, Any], now: datetime) -> None:
    before = {name: value_in(policy, name) for name in SETTINGS}
    _check_period(values, before=before, now=now)
    if "closes_at" in values and is_over(policy, now):
        raise Invalid(_("This discussion is closed. Open it again to give it another end."))


def _follow_period(policy: ForumPolicy, changed: list[str], now: datetime) -> None:
    """Plan what is told of a period that has changed, and tell that it has been extended."""
    if not {"opens_at", "closes_at"}.isdisjoint(changed):
        plan_notifications(policy, now=now)
    if "closes_at" in changed:
        kind = PeriodNotification.Kind.EXTENDED
        notify_act(forum_id=policy.forum_id, kind=kind, now=now)


def _note_change(
    forum_id: int, name: str, before: str, after: str, actor: "Member", now: datetime
) -> None:
    act = "discussion.change"
    if name in LONG:
        act = "discussion.reword"
    note_act(
        forum_id=forum_id, act=act, actor=actor, now=now, setting=name, before=before, after=after
    )


def _write(policy: ForumPolicy, values: dict[str, Any]) -> None:
    """Store settings; the HTML of a text goes with it."""
    if NAME in values:
        name = values[NAME]
        slug = slugify(name, allow_unicode=True)
        Forum.objects.filter(pk=policy.forum_id).update(name=name, slug=slug)
    fields = [name for name in OF_POLICY if name in values]
    for name in fields:
        setattr(policy, name, values[name])
    fields += [f"{name}_html" for name in _RENDERED if name in values]
    if fields:
        policy.save(update_fields=fields)


@transaction.atomic
def close_discussion(*, forum_id: int, actor: "Member", now: datetime) -> None:
    """Close a discussion now; those who take part are told.

    Raises: NotFound, NotAllowed, OwnedElsewhere, Conflict (closed already).
    """
    _check_leads(forum_id, actor)
    policy = _locked(forum_id)
    if is_over(policy, now):
        raise Conflict(_("This discussion is closed already."))
    before = text_of(policy.closes_at)
    opens_at = policy.opens_at
    if opens_at is not None and opens_at > now:
        # It ends before it has begun.
        opens_at = now
    _write(policy, {"opens_at": opens_at, "closes_at": now})
    note_act(
        forum_id=forum_id, act="discussion.close", actor=actor, now=now, closes_at_before=before
    )
    plan_notifications(policy, now=now)
    notify_act(forum_id=forum_id, kind=PeriodNotification.Kind.ENDED, now=now)


@transaction.atomic
def reopen_discussion(
    *, forum_id: int, closes_at: datetime | None, reason: str, actor: "Member", now: datetime
) -> None:
    """Open a closed discussion again, until another end or without one; the reason is told.

    Raises: NotFound, NotAllowed, OwnedElsewhere, Invalid (no reason, an end that has passed),
    Conflict (open already).
    """
    _check_leads(forum_id, actor)
    reason = one_line(as_stored(reason))
    if not reason:
        raise Invalid(_("Say why the discussion is opened again."))
    policy = _locked(forum_id)
    if not is_over(policy, now):
        raise Conflict(_("This discussion is open already."))
    _check_to_come(closes_at, now)
    _write(policy, {"closes_at": closes_at})
    after = text_of(closes_at)
    note_act(
        forum_id=forum_id, act="discussion.reopen", actor=actor, now=now, reason=reason, after=after
    )
    plan_notifications(policy, now=now)
    kind = PeriodNotification.Kind.REOPENED
    notify_act(forum_id=forum_id, kind=kind, now=now, reason=reason[:255])


def _locked(forum_id: int) -> ForumPolicy:
    rows = ForumPolicy.objects.select_for_update(of=("self",)).select_related("forum")
    return rows.get(forum_id=forum_id)


def _check_leads(forum_id: int, actor: "Member") -> None:
    access = access_of(actor)
    if forum_id not in access.rights:
        raise NotFound
    if not access.may(APPROVE, forum_id):
        raise NotAllowed
    check_own(forum_id)


def _stored(values: Values) -> dict[str, Any]:
    """Return values as they are stored. Raises: Invalid, TooLarge."""
    stored = dict(values)
    for name in _TEXTS:
        if name in stored:
            stored[name] = as_stored(str(stored[name]))
            check_length(stored[name])
    if NAME in stored:
        stored[NAME] = one_line(as_stored(str(stored[NAME])))
        if not stored[NAME]:
            raise Invalid(_("Give the discussion a name."))
        if len(stored[NAME]) > NAME_LENGTH:
            raise Invalid(_("Shorten the name to at most 100 characters."))
    return stored


def _check_period(changed: Values, *, before: Values, now: datetime) -> None:
    """Check the dates as they will be; only those that change must still be to come."""
    dates = {**before, **changed}
    opens_at, closes_at = dates.get("opens_at"), dates.get("closes_at")
    if opens_at and closes_at and closes_at <= opens_at:
        raise Invalid(_("The end must be after the beginning."))
    last_registration = dates.get("registration_closes_at")
    if last_registration and closes_at and last_registration > closes_at:
        raise Invalid(_("Registration must close before the discussion does."))
    _check_to_come(changed.get("closes_at"), now)
    _check_to_come(changed.get("registration_closes_at"), now)


def _check_to_come(moment: datetime | None, now: datetime) -> None:
    if moment is None or moment > now:
        return
    message = _(
        "The end you chose, %(end)s UTC, has passed: it is %(now)s UTC now. Choose a later end."
    )
    raise Invalid(message % {"end": format_utc(moment), "now": format_utc(now)})
