"""What the Secretariat may do with issued proceedings: attach a dated note, withdraw, and end both, with a trace.

The text itself never changes (:mod:`cms.freeze`).
"""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cms import indexing
from cms.models import IssuedText, IssueNote
from cms.rules import is_secretariat
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound
from hub.lib.masking import mask

if TYPE_CHECKING:
    from hub.members.models import Member

NOTE_LENGTH = 5_000  # characters


def _text(page_id: int, actor: "Member") -> IssuedText:
    """Return what was issued as a page, its row locked, for the Secretariat."""
    if not is_secretariat(actor):
        raise NotAllowed(_("The Secretariat attaches notes and withdraws."))
    text = IssuedText.objects.select_for_update(of=("self",)).select_related("page").filter(page_id=page_id).first()
    if text is None:
        raise NotFound
    return text


def _checked(text: str, missing: str) -> str:
    if not text.strip():
        raise Invalid(missing)
    if len(text) > NOTE_LENGTH:
        raise Invalid(_("Keep this under %d characters.") % NOTE_LENGTH)
    return mask(text).strip()


@transaction.atomic
def attach_note(*, page_id: int, actor: "Member", text: str, dated: date, now: datetime) -> IssueNote:
    """Attach a dated note of correction, which stands above the document, on the page and in print.

    Raises: NotAllowed (not of the Secretariat), NotFound (not issued), Invalid (no text, or a day that is no day of the
    document: before its issue, or to come), Conflict (withdrawn).
    """
    issued = _text(page_id, actor)
    words = _checked(text, _("Say what is to be corrected, and how it should read."))
    if not issued.issued_at.date() <= dated <= now.date():
        raise Invalid(_("The date of a note lies between the issue of the document and today."))
    if _withdrawals(issued).exists():
        raise Conflict(_("These proceedings are withdrawn; a note on them would not be seen."))
    note = issued.notes.create(kind=IssueNote.Kind.CORRECTION, text=words, dated=dated, made_at=now, made_by=actor)
    indexing.refresh(issued.page)
    return note


@transaction.atomic
def withdraw_proceedings(*, page_id: int, actor: "Member", reason: str, now: datetime) -> IssueNote:
    """Withdraw what was issued: a notice with symbol, day, name and reason takes its place, at the same address.

    Raises: NotAllowed, NotFound (not issued), Invalid (no reason), Conflict (withdrawn already).
    """
    issued = _text(page_id, actor)
    words = _checked(reason, _("Say why these proceedings are withdrawn: the reason stands at their address."))
    if _withdrawals(issued).exists():
        raise Conflict(_("These proceedings are withdrawn already."))
    note = issued.notes.create(kind=IssueNote.Kind.WITHDRAWAL, text=words, dated=now.date(), made_at=now, made_by=actor)
    indexing.refresh(issued.page)
    return note


@transaction.atomic
def end_note(*, note_id: int, actor: "Member", reason: str, now: datetime) -> IssueNote:
    """End a note of correction, or a withdrawal; who did so, when and why stays in the record of the issue.

    Raises: NotAllowed, NotFound, Invalid (no reason), Conflict (ended already).
    """
    page_id = IssueNote.objects.filter(pk=note_id).values_list("issued_text__page_id", flat=True).first()
    issued = _text(page_id or 0, actor)
    note = issued.notes.get(pk=note_id)
    words = _checked(reason, _("Say why: the reason stays in the record of the issue."))
    if note.ended_at is not None:
        raise Conflict(_("This note has ended already."))
    note.ended_at, note.ended_by, note.ended_because = now, actor, words
    note.save(update_fields=["ended_at", "ended_by", "ended_because"])
    indexing.refresh(issued.page)
    return note


def _withdrawals(issued: IssuedText) -> QuerySet[IssueNote]:
    return issued.notes.filter(kind=IssueNote.Kind.WITHDRAWAL, ended_at=None)
