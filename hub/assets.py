"""Serve the hub's stylesheet and scripts under names that carry a hash of their content.

WhiteNoise sends ``hub.<hash>.css`` for a year and reads the compressed ``.gz`` beside it.
``collectstatic`` makes them; a fresh checkout, a test and ``HUB_DEBUG=1`` have none, and a page
must not fail for that: a name that is not in the manifest is used as it is.
"""

from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

_STAMP = ".collected"


class HashedStatic(CompressedManifestStaticFilesStorage):
    """Hash and compress at ``collectstatic``; never raise for a name that was not collected."""

    manifest_strict = False

    def hashed_name(self, name: str, content: object = None, filename: str | None = None) -> str:
        """Return the name with its hash, or as it is when the file is not there.

        A style of a third party that names a missing picture must not stop the start of the hub.
        """
        try:
            return str(super().hashed_name(name, content, filename))
        except ValueError:
            return name


def _fingerprint() -> str:
    """Return a digest of name, size in bytes and time of change of every source file."""
    seen = sha256(str(settings.STATIC_ROOT).encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda entry: str(entry[0])):
            status = Path(storage.path(path)).stat()
            seen.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def collect() -> bool:
    """Run ``collectstatic`` when a source file has changed since the last time.

    Hashing and compressing a thousand files takes seconds; a second start need not do it again.

    Returns: whether anything was collected.
    """
    root = Path(settings.STATIC_ROOT)
    if settings.HUB_STATIC and (root / "staticfiles.json").is_file():
        # Made with the image, and not this process's to write.
        return False
    stamp = root / _STAMP
    wanted = _fingerprint()
    if stamp.is_file() and stamp.read_text() == wanted:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    root.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)
    return True
