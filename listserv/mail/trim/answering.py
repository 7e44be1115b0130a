"""Words by which an author says that their answers stand inside the old message.

As in "my comments are in the text", "ich antworte jeweils darunter".

In each language a word for answers and a word for their place stand in one sentence, in either
order. Whoever thanks for answers or attaches them says no such thing. What is missing here costs
an answer inside unmarked old words; what is too much shows some old words.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

# What is said of one's own answers, and where they stand, by language.
_EN_NOUN = (
    r"(?:answers?|comments?|repl(?:y|ies)|responses?|remarks|thoughts|feedback|annotations|notes|"
    r"cents)\b"
)
_EN_OWN = (
    rf"(?:(?:\b(?:my|our|some|few|see|find|with|inserted|added)"
    rf"|here are|here come) (?:\w+ ){{0,2}}{_EN_NOUN}"
    rf"|^(?:all )?{_EN_NOUN}"
    r"|\b(?:i|we)(?:'ve|'ll|'m| have| will| am)? (?:\w+ )?(?:answer|respond|repl(?:y|ied)"
    r"|comment)\w*\b)"
)
_EN_PLACE = (
    r"\b(?:within|inside|beneath|underneath|under|below|inserted|embedded|interspersed|throughout"
    r"|between|beside|next to|preceded|prefixed|starting with|marked|italics?|bold|caps|capitals"
    r"|(?:after|under|to|for|at|by) (?:each|every)|after your|point by point|one by one|in turn"
    r"|in (?:the|your) (?:text|body|mail|e-mail|email|message|draft|original))\b"
)
_PAIRS = (
    (_EN_OWN, _EN_PLACE),
    (
        r"\b(?:réponses?|commentaires?|remarques?|réponds|répondu|répondons)\b",
        r"\b(?:corps|dans (?:le|ton|votre) (?:texte|message|mail|courriel)|en (?:gras|majuscules"
        r"|italiques?|rouge"
        r"|bleu|vert|couleur)|dessous|sous (?:chaque|vos|tes)|après chaque|à chaque|point par point"
        r"|entre (?:vos|tes"
        r"|les) lignes|ci-après|intercalé\w*|au fil)\b",
    ),
    (
        r"\b(?:antworten?|kommentare?|anmerkungen|bemerkungen|antworte|geantwortet|kommentiert)\b",
        r"\b(?:darunter|drunter|unter den|unterhalb|dazwischen|zwischen den|jeweils|direkt im"
        r"|im (?:text|original)"
        r"|inline|fett|kursiv|großbuchstaben|rot|blau|grün|punkt für punkt)\b",
    ),
    (
        r"\b(?:respuestas?|comentarios|respondo|contesto|respondido|contestado)\b",
        r"\b(?:debajo|abajo|bajo cada|entre líneas|tras cada|después de cada|a cada|en el (?:texto"
        r"|cuerpo|mensaje"
        r"|correo|mismo)|en (?:negritas?|mayúsculas|cursiva|rojo|azul|verde)|intercalad\w+"
        r"|punto por punto)\b",
    ),
    (
        r"\b(?:respostas?|comentários|respondo|respondi)\b",
        r"\b(?:abaixo|embaixo|no (?:corpo|texto|próprio)|entre (?:as )?linhas|a cada|após cada"
        r"|em (?:negrito"
        r"|maiúsculas|itálico|vermelho|azul|verde)|intercalad\w+|ponto a ponto)\b",
    ),
    (
        r"\b(?:rispost[ae]|commenti|rispondo|osservazioni)\b",
        r"\b(?:sotto|nel (?:corpo|testo|messaggio)|[tf]ra le righe|in (?:grassetto|maiuscolo"
        r"|corsivo|rosso|blu"
        r"|verde)|a ciascun|ad ogni|punto per punto|intercalat\w+)",
    ),
    (
        r"\b(?:antwoorden|reacties?|opmerkingen|commentaar|antwoord)\b",
        r"\b(?:onder|tussen|in (?:de|je|uw) (?:tekst|mail)|per punt|vet|cursief|rood|blauw)\b",
    ),
    (
        r"\b(?:svar|svarer|svarar|kommentarer?|bemærkninger)\b",
        r"\b(?:nedan|nedenfor|herunder|under hver|i (?:texten|teksten|mailen)|mellem|mellan|mellom"
        r"|rødt|rött)\b",
    ),
    (
        r"\b(?:vastaukset|vastaukseni|kommentit|kommenttini|vastaan)\b",
        r"(?:alla|alle|seassa|tekstin|välissä|punaisella)",
    ),
    (
        r"(?:odpowied|odpowiadam|komentarz|uwagi)",
        r"(?:w treści|w tekście|poniżej|pod każd|między|kursyw|pogrubi|czerwon|na niebiesko)",
    ),
    (
        r"\b(?:odpověd|odpovíd|komentář|poznámk|odpoved|odpovedá|komentár)",
        r"(?:v textu|níže|nižšie|pod každ|mezi|medzi|červeně|tučně|přímo)",
    ),
    (
        r"(?:отвеча|ответ|комментари|замечани)",
        r"(?:по пунктам|в тексте|в теле|внутри|ниже|под каждым|после каждо|между|курсивом|жирным"
        r"|красным|синим)",
    ),
    (
        r"(?:відпові|коментар)",
        r"(?:по пунктах|в тексті|у тексті|нижче|під кожним|червоним|курсивом)",
    ),
    (r"(?:απαντ|σχόλια)", r"(?:παρακάτω|κάτω|μέσα στο|ανάμεσα|κόκκιν)"),
    (r"(?:cevap|yanıt|yorum)", r"(?:aşağıda|altında|altına|metin|içinde|arasında|kırmızı)"),
    (
        r"(?:回复|回覆|答复|答覆|回答|意见|意見|评论|評論)",
        r"(?:下|文中|逐|红|紅|蓝|藍|中间|中間|原文|正文)",
    ),
    (r"(?:回答|返信|コメント|返答|お答え)", r"(?:下記|以下|文中|行間|赤字|青字|本文|インライン)"),
    (r"(?:답변|답장|의견|댓글)", r"(?:아래|본문|빨간|파란|중간|사이)"),
    (
        r"(?:رد|ردود|إجاب|تعليق|ملاحظات)",
        r"(?:ضمن|داخل|أدناه|بالأحمر|باللون|تحت كل|بين|أسفل|في النص|في متن)",
    ),
    (r"(?:پاسخ|جواب|نظر)", r"(?:زیر|داخل متن|در متن|قرمز|لابلا)"),
    (r"(?:תשוב|הער|תגוב)", r"(?:בגוף|למטה|בתוך|באדום|מתחת|להלן)"),
    (r"(?:trả lời|ý kiến)", r"(?:bên dưới|dưới|trong bài|màu đỏ|chữ đỏ)"),
    (r"(?:jawaban|komentar|tanggapan)", r"(?:di bawah|dalam teks|warna merah|di antara|berikut)"),
)
_GAP = r"[^.!?؟。！？\n]{0,60}?"
_ANNOUNCES = re.compile(
    "|".join(f"(?:{own}){_GAP}(?:{place})|(?:{place}){_GAP}(?:{own})" for own, place in _PAIRS)
)
# "Please see my comments." and nothing behind it.
_ALONE = re.compile(
    r"^(?:please |kindly )?(?:see|find|here are|here come)(?: also)?"
    rf"(?: (?:my|our|some|a few|the)){{0,2}} {_EN_NOUN}\W*$"
    rf"|\b(?:inserted|interspersed|embedded|added) (?:my|our|some|a few) {_EN_NOUN}"
    r"|\b(?:let me|i will|i'll|i shall|i) (?:answer|take|respond to|reply to|address"
    r"|go through)\b.{0,40}"
    r"\b(?:in (?:turn|order)|one by one|(?:one )?at a time|point by point)\b"
    r"|^(?:in|in the) text\W*$"
)
# Whose answers a short text speaks of: the author's own, so that they stand below.
_MINE = re.compile(
    r"\b(?:my|our|mine) (?:\w+ )?(?:answers?|comments?|repl(?:y|ies)|responses?|remarks|annotations"
    r"|notes)\b"
    r"|\bmine (?:are|is|marked|in)\b|\b(?:green|red|blue|bold) is (?:me|mine)\b"
    r"|\bmy (?:lines|text|words|input|parts?|notes) (?:is|are|begins?|starts?|in)\b"
    rf"|^(?:the )?{_EN_NOUN}(?: \w+)?"
    rf"(?: (?:follow|inserted|added|in|by|from|to|under|after|within))\b"
    r"|\b(?:mes|nos) (?:réponses|commentaires|remarques)\b|\b(?:meine|unsere) (?:antworten"
    r"|kommentare|anmerkungen)\b"
    r"|\b(?:mis|nuestr[ao]s) (?:respuestas|comentarios)\b|\b(?:minhas|meus) (?:respostas"
    r"|comentários)\b"
    r"|\b(?:le mie risposte|i miei commenti)\b|\bmijn (?:antwoorden|opmerkingen)\b"
    r"|\bmo(?:je|ich) (?:odpowied|komentarz)|\bмо[ия] (?:ответ|комментари|замечани)"
    r"|\b(?:cevaplarım|yanıtlarım|yorumlarım)\b|我的(?:回复|回答|意见|答复|评论|看法)"
    r"|(?:إجاباتي|ردودي|ردي|تعليقاتي|ملاحظاتي|أجوبتي)|(?:私の)?(?:回答|コメント)は|제 (?:답변|의견)|תשובותיי"
    r"|הערותיי"
)
# What an author has done to the text below, and whose answers it holds, in a line of their own.
_WORKED_IN = re.compile(
    r"(?:^(?:suggested|proposed)|\b(?:my|our)|\bsee the) (?:\w+ )?(?:edits?|changes"
    r"|additions?|corrections?"
    r"|inputs?|amendments?|insertions?|views)\b"
    r"|^(?:i|we)(?:'ve| have)? (?:\w+ )?(?:edited|corrected|amended|revised|completed|added"
    r"|inserted|filled)\b"
    r"|^(?:filled in|completed|(?:two|some|a few|minor|small) (?:edits|corrections|changes"
    r"|additions))\b"
    rf"|^(?:please find |here are |find )?(?:the )?(?:\w+'s )?(?:{_EN_NOUN[:-2]}|inputs?)\b"
    r"(?: (?:from|of|by|to|in|are)\b.*)?[ :.]*$"
    r"|^(?:see |find )?\w+'s (?:answers|responses|replies|comments|inputs?) (?:are|in|follow)\b"
    r"|\bin yellow\b"
    r"|\b(?:i|we|are|is)(?: have)? (?:highlighted|underlined)\b"
    r"|^(?:les )?réponses d|^j'ai (?:ajouté|rempli|corrigé|complété|modifié)\b"
    r"|^respuestas de|^he (?:corregido|completado|rellenado|modificado)\b|^respostas d"
    r"|^antworten aus|^ich habe .{0,40}(?:ergänzt|ausgefüllt|korrigiert|geändert)"
    r"|^ответы \w+|^я (?:поправил|исправил|дополнил|заполнил)|^заполнил|的(?:答复|回复|回答|答覆)[:：]?$"
    r"|^我(?:修改|填写|补充|更正)了|^ردود|^(?:لقد )?(?:عدلت|أضفت|ملأت|صححت)"
)
# Words of a text of the author's that is short.
_SHORT_WORDS = 16
# Who says so speaks of the answers of others, or of a file.
_OTHERWISE = re.compile(
    r"thank|attach|enclos|merci|remerci|joint|dank|anhang|anlage|gracias|agrade|adjunt|obrigad|anex"
    r"|grazie|allegat"
    r"|bijlage|tack|takk?\b|bifog|vedhæft|vedlagt|dzięk|załącz|děkuj|přílo|спасибо|благодар|вложен"
    r"|дяку|ευχαριστ"
    r"|teşekkür|谢|謝|附件|ありがと|添付|감사|첨부|شكر|مرفق|متشکر|תודה|מצורף|cảm ơn|terima kasih|lampir"
    r"|\b(?:your|votre|vos|ihre|deine|sus|tus|vossos|vostri|ваши)\b (?:answer|comment|repl|response"
    r"|remark|feedback"
    r"|thought|note|réponse|commentaire|remarque|antwort|kommentar|respuesta|comentario|resposta"
    r"|rispost|ответ)"
)
# Who passes on what stands below, and has not received it as an answer.
_PASSES_ON = re.compile(
    r"^(?:i am |i'm |we are |just |hereby )?(?:sharing|circulating|passing|posting|reposting"
    r"|relaying|resending)\b"
    r"|\b(?:post(?:ed|ing)|sent|send(?:ing)?|shar(?:ed|ing)|circulat(?:ed|ing)) (?:this "
    r"|it )?on behalf of\b"
    r"|\b(?:received|got|found) (?:this|the following|the below|the mail|the message)\b"
    r"|\bfind (?:the \w+ )?below\b|\bbelow (?:is|are|please|you will|you'll|the)\b"
    r"|\bpass(?:ing)? (?:this|it) on\b"
    r"|\bfor those who (?:did|have|missed|were)\b|\bcould not post\b"
    r"|\b(?:sent|wrote|asked|gave) (?:me|us) (?:this|the)\b"
    r"|\bsee the (?:\w+ )?(?:message|mail|e-mail|email|note|letter) (?:of|from|by)\b|\bhelp this\b"
    r"|\banswer to the question of\b|\b(?:what|this) i would (?:send|write)\b"
    r"|\breçue? (?:de|hier|ce matin)\b|\bvoici (?:la note|le message|le courriel|la lettre)\b"
    r"|\badjunto (?:el|la) (?:mensaje|nota|correo)\b|\bsegue (?:a|o) (?:mensagem|nota|e-mail)\b"
    r"|прошу ознакомиться|письм\w+ от|(?:的)?来信|转来|收到(?:这|了|如下)|وصلتني|هذه الرسالة من"
    r"|anbei die (?:mail|nachricht)"
    r"|\b(?:of|might|may) interest (?:to|you|for)\b|\bwith (?:his|her|their) permission\b"
    r"|\bje (?:vous |te )?(?:transmets|transfère|partage|relaie|fais suivre)\b|\bpour partage\b"
    r"|\b(?:les|os|te) (?:comparto|reenvío|transmito)\b|\b(?:comparto|reenvío) (?:el|la|este"
    r"|esta)\b"
    r"|\bleite\b.{0,40}\bweiter\b|\bzur weitergabe\b|\b(?:encaminho|compartilho|repasso"
    r"|reencaminho)\b"
    r"|\b(?:inoltro|condivido)\b|\bstuur\b.{0,40}\bdoor\b|\bvidarebefordrar\b|\bvideresender\b"
    r"|\bprzesyłam\b|\bpřeposílám\b|\bпересылаю\b|\bперенаправляю\b|\bпересилаю\b|转发如下|分享|轉發|転送します"
    r"|أشارككم|أشارك معكم|أحيل إليكم|iletiyorum|paylaşıyorum"
)
_SENTENCES = re.compile(r"(?<=[.!?؟。！？])\s*|\n")
# Characters of a sentence that is looked at.
_MAX_CHARACTERS = 250
# What says that answers stand below, in whatever text.
_SENDS_INSIDE = (_ANNOUNCES, _ALONE)
# What says so, or that a message is passed on; and what does in a short text only.
_SENDS_BELOW = (*_SENDS_INSIDE, _PASSES_ON)
_SENDS_BELOW_IF_SHORT = (*_SENDS_BELOW, _MINE)
# What says so in a line of its own.
_LINE_SENDS_BELOW = (_WORKED_IN, _MINE)
_AROUND = " \t-–—*_>"


def sends_below(lines: Sequence[str]) -> bool:
    """Whether an author says that answers stand inside what is below, or that it is passed on."""
    text = " ".join(lines)
    is_short = len(text.split()) <= _SHORT_WORDS
    patterns = _SENDS_BELOW_IF_SHORT if is_short else _SENDS_BELOW
    if any(_matches(sentence, patterns) for sentence in _sentences(text)):
        return True
    return is_short and any(map(_line_sends_below, lines))


def sends_inside(text: str) -> bool:
    """Whether one of the sentences of a text says that answers stand inside what is below."""
    return any(_matches(sentence, _SENDS_INSIDE) for sentence in _sentences(text))


def _line_sends_below(line: str) -> bool:
    bare = _bare(line)
    return _matches(bare, _LINE_SENDS_BELOW) and _OTHERWISE.search(bare) is None


def _matches(text: str, patterns: Iterable[re.Pattern[str]]) -> bool:
    return any(pattern.search(text) for pattern in patterns)


def _sentences(text: str) -> Iterator[str]:
    """Give the sentences of a text that speak neither of others' answers nor of a file.

    They are in lower case.
    """
    for sentence in _SENTENCES.split(text):
        bare = _bare(sentence)[:_MAX_CHARACTERS]
        if bare and _OTHERWISE.search(bare) is None:
            yield bare


def _bare(text: str) -> str:
    return text.lower().replace("’", "'").strip(_AROUND)
