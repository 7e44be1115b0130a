"""Tell the card of a person, which programs put below a mail, from lines that an author has written
there: a name, a post, how to reach who bears it, and nothing else.
"""

import re

from listserv.mail.trim import cues, delimited

_LINES = 9
CONTACT = re.compile(r"@|https?:|www\.|\+?\d[\d ()./-]{5,}")
# A date has as many digits as a short telephone number.
_PERSONAL = re.compile(
    r"[^\s@]@[^\s@]|www\.|\+\d[\d ()./-]{6,}|(?<![\d./-])\(?0\d[\d ()./-]{5,}|\b(?:tel|t[ée]l|fax"
    r"|phone|mob)"
    r"|\b(?:ceo|cto|cfo|coo|director|manager|officer|head|president|professor|engineer|founder"
    r"|chair)\b.{0,20}@",
    re.I,
)
_ADDRESS = re.compile(r"[^\s<>@]{1,100}@[^\s<>@]{1,100}")
# Addresses, numbers and what names them: the rest of a line is looked at for words of a sentence.
_REACH = re.compile(r"\S{1,200}@\S{1,200}|https?:\S{1,300}|www\.\S{1,200}|\+?\d[\d ()./-]{3,}")
_SENTENCE = re.compile(r"[.!?؟;:。！？…]$|[.!?؟；;][\s\xa0]|[,،] ")
# Parts of names that are written small.
_PARTICLES = frozenset(
    "de da do dos das di del della du des van von der den zu zur la le el al "
    "bin ibn ben bint y e i af av".split()
)
_NAME = re.compile(r"[^\W\d_][^\d<>@/|]{0,60}$")
_NAME_WORDS, _POST_WORDS = 6, 8
# With what an author sends readers to an address below, in the last line above it.
_SENDS_TO = re.compile(
    r"\b(?:address|contact|here is|here are|write to|send|reach|call|ask|who|person|team|details"
    r"|below|following"
    r"|focal|nominat|appointed|venue|hotel|place|bank)"
    r"|adresse|coordonn|voici|écri[rv]|envoy|contacter|joindre|dirección|contact|escrib|envi[ae]"
    r"|datos|anschrift"
    r"|ansprech|schick|schreib|wende|endereço|contat|escrev|indirizzo|contatt|scriv|adres|контакт"
    r"|адрес|пиш|обра[щт]"
    r"|联系|地址|聯繫|عنوان|اتصل|راسل|連絡|宛先|연락|주소"
)
# A place and not a person.
_PLACE = re.compile(
    r"(?:the |le |la |el |das |der |die )?(?:hotel|hôtel|palais|palace|palacio|venue|room|salle"
    r"|sala|restaurant|airport"
    r"|bank|banque|banco|conference|registration|гостиница|отель|酒店|宾馆|فندق)\b"
)


def is_card(text: str, *, above: str) -> bool:
    """Whether lines below a rule are one person's name and how to reach them, which no author
    shows.

    Args: ``text`` the lines, empty ones included; ``above`` the last line above the rule.
    """
    paragraphs = [part.split("\n") for part in text.split("\n\n") if part.strip()]
    lines = [line for part in paragraphs for line in part if line]
    if not lines or len(lines) > _LINES or not is_block(lines):
        return False
    if _PLACE.match(lines[0].lower()) is not None:
        return False
    if _SENDS_TO.search(above.lower()) is not None:
        return False
    # A paragraph more that says nothing of how to reach anybody is the next part of a text.
    further = [[line for line in part if line] for part in paragraphs[1:]]
    return all(any(map(CONTACT.search, part)) for part in further if part)


def is_block(lines: list[str]) -> bool:
    """Whether lines below a closing are a name with a post, an address, a telephone: what programs
    add, not people.
    """
    name, *more = lines
    if (
        not more
        or not _NAME.match(name)
        or len(name.split()) > _NAME_WORDS
        or _SENTENCE.search(name)
    ):
        return False
    if not all(word.lower() in _PARTICLES or not word[0].islower() for word in name.split()):
        return False
    # Who signs for several lists them.
    if _names_another(lines):
        return False
    # A post may be a heading, an address a hint: only how to reach its bearer makes a card of them.
    return all(map(_is_post, more)) and any(map(_PERSONAL.search, more))


def _names_another(lines: list[str]) -> bool:
    """Whether another name stands between two addresses: one person may have several."""
    addressed = [at for at, line in enumerate(lines) if _ADDRESS.search(line) is not None]
    if len({_ADDRESS.findall(lines[at])[0].partition("@")[0].lower() for at in addressed}) < 2:
        return False
    between = lines[addressed[0] + 1 : addressed[-1]]
    return any(_is_name(line) for line in between if CONTACT.search(line) is None)


def _is_name(line: str) -> bool:
    words = line.split()
    return (
        2 <= len(words) <= _NAME_WORDS
        and _NAME.match(line) is not None
        and all(word[0].isupper() for word in words)
    )


def _is_post(line: str) -> bool:
    if delimited.is_afterthought(line):
        return False
    if CONTACT.search(line):
        rest = _REACH.sub(" ", line).strip()
        return not (cues.has_sentence(rest) or delimited.is_prose(rest) or delimited.is_hint(line))
    if ":" in line or "：" in line:
        return False
    bare = line.rstrip(" !")
    words = [word for word in bare.split() if word[:1].isalpha()]
    if not words or len(words) > _POST_WORDS or _SENTENCE.search(bare.replace(", ", " ")):
        return False
    # Titles are written with capitals; a script that has none gives no such sign, and the lines
    # stay.
    return 2 * sum(word[0].isupper() for word in words) > len(words)
