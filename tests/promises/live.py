"""What open pages promise: their rooms ask again and again, whoever is there."""

from collections.abc import Callable
from typing import Any
from unittest import mock

from asgiref.sync import async_to_sync, sync_to_async

from conferences import transcript
from conferences.live import sources
from conferences.models import Conference
from tests.promises import Promise
from tests.promises.network import Network


def _awaited(work: Callable[..., Any], *arguments: Any) -> Any:
    """Run what is awaited, its questions asked in this thread, which counts them."""

    async def in_this_thread(ask: Callable[..., Any], *values: Any) -> Any:
        return await sync_to_async(ask)(*values)

    with mock.patch.object(sources, "in_database", in_this_thread):
        return async_to_sync(work)(*arguments)


def _session(hub: Network) -> sources.SessionSource:
    return sources.SessionSource(hub.session)


def _topic(hub: Network) -> sources.TopicSource:
    return sources.TopicSource(hub.topic)


def _issued(hub: Network) -> Conference:
    return Conference.objects.get(pk=hub.issued.conference_id)


_SOURCES = "conferences.live.sources"
PROMISES = (
    Promise(f"{_SOURCES}.SessionSource.after", 2, lambda source: _awaited(source.after, 0), _session),
    Promise(f"{_SOURCES}.SessionSource.newest", 1, lambda source: _awaited(source.newest), _session),
    Promise(
        f"{_SOURCES}.SessionSource.may_follow",
        3,
        lambda pair: _awaited(_session(pair[0]).may_follow, pair[1]),
        lambda hub: (hub, hub.amina.pk),
    ),
    Promise(f"{_SOURCES}.TopicSource.after", 2, lambda source: _awaited(source.after, 0), _topic),
    Promise(f"{_SOURCES}.TopicSource.newest", 1, lambda source: _awaited(source.newest), _topic),
    Promise(f"{_SOURCES}.must_set_up_factor", 0, lambda hub: _awaited(sources.must_set_up_factor, hub.amina)),
    Promise(f"{_SOURCES}.still_signed_in", 1, lambda hub: _awaited(sources.still_signed_in, {"mark"}, {hub.amina.pk})),
    Promise("conferences.transcript.transcript_of", 5, lambda row: transcript.transcript_of(row), _issued, besides=2),
)
