"""Say in sentences what the log of a discussion holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from machina.apps.forum.models import Forum

from forums.acts import ACTS
from forums.models import LogEntry, Membership
from forums.policy import READ, access_of
from forums.setting_texts import shown_details
from hub.lib.scripts import isolate

if TYPE_CHECKING:
    from hub.members.models import Member

_ROLES = ("role", "before")
_FORUMS = ("from_forum", "to_forum")


@dataclass(frozen=True)
class LoggedAct:
    """One act as its reader meets it.

    Args:
        url: where what was acted on stands, empty where it stands nowhere.
        undone_by: the name of who took it back, empty while it counts.
        may_undo: whether there is something to take back.
    """

    entry: LogEntry
    sentence: str
    url: str
    undone_by: str
    may_undo: bool

    @property
    def place(self) -> str:
        """The anchor of the line on its page."""
        return f"entry{self.entry.pk}"


def lines_of(entries: Iterable[LogEntry], reader: "Member") -> list[LoggedAct]:
    """Return entries of a log as lines. Queries: 1 at most, and those of the access."""
    rows = list(entries)
    names = _forum_names(rows, reader)
    return [_line(row, names) for row in rows]


def _forum_names(rows: list[LogEntry], reader: "Member") -> dict[int, str]:
    """Return the names of the discussions that the log names and its reader may read."""
    keys = {row.details.get(name) for row in rows for name in _FORUMS} - {None}
    if not keys:
        return {}
    open_keys = keys & access_of(reader).having(READ)
    return dict(Forum.objects.filter(pk__in=open_keys).values_list("pk", "name"))


def _line(row: LogEntry, names: dict[int, str]) -> LoggedAct:
    act, undone_by = ACTS[row.act], ""
    if row.undone_by is not None:
        undone_by = _name(row.undone_by.actor)
    may_undo = act.has_undo and row.undone_by is None
    return LoggedAct(row, str(act.sentence) % _values(row, names), _url(row), undone_by, may_undo)


def _values(row: LogEntry, names: dict[int, str]) -> dict[str, object]:
    if "setting" in row.details:
        return {**shown_details(row.details), "actor": _name(row.actor)}
    values: dict[str, object] = {**row.details, "number": f"#{row.contribution_id}"}
    for key in _ROLES:
        if values.get(key) in Membership.Role.values:
            values[key] = Membership.Role(str(values[key])).label
    for key in _FORUMS:
        values[key] = isolate(names.get(row.details.get(key), _("another discussion")))
    if row.topic is not None:
        values["topic"] = isolate(row.topic.subject)
    return {**values, "actor": _name(row.actor), "member": _name(row.member)}


def _name(member: "Member | None") -> str:
    if member is None:
        return _("The hub")
    return isolate(member.get_full_name())


def _url(row: LogEntry) -> str:
    if row.contribution_id is not None:
        return reverse("forums:contribution", args=(row.contribution_id,))
    if row.topic_id is not None:
        return reverse("forums:topic_by_key", args=(row.topic_id,))
    if row.member_id is not None:
        return reverse("forums:members", args=(row.forum_id,))
    return ""
