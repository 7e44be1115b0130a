"""Words with which mail programs introduce what they quote, in the six languages of the UN and some neighbours.

Everything is compared in lower case. A row is added with a mail that needs it.
"""

# Verbs that end the line above a quote: "On 3 May 2026, Ana Pérez <ana@…> wrote:".
WROTE = (
    "wrote", "writes", "said", "a écrit", "a ecrit", "escribió", "escribio", "написал", "написала",
    "написал(а)", "написал(a)", "пишет", "пише", "写道", "寫道", "写到", "كتب", "كتبت",
    "تمت كتابة ما يلي", "schrieb",
    "geschrieben", "ha scritto", "scrisse", "escreveu", "schreef", "skrev",
    "napisał(a)", "napisał", "napsal(a)", "napsal",
    "kirjoitti", "a scris", "έγραψε", "yazdı", "şunu yazdı", "のメール", "님이 작성", "نوشت",
    "כתב", "menulis", "đã viết",
    "ezt írta", "geschreven",
)  # fmt: skip

# Those of them that stand before the name: "Am Dienstag schrieb Boris Horvat:".
VERB_FIRST = frozenset({"schrieb", "schreef", "skrev", "كتب", "كتبت", "نوشت"})

# Openers of such a line when it is broken over several.
OPENERS = (
    "on ", "le ", "el ", "em ", "am ", "il ", "op ", "den ", "dnia ", "в ", "во ",
    "on\xa0", "le\xa0", "في ", "在", "于", "dne ",
    "pe ", "στις ", "pada ", "vào ",
)  # fmt: skip

# Labels of the header block that Outlook and others put above the old mail; the first ones name the author.
FROM_LABELS = frozenset({
    "from", "de", "von", "da", "van", "от", "发件人", "寄件者", "差出人", "من", "от кого", "od",
    "från", "fra", "lähettäjä",
    "보낸 사람", "expéditeur", "отправитель", "kimden", "gönderen", "message du", "feladó",
    "από", "מאת", "از", "від", "reply-to",
})  # fmt: skip
OTHER_LABELS = frozenset({
    "sent", "date", "to", "subject", "cc",
    "envoyé", "envoyé le", "date d'envoi", "à", "objet", "sujet", "copie à", "répondre à",
    "enviado", "enviado el", "fecha", "para", "asunto",
    "отправлено", "дата", "кому", "тема", "копия", "дата отправки",
    "发送时间", "日期", "时间", "收件人", "抄送", "主题", "寄件日期", "收件者", "副本", "主旨",
    "تاريخ الإرسال", "التاريخ", "إلى", "الموضوع", "نسخة",
    "gesendet", "datum", "an", "betreff", "kopie", "inviato", "a", "oggetto", "data",
    "verzonden", "aan", "onderwerp",
    "enviada em", "assunto", "wysłano", "do", "temat", "dw", "skickat", "till", "ämne",
    "sendt", "til", "emne", "dato",
    "lähetetty", "vastaanottaja", "aihe", "päivämäärä", "送信日時", "宛先", "件名", "보낸 날짜", "받는 사람", "제목",
})  # fmt: skip

# What stands between dashes above an old mail.
ORIGINAL = (
    "original message", "forwarded message", "original appointment",
    "message d'origine", "message original",
    "message transféré", "message transmis", "mensaje original", "mensaje reenviado", "исходное сообщение",
    "пересылаемое сообщение", "пересланное сообщение", "оригинальное сообщение", "原始邮件",
    "原始郵件", "转发邮件", "轉寄",
    "转发的邮件", "الرسالة الأصلية", "رسالة أصلية", "رسالة معاد توجيهها",
    "ursprüngliche nachricht", "weitergeleitete nachricht",
    "originalnachricht", "messaggio originale", "oorspronkelijk bericht",
    "mensagem original", "oprindelig meddelelse",
    "ursprungligt meddelande", "wiadomość oryginalna", "alkuperäinen viesti",
    "oprindelig besked", "original besked", "reply message",
)  # fmt: skip
FORWARDED = (
    "begin forwarded message:", "début du message réexpédié", "inicio del mensaje reenviado",
    "начало переадресованного сообщения",
)  # fmt: skip

# Lines that a phone or a program adds below the text; matched at the start of a short last line.
SENT_FROM = (
    "sent from my iphone", "sent from my ipad", "sent from my android",
    "sent from my mobile", "sent from my phone",
    "sent from my blackberry", "sent from my samsung", "sent from my galaxy",
    "sent from my verizon", "sent from my huawei",
    "sent from my windows phone", "sent from outlook", "sent from mail for windows", "sent from yahoo mail",
    "sent from proton", "sent from typeapp", "sent via", "get outlook for", "sent with proton",
    "envoyé de mon", "envoyé depuis mon", "envoyé à partir de", "envoyé depuis outlook",
    "enviado desde mi", "enviado de mi", "enviado desde outlook", "obtener outlook para",
    "отправлено с", "отправлено из", "发自我的", "从我的", "發自我的", "أُرسلت من", "أرسلت من", "مرسل من",
    "von meinem", "gesendet mit", "gesendet von", "inviato da", "enviado do meu",
    "verzonden vanaf", "skickat från",
)  # fmt: skip
