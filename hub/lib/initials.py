"""The letters that stand for a person beside their name."""

import re

from hub.lib.scripts import ARABIC, HAN, script_of

# Titles that stand before a name without a full stop.
TITLES = frozenset(
    "dr prof professor mr mrs ms mme mlle sr sra dra eng amb г-н г-жа д-р проф د أ م الدكتور "
    "الدكتورة الأستاذ الأستاذة"
    " السيد السيدة المهندس المهندسة السفير السفيرة".split()
)
_article = re.compile(r"^ال(?=\w{2})")
_WITHOUT_HAMZA = str.maketrans("أإآٱؤئ", "ااااوي")
# Two letters on both sides of it keep the shapes that they have alone.
_APART = "\u200c"


def initials_of(name: str) -> str:
    """Return the letters that stand for a name: two, or the first sign of a Chinese one.

    No academic title is among them. Arabic letters stand by themselves, without hamza and article,
    as people write them.
    """
    words = _words_of(name)
    script = script_of("".join(words))
    if script == HAN:
        return words[0][0]
    if len(words) > 2:
        words = [words[0], words[-1]]
    if script == ARABIC:
        return _APART.join(_article.sub("", word)[0].translate(_WITHOUT_HAMZA) for word in words)
    return "".join(word[0] for word in words).upper()


def _words_of(name: str) -> list[str]:
    """Return the words of a name that have an initial: no titles, no abbreviations."""
    spaced = name.split()
    named = [word for word in spaced if word.casefold() not in TITLES]
    words = " ".join(named or spaced).replace("-", " ").split()
    return [word for word in words if word[0].isalpha() and not word.endswith(".")]
