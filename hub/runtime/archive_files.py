"""Put the files of a hub into its archive, and back.

They are attachments and media, wherever they are stored, and keys the hub made.
"""

import io
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages

# Folder in the archive -> alias of the storage.
FOLDERS = {"attachments": "private", "media": "default"}
# Files in the data folder, made by the hub itself, and by ``manage.py dkim_key``.
KEYS = ("secret_key", "dkim-*.pem")
OTHERS = ("demo.json",)


def add_files(archive: tarfile.TarFile) -> int:
    """Add attachments and media; return how many files that is.

    The hub may go on meanwhile: a file that is removed in between, as a print that is replaced, is
    left out.
    """
    count = 0
    for folder, alias in FOLDERS.items():
        storage = storages[alias]
        for name in _walk(storage, ""):
            try:
                with storage.open(name, "rb") as file:
                    content = file.read()
            except FileNotFoundError:
                continue
            _add(archive, f"data/{folder}/{name}", content)
            count += 1
    return count


def add_keys(archive: tarfile.TarFile) -> tuple[str, ...]:
    """Add what lies in the data folder; return the names of the keys among it."""
    keys = [path for pattern in KEYS for path in sorted(settings.HUB_DATA.glob(pattern))]
    others = [settings.HUB_DATA / name for name in OTHERS if (settings.HUB_DATA / name).exists()]
    for path in [*keys, *others]:
        _add(archive, f"data/{path.name}", path.read_bytes())
    return tuple(path.name for path in keys)


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    archive.addfile(info, io.BytesIO(content))


def _walk(storage: Storage, folder: str) -> Iterator[str]:
    """Give the names of all files of a storage; none where it has no folder yet."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    for name in sorted(files):
        if name:
            yield prefix + name
    for name in sorted(folders):
        yield from _walk(storage, prefix + name)


def put_back(folder: Path) -> None:
    """Put the files of an unpacked archive in the place of this hub's own.

    A key in the archive replaces the data folder's; one that the environment names stays what it
    is.
    """
    for name, alias in FOLDERS.items():
        source, storage = folder / name, storages[alias]
        if isinstance(storage, FileSystemStorage):
            _put_folder(source, Path(storage.location))
        elif source.exists():
            _upload(source, storage)
    for path in sorted(folder.glob("*")):
        if path.is_file():
            path.chmod(0o600)
            path.replace(settings.HUB_DATA / path.name)


def _put_folder(source: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    if source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source, target)


def _upload(source: Path, storage: Storage) -> None:
    for path in sorted(item for item in source.rglob("*") if item.is_file()):
        name = path.relative_to(source).as_posix()
        with path.open("rb") as file:
            if storage.exists(name):
                storage.delete(name)
            storage.save(name, File(file))
