"""Words with which mail programs introduce what they quote, in some forty languages.

Everything is compared in lower case and without marks of direction. A row is added with a message
that needs it. What programs and people put below their text is in :mod:`listserv.mail.trim.words`.
"""

# Verbs of the line above a quote: "On 3 May 2026, Ana Pérez <ana@…> wrote:". Those of two words
# come first to the eye.
WROTE = (
    "wrote", "writes", "said", "a écrit", "a ecrit", "écrit", "escribió", "escribio", "va escriure",
    "escribiu", "escreveu", "ha scritto", "scrisse", "a scris", "schrieb", "geschrieben", "schreef",
    "geschreven", "skrev", "skrifaði", "kirjoitti", "napisał(a)", "napisał", "napisała",
    "napisana przez", "napsal(a)", "napsal", "napsala", "napísal(a)", "napísal", "napisao",
    "napisala", "napisal", "je napisao/la", "написао", "написала", "написал", "написал(а)",
    "написал(a)", "написа", "пишет", "pisze", "вы писали", "пише", "написав", "напісаў", "жазды",
    "бичив", "ezt írta", "írta", "rašė", "rakstīja", "kirjutas", "έγραψε", "γράφει", "yazdı",
    "yazmış", "shkroi", "idatzi du", "missatge de", "quoting", "zitat von", "citando",
    "citation de", "menulis", "tulis", "aliandika", "sumulat", "đã viết", "viết", "เขียนว่า",
    "เขียน", "写道", "寫道", "写到", "寫到", "のメール", "のメッセージ", "さんは書きました", "wrote on", "님이 작성", "쓴 글", "작성",
    "썼습니다", "كتب", "كتبت", "تمت كتابة ما يلي", "نوشت", "نوشته", "כתב", "כתבה", "כתב/ה", "نے لکھا",
    "ने लिखा", "লিখেছেন", "எழுதியது", "ले लेख्नुभयो", "писал(а)", "писал", "писала", "ha escrit",
    "idatzi zuen", "napisal(a)", "je napisao", "va escriure", "sumulat", "ጻፈ", "დაწერა", "գրեց",
    "ጽፏል", "បានសរសេរ", "ຂຽນ", "ရေးသားခဲ့သည်",
)  # fmt: skip

# Those of them that stand before the name: "Am Dienstag schrieb Boris Horvat:".
VERB_FIRST = frozenset(
    {"schrieb", "schreef", "skrev", "skrifaði", "kirjutas", "كتب", "كتبت", "نوشت"}
)

# Ends of those that stand before the date: "Ana Pérez a écrit le 3 mai 2026 :".
BEFORE_DATE = frozenset({
    "wrote", "écrit", "escribió", "escreveu", "scritto", "scris", "schrieb", "schreef", "skrev",
    "kirjoitti", "napisał", "napsal", "написал", "пишет", "yazdı", "írta", "писал", "писали",
    "idatzi",
})  # fmt: skip

# Openers of such a line when it is broken over several.
OPENERS = (
    "on ", "at ", "le ", "el ", "em ", "no dia ", "am ", "il ", "in data ", "op ", "den ", "på ",
    "dnia ", "w dniu ", "в ", "во ", "на ", "on\xa0", "le\xa0", "في ", "بتاريخ ", "در ", "בתאריך ",
    "ב-", "在", "于", "於", "dne ", "dňa ", "o ", "pe ", "în ", "στις ", "pada ", "vào ", "ngày ",
    "ในวันที่ ", "เมื่อ ", "kuupäev", "mnamo ", "v v ", "vv ", "missatge de", "wiadomość napisana",
    "message de ", "mensaje de ", "noong ",
)  # fmt: skip

# Labels of the header block that Outlook and others put above an old message, by what they name.
# What a program calls sent and people do not is another kind than a date: people write of travels
# from, to and when.
FROM, SENT, DATE, TO, CC, SUBJECT, OTHER, RAW = (
    "from",
    "sent",
    "date",
    "to",
    "cc",
    "subject",
    "other",
    "raw",
)
_LABELS = {
    FROM: (
        "from", "de", "de la", "von", "da", "van", "från", "fra", "lähettäjä", "frá", "saatja",
        "no", "nuo", "od", "odesílatel", "odosielateľ", "šalje", "pošiljatelj", "pošiljalac",
        "шаље", "пошиљалац", "feladó", "expéditeur", "remitente", "remetente", "mittente",
        "absender", "afzender", "avsändare", "afsender", "avsender", "expeditor", "от", "от кого",
        "отправитель", "від", "від кого", "ад", "подател", "από", "αποστολέας", "kimden",
        "gönderen", "nga", "发件人", "寄件者", "寄件人", "發件人", "差出人", "送信者", "보낸 사람", "보낸사람", "발신", "من",
        "المرسل", "از", "فرستنده", "מאת", "từ", "người gửi", "จาก", "ผู้ส่ง", "dari", "daripada",
        "pengirim", "प्रेषक", "से", "kutoka", "mula kay", "nork", "გამომგზავნი", "ից", "кімнен",
    ),
    SENT: (
        "sent", "sent on", "sent at", "date sent", "envoyé", "envoyé le", "date d'envoi",
        "message du", "enviado", "enviados", "enviado el", "enviado em", "enviada em", "enviada",
        "enviada el", "fecha de envío", "data de envio", "enviat", "enviat el", "trimis", "inviato",
        "inviato il", "data invio", "gesendet", "gesendet am", "verzonden", "verzonden op",
        "skickat", "datum skickat", "sendt", "lähetetty", "sent", "saadetud", "saatmisaeg",
        "nosūtīts", "išsiųsta", "wysłano", "wysłane", "odesláno", "odoslané", "poslano", "poslato",
        "послато", "elküldve", "küldve", "отправлено", "дата отправки", "отправлена", "надіслано",
        "дата надсилання", "адпраўлена", "изпратено", "εστάλη", "στάλθηκε", "gönderildi",
        "gönderme tarihi", "dërguar", "发送时间", "发送日期", "发件日期", "寄件日期", "傳送日期", "傳送時間", "送信日時",
        "보낸 날짜", "보낸날짜", "تاريخ الإرسال", "تم الإرسال", "أرسلت", "ارسال شده", "نשלח", "נשלח",
        "đã gửi", "gửi", "ngày gửi", "ส่งเมื่อ", "ส่ง", "dikirim", "terkirim", "dihantar",
        "भेजा गया", "imetumwa", "ipinadala", "bidalia",
    ),
    DATE: (
        "date", "fecha", "data", "datum", "dato", "päivämäärä", "päiväys", "pvm", "dagsetning",
        "kuupäev", "datums", "dátum", "датум", "дата", "ημερομηνία", "tarih", "日期", "时间", "時間",
        "日時", "日付", "날짜", "التاريخ", "تاريخ", "تاریخ", "תאריך", "ngày", "วันที่", "tanggal",
        "tarikh", "दिनांक", "तारीख", "tarehe", "petsa",
    ),
    TO: (
        "to", "à", "a", "pour", "para", "per a", "către", "an", "aan", "till", "til",
        "vastaanottaja", "saaja", "kam", "kada", "do", "komu", "za", "prima", "прима", "címzett",
        "destinataire", "destinataires", "destinatario", "destinatário", "empfänger", "кому",
        "каму", "получатель", "до", "προς", "kime", "alıcı", "për", "收件人", "收件者", "宛先", "받는 사람",
        "받는사람", "수신", "إلى", "المرسل إليه", "به", "אל", "đến", "tới", "người nhận", "ถึง", "kepada",
        "को", "प्रति", "प्राप्तकर्ता", "kwa", "para kay", "nori", "viðtakandi",
    ),
    CC: (
        "cc", "c.c.", "cci", "bcc", "copie", "copie à", "copia", "con copia", "com cópia", "cópia",
        "kopie", "kopia", "kopi", "kopio", "kópía", "kopija", "копија", "dw", "udw", "másolat",
        "másolatot kap", "копия", "копія", "копие", "копія", "κοιν.", "κοιν", "κοινοποίηση",
        "bilgi", "抄送", "副本", "密件副本", "참조", "نسخة", "نسخة إلى", "رونوشت", "עותק", "đồng gửi",
        "สำเนา", "สำเนาถึง", "tembusan", "salinan", "nakala", "प्रतिलिपि", "vk",
    ),
    SUBJECT: (
        "subject", "re", "objet", "sujet", "asunto", "assunto", "assumpte", "subiect", "subiectul",
        "betreff", "onderwerp", "ämne", "emne", "aihe", "efni", "teema", "temats", "tēma", "tema",
        "temat", "předmět", "predmet", "naslov", "zadeva", "предмет", "тема", "тэма", "относно",
        "tárgy", "oggetto", "θέμα", "konu", "subjekti", "主题", "主題", "主旨", "件名", "제목", "الموضوع",
        "موضوع", "נושא", "הנדון", "chủ đề", "tiêu đề", "เรื่อง", "หัวข้อ", "perihal", "subjek",
        "विषय", "mada", "paksa", "gaia", "dalykas",
    ),
    RAW: (
        "message-id", "received", "return-path", "mime-version", "content-type", "delivered-to",
        "x-mailer", "user-agent", "content-transfer-encoding", "dkim-signature",
        "authentication-results",
    ),
    OTHER: (
        "reply-to", "reply to", "répondre à", "responder a", "antwort an", "ответить", "importance",
        "priority", "sensitivity", "attachments", "attachment", "pièces jointes", "datos adjuntos",
        "anlagen", "allegati", "вложения", "المرفقات", "organization", "mailed-by", "signed-by",
        "附件", "重要性", "importancia", "wichtigkeit",
    ),
}  # fmt: skip
LABELS: dict[str, str] = {label: kind for kind, labels in _LABELS.items() for label in labels}

# What stands between dashes above an old message that is answered.
ORIGINAL = (
    "original message", "original", "original appointment", "original email", "reply message",
    "message d'origine", "message original", "mail original", "message initial",
    "courriel original", "mensaje original", "missatge original", "mensagem original",
    "mensaxe orixinal", "mesaj original", "mesajul original", "messaggio originale",
    "messaggio originario", "ursprüngliche nachricht", "originalnachricht", "ursprüngliche mail",
    "original-nachricht", "oorspronkelijk bericht", "origineel bericht", "originele bericht",
    "oprindelig meddelelse", "oprindelig besked", "original besked", "opprinnelig melding",
    "original melding", "ursprungligt meddelande", "originalmeddelande", "alkuperäinen viesti",
    "upprunaleg skilaboð", "algne sõnum", "sākotnējais ziņojums", "pirminis laiškas",
    "wiadomość oryginalna", "oryginalna wiadomość", "původní zpráva", "původní e-mail",
    "pôvodná správa", "izvorna poruka", "originalna poruka", "оригинална порука",
    "izvirno sporočilo", "eredeti üzenet", "исходное сообщение", "оригинальное сообщение",
    "исходное письмо", "первоначальное сообщение", "оригінальне повідомлення",
    "вихідне повідомлення", "оригинално съобщение", "αρχικό μήνυμα", "orijinal mesaj",
    "özgün ileti", "原始邮件", "原邮件", "原始郵件", "原始信件", "元のメッセージ", "オリジナル メッセージ", "원본 메시지", "원본 이메일",
    "원본 메일", "원본메시지", "الرسالة الأصلية", "رسالة أصلية", "پیام اصلی", "ההודעה המקורית",
    "הודעה מקורית", "thư gốc", "tin nhắn gốc", "ข้อความเดิม", "ข้อความต้นฉบับ", "pesan asli",
    "mesej asal", "मूल संदेश", "ujumbe asili", "jatorrizko mezua", "replied message", "回复的原邮件",
    "回复原邮件", "original e-mail", "original mail", "original message text",
    "original message follows", "message d’origine", "courrier original", "e-mail d'origine",
    "e-mail original", "correo original", "ursprüngliche e-mail", "original-nachricht",
    "e-mail originale", "mail originale", "oorspronkelijke e-mail", "oorspronkelijke mail",
    "ursprungligt mejl", "originalmeddelelse", "alkuperäinen sähköposti", "původní email",
    "pôvodný e-mail", "eredeti levél", "исходное письмо", "oригинальное письмо", "вихідний лист",
    "αρχικό e-mail", "özgün mesaj", "原邮件信息", "元のメール", "원래 메시지", "البريد الأصلي", "email gốc",
    "email asli", "quoted text", "previous replies", "previous message", "previous messages",
)  # fmt: skip

# Lines that tell of an old message without dashes or a colon.
BARE_MARKS = (
    "original message processed by",
    "inactive hide details for",
    "ursprüngliche nachricht verarbeitet von",
)

# What systems write into the message that is answered: all below the line is theirs.
REPLY_ABOVE = (
    "reply above this line", "reply above the line", "type your reply above this line",
    "write above this line", "répondez au-dessus de cette ligne",
    "répondre au-dessus de cette ligne", "responda por encima de esta línea",
    "escriba su respuesta por encima de esta línea", "responda acima desta linha",
    "antworten sie oberhalb dieser zeile", "antwort oberhalb dieser zeile",
    "напишите ответ выше этой строки", "пишите ответ выше этой линии", "请在此行上方回复", "請在此行上方回覆",
    "اكتب ردك فوق هذا السطر", "الرجاء الرد فوق هذا السطر",
)  # fmt: skip
