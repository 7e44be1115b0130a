# ruff: noqa: E501 - the lines of a report are as long as its program writes them.
"""Reports in more languages and of programs that few have, and those that nothing but their structure tells."""

import base64

from tests.listserv.bounces.rare_shapes import parts
from tests.listserv.bounces.report_writing import CHEN, DIEGO, Case, dsn, plain
from tests.listserv.bounces.shapes import SHAPES

POSTMASTER = "postmaster@far.example"
DSN = SHAPES["rfc 3464"][0]
# Language -> subject and text of Microsoft's servers, without the part for programs that a gateway has lost.
_FAILED = {
    "nl": ("Niet te bezorgen", "Het afleveren van dit bericht aan de volgende geadresseerden of groepen is mislukt:", "Het e-mailadres dat u hebt ingevoerd, kan niet worden gevonden."),
    "fi": ("Ei voi toimittaa", "Toimitus näille vastaanottajille tai ryhmille epäonnistui:", "Antamaasi sähköpostiosoitetta ei löydy."),
    "pl": ("Niedostarczalne", "Dostarczenie do następujących adresatów lub grup nie powiodło się:", "Nie można odnaleźć wprowadzonego adresu e-mail."),
    "hu": ("Kézbesíthetetlen", "A kézbesítés sikertelen a következő címzetteknek vagy csoportoknak:", "A megadott e-mail-cím nem található."),
    "ro": ("Imposibil de livrat", "Livrarea nu a reușit pentru acești destinatari sau pentru aceste grupuri:", "Adresa de e-mail introdusă nu a fost găsită."),
    "el": ("Δεν είναι δυνατή η παράδοση", "Η παράδοση απέτυχε σε αυτούς τους παραλήπτες ή ομάδες:", "Δεν βρέθηκε η διεύθυνση e-mail."),
    "bg": ("Не може да бъде доставено", "Неуспешна доставка до тези получатели или групи:", "Въведеният имейл адрес не е намерен."),
    "th": ("ส่งไม่ได้", "การส่งไปยังผู้รับหรือกลุ่มเหล่านี้ล้มเหลว:", "ไม่พบที่อยู่อีเมลที่คุณป้อน"),
    "vi": ("Không gửi được", "Gửi đến những người nhận hoặc nhóm này không thành công:", "Không tìm thấy địa chỉ email bạn đã nhập."),
    "id": ("Tidak terkirim", "Pengiriman gagal ke penerima atau grup ini:", "Alamat email yang Anda masukkan tidak dapat ditemukan."),
    "sk": ("Nedoručiteľné", "Doručenie nasledujúcim príjemcom alebo skupinám zlyhalo:", "Zadaná e-mailová adresa sa nenašla."),
    "hr": ("Nije isporučivo", "Isporuka ovim primateljima ili grupama nije uspjela:", "Unesena adresa e-pošte nije pronađena."),
    "fa": ("تحویل\u200cنشدنی", "تحویل به این گیرندگان یا گروه\u200cها ناموفق بود:", "نشانی ایمیلی که وارد کردید پیدا نشد."),
    "ca": ("No s'ha pogut lliurar", "No s'ha pogut lliurar el missatge a aquests destinataris o grups:", "No s'ha trobat l'adreça electrònica."),
    "lt": ("Nepristatytas", "Nepavyko pristatyti šiems gavėjams arba grupėms:", "Įvestas el. pašto adresas nerastas."),
    "da": ("Kan ikke leveres", "Levering til følgende modtagere eller grupper mislykkedes:", "Den angivne mailadresse blev ikke fundet."),
    "no": ("Kan ikke leveres", "Levering til disse mottakerne eller gruppene mislyktes:", "Finner ikke e-postadressen du skrev inn."),
}  # fmt: skip
# The notification service of old Windows servers, by language: subject, opening.
_SERVICE = {
    "es": ("Notificación de estado de entrega (Error)", "Error de entrega a los siguientes destinatarios."),
    "de": (
        "Benachrichtung zum Übermittlungsstatus (Fehlgeschlagen)",
        "Übermittlung an folgende Empfänger fehlgeschlagen.",
    ),
    "ja": ("配信状態通知 (失敗)", "次の受信者への配信に失敗しました。"),
    "zh": ("传递状态通知 (失败)", "无法传递到下列收件人。"),
    "ru": ("Уведомление о состоянии доставки (сбой)", "Доставка следующим получателям не удалась."),
}
_AZURE = "Microsoft.Communication.EmailDeliveryReportReceived"
FURTHER: dict[str, Case] = {
    **{
        f"notification service, {language}": (plain(f"{opening}\n\n       {CHEN}\n", sender=POSTMASTER, subject=subject), {CHEN}, set())
        for language, (subject, opening) in _SERVICE.items()
    },
    "amavis": (
        plain(f"A message from <list@lists.hub.example> to:\n-> {CHEN}\n\nwas considered unsolicited bulk e-mail (UBE).\n\n"
              "Delivery of the email was stopped!\n", sender=POSTMASTER, subject="Considered UNSOLICITED BULK EMAIL, apparently from you"),
        {CHEN}, set(),
    ),
    "Azure": (
        plain(f'[{{"eventType":"{_AZURE}","data":{{"recipient":"{CHEN}","status":"Bounced"}}}},'
              f'{{"eventType":"{_AZURE}","data":{{"recipient":"{DIEGO}","status":"Delivered"}}}}]', sender="events@cloud.example", subject="Event"),
        {CHEN}, set(),
    ),
    "Resend": (
        plain(f'{{"type":"email.bounced","data":{{"to":["{CHEN}"],"bounce":{{"type":"Permanent","message":"550"}}}}}}', sender="events@cloud.example", subject="Event"),
        {CHEN}, set(),
    ),
    "Resend, late": (
        plain(f'{{"type":"email.delivery_delayed","data":{{"to":["{CHEN}"]}}}}', sender="events@cloud.example", subject="Event"),
        set(), {CHEN},
    ),
}  # fmt: skip
FAR: dict[str, Case] = {
    **FURTHER,
    **{f"in {language}": (plain(f"{first}\n\n{CHEN}\n{last}\n", sender=POSTMASTER, subject=f"{subject}: [risk] Minutes"), {CHEN}, set()) for language, (subject, first, last) in _FAILED.items()},
    "in a language that nobody reads here": (plain(f"Ntlha e e latelang ga e a fitlhelwa:\n\n{CHEN}\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n", sender=POSTMASTER, subject="Ga e a romelwa: [risk] Minutes"), {CHEN}, set()),
    "domino, in German": (plain(f"Ihre Nachricht\n\n  Betreff: [risk] Minutes\n\nkonnte nicht zugestellt werden an:\n\n  {CHEN}\n\nweil:\n\n  Benutzer chen ({CHEN}) nicht im Domino-Verzeichnis gefunden\n", sender=POSTMASTER, subject="ZUSTELLFEHLER: Benutzer chen nicht im Domino-Verzeichnis gefunden"), {CHEN}, set()),
    "madgoat MX": (plain(f"Note: this message was generated automatically.\n\nAn error occurred during SMTP delivery.\n\nError occurred sending to the following user(s):\n    <{CHEN}> (via inner.far.example):\n       (%MX-F-SMTPERR, 550 unknown user)\n\nMessage follows:\n", sender="Mailer Agent <MX%far.example@far.example>", subject="SMTP delivery error"), {CHEN}, set()),
    "xmail": (plain(f"[00] XMail bounce: Rcpt=[{CHEN}];Error=[550 5.1.1 unknown]\n\n\n[01] Error sending message [12345.67890.host] from [far.example].\n\nMail From: <a@b.example>\nRcpt To:   <{CHEN}>\n", sender=POSTMASTER, subject="Error sending message [12345.host] from [far.example]"), {CHEN}, set()),
    "mmdf": (plain(f"    Your message could not be delivered to\n'{CHEN} (host: far.example) (queue: smtp)' for the following\nreason:  ' Unknown user'\n", sender="Memo Service <mmdf@far.example>", subject="Failed mail  (msg.aa12345)"), {CHEN}, set()),
    "barracuda, in words": (plain(f"Your message to: {CHEN}\nwas blocked by our Spam Firewall. The email you sent with the following subject has NOT BEEN DELIVERED:\n\nSubject: Minutes\n", sender="Spam Firewall <noreply@spam.far.example>", subject="**Message you sent blocked by our bulk email filter**"), {CHEN}, set()),
    "mimecast, late": (plain(f"Email Delivery Warning\n\nThis is a delivery warning notification message indicating that\nan email you addressed to email address :\n-- {CHEN}\n\nhas not yet been delivered. The problem appears to be :\n-- Recipient server unavailable or busy\n\nThe message will continue to be retried.\n", sender="postmaster@mimecast.example", subject="[Postmaster] Email Delivery Warning"), set(), {CHEN}),
    "sendmail, the address alone": (plain(f"   ----- Transcript of session follows -----\nmail: cannot append to /var/mail/chen: disk quota exceeded\n554 {CHEN}... Can't create output: No space left on device\n", subject="Returned mail: Can't create output"), {CHEN}, set()),
    "certified mail of Italy": (plain(f"Avviso di mancata consegna\n\nIl giorno 24/11/2026 alle ore 10:00:00 (+0100) nel messaggio \"Minutes\"\ndestinato all'utente \"{CHEN}\"\nè stato rilevato un errore 5.1.1 - indirizzo non valido.\n", sender="posta-certificata@pec.example", subject="AVVISO DI MANCATA CONSEGNA: Minutes"), {CHEN}, set()),
    "cc:mail": (plain(f"User {CHEN} is not defined\n\nOriginal text follows\n----------\n\nTo: {DIEGO}\n", sender=POSTMASTER, subject="ccMail SMTPLINK Undeliverable Message"), {CHEN}, set()),
    "sohu": (plain(f"您发往 {CHEN} 的邮件被退回。\n\n退信原因：对方邮箱已满\n", sender=POSTMASTER, subject="退信通知"), {CHEN}, set()),
    "hinet": (plain(f"您寄給 {CHEN} 的信件無法投遞。\n\n原因：使用者不存在\n", sender=POSTMASTER, subject="郵件無法投遞"), {CHEN}, set()),
    "biglobe": (plain(f"以下のあて先にメールを配送できませんでした。\n\n  あて先: {CHEN}\n  エラー内容: メールボックスがいっぱいです\n", sender=POSTMASTER, subject="メール配送エラーのお知らせ"), {CHEN}, set()),
    "one reached, one not": (plain(f"Your message was not delivered to the following recipient:\n\n{CHEN}\n\nIt was delivered to:\n\n{DIEGO}\nfatima@else.example\n", subject="Delivery report"), {CHEN}, set()),
    "recipient as ORCPT had it": (dsn("Original-Recipient: rfc822;chen+2Bnews@far.example\nFinal-Recipient: rfc822;chen+news@far.example\nAction: failed\nStatus: 5.1.1"), {"chen+news@far.example"}, set()),
    "a plus of its own": (dsn("Original-Recipient: rfc822;chen+2Bnews@far.example\nFinal-Recipient: rfc822;chen@inner.example\nAction: failed\nStatus: 5.1.1"), {"chen+2Bnews@far.example"}, set()),
    "a report as a file": (parts("Content-Type: text/plain\n\nA message is attached.\n", f"Content-Type: application/octet-stream; name=bounce.eml\nContent-Disposition: attachment; filename=bounce.eml\nContent-Transfer-Encoding: base64\n\n{base64.encodebytes(DSN).decode()}"), {CHEN}, set()),
    "fields as a file of text": (parts("Content-Type: text/plain\n\nYour mail was not delivered. Details are attached.\n", f"Content-Type: text/plain; name=details.txt\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; {DIEGO}\nAction: failed\nStatus: 5.1.1\n", sender=POSTMASTER, subject="Undeliverable: Minutes"), {DIEGO}, set()),
}  # fmt: skip
