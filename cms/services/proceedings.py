"""From the log of a conference to issued proceedings: compile, write, submit, approve or send back.

Draft, revision, workflow and publication are Wagtail's; these functions decide who may, and call
it.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.models import WorkflowState

from cms import document
from cms.models import ConferenceIndexPage, ProceedingsPage, ProceedingsRecord
from cms.models.issued import frozen
from cms.rules import is_secretariat, may_write
from cms.services.pages import rich_text
from cms.services.rights import follow_roles, follow_secretariat
from conferences.selectors import Transcript, transcript_for
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound, NotNow, Stale
from hub.lib.markup import plain, renders
from hub.lib.masking import mask

if TYPE_CHECKING:
    from hub.members.models import Member

COMMENT_LENGTH = 2000


# --- The record -----------------------------------------------------------------------------------
def data_of(transcript: Transcript) -> dict[str, Any]:
    """Return a transcript as the data of a record, see :class:`cms.models.ProceedingsRecord`."""
    return {
        "background": str(transcript.conference.background_markup),
        "participants": [
            {
                "name": who.name,
                "role": who.role,
                "country": who.country,
                "organisation": who.organisation,
            }
            for who in transcript.participants
        ],
        "agenda": [
            {
                "title": record.item.title,
                "taken": record.taken_at is not None,
                "resumed": record.is_resumed,
                "session": _session(session_record.conference_session),
                "interventions": [
                    _intervention(contribution) for contribution in record.interventions
                ],
            }
            for session_record in transcript.sessions
            for record in session_record.items
        ],
    }


def _session(row: Any) -> dict[str, Any]:
    return {
        "title": row.title,
        "opens_at": row.began_at.isoformat(),
        "closes_at": row.ended_at.isoformat(),
        "held": row.opened_at is not None,
    }


def _intervention(contribution: Any) -> dict[str, Any]:
    return {
        "number": contribution.number,
        "author": contribution.speaker.name,
        "role": contribution.role,
        "country": contribution.speaker.country,
        "organisation": contribution.speaker.organisation,
        "at": contribution.at.isoformat(),
        "origin": contribution.origin,
        "html": str(contribution.html),
        "edited": _edited(contribution.edited),
    }


def _edited(edit: Any) -> dict[str, Any] | None:
    if edit is None:
        return None
    return {
        "by": edit.by,
        "at": edit.at.isoformat(),
        "reason": edit.reason,
        "own": edit.by_author,
        "late": edit.is_after_close,
    }


@transaction.atomic
def compile_proceedings(*, conference_id: int, actor: "Member", now: datetime) -> ProceedingsPage:
    """Compile the record of a conference into the draft of its proceedings.

    The first time makes the draft; again refreshes its record and leaves summary, conclusions and
    title as they are written. When nothing was said in between, nothing changes.

    Raises:
        NotFound: no such conference for the actor, or the site was not set up.
        NotAllowed: the actor is neither rapporteur nor chair nor of the Secretariat.
        NotNow: the draft is with the Secretariat, or the proceedings were issued.
    """
    transcript = transcript_for(actor, conference_id)
    conference = transcript.conference
    if not may_write(actor, conference.forum_id):
        raise NotAllowed(
            _("The rapporteur, the chair and the Secretariat compile the proceedings.")
        )
    follow_roles(member=actor)
    page = (
        ProceedingsPage.objects.select_for_update(of=("self",))
        .filter(conference_id=conference_id)
        .first()
    )
    data = data_of(transcript)
    record, _is_new = ProceedingsRecord.objects.get_or_create(
        conference_id=conference_id,
        digest=ProceedingsRecord.digest_of(data),
        defaults={"data": data, "compiled_at": now, "compiled_by": actor},
    )
    if page is None:
        return _first_draft(conference, record, actor)
    _check_open(page)
    draft: ProceedingsPage = page.get_latest_revision_as_object()
    if draft.record_id != record.pk:
        _follow_conference(draft, conference, record)
        draft.save_revision(user=actor, changed=True, log_action="wagtail.edit")
    return draft


def _follow_conference(page: ProceedingsPage, conference: Any, record: ProceedingsRecord) -> None:
    page.record, page.language = record, conference.language
    page.opens_at, page.closes_at = conference.starts_at, conference.ends_at


def _first_draft(conference: Any, record: ProceedingsRecord, actor: "Member") -> ProceedingsPage:
    index = ConferenceIndexPage.objects.first()
    if index is None:
        raise NotFound
    slug = slugify(conference.slug) or f"conference-{conference.pk}"
    is_taken = index.get_children().filter(slug=slug).exists()
    page = ProceedingsPage(
        title=conference.name,
        slug=f"{slug}-{conference.pk}" if is_taken else slug,
        live=False,
        owner=actor,
        conference_id=conference.pk,
        forum_id=conference.forum_id,
    )
    _follow_conference(page, conference, record)
    index.add_child(instance=page)
    page.save_revision(user=actor, log_action=True)
    return page


# --- Writing and deciding -------------------------------------------------------------------------
def _page(page_id: int, actor: "Member") -> ProceedingsPage:
    page = ProceedingsPage.objects.select_for_update(of=("self",)).filter(pk=page_id).first()
    if page is None or not may_write(actor, page.forum_id):
        raise NotFound
    follow_roles(member=actor)
    return page


def _check_open(page: ProceedingsPage) -> None:
    if page.symbol:
        raise frozen(page.symbol)
    if page.workflow_in_progress:
        raise NotNow(
            _(
                "The draft is waiting for the Secretariat's approval. It can be changed "
                "if it is sent back."
            ),
            code="submitted",
        )


def _check_seen(page: ProceedingsPage, seen_revision: int | None) -> None:
    """Refuse a decision on another revision than the latest one.

    Raises: Stale, with the words of both.
    """
    latest = page.latest_revision
    if latest is None or latest.pk == seen_revision:
        return
    revision = page.revisions.filter(pk=seen_revision).first()
    before = "" if revision is None else words_of(revision.as_object())
    raise Stale(before=before, after=words_of(latest.as_object()), revision=latest.pk)


def words_of(page: ProceedingsPage) -> str:
    """Return what a draft says as plain text, paragraph by line, to compare two revisions."""
    lines = [page.title]
    for section in document.build(page).sections:
        lines += [section.title, *(plain(str(part.html)) for part in section.parts)]
    for number, item in enumerate(page.agenda, start=1):
        lines.append(f"{number}. {item['title']}")
        lines += [
            f"#{entry['number']} {entry['author']}: {plain(entry['html'])}"
            for entry in item["interventions"]
        ]
    return "\n".join(lines)


@renders("summary", "conclusions", stored_as=str)
@transaction.atomic
def write_proceedings(
    *, page_id: int, actor: "Member", summary: str, conclusions: str = "", title: str = ""
) -> ProceedingsPage:
    """Write summary and conclusions in Markdown; Wagtail's editor does the same with rich text.

    Raises: NotFound, NotNow (submitted or issued).
    """
    page = _page(page_id, actor)
    _check_open(page)
    draft: ProceedingsPage = page.get_latest_revision_as_object()
    draft.summary = rich_text(summary)
    draft.conclusions = rich_text(conclusions)
    draft.title = title or draft.title
    draft.save_revision(user=actor, changed=True, log_action=True)
    return draft


@transaction.atomic
def submit_proceedings(
    *, page_id: int, actor: "Member", seen_revision: int | None
) -> WorkflowState:
    """Hand the draft to the Secretariat.

    That starts Wagtail's workflow, or resumes it after the draft was sent back.

    Args: seen_revision, key of the revision the actor has read; None is none.

    Raises: NotFound, Invalid (no summary yet), NotNow (submitted or issued), Stale (changed since
    it was read).
    """
    page = _page(page_id, actor)
    _check_open(page)
    _check_seen(page, seen_revision)
    draft: ProceedingsPage = page.get_latest_revision_as_object()
    if not draft.summary.strip():
        raise Invalid(_("Write a summary first: it is what most people will read."))
    follow_secretariat()
    state = page.current_workflow_state
    if state is not None and state.status == WorkflowState.STATUS_NEEDS_CHANGES:
        state.resume(user=actor)
        return state
    workflow = page.get_workflow()
    if workflow is None:
        raise NotFound
    return workflow.start(page, actor)


def _task(page_id: int, actor: "Member", seen_revision: int | None) -> Any:
    """Return the task that waits for a decision, bound to the revision that was read."""
    page = _page(page_id, actor)
    if not is_secretariat(actor):
        raise NotAllowed(_("The Secretariat decides on proceedings."))
    state = page.current_workflow_task_state if page.workflow_in_progress else None
    if state is None:
        raise Conflict(_("These proceedings are not waiting for a decision."))
    _check_seen(page, seen_revision)
    task_state = state.specific
    task_state.revision = page.latest_revision
    task_state.save(update_fields=["revision"])
    return task_state


@transaction.atomic
def approve_proceedings(
    *, page_id: int, actor: "Member", seen_revision: int | None, comment: str = ""
) -> ProceedingsPage:
    """Approve and so publish: the page is open to all, under a symbol that freezes its text.

    Args: seen_revision, key of the revision the actor has read; that one is published. None is
    none.

    Raises: NotFound, NotAllowed (not of the Secretariat), Conflict (does not wait for a decision),
    Stale (changed since it was read), NotNow (the conference goes on).
    """
    task_state = _task(page_id, actor, seen_revision)
    publication = PublishPageRevisionAction(task_state.revision, user=actor)
    # The revision that was read, whatever is saved meanwhile; in Wagtail's admin nobody may publish
    # proceedings.
    task_state.workflow_state.on_finish = lambda user=None: publication.execute(
        skip_permission_checks=True
    )
    task_state.task.specific.on_action(
        task_state, actor, "approve", comment=mask(comment)[:COMMENT_LENGTH]
    )
    return ProceedingsPage.objects.get(pk=page_id)


@transaction.atomic
def send_back_proceedings(
    *, page_id: int, actor: "Member", seen_revision: int | None, comment: str
) -> ProceedingsPage:
    """Send the draft back to the rapporteur with what should be changed.

    Args: seen_revision, key of the revision the actor has read; None is none.

    Raises: NotFound, NotAllowed, Conflict, Stale (changed since it was read), Invalid (no comment).
    """
    if not comment.strip():
        raise Invalid(_("Say what should be changed, so that the rapporteur knows."))
    task_state = _task(page_id, actor, seen_revision)
    task_state.task.specific.on_action(
        task_state, actor, "reject", comment=mask(comment).strip()[:COMMENT_LENGTH]
    )
    return ProceedingsPage.objects.get(pk=page_id)
