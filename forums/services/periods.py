"""Plan and send what the hub tells as the period of a discussion begins and ends.

A worker sends each once, whatever the number of workers and restarts: the row is locked, and
written off in the transaction that queues the notification (``HUB_QUEUE_WORKERS``).
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from machina.apps.forum.models import Forum

from forums.models import ForumPolicy, PeriodNotification
from forums.outlets import ProcedureNotification, outlets
from forums.services.log import note_act
from hub.lib.bus import wake
from hub.lib.dates import format_utc
from hub.lib.full_urls import full_url
from hub.lib.names import quoted
from hub.lib.scripts import isolate

_K = PeriodNotification.Kind
WEEK, DAY = timedelta(days=7), timedelta(days=1)
# Rows that a worker takes at a time.
BATCH = 50
_ENDS = frozenset({_K.CLOSES, _K.ENDED})
# Acts of the clock, for the log.
_ACTS = {_K.OPENS: "discussion.opened", _K.CLOSES: "discussion.closed"}


def plan_notifications(policy: ForumPolicy, *, now: datetime) -> None:
    """Plan what is told of a period, in the transaction that sets it.

    What was planned and not sent is taken back, except what tells of an act. Queries: 2.
    """
    planned = PeriodNotification.objects.filter(forum_id=policy.forum_id, done_at=None)
    planned.filter(kind__in=(_K.OPENS, _K.WEEK, _K.DAY, _K.CLOSES)).delete()
    rows = [
        PeriodNotification(forum_id=policy.forum_id, kind=kind, due_at=due_at)
        for kind, due_at in _due(policy)
        if due_at > now
    ]
    PeriodNotification.objects.bulk_create(rows, ignore_conflicts=True)
    wake("periods")


def _due(policy: ForumPolicy) -> list[tuple[str, datetime]]:
    """Return when each is due; no reminder of the end comes on the first day."""
    due: list[tuple[str, datetime]] = []
    if policy.opens_at is not None:
        due.append((_K.OPENS, policy.opens_at))
    if policy.closes_at is None:
        return due
    for kind, span in ((_K.WEEK, WEEK), (_K.DAY, DAY)):
        at = policy.closes_at - span
        if policy.opens_at is None or at >= policy.opens_at + DAY:
            due.append((kind, at))
    return [*due, (_K.CLOSES, policy.closes_at)]


def notify_act(*, forum_id: int, kind: str, now: datetime, reason: str = "") -> None:
    """Plan to tell at once of an act: another end, or that a discussion is closed or open again.

    Queries: 2.
    """
    PeriodNotification.objects.filter(forum_id=forum_id, done_at=None, kind=kind).delete()
    row = PeriodNotification(forum_id=forum_id, kind=kind, due_at=now, reason=reason)
    PeriodNotification.objects.bulk_create([row], ignore_conflicts=True)
    wake("periods")


def keep_periods(now: datetime) -> int:
    """Send what is due, each in a transaction of its own; return how many rows were done.

    Queries: 1 when nothing is due.
    """
    due = PeriodNotification.objects.filter(done_at=None, due_at__lte=now)
    keys = list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH])
    return sum(_send(pk, now) for pk in keys)


@transaction.atomic
def _send(pk: int, now: datetime) -> int:
    """Send one, if it is still of use; 0 when another worker was faster."""
    rows = PeriodNotification.objects.select_for_update(of=("self",))
    row = rows.select_related("forum").filter(pk=pk, done_at=None).first()
    if row is None:
        return 0
    policy = ForumPolicy.objects.filter(forum_id=row.forum_id).first()
    if policy is not None and _is_of_use(row, policy, now):
        notification = _notification(row, row.forum, policy)
        for outlet in outlets():
            outlet.notify_procedure(notification, now=now)
        _note(row, now)
    row.done_at = now
    row.save(update_fields=["done_at"])
    return 1


def _is_of_use(row: PeriodNotification, policy: ForumPolicy, now: datetime) -> bool:
    """Whether it is still true; a worker that was away for days tells nothing old."""
    is_over = policy.closes_at is not None and policy.closes_at <= now
    if row.kind in _ENDS:
        return is_over
    if policy.opens_at is not None and policy.opens_at > now:
        return row.kind == _K.EXTENDED
    if is_over:
        return False
    if row.kind == _K.WEEK and policy.closes_at is not None:
        # The reminder of the last day comes in its place.
        return policy.closes_at - now > DAY
    return True


def _note(row: PeriodNotification, now: datetime) -> None:
    """Write into the log what the clock did; what a person did stands there already."""
    act = _ACTS.get(_K(row.kind))
    if act is not None:
        note_act(forum_id=row.forum_id, act=act, actor=None, now=now)


def _notification(
    row: PeriodNotification, forum: Forum, policy: ForumPolicy
) -> ProcedureNotification:
    texts = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            texts[language] = {
                "subject": _subject(row.kind) % isolate(forum.name),
                "text": _sentences(row, forum, policy),
            }
    return ProcedureNotification(
        forum_id=forum.pk,
        texts=texts,
        url=full_url("forums:discussion", forum.pk, forum.slug or "discussion"),
        is_urgent=True,
    )


def _subject(kind: str) -> str:
    if kind == _K.OPENS:
        return _("Discussion open: %s")
    if kind in _ENDS:
        return _("Discussion closed: %s")
    if kind == _K.EXTENDED:
        return _("New closing date: %s")
    if kind == _K.REOPENED:
        return _("Discussion open again: %s")
    return _("Discussion closes soon: %s")


def _sentences(row: PeriodNotification, forum: Forum, policy: ForumPolicy) -> str:
    values = {"name": quoted(forum.name), "reason": isolate(row.reason), "until": ""}
    if policy.closes_at is not None:
        values["until"] = format_utc(policy.closes_at)
    paragraphs = [_fact(row.kind, has_end=policy.closes_at is not None) % values]
    if row.reason:
        paragraphs.append(_("The reason: %(reason)s") % values)
    if row.kind not in _ENDS:
        paragraphs.append(
            _(
                "Read and write on the web, or by e-mail: your reply to this message goes to "
                "everybody who takes part."
            )
        )
    return "\n\n".join(paragraphs)


def _fact(kind: str, *, has_end: bool) -> str:
    if kind in _ENDS:
        return _(
            "The discussion %(name)s has closed. What was said stays there to be read; nothing can "
            "be added."
        )
    if kind == _K.REOPENED and has_end:
        return _("The discussion %(name)s is open again. It closes on %(until)s UTC.")
    if kind == _K.REOPENED:
        return _("The discussion %(name)s is open again, without a closing date.")
    if kind == _K.EXTENDED and has_end:
        return _("The discussion %(name)s has a new closing date: %(until)s UTC.")
    if kind == _K.EXTENDED:
        return _("The discussion %(name)s stays open, without a closing date.")
    if kind == _K.OPENS and not has_end:
        return _("The discussion %(name)s is open.")
    if kind == _K.OPENS:
        return _("The discussion %(name)s is open. It closes on %(until)s UTC.")
    return _("The discussion %(name)s closes on %(until)s UTC. There is still time to contribute.")
