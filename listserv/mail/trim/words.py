"""Words that stand below what people write.

They are of their phones, their closings, their lawyers and their lists.
"""

# Beginnings of the line that a phone or a program adds. Such a line is short and is no sentence.
SENT_FROM = (
    "sent from", "sent via", "sent with", "sent using", "sent by", "get outlook for",
    "get the outlook app", "envoyé de mon", "envoyé de", "envoyé depuis", "envoyé à partir",
    "envoyé avec", "envoyé par", "télécharger outlook", "obtenez outlook", "obtenir outlook",
    "provenance : courrier pour", "enviado desde", "enviado de", "enviado con", "enviado por",
    "enviado via", "enviado através", "enviado do", "enviado a partir", "obtener outlook",
    "obtén outlook", "obter o outlook", "baixe o outlook", "descargar outlook", "enviat des",
    "enviat amb", "von meinem", "von meiner", "gesendet mit", "gesendet von", "gesendet über",
    "diese nachricht wurde von meinem", "holen sie sich outlook", "outlook für", "inviato da",
    "inviato dal", "inviato con", "inviato tramite", "ottieni outlook", "scarica outlook",
    "verzonden vanaf", "verzonden vanuit", "verzonden via", "verzonden met", "verstuurd vanaf",
    "verstuurd via", "verstuurd met", "outlook voor", "skickat från", "skickades från",
    "hämta outlook", "sendt fra", "sendt via", "hent outlook", "skaff deg outlook", "lähetetty",
    "hanki outlook", "sent úr", "saadetud minu", "sūtīts no", "nosūtīts no", "išsiųsta iš",
    "wysłane z", "wysłano z", "pobierz program outlook", "odesláno z", "odesláno ze", "odoslané z",
    "získat outlook", "poslano s", "poslano iz", "poslato sa", "послато са", "trimis de pe",
    "trimis din", "elküldve", "dërguar nga", "отправлено с", "отправлено из", "отправлено от",
    "отправлено через", "скачать outlook", "получить outlook", "надіслано з", "відправлено з",
    "завантажити outlook", "изпратено от", "адпраўлена з", "στάλθηκε από", "εστάλη από",
    "λήψη του outlook", "iphone'umdan", "ipad'imden", "发自我的", "从我的", "发自", "发送自", "从 windows",
    "来自 windows", "获取 outlook", "發自我的", "從我的", "來自我的", "來自 windows", "取得 outlook", "下載適用於",
    "outlook for ios を", "outlook for android を", "私の", "나의 iphone", "내 iphone", "iphone에서",
    "ios용 outlook", "android용 outlook", "أُرسلت من", "أرسلت من", "أُرسل من", "أرسل من", "مرسل من",
    "مُرسل من", "تم الإرسال من", "الحصول على outlook", "ارسال شده از", "فرستاده شده از",
    "از iphone", "נשלח מה", "נשלח מ", "קבל את outlook", "đã gửi từ", "được gửi từ", "gửi từ",
    "tải outlook", "ส่งจาก", "dikirim dari", "dihantar dari", "dapatkan outlook", "मेरे iphone",
    "imetumwa kutoka", "ipinadala mula", "-sent from", "- sent from",
)  # fmt: skip
# Those of them that no sentence begins with; with all others a device or a program must be named.
SENT_FROM_MINE = (
    "sent from my ", "sent using my ", "sent with my ", "sent via my ", "envoyé de mon ",
    "envoyé depuis mon ", "envoyé à partir de mon ", "envoyé avec mon ", "enviado de mi ",
    "enviado desde mi ", "enviado con mi ", "enviado do meu ", "enviado de meu ",
    "enviado a partir do meu ", "enviado pelo meu ", "von meine", "inviato dal mio ",
    "inviata dal mio ", "inviato da mio ", "verzonden vanaf mijn ", "verstuurd vanaf mijn ",
    "verzonden vanuit mijn ", "skickat från min ", "skickades från min ", "sendt fra min ",
    "sendt fra mit ", "lähetetty minun ", "saadetud minu ", "wysłane z mojego ",
    "wysłano z mojego ", "odesláno z mého ", "odoslané z môjho ", "poslano s mog",
    "trimis de pe ", "отправлено с моего ", "отправлено с мобил", "надіслано з мого ",
    "στάλθηκε από το ", "εστάλη από το ", "发自我的", "从我的", "發自我的", "從我的", "來自我的", "나의 iphone",
    "내 iphone", "私の", "मेरे iphone", "diese nachricht wurde von mein", "sent from the mobile",
    "sent from a mobile", "sent from mobile", "provenance : courrier", "إرسال من هاتفي",
    "مرسل من هاتفي", "أرسلت من هاتفي", "أُرسلت من هاتفي", "أرسلت من جهاز", "أُرسلت من جهاز",
    "נשלח מה", "imetumwa kutoka",
)  # fmt: skip
# The same where the words stand at the end.
SENT_FROM_END = (
    "gesendet", "gönderildi", "から送信", "から送信されました", "에서 보냄", "에서 전송됨", "에서 보냈습니다",
    "से भेजा गया",
    "ارسال شد", "ارسال شده است", "傳送", "发送", "küldve", "を入手", "다운로드", "beziehen", "herunterladen",
    "downloaden",
)  # fmt: skip
# What the line names where only its end tells of it.
DEVICES = (
    "iphon", "ipad", "android", "samsung", "galaxy", "huawei", "xiaomi", "outlook", "blackberry",
    "smartphone", "windows", "mail", "почт", "proton", "thunderbird", "phone", "tablet", "mobil",
    "device", "appareil", "dispositivo", "gerät", "spark", "k-9", "zimbra", "zoho", "tutanota",
    "aol", "яндекс", "телефон", "smart", "yahoo", "gmail", "telefon", "handy", "mobile", "手机", "手機",
    "スマート", "nokia", "motorola", "oneplus", "oppo", "vivo phone", "realme", "redmi", "lenovo",
    "sony xperia", "google pixel", "celular", "móvil", "móvel", "movil", "téléphone", "telefono",
    "teléfono", "telemóvel", "typeapp", "bluemail", "airmail", "aqua", "mailbird", "em client",
    "fairemail", "nine", "boxer", "gmx", "web.de", "laposte", "rediff", "tutanota", "tuta",
    "hushmail", "mailfence", "fastmail", "邮箱", "郵箱", "信箱", "邮件", "华为", "小米", "荣耀", "三星", "苹果", "网易",
    "foxmail", "qq", "هاتف", "جوال", "آيفون", "موبايل", "네이버", "갤럭시", "휴대폰", "스마트폰", "docomo", "携帯",
)  # fmt: skip
# Apologies that follow it in the same line.
EXCUSES = (
    "please excuse",
    "excuse my",
    "secure email",
    "excusez",
    "disculpe",
    "entschuldige",
    "извините",
)

# A closing that stands alone in its line. Thirty languages and more; without marks at its end.
CLOSINGS = frozenset((
    "regards", "best regards", "kind regards", "warm regards", "warmest regards", "kindest regards",
    "many regards", "with best regards", "with kind regards", "with warm regards", "with regards",
    "best", "best wishes", "with best wishes", "all the best", "cheers", "sincerely",
    "yours sincerely", "sincerely yours", "yours faithfully", "yours truly", "yours",
    "respectfully", "cordially", "thanks", "many thanks", "thank you", "thanks and regards",
    "thanks & regards", "thanks and best regards", "thank you and best regards", "with thanks",
    "with appreciation", "warmly", "in solidarity", "rgds", "br", "kr", "brgds", "bw",
    "cordialement", "bien cordialement", "très cordialement", "sincères salutations", "salutations",
    "meilleures salutations", "bien à vous", "bien à toi", "cdt", "cdlt", "amicalement",
    "respectueusement", "salutations distinguées", "merci", "avec mes salutations", "bonne journée",
    "saludos", "saludos cordiales", "un saludo", "un cordial saludo", "cordialmente", "atentamente",
    "atte", "saludos atentos", "muchas gracias", "gracias", "un abrazo", "muy atentamente",
    "salutacions", "salutacions cordials", "atentament", "atenciosamente", "cumprimentos",
    "melhores cumprimentos", "com os melhores cumprimentos", "cordiais saudações", "att", "abraço",
    "abraços", "obrigado", "obrigada", "saudações", "saúdos", "mit freundlichen grüßen",
    "mit freundlichen grüssen", "mit freundlichem gruß", "freundliche grüße", "freundliche grüsse",
    "viele grüße", "viele grüsse", "beste grüße", "beste grüsse", "herzliche grüße", "liebe grüße",
    "grüße", "gruß", "mfg", "vg", "lg", "hochachtungsvoll", "schöne grüße", "cordiali saluti",
    "distinti saluti", "saluti", "un saluto", "cari saluti", "un cordiale saluto", "grazie",
    "met vriendelijke groet", "met vriendelijke groeten", "vriendelijke groet",
    "vriendelijke groeten", "groeten", "groet", "hartelijke groet", "mvg", "met hartelijke groet",
    "med vänlig hälsning", "med vänliga hälsningar", "vänliga hälsningar", "vänligen", "hälsningar",
    "mvh", "med venlig hilsen", "venlig hilsen", "venlige hilsner", "hilsen", "bedste hilsner",
    "mange hilsner", "kh", "vh", "med vennlig hilsen", "vennlig hilsen", "beste hilsen",
    "ystävällisin terveisin", "terveisin", "parhain terveisin", "yt", "t", "kveðja",
    "bestu kveðjur", "með kveðju", "lugupidamisega", "parimate soovidega", "ar cieņu", "pagarbiai",
    "pozdrawiam", "pozdrawiam serdecznie", "z poważaniem", "z powazaniem", "serdecznie pozdrawiam",
    "pozdrowienia", "s pozdravem", "s pozdravom", "s přáním hezkého dne", "zdravím",
    "lijep pozdrav", "srdačan pozdrav", "s poštovanjem", "lep pozdrav", "pozdrav", "с поштовањем",
    "поздрав", "lp", "üdvözlettel", "tisztelettel", "üdv", "cu respect", "cu stimă",
    "toate cele bune", "me respekt", "с уважением", "с наилучшими пожеланиями", "всего доброго",
    "с приветом", "спасибо", "искренне ваш", "с почтением", "з повагою", "з найкращими побажаннями",
    "с уважение", "поздрави", "з павагай", "құрметпен", "με εκτίμηση", "φιλικά",
    "με φιλικούς χαιρετισμούς", "saygılarımla", "saygılar", "iyi çalışmalar", "selamlar", "此致",
    "此致 敬礼", "祝好", "谢谢", "敬祝", "顺颂商祺", "此致敬禮", "敬上", "謝謝", "順頌商祺", "よろしくお願いします", "よろしくお願いいたします",
    "以上、よろしくお願いいたします", "敬具", "감사합니다", "안녕히 계세요", "مع تحياتي", "تحياتي", "مع أطيب التحيات",
    "مع خالص التحية", "مع التحية", "وتفضلوا بقبول فائق الاحترام", "شكرا", "شكراً", "با احترام",
    "با تشکر", "ارادتمند", "בברכה", "תודה", "בכבוד רב", "trân trọng", "thân ái", "kính thư",
    "ขอแสดงความนับถือ", "ด้วยความนับถือ", "hormat saya", "salam", "salam hormat", "terima kasih",
    "wassalam", "सादर", "धन्यवाद", "शुभकामनाओं सहित", "wako mwaminifu", "shukrani", "asante",
    "lubos na gumagalang", "والسلام", "نیک خواہشات", "agur bero bat",
))  # fmt: skip

# Beginnings of the paragraph that virus scanners, foresters and titles of lawyers make: one word of
# LEGAL proves it.
NOTICES = (
    "confidentiality notice", "confidentiality:", "disclaimer", "important: this e",
    "notice: this e", "please consider the environment", "think before you print",
    "before printing", "save a tree", "diese e-mail wurde von avast",
    "diese e-mail wurde auf viren", "este correo electrónico ha sido comprobado",
    "este e-mail foi verificado", "questa e-mail è stata controllata",
    "deze e-mail is gecontroleerd", "cet e-mail a été vérifié", "ta wiadomość została sprawdzona",
    "tento e-mail byl zkontrolován", "это сообщение проверено на вирусы", "p please consider",
    "virus-free", "this email has been checked", "this e-mail has been checked",
    "this email has been scanned", "this email was scanned", "this message has been scanned",
    "scanned by", "avis de confidentialité", "pensez à l'environnement", "n'imprimez ce",
    "avant d'imprimer", "garanti sans virus", "l'absence de virus", "aviso legal",
    "aviso de confidencialidad", "antes de imprimir", "por favor considere", "libre de virus",
    "vertraulichkeitshinweis", "virenfrei", "bitte prüfen sie, ob", "声明：", "إخلاء مسؤولية",
)  # fmt: skip
# What such a paragraph calls the message that it stands in.
OF_THIS_MAIL = (
    "this e-mail", "this email", "this message", "this mail", "this communication",
    "this transmission", "the e-mail",
    "the email", "the message", "these files", "ce courriel", "ce message", "ce mail",
    "cet e-mail", "cet email",
    "ce document", "este mensaje", "este correo", "este e-mail", "este email", "esta mensagem",
    "este e-mail", "diese e-mail",
    "diese mail", "diese nachricht", "dieser e-mail", "dieser nachricht", "questo messaggio",
    "questa e-mail", "questa mail",
    "dit bericht", "deze e-mail", "wiadomość", "сообщение", "письмо", "письма", "邮件", "電子郵件",
    "メール", "رسالة", "بريد",
    "www.", "http", "intended",
)  # fmt: skip
# Titles that stand alone.
TITLES = ("disclaimer", "confidentiality", "avis de confidentialité", "aviso legal",
    "aviso de confidencialidad",
    "vertraulichkeitshinweis", "virus-free. www", "virus-free.www", "声明", "إخلاء مسؤولية",
    "garanti sans virus. www",
    "libre de virus. www", "virenfrei. www")  # fmt: skip
# Those of lawyers without a title, which may be sentences of the author's: two words prove them.
DISCLAIMERS = (
    "this e-mail and any", "this email and any", "this message and any", "this e-mail message",
    "this e-mail is confidential", "this email is confidential", "this message is confidential",
    "this communication is confidential", "this e-mail may contain", "this email may contain",
    "this message may contain", "this e-mail contains", "this email contains",
    "this message contains", "this message is intended", "this e-mail is intended",
    "this email is intended", "this transmission", "the information contained in this",
    "the information in this e", "the contents of this e", "the content of this e",
    "if you are not the intended", "if you have received this", "ce message et", "ce courriel et",
    "ce message est confidentiel", "ce courriel est confidentiel",
    "les informations contenues dans ce", "este mensaje y", "este mensaje es confidencial",
    "este correo electrónico", "este e-mail", "este mensaje contiene", "este mensaje se dirige",
    "la información contenida en", "esta mensagem", "as informações contidas", "diese e-mail",
    "diese nachricht enthält", "der inhalt dieser", "le informazioni contenute", "questo messaggio",
    "questa e-mail", "de informatie in deze", "dit bericht is", "deze e-mail", "wiadomość ta",
    "niniejsza wiadomość", "ta wiadomość", "настоящее сообщение", "это сообщение и",
    "данное сообщение", "информация, содержащаяся", "данное электронное", "本邮件", "此邮件", "本電子郵件",
    "此電子郵件", "このメールには", "本メール", "이 메일은", "هذه الرسالة", "إن هذه الرسالة", "bu e-posta",
)  # fmt: skip
# What such a paragraph speaks of, so that one of the author's that begins alike stays.
LEGAL = (
    "confidential", "confidencial", "intended", "recipient", "unauthori", "received this",
    "disclos", "privileged", "virus", "viren", "destinatári", "confidenciai", "print", "malware",
    "confidentiel", "destinataire", "erreur", "imprim", "destinatari", "error", "autoriz",
    "vertraulich", "empfänger", "irrtümlich", "riservat", "vertrouwelijk", "geadresseerde", "poufn",
    "adresat", "конфиденциальн", "получател", "адресат", "ошибк", "вирус", "机密", "保密", "收件人", "機密",
    "收件者", "機密情報", "수신", "سري", "المرسل إليه", "المستلم", "gizli",
)  # fmt: skip

# What any such paragraph says that stands below a rule: of the message itself, and what to do with
# it.
OF_MAIL = ("e-mail", "email", "message", "communication", "transmission")
TO_DO = ("delete", "notify", "destroy", "return it")

# What the lines below a rule say that a list, a group or a tracker adds.
FOOTERS = (
    "unsubscribe", "subscribed", "subscription", "reply to this email", "view it on",
    "receiving this", "received this", "visit topic", "links:", "mailing list", "désabonner",
    "désinscri", "liste de diffusion", "darse de baja", "cancelar la suscripción",
    "lista de correo", "cancelar inscrição", "отписаться", "рассылк", "退订", "取消订阅", "邮件列表", "取消訂閱",
    "إلغاء الاشتراك", "القائمة البريدية", "abmelden", "abbestellen", "mailingliste", "disiscri",
    "uitschrijven",
)  # fmt: skip
# Those of them that people hardly write below a rule.
UNSUBSCRIBE = (
    "unsubscribe", "you are subscribed", "to this email", "view it on", "receiving this",
    "received this", "links:",
    "désabonner", "désinscri", "darse de baja", "cancelar la suscripción", "cancelar inscrição",
    "отписаться", "退订",
    "取消订阅", "取消訂閱", "إلغاء الاشتراك", "abmelden", "abbestellen", "disiscri", "uitschrijven",
)  # fmt: skip
# Words that prove it only below the rule of underscores that list programs draw.
LISTS = ("list", "group", "lista", "liste", "verteiler", "группы", "列表", "القائمة")
