"""The cache in Redis, which may be away: then nothing is cached, and nothing fails.

Nothing that must be remembered stands in the cache (limits are rows, :mod:`hub.lib.limits`), so a
cache that does not answer is one that is always empty. It is not asked again for a few seconds, so
that pages do not wait for it.
"""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from hub.lib.quiet import NowAndThen

log = logging.getLogger(__name__)
Value = TypeVar("Value")
# Seconds for which a cache that did not answer is not asked.
AWAY_SECONDS = 5.0


class ForgivingRedisCache(RedisCache):
    """Django's cache in Redis; what it cannot answer is a miss."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._away_until = 0.0
        self._complaints = NowAndThen()

    def _ask(
        self, work: Callable[..., Value], otherwise: Value, *args: Any, **kwargs: Any
    ) -> Value:
        if time.monotonic() < self._away_until:
            return otherwise
        try:
            return work(*args, **kwargs)
        except (RedisError, OSError) as error:
            self._away_until = time.monotonic() + AWAY_SECONDS
            if self._complaints.allows():
                log.warning(
                    "Redis does not answer (%s); the hub goes on without its cache",
                    type(error).__name__,
                )
            return otherwise

    def add(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        """Store what is not there; where nothing is cached, nothing is there."""
        return bool(self._ask(super().add, True, key, value, timeout, version))

    def get(self, key: str, default: Any = None, version: Any = None) -> Any:
        """Return what is cached."""
        return self._ask(super().get, default, key, default, version)

    def set(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> None:
        """Store."""
        self._ask(super().set, None, key, value, timeout, version)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        """Keep longer."""
        return bool(self._ask(super().touch, False, key, timeout, version))

    def delete(self, key: str, version: Any = None) -> bool:
        """Remove."""
        return bool(self._ask(super().delete, False, key, version))

    def get_many(self, keys: Iterable[str], version: Any = None) -> dict[str, Any]:
        """Return what is cached of several."""
        return self._ask(super().get_many, {}, keys, version)

    def has_key(self, key: str, version: Any = None) -> bool:
        """Whether something is cached."""
        return bool(self._ask(super().has_key, False, key, version))

    def incr(self, key: str, delta: int = 1, version: Any = None) -> int:
        """Count up.

        Raises: ValueError (nothing is there, as in any cache).
        """
        count = self._ask(super().incr, None, key, delta, version)
        if count is None:
            raise ValueError(f"Key {key!r} not found")
        return int(count)

    def set_many(
        self, data: dict[str, Any], timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> list[str]:
        """Store several; returns those that could not be."""
        return self._ask(super().set_many, list(data), data, timeout, version)

    def delete_many(self, keys: Iterable[str], version: Any = None) -> None:
        """Remove several."""
        self._ask(super().delete_many, None, keys, version)

    def clear(self) -> None:
        """Remove everything."""
        self._ask(super().clear, None)
