"""Sentences that read like a notice of lawyers, foresters or telephones are their author's; notices are folded."""

import pytest

from listserv.mail.trim.trimming import trim

ATTRIBUTION = "On Tue, 3 Nov 2026 at 10:02, Boris Horvat <boris@people.example> wrote:\n> Which figures?"
SENTENCES = [
    "This message is confidential until Friday, please do not share it with the press.",
    "Please do not print the annex, it is long.",
    "Unsubscribe from the pilot list if you do not want the reports.",
    "Confidentiality: the intended recipient of the seeds must sign the message.",
    "Before printing the annex, read this message to the end.",
    "If you have received this message twice, tell me about the error in the list.",
    "This e-mail and any of its annexes are confidential until the intended recipient, a minister, received this.",
    "If you are not the intended reviewer of chapter 2, tell me and I shall send the virus chapter elsewhere.",
    "Please consider the environment chapter: print it and send a message.",
    "The information contained in this table is confidential and was received this week; the recipient pays.",
    "Ce message est confidentiel jusqu'à vendredi, merci de ne pas le transmettre au destinataire de la plainte.",
    "Este mensaje es confidencial hasta el viernes, por favor no lo compartan con el destinatario.",
    "Diese Nachricht enthält vertrauliche Zahlen, der Empfänger ist das Ministerium.",
    "Это сообщение и таблица конфиденциальны до пятницы, получатель министерство.",
    "本邮件内容保密，收件人请勿在周五前公开，周五以后可以引用。",
    "هذه الرسالة سرية حتى يوم الجمعة يرجى من المستلم عدم نشرها",
    "Save a tree: this message has the annex as a link https://x.example/annex",
    "Virus-free plants: see www.x.example for the message on virus testing.",
    "Disclaimer: views my own.",
    "Important: this email is to be confidential until the vote.",
    "Notice: this email must be read by the intended recipient of the grant, all of you.",
    "Disclaimer: I was paid by the makers of the virus-resistant papaya, so judge this message accordingly.",
    "Before printing the leaflet we need your environment logo, see the email of Monday.",
    "Please consider the environmental risk before printing the permit.",
    "Please consider the environment in paragraph 3: papers should be printed in message format only if needed.",
    "This email has been checked by the lawyers for errors, virus references included.",
    "This message is confidential and privileged. The trial will be stopped tomorrow.",
    "This message is intended for all Parties, the confidential annex for Parties only.",
    "If you have received this message in error because you are no longer the focal point, please tell me who is.",
    "Este correo electrónico contiene los datos confidenciales de la parcela; no los publiquen sin mi autorización.",
    "Sent by mail on Monday", "Enviado desde Lima", "Envoyé de Dakar", "Отправлено из Москвы",
    "发自日内瓦的样品已到", "أرسلت من جنيف العينات",
    "Get Outlook for the laboratory computers",
]  # fmt: skip
NOTICES = [
    "This e-mail is confidential and may be legally privileged.",
    "This email is intended for the recipient only. If you received this in error, delete it.",
    "If you have received this email in error please notify me immediately and delete it.",
    "Think before you print.", "P Please consider the environment before printing",
    "Ce courriel et les documents joints sont confidentiels. Si vous n'êtes pas le destinataire, merci de le détruire.",
    "Este mensaje contiene información confidencial. Si no es usted el destinatario, no está autorizado a leerlo.",
    "Der Inhalt dieser E-Mail ist vertraulich und ausschließlich für den bezeichneten Empfänger bestimmt.",
    "Niniejsza wiadomość jest poufna i przeznaczona wyłącznie dla adresata.",
    "Настоящее сообщение конфиденциально и предназначено только для адресата.",
    "Esta mensagem pode conter informação confidencial. Se não for o destinatário, por favor apague-a.",
    "Diese E-Mail wurde von Avast auf Viren geprüft.\nwww.avast.com",
    "此電子郵件包含機密資訊，僅供收件者使用。",
    "هذه الرسالة ومرفقاتها سرية وموجهة فقط إلى المرسل إليه. إذا استلمتها بالخطأ يرجى حذفها.",
    "发自网易邮箱大师", "Sent from TypeApp", "Enviado desde mi celular",
]  # fmt: skip


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("rule", ["", "-----\n", "__________\n"])
def test_sentence_that_reads_like_a_notice_stays(sentence, rule):
    text = f"The figures are in the table.\n\n{rule}{sentence}\n"
    assert trim(text).visible == text
    assert trim(f"{text}\n{ATTRIBUTION}\n").visible.startswith(text)


@pytest.mark.parametrize("notice", NOTICES)
def test_notice_is_folded(notice):
    assert trim(f"I agree.\n\n{notice}\n").visible.strip() == "I agree."
    assert trim(f"I agree.\n\n{notice}\n\n{ATTRIBUTION}\n").visible.strip() == "I agree."


@pytest.mark.parametrize("delimiter", ["--", "—-"])
def test_sentence_with_an_address_below_two_dashes_without_a_blank_stays(delimiter):
    text = f"First the field.\n\n{delimiter}\nThe mailing list of the pilot is at https://x.example/ and you may join\n"
    assert trim(text).visible == text
