"""Keep the files of contributions outside anything that the web server maps.

Each content is stored once, under an opaque name.
"""

import logging
from hashlib import sha256

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from forums.drafts import Upload
from forums.models import Attachment, Contribution
from hub.lib.errors import NotFound

log = logging.getLogger(__name__)


def path_of(digest: str) -> str:
    """Return where a content lies in the private storage."""
    return f"{digest[:2]}/{digest}"


def keep_content(content: bytes) -> str:
    """Store bytes, once whoever brings them, and return their SHA-256 digest.

    A file of another size is not the content: earlier releases left one when they were killed while
    they wrote. It is replaced.
    """
    storage = storages["private"]
    digest = sha256(content).hexdigest()
    path = path_of(digest)
    if not storage.exists(path) or storage.size(path) != len(content):
        storage.save(path, ContentFile(content))
    return digest


def read_content(digest: str) -> bytes | None:
    """Return stored bytes, None when they are lost."""
    storage = storages["private"]
    if not storage.exists(path_of(digest)):
        return None
    with storage.open(path_of(digest)) as file:
        return bytes(file.read())


def keep(uploads: tuple[Upload, ...]) -> tuple[str, ...]:
    """Store contents before the transaction and return their SHA-256 digests.

    A content without a row (after a rollback) is harmless: the next one with the same bytes uses
    it.
    """
    return tuple(keep_content(upload.content) for upload in uploads)


def attach(
    contribution: Contribution, uploads: tuple[Upload, ...], digests: tuple[str, ...]
) -> None:
    """Write the rows of stored files."""
    Attachment.objects.bulk_create(
        Attachment(
            contribution=contribution,
            name=upload.name[-255:],
            content_type=upload.content_type[:100],
            size=len(upload.content),
            sha256=digest,
        )
        for upload, digest in zip(uploads, digests, strict=True)
    )


def report_lost(attachment: Attachment) -> None:
    """Log that a recorded file is lost: another host keeps it, or it was deleted by hand."""
    log.error(
        "File %s of contribution %s is not in the store of this host (%s). Several hosts need "
        "HUB_MEDIA_URL.",
        attachment.pk,
        attachment.contribution_id,
        path_of(attachment.sha256),
    )


def content_of(attachment: Attachment) -> bytes:
    """Return the bytes of a file whose contribution the caller may read.

    Raises: NotFound (the file is lost).
    """
    content = read_content(attachment.sha256)
    if content is None:
        report_lost(attachment)
        raise NotFound
    return content
