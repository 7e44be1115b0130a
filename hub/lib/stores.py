"""The store of files that several hosts share (:mod:`hub.media`)."""

from typing import Any

from botocore.config import Config
from storages.backends.s3 import S3Storage

# Seconds to reach the store and to wait for an answer; a page must not hang for it.
CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS = 5, 30


class SharedStore(S3Storage):
    """An S3 bucket, or a part of one, whose files have no public address."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        limits = Config(
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            read_timeout=READ_TIMEOUT_SECONDS,
            retries={"max_attempts": 3},
        )
        self.client_config = self.client_config.merge(limits)  # type: ignore[has-type]

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        """Return an address of the hub's own; the bucket's own ones would pass its views by."""
        return f"/files/{name}"
