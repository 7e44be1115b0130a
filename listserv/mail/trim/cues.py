"""Words by which an author shows where their own text stands.

Greetings, "see below", "[...]", sentences of their own.

Everything is compared in lower case. What is missing here costs little: where a cue is not known,
less is folded away or the words stay as they are.
"""

import re

from listserv.mail.trim.words import CLOSINGS

# Beginnings of a line that greets and says nothing else.
_GREETINGS = (
    "hi", "hello", "hey", "dear", "good morning", "good afternoon", "good evening", "good day",
    "greetings", "all",
    "everybody", "everyone", "folks", "colleagues", "friends", "g'day", "moin", "hallo", "liebe",
    "lieber", "liebes",
    "guten tag", "guten morgen", "sehr geehrte", "werte", "servus", "grüezi", "bonjour", "bonsoir",
    "salut", "cher",
    "chère", "chers", "chères", "madame", "monsieur", "hola", "estimado", "estimada", "estimados",
    "estimadas",
    "querido", "querida", "queridos", "queridas", "buenos días", "buenas tardes", "buenas", "olá",
    "oi", "caro",
    "cara", "caros", "caras", "prezado", "prezada", "prezados", "prezadas", "bom dia", "boa tarde",
    "ciao", "gentile",
    "gentili", "egregio", "buongiorno", "buonasera", "salve", "beste", "geachte", "dag",
    "goedemorgen", "hej", "hei",
    "kära", "kjære", "kære", "god dag", "tere", "lugupeetud", "labdien", "sveiki", "witam",
    "cześć", "szanowni",
    "szanowny", "szanowna", "drodzy", "dzień dobry", "ahoj", "dobrý den", "vážení", "vážený",
    "milí", "zdravo",
    "poštovani", "dragi", "szia", "sziasztok", "tisztelt", "kedves", "bună", "dragă", "stimate",
    "stimată", "здравствуйте",
    "добрый день", "добрый вечер", "доброе утро", "привет", "уважаемые", "уважаемый", "уважаемая",
    "коллеги",
    "дорогие", "дорогой", "дорогая", "вітаю", "добрий день", "шановні", "шановний", "здравейте",
    "драги", "γεια",
    "αγαπητέ", "αγαπητοί", "καλημέρα", "καλησπέρα", "merhaba", "merhabalar", "sayın", "değerli",
    "sevgili", "selam",
    "你好", "您好", "大家好", "各位", "尊敬的", "亲爱的", "親愛的", "こんにちは", "皆様", "お世話に", "안녕하세요",
    "مرحبا", "مرحباً", "السلام عليكم", "تحية", "عزيزي", "عزيزتي", "الأعزاء", "الزملاء", "السادة",
    "سلام", "با سلام",
    "שלום", "היי", "xin chào", "chào", "kính gửi", "thân gửi", "สวัสดี", "เรียน", "halo", "salam",
    "yth", "नमस्ते", "प्रिय",
    "habari", "ndugu", "mpendwa", "wapendwa", "kumusta", "kaixo", "estimat", "benvolgut",
    "benvolguts", "bon dia",
)  # fmt: skip
_GREETING_WORDS, _GREETING_CHARACTERS = 7, 60
_GREETING_STARTS = tuple(f"{greeting}{end}" for greeting in _GREETINGS for end in " ,")
# "Boris," alone in a line greets as well, in few words.
_ADDRESSED_WORDS = 4
# What ends a sentence before another one.
_SENTENCE_ENDS = (". ", "? ", "! ")
_ELISION_CHARACTERS = 60
_COLONS = (":", "：")
_COMMAS = (",", "，", "،", "、", ":", "：", "!", "！")
_NAME_COMMAS = (",", "，", "،")

# Words with which an author sends readers on to what stands below, and answers there.
_BELOW = (
    "see below", "answers? below", "repl(?:y|ies) below", "comments? below", "responses? below",
    "remarks? below",
    "notes? below", "questions? below", "further below", "respond(?:ed)? below", "answered below",
    "replied below",
    "commented below", "message below", "e-?mail below", "forwarding", "fyi",
    "for your information", "in-?line",
    "in line", "in-text", "interleaved", "interspersed", "embedded", "within the text",
    "in the text below",
    "in (?:red|blue|green|bold|caps|capitals|colou?r|brackets)", "(?:marked|prefixed) (?:with|by)",
    "point by point",
    "between (?:your|the) lines",
    "(?:see|look|find|read) (?:\\w+ ){0,3}(?:under|within|beneath|underneath|hereunder|hereafter)",
    "(?:under|below|beneath|after) (?:each|every|your|ur)(?: of (?:your|the))?(?: \\w+)? ?"
    "(?:points?|questions?|items?|paragraphs?|paras?|sentences?)",
    "psb", "(?:answers?|comments?|repl(?:y|ies)|see|notes) in-?text", "scroll down", "read on",
    "further down", "(?:in|with) caps", "(?:see|vide) infra", "more below", "siehe darunter",
    "voir (?:infra|dessous|ci-après)", "cf\\.? (?:infra|ci-dessous)",
    "(?:réponses?|réponds|commentaires) en ligne",
    "(?:respuestas?|respondo|contesto|comentarios) (?:en línea|a continuación)",
    "(?:respostas?|respondo|comentários) a seguir", "(?:rispost[ae]|rispondo|commenti) di seguito",
    "sous (?:vos|tes|chaque) \\w+", "unter (?:deinen|ihren|den) (?:punkten|fragen)",
    "bajo (?:sus|tus|cada) \\w+", "sob (?:seus|suas|cada) \\w+", "смотрите ниже",
    "под (?:вашими|твоими|каждым|каждой) \\w+", "ответы под \\w+", "bên dưới",
    "siehe unten", r"s\. ?u\.", "weiter unten",
    "(?:antwort|kommentar)en? unten", "im text",
    "in (?:rot|blau|grün)", "zur info(?:rmation)?", "zur kenntnis", "z\\.? ?k\\.", "ci-dessous",
    "voir plus bas",
    "dans le texte", "en (?:rouge|bleu|vert)", "pour info(?:rmation)?",
    "(?:más|mas|ver|véase|vea) abajo",
    "(?:respuestas?|comentarios?) abajo", "en el texto", "en (?:rojo|azul|verde)",
    "intercalad[oa]s?",
    "para su información", "para tu información",
    "(?:ver|veja|vide|respostas?|comentários?) abaixo", "em vermelho",
    "no texto", "vedi sotto", "qui sotto", "nel testo", "in rosso", "zie onder", "hieronder",
    "in de tekst", "ter info",
    "se nedan", "svar nedan", "se nedenfor", "se under", "i teksten", "i texten", "ks\\.? alla",
    "katso alta",
    "zob\\.? poniżej", "patrz poniżej", "w tekście", "viz níže", "viď nižšie", "v textu",
    "vidi dolje", "ld\\.? lent",
    "lásd alább", "vezi mai jos", "(?:см|смотри)\\.? ниже", "(?:ответы?|комментарии) ниже",
    "ниже по тексту", "в тексте",
    "красным", "к сведению", "див\\.? нижче", "виж по-долу", "δείτε παρακάτω", "aşağıda",
    "kırmızı", "أدناه",
    "في الأسفل", "بالأحمر", "للعلم", "در زیر", "להלן", "ראו למטה", "xem (?:bên )?dưới", "dưới đây",
    "di bawah",
    "hapa chini", "hapo chini", "ikusi behean", "vegeu a sota",
)  # fmt: skip
# The same in scripts that set no blanks.
_BELOW_JOINED = (
    "见下",
    "[看在]下[面方文]",
    "(?:答复|回复|答覆|回覆)如下",
    "[蓝藍红紅]字",
    "蓝色",
    "下記を",
    "以下に(?:回答|返信|コメント)",
    "青字",
    "아래를",
    "파란",
    "红色",
    "紅色",
    "逐条",
    "逐條",
    "赤字",
    "インライン",
    "아래 참조",
    "빨간",
    "ด้านล่าง",
)
# "Below" alone, at an end of the words.
_BELOW_ALONE = r"\bbelow\s{0,2}[.:!]?$|^below\b|\bunten\s{0,2}[.:!]?$|\babajo\s{0,2}[.:!]?$"
_POINTS = re.compile(
    rf"(?<!\w)(?:{'|'.join(_BELOW)})(?!\w)|{'|'.join(_BELOW_JOINED)}|{_BELOW_ALONE}"
)

# What a line speaks of that ends with a colon and shows something of its author's own below.
_SHOWN = re.compile(
    r"follow|propos|suggest|wording|\btext|example|e\.g\.|instance|\btype\b|\brun|command|output"
    r"|session|\btry|instead|draft"
    r"|version|paragraph|article|clause|\breads?\b|\bgot\b|receiv|citation|header|template"
    r"|\bpoints\b|reasons|summary|treaty|convention|resolution|\blaw\b"
    r"|like this|\bthus|amend|replac|insert"
    r"|recommend|decision|\bvote|ballot|poem|\bcode|script|prompt|error|log\b|result|suivant|texte"
    r"|exemple"
    r"|commande|libellé|reçu|rédaction|"
    r"projet|siguiente|texto|ejemplo|recib|redacción|folgend|vorschlag|schlage|beispiel|befehl"
    r"|wortlaut|fassung|erhalten|"
    r"bekommen|seguinte|exemplo|recebi|seguente|testo|esempio|ricevut|volgend|tekst|voorbeeld"
    r"|ontvangen|следующ|предлага|"
    r"предложен|текст|пример|команд|получил|редакци|проект|наступн|приклад|如下|建议|建議|文本|例如|命令|收到"
    r"|措辞|以下|草案|提案|"
    r"次の|例:|다음|예:|التالي|أقترح|اقتراح|النص|مثال|الأمر|وصل|الصياغة|مشروع|öneri|aşağıdaki|örnek"
)

_PROPOSES = re.compile(
    r"(?:\bas follows|\bshould read|\breads|\breplace .{1,40} (?:by|with)|\bpropos(?:e|ed text"
    r"|ed wording|ed)"
    r"|\bnew text|\bnew paragraph|\bballot|\bmy vote|\bje propose|\bpropongo|\bpropone"
    r"|\bich schlage vor"
    r"|предлагаю|我建议|أقترح)\W*$"
)
# What such words speak of where readers are sent into marked quotes: answers, colours, places.
_INTO = re.compile(
    r"in-?line|interleav|interspers|embedded|in (?:red|blue|green|bold|caps|capitals|colou?r)"
    r"|between"
    r"|(?:answers?|comments?|repl(?:y|ies)|responses?|remarks|notes) (?:\w+ )?below"
    r"|^(?:please )?see below\W*$|^below\W*$"
    r"|en (?:rouge|bleu|vert|rojo|azul|verde)|in (?:rot|blau|grün|rosso)|em vermelho"
    r"|réponses?|respuestas?|respostas?"
    r"|antwort|kommentar|rispost|antwoord|svar|odpowied|ответ|комментар|красным|синим|[蓝藍红紅](?:字|色)"
    r"|回复|回答|答复|赤字|青字"
    r"|빨간|파란|답변|بالأحمر|بالأزرق|ردود|إجاب|تعليق|kırmızı|yanıt|cevap"
)
# How people name the book, the paper or the article that they quote.
_WORK = re.compile(
    r"[(\[]\d{4}[a-z]?[)\],:]|（\d{4}）|\bet al\b|\bibid|\b(?:pp?|vol|no|art|ch|sec|para|cap|núm|str"
    r"|с)\. ?\d"
    r"|§|\[\d{1,3}\]|^(?:as |according to |selon |según |laut )?(?:the |l['’]|el |la |le |der |die "
    r"|das )?"
    r"(?:article|section|annex|chapter|decision|paragraph"
    r"|principle|recommendation|guidance|convention|protocole?|report|rapport|informe|directive"
    r"|regulation|law|loi|ley|artículo|artigo|artikel"
    r"|anexo|annexe|décision|decisión|capítulo|chapitre|kapitel|стать[яи]|пункт|решение|приложение"
    r"|المادة|المقرر)\b"
    r"|^第.{1,8}[条條章款节節]|《"
)
_ADDRESS_OR_HOUR = re.compile(r"@|\d{1,2}[:.]\d{2}")
_ADDRESS = re.compile(r"@|://")

# A line that stands for words that were left away: "[snip]", or a pair of scissors.
_SCISSORS = r"[-–—_=✂ ]{0,40}(?:[8%]<|>[8%]|✂)[-–—_=✂<>8% ]{0,40}$"
_ELISION = re.compile(
    r"[\[(<{*_~ -]{0,6}(?:(?:\.{2,}|…{1,3})|(?:big |long |lots? |much |text |rest |the rest "
    r"|some )?"
    r"(?:snip{1,2}(?:ed|et|page)?|skip(?:ped)?|cut|deleted|trimmed|omitted|removed|elided"
    r"|truncated|abridged|clip(?:ped)?"
    r"|gekürzt|schnipp?|gelöscht|coupé|coupure|supprimé|cortado|recortado|omitido|omissis"
    r"|tagliato|сокращено|поскипано"
    r"|skipped|вырезано|пропущено|略|中略|以下略|省略|생략|حذف|اختصار)"
    r"[^\w]{0,4}(?:\.{2,}|…)?)[\])>}*_~ .-]{0,6}$"
    rf"|{_SCISSORS}"
)

# Words of sentences: who writes one of them between a date and "wrote:" is no mail program.
_SENTENCE = frozenset(
    "i we he she they this that these those what which who whom whose why when where how because "
    "since although "
    "though but if then as not yes thanks thank agree disagree think believe are was were be been "
    "have had does did "
    "would could should might must my our your his its me them about without like than please "
    "here some any "
    "j'ai nous tu ils elle elles qui que quoi dont où sont était comme mais donc avec sans merci "
    "voici "
    "yo nosotros ellos ella qué quien como cuando donde pero porque sin es era gracias según "
    "eles são obrigado sem ich wir sie wie wenn weil dass das aber und oder nicht ohne ist sind "
    "war danke "
    "io noi loro che cosa quando perché senza sono grazie ik wij jij niet maar omdat dat wat "
    "zoals zonder "
    "я мы ты он она они что как где когда но потому это этот согласен согласна спасибо если и или "
    "не без "
    "أنا نحن الذي التي أن لكن لأن إذا شكرا أوافق كما".split()
)
# Whole answers.
ANSWERS = frozenset(
    "yes no ok okay oui non sí si ja nein nee nej nei sim não da ne tak nie ano áno igen nem evet "
    "hayır ναι όχι да нет так ні"
    " не jah ei kyllä taip +1 agreed thanks merci gracias danke grazie obrigado спасибо done good "
    "great fine sure right true"
    " same ditto exactly correct indeed perhaps maybe never fait hecho erledigt fertig stimmt "
    "genau klar claro vale certo"
    " сделано готово согласен верно".split()
)
# A letter before a full stop is the initial of a name.
_WORD = re.compile(r"[^\W\d_](?=\.)|([^\W\d_]+(?:['’][^\W\d_]+)?)")
_IDEOGRAPHIC = (
    "我",
    "他们",
    "她",
    "同意",
    "因为",
    "但是",
    "如果",
    "这",
    "這",
    "什么",
    "私は",
    "저는",
    "나는",
)
# Addresses and names in quotation marks.
_ENCLOSED = re.compile(
    r"<[^<>]{0,300}>|\([^()]{0,200}\)|\[[^\[\]]{0,300}\]|\"[^\"]{0,200}\"|“[^”]{0,200}”"
)


def is_greeting(text: str) -> bool:
    """Whether a line greets and says nothing else: "Hi Boris,", "Dear all,", "Boris,"."""
    addressed = text.strip(" *_")
    low = addressed.lower()
    if not 1 <= len(low) <= _GREETING_CHARACTERS:
        return False
    words = low.rstrip(",،，、:：!！. ").split()
    if len(words) > _GREETING_WORDS:
        return False
    if has_sentence(text):
        return False
    bare = " ".join(words)
    if bare in CLOSINGS or _is_trial(low, words):
        return False
    if f"{bare} ".startswith(_GREETING_STARTS):
        return not any(end in bare for end in _SENTENCE_ENDS)
    # Letters that are not ASCII may stand without a blank behind the greeting.
    if not low.isascii() and low.startswith(_GREETINGS):
        return len(words) <= _ADDRESSED_WORDS or low.endswith(_COMMAS)
    return _is_name_with_comma(addressed, words)


def _is_trial(low: str, words: list[str]) -> bool:
    """Whether a line is one word without a comma, as "Hello" is with which people try a list."""
    if len(words) != 1:
        return False
    if low.endswith(_COMMAS):
        return False
    return low.isascii()


def _is_name_with_comma(addressed: str, words: list[str]) -> bool:
    """Whether a line is but a name: "Boris,"."""
    if len(words) > _ADDRESSED_WORDS:
        return False
    if not addressed.endswith(_NAME_COMMAS):
        return False
    return addressed[0].isupper()


def points_below(text: str) -> bool:
    """Whether words send the reader on to what stands below: "see my answers below", "in red"."""
    return _POINTS.search(_in_lower_case(text)) is not None


def points_into(text: str) -> bool:
    """Whether a line says that something stands between the lines of what is quoted below."""
    return points_below(text) and _INTO.search(_in_lower_case(text)) is not None


def _in_lower_case(text: str) -> str:
    return " ".join(text.lower().split())


def shows(text: str) -> bool:
    """Whether a line that ends with a colon shows what stands below.

    That is a proposal, an example, a command, or what its author has received.
    """
    low = text.lower()
    if not low.endswith(_COLONS):
        return False
    if _ADDRESS.search(low) is not None:
        return False
    return _SHOWN.search(low) is not None


def leads_on(text: str) -> bool:
    """Whether a line ends with a colon and is no closing: it speaks of what stands below."""
    return text.endswith(_COLONS) and text.rstrip(":： ").lower() not in CLOSINGS


def proposes(text: str) -> bool:
    """Whether a line without a colon leads on to a text that its author proposes, or to a vote."""
    return _PROPOSES.search(text.lower()) is not None


def cites(text: str) -> bool:
    """Whether a line that ends with a colon announces what a book, a paper or a rule says."""
    low = text.lower().strip(" *_\"'“")
    if not low.endswith(_COLONS):
        return False
    if _ADDRESS_OR_HOUR.search(low) is not None:
        return False
    return _WORK.search(low) is not None


def is_elision(text: str) -> bool:
    """Whether a line only says that words were left away: "[...]", "<snip>"."""
    low = text.lower()
    return len(low) <= _ELISION_CHARACTERS and _ELISION.match(low) is not None


def is_answer(text: str) -> bool:
    """Whether a line that begins small may be an answer: "done", "yes, all of them".

    Otherwise it is the rest of a sentence that was broken.
    """
    return _first_word(text) in ANSWERS or has_sentence(text)


def _first_word(text: str) -> str:
    words = text.split(maxsplit=1)
    if not words:
        return ""
    return words[0].strip(",.!:;").lower()


def has_sentence(text: str) -> bool:
    """Whether an introduction holds words of a sentence.

    Then its author has written it, and no program.
    """
    bare = _ENCLOSED.sub(" ", text)
    if not bare.isascii() and any(word in bare for word in _IDEOGRAPHIC):
        return True
    words = (word.lower().replace("’", "'") for word in _WORD.findall(bare))
    return not _SENTENCE.isdisjoint(words)
