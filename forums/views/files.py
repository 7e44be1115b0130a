"""Give out the files of contributions as downloads, so that no browser runs them (finding S12)."""

from django.core.files.storage import storages
from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

from forums import selectors
from forums.services.files import path_of, report_lost
from hub.lib.errors import NotFound
from hub.members.requests import member_of

# Content types a reader's program may be told; everything else is only bytes.
SAFE_TYPES = {
    "pdf": "application/pdf",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
}


@require_safe
def download(request: HttpRequest, number: int, pk: int) -> FileResponse:
    """Send one file of a contribution the reader may read, always as a download.

    The name goes as RFC 6266 and RFC 8187 have it (``filename*=utf-8''…``): a name that a browser
    cannot read made it open the file instead.

    Raises: NotFound for hidden, missing and lost files alike.
    """
    contribution = selectors.contribution_for(member_of(request), number)
    attachment = contribution.attachments.filter(pk=pk).first()
    storage = storages["private"]
    if attachment is None:
        raise NotFound
    if not storage.exists(path_of(attachment.sha256)):
        report_lost(attachment)
        raise NotFound
    kind = SAFE_TYPES.get(attachment.name.rpartition(".")[2].lower(), "application/octet-stream")
    response = FileResponse(
        storage.open(path_of(attachment.sha256)),
        as_attachment=True,
        filename=attachment.name,
        content_type=kind,
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-cache"
    return response
