"""Acts: what the log of a discussion can say, a row each.

Whoever does something in a discussion besides speaking calls :func:`forums.services.log.note_act`
with one of these codes, in the transaction of the act.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class ActKind:
    """One kind of act.

    Args:
        code: stable, as it is stored: the thing, a dot, the verb.
        sentence: with ``%(actor)s``, and with ``%(topic)s``, ``%(member)s``, ``%(number)s`` or a
            name of the entry's details where it needs them.
        has_undo: whether :func:`forums.services.undo_act` can take it back.
    """

    code: str
    sentence: str | Promise
    has_undo: bool = False


_ROWS = (
    ActKind("topic.lock", _("%(actor)s closed the topic “%(topic)s” for replies."), has_undo=True),
    ActKind(
        "topic.unlock", _("%(actor)s opened the topic “%(topic)s” for replies."), has_undo=True
    ),
    ActKind(
        "topic.move",
        _("%(actor)s moved the topic “%(topic)s” from here to “%(to_forum)s”."),
        has_undo=True,
    ),
    ActKind(
        "topic.receive",
        _("%(actor)s moved the topic “%(topic)s” here from “%(from_forum)s”."),
        has_undo=True,
    ),
    ActKind(
        "topic.split",
        _("%(actor)s split off the topic “%(topic)s”. Contributions that went there: %(count)s."),
        has_undo=True,
    ),
    ActKind(
        "topic.merge",
        _(
            "%(actor)s merged another topic into “%(topic)s”. Contributions that went there: "
            "%(count)s."
        ),
        has_undo=True,
    ),
    ActKind(
        "topic.unmerge",
        _("%(actor)s took the topic “%(topic)s” out of another one. Contributions: %(count)s."),
    ),
    ActKind("topic.pin", _("%(actor)s pinned the topic “%(topic)s”."), has_undo=True),
    ActKind(
        "topic.announce", _("%(actor)s made the topic “%(topic)s” an announcement."), has_undo=True
    ),
    ActKind(
        "topic.unpin",
        _("%(actor)s put the topic “%(topic)s” back among the others."),
        has_undo=True,
    ),
    ActKind(
        "discussion.slow",
        _("%(actor)s turned slow mode on. Minutes between two contributions: %(pace)s."),
        has_undo=True,
    ),
    ActKind("discussion.normal", _("%(actor)s turned slow mode off."), has_undo=True),
    ActKind("contribution.approve", _("%(actor)s approved contribution %(number)s.")),
    ActKind("contribution.reject", _("%(actor)s rejected contribution %(number)s."), has_undo=True),
    ActKind("contribution.hold", _("%(actor)s put contribution %(number)s back among those held.")),
    ActKind("contribution.edit", _("%(actor)s edited contribution %(number)s."), has_undo=True),
    ActKind(
        "contribution.withdraw", _("%(actor)s withdrew contribution %(number)s."), has_undo=True
    ),
    ActKind(
        "contribution.restore", _("%(actor)s restored contribution %(number)s."), has_undo=True
    ),
    ActKind("member.admit", _("%(actor)s admitted %(member)s (%(role)s)."), has_undo=True),
    ActKind("member.admit-many", _("%(actor)s admitted several members at once: %(count)s.")),
    ActKind("member.remove", _("%(actor)s removed %(member)s (%(role)s)."), has_undo=True),
    ActKind(
        "member.role",
        _("%(actor)s changed the role of %(member)s. It was: %(before)s. It is now: %(role)s."),
        has_undo=True,
    ),
    ActKind("summary.write", _("%(actor)s wrote the moderators' summary."), has_undo=True),
    ActKind("request.decline", _("%(actor)s declined the request of %(member)s to take part.")),
    ActKind("request.ignore", _("%(actor)s ignored the request of %(member)s to take part.")),
    ActKind("invitation.revoke", _("%(actor)s revoked an invitation.")),
    ActKind("invitation.send", _("%(actor)s sent invitations. Their number: %(count)s.")),
    ActKind("discussion.open", _("%(actor)s opened the discussion.")),
    ActKind("discussion.opened", _("The discussion opened as planned.")),
    ActKind("discussion.close", _("%(actor)s closed the discussion.")),
    ActKind("discussion.closed", _("The discussion closed as planned.")),
    ActKind("discussion.reopen", _("%(actor)s opened the discussion again.")),
    # The details of both are shown as forums.setting_texts.shown_details writes them.
    ActKind(
        "discussion.change",
        _("%(actor)s changed “%(setting)s” from %(before)s to %(after)s."),
    ),
    ActKind("discussion.reword", _("%(actor)s changed the text of “%(setting)s”.")),
)
ACTS: Mapping[str, ActKind] = {row.code: row for row in _ROWS}
