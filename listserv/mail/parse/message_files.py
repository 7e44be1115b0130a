"""A file that came with a message, and what it is called."""

from dataclasses import dataclass, field

from listserv.mail.parse import images
from listserv.mail.parse.headers import Headers, parameters


@dataclass(frozen=True)
class File:
    """A file that came with a mail.

    ``mark`` is what stands in the text for a picture, empty for none; ``at_end`` when the text that
    was chosen has no such place and the other one has.
    """

    name: str
    content_type: str
    content: bytes = field(repr=False)
    mark: str = ""
    at_end: bool = False


def name_of(headers: Headers) -> str:
    """Return the file name of a part, empty for none."""
    disposition = parameters(headers.raw("content-disposition"))[1]
    return (
        disposition.get("filename") or parameters(headers.raw("content-type"))[1].get("name") or ""
    )


def mark_of(file: File) -> str:
    """Return what calls a file between two pieces of a text."""
    return images.mark(file.name) if file.content_type.startswith("image/") else f"[{file.name}]"
