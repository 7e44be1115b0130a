"""Take a person who leaves for good out of drafts and logs of the admin, and find them in pages.

What was issued under a symbol is frozen, with the names as they stood (decision record 0005): it is
neither changed nor listed.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.urls import reverse
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import (
    APIToken,
    Comment,
    CommentReply,
    ModelLogEntry,
    Page,
    PageLogEntry,
    Revision,
    TaskState,
)
from wagtail.users.models import UserProfile

from cms.models import (
    ConferenceIndexPage,
    HomePage,
    ProceedingsPage,
    ProceedingsRecord,
    StandardPage,
)
from cms.services.printing import discard_drafts
from hub.lib.redact import SoughtPerson, Trace, scrub, trace_label

if TYPE_CHECKING:
    from hub.members.models import Member

_TEXTS: tuple[tuple[type[Page], list[str]], ...] = (
    (HomePage, ["intro"]),
    (StandardPage, ["intro", "body"]),
    (ConferenceIndexPage, ["intro"]),
    (ProceedingsPage, ["summary", "conclusions"]),
)
_EVERY_PAGE = ["title", "draft_title", "seo_title", "search_description"]


def scrub_admin(member: "Member", person: SoughtPerson) -> None:
    """Take the person out of drafts of proceedings and logs; their settings of the admin go."""
    discard_drafts()
    for profile in UserProfile.objects.filter(user=member):
        if profile.avatar:
            profile.avatar.delete(save=False)
        profile.delete()
    APIToken.objects.filter(user=member).delete()
    for log in (ModelLogEntry, PageLogEntry):
        scrub(person, log.objects.all(), ["label", "data"])
    _scrub_records(person)


def _scrub_records(person: SoughtPerson) -> None:
    issued = ProceedingsPage.objects.exclude(symbol=None).exclude(record=None).values("record_id")
    drafts = ProceedingsRecord.objects.exclude(pk__in=issued)
    for record in person.named_in(drafts, ["data"]).order_by("pk"):
        data = person.out_of_json(record.data)
        digest = ProceedingsRecord.digest_of(data)
        others = ProceedingsRecord.objects.filter(
            conference=record.conference_id, digest=digest
        ).exclude(pk=record.pk)
        with transaction.atomic():
            if others.exists():
                # Two records of one conference that now say the same keep a digest each.
                digest = f"{record.pk:064d}"
            ProceedingsRecord.objects.filter(pk=record.pk).update(data=data, digest=digest)


def find_traces(member: "Member", person: SoughtPerson) -> Iterator[Trace]:
    """Yield the pages, documents and pictures that name the person.

    A page counts with its earlier versions and the comments on it.
    """
    issued = set(ProceedingsPage.objects.exclude(symbol=None).values_list("pk", flat=True))
    for page in Page.objects.filter(pk__in=_pages_naming(person) - issued).order_by("pk"):
        url = reverse("wagtailadmin_pages:edit", args=(page.pk,))
        yield Trace("page", trace_label(person, page.draft_title or page.title), url)
    yield from _files(person, get_document_model(), ["title", "file"], "wagtaildocs:edit")
    yield from _files(
        person, get_image_model(), ["title", "file", "description"], "wagtailimages:edit"
    )


def _pages_naming(person: SoughtPerson) -> set[int]:
    """Return the keys of the pages that name the person, in any version or comment."""
    places: list[tuple[QuerySet[Any], list[str], str]] = [
        (Page.objects.all(), _EVERY_PAGE, "pk"),
        *((model.objects.all(), fields, "pk") for model, fields in _TEXTS),
        (Revision.page_revisions.all(), ["content", "object_str"], "object_id"),
        (Comment.objects.all(), ["text"], "page_id"),
        (CommentReply.objects.all(), ["text"], "comment__page_id"),
        (TaskState.objects.all(), ["comment"], "workflow_state__object_id"),
    ]
    return {
        int(key)
        for rows, fields, page_key in places
        for key in person.named_in(rows, fields).values_list(page_key, flat=True)
    }


def _files(
    person: SoughtPerson, model: type[Model], fields: list[str], address: str
) -> Iterator[Trace]:
    for row in person.named_in(model._default_manager.all(), fields).order_by("pk"):
        yield Trace(
            "page", trace_label(person, getattr(row, "title", "")), reverse(address, args=(row.pk,))
        )
