"""Take back what the log of a discussion says: an undo is an act of its own, with its own entry."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from forums.models import LogEntry
from forums.policy import APPROVE, access_of
from forums.services.edit import edit_contribution, summary_at, words_at, write_summary
from forums.services.moderate import hold_again, lock_topic, unlock_topic
from forums.services.moving import merge_topics, move_topic, unmerge_topics
from forums.services.pace import set_pace, set_topic_type
from forums.services.provision import admit_member, remove_member
from forums.services.withdraw import restore_contribution, withdraw_contribution
from hub.lib.errors import Conflict, Invalid, NotFound

if TYPE_CHECKING:
    from hub.members.models import Member

_UndoFunction = Callable[[LogEntry, "Member", datetime], object]


def undo_act(*, entry_id: int, forum_id: int, actor: "Member", now: datetime) -> LogEntry:
    """Take an act back, if the actor may do the opposite; return the entry of that.

    Raises: NotFound (no such entry in the forum, or it is not led by the actor), Conflict (undone
    already, or changed since), Invalid (it cannot be undone), and what the opposite act raises.
    """
    if not access_of(actor).may(APPROVE, forum_id):
        raise NotFound
    with transaction.atomic():
        return _undo(entry_id, forum_id, actor, now)


def _undo(entry_id: int, forum_id: int, actor: "Member", now: datetime) -> LogEntry:
    rows = LogEntry.objects.select_for_update(of=("self",)).filter(forum_id=forum_id)
    entry = rows.filter(pk=entry_id).select_related("contribution", "member").first()
    if entry is None:
        raise NotFound
    if entry.undone_by_id is not None:
        raise Conflict(_("This has already been undone."))
    take_back = _UNDO.get(entry.act)
    if take_back is None:
        raise Invalid(_("This cannot be undone."))
    take_back(entry, actor, now)
    # What the opposite act has written; none where things are as they were before already.
    written = LogEntry.objects.filter(actor=actor, forum_id=forum_id, pk__gt=entry.pk)
    newest = written.order_by("-pk").first()
    if newest is None or newest.created_at != now:
        raise Conflict(_("Nothing was undone: this has been changed since."))
    LogEntry.objects.filter(pk=entry.pk).update(undone_by=newest)
    return newest


def _lock(entry: LogEntry, actor: "Member", now: datetime) -> None:
    lock_topic(topic_id=_topic_of(entry), actor=actor, now=now)


def _unlock(entry: LogEntry, actor: "Member", now: datetime) -> None:
    unlock_topic(topic_id=_topic_of(entry), actor=actor, now=now)


def _move_back(entry: LogEntry, actor: "Member", now: datetime) -> None:
    forum_id = int(entry.details["from_forum"])
    move_topic(topic_id=_topic_of(entry), forum_id=forum_id, actor=actor, now=now)


def _join_again(entry: LogEntry, actor: "Member", now: datetime) -> None:
    into_id = int(entry.details["from_topic"])
    merge_topics(topic_id=_topic_of(entry), into_id=into_id, actor=actor, now=now)


def _unmerge(entry: LogEntry, actor: "Member", now: datetime) -> None:
    unmerge_topics(entry=entry, actor=actor, now=now)


def _type_before(entry: LogEntry, actor: "Member", now: datetime) -> None:
    verb = str(entry.details["before"])
    set_topic_type(topic_id=_topic_of(entry), actor=actor, verb=verb, now=now)


def _pace_before(entry: LogEntry, actor: "Member", now: datetime) -> None:
    minutes = int(entry.details["pace_before"])
    set_pace(forum_id=entry.forum_id, actor=actor, minutes=minutes, now=now)


def _topic_of(entry: LogEntry) -> int:
    if entry.topic_id is None:
        raise NotFound
    return int(entry.topic_id)


def _hold(entry: LogEntry, actor: "Member", now: datetime) -> None:
    assert entry.contribution is not None
    hold_again(number=entry.contribution.number, actor=actor, now=now)


def _restore(entry: LogEntry, actor: "Member", now: datetime) -> None:
    assert entry.contribution is not None
    restore_contribution(number=entry.contribution.number, actor=actor, now=now)


def _withdraw(entry: LogEntry, actor: "Member", now: datetime) -> None:
    assert entry.contribution is not None
    reason = _("What was withdrawn stays so.")
    withdraw_contribution(number=entry.contribution.number, actor=actor, reason=reason, now=now)


def _words_before(entry: LogEntry, actor: "Member", now: datetime) -> None:
    """Write the words again that an edit has replaced, unless they were edited once more."""
    contribution = entry.contribution
    assert contribution is not None
    revision = int(entry.details["revision"])
    if contribution.revision != revision:
        raise Conflict(_("Nothing was undone: this has been changed since."))
    edit_contribution(
        number=contribution.number,
        actor=actor,
        text=words_at(contribution, revision - 1),
        reason=_("The edit was undone."),
        revision=revision,
        now=now,
    )


def _summary_before(entry: LogEntry, actor: "Member", now: datetime) -> None:
    """Write the summary again that another one has replaced."""
    version = int(entry.details["version"])
    write_summary(
        forum_id=entry.forum_id,
        actor=actor,
        summary=summary_at(entry.forum_id, version - 1),
        revision=version,
        now=now,
    )


def _remove(entry: LogEntry, actor: "Member", now: datetime) -> None:
    assert entry.member is not None
    remove_member(forum_id=entry.forum_id, member=entry.member, actor=actor, now=now)


def _give_role(entry: LogEntry, actor: "Member", now: datetime) -> None:
    """Give back the role that somebody had."""
    assert entry.member is not None
    role = entry.details.get("before") or entry.details["role"]
    admit_member(forum_id=entry.forum_id, member=entry.member, role=role, actor=actor, now=now)


_UNDO: Mapping[str, _UndoFunction] = {
    "topic.lock": _unlock,
    "topic.unlock": _lock,
    "topic.move": _move_back,
    "topic.receive": _move_back,
    "topic.split": _join_again,
    "topic.merge": _unmerge,
    "topic.pin": _type_before,
    "topic.announce": _type_before,
    "topic.unpin": _type_before,
    "discussion.slow": _pace_before,
    "discussion.normal": _pace_before,
    "contribution.reject": _hold,
    "contribution.edit": _words_before,
    "contribution.withdraw": _restore,
    "contribution.restore": _withdraw,
    "member.admit": _remove,
    "member.remove": _give_role,
    "member.role": _give_role,
    "summary.write": _summary_before,
}
