"""Recognise a draft that was sent before: by its key, its Message-ID, and its words."""

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from forums.drafts import Draft, Published
from forums.errors import KeyTaken
from forums.models import Contribution
from forums.services.preparing import clean, masked
from hub.lib.characters import one_line
from hub.lib.masking import mask
from hub.lib.verdicts import Verdict

if TYPE_CHECKING:
    from hub.members.models import Member

ONCE_LENGTH = 80


def sent_before(*, draft: Draft, author: "Member") -> Published | None:
    """Return what an earlier sending of a draft has made, None when it is new; writes nothing.

    Raises: KeyTaken. Queries: 2 at most for a new one.
    """
    earlier = _find_earlier(draft, author)
    return (
        Published(earlier, Verdict(earlier.action), created=False) if earlier is not None else None
    )


def stored_key(draft: Draft, author: "Member") -> str | None:
    """Return the key under the author's own name, so that
    nobody takes the key of another's word beforehand.
    """
    return f"{author.pk}:{draft.once_key}"[:ONCE_LENGTH] if draft.once_key else None


def content_digest(draft: Draft) -> str:
    """Return a digest of what a draft says: subject, text, what is folded away, and its files."""
    state = sha256()
    for part in (one_line(draft.subject), clean(draft.text), clean(draft.folded)):
        state.update(part.encode() + b"\0")
    for upload in draft.files:
        state.update(
            upload.name.encode("utf-8", "replace") + b"\0" + sha256(upload.content).digest()
        )
    return state.hexdigest()


def _find_earlier(draft: Draft, author: "Member") -> Contribution | None:
    """Return what an earlier call with this key or Message-ID has made. Queries: 2 at most when
    there is nothing.

    Raises: KeyTaken.
    """
    rows = Contribution.objects.order_by()
    # Keys alone: there is mostly no such row, and the question for all of its columns costs three
    # times as much.
    keys = (
        list(rows.filter(once_key=stored_key(draft, author)).values_list("pk")[:1])
        if draft.once_key
        else []
    )
    by_key = bool(keys)
    if not keys and draft.message_id:
        same_id = rows.filter(message_id=draft.message_id, forum_id=draft.forum_id)
        keys = list(
            (same_id if draft.imported is not None else same_id.filter(author=author)).values_list(
                "pk"
            )[:1]
        )
    if not keys:
        return None
    earlier = Contribution.objects.select_related("post__topic__forum", "author").get(pk=keys[0][0])
    has_same_words = draft.imported is not None or _says_the_same(draft, earlier)
    if has_same_words and not (by_key and _is_elsewhere(draft, earlier)):
        return earlier
    if by_key:
        raise KeyTaken(earlier, has_same_text=clean(draft.text) == _first_text(earlier))
    return None


def _is_elsewhere(draft: Draft, earlier: Contribution) -> bool:
    """Whether a draft answers something else than an
    earlier contribution, or goes to another topic or forum.
    """
    if draft.parent is not None or earlier.parent_id is not None:
        return draft.parent != earlier.parent_id
    if draft.topic_id is not None:
        return draft.topic_id != earlier.topic_id
    return draft.forum_id != earlier.forum_id


def _says_the_same(draft: Draft, earlier: Contribution) -> bool:
    """Whether a draft repeats what a contribution said when it was first written."""
    draft = replace(draft if draft.html is not None else masked(draft), subject=mask(draft.subject))
    if earlier.content_digest:
        return earlier.content_digest == content_digest(draft)
    return _first_text(earlier) == clean(draft.text)


def _first_text(contribution: Contribution) -> str:
    first = contribution.revisions.order_by("number").values_list("text", flat=True).first()
    # Plain text may begin with blanks; whether it is the same does not hang on them.
    return (contribution.text if first is None else first).strip()
