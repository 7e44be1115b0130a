"""Whole mails as the main programs write them in plain text, and mails that only look alike."""

from listserv.mail.trim.trimming import read_chain, trim

OWN = "Dear all,\n\nI agree with the second option.\n\nAmina"
OLD = "Dear Amina,\n\nWhich option do you prefer?\n\nBoris"
QUOTED = "\n".join(f"> {line}".rstrip() for line in OLD.splitlines())
BORIS = "Boris Horvat <boris@people.example>"

TAILS = {
    "Outlook": f"From: {BORIS}\nSent: Tuesday, May 3, 2026 10:02 AM\nTo: Amina; Ana; Risk list\n"
    f" <risk@lists.example>;\n"
    f" Secretariat\nCc: Zoe\nSubject: RE: Options\nImportance: High\n\n{OLD}",
    "Outlook on the web": f"{'_' * 32}\nFrom: {BORIS}\nSent: Tuesday, May 3, 2026 10:02 AM\nTo: Amina\n"
    f"Subject: Options\n\n{OLD}",
    "Outlook without addresses": f"From: Boris Horvat\nSent: Tuesday, May 3, 2026\nTo: Amina\nSubject: Options\n\n"
    f"{OLD}",
    "Outlook on behalf": f"From: risk-bounces@lists.example "
    f"[mailto:risk-bounces@lists.example] On Behalf Of Boris Horvat\n"
    f"Sent: 03 May 2026 10:02\nTo: Amina\nSubject: Options\n\n{OLD}",
    "Outlook Express": f"----- Original Message ----- \nFrom: \"Boris\" <boris@people.example>\n"
    f"To: <a@people.example>\n"
    f"Sent: Tuesday, May 03, 2026 10:02 AM\nSubject: Options\n\n\n{OLD}",
    "Outlook Express, quoted": f"----- Original Message ----- \nFrom: {BORIS}\nTo: <a@people.example>\n"
    f"Sent: Tuesday, May 03, 2026 10:02 AM\nSubject: Options\n\n\n{QUOTED}",
    "Outlook for Mac": f"From: {BORIS}\nDate: Tuesday, May 3, 2026 at 10:02 AM\nTo: Amina\n"
    f"Subject: Re: Options\n\n{OLD}",
    "Outlook, spaced": f"From: {BORIS}\n\nSent: Tuesday, May 3, 2026 10:02 AM\n\nTo: Amina\n\nSubject: Options\n\n"
    f"{OLD}",
    "Outlook for iOS": f"Get Outlook for iOS<https://aka.ms/o0ukef>\n{'_' * 32}\nFrom: {BORIS}\nSent: Tuesday\n"
    f"To: A\nSubject: x\n\n{OLD}",
    "Hotmail": f"> Date: Tue, 3 May 2026 10:02:13 +0200\n> From: boris@people.example\n> To: a@people.example\n"
    f"> Subject: Options\n>\n{QUOTED}",
    "Hotmail, bare": f"Date: Tue, 3 May 2026 10:02:13 +0200\nSubject: Options\nFrom: boris@people.example\n"
    f"To: a@people.example\n\n{OLD}",
    "a date and a receiver": f"Date: Wed, 16 May 2012 00:15:02 -0600\nTo: amina@people.example\n\n{OLD}",
    "Android": f"-------- Original message --------\nFrom: {BORIS}\nDate: 03/05/2026 10:02 (GMT+02:00)\nTo: Amina\n"
    f"Subject: Options\n\n{OLD}",
    "Android, subject first": f"-------- Original message --------\nSubject: Options\nFrom: {BORIS}\nTo: Amina\n"
    f"CC: \n\n{OLD}",
    "Android, wrote": f"---- Boris Horvat wrote ----\n\n{QUOTED}",
    "BlackBerry": f"Sent from my BlackBerry 10 smartphone.\nFrom: {BORIS}\nSent: Tuesday, May 3, 2026 10:02\n"
    f"To: Amina\n"
    f"Subject: Options\n\n{OLD}",
    "BlackBerry, starred": f"-----Original Message-----\nFrom: {BORIS}\nDate: Tue, 3 May 2026 10:02:13 \n"
    f"To: <a@people.example>\n"
    f"Subject: Options\n\n{OLD}",
    "Gmail, starred": f"*From:* Boris Horvat [mailto:boris@people.example]\n"
    f"*Sent:* Tuesday, May 3, 2026 10:02 AM\n*To:* Amina\n"
    f"*Subject:* Options\n\n\n\n{OLD}",
    "Gmail, long address": f"On Tue, May 3, 2026 at 10:02 AM Boris Horvat of the Ministry of Environment <\n"
    f"boris.horvat.of.the.ministry@environment.people.example> wrote:\n\n{QUOTED}",
    "Gmail, glued": f"On Tue, May 3, 2026 at 10:02 AM, Boris Horvat\n<boris@people.example>wrote:\n\n{QUOTED}",
    "Gmail, old": f"2026/5/3 {BORIS}\n\n{QUOTED}",
    "Gmail, with a zone": f"2026-05-03 10:02 GMT+02:00 {BORIS}:\n\n{QUOTED}",
    "Yahoo": f"    On Tuesday, May 3, 2026 at 10:02:13 AM GMT+2, {BORIS} wrote:  \n \n {OLD}",
    "Yahoo, old": f"--- On Tue, 3/5/26, {BORIS} wrote:\n\nFrom: {BORIS}\nSubject: Options\nTo: a@p.example\n"
    f"Date: Tuesday\n\n{OLD}",
    "AOL": f"-----Original Message-----\nFrom: Boris <boris@people.example>\nTo: amina <a@people.example>\n"
    f"Sent: Tue, May 3, 2026 10:02 am\nSubject: Options\n\n\n{OLD}",
    "Apple Mail": f"> On 3 May 2026, at 10:02, {BORIS} wrote:\n> \n{QUOTED}",
    "Apple Mail, split": f"On 3 May 2026, at 10:02, Boris Horvat\n<boris@people.example>\nwrote:\n\n{QUOTED}",
    "iPhone": f"Sent from my iPhone\n\n> On 3 May 2026, at 10:02, {BORIS} wrote:\n> \n{QUOTED}",
    "iPhone, bare": f"Sent from my iPhone\n\nOn 3 May 2026, at 10:02, {BORIS} wrote:\n\n\ufeff{OLD}",
    "Thunderbird": f"On 03/05/2026 10:02, Boris Horvat wrote:\n{QUOTED}",
    "Thunderbird, German": f"Am 03.05.26 um 10:02 schrieb Boris Horvat:\n{QUOTED}",
    "Thunderbird, via": f"On 03/05/2026 10:02 AM, Boris Horvat via Risk wrote:\n{QUOTED}",
    "Claws": f"On Tue, 3 May 2026 10:02:13 +0200\nBoris Horvat <boris@people.example> wrote:\n\n{QUOTED}",
    "Evolution": f"On Tue, 2026-05-03 at 10:02 +0200, Boris Horvat wrote:\n{QUOTED}",
    "Evolution, German": f"Am Dienstag, dem 03.05.2026 um 10:02 +0200 schrieb Boris Horvat:\n{QUOTED}",
    "KMail": f"On Tuesday, May 3, 2026 10:02:13 AM CEST Boris Horvat wrote:\n{QUOTED}",
    "Thunderbird, name first": f"Boris Horvat wrote on 03/05/2026 10:02:\n{QUOTED}",
    "Thunderbird, name first, German": f"Boris Horvat schrieb am 03.05.2026 um 10:02:\n{QUOTED}",
    "Thunderbird, name first, French": f"Boris Horvat a écrit le 03/05/2026 à 10:02 :\n{QUOTED}",
    "Thunderbird, name first, Italian": f"Boris Horvat ha scritto il 03/05/26 alle 10:02:\n{QUOTED}",
    "eM Client": f'------ Original Message ------\nFrom "Boris" '
    f'<boris@people.example>\nTo a@p.example\nDate 5/3/2026\n\n{OLD}',
    "Superhuman": f"On Tue, May 03, 2026 at 10:02 AM, Boris Horvat < boris@people.example > wrote:\n\n{QUOTED}",
    "Spark": f"On 3 May 2026, 10:02 +0200, {BORIS}, wrote:\n{QUOTED}",
    "Fastmail": f"On Tue, 3 May 2026, at 10:02 AM, Boris Horvat wrote:\n{QUOTED}",
    "Gmail, old German": f"{BORIS} schrieb am Di., 3. Mai 2026 um 10:02:\n\n{QUOTED}",
    "Samsung, Korean": f"-------- 원본 이메일 --------\n발신: {BORIS}\n날짜: 26/5/3 10:02\n수신: Amina\n제목: "
    f"Options\n\n{OLD}",
    "mutt": f"On Tue, May 03, 2026 at 10:02:13AM +0200, Boris Horvat wrote:\n{QUOTED}",
    "Gnus": f"Boris Horvat <boris@people.example> writes:\n\n{QUOTED}",
    "Gnus, name only": f"Boris Horvat writes:\n\n{QUOTED}",
    "Usenet": f"In article <abc@news.example>, {BORIS} writes:\n{QUOTED}",
    "Horde": f"Quoting {BORIS}:\n\n{QUOTED}",
    "Horde, German": f"Zitat von {BORIS}:\n\n{QUOTED}",
    "Zimbra": f"----- Le 3 Mai 26, à 10:02, Boris Horvat boris@people.example a écrit :\n\n{QUOTED}",
    "Zimbra, block": f"----- Mail original -----\nDe: \"Boris\" <boris@people.example>\n"
    f"À: \"Amina\" <a@people.example>\n"
    f"Envoyé: Mardi 3 Mai 2026 10:02:13\nObjet: Options\n\n{OLD}",
    "Zoho": f"---- On Tue, 03 May 2026 10:02:13 +0200 {BORIS} wrote ----\n\n{OLD}",
    "Proton": f"Sent with [Proton Mail](https://proton.me/) secure email.\n\n------- Original Message -------\n"
    f"On Tuesday, May 3rd, 2026 at 10:02, {BORIS} wrote:\n\n\n{QUOTED}",
    "Proton, new": f"On Tuesday, May 3rd, 2026 at 10:02, {BORIS} wrote:\n\n{QUOTED}",
    "Mail.ru": f"Вторник, 3 мая 2026, 10:02 +03:00 от {BORIS}:\n\n{QUOTED}",
    "Mail.ru, bare": f"--\nАмина\n\n\n  \n>Вторник, 3 мая 2026, 10:02 +03:00 от {BORIS}:\n> \n{QUOTED}",
    "Yandex": f'03.05.2026, 10:02, "Boris Horvat" <boris@people.example>:\n\n{QUOTED}',
    "Yandex, bare": f'-- \nОтправлено из мобильного приложения Яндекс Почты\n\n'
    f'03.05.2026, 10:02, "Boris" <b@people.example>:\n\n{OLD}',
    "The Bat": f"3 мая 2026 г., 10:02:13, вы писали:\n\n{QUOTED}",
    "QQ": f"------------------ 原始邮件 ------------------\n发件人: \"Boris\" <boris@people.example>;\n"
    f"发送时间: 2026年5月3日(星期二) 上午10:02\n"
    f"收件人: \"Amina\"<a@people.example>;\n主题: Options\n\n\n\n{OLD}",
    "QQ, English": f"------------------&nbsp;Original&nbsp;------------------\n"
    f"From: &nbsp;\"Boris\"<boris@people.example&gt;;\n"
    f"Date: &nbsp;Tue, May 3, 2026 10:02 AM\nTo: &nbsp;\"Amina\"<a@people.example&gt;;\n\n{OLD}",
    "163": f'At 2026-05-03 10:02:13, "Boris" <boris@people.example> wrote:\n>{OLD}'.replace("\n\n", "\n>\n>"),
    "163, bare": f'在 2026-05-03 10:02:13，"Boris" <boris@people.example> 写道：\n\n{OLD}',
    "Foxmail": f"发件人： Boris\n发送时间： 2026-05-03 10:02\n收件人： Amina\n主题： Options\n{OLD}",
    "Lotus Notes": f"From:\tBoris Horvat/ORG/CH\nTo:\tAmina Diallo/ORG/CH@ORG\nDate:\t03/05/2026 10:02 AM\n"
    f"Subject:\tRe: Options\n\n{OLD}",
    "Lotus Notes, old": f"{BORIS} \n03/05/2026 10:02 AM\n\nTo\nAmina Diallo <a@people.example>\ncc\n\nSubject\n"
    f"Options\n\n\n{OLD}",
    "GMX": f"Gesendet: Dienstag, 03. Mai 2026 um 10:02 Uhr\nVon: {BORIS}\nAn: a@people.example\nBetreff: Options\n"
    f"{OLD}",
    "Orange": f"> Message du 03/05/26 10:02\n> De : {BORIS}\n> A : a@people.example\n> Copie à : \n"
    f"> Objet : Options\n>\n{QUOTED}",
    "a tracker": f"##- Please type your reply above this line -##\n\n{OLD}",
    "a tracker, dashes": f"--- Reply ABOVE THIS LINE to add a note ---\n\n{OLD}",
    "bars": f"On 3 May 2026, Boris Horvat wrote:\n\n{OLD}".replace("Dear Amina,", "| Dear Amina,")
    .replace("Which", "| Which").replace("\n\nBoris", "\n| Boris"),
    "a list's footer": f"On 03/05/2026 10:02, Boris Horvat wrote:\n{QUOTED}\n\n"
    f"_______________________________________________\n"
    "Risk mailing list\nRisk@lists.example\nhttps://lists.example/risk\n",
    "a group's footer": f"{QUOTED}\n\n-- \n"
    f"You received this message because you are subscribed to the Google Groups \"Risk\" group.\n"
    "To unsubscribe from this group, send an email to risk+unsubscribe@groups.example.\n",
    "Groups.io": "-=-=-=-=-=-=-=-=-=-=-=-\nGroups.io Links: You receive all messages sent to this group.\n"
    "View/Reply Online (#12): https://groups.example/message/12\n-=-=-=-=-=-=-=-=-=-=-=-",
    "a disclaimer": "CONFIDENTIALITY NOTICE: This e-mail and any attachments "
    "are for the intended recipient only.\nIf you "
    "have received it in error, please delete it.",
    "a scanner": f"Virus-free. www.avast.com\n\nOn 03/05/2026 10:02, Boris Horvat wrote:\n{QUOTED}",
    "a forester": "P Please consider the environment before printing this e-mail.",
    "a block below a closing": "Kind regards,\n\nAmina Diallo\nProgramme Officer\nMinistry of Environment\n"
    "+221 33 123 45 67\n"
    "www.environment.example",
    "a card below a rule": "—————\nAmina Diallo\nProgramme Officer\n📧 amina@people.example\n📱 +221 33 123 45 67",
    "a disclaimer below a rule": "--------------------\n\nThe information herein is confidential. If you are not "
    "the intended "
    "recipient of this e-mail, please notify us and delete it; any disclosure is prohibited.\n\n--------------------",
    "a disclaimer, French": "Ce message et toutes les pièces jointes sont confidentiels et établis à l'intention "
    "exclusive de leurs\n"
    "destinataires. Toute utilisation non autorisée est interdite.",
    "a disclaimer, Spanish": "AVISO LEGAL: Este mensaje es confidencial y se dirige exclusivamente a su destinatario.",
    "a block, French": "Cordialement,\nAmina Diallo\nChargée de Programme, Ministère\nTél : +221 33 123 45 67",
    "a block, Russian": "С уважением,\nАмина Диалло\nМинистерство Охраны Среды\namina@people.example",
    "a signature and a quote": f"-- \nAmina Diallo\nMinistry of Environment\n\n"
    f"On 03/05/2026 10:02, Boris Horvat wrote:\n{QUOTED}",
    "a signature below a quote": f"On 03/05/2026 10:02, Boris Horvat wrote:\n{QUOTED}\n\n-- \nAmina Diallo\n",
}  # fmt: skip


def test_tail_of_every_program_is_folded():
    missed = []
    for client, tail in TAILS.items():
        text = f"{OWN}\n\n{tail}\n"
        # Nothing changes when lines end with blanks or as on the wire.
        others = {tuple(trim(text.replace("\n", end)).visible.split()) for end in (" \n", "\r\n")}
        if trim(text).visible.strip() != OWN or others != {tuple(OWN.split())}:
            missed.append(client)
    assert missed == []


STAYS = {
    "an answer below a quote": f"On 03/05/2026 10:02, Boris Horvat wrote:\n{QUOTED}\n\n{OWN}\n",
    "an answer below a quote with a block": f"From: {BORIS}\nSent: Tuesday\nTo: Amina\nSubject: x\n\n{QUOTED}\n\n"
    f"{OWN}\n",
    "answers between": f"{OWN}\n\nOn 03/05/2026, Boris wrote:\n{QUOTED}\n\nThe second.\n\n> Why?\n\nIt costs less.\n",
    "answers between without empty lines": "> Will the committee meet on Friday, "
    "as was decided in the plenary yesterday?\nyes\n"
    "> And will everybody who has been invited to the meeting be able to come there?\nnearly all\n> Good.\nThanks!\n",
    "a closing and a name": "I agree.\n\nKind regards,\nAmina\n",
    "a closing, a name and a word more": "I agree.\n\nRegards,\nAmina\nPS: do not forget the meeting\n",
    "a closing and a sentence": "I agree.\n\nThanks,\nI will see to it that everything is ready on Friday.\n",
    "thanks": "I agree.\n\nThanks!\n",
    "a journey": "My flights are\n\nFrom: Geneva\nTo: Nairobi\nDate: 3 May 2026\n\nFrom: Nairobi\nTo: Geneva\n"
    "Date: 9 May\n",
    "a timetable": "The call:\n\nDate: 3 May 2026\nTime: 10:00\nFrom: Geneva\nTo: all members\n",
    "a memorandum": "Dear all,\n\nTo: All Parties\nFrom: The Secretariat\nDate: 3 May 2026\nSubject: Budget\n\n"
    "Please note it.\n",
    "a template": "Please write to them:\n\nTo: office@people.example\nSubject: Accreditation\n\nDear office,\n",
    "a raw header": "This is what I got:\n\nReturn-Path: <a@b.example>\nReceived: from x\n"
    "Date: Tue, 3 May 2026 10:02:13 +0200\n"
    "From: a@b.example\nTo: c@d.example\nSubject: Odd\n\nIs it real?\n",
    "a heading": "Original Message\n\nThe original message of the campaign was clear.\nBut now it is not.\n",
    "a ruled heading": "Notes\n-----\n\nOne.\n\nMore\n====\n\nTwo.\n",
    "a table": "The figures:\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    "bars without an introduction": "A poem\n| one\n| two\n",
    "steps": "- one\n- two\n- three\n",
    "a greater-than": "I mean:\n\n5 > 3\n\nAnd that is all.\n",
    "a date and a colon": "On 3 May 2026 at 10:02 we decided this:\n\nThe plan stands.\n",
    "a sentence that wrote": "As Boris wrote on 3 May 2026 at 10:02:\nthe plan stands. I agree with that.\n",
    "a list of writers": "In 2024 Ana Pérez wrote:\n\nThe plan was good.\n\nIn 2025 she wrote that it was not.\n",
    "an article": "On 12 May 2024 the Minister wrote:\n\nWe shall act.\n\nNothing followed.\n",
    "a confidential matter": "This message contains my vote: yes to the second option.\n",
    "the environment": "Please consider the environment when you plan travels.\nWe shall all come by train.\n" * 2,
    "a matter of the network": "I agree.\n\n-----\n\nThe recipient country was informed of the unauthorised "
    "introduction, in error, "
    "and confidential\ninformation on the intended use was disclosed. Print it.\n",
    "a message on confidentiality": "I agree.\n\nThis message contains my comments on the unauthorised movement.\n",
    "participants": "Participants:\n-----\nAna Pérez\nana@people.example\n",
    "many dashes": "a\n--\nb\n--\n" * 15 + "The end of it all.\n" * 30,
    "a question about lists": "What I need\n\n____\n\nthe list of members\n\nand their names\n",
    "an address": "Write to\n\nboris@people.example:\n\nhe knows.\n",
    "a phone's line above an answer below a quote": "Sent from my iPhone\n\n> Which option?\n\nThe second.\n",
    "a word more below a phone's line": "I agree.\n\nSent from my iPhone\n\nPS: Bring the maps.\n",
    "a phone's line first": "Sent from my iPhone\n\nThe second option.\n",
    "right to left": "أوافق على الخيار الثاني.\n\nمن: جنيف\nإلى: نيروبي\nالتاريخ: 3 مايو\n",
}  # fmt: skip


def test_words_of_the_author_stay():
    assert [what for what, text in STAYS.items() if trim(text).visible != text] == []


def test_chain_is_read_through_quotes_and_bare_mails():
    text = (
        f"{OWN}\n\n-- \nAmina\n\nOn 03/05/2026 10:02, {BORIS} wrote:\n> The second.\n>\n> Kind regards,\n> Boris\n>\n"
        f"> Am 02.05.2026 um 10:02 schrieb Zoe <zoe@people.example>:\n>> Which one?\n\n"
        f"From: Ana <ana@people.example>\nSent: Monday\nTo: Zoe\nSubject: x\n\nThere are two.\n\n"
        f"Sent from my iPhone\n"
    )
    chain = read_chain(text)
    assert [reply.body for reply in chain] == [OWN, "> The second.\n>", ">> Which one?", "There are two."]
    assert [reply.signature for reply in chain] == [
        "-- \nAmina",
        "> Kind regards,\n> Boris\n>",
        "",
        "Sent from my iPhone",
    ]
    assert chain[2].header.startswith("> Am 02.05.2026")
    assert read_chain("")[0].content == ""
