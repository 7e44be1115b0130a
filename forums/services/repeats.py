"""Recognise a draft that was sent before: by its key, its Message-ID, and its words."""

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.conf import settings

from forums.drafts import Draft, Published
from forums.errors import KeyTaken
from forums.models import Contribution
from forums.services.preparing import clean, stored_words
from hub.lib.verdicts import Verdict

if TYPE_CHECKING:
    from hub.members.models import Member

ONCE_LENGTH = 80


def sent_before(*, draft: Draft, author: "Member") -> Published | None:
    """Return what an earlier sending of a draft has made, None when it is new; writes nothing.

    Raises: KeyTaken. Queries: 2 at most for a new one.
    """
    number = _number_by_key(draft, author)
    if number is not None:
        earlier = _contribution(number)
        if not _repeats(draft, earlier) or _is_elsewhere(draft, earlier):
            raise KeyTaken(earlier, has_same_text=clean(draft.text) == _first_text(earlier))
        return _published_before(earlier)
    number = _number_by_message_id(draft, author)
    if number is None:
        return None
    earlier = _contribution(number)
    if not _repeats(draft, earlier):
        return None
    return _published_before(earlier)


def marks_of(draft: Draft, author: "Member") -> dict[str, Any]:
    """Return the columns of a contribution by which another sending of it is recognised.

    They are its key, its words, its Message-ID, and what an import keeps of its header.

    Args: draft, prepared.

    Queries: 1 at most.
    """
    message_id, imported = _identity(draft)
    return {
        "content_digest": content_digest(draft),
        "once_key": stored_key(draft, author),
        "message_id": message_id,
        "imported": imported,
    }


def _identity(draft: Draft) -> tuple[str, dict[str, str] | None]:
    """Return the Message-ID of a contribution, and what an import keeps of its header.

    Queries: 1 at most.
    """
    if not draft.message_id:
        return new_message_id(), draft.imported
    same_id = Contribution.objects.filter(forum_id=draft.forum_id, message_id=draft.message_id)
    if not same_id.exists():
        return draft.message_id, draft.imported
    if draft.imported is None:
        return new_message_id(), None
    # Somebody else's words have it here: an import keeps its identifier beside one of ours.
    return new_message_id(), {**draft.imported, "message_id": draft.message_id}


def new_message_id() -> str:
    """Return a new Message-ID: 128 random bits, so that nobody can guess it (design.md §3.6)."""
    return f"{secrets.token_hex(16)}@{settings.HUB_MAIL_DOMAIN}"


def stored_key(draft: Draft, author: "Member") -> str | None:
    """Return the key under the author's own name, so that nobody else can take it beforehand."""
    if not draft.once_key:
        return None
    return f"{author.pk}:{draft.once_key}"[:ONCE_LENGTH]


def content_digest(draft: Draft) -> str:
    """Return a digest of a prepared draft: subject, text, what is folded away, and its files."""
    state = sha256()
    for part in (draft.subject, draft.text.strip(), draft.folded):
        state.update(part.encode() + b"\0")
    for upload in draft.files:
        state.update(
            upload.name.encode("utf-8", "replace") + b"\0" + sha256(upload.content).digest()
        )
    return state.hexdigest()


def _published_before(earlier: Contribution) -> Published:
    return Published(earlier, Verdict(earlier.action), created=False)


# Both ask for the key alone: there is mostly no such row, and a question for all of its columns
# costs three times as much.


def _number_by_key(draft: Draft, author: "Member") -> int | None:
    """Return the number of the contribution with a draft's key. Queries: 1, none without a key."""
    if not draft.once_key:
        return None
    rows = Contribution.objects.order_by().filter(once_key=stored_key(draft, author))
    return next(iter(rows.values_list("pk", flat=True)[:1]), None)


def _number_by_message_id(draft: Draft, author: "Member") -> int | None:
    """Return the number of the author's contribution with a draft's Message-ID in its forum.

    An import is the same message whoever counts as its author. Queries: 1, none without one.
    """
    if not draft.message_id:
        return None
    rows = Contribution.objects.order_by().filter(
        message_id=draft.message_id, forum_id=draft.forum_id
    )
    if draft.imported is None:
        rows = rows.filter(author=author)
    return next(iter(rows.values_list("pk", flat=True)[:1]), None)


def _contribution(number: int) -> Contribution:
    return Contribution.objects.select_related("post__topic__forum", "author").get(pk=number)


def _is_elsewhere(draft: Draft, earlier: Contribution) -> bool:
    """Whether a draft answers another contribution than an earlier one, or has another place."""
    if draft.parent is not None or earlier.parent_id is not None:
        return draft.parent != earlier.parent_id
    if draft.topic_id is not None:
        return draft.topic_id != earlier.topic_id
    return draft.forum_id != earlier.forum_id


def _repeats(draft: Draft, earlier: Contribution) -> bool:
    """Whether a draft repeats what a contribution said when it was first written."""
    if draft.imported is not None:
        return True
    draft = stored_words(draft)
    if earlier.content_digest:
        return earlier.content_digest == content_digest(draft)
    return _first_text(earlier) == draft.text.strip()


def _first_text(contribution: Contribution) -> str:
    first = contribution.revisions.order_by("number").values_list("text", flat=True).first()
    if first is None:
        first = contribution.text
    # Plain text may begin with blanks; whether it is the same does not hang on them.
    return first.strip()
