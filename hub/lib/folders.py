"""The folder of private files on this host: each file is there whole, or not at all."""

import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

# Where files lie while they are written; nobody else looks there.
PARTIAL = ".partial"


class WholeFiles(FileSystemStorage):
    """A folder in which a file takes its name when its last byte is on the disk.

    A process that is killed while it writes leaves nothing under the name. Who saves a name a
    second time replaces the file, as in the shared store: most are named after their content.
    """

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return the name that was asked for."""
        return name

    def _save(self, name: str, content: File) -> str:
        partial = Path(self.path(f"{PARTIAL}/{secrets.token_hex(16)}"))
        target = Path(self.path(name))
        try:
            # Not in its stubs.
            super()._save(f"{PARTIAL}/{partial.name}", content)  # type: ignore[misc]
            _sync(partial)
            mode = self.directory_permissions_mode or 0o777
            target.parent.mkdir(mode=mode, parents=True, exist_ok=True)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
        return name

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Return folders and files; what is being written is not among them."""
        folders, files = super().listdir(path)
        return [name for name in folders if name != PARTIAL], files

    def unfinished(self, before: datetime) -> Iterator[Path]:
        """Give the files whose writing was begun before a moment and never ended.

        Processes that were killed leave them.
        """
        for path in sorted(Path(self.path(PARTIAL)).glob("*")):
            if path.stat().st_mtime < before.timestamp():
                yield path


def _sync(path: Path) -> None:
    """Have the bytes on the disk before the name: a machine may stop, too."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
