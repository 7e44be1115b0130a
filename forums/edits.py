"""What a transcript says of changes: the record after the gavel is marked, whoever changed it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forums.models import Contribution


@dataclass(frozen=True)
class LateEdit:
    """The last change of words that were heard in a conference_session, made after it was closed."""

    by: str  # name
    at: datetime


def late_edit(contribution: "Contribution", closed_at: datetime) -> LateEdit | None:
    """Return the last change of a contribution when it came after a moment, None for none.

    The post comes with who changed it; no query then.
    """
    post = contribution.post
    if not post.updates_count or post.updated <= closed_at:
        return None
    editor = post.updated_by or contribution.author
    return LateEdit(editor.get_full_name(), post.updated)
