"""Cut a file into pieces that thin lines and small mailboxes take one by one."""


def slices(content: bytes, size: int) -> list[bytes]:
    """Return ``content`` in pieces of ``size`` bytes, the last one as long as what is left.

    Put one behind the other they are the content; there is one empty piece for none. Raises:
    ValueError for a size below 1.
    """
    if size < 1:
        raise ValueError("a slice has at least one byte")
    return [content[at : at + size] for at in range(0, max(len(content), 1), size)]
