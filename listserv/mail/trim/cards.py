"""Tell the card of a person, which programs put below a message, from lines of its author's.

A card is a name, a post, how to reach who bears it, and nothing else.
"""

import re

from listserv.mail.trim import cues, delimited

_MAX_LINES = 9
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
_COLONS = frozenset(":：")
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
    """Whether lines below a rule are one person's name and how to reach them.

    No author shows that. Args: ``text`` the lines, empty ones included; ``above`` the last line
    above the rule.
    """
    paragraphs = [part.split("\n") for part in text.split("\n\n") if part.strip()]
    lines = [line for part in paragraphs for line in part if line]
    if len(lines) > _MAX_LINES:
        return False
    if not is_block(lines):
        return False
    if _PLACE.match(lines[0].lower()) is not None:
        return False
    if _SENDS_TO.search(above.lower()) is not None:
        return False
    # A paragraph more that says nothing of how to reach anybody is the next part of a text.
    return all(any(map(CONTACT.search, part)) for part in paragraphs[1:])


def is_block(lines: list[str]) -> bool:
    """Whether lines below a closing are a name with a post, an address, a telephone.

    Programs add these, not people.
    """
    if len(lines) < 2:
        return False
    name, *more = lines
    if not _is_signed_name(name):
        return False
    # Who signs for several lists them.
    if _names_another(lines):
        return False
    # A post may be a heading, an address a hint: only how to reach its bearer makes a card of them.
    return all(map(_is_post, more)) and any(map(_PERSONAL.search, more))


def _is_signed_name(line: str) -> bool:
    """Whether a line is a name as people sign with, particles written small."""
    if _NAME.match(line) is None:
        return False
    if _SENTENCE.search(line) is not None:
        return False
    words = line.split()
    return len(words) <= _NAME_WORDS and all(map(_is_of_name, words))


def _is_of_name(word: str) -> bool:
    return word.lower() in _PARTICLES or not word[0].islower()


def _names_another(lines: list[str]) -> bool:
    """Whether another name stands between two addresses: one person may have several."""
    addressed = [at for at, line in enumerate(lines) if _ADDRESS.search(line) is not None]
    if len({_local_part(lines[at]) for at in addressed}) < 2:
        return False
    between = lines[addressed[0] + 1 : addressed[-1]]
    return any(_is_name(line) for line in between if CONTACT.search(line) is None)


def _local_part(line: str) -> str:
    return str(_ADDRESS.findall(line)[0]).partition("@")[0].lower()


def _is_name(line: str) -> bool:
    """Whether a line is a name of two words or more, each with a capital."""
    words = line.split()
    if _NAME.match(line) is None:
        return False
    if not 2 <= len(words) <= _NAME_WORDS:
        return False
    return all(word[0].isupper() for word in words)


def _is_post(line: str) -> bool:
    """Whether a line is a post, or says how to reach who bears it."""
    if delimited.is_afterthought(line):
        return False
    if CONTACT.search(line):
        return not _is_worded_contact(line)
    if not _COLONS.isdisjoint(line):
        return False
    bare = line.rstrip(" !")
    words = [word for word in bare.split() if word[0].isalpha()]
    if not 1 <= len(words) <= _POST_WORDS:
        return False
    if _SENTENCE.search(bare.replace(", ", " ")):
        return False
    # Titles are written with capitals; a script that has none gives no such sign, and the lines
    # stay.
    return 2 * sum(word[0].isupper() for word in words) > len(words)


def _is_worded_contact(line: str) -> bool:
    """Whether a sentence stands beside an address or a number."""
    rest = _REACH.sub(" ", line).strip()
    if cues.has_sentence(rest):
        return True
    if delimited.is_prose(rest):
        return True
    return delimited.is_hint(line)
