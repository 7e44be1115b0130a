"""Know the pictures that a message encloses: their names, and where the text shows them."""

from dataclasses import replace

from listserv.mail.parse import images
from listserv.mail.parse.charset import clean
from listserv.mail.parse.file_names import safe_name
from listserv.mail.parse.headers import Headers, parameters
from listserv.mail.parse.message_files import File, name_of
from listserv.mail.parse.structure import Part
from listserv.mail.parse.transfer import decode_transfer
from listserv.mail.trim.trimming import trim

_CONTENT_ID = (b"Content-ID", b"Content-Id", b"Content-id", b"content-id", b"CONTENT-ID")


class EnclosedPictures:
    """The pictures that parts of a message show by a Content-ID."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.shown: dict[str, str] = {}  # Content-ID -> file name; trackers have none
        self.named: dict[int, str] = {}  # offset of a picture's header -> file name

    def find(self, part: Part) -> None:
        """Name the pictures before the text that shows them is read."""
        if any(name in self.raw for name in _CONTENT_ID):
            self._name_below(part)

    def _name_below(self, part: Part) -> None:
        for child in part.children:
            self._name_below(child)
        if not part.children:
            self._name(part)

    def _name(self, part: Part) -> None:
        headers = Headers(part.header_bytes(self.raw))
        identifier = headers.raw("content-id").strip("<> \t")[:250]
        kind = parameters(headers.raw("content-type"))[0]
        if not identifier or not kind.startswith("image/"):
            return
        name = safe_name(clean(name_of(headers)), kind, otherwise=f"image-{len(self.named) + 1}")
        if name in self.named.values():
            stem, _dot, ending = name.rpartition(".")
            name = f"{stem}-{len(self.named) + 1}.{ending}"
        self.named[part.head] = name
        body = decode_transfer(part.body_bytes(self.raw), headers.raw("content-transfer-encoding"))
        if not images.is_tiny(body.data):
            self.shown[identifier] = name


def placed(file: File, text: str, unread: list[str]) -> File | None:
    """Return a file with the place where a text shows it.

    Args: unread, HTML versions of texts that were read in plain.

    Returns: None for a picture that only the signature or the quote of an HTML version shows.
    """
    if not file.is_picture:
        return file
    mark = images.mark(file.name)
    if mark in text:
        return replace(file, mark=mark)
    showing = [version for version in unread if mark in version]
    if not showing:
        return file
    if any(mark in trim(version).visible for version in showing):
        return replace(file, mark=mark, at_end=True)
    return None
