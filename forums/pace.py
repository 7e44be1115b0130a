"""Slow mode: one contribution of each member in so many minutes, whichever way it comes."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from forums.models import Contribution
from hub.lib.dates import format_utc
from hub.lib.hooks import registered
from hub.lib.verdicts import Verdict, reject

if TYPE_CHECKING:
    from forums.rules import DraftQuestion


def slow(question: "DraftQuestion", *, pause: timedelta) -> Verdict | None:
    """Let a member of a slow discussion wait between two contributions, and say until when.

    Those who lead may write; an item that a session discusses has its own pace, which the chair
    sets.

    Queries: 1 and those registered; none for who leads.
    """
    if not question.is_bound_by_time or _is_in_session(question):
        return None
    free = _free_from(question, pause)
    if free is None:
        return None
    sentence = _(
        "This discussion is in slow mode, so that everybody is heard. You can write again after "
        "%(moment)s UTC."
    )
    return reject("slow", sentence % {"moment": format_utc(free)})


def _free_from(question: "DraftQuestion", pause: timedelta) -> datetime | None:
    """Return from when the author may write again, None for now."""
    rows = Contribution.objects.filter(
        author=question.author,
        forum_id=question.draft.forum_id,
        created_at__gt=question.now - pause,
        created_at__lte=question.now,
    )
    last = rows.order_by("-created_at").values_list("created_at", flat=True).first()
    if last is None:
        return None
    # Minutes are written, so the next full one.
    return last + pause + timedelta(minutes=1)


def _is_in_session(question: "DraftQuestion") -> bool:
    """Whether the draft is for the topic that a session discusses now."""
    if question.topic is None:
        return False
    topics = {
        choose(forum_id=question.draft.forum_id, now=question.now)
        for choose in registered("HUB_TOPIC_CHOOSERS")
    }
    return question.topic.pk in topics
