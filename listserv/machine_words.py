"""How mail programs of 58 languages begin the subject of an automatic reply; NFKC, folded case.

A subject that begins so and goes on with a mark of its own (a colon, a dash, a bracket) or ends there is a program's.
Words that people begin a subject with too count only where something else speaks for a program.
"""

SUBJECTS: dict[str, tuple[str, ...]] = {
    "en": (
        "automatic reply", "autoreply", "out of office", "out of the office", "auto-reply", "auto reply",
        "auto response", "auto-response", "automated reply", "automated response", "autoresponse", "autoresponder",
        "out of office autoreply", "out of office reply", "out-of-office", "vacation reply", "vacation response",
        "vacation message", "vacation notice", "away message", "automatic email reply", "auto-generated reply",
    ),
    "fr": (
        "réponse automatique", "absence du bureau", "message d'absence", "absent du bureau", "réponse auto",
        "réponse automatisée", "reponse automatique", "répondeur automatique", "notification d'absence",
    ),
    "es": (
        "respuesta automática", "fuera de la oficina", "fuera de oficina", "respuesta automatica",
        "contestación automática", "autorespuesta", "respuesta de fuera de oficina",
    ),
    "pt": (
        "resposta automática", "fora do escritório", "resposta automatica", "fora do escritorio",
        "resposta de ausência",
    ),
    "de": (
        "automatische antwort", "abwesenheitsnotiz", "automatische rückantwort", "automatische rückmeldung",
        "automatische email-antwort", "abwesenheitsagent", "abwesenheitsnachricht", "abwesenheitsassistent",
        "ausser haus", "nicht im büro", "autoantwort", "auto-antwort", "automatische abwesenheitsnotiz",
        "urlaubsbenachrichtigung",
    ),
    "it": (
        "risposta automatica", "fuori ufficio", "risposta automatica fuori sede", "risponditore automatico",
        "fuori dall'ufficio", "assenza dall'ufficio",
    ),
    "nl": (
        "automatisch antwoord", "afwezigheidsassistent", "automatische reactie", "afwezigheidsbericht",
        "niet op kantoor",
    ),
    "sv": ("autosvar", "automatiskt svar", "frånvaromeddelande", "ej på kontoret"),
    "da/no": ("automatisk svar", "fraværsmelding", "fraværsmeddelelse", "ikke på kontoret", "fraværsassistent"),
    "fi": ("automaattinen vastaus", "poissaoloilmoitus", "automaattivastaus", "poissa toimistosta"),
    "is": ("sjálfvirkt svar", "sjálfvirk svörun"),
    "pl": ("automatyczna odpowiedź", "autoodpowiedź", "odpowiedź automatyczna", "automatyczna odpowiedz"),
    "cs": ("automatická odpověď", "mimo kancelář", "automatická odpověď v nepřítomnosti", "nepřítomnost v kanceláři"),
    "sk": ("automatická odpoveď", "mimo kancelárie"),
    "sl": ("samodejni odgovor", "samodejno sporočilo"),
    "hr/bs": ("automatski odgovor", "izvan ureda"),
    "sr": ("аутоматски одговор",),
    "hu": ("automatikus válasz", "házon kívül", "automatikus valasz", "irodán kívül"),
    "ro": ("răspuns automat", "în afara biroului", "raspuns automat", "în afara serviciului"),
    "bg": ("автоматичен отговор", "извън офиса"),
    "mk": ("автоматски одговор",),
    "el": ("αυτόματη απάντηση", "εκτόσ γραφείου"),
    "tr": ("otomatik yanıt", "ofis dışında", "otomatik cevap", "ofis dışı", "otomatik yanit"),
    "ru": (
        "автоматический ответ", "автоответ", "вне офиса", "отсутствие на рабочем месте", "автоматическая отправка",
    ),
    "uk": ("автоматична відповідь", "автовідповідь", "поза офісом"),
    "be": ("аўтаматычны адказ",),
    "ka": ("ავტომატური პასუხი",),
    "hy": ("ավտոմատ պատասխան",),
    "kk": ("автоматты жауап",),
    "zh-Hans": ("自动回复", "自動回复", "不在办公室", "外出自动回复", "自动答复", "自动应答", "自动回复通知"),
    "zh-Hant": ("自動回覆", "不在辦公室", "自動回復", "自動答覆", "自動回應"),
    "ja": (
        "自動応答", "自動返信", "不在通知", "不在のお知らせ", "自動返答",
        "自動送信", "自動応答メール", "自動返信メール", "不在応答",
    ),
    "ko": (
        "자동 회신", "자동 응답", "부재 중", "자동회신", "자동응답",
        "부재중", "부재중 자동 회신", "자동 답장", "자동답장",
    ),
    "ar": ("رد تلقائي", "الرد التلقائي", "خارج المكتب", "رد آلي", "رد تلقائى", "رد آلى", "الرد الآلي"),
    "fa": ("پاسخ خودکار", "پاسخ خودكار"),
    "he": ("תשובה אוטומטית", "מענה אוטומטי", "מחוץ למשרד", "מענה אוטומאטי"),
    "ur": ("خودکار جواب",),
    "hi": ("स्वचालित उत्तर", "स्वतः उत्तर"),
    "bn": ("স্বয়ংক্রিয় উত্তর",),
    "ne": ("स्वचालित जवाफ",),
    "id": ("balasan otomatis", "jawaban otomatis"),
    "ms": ("balasan automatik",),
    "vi": ("trả lời tự động", "thư trả lời tự động"),
    "th": ("ตอบกลับอัตโนมัติ", "การตอบกลับอัตโนมัติ"),
    "km": ("ឆ្លើយតបដោយស្វ័យប្រវត្តិ",),
    "lo": ("ຕອບກັບອັດຕະໂນມັດ",),
    "my": ("အလိုအလျောက်",),
    "mn": ("автомат хариу",),
    "sw": ("jibu la kiotomatiki",),
    "am": ("ራስ-ሰር ምላሽ",),
    "so": ("jawaab otomaatig ah",),
    "lt": ("automatinis atsakymas", "automatinis atsakas"),
    "lv": ("automātiska atbilde",),
    "et": ("automaatvastus", "automaatne vastus", "kontorist väljas"),
    "sq": ("përgjigje automatike",),
    "ca": ("resposta automàtica", "fora de l'oficina"),
    "eu": ("erantzun automatikoa", "bulegotik kanpo"),
    "gl": ("resposta automática", "fóra da oficina"),
}  # fmt: skip
# Words that people use as well.
WEAK = (
    "auto", "ooo", "vacation", "away from office", "automatic response", "message automatique", "ausente",
    "mensaje automático", "ausência temporária", "mensagem automática", "abwesend", "abwesenheit", "fuori sede",
    "messaggio automatico", "afwezig", "niet aanwezig", "frånvaro", "frånvarande", "automatiskt meddelande",
    "ikke til stede", "fraværende", "automatisk besked", "poissa", "poza biurem", "nieobecność", "odsoten",
    "нет на работе", "автоматическое уведомление", "нет на месте", "автоматическое сообщение", "я в отпуске", "外出",
    "休假", "外出中", "休暇", "不在", "הודעה אוטומטית", "ne biure",
)  # fmt: skip
