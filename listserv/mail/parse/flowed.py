"""Join the lines of format=flowed text, as its author wrote it before their program broke it.

Source: RFC 3676 §4.1 (flowed lines), §4.2 (generation), §4.3 (the line above a signature), §4.4
(space-stuffing), §4.5 (quotes) and §4.6 (joining, DelSp).
"""

_SIGNATURE = "-- "
# Lines that are joined; what stands below them stays as it was sent. A mail that a person wrote has
# fewer.
_MAX_LINES = 20_000


def unflow(text: str, *, delsp: bool = False) -> str:
    """Return ``text`` with each paragraph in one line; quoted lines join within their depth.
    Linear; never raises.

    Args: ``delsp`` whether the space that ends a flowed line was added by the program (scripts
    without spaces).
    """
    out: list[str] = []
    pieces: list[str] = []
    open_depth = -1
    lines = text.split("\n", _MAX_LINES)
    rest = lines[_MAX_LINES:]
    for line in lines[:_MAX_LINES]:
        content = line.lstrip(">")
        depth = len(line) - len(content)
        # One space before the words was stuffed: before a quote's own, "From " and lines that begin
        # with a space.
        if content[:1] == " ":
            content = content[1:]
        is_signature = content == _SIGNATURE
        # A paragraph ends at an empty line, even where the program has left a space before it.
        if depth != open_depth or is_signature or not content:
            _end(out, pieces)
            if depth:
                pieces.append(">" * depth + " ")
        flows = content[-1:] == " " and not is_signature
        pieces.append(content[:-1] if flows and delsp else content)
        if flows:
            open_depth = depth
        else:
            open_depth = -1
            _end(out, pieces, keep=is_signature)
    _end(out, pieces)
    return "\n".join(out + rest)


def _end(out: list[str], pieces: list[str], *, keep: bool = False) -> None:
    if pieces:
        line = "".join(pieces)
        out.append(line if keep else line.rstrip())
        pieces.clear()
