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
    """Return how the text of an origin is read: mail as typed, web and live as Markdown."""
    if origin == Contribution.Origin.MAIL:
        return PLAIN
    return MARKDOWN


def prepare(draft: Draft) -> Draft:
    """Do what takes time before the transaction: mask secrets, render the text, store the files.

    A prepared draft has the words that the record keeps. One that is prepared again stays as it is,
    but for what its place has given it since: subject and header.
    """
    draft = _with_stored_header(draft)
    if draft.html is not None or _has_too_many_files(draft):
        return draft
    draft = _with_stored_body(replace(draft, format=draft.format or MARKDOWN))
    html = ""
    if not is_too_long(draft):
        html = str(render(draft.text, draft.format))
    return replace(draft, html=html, digests=files.keep(draft.files))


def stored_words(draft: Draft) -> Draft:
    """Return a draft with its words as the record keeps them, prepared or not."""
    draft = _with_stored_header(draft)
    if draft.html is not None:
        return draft
    return _with_stored_body(draft)


def clean(text: str, text_format: str = MARKDOWN) -> str:
    """Return a text without what no database, feed or print takes, and without blank edges.

    The first line of plain text keeps its indentation: a table or a picture may begin with it.
    """
    text = without_controls(text)
    if text_format == PLAIN:
        return _BLANK_LINES.sub("", text).rstrip()
    return text.strip()


def as_stored(text: str, text_format: str = MARKDOWN) -> str:
    """Return a text as it is stored: without secrets of the hub, and cleaned (:func:`clean`)."""
    return clean(mask(text), text_format)


def is_too_long(draft: Draft) -> bool:
    """Whether the rules refuse a draft for its length: no time is spent on it."""
    return draft.imported is None and len(draft.text) > settings.HUB_TEXT_MAX_SIZE


def _has_too_many_files(draft: Draft) -> bool:
    """Whether the rules refuse a draft for the number of its files: none of them is stored."""
    return draft.imported is None and len(draft.files) > rules.MAX_FILES


def _with_stored_header(draft: Draft) -> Draft:
    original = without_controls(mask(draft.original_subject))[:ORIGINAL_SUBJECT_LENGTH]
    imported = draft.imported
    if imported is not None:
        imported = {key: without_controls(mask(value)) for key, value in imported.items()}
    subject = one_line(mask(draft.subject))
    return replace(draft, subject=subject, original_subject=original, imported=imported)


def _with_stored_body(draft: Draft) -> Draft:
    """Return a draft whose text and files have no secrets of the hub (decision record 0020)."""
    uploads = tuple(
        replace(file, name=one_line(mask(file.name)), content=mask_file(file.content))
        for file in draft.files
    )
    text = draft.text
    if not is_too_long(draft):
        text = as_stored(text, draft.format)
    return replace(draft, text=text, folded=as_stored(draft.folded), files=uploads)
