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
    """

    code: str
    sentence: str | Promise


_ROWS = (
    ActKind("topic.lock", _("%(actor)s closed the topic “%(topic)s” for replies.")),
    ActKind("topic.unlock", _("%(actor)s opened the topic “%(topic)s” for replies.")),
)
ACTS: Mapping[str, ActKind] = {row.code: row for row in _ROWS}
