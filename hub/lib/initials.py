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
    """Return what stands for a name: two letters, or the first sign of a Chinese one; no academic
    title.

    Arabic letters stand by themselves, without hamza and article, as people write them.
    """
    spaced = name.split()
    named = [word for word in spaced if word.casefold() not in TITLES]
    words = [
        word for word in " ".join(named or spaced).replace("-", " ").split() if word[:1].isalpha()
    ]
    words = [word for word in words if word[-1:] != "."]
    script = script_of("".join(words))
    if script == HAN:
        return words[0][0]
    picked = words[:1] + words[-1:] if len(words) > 1 else words
    if script == ARABIC:
        return _APART.join(_article.sub("", word)[0].translate(_WITHOUT_HAMZA) for word in picked)
    return "".join(word[0] for word in picked).upper()
