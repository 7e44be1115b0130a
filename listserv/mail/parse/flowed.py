"""Join the lines of format=flowed text, as its author wrote it before their program broke it.

Source: RFC 3676 §4.1 (flowed lines), §4.2 (generation), §4.3 (the line above a signature), §4.4
(space-stuffing), §4.5 (quotes) and §4.6 (joining, DelSp).
"""

_SIGNATURE = "-- "
# Lines that are joined; what stands below them stays as it was sent. A message that a person wrote
# has fewer.
_MAX_LINES = 20_000


class _Paragraphs:
    """The paragraphs that are whole, and the pieces of the one that the next line may go on."""

    def __init__(self, *, delsp: bool) -> None:
        self.delsp = delsp
        self.paragraphs: list[str] = []
        self.pieces: list[str] = []
        self.depth = -1  # of the quote that the next line may go on; -1 where none can

    def add(self, line: str) -> None:
        """Add a line as it was sent."""
        content = line.lstrip(">")
        depth = len(line) - len(content)
        # One space before the words was stuffed: before a quote's own, "From " and lines that
        # begin with a space.
        content = content.removeprefix(" ")
        if content == _SIGNATURE:
            self.begin(depth)
            self.pieces.append(content)
            self.end(keep_blank=True)
            return
        # A paragraph ends at an empty line, even where the program has left a space before it.
        if depth != self.depth or not content:
            self.begin(depth)
        if not content.endswith(" "):
            self.pieces.append(content)
            self.end()
            return
        self.pieces.append(content[:-1] if self.delsp else content)
        self.depth = depth

    def begin(self, depth: int) -> None:
        """Begin a paragraph, quoted as deep as that."""
        self.end()
        if depth:
            self.pieces.append(">" * depth + " ")

    def end(self, *, keep_blank: bool = False) -> None:
        """End the paragraph, if one is open."""
        self.depth = -1
        if not self.pieces:
            return
        paragraph = "".join(self.pieces)
        self.paragraphs.append(paragraph if keep_blank else paragraph.rstrip())
        self.pieces.clear()


def unflow(text: str, *, delsp: bool = False) -> str:
    """Return ``text`` with each paragraph in one line; quoted lines join within their depth.

    Linear; never raises.

    Args: ``delsp`` whether the space that ends a flowed line was added by the program (scripts
    without spaces).
    """
    lines = text.split("\n", _MAX_LINES)
    flow = _Paragraphs(delsp=delsp)
    for line in lines[:_MAX_LINES]:
        flow.add(line)
    flow.end()
    return "\n".join(flow.paragraphs + lines[_MAX_LINES:])
