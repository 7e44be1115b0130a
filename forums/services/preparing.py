"""Prepare a draft before its transaction: take out secrets, render the text, store the files."""

import re
from dataclasses import replace
from typing import Any

from django.conf import settings

from forums import rules
from forums.drafts import Draft
from forums.models import Contribution
from forums.services import files
from hub.lib.characters import all_without_controls, without_controls
from hub.lib.markup import MARKDOWN, PLAIN, render_stored
from hub.lib.masking import mask, mask_all, mask_file

_BLANK_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")

# Characters of the subject of a mail as it came in.
ORIGINAL_SUBJECT_LENGTH = 10_000
_HEADER = ("subject", "original_subject")
_IDENTIFIERS = ("message_id", "in_reply_to", "references", "author_address")


def format_of(origin: str) -> str:
    """Return how the text of an origin is read: mail as typed, web and live as Markdown."""
    if origin == Contribution.Origin.MAIL:
        return PLAIN
    return MARKDOWN


def prepare(draft: Draft) -> Draft:
    """Do what takes time before the transaction: mask secrets, render the text, store the files.

    A prepared draft has the words that the record keeps. Who gives it another subject or header
    afterwards prepares it again, which leaves its text, its HTML and its files as they are.
    """
    if _has_too_many_files(draft):
        return draft
    if draft.html is not None:
        return stored_words(draft)
    draft = stored_words(replace(draft, format=draft.format or MARKDOWN))
    html = ""
    if not is_too_long(draft):
        html = str(render_stored(draft.text, draft.format))
    digests: tuple[str, ...] = ()
    if draft.files:
        digests = files.keep(draft.files)
    return replace(draft, html=html, digests=digests)


def stored_words(draft: Draft) -> Draft:
    """Return a draft as the record keeps it: no secrets of the hub (decision record 0020), clean.

    All its texts are masked and cleaned together, here and nowhere else on their way into the
    record. A text that is refused for its length is left as it is, as are text and files of a
    prepared draft. Identifiers are cleaned alone.
    """
    names, uploads = [*_HEADER, *_names_of_text(draft)], draft.files
    if draft.html is not None:
        uploads = ()
    imported = draft.imported or {}
    written = [getattr(draft, name) for name in names]
    masked = mask_all([*written, *imported.values(), *(upload.name for upload in uploads)])
    identifiers = [getattr(draft, name) for name in _IDENTIFIERS]
    cleaned = iter(all_without_controls([*masked, *identifiers]))
    changes: dict[str, Any] = {name: _trimmed(name, next(cleaned), draft.format) for name in names}
    if draft.imported is not None:
        changes["imported"] = {key: next(cleaned) for key in imported}
    if uploads:
        changes["files"] = tuple(
            replace(upload, name=_title(next(cleaned)), content=mask_file(upload.content))
            for upload in uploads
        )
    changes |= {name: next(cleaned) for name in _IDENTIFIERS}
    return replace(draft, **changes)


def _trimmed(name: str, text: str, text_format: str) -> str:
    """Return one of a draft's texts as long as the record has it."""
    if name == "subject":
        return _title(text)
    if name == "original_subject":
        return text[:ORIGINAL_SUBJECT_LENGTH]
    if name == "text":
        return _without_blank_edges(text, text_format)
    return text.strip()


def _names_of_text(draft: Draft) -> tuple[str, ...]:
    """Return which texts of a draft are still to be cleaned, beside its header."""
    if draft.html is not None:
        return ()
    if is_too_long(draft):
        return ("folded",)
    return ("folded", "text")


def clean(text: str, text_format: str = MARKDOWN) -> str:
    """Return a text without what no database, feed or print takes, and without blank edges.

    The first line of plain text keeps its indentation: a table or a picture may begin with it.
    """
    return _without_blank_edges(without_controls(text), text_format)


def _title(text: str) -> str:
    return " ".join(text.split())


def _without_blank_edges(text: str, text_format: str) -> str:
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
