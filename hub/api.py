"""The read API, ``/api/v1/``: what a member sees on the pages, as JSON; composition only.

Every answer comes from the same ``*_for(member)`` selectors as the pages; a visitor gets what the
public may read.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Query, Schema
from ninja.errors import Throttled
from ninja.throttling import BaseThrottle

from forums import selectors
from forums.edits import edit_of
from hub.lib.errors import HubError, NotFound, TooMany
from hub.lib.full_urls import full_url
from hub.lib.numbers import is_key
from hub.lib.paging import ROWS, PagedList
from hub.lib.retry_after import with_retry_after
from hub.lib.throttle import Throttle, requester
from hub.members.requests import member_of

# Requests of one member or client in a minute.
REQUESTS = Throttle(300)


class RequestThrottle(BaseThrottle):
    """The hub's own counting."""

    def allow_request(self, request: HttpRequest) -> bool:
        """Whether the request is let through."""
        return not REQUESTS.wait(requester(request))


api = NinjaAPI(
    title="Network Hub",
    version="1",
    urls_namespace="api",
    docs_url=None,
    throttle=RequestThrottle(),
)


class DiscussionOut(Schema):
    """A discussion as the reader sees it; ``new`` counts contributions not read."""

    id: int
    name: str
    theme: str
    preset: str
    language: str
    role: str
    new: int
    members: int
    opens_at: datetime | None
    closes_at: datetime | None


class TopicOut(Schema):
    """A topic of a discussion."""

    id: int
    subject: str
    contributions: int
    new: int
    last_at: datetime | None


class EditOut(Schema):
    """The last edit of a contribution.

    Who made it, whether the author did, when and why, and the page of the earlier words.
    """

    by: str
    by_author: bool
    at: datetime
    reason: str
    history_url: str


class ContributionOut(Schema):
    """A contribution; ``number`` is permanent, ``url`` its permalink, ``html`` safe HTML.

    ``text`` is what the author wrote: ``format`` says whether it is ``plain`` text or ``markdown``.

    ``revision`` counts the edits; ``edited`` is the last one, null for words that stand as first
    written.
    """

    number: int
    url: str
    author: str
    country: str
    origin: str
    said_at: datetime
    parent: int | None
    format: str
    text: str
    html: str
    revision: int
    edited: EditOut | None


class ContributionPage(Schema):
    """A page of a topic."""

    subject: str
    page: int
    pages: int
    total: int
    contributions: list[ContributionOut]


class ErrorOut(Schema):
    """What went wrong: a stable code and a sentence."""

    code: str
    message: str


def _key(number: int) -> int:
    """Return a number that may be a key. Raises: NotFound for one that no database holds."""
    if not is_key(number):
        raise NotFound
    return number


@api.exception_handler(HubError)
def answer_error(request: HttpRequest, error: HubError) -> HttpResponse:
    """Map our errors once for the API."""
    response = api.create_response(
        request, {"code": error.code, "message": str(error)}, status=error.http_status
    )
    return with_retry_after(response, error)


@api.exception_handler(Throttled)
def answer_throttled(request: HttpRequest, error: Throttled) -> HttpResponse:
    """Ask who floods the API to wait, as every other page does."""
    return answer_error(request, TooMany())


@api.get("/discussions", response=list[DiscussionOut], tags=["discussions"])
def list_discussions(
    request: HttpRequest, response: HttpResponse, page: int = Query(1, ge=1, le=100_000)
) -> list[DiscussionOut]:
    """List the discussions the reader may read, fifty a page.

    ``Link`` names the next page (RFC 8288).
    """
    discussions = selectors.discussions_for(member_of(request), page=page, size=ROWS)
    _link_next(request, response, discussions)
    return [
        DiscussionOut(
            id=discussion.pk,
            name=discussion.forum.name,
            theme=discussion.policy.theme,
            preset=discussion.policy.preset,
            language=discussion.policy.language,
            role=discussion.role,
            new=discussion.new,
            members=discussion.members,
            opens_at=discussion.policy.opens_at,
            closes_at=discussion.policy.closes_at,
        )
        for discussion in discussions
    ]


@api.get(
    "/discussions/{int:discussion_id}/topics",
    response={200: list[TopicOut], 404: ErrorOut},
    tags=["discussions"],
)
def list_topics(
    request: HttpRequest,
    response: HttpResponse,
    discussion_id: int,
    page: int = Query(1, ge=1, le=100_000),
) -> list[TopicOut]:
    """List the topics of a discussion, fifty a page.

    The last spoken in stands first; ``Link`` names the next page.
    """
    reader = member_of(request)
    discussion = selectors.discussion_for(reader, _key(discussion_id))
    topics = selectors.topics_for(reader, discussion, page=page, size=ROWS)
    _link_next(request, response, topics)
    return [
        TopicOut(
            id=topic.pk,
            subject=topic.subject,
            contributions=topic.posts_count,
            new=topic.new,
            last_at=topic.last_post_on,
        )
        for topic in topics
    ]


def _link_next(request: HttpRequest, response: HttpResponse, page: PagedList[Any]) -> None:
    if page.number < page.pages:
        response.headers["Link"] = (
            f'<{settings.HUB_URL}{request.path}?page={page.number + 1}>; rel="next"'
        )


@api.get(
    "/topics/{int:topic_id}/contributions",
    response={200: ContributionPage, 404: ErrorOut},
    tags=["discussions"],
)
def list_contributions(
    request: HttpRequest, topic_id: int, page: int = Query(1, ge=1, le=100_000)
) -> ContributionPage:
    """Return a page of a topic, in the order it was said."""
    topic, _ = selectors.topic_for(member_of(request), _key(topic_id))
    contributions_page = selectors.contributions_of(topic, page=page)
    return ContributionPage(
        subject=topic.subject,
        page=contributions_page.number,
        pages=contributions_page.pages,
        total=contributions_page.total,
        contributions=[_contribution(row) for row in contributions_page.contributions],
    )


@api.get(
    "/contributions/{int:number}",
    response={200: ContributionOut, 404: ErrorOut},
    tags=["discussions"],
)
def read_contribution(request: HttpRequest, number: int) -> ContributionOut:
    """Return one contribution by its permanent number."""
    return _contribution(selectors.contribution_for(member_of(request), _key(number)))


def _contribution(row: selectors.Contribution) -> ContributionOut:
    return ContributionOut(
        number=row.number,
        url=full_url("forums:contribution", row.number),
        author=row.speaker.name,
        country=row.speaker.country,
        origin=row.origin,
        said_at=row.created_at,
        parent=row.parent_id,
        format=row.format,
        text=row.text,
        html=row.html,
        revision=row.revision,
        edited=_edit(row),
    )


def _edit(row: selectors.Contribution) -> EditOut | None:
    edit = edit_of(row)
    if edit is None:
        return None
    return EditOut(
        by=edit.by,
        by_author=edit.by_author,
        at=edit.at,
        reason=edit.reason,
        history_url=full_url("forums:history", row.number),
    )
