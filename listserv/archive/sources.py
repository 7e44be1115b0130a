"""Open an archive whatever it comes as, and find where each of its messages is.

A file or a folder; an mbox of any kind, a single message, a Maildir, Sympa's folders of numbered
files, monthly files; plain or as gz, bz2, xz, zip or tar. What is packed is unpacked into a folder
of its own that is removed afterwards; pages, indexes and attachments that lie beside the messages
are passed over.
"""

import bz2
import gzip
import lzma
import shutil
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings

from hub.lib.errors import Invalid
from listserv.mail.mbox import Span, find_messages, is_mbox, is_message, unquoted

if TYPE_CHECKING:
    from hashlib import _Hash

# How packed files begin, and what opens them as a stream of bytes.
_PACKED: dict[bytes, Callable[..., IO[bytes]]] = {
    b"\x1f\x8b": gzip.open,  # type: ignore[dict-item]
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
}
_HEAD = 4_096
_PREFIX = "import-"
_LEFT_SECONDS = 2 * 86_400  # after which an unpacked archive is nobody's
# Maildir keeps what is on its way in there, and other programs their own matters.
_SKIPPED = frozenset({"tmp", ".git", "__MACOSX"})


@dataclass(frozen=True)
class Place:
    """A message of the archive: which file, where in it."""

    file: int
    span: Span


@dataclass
class Archive:
    """An open archive; ``places`` in the order of the files."""

    name: str
    digest: str = ""
    files: list[Path] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    skipped: int = 0  # files that hold no message

    @property
    def size(self) -> int:
        """Bytes of all messages."""
        return sum(place.span.size for place in self.places)

    def raw(self, place: Place) -> bytes:
        """Return a message."""
        raw = self.head(place, place.span.size)
        if place.span.quoted:
            return unquoted(raw)
        return raw

    def head(self, place: Place, most: int) -> bytes:
        """Return how a message begins, at most so many bytes."""
        # Opened each time: a Maildir has more files than a process may hold open.
        with self.files[place.file].open("rb") as file:
            file.seek(place.span.start)
            return file.read(min(place.span.size, most))


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open an archive for reading; its messages are read when they are asked for.

    Raises: Invalid when there is no such file, or nothing in it is a message.
    """
    if not path.exists():
        raise Invalid(f"There is no file {path}.")
    with ExitStack() as stack:
        archive = Archive(path.name)
        digest = sha256()
        unpacking = _UnpackingFolder(stack)
        for child in _walk(path):
            _fingerprint(child, path, digest)
            for file in unpacking.unpacked(child):
                _add_messages(archive, file)
        archive.digest = digest.hexdigest()
        if not archive.places:
            raise Invalid(
                f"No message was found in {path}: it must be an mbox file, or a folder of messages."
            )
        yield archive


def _walk(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for child in sorted(path.rglob("*"), key=_natural):
        if child.is_file() and not _is_passed_over(child.relative_to(path)):
            yield child


def _is_passed_over(path: Path) -> bool:
    if path.name.startswith("."):
        return True
    return not _SKIPPED.isdisjoint(path.parts)


def _natural(path: Path) -> tuple[tuple[int, str], ...]:
    """Sort numbered files by their numbers: Sympa calls messages 1, 2 … 10."""
    return tuple(map(_natural_part, path.parts))


def _natural_part(part: str) -> tuple[int, str]:
    if part.isdecimal() and len(part) < 15:
        return int(part), ""
    return -1, part


def _fingerprint(path: Path, root: Path, digest: "_Hash") -> None:
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    if path != root:
        digest.update(str(path.relative_to(root)).encode("utf-8", "surrogateescape"))


class _UnpackingFolder:
    """The folder for what is unpacked, made when it is needed."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.folder: Path | None = None
        self.count = 0

    def unpacked(self, path: Path) -> Iterator[Path]:
        """Give the plain files behind a path: itself, or what was packed in it.

        Names inside are never used.
        """
        with path.open("rb") as file:
            head = file.read(8)
        opener = next((opener for mark, opener in _PACKED.items() if head.startswith(mark)), None)
        if opener is not None:
            with opener(path) as stream:
                path = self.keep(stream, path)
        if path.stat().st_size > 512 and tarfile.is_tarfile(path):
            with tarfile.open(path) as tar:
                yield from self.all_of_tar(tar, path)
        elif head.startswith(b"PK") and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                yield from self.all_of_zip(packed, path)
        else:
            yield path

    def all_of_zip(self, packed: zipfile.ZipFile, path: Path) -> Iterator[Path]:
        """Give the files of a zip file, in the order of their names."""
        for name in sorted(packed.namelist()):
            if name.endswith("/"):
                continue
            with packed.open(name) as stream:
                yield from self.unpacked(self.keep(stream, path))

    def all_of_tar(self, tar: tarfile.TarFile, path: Path) -> Iterator[Path]:
        """Give the regular files of a tar file, in the order of their names."""
        members = sorted(
            (member for member in tar if member.isreg()),
            key=lambda member: _natural(Path(member.name)),
        )
        for member in members:
            stream = tar.extractfile(member)
            if stream is not None:
                yield from self.unpacked(self.keep(stream, path))

    def keep(self, stream: IO[bytes], source: Path) -> Path:
        """Write what is unpacked into the folder.

        Raises: Invalid when the packed file is broken.
        """
        if self.folder is None:
            settings.HUB_DATA.mkdir(parents=True, exist_ok=True)
            _sweep(settings.HUB_DATA)
            folder = tempfile.TemporaryDirectory(prefix=_PREFIX, dir=settings.HUB_DATA)
            self.folder = Path(self.stack.enter_context(folder))
        self.count += 1
        path = self.folder / str(self.count)
        try:
            with path.open("wb") as file:
                shutil.copyfileobj(stream, file, 1 << 20)
        except (OSError, EOFError, lzma.LZMAError, zipfile.BadZipFile) as error:
            raise Invalid(f"{source} is packed and cannot be unpacked: {error}") from error
        return path


def _sweep(folder: Path) -> None:
    """Remove what killed imports have unpacked; a running one has touched its folder lately."""
    for unpacked in folder.glob(f"{_PREFIX}*"):
        if time.time() - unpacked.stat().st_mtime > _LEFT_SECONDS:
            shutil.rmtree(unpacked, ignore_errors=True)


def _add_messages(archive: Archive, path: Path) -> None:
    """Add the messages of a plain file."""
    if path.stat().st_size == 0:
        return
    spans = _spans(path)
    if not spans:
        archive.skipped += 1
        return
    archive.files.append(path)
    archive.places += [Place(len(archive.files) - 1, span) for span in spans]


def _spans(path: Path) -> list[Span]:
    """Return where the messages of a file are."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        if is_mbox(head):
            with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
                return [span for span in find_messages(data) if span.size]
        if is_message(head):
            return [Span(0, path.stat().st_size)]
    return []
