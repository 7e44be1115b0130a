"""Keep the files of contributions: once per content, under an opaque name, outside anything the web server maps."""

from hashlib import sha256

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from forums.drafts import Upload
from forums.models import Attachment, Contribution
from hub.lib.errors import NotFound


def path_of(digest: str) -> str:
    """Return where a content lies in the private storage."""
    return f"{digest[:2]}/{digest}"


def keep(uploads: tuple[Upload, ...]) -> list[str]:
    """Store contents before the transaction and return their SHA-256 digests.

    A content without a row (after a rollback) is harmless: the next one with the same bytes uses it.
    """
    storage = storages["private"]
    digests = []
    for upload in uploads:
        digest = sha256(upload.content).hexdigest()
        if not storage.exists(path_of(digest)):
            storage.save(path_of(digest), ContentFile(upload.content))
        digests.append(digest)
    return digests


def attach(contribution: Contribution, uploads: tuple[Upload, ...], digests: list[str]) -> None:
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


def content_of(attachment: Attachment) -> bytes:
    """Return the bytes of a file whose contribution the caller may read.

    Raises: NotFound (the file is lost).
    """
    storage = storages["private"]
    if not storage.exists(path_of(attachment.sha256)):
        raise NotFound
    with storage.open(path_of(attachment.sha256)) as found:
        return bytes(found.read())
