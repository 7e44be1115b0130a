"""Whether somebody may take a contribution from the pages."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from forums.models import Contribution, ForumPolicy
from forums.policy import UNHELD
from forums.rules import decide_edit
from hub.lib.hooks import registered
from hub.lib.verdicts import ACCEPT, Verdict, reject

if TYPE_CHECKING:
    from hub.members.models import Member


def decide_withdrawal(
    *,
    contribution: Contribution,
    actor: "Member",
    policy: ForumPolicy,
    rights: frozenset[str],
    now: datetime,
    is_sealed: bool = False,
) -> Verdict:
    """Return the verdict on taking a contribution from the pages, in a forum the actor may read.

    An author may as long as the record is open, even where moderators have approved the words;
    those who lead always may. Arguments are those of :func:`decide_edit`. Queries: 0.
    """
    if contribution.state != Contribution.State.ACCEPTED:
        return reject("withdrawn", _("This contribution is not shown any more."))
    with_own_words = rights | {UNHELD}
    return decide_edit(
        contribution=contribution,
        actor=actor,
        policy=policy,
        rights=with_own_words,
        now=now,
        is_sealed=is_sealed,
    )


def cited(number: int) -> Verdict:
    """Return the verdict on taking away what may stand in a document under a symbol.

    What was issued does not change.
    """
    if not any(place(number) for place in registered("HUB_PUBLISHED")):
        return ACCEPT
    sentence = _(
        "This contribution stands in proceedings that were issued under a symbol, which do not "
        "change. Ask the Secretariat."
    )
    return reject("issued", sentence)
