"""Tell the notices of lawyers, virus scanners and foresters from sentences that begin alike.

"This message is confidential until Friday" is its author's. A notice addresses whoever gets the
message without being meant: it says whom it is meant for, what may be in it, what to do with it.
"""

import re
from collections.abc import Iterable

from listserv.mail.trim.words import (
    DISCLAIMERS,
    LEGAL,
    NOTICES,
    OF_MAIL,
    OF_THIS_MAIL,
    TITLES,
    TO_DO,
)

# Words of lawyers that make one of a paragraph below a rule, or of one whose language is not known.
_LEGAL_WORDS = 4
_LONG_CHARACTERS = 240
# A paragraph in which an author speaks is no longer than this.
_OWN_CHARACTERS = 320
# What is said to a reader for whom the message is not meant, and of what it may hold.
_TO_STRANGERS = re.compile(
    r"not the (?:intended|named|correct|designated|proper)(?! \w+ of\b)"
    r"|(?:intended|meant) (?:only|solely|exclusively)\b"
    r"|(?:intended|meant) for the (?:use|person|addressee|recipient|individual|named|attention)"
    r"|(?:solely|exclusively|only) (?:for|by) the\b|for the (?:sole|exclusive|intended|confidential"
    r"|use of)\b"
    r"|\bmay (?:also )?(?:contain|be (?:legally |subject|confid|privil))|\b(?:in error|by mistake"
    r"|mistakenly)\b"
    r"|\b(?:delete|destroy) (?:it|this|the|all|any)\b|notify (?:the|us|me)\b|strictly (?:prohibited"
    r"|forbidden)"
    r"|legally privileged|\bany (?:dissemination|review|disclosure|copying|unauthori|use|view"
    r"|opinion)"
    r"|(?:no|any) (?:liability|responsibility)|not necessarily|privileged (?:and|or)|(?:and"
    r"|or) privileged"
    r"|other than the|person or entity|whom (?:it is|they are) addressed|its addressee"
    r"|n'êtes pas|si vous (?:avez reçu|recevez)|par erreur|destinée?s? (?:exclu|uniq|à l|aux? )"
    r"|exclusi[fv]|strictement|(?:peut|peuvent) contenir|détruire|détruisez|supprimer"
    r"|attention (?:de ses|des)"
    r"|no es (?:usted|el|la)|por error|ha recibido|exclusiv|únicamente|puede(?:n)? contener"
    r"|prohibid|elimin"
    r"|não (?:é|for|seja) o|por engano|pode(?:m)? conter|destinad[oa] (?:apenas|somente|unic)|apag"
    r"|nicht der (?:richtige|beabsichtigte|vorgesehene|bestimmungs|adressat)|irrtümlich"
    r"|versehentlich"
    r"|ausschließlich|ausschliesslich|nur für|vernichten|löschen|kann vertrauliche|rechtlich"
    r"|unbefugt"
    r"|per errore|esclusiv|può contenere|distrugg|cancellar"
    r"|uitsluitend|alleen bestemd|niet (?:de|het|voor)|abuis|vergissing|vernietig|verwijder"
    r"|avsedd|enbart|endast|misstag|felaktigt|radera|udelukkende|utelukkende|ved en fej?l"
    r"|tarkoitettu"
    r"|wyłącznie|omyłk|pomyłk|usunię|zniszcz|zawierać|výhradně|omylem|určen"
    r"|исключительно|только для|предназначен|по ошибке|ошибочно|не являетесь|удалит|уничтож"
    r"|содержать"
    r"|виключно|помилк|призначен|αποκλειστικά|λάθος|yanlışlıkla|yalnızca|sadece|değilseniz"
    r"|içerebilir"
    r"|不是|误收|誤收|错误|錯誤|删除|刪除|仅供|僅供|仅限|僅限|可能含|可能包|销毁|銷毀|禁止|未经|未經|特定"
    r"|誤って|誤送|破棄|削除|のみ|잘못|삭제|지정된|금지|포함"
    r"|بالخطأ|الخطأ|خطأ|حصري|فقط|إذا لم تكن|حذف|إتلاف|قد تحتوي|يحظر|محظور|موجهة"
)
# What an author says of their own message, and lawyers do not: when, and in the first person.
_OF_ITS_AUTHOR = re.compile(
    r"(?<!\w)(?:until (?!confirmed|otherwise|expressly)|till|i(?:'m|'ll|'ve|'d)"
    r"|i (?:am|was|have|will|shall|would|think|work|sen[dt]|wrote|hope|do|can|know|need|ask|speak)"
    r"|tell me|mine|my own"
    r"|jusqu'\w+|je (?:vous|te|suis|pense|travaille|ne)|j'ai|hasta (?:el|la)|yo|até (?:a|o|segunda)"
    r"|ich|mir"
    r"|bis (?:zu|montag|dienstag|mittwoch|donnerstag|freitag)|fino a|tot (?:en|maandag|vrijdag)|я"
    r"|мне"
    r"|до (?:понед|вторн|сред|четв|пятн|субб|воскр)\w+|monday|tuesday|wednesday|thursday|friday"
    r"|saturday|sunday"
    r"|vendredi|lundi|viernes|lunes|freitag|montag)(?!\w)|直到|(?:周|星期|週)[一二三四五六日]|حتى"
)
_SENTENCE_END = re.compile(r"(?<=[.!?؟])\s+|(?<=[。！？])")
# What foresters ask not to print for, and how short they may be without.
_FOR_TREES = re.compile(
    r"environ|\btrees?\b|paper|planet|forest|green|necessar|need|arbre|papier|planète|nécess|umwelt"
    r"|bäume|notwendig"
    r"|erforderlich|medio ?ambiente|ambient|árbol|papel|árvore|albero|carta\b|milieu|boom|miljø"
    r"|miljö|środowisk|окружа"
    r"|бумаг|环境|環境|环保|環保|بيئة"
)
_PRINT = re.compile(r"print|impri|druck|stamp|skriv|drukow|печат|打印|列印|印刷|طباع")
_FORESTERS = (
    "please consider", "p please consider", "think before", "before printing", "save a tree",
    "pensez à l'env", "n'imprimez", "avant d'imprimer", "antes de imprimir", "por favor considere",
    "bitte prüfen sie, ob",
)  # fmt: skip
_TREE_WORDS = 6
# What stands in the addresses of pages and of e-mail.
REACH = ("http", "@")
_STATEMENTS = (" will ", " is ", " are ")
_OF_ANY_NOTICE = (*OF_MAIL, *OF_THIS_MAIL, *TO_DO)
_SCANNERS = re.compile(
    r"virus|malware|spam|avast|\bavg\b|norton|mcafee|kaspersky|bitdefender|\beset\b|mailscanner"
    r"|вирус|病毒"
)
_SCANNED = re.compile(
    r"\b(?:for|of|from|auf|de|des|en busca de|op|på|na|на|в|i|di) (?:\w+ )?(?:virus|viren|malware"
    r"|spam|вирус)|病毒"
    r"|avast|\bavg\b|norton|mcafee|kaspersky|bitdefender|\beset\b|mailscanner|antivirus"
    r"|virus-free|virenfrei|libre de virus|sans virus|absence de virus"
)
_BY_SCANNERS = re.compile(
    r"(?!disclaimer|confidential|important|notice|avis|aviso|vertraulich|声明|إخلاء)"
)
_CONSIDER = re.compile(
    r"(?:p )?please consider (?:the|our|your) (?:environment|planet|trees"
    r"|nature)(?:al impact)?\b[ ,.–—-]*"
    r"(?:before (?:you )?print|prior to print|and (?:do not|don't|only|think)|when print|do you"
    r"|by not print|$)"
    r"|please consider (?:whether|if) you"
    r"|(?!p |please|before print)"
    r"|before printing(?: (?:this|the|any|out)(?: (?:e-?mail|message|mail|document"
    r"|attachment)s?)?)? ?[,:;.!–—-]"
)
_VIRUS_FREE = re.compile(
    r"(?:virus-free|virenfrei|libre de virus|sans virus)(?!\.|\W{0,3}(?:www|http))"
)
# What the titles are followed by where they stand alone.
_TITLE_MARKS = " :.*_-–—•"


def is_title(paragraph: str) -> bool:
    """Whether a paragraph is the title of a notice and nothing else: "Disclaimer"."""
    return paragraph.lower().strip(_TITLE_MARKS) in TITLES


def is_notice(head: str, text: str, *, is_below_rule: bool = False) -> bool:
    """Whether a paragraph in lower case is what lawyers, scanners or foresters say.

    Args: ``head`` the paragraph without what stands before its first word; ``is_below_rule``
    whether a rule stands above it: then it may begin otherwise.
    """
    legal = legal_words(text)
    if head.startswith(_FORESTERS):
        return _is_of_forester(head)
    if head.startswith(NOTICES) and legal and holds_any(text, OF_THIS_MAIL):
        return _is_of_scanner(head) or is_to_strangers(text)
    if head.startswith(DISCLAIMERS) and legal > 1:
        return is_to_strangers(text)
    if not is_below_rule:
        return False
    if legal < _LEGAL_WORDS:
        return False
    return holds_any(text, OF_MAIL) and holds_any(text, TO_DO)


def holds_any(text: str, words: Iterable[str]) -> bool:
    """Whether any of the words, or phrases, stands in a text."""
    return any(word in text for word in words)


def legal_words(text: str) -> int:
    """Return how many words of lawyers a text in lower case holds."""
    return sum(word in text for word in LEGAL)


def is_to_strangers(text: str) -> bool:
    """Whether a text in lower case speaks to those for whom a message is not meant.

    Its author speaks nowhere in it.
    """
    addressed = len(_TO_STRANGERS.findall(text))
    if len(text) < _LONG_CHARACTERS and not _is_of_notices_only(text):
        return False
    if addressed < _LEGAL_WORDS and _is_of_its_author(text):
        return False
    if addressed:
        return True
    return len(text) >= _LONG_CHARACTERS and legal_words(text) > 1


def _is_of_notices_only(text: str) -> bool:
    sentences = (sentence for sentence in _SENTENCE_END.split(text) if sentence.strip())
    return all(map(_is_of_notice, sentences))


def _is_of_its_author(text: str) -> bool:
    """Whether an author speaks in a paragraph, which is short then."""
    if len(text) >= _OWN_CHARACTERS:
        return False
    return _OF_ITS_AUTHOR.search(text.replace("’", "'")) is not None


def _is_of_notice(sentence: str) -> bool:
    """Whether a sentence may stand in a notice.

    It speaks of the message or as lawyers do, or hardly says anything.
    """
    if legal_words(sentence):
        return True
    if " " in sentence and len(sentence.split()) <= _TREE_WORDS:
        return not holds_any(sentence, _STATEMENTS)
    return holds_any(sentence, _OF_ANY_NOTICE) or _TO_STRANGERS.search(sentence) is not None


def _is_of_forester(head: str) -> bool:
    if _PRINT.search(head) is None:
        return False
    if _CONSIDER.match(head) is None:
        return False
    return _FOR_TREES.search(head) is not None or len(head.split()) <= _TREE_WORDS


def _is_of_scanner(head: str) -> bool:
    if _VIRUS_FREE.match(head) is not None:
        return False
    if _BY_SCANNERS.match(head) is None:
        return False
    return _SCANNERS.search(head) is not None and _SCANNED.search(head) is not None
