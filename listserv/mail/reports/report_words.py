"""The words and marks by which a report written for people shows its recipients."""

import re

# What a line says that asks its reader to write to the address below it.
INVITES = (
    "write", "contact", "send", "reach", "call ", "ask ", "forward", "reply",
    "veuillez", "écri", "adress", "escrib", "diríj", "scriv", "rivolg", "escrev", "wenden",
    "schreib", "kontakt", "neem ", "skriv", "kirjoit", "pisz", "pisać", "pište", "piszt", "írj",
    "scrie", "пиши", "обраща", "связ", "звер", "γράψ", "yazın", "iletişim", "يرجى", "راسل",
    "الكتابة", "تواصل", "بنویس", "לכתוב", "לפנות", "लिखें", "संपर्क", "hubungi", "menulis",
    "andik", "wasiliana", "写信", "联系", "聯絡", "聯繫", "連絡", "보내", "연락", "viết",
    "liên hệ", "пишіть", "כתבו",
)  # fmt: skip
# An SMTP reply that refuses (RFC 5321 §4.2) as programs quote it: with its enhanced code, behind
# the mark of a transcript or a word that says whose it is, or first in a line about a mailbox.
# A number beside a word is none: people write numbers.
REFUSAL = re.compile(
    r"(?<![\d.+/-])[45]\d\d[ -]{1,2}\(?#?[45]\.\d{1,3}\.\d{1,3}(?![\d.])"
    r"|<<<[^\S\n]{0,3}[45]\d\d[ -]"
    r"|\b(?:said|says|replied|responded|respon[sd]e|responds|reply|returned|error|error code|code"
    r"|with|follows|reason)"
    r"[ :'\"=\[(#-]{1,5}[45]\d\d(?=[ -]\D|[\])'\".,;]|$)"
    r"|(?<!\w)#[45]\.\d\.\d{1,3}(?![\d.])"
    r"|^[ \t<(>*-]{0,12}[45]\d\d[ -].{0,80}"
    r"(?:<[^<>@\s]{1,80}@|\buser\b|mailbox|recipient|unknown|relay|quota|reject)",
    re.IGNORECASE | re.MULTILINE,
)
SENTENCE_END = re.compile(r"[.!?؟。！？।]+(?:\s|$)|[。！？]")
# Characters before an address in which a word about it counts most.
NEAR = 16
DECOR = " \t<>\"'`:;,.*-=_~|()[]{}•·+>\u3000\u2022「」『』"
JOINING = " \t,;、，；/|<>&"
# What stands above the copy of what was sent; not "Original message was to …".
ORIGINAL_MESSAGE = ("original message", "the original message")
TELLING_OF_ORIGINAL = ("was", "to", "from")
# A line that begins so, its ornaments left out, begins the copy as well.
COPY_STARTS = (
    "this is a copy of", "below this line", "below is a copy", "here is a copy", "copy of",
    "a copy of", "original message follow", "original message header", "original mail",
    "original message info", "unsent message", "returned message", "returned mail follow",
    "message header", "mail header", "header of the", "message body suppressed",
    "undelivered message", "undelivered mail follow", "start of returned", "start of original",
    "returned content", "message follows", "message text follows", "text of your message",
    "the text of the original", "the header of the original", "headers of the original",
    "message headers follow", "headers follow", "old message", "your original message",
    "the original message follows", "original e-mail follow", "attached is a copy",
    "enclosed is a copy", "included is a copy", "included below", "non-delivered information",
    "mensaje original", "message d'origine", "ursprüngliche nachricht", "originalnachricht",
    "messaggio originale", "mensagem original", "исходное сообщение", "оригинал", "原始邮件", "元のメッセージ",
    "オリジナル", "message to which this report", "first part of the message", "----- original",
    "original text follow", "body of the message", "contents of the message",
)  # fmt: skip
# What stands before the entries of a list.
LIST_MARKS = frozenset({"", "smtp", *(str(number) for number in range(1, 100))})
# A line that is ruled ("--- Returned ---") begins the copy with fewer words.
RULES = ("--", "==", "**", "__", "~~")
RULED_STARTS = ("original", "returned", "header", "attached", "begin ", "unsent", "forwarded")
# With these fields the header of the copy begins.
FIELD_STARTS = (
    "received:", "return-path:", "message-id:", "mime-version:", "x-mailer:", "delivered-to:",
    "dkim-signature:",
)  # fmt: skip
# Who speaks, or may be asked; never who was not reached.
OTHERS = (
    "from:", "mail from", "sender:", "reply-to", "message-id", "return-path", "contact ",
    "contact:", "please ask", "please e-mail", "please email", "please mail", "write to",
    "send mail to", "forward this", "for assistance", "for help", "for further", "for more",
    "help desk", "helpdesk", "questions", "errors-to", "in-reply-to", "references:", "list-",
    "mailto:", "if you need", "von:", "de:", "от:", "sent by", "received from", "delivered-to",
    "envelope-from", "expanded from", "reporting-mta", "postmaster (", "message received from",
    "original sender", "x-", "cc:", "差出人", "送信者", "发件人", "寄件者", "support", "<<< 250", "250 ",
    "250-", "220 ", "mts-id", "logged in as", "postmaster for", "message from", "mail from",
    "on behalf of", "email from", "e-mail from",
)  # fmt: skip
# How such a field begins, blanks left out.
OTHERS_STARTS = tuple(word.strip() for word in OTHERS)
# Local parts of addresses that programs and offices have.
ROLES = frozenset(
    "mailer-daemon postmaster abuse mail-daemon mailerdaemon hostmaster noreply no-reply "
    "listserv majordomo".split()
)
# Words near an address that is one of those not reached.
BEFORE = (
    "recipient", "to:", " to ", "deliver", "user", "address", "unknown", "fail", "undeliver",
    "mailbox", "reject", "account", "for ", "reach", "destin", "empfänger", "адрес", "получател",
    "收件人", "收件者", "宛先", "宛て", "アドレス", "المستلم", "utilisateur", "usuario", "an:", "à ", "a:",
    "invalid", "quota", "full", "exist", "not found", "disabled", "no such", "55", "45", "error",
    "addressee", "发往", "寄給", "寄给", "发给", "發給", "发送到", "傳送到", "送信先", "あて先", "送付先", "받는", "수신",
)  # fmt: skip
# How a line begins that names one of those not reached.
HEADS = (
    "recipient", "addressed to", "final-recipient", "original-recipient", "to:",
    "could not be delivered to", "unknown user", "undeliverable to", "user unknown",
    "delivery failed", "intended recipient", "failed address", "unknown host",
    "user mailbox exceeds", "receiver not found", "failed recipient", "invalid final delivery",
    "undeliverable address", "error-for", "originally addressed to",
)  # fmt: skip
# How a line ends below which those stand who were reached.
ARRIVED_AT = (
    "was delivered to:", "were delivered to:", "been delivered to:", "delivered successfully to:",
    "successfully delivered to:", "did reach:", "was successful to:",
)  # fmt: skip
NOT_ARRIVED_AT = ("not been delivered to:", "n't been delivered to:")
# Lines above an address that is not one of those not reached.
OTHERS_LINE_STARTS = ("from:", "sender", "reply-to", "mail from", "contact")
OTHERS_LINE_ENDS = ("contact:", "from", "sender:")
# Before the name of a recipient without a domain.
NOT_FOUND = "receiver not found:"
# How the end of a paragraph announces the recipients below it.
FOLLOWING = ("to the following:", "following recipient", "following address", "following user")
# Fields that tell which message a report is about, where both stand together.
TO_FIELDS = (
    "to:", "to ", "cc:", "an:", "à :", "à:", "para:", "a:", "кому:", "收件人", "宛先", "إلى",
)  # fmt: skip
SUBJECT_FIELDS = (
    "from:", "mail from", "von:", "de:", "subject", "sent:", "betreff", "gesendet", "objet",
    "envoyé", "asunto", "enviado", "oggetto", "assunto", "тема", "主题", "主旨", "件名", "الموضوع",
)  # fmt: skip
