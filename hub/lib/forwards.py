"""Find the lines that programs draw around a forwarded message, in some forty languages.

Gmail and Thunderbird write "---------- Forwarded message ----------", mutt and Horde "-----
Forwarded message from Ana <ana@people.example> -----", Pegasus "------- Forwarded message follows
-------", MH "------- Forwarded Message", Lotus Notes "----- Forwarded by Ana/ORG on 03/05/2026
-----", Apple "Begin forwarded message:", The Bat "This is a forwarded message". What all of them
have is a rule, or a colon, and the word of their language for forwarding.
"""

import re
from collections.abc import Iterator
from itertools import islice

# What stands between rules, or before a colon, as a whole.
PHRASES = (
    "forwarded message", "begin forwarded message", "start of forwarded message", "forwarded email",
    "fwd message", "message transféré", "message transmis", "début du message réexpédié",
    "début du message transféré", "message réexpédié", "mensaje reenviado",
    "inicio del mensaje reenviado", "missatge reenviat", "mensagem encaminhada",
    "mensagem reencaminhada", "início da mensagem encaminhada", "início da mensagem reencaminhada",
    "mesaj redirecționat", "messaggio inoltrato", "inizio messaggio inoltrato",
    "weitergeleitete nachricht", "anfang der weitergeleiteten nachricht", "doorgestuurd bericht",
    "begin doorgestuurd bericht", "videresendt meddelelse", "start på videresendt besked",
    "videresendt melding", "vidarebefordrat meddelande", "vidarebefordrat mejl", "välitetty viesti",
    "wiadomość przekazana dalej", "przekazana wiadomość", "początek przekazanej wiadomości",
    "přeposlaná zpráva", "preposlaná správa", "proslijeđena poruka", "прослеђена порука",
    "posredovano sporočilo", "továbbított üzenet", "továbbított levél", "пересылаемое сообщение",
    "пересланное сообщение", "начало переадресованного сообщения", "переслане повідомлення",
    "препратено съобщение", "προωθημένο μήνυμα", "iletilmiş mesaj", "yönlendirilmiş ileti",
    "iletilen ileti", "转发邮件", "转发的邮件", "以下是转发的邮件", "轉寄郵件", "轉寄", "轉寄的郵件", "以下是被轉寄的郵件", "転送メッセージ",
    "転送されたメッセージ", "전달된 메시지", "전달된 메일", "رسالة معاد توجيهها", "الرسالة المعاد توجيهها",
    "بدء الرسالة المُعاد توجيهها", "پیام هدایت شده", "הודעה מועברת", "הודעה שהועברה",
    "thư đã chuyển tiếp", "tin nhắn được chuyển tiếp", "ข้อความที่ส่งต่อ", "pesan terusan",
    "mesej dimajukan", "अग्रेषित संदेश",
)  # fmt: skip
_PHRASES = frozenset(PHRASES)
# Characters of such a line; an address may stand in it.
_LONGEST = 160
# Words of the line besides those for passing on, where no rule proves it.
_RULES = tuple("-_=—–~*#+\u2010")
_AROUND = "-_=—–~*#+\u2010<>[]( )\xa0:：.．!"
# Beginnings of the words for passing on; within a rule one of them is proof enough.
_STEMS = (
    "forward", "fwd", "passed on", "transféré", "transfere", "réexpédi", "réachemin",
    "transmis par", "reenviad",
    "reexpedid", "remitido por", "encaminhad", "reencaminhad", "inoltrat", "redirecționat",
    "redirectionat", "înaintat",
    "weitergeleitet", "weiterleitung", "doorgestuurd", "doorgezonden", "vidarebefordra",
    "videresend", "videresendt",
    "framsent", "áframsent", "välitetty", "edelleenlähe", "edastatud", "pārsūtīt", "persiųst",
    "przekazan", "przesłan",
    "přeposlan", "preposlan", "proslijeđen", "prosleđen", "posredovan", "továbbított", "пересл",
    "пересыл", "перенаправ",
    "переадрес", "препрат", "прослеђен", "проследен", "перасла", "προωθ", "iletilen", "iletilmiş",
    "i̇leti", "yönlendir",
    "转发", "转寄", "轉寄", "轉發", "転送", "전달", "전송된", "معاد توجيه", "المعاد توجيه", "المُعاد توجيه",
    "إعادة توجيه",
    "الممررة", "المُمرّرة", "هدایت شده", "فوروارد", "בעבר", "מועבר", "הועבר", "chuyển tiếp",
    "ส่งต่อ", "terusan",
    "diteruskan", "dimajukan", "अग्रेषित", "iliyosambazwa", "birbidal", "reenviat",
)  # fmt: skip
# Beginnings of the line below the message that is passed on.
_ENDS = (
    "end ", "end of", "ende ", "fin ", "fin du", "fin de", "fim ", "fine ", "einde ", "slut ",
    "slutt ", "koniec ", "konec ", "kraj ", "конец", "кінець", "завершение", "край", "τέλος",
    "son ", "结束", "結束", "نهاية", "پایان", "סוף",
)  # fmt: skip
# Lines that stand without rule and colon.
PLAIN = (
    "this is a forwarded message", "this message is forwarded", "forwarded mail follows",
    "это пересланное письмо",
    "это пересылаемое сообщение", "dies ist eine weitergeleitete nachricht",
)  # fmt: skip
# Lines below a mark among which two of a header are looked for; Lotus Notes begins with a name and
# a date.
_HEADER_LINES = 8
_header = re.compile(r"\W{0,4}[^\W\d_][^:：]{0,30}[:：]")


def is_mark(text: str) -> bool:
    """Whether a line (without blanks at its ends) says that a message is passed on below it."""
    words = _words(text)
    if not words:
        return False
    if words.startswith(PLAIN):
        return True
    has_rule = text.startswith(_RULES)
    if words in _PHRASES:
        return has_rule or text.endswith((":", "："))
    if not has_rule:
        return False
    if words.startswith(_ENDS):
        return False
    return _is_drawn(text, words)


def is_end(text: str) -> bool:
    """Whether a line (without blanks at its ends) says that what is passed on ends above it."""
    if not text.startswith(_RULES):
        return False
    words = _words(text)
    return words.startswith(_ENDS) and _is_drawn(text, words)


def passed_on(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Yield where forwarded messages stand in a text, as numbers of lines.

    Each is from the line below its mark to its end, or to that of the text. A mark counts where the
    header of a message stands below it: "--- Looking forward ---" is somebody's heading.
    """
    at = 0
    while at < len(lines):
        at += 1
        if is_mark(lines[at - 1].strip()) and _has_header(lines, at):
            end = next(
                (place for place in range(at, len(lines)) if is_end(lines[place].strip())),
                len(lines),
            )
            yield at, end
            at = end + 1


def _has_header(lines: list[str], at: int) -> bool:
    filled = islice((line for line in islice(lines, at, None) if line.strip()), _HEADER_LINES)
    return sum(1 for line in filled if _header.match(line)) >= 2


def _words(text: str) -> str:
    if len(text) > _LONGEST:
        return ""
    return " ".join(text.replace("&nbsp;", " ").strip(_AROUND).lower().split())


def _is_drawn(text: str, words: str) -> bool:
    """Whether a rule is drawn before the words, and they speak of forwarding near their beginning.

    A rule has two marks at least.
    """
    rule = len(text) - len(text.lstrip("-_=—–~*#+"))
    return rule >= 2 and _has_stem(words[:60])


def _has_stem(words: str) -> bool:
    return any(stem in words for stem in _STEMS)
