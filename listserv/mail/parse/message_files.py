"""A file that came with a message, and what it is called."""

from dataclasses import dataclass, field

from listserv.mail.parse import images
from listserv.mail.parse.headers import Headers, parameters


@dataclass(frozen=True)
class File:
    """A file that came with a message.

    ``mark`` is what stands in the text for a picture, empty for none; ``at_end`` when the text that
    was chosen has no such place and the other one has.
    """

    name: str
    content_type: str
    content: bytes = field(repr=False)
    mark: str = ""
    at_end: bool = False

    @property
    def is_picture(self) -> bool:
        """Whether it can be shown in the text."""
        return self.content_type.startswith("image/")


def name_of(headers: Headers) -> str:
    """Return the file name of a part, empty for none."""
    disposition = parameters(headers.raw("content-disposition"))[1]
    name = disposition.get("filename", "")
    return name or parameters(headers.raw("content-type"))[1].get("name", "")


def disposition_of(headers: Headers) -> str:
    """Return how a part is to be shown: ``inline``, ``attachment``, or empty for unknown."""
    return parameters(headers.raw("content-disposition"))[0]


def mark_of(file: File) -> str:
    """Return the mark of a file between two pieces of a text."""
    return images.mark(file.name) if file.is_picture else f"[{file.name}]"
