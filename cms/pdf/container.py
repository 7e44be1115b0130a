"""A PDF as typst writes it: numbered objects, a table of their places, streams packed with zlib."""

import re
import zlib


class PdfFile:
    """The objects of a PDF by their numbers.

    Raises: ValueError (not as typst writes it).
    """

    def __init__(self, pdf: bytes) -> None:
        table = int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])
        start = re.compile(rb"xref\s+0 (\d+)\s+").match(pdf, table)
        if start is None:
            raise ValueError("no table of objects")
        count, self._free = int(start.group(1)), pdf[start.end() : start.end() + 20]
        places = {at: int(pdf[start.end() + 20 * at :][:10]) for at in range(1, count)}
        self.trailer = pdf[start.end() + 20 * count :]
        self.order = sorted(places, key=lambda number: places[number])
        self.header = pdf[: places[self.order[0]]]
        ends = [*(places[number] for number in self.order[1:]), table]
        self.objects = {
            number: pdf[places[number] : end] for number, end in zip(self.order, ends, strict=True)
        }

    def _stream(self, number: int) -> re.Match[bytes]:
        match = re.match(rb"\d+ 0 obj\n<</Length (\d+)([^\n]*)>>\nstream\n", self.objects[number])
        if match is None or b"/FlateDecode" not in match.group(2):
            raise ValueError(f"object {number} is not a packed stream")
        return match

    def stream(self, number: int) -> bytes:
        """Return what a stream holds."""
        match = self._stream(number)
        return zlib.decompress(
            self.objects[number][match.end() : match.end() + int(match.group(1))]
        )

    def replace(self, number: int, content: bytes) -> None:
        """Put other content into a stream."""
        rest, packed = self._stream(number).group(2), zlib.compress(content, 9)
        parts = (number, len(packed), rest, packed)
        self.objects[number] = (
            b"%d 0 obj\n<</Length %d%s>>\nstream\n%s\nendstream\nendobj\n\n" % parts
        )

    def refers(self, number: int, name: str) -> int:
        """Return which object another one names under a key, 0 for none."""
        match = re.search(rb"/%s[ \[]*(\d+) 0 R" % name.encode(), self.objects[number])
        if match is None:
            return 0
        return int(match.group(1))

    def written(self) -> bytes:
        """Return the file with its table of objects made anew."""
        out, places = bytearray(self.header), {}
        for number in self.order:
            places[number] = len(out)
            out += self.objects[number]
        table = len(out)
        out += b"xref\n0 %d\n" % (len(places) + 1) + self._free
        out += b"".join(b"%010d 00000 n\r\n" % places[number] for number in sorted(places))
        return bytes(out + re.sub(rb"startxref\s+\d+", b"startxref\n%d" % table, self.trailer))
