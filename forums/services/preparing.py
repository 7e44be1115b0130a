"""Prepare a draft before its transaction: take out secrets, render the text, store the files."""

import re
from dataclasses import replace

from django.conf import settings

from forums import rules
from forums.drafts import Draft
from forums.models import Contribution
from forums.services import files
from hub.lib.characters import one_line, without_controls
from hub.lib.markup import MARKDOWN, PLAIN, render
from hub.lib.masking import mask, mask_file

_BLANK_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")

# Characters of the subject of a mail as it came in.
ORIGINAL_SUBJECT_LENGTH = 10_000


def format_of(origin: str) -> str:
    """Return how the text of an origin is read: mail as it
    was typed, web and live as the Markdown they announce.
    """
    return PLAIN if origin == Contribution.Origin.MAIL else MARKDOWN


def prepare(draft: Draft) -> Draft:
    """Do what takes time before the transaction: take out our secrets, render the text, store the
    files.

    A prepared draft stays as it is, except that what its place gives it (subject, header) is looked
    through too.
    """
    imported = draft.imported and {
        key: without_controls(mask(value)) for key, value in draft.imported.items()
    }
    original = without_controls(mask(draft.original_subject))[:ORIGINAL_SUBJECT_LENGTH]
    draft = replace(
        draft, subject=mask(draft.subject), original_subject=original, imported=imported
    )
    is_taken = draft.imported is not None or len(draft.files) <= rules.MAX_FILES
    if draft.html is not None or not is_taken:
        return draft
    draft = replace(masked(draft), format=draft.format or MARKDOWN)
    text = clean(draft.text, draft.format)
    html = "" if is_too_long(draft) else str(render(text, draft.format))
    return replace(draft, html=html, digests=tuple(files.keep(draft.files)))


def clean(text: str, text_format: str = MARKDOWN) -> str:
    """Return the text without what no database, feed or print takes, and without blank lines around
    it.

    The first line of plain text keeps its indentation: a table or a picture may begin with it.
    """
    text = without_controls(text)
    return _BLANK_LINES.sub("", text).rstrip() if text_format == PLAIN else text.strip()


def as_stored(text: str, text_format: str = MARKDOWN) -> str:
    """Return what is stored of a text: without secrets
    of the hub, and without what a database refuses.
    """
    return clean(mask(text), text_format)


def masked(draft: Draft) -> Draft:
    """Return the draft without the secrets of the hub
    that its author has quoted (decision record 0020).
    """
    uploads = tuple(
        replace(file, name=one_line(mask(file.name)), content=mask_file(file.content))
        for file in draft.files
    )
    text = draft.text if is_too_long(draft) else mask(draft.text)
    return replace(draft, text=text, folded=mask(draft.folded), files=uploads)


def is_too_long(draft: Draft) -> bool:
    """Whether the rules refuse a draft for its length: no time is spent on it."""
    return draft.imported is None and len(draft.text) > settings.HUB_TEXT_MAX_SIZE
