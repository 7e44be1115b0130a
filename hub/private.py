"""What the hub writes is for the account it runs under: names, mails and keys are nobody else's on
the host.

The umask of whoever starts a process decides nothing: :func:`write_private` sets it, :func:`secure`
closes what an earlier version, a copy or a restore from elsewhere left open.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO
FOLDER_MODE, FILE_MODE = 0o700, 0o600
# Styles, scripts and catalogues hold nothing of anybody, and a web server or another account may
# read them.
_PUBLIC_UMASK = 0o022


def write_private() -> None:
    """Let this process, and those it starts, make files
    and folders that only its own account can open.
    """
    os.umask(OTHERS)


@contextmanager
def readable_by_all() -> Iterator[None]:
    """Let files be made that every account may read; for what comes with the code."""
    before = os.umask(_PUBLIC_UMASK)
    try:
        yield
    finally:
        os.umask(before)


def secure(folder: Path, *, deep: bool, leave: Path | None = None) -> int:
    """Take a data folder and what is in it from all other accounts; return how many files and
    folders were open.

    Links are not followed, and what belongs to another account stays as it is.

    Args: deep, down to the last file; else the folder itself and its own files (database, keys);
    leave, a folder in it that stays as it is.
    """
    opened = int(_close(folder))
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if Path(root, name) != leave]
        inner = [Path(root, name) for name in (*folders, *files) if deep or name in files]
        opened += sum(_close(path) for path in inner)
        if not deep:
            break
    return opened


def _close(path: Path) -> bool:
    status = path.lstat()
    if not status.st_mode & OTHERS or not (
        stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)
    ):
        return False
    if status.st_uid != os.geteuid():
        return False
    path.chmod(FOLDER_MODE if stat.S_ISDIR(status.st_mode) else FILE_MODE)
    return True
