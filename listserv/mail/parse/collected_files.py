"""Collect the files of a message while its parts are walked, and what is to be said of them."""

from listserv.mail.parse import added_parts, structure
from listserv.mail.parse.calendars import read_calendar
from listserv.mail.parse.charset import clean
from listserv.mail.parse.file_names import safe_name
from listserv.mail.parse.message_files import File
from listserv.mail.parse.part_notes import LeftOut, PartNote

CALENDARS = frozenset({"text/calendar", "application/ics"})
_MAX_FILES = structure.MAX_PARTS
_MAX_NOTES = 5
# Calendars that are read; more are a dump.
_MAX_CALENDARS = 2


class CollectedFiles:
    """The files so far, and the notes below the text.

    Args: whole, keep what people do not mean as files too, as an archive must.
    """

    def __init__(self, *, whole: bool) -> None:
        self.whole = whole
        self.files: list[File] = []
        self.noise: list[File] = []  # kept when there is nothing else
        self.notes: list[PartNote] = []
        self.calendars = 0

    def keep(self, name: str, kind: str, data: bytes, *, otherwise: str = "") -> str:
        """Keep a file and return its name. Args: otherwise, its stem where it has no name."""
        stem = otherwise or self._stem()
        file_name = safe_name(clean(name), kind, otherwise=stem)
        if len(self.files) < _MAX_FILES:
            self.files.append(File(file_name, kind[:100], data))
        return file_name

    def keep_auxiliary(self, name: str, kind: str, data: bytes) -> None:
        """Keep what a program has added and nobody means as a file, in an archive."""
        if self.whole and data:
            self.keep(name, kind, data)

    def keep_noise(self, name: str, kind: str, data: bytes) -> None:
        """Keep a card or a key that a program has added, where the message has nothing else."""
        if self.whole:
            self.keep(name, kind, data)
        else:
            self.noise.append(File(safe_name(clean(name), kind, otherwise="signature"), kind, data))

    def keep_nameless(self, name: str, kind: str, data: bytes) -> None:
        """Keep a file whose name a program has lost, by what it is.

        What is nothing known is left out.
        """
        stem = name.rpartition(".")[0] or name or self._stem()
        ending = added_parts.ending_of(data)
        if ending:
            self.keep(f"{stem}.{ending}", kind, data)
        elif self.whole or name.lower().endswith(".dat"):
            self.keep(name, kind, data)
        else:
            self.note(LeftOut(safe_name(clean(name), kind, otherwise=stem)))

    def keep_calendar(self, name: str, kind: str, data: bytes) -> None:
        """Keep a calendar and note what is in it; programs send the same one twice."""
        if any(file.content == data for file in self.files):
            return
        kind = "text/calendar" if kind in CALENDARS else kind
        self.keep(name, kind, data, otherwise="invitation")
        self.calendars += 1
        if self.calendars > _MAX_CALENDARS:
            return
        for event in read_calendar(data):
            self.note(event)

    def drop_auxiliary(self, start: int) -> None:
        """Leave out the files from ``start`` on that only style an HTML version.

        Its pictures stay: they are looked at when all is read.
        """
        if not self.whole:
            self.files[start:] = [file for file in self.files[start:] if file.is_picture]

    def note(self, note: PartNote) -> None:
        """Have something said below the text, once, and not too much."""
        if note not in self.notes and len(self.notes) < _MAX_NOTES:
            self.notes.append(note)

    def _stem(self) -> str:
        return f"attachment-{len(self.files) + 1}"
