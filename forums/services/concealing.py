"""Hide secrets of the hub in what is already published; the words stay as they were."""

from collections.abc import Iterable
from typing import Any

from django.core.files.storage import storages
from django.db import transaction
from django.db.models import QuerySet
from machina.apps.forum_conversation.models import Post, Topic

from forums.models import (
    Attachment,
    Contribution,
    ForumPolicy,
    LogEntry,
    Revision,
    SummaryVersion,
    Withdrawal,
)
from forums.services.files import content_of, keep_content, path_of
from hub.lib.batches import by_key
from hub.lib.errors import NotFound
from hub.lib.markup import MARKDOWN, render
from hub.lib.masking import mask, mask_file

BATCH = 200
# What people read, by where it stands; a post's rendered text follows its source.
_TEXTS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (Contribution, ("folded", "original_subject", "decision_reason")),
    (Revision, ("subject", "text", "reason")),
    (Topic, ("subject",)),
    (ForumPolicy, ("summary",)),
    (SummaryVersion, ("text",)),
    (LogEntry, ("reason",)),
    (Withdrawal, ("reason",)),
    (Attachment, ("name",)),
)


def conceal_secrets() -> tuple[int, int]:
    """Mask every text and file of the record; return how many texts and files were changed.

    No edit is recorded and nobody is told: no word is changed, only what would let others act for
    its owner. It may be stopped and begun again. Queries: 1 for each :data:`BATCH` rows of a kind,
    and 1 or 2 for each that is changed.
    """
    texts = sum(_conceal(model.objects.all(), fields) for model, fields in _TEXTS)
    texts += _conceal_posts()
    return texts, sum(int(_conceal_file(row)) for row in by_key(Attachment.objects.all(), BATCH))


def _conceal(query: QuerySet, fields: Iterable[str]) -> int:
    count = 0
    for row in by_key(query.only("pk", *fields), BATCH):
        masked = {field: mask(getattr(row, field)) for field in fields}
        changed = {field: text for field, text in masked.items() if text != getattr(row, field)}
        count += len(changed)
        if changed:
            query.model.objects.filter(pk=row.pk).update(**changed)
    return count


def _conceal_posts() -> int:
    count = 0
    for post in by_key(Post.objects.all(), BATCH):
        texts = {
            "content": str(post.content.raw),
            "subject": post.subject,
            "update_reason": post.update_reason or "",
        }
        masked = {field: mask(text) for field, text in texts.items()}
        if masked == texts:
            continue
        if masked["content"] != texts["content"]:
            masked["_content_rendered"] = render(masked["content"], _format_of(post))
        Post.objects.filter(pk=post.pk).update(**masked)
        count += 1
    return count


def _format_of(post: Post) -> str:
    text_format = Contribution.objects.filter(post=post).values_list("format", flat=True).first()
    return text_format or MARKDOWN


def _conceal_file(row: Attachment) -> bool:
    """Store the masked content beside the old one, turn all rows to it, and remove the old one."""
    try:
        content = content_of(row)
    except NotFound:
        return False
    masked = mask_file(content)
    if masked == content:
        return False
    digest = keep_content(masked)
    with transaction.atomic():
        Attachment.objects.filter(sha256=row.sha256).update(sha256=digest)
        transaction.on_commit(lambda: storages["private"].delete(path_of(row.sha256)))
    return True
