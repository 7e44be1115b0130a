"""Atom feeds (RFC 4287): a discussion's last thirty contributions, and what concerns a member.

A feed reader has no login session, so a member's address of the feed carries a signed token. The
token only says who asks: what they may see is decided at each request, and a new password makes a
new token.
"""

from hashlib import sha256
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from forums import pages, selectors
from forums.edits import mark_of
from forums.models import Contribution
from forums.policy import access_of
from forums.views.common import discussion_url
from hub.lib.characters import without_controls
from hub.lib.errors import NotFound
from hub.lib.full_urls import full_url
from hub.lib.languages import language_tag
from hub.lib.markup import plain
from hub.lib.throttle import throttled
from hub.lib.tokens import read, sign
from hub.lib.way_in import never_asks_to_sign_in
from hub.members.requests import member_of
from hub.members.selectors import active_member

if TYPE_CHECKING:
    from hub.members.models import Member

PURPOSE, CONCERNS = "feed", "concerns-feed"
MAX_ENTRIES = 30
# Characters of a contribution in the feed; the rest is one click away.
EXCERPT = 300


def _stamp(member: "Member") -> int:
    """Return a number that changes with the password."""
    return int.from_bytes(sha256(member.password.encode()).digest()[:4], "big")


def url_for(member: "Member | None", forum_id: int) -> str:
    """Return the address of a discussion's feed for this reader."""
    address = reverse("forums:feed", args=(forum_id,))
    if member is None:
        return address
    return f"{address}?key={sign(PURPOSE, [member.pk, forum_id, _stamp(member)])}"


def concerns_url_for(member: "Member") -> str:
    """Return the address of the member's feed of what concerns them."""
    address = reverse("forums:concerns_feed")
    return f"{address}?key={sign(CONCERNS, [member.pk, _stamp(member)])}"


def _concerned_reader(request: HttpRequest) -> "Member":
    """Return whose feed it is: whom its key names, else who is signed in. Raises: NotFound."""
    member, key = member_of(request), request.GET.get("key")
    if key:
        numbers = read(CONCERNS, key) or [0, 0]
        member = active_member(numbers[0])
        if member is None or [member.pk, _stamp(member)] != numbers:
            raise NotFound
    if member is None:
        raise NotFound
    return member


def _reader(request: HttpRequest, forum_id: int) -> "Member | None":
    """Return who reads the feed: whom its key names, else who is signed in. Raises: NotFound."""
    key = request.GET.get("key")
    if not key:
        return member_of(request)
    numbers = read(PURPOSE, key)
    if numbers is None or len(numbers) != 3:
        raise NotFound
    member_id, key_forum_id, stamp = numbers
    if key_forum_id != forum_id:
        raise NotFound
    member = active_member(member_id)
    if member is None or stamp != _stamp(member):
        raise NotFound
    return member


@never_asks_to_sign_in
@require_safe
@throttled(120)
def discussion(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the newest contributions of a discussion as Atom. Queries: the same for 1 and for 30."""
    where = selectors.discussion_for(_reader(request, pk), pk)
    feed = Atom1Feed(
        title=without_controls(str(where.forum.name)),
        link=settings.HUB_URL + discussion_url(where.forum),
        description="",
        language=where.policy.language,
    )
    for row in pages.newest_of(where, limit=MAX_ENTRIES):
        _add(feed, row, row.subject)
    return _answer(feed)


@never_asks_to_sign_in
@require_safe
@throttled(120)
def concerns(request: HttpRequest) -> HttpResponse:
    """Give what mentions or answers a member as Atom, wherever they may read it now."""
    member = _concerned_reader(request)
    with translation.override(member.language):
        title = _("What mentions or answers you") + f" · {settings.HUB_NAME}"
        feed = Atom1Feed(
            title=without_controls(title),
            link=settings.HUB_URL,
            description="",
            language=language_tag(member.language),
        )
        for row in selectors.concerns_of(member, access_of(member), limit=MAX_ENTRIES):
            subject = f"{row.contribution.subject} · {row.get_kind_display()}"
            _add(feed, row.contribution, subject)
    return _answer(feed)


def _add(feed: Atom1Feed, row: Contribution, title: str) -> None:
    """Add a contribution to a feed.

    What was stored by an earlier release may hold what XML forbids: one row would cost everybody
    the feed.
    """
    excerpt = Truncator(plain(row.html)).chars(EXCERPT)
    feed.add_item(
        title=without_controls(title),
        link=full_url("forums:contribution", row.number),
        description=without_controls("\n".join(filter(None, (mark_of(row), excerpt)))),
        author_name=without_controls(row.speaker.name),
        unique_id=full_url("forums:contribution", row.number),
        pubdate=row.created_at,
        updateddate=row.post.updated,
    )


def _answer(feed: Atom1Feed) -> HttpResponse:
    response = HttpResponse(content_type="application/atom+xml; charset=utf-8")
    feed.write(response, "utf-8")
    response.headers["Cache-Control"] = "private, max-age=300"
    return response
