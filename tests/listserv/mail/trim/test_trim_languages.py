"""Replies as the main mail programs make them, in the languages of the network's members."""

import json
import re

import pytest

from listserv.mail.trim.signatures import is_phone_line
from listserv.mail.trim.trimming import trim

NAME, ADDRESS = "Boris Horvat", "boris@people.example"
MAIL = f"{NAME} <{ADDRESS}>"
OWN = "My own words.\nThey have two lines."
QUOTE = "> Old words of Boris.\n>\n> More of them.\n"
BARE = "\nOld words of Boris.\n\nMore of them.\n"

# Gmail's line, Apple's or Thunderbird's, as they are: with the weekdays and the punctuation of each.
INTROS = {
    "en": [f"On Tue, May 3, 2026 at 10:02 AM {MAIL} wrote:", f"On 3 May 2026, at 10:02, {MAIL} wrote:"],
    "fr": [f"Le mar. 3 mai 2026 à 10:02, {MAIL} a écrit :", f"Le 3 mai 2026 à 10:02, {MAIL} a écrit :"],
    "es": [
        f"El mar, 3 may 2026 a las 10:02, {NAME} (<{ADDRESS}>) escribió:",
        f"El 3 may 2026, a las 10:02, {MAIL} escribió:",
    ],
    "pt": [
        f"Em ter., 3 de mai. de 2026 às 10:02, {MAIL} escreveu:",
        f"{MAIL} escreveu no dia terça, 3/05/2026 à(s) 10:02:",
        f"No dia 3 de maio de 2026, às 10:02, {MAIL} escreveu:",
    ],
    "de": [f"Am Di., 3. Mai 2026 um 10:02 Uhr schrieb {MAIL}:", f"Am 03.05.2026 um 10:02 schrieb {MAIL}:"],
    "it": [f"Il giorno mar 3 mag 2026 alle ore 10:02 {MAIL} ha scritto:", f"Il 03/05/2026 10:02, {MAIL} ha scritto:"],
    "nl": [
        f"Op di 3 mei 2026 om 10:02 schreef {MAIL}:",
        f"Op 3 mei 2026, om 10:02 heeft {MAIL} het volgende geschreven:",
    ],
    "sv": [f"Den tis 3 maj 2026 kl 10:02 skrev {MAIL}:", f"3 maj 2026 kl. 10:02 skrev {MAIL}:"],
    "da": [f"Den tirs. 3. maj 2026 kl. 10.02 skrev {MAIL}:", f"Den 3. maj 2026 kl. 10.02 skrev {MAIL}:"],
    "no": [f"tir. 3. mai 2026 kl. 10:02 skrev {MAIL}:", f"På 3 mai 2026 på 10:02:18, {NAME} ({ADDRESS}) skrev:"],
    "fi": [f"ti 3. toukok. 2026 klo 10.02 {NAME} ({ADDRESS}) kirjoitti:", f"{MAIL} kirjoitti 3.5.2026 kello 10.02:"],
    "is": [f"Þann þri., 3. maí 2026 kl. 10:02 skrifaði {MAIL}:"],
    "et": [f"Kuupäev T, 3. mai 2026 kell 10:02 kirjutas {MAIL}:"],
    "lv": [f"otrd., 2026. g. 3. maijs, plkst. 10:02 — lietotājs {NAME} (<{ADDRESS}>) rakstīja:"],
    "lt": [f"2026-05-03, an, 10:02 {MAIL} rašė:"],
    "pl": [
        f"wt., 3 maj 2026 o 10:02 {MAIL} napisał(a):",
        f"Wiadomość napisana przez {MAIL} w dniu 3 maj 2026, o godz. 10:02:",
    ],
    "cs": [f"út 3. 5. 2026 v 10:02 odesílatel {MAIL} napsal:", f"3. 5. 2026 v 10:02, {MAIL}:"],
    "sk": [f"ut 3. 5. 2026 o 10:02 {MAIL} napísal(a):", f"Dňa 3. 5. 2026 o 10:02 {MAIL} napísal:"],
    "hr": [f"uto, 3. svi 2026. u 10:02 {MAIL} napisao je:"],
    "sr": [f"уто, 3. мај 2026. у 10:02 {MAIL} је написао/ла:"],
    "sl": [f"V V tor., 3. maj 2026 ob 10:02 je oseba {MAIL} napisala:"],
    "hu": [
        f"{MAIL} ezt írta (időpont: 2026. máj. 3., K, 10:02):",
        f"2026. 05. 03. dátummal, 10:02 időpontban {MAIL} írta:",
    ],
    "ro": [f"În mar., 3 mai 2026 la 10:02, {MAIL} a scris:", f"Pe 3 mai 2026, la 10:02, {MAIL} a scris:"],
    "bg": [f"На вт, 3.05.2026 г. в 10:02 {MAIL} написа:"],
    "el": [f"Στις Τρί 3 Μαΐ 2026 στις 10:02 π.μ., ο/η {MAIL} έγραψε:"],
    "tr": [f"{MAIL}, 3 May 2026 Sal, 10:02 tarihinde şunu yazdı:", f"{MAIL} şunları yazdı (3 May 2026 10:02):"],
    "ru": [
        f"вт, 3 мая 2026 г. в 10:02, {MAIL}:",
        f"3 мая 2026 г., в 10:02, {MAIL} написал(а):",
        f"Вторник, 3 мая 2026, 10:02 +03:00 от {MAIL}:",
        f'03.05.2026, 10:02, "{NAME}" <{ADDRESS}>:',
        f"03.05.2026 10:02, {NAME} пишет:",
    ],
    "uk": [f"вт, 3 трав. 2026 р. о 10:02 {MAIL} пише:", f"3 трав. 2026 р. о 10:02 {MAIL} написав(-ла):"],
    "ca": [
        f"Missatge de {MAIL} del dia dt., 3 de maig 2026 a les 10:02:",
        f"El 3 maig 2026, a les 10:02, {MAIL} va escriure:",
    ],
    "gl": [f"O mar, 3 de maio de 2026 ás 10:02, {NAME} (<{ADDRESS}>) escribiu:"],
    "zh-Hans": [
        f"{MAIL} 于2026年5月3日周二 10:02写道：",
        f"在 2026年5月3日，10:02，{MAIL} 写道：",
        f'在 2026-05-03 10:02:13，"{NAME}" <{ADDRESS}> 写道：',
        f'At 2026-05-03 10:02:13, "{NAME}" <{ADDRESS}> wrote:',
    ],
    "zh-Hant": [f"{MAIL} 於 2026年5月3日 週二 上午10:02寫道："],
    "ja": [f"2026年5月3日(火) 10:02 {MAIL}:", f"2026/05/03 10:02、{MAIL}のメール:"],
    "ko": [f"2026년 5월 3일 (화) 오전 10:02, {MAIL}님이 작성:", f"2026. 5. 3. 오전 10:02, {MAIL} 작성:"],
    "ar": [
        "في الثلاثاء، 3 مايو 2026 في 10:02 ص تمت كتابة ما يلي بواسطة "
        f"\u202a{NAME}\u202c\u200f <\u202a{ADDRESS}\u202c\u200f>:",
        f"في ٣ مايو ٢٠٢٦، الساعة ١٠:٠٢ ص، كتب {MAIL}:",
        f"في 3 مايو 2026، الساعة 10:02، كتب/كتبت {MAIL}:",
    ],
    "fa": [f"در تاریخ سه‌شنبه ۳ مهٔ ۲۰۲۶، ۱۰:۰۲ {MAIL} نوشت:"],
    "he": [
        f"\u202bבתאריך יום ג׳, 3 במאי 2026 ב-10:02 מאת \u202a{NAME}\u202c\u200f <\u202a{ADDRESS}\u202c\u200f>:\u202c",
        f"ב-3 במאי 2026, בשעה 10:02, {MAIL} כתב/ה:",
    ],
    "id": [f"Pada tanggal Sel, 3 Mei 2026 pukul 10.02 {MAIL} menulis:"],
    "ms": [f"Pada Sel, 3 Mei 2026 pada 10:02 {MAIL} menulis:"],
    "vi": [
        f"Vào Th 3, 3 thg 5, 2026 vào lúc 10:02 {MAIL} đã viết:",
        f"Vào ngày 3 thg 5, 2026, lúc 10:02, {MAIL} đã viết:",
    ],
    "th": [f"ในวันที่ อ. 3 พ.ค. 2026 เวลา 10:02 {MAIL} เขียนว่า:", f"เมื่อ อ. 3 พ.ค. 2569 เวลา 10:02 {MAIL} เขียนว่า:"],
    "hi": [f"मंगल, 3 मई 2026 को 10:02 पूर्वाह्न बजे को {MAIL} ने लिखा:"],
    "sw": [f"Mnamo Jum, 3 Mei 2026 saa 10:02 {MAIL} aliandika:"],
}
ALL = [(language, intro) for language, intros in INTROS.items() for intro in intros]


def test_introduction_of_every_language_is_folded_with_what_follows():
    missed = []
    for language, intro in ALL:
        wrapped = intro.replace(f" <{ADDRESS}>", f"\n<{ADDRESS}>").replace("<\u202a", "<\n\u202a")
        closed = intro.replace(f"<{ADDRESS}>", f"<{ADDRESS}\n>")
        for shown in (intro, wrapped, closed):
            texts = [f"{OWN}\n\n{shown}{below}" for below in (f"\n{QUOTE}", f"\n\n{QUOTE}", BARE)]
            missed += [(language, text) for text in texts if trim(text).visible.strip() != OWN]
    assert missed == []


def test_answers_below_and_between_stay_in_every_language():
    lost = []
    for language, intro in ALL:
        texts = (
            f"{intro}\n{QUOTE}\n{OWN}\n",
            f"{intro}\n\n{QUOTE}\n{OWN}\n\n> Next.\n\n{OWN}\n",
            f"Hello,\n\n{intro}\n{QUOTE}\n{OWN}\n",
        )
        lost += [(language, text) for text in texts if trim(text).visible != text]
    assert lost == []


def test_handmade_table_of_introductions_is_met(corpus):
    table = json.loads((corpus / "handmade" / "locale_tables.json").read_text())["quote_intro"]
    assert len(table) == 30
    missed = []
    for language, forms in table.items():
        for form in forms.split("  |  "):
            for date in ("3.5.2026 10:02", "2026-05-03, 10:02"):
                intro = form.format(date=date, name=NAME, addr=ADDRESS)
                missed += [
                    (language, intro)
                    for below in (QUOTE, BARE)
                    if trim(f"{OWN}\n\n{intro}\n{below}").visible.strip() != OWN
                ]
    assert missed == []


def blocks(corpus):
    """Give each language's header block as Outlook writes it."""
    table = json.loads((corpus / "handmade" / "locale_tables.json").read_text())["outlook_header_block"]
    for language, (sender, sent, to, copy, subject) in table.items():
        colon = "：" if language.startswith(("zh", "ja")) else " :" if language == "fr" else ":"
        values = (MAIL, "3.5.2026 10:02", "Amina Diallo <amina@people.example>", "list@hub.example", "RE: Plan")
        yield (
            language,
            [f"{label}{colon} {value}" for label, value in zip((sender, sent, to, copy, subject), values, strict=True)],
        )


def test_header_block_of_every_language_is_folded(corpus):
    by_language = dict(blocks(corpus))
    assert len(by_language) == 25
    missed = []
    for language, lines in by_language.items():
        starred = [re.sub(r"^([^:：]*[:：])", r"*\1*", line) for line in lines]
        for shown in (
            "\n".join(lines),
            "\n".join(lines[:2] + lines[2:3] + lines[4:]),
            "\n".join(starred),
            "\n\n".join(lines),
            f"{'_' * 32}\n" + "\n".join(lines),
            "\n".join([lines[1], lines[0], *lines[2:]]),
            "\n".join("> " + line for line in lines),
        ):
            below = BARE if not shown.startswith(">") else f"\n{QUOTE}"
            if trim(f"{OWN}\n\n{shown}\n{below}").visible.strip() != OWN:
                missed.append((language, shown))
    assert missed == []


ORIGINALS = [
    "-----Original Message-----", "-------- Original Message --------", "----- Original Message -----",
    "-----Message d'origine-----",
    "-------- Message original --------", "-----Mensaje original-----", "-----Mensagem original-----",
    "-----Ursprüngliche Nachricht-----", "-----Messaggio originale-----", "-----Oorspronkelijk bericht-----",
    "-----Ursprungligt meddelande-----", "-----Oprindelig meddelelse-----", "-----Opprinnelig melding-----",
    "-----Alkuperäinen viesti-----", "-----Wiadomość oryginalna-----", "-----Původní zpráva-----",
    "-----Pôvodná správa-----",
    "-----Eredeti üzenet-----", "-----Исходное сообщение-----", "-----Оригінальне повідомлення-----",
    "-----Αρχικό μήνυμα-----",
    "-----Orijinal Mesaj-----", "-----原始邮件-----", "------------------ 原始邮件 ------------------",
    "------------------&nbsp;原始邮件&nbsp;------------------", "------------------ Original ------------------",
    "-----原始郵件-----", "-----元のメッセージ-----", "-----원본 메시지-----", "-----الرسالة الأصلية-----",
    "-----پیام اصلی-----",
    "-----הודעה מקורית-----", "-----Thư gốc-----", "-----Pesan Asli-----", "*-----Original Message-----*",
]  # fmt: skip


def test_original_message_is_folded_in_every_language():
    blocks = ("", f"From: {MAIL}\nDate: x\n")
    texts = [f"{OWN}\n\n{mark}\n{block}{BARE}" for mark in ORIGINALS for block in blocks]
    assert [text for text in texts if trim(text).visible.strip() != OWN] == []


FORWARDS = [
    "---------- Forwarded message ---------", "-------- Forwarded Message --------", "Begin forwarded message:",
    "---------- Message transféré ---------", "Début du message réexpédié :", "---------- Mensaje reenviado ---------",
    "---------- Weitergeleitete Nachricht ---------", "-------- Пересылаемое сообщение --------",
    "---------- Пересланное сообщение ---------", "---------- 转发的邮件 ---------",
    "---------- رسالة معاد توجيهها ---------",
    "---------- Mensagem encaminhada ---------", "---------- Messaggio inoltrato ---------",
]  # fmt: skip


def test_what_is_passed_on_is_what_its_author_says():
    """Nobody asks readers to look at something that is folded away."""
    for mark in FORWARDS:
        for text in (
            f"{OWN}\n\n{mark}\nFrom: {MAIL}\nDate: 3 May 2026\nTo: x@people.example\n{BARE}",
            f"{mark}\nFrom: {MAIL}\n{BARE}",
            f"{OWN}\n\n{mark}\n\n> From: {MAIL}\n> Date: x\n>\n{QUOTE}",
        ):
            assert trim(text).visible == text
        answered = f"{OWN}\n\nOn 3 May 2026 at 10:02, {MAIL} wrote:\n> {mark}\n> From: x\n{QUOTE}"
        assert trim(answered).visible.strip() == OWN


def test_a_mail_whose_subject_says_so_passes_on_what_a_header_block_announces():
    text = f"{OWN}\n\nFrom: {MAIL}\nSent: 3 May 2026 10:02\nTo: Amina\nSubject: Plan\n{BARE}"
    assert trim(text).visible.strip() == OWN
    assert trim(text, is_forward=True).visible == text


PHONES = [
    "Sent from my iPhone", "Sent from my Samsung Galaxy smartphone.", "Sent from Yahoo Mail on Android",
    "Sent from Mail for Windows",
    "Sent from my Verizon Wireless BlackBerry", "Get Outlook for Android<https://aka.ms/AAb9ysg>",
    "Get Outlook for iOS",
    "[Get Outlook for iOS](https://aka.ms/o0ukef)", "Sent with [Proton Mail](https://proton.me/) secure email.",
    "Sent from my Android device with K-9 Mail. Please excuse my brevity.", "*Sent from my iPad*",
    "Envoyé de mon iPhone", "Envoyé à partir de Outlook pour iOS<https://aka.ms/o0ukef>",
    "Envoyé depuis mon appareil Galaxy",
    "Télécharger Outlook pour Android", "Envoyé à partir de Courrier pour Windows", "Enviado desde mi iPhone",
    "Enviado desde Correo para Windows", "Obtener Outlook para iOS", "Enviado do meu iPhone",
    "Enviado do meu smartphone Samsung Galaxy.",
    "Obter o Outlook para Android", "Von meinem iPhone gesendet",
    "Gesendet von Outlook für Android<https://aka.ms/AAb9ysg>",
    "Gesendet von Mail für Windows", "Von meinem/meiner Galaxy gesendet", "Inviato da iPhone",
    "Scarica Outlook per iOS",
    "Verstuurd vanaf mijn iPhone", "Verzonden vanuit Outlook", "Skickat från min iPhone", "Sendt fra min iPhone",
    "Lähetetty iPhonesta",
    "Sent úr iPhone", "Saadetud minu iPhone'ist", "Nosūtīts no mana iPhone", "Išsiųsta iš mano iPhone",
    "Wysłane z iPhone'a",
    "Odesláno z iPhonu", "Odoslané z iPhonu", "Poslano s mog iPhonea", "Poslano iz mojega iPhona",
    "Az iPhone-omról küldve",
    "Trimis de pe iPhone", "Изпратено от моя iPhone", "Στάλθηκε από το iPhone μου", "iPhone'umdan gönderildi",
    "Отправлено с iPhone",
    "Отправлено из мобильной Почты Mail.ru", "Отправлено из мобильного приложения Яндекс Почты", "Надіслано з iPhone",
    "Enviat des del meu iPhone", "发自我的iPhone", "发自我的小米手机", "从我的 iPhone 发送", "發自我的 iPhone",
    "從我的 iPhone 傳送",
    "获取 Outlook for iOS", "iPhoneから送信", "나의 iPhone에서 보냄", "iOS용 Outlook 다운로드",
    "أُرسلت من الـ iPhone", "مرسل من جهاز Samsung Galaxy الخاص بي.",
    "الحصول على Outlook لـ Android", "ارسال شده از iPhone من", "از iPhone من ارسال شد", "נשלח מה-iPhone שלי",
    "Đã gửi từ iPhone của tôi", "ส่งจาก iPhone ของฉัน",
    "Dikirim dari iPhone saya", "Dihantar dari iPhone saya", "मेरे iPhone से भेजा गया",
    "Imetumwa kutoka kwa iPhone yangu",
]  # fmt: skip


def test_line_of_a_phone_is_folded_in_every_language():
    assert [line for line in PHONES if not is_phone_line(line)] == []
    below = ("", f"\nOn 3 May 2026 at 10:02, {MAIL} wrote:\n{QUOTE}")
    texts = [f"{OWN}\n\n{line}\n{rest}" for line in PHONES for rest in below]
    assert [text for text in texts if trim(text).visible.strip() != OWN] == []


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my desk, which is easier.", "Sent from Geneva, the parcel arrived on Monday.", "Sent by whom?",
        "Envoyé de Genève, le colis est arrivé hier.", "Enviado de Ginebra: ya llegó todo.",
        "Sent from the secretariat to all parties after the meeting of the bureau had ended without a decision",
        "The notification was sent from my iPhone app to all users.", "Wir haben es gestern gesendet", "iPhone",
    ],
)  # fmt: skip
def test_sentence_that_begins_like_a_phones_line_stays(line):
    text = f"{OWN}\n\n{line}\n"
    assert trim(text).visible == text
