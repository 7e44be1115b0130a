"""Tell an author's words from an introduction that stands in the same line.

As in "Yes, I agree. On 4 November 2026 Boris wrote:".
"""

import re

from listserv.mail.trim import cues

# Openers of an introduction as they begin one, with a day and a date behind them.
_OPENER = (
    "On|At|In data|Il giorno|Il|Le|El|Em|No dia|Am|Op|Den|På|Dnia|W "
    "dniu|В|Во|На|Dne|Dňa|Pe|În|Στις|Pada(?: tanggal)?"
    "|Vào(?: ngày)?|Mnamo|Noong|Þann|Kuupäev"
)
_DATED = re.compile(
    rf"(?:^"
    rf"|(?<=[\s.!?…)\]\"”»]))(?:{_OPENER})"
    rf"[ \xa0](?:[^\W\d]{{1,14}}[.,،]{{0,2}}[ \xa0]{{1,2}}){{0,3}}\d"
    r"|(?:في|بتاريخ|در|בתאריך|ב-)[ \xa0]?(?:[^\W\d]{1,14}[.,،]{0,2}[ \xa0]{1,2}){0,3}[\d٠-٩۰-۹]"
    r"|(?:在|于|於)[ \xa0]?\d"
)
# What ends a sentence before an introduction that has no opener: "Да. ср, 4 нояб. 2026 г. …", "I
# agree. Boris Horvat <…".
_AFTER_SENTENCE = re.compile(r"[.!?…؟]['\"”»)]{0,2}[ \xa0]+(?=[^\s])|[。！？]\s{0,2}(?=[^\s])")
_DAY_OR_DATE = r"(?:[^\W\d]{1,14}[.,]{0,2}[ \xa0]{0,2}){0,2}\d{1,4}[./ \xa0-]"
_NAME_AND_ADDRESS = r"[\"“]?[^\W\d_a-zа-я][^<>@:.!?]{1,60}<[^<>\s]{5,200}>"
_WITHOUT_OPENER = re.compile(rf"{_DAY_OR_DATE}|{_NAME_AND_ADDRESS}")
_NAME_FIRST = tuple("在于於")
# What stands around words, and what ends them with a stop or goes on.
_AROUND = " *_-—–>\"'(["
_STOPS = ".!?…。！？؟)"
_EXCLAIMED = "!?؟。！？"
_GOES_ON = ",،:;"
# Signs and pictures stand above this code point, which are words as well.
_FIRST_SIGN = 0x2000
_ABBREVIATION_LETTERS = 4
_MORE = re.compile(r"[!?؟][\s\xa0]|[。！？].|[^\W\d_]{5,}\.[ \xa0]+[^\W\d_]")
# Words that are written small in names, and days of the week where those are.
_SMALL = frozenset(
    "the de da do dos das di del della du des van von der den zu zur la le el al bin ibn ben bint "
    "y e i af av et und and "
    "lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes "
    "sábado domingo segunda "
    "terça quarta quinta sexta segunda-feira terça-feira quarta-feira quinta-feira sexta-feira "
    "lunedì martedì mercoledì "
    "giovedì venerdì sabato domenica maandag dinsdag woensdag donderdag vrijdag zaterdag zondag "
    "mandag tirsdag onsdag "
    "torsdag fredag lørdag søndag måndag tisdag lördag söndag понедельник вторник среду четверг "
    "пятницу субботу "
    "воскресенье понеділок вівторок середу четвер п'ятницю суботу неділю poniedziałek wtorek "
    "środę czwartek piątek "
    "sobotę niedzielę pondělí úterý středu čtvrtek pátek sobotu neděli dilluns dimarts dimecres "
    "dijous divendres "
    "dissabte diumenge luni marți miercuri joi vineri sâmbătă duminică schrieb schreef skrev "
    "skrifaði kirjutas "
    "a wrote writes said écrit ecrit escribió escribio escreveu ha scritto scrisse scris "
    "geschrieben geschreven napisał "
    "написал написала пишет писал giorno".split()
)


def end(joined: str) -> int:
    """Return where an author's words end that stand before an introduction; 0 when none do."""
    for match in _DATED.finditer(joined):
        start = match.start()
        head = joined[:start]
        if start and _are_words(head, joined[start:]):
            return start
        if not head.strip(_AROUND):
            return 0
    return _end_of_sentence(joined)


def _end_of_sentence(joined: str) -> int:
    """Return where a sentence ends before an introduction without an opener; 0 when none does."""
    for match in _AFTER_SENTENCE.finditer(joined):
        head, rest = joined[: match.end()], joined[match.end() :]
        if _is_whole(head.rstrip(), rest) and _WITHOUT_OPENER.match(rest) is not None:
            return match.end()
    return 0


def _are_words(head: str, rest: str) -> bool:
    """Whether what stands before an opener is words.

    A name with its address, a date and another opener are none.
    """
    bare = head.strip(_AROUND)
    if len(bare) < 2:
        return False
    if "@" in bare:
        return False
    if not any(map(_is_of_word, bare)):
        return False
    if bare[-1] in _STOPS:
        return True
    # "Boris Horvat 於 2026/5/3 …": in these scripts the name goes before the date.
    if rest.startswith(_NAME_FIRST):
        return False
    if any(map(str.isdigit, bare)):
        return False
    if bare[-1] in _GOES_ON:
        return False
    return head[-1].isspace()


def _is_of_word(char: str) -> bool:
    return char.isalnum() or ord(char) > _FIRST_SIGN


def _is_whole(head: str, rest: str) -> bool:
    """Whether a sentence ends with ``head``: an abbreviation's full stop ends none."""
    words = head.split()
    if head[-1] in _EXCLAIMED:
        return True
    if cues.has_sentence(head):
        return True
    last = words[-1].strip(".!?…؟。！？'\"”»)").lower()
    if len(words) == 1:
        return last in cues.ANSWERS
    if len(last) <= _ABBREVIATION_LETTERS:
        return False
    if rest[:1].isdigit():
        return False
    return words[0][0].isupper()


def is_followed_by_more(rest: str) -> bool:
    """Whether a sentence ends within what should be an introduction only."""
    return _MORE.search(rest) is not None


def has_small_words(text: str) -> bool:
    """Whether words are written small that belong to no name, no day and no word for writing."""
    return any(map(_is_small_word, text.split()[1:]))


def _is_small_word(word: str) -> bool:
    return word[0].islower() and word.strip(".,").lower() not in _SMALL
