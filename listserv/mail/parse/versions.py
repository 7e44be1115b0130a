"""Choose between the plain version of a message and its HTML version.

Programs that write HTML alone fill the plain version with a sentence ("this message needs HTML"),
and lists put their footer into one that was empty: the author's words stand in the HTML then.
"""

import re

# Characters of a plain version that may be a sentence of a program.
_MAX = 600
# A letter of a script without blanks is a word.
_WORD = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")
_MARKS = ("html", "browser", "rich text", "rich-text", "mime")
# Words of the HTML from which on it is another text, and how many times those of the plain version.
_ENOUGH = 20
_MORE = 3


def choose(plain: str, other: str) -> str:
    """Return the version to be read: the plain one, the other where the plain one says nothing.

    Both where they say different things.
    """
    if not plain.strip():
        return other
    if not other.strip():
        return plain
    if len(plain) > _MAX:
        return plain
    words, other_words = _words(plain), _words(other)
    shared = len(words & other_words)
    if 2 * shared > len(words):
        return plain
    folded = plain.casefold()
    if any(mark in folded for mark in _MARKS):
        return other
    if len(other_words) < max(_ENOUGH, _MORE * len(words)):
        return plain
    return f"{other.rstrip()}\n\n{plain.lstrip()}"


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text[:20_000].casefold()))
