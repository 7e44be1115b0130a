"""The archive of a list to take away: an mbox, streamed, and the discussion's Atom feed."""

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponseRedirect, StreamingHttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forums.views.feeds import url_for
from hub.lib.pooled import give_back
from hub.lib.throttle import throttled
from hub.members.requests import signed_in
from listserv.archive.export import write_mbox
from listserv.figures import list_for

# So much is collected before it is sent.
BLOCK_BYTES = 128_000


@login_required
@never_cache
@require_safe
@throttled(20, 600)
def mbox(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """Give a list's contributions in mboxrd; memory does not grow with the archive."""
    member = signed_in(request)
    blocks = _blocks(write_mbox(mailing_list=list_for(member, name), reader=member))
    content: Iterator[bytes] | AsyncIterator[bytes] = blocks
    if isinstance(request, ASGIRequest):
        content = _in_threads(blocks)
    response = StreamingHttpResponse(content, content_type="application/mbox")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.mbox"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _blocks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    block, size = [], 0
    for piece in pieces:
        block.append(piece)
        size += len(piece)
        if size >= BLOCK_BYTES:
            yield b"".join(block)
            block, size = [], 0
    if block:
        yield b"".join(block)


async def _in_threads(blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Read each block in the request's thread.

    A plain iterator would be read whole before the first byte is sent.
    """
    while block := await sync_to_async(_next)(blocks):
        yield block


def _next(blocks: Iterator[bytes]) -> bytes:
    try:
        return next(blocks, b"")
    finally:
        # A slow reader keeps no other waiting for a connection.
        give_back()


@login_required
@never_cache
@require_safe
@throttled(120)
def feed(request: HttpRequest, name: str) -> HttpResponseRedirect:
    """Lead to the discussion's feed at the address that works in the reader's feed program."""
    member = signed_in(request)
    return HttpResponseRedirect(url_for(member, list_for(member, name).forum_id))
