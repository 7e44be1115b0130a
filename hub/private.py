"""Keep what the hub writes for the account it runs under.

Names, mails and keys are nobody else's on the host. The umask of whoever starts a process decides
nothing: :func:`write_private` sets it, :func:`secure` closes what an earlier version, a copy or a
restore from elsewhere left open.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO
FOLDER_MODE, FILE_MODE = 0o700, 0o600
# What may be closed, by its type; links, sockets and devices stay as they are.
_PRIVATE_MODES = {stat.S_IFDIR: FOLDER_MODE, stat.S_IFREG: FILE_MODE}
# Styles, scripts and catalogues hold nothing of anybody, and a web server or another account may
# read them.
_PUBLIC_UMASK = 0o022


def write_private() -> None:
    """Let this process, and those it starts, make files that only its own account can open."""
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
    """Take a data folder and what is in it from all other accounts.

    Links are not followed, and what belongs to another account stays as it is.

    Args: deep, down to the last file; else the folder itself and its own files (database, keys);
    leave, a folder in it that stays as it is.

    Returns: how many files and folders were open.
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
    mode = _PRIVATE_MODES.get(stat.S_IFMT(status.st_mode))
    if mode is None:
        return False
    if not status.st_mode & OTHERS:
        return False
    if status.st_uid != os.geteuid():
        return False
    path.chmod(mode)
    return True
