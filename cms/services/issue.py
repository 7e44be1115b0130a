"""What the Secretariat may do with issued proceedings: attach notes, withdraw them, end both.

The text itself never changes (:mod:`cms.freeze`), and every act leaves a trace.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms import indexing, printing
from cms.models import IssuedText, IssueNote, ProceedingsPage
from cms.rules import NOTE_LENGTH, is_secretariat
from cms.services.printing import discard_noted
from hub.lib.counts import with_count
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound
from hub.lib.masking import mask

if TYPE_CHECKING:
    from hub.members.models import Member


def _text(page_id: int, actor: "Member") -> IssuedText:
    """Return what was issued as a page, its row locked, for the Secretariat."""
    if not is_secretariat(actor):
        raise NotAllowed(
            _("Only the Secretariat can attach notes to proceedings or withdraw them.")
        )
    text = (
        IssuedText.objects.select_for_update(of=("self",))
        .select_related("page")
        .filter(page_id=page_id)
        .first()
    )
    if text is None:
        raise NotFound
    return text


def _checked(text: str, missing: str) -> str:
    if not text.strip():
        raise Invalid(missing)
    if len(text) > NOTE_LENGTH:
        sentence = ngettext(
            "Keep this under %d character.", "Keep this under %d characters.", NOTE_LENGTH
        )
        raise Invalid(with_count(sentence, NOTE_LENGTH))
    return mask(text).strip()


@transaction.atomic
def attach_note(
    *, page_id: int, actor: "Member", text: str, dated: date, now: datetime
) -> IssueNote:
    """Attach a dated note of correction, which stands above the document, on the page and in print.

    Raises: NotAllowed (not of the Secretariat), NotFound (not issued), Invalid (no text, or a day
    that is no day of the document: before its issue, or to come), Conflict (withdrawn).
    """
    issued = _text(page_id, actor)
    words = _checked(text, _("Say what is to be corrected, and how it should read."))
    if not issued.issued_at.date() <= dated <= now.date():
        raise Invalid(_("Choose a date between the issue of the document and today."))
    if _withdrawals(issued).exists():
        raise Conflict(_("These proceedings are withdrawn, so nobody would see a note on them."))
    note = issued.notes.create(
        kind=IssueNote.Kind.CORRECTION, text=words, dated=dated, made_at=now, made_by=actor
    )
    indexing.refresh(issued.page)
    _print_again(issued, now)
    return note


@transaction.atomic
def withdraw_proceedings(*, page_id: int, actor: "Member", reason: str, now: datetime) -> IssueNote:
    """Withdraw what was issued.

    A notice with symbol, day, name and reason takes its place, at the same address.

    Raises: NotAllowed, NotFound (not issued), Invalid (no reason), Conflict (withdrawn already).
    """
    issued = _text(page_id, actor)
    missing = _(
        "Say why these proceedings are withdrawn: everybody who opens them will see the reason."
    )
    words = _checked(reason, missing)
    if _withdrawals(issued).exists():
        raise Conflict(_("These proceedings have already been withdrawn."))
    note = issued.notes.create(
        kind=IssueNote.Kind.WITHDRAWAL, text=words, dated=now.date(), made_at=now, made_by=actor
    )
    indexing.refresh(issued.page)
    _print_again(issued, now)
    return note


@transaction.atomic
def end_note(*, note_id: int, actor: "Member", reason: str, now: datetime) -> IssueNote:
    """End a note of correction, or a withdrawal.

    Who did so, when and why stays in the record of the issue.

    Raises: NotAllowed, NotFound, Invalid (no reason), Conflict (ended already).
    """
    page_id = (
        IssueNote.objects.filter(pk=note_id).values_list("issued_text__page_id", flat=True).first()
    )
    issued = _text(page_id or 0, actor)
    note = issued.notes.get(pk=note_id)
    words = _checked(reason, _("Give a reason: it is kept in the record of this document."))
    if note.ended_at is not None:
        raise Conflict(_("This note or withdrawal has already been ended."))
    note.ended_at, note.ended_by, note.ended_because = now, actor, words
    note.save(update_fields=["ended_at", "ended_by", "ended_because"])
    indexing.refresh(issued.page)
    _print_again(issued, now)
    return note


def _print_again(issued: IssuedText, now: datetime) -> None:
    """Let the document be printed with the notes that hold now."""
    page = ProceedingsPage.objects.get(pk=issued.page_id)
    wanted = printing.wanted_of(page)
    discard_noted(page.pk, but=wanted.key)
    printing.want_print(page, wanted, now=now)


def _withdrawals(issued: IssuedText) -> QuerySet[IssueNote]:
    return issued.notes.filter(kind=IssueNote.Kind.WITHDRAWAL, ended_at=None)
