"""What authors send their readers to, show, pass on or draw themselves stays, however it looks."""

import pytest

from listserv.mail.trim.trimming import trim

BORIS = "Boris Horvat <boris@people.example>"
MARK = f"-----Original Message-----\nFrom: {BORIS}\nSent: Tuesday, May 3, 2026 10:02 AM\nTo: Amina\nSubject: Options\n"
ANSWERED = f"{MARK}\nWhich option?\n\nThe first, I think.\n\nWho pays?\n\nThe ministry."
ANSWERS_ARE_INSIDE = [
    "Here are my comments.", "Please find my comments in the text.", "Please see my comments.",
    "Some thoughts within.", "See answers.", "I respond to each point after your question.",
    "I have inserted my replies.", "I put my answers\nnext to your questions.",
    "My answers are below each question.", "Answers beneath.",
    "I answer after each of your paragraphs.", "Comments from me are preceded by AD.",
    "Réponses dans le corps du message.", "Mes réponses sont en gras.",
    "J'ai répondu à chaque point.", "Meine Antworten stehen jeweils darunter.",
    "Ich antworte direkt im Text.", "Mis respuestas en mayúsculas.", "Respondo debajo.",
    "Respondo entre líneas.", "Respostas no corpo do e-mail.", "Rispondo sotto.",
    "Risposte nel corpo del messaggio.", "Mijn antwoorden staan tussen de vragen.",
    "Mina svar står i texten.", "Moje odpowiedzi w treści.", "Отвечаю по пунктам.",
    "Мои комментарии курсивом.", "Yanıtlarım metin içinde.", "我的回复在下面。", "回复见文中。",
    "ご回答は下記のとおりです。", "답변은 본문에 있습니다.", "الردود ضمن النص.",
    "إجاباتي باللون الأحمر", "תשובותיי בגוף ההודעה.",
    "See under your points.", "My comments are below in capitals.", "See within.",
    "Responses follow each question.", "My comments start with ##", "Let me answer them one by one.",
    "I will respond to your points one at a time.", "Scroll down for my answers.", "PSB",
    "Please see hereunder", "Green is me.", "In text", "Voir infra.", "Mes remarques sont sous vos points.",
    "Siehe meine Anmerkungen unter den Punkten", "Ver respuestas en línea.", "Respondo a continuación.",
    "Kindly see our inputs.", "Senegal's answers are in italics.", "Answers from Senegal:",
    "I filled it in.", "Two corrections.", "My edits are in your text.", "I edited your text a bit",
    "J'ai rempli le questionnaire.", "Ich habe deinen Text ergänzt.", "He corregido el texto.",
    "Respuestas de Perú:", "Я поправил текст.", "中国的答复：", "我修改了你的文字。", "لقد عدلت النص.",
    "Смотрите ниже", "Ответы под вопросами", "见下文", "见蓝字", "请看下面", "انظر أدناه",
    "إجاباتي بالأزرق", "Cevaplarım mavi ile", "Xem bên dưới", "下記をご覧ください", "아래를 보세요",
]  # fmt: skip
PASSED_ON = [
    "I received the following from Boris and would like your views.",
    "Sharing with the list, with his permission.", "Posted on behalf of Boris:",
    "Please find below the contribution of Boris.", "Beware of this mail going round:",
    "This might be of interest to you.", "Je vous transmets la note de Boris.",
    "Les comparto la nota de Boris.", "Ich leite die Notiz von Boris weiter.",
    "The Secretariat sent me this today.", "Please see the message from Boris.",
    "Boris could not post to the list, so I do it for him.", "Can anybody help this student?",
    "This is what I would send.", "Voici la note reçue de Boris.", "Прошу ознакомиться с письмом от Бориса.",
    "请看鲍里斯的来信。", "وصلتني هذه الرسالة من بوريس.", "Segue a mensagem do Boris.",
    "Encaminho a nota de Boris.", "Пересылаю заметку Бориса.", "转发如下。",
]  # fmt: skip
NO_SUCH_CUE = [
    "Thank you for your comments in the text.", "Please find attached my comments.",
    "I agree with your answer under 3.", "Vielen Dank für die Antworten darunter.",
    "Merci pour vos réponses à chaque point.", "Thanks for sharing.", "I see your point.",
    "The meeting will be online; la reunión será en línea.", "I have no comments.",
    "Just my two cents: the first.", "I agree with Chen's comments.", "I agree with the proposed changes.",
    "As Chen highlighted, it costs more.", "The first.\n\nRegards,\nAmina",
    "I agree under the conditions that the Parties set.", "The draft is ready, in my view.",
]  # fmt: skip


@pytest.mark.parametrize("words", ANSWERS_ARE_INSIDE)
def test_answers_inside_old_words_stay_where_their_author_says_so(words):
    text = f"{words}\n\n{ANSWERED}\n"
    assert trim(text).visible == text


@pytest.mark.parametrize("words", PASSED_ON)
def test_what_is_passed_on_without_a_mark_stays(words):
    block = MARK.partition("\n")[2]
    text = f"{words}\n\n{block}\nThe law is planned for May.\n"
    assert trim(text).visible == text


@pytest.mark.parametrize("words", NO_SUCH_CUE)
def test_old_words_are_folded_where_nobody_sends_readers_to_them(words):
    assert trim(f"{words}\n\n{ANSWERED}\n").visible.strip() == words


WHOLE = {
    "a memorandum": "MEMORANDUM\n\nTo: All <all@x.example>\nFrom: The Secretariat <s@x.example>\nDate: 3 May 2026\n"
    "Subject: Budget\n\nThe budget was adopted.",
    "a notice below a rule": "Here is the notice.\n\n________________________________\nFrom: the Secretariat\n"
    "To: members\nSubject: call for papers\n\nPapers are due.",
    "a timeline": "Timeline:\n\nOn 3 May 2026 at 10:02, Boris Horvat wrote:\nthat maize is fine.\nOn 4 May 2026 at "
    "11:02, Chen Wei wrote:\nthat it is not.\nSo I ask for a third opinion.",
    "a header in question": "The message has these lines:\n\nFrom: a@x.example\nTo: b@x.example\nSubject: x\n"
    "Date: Tue, 3 May 2026 10:02:03 +0000\n\nIs that right?",
    "a log": "mx postfix: NOQUEUE: reject\nFrom: <a@x.example>\nTo: <b@x.example>\nDate: May 3 10:02:14\n\nWhy?",
    "a booking": "Name: Amina\nFrom: 3 May\nUntil: 5 May\nTo: amina@x.example\nDate: 3 May 10:00\n\nAnyone?",
    "names below dashes": "Members present:\n--\nBoris Horvat\nAmina Diallo",
    "links below dashes": "Two links for you:\n--\nhttps://x.example/a\nhttps://x.example/b",
    "a program": "-- first\nx = 1\n--\ny = 2",
    "a footer in question": "How do I leave? The footer says\n\n______________________________\nmlist mailing list\n"
    "https://x.example/mailman/listinfo/mlist\n\nbut the link is dead.",
    "a disclaimer in question": "Should we add this?\n\nThis message is intended for the recipient only, and "
    "confidential. Is that good enough?",
    "a disclaimer proposed": "I propose a heading of one word:\n\nDisclaimer",
    "where to send things": "Here is where to send the samples:\n\n----------\nBoris Horvat\nRue de Lausanne 4\n"
    "Geneva\n+41 22 123 45 67",
    "two texts compared": "Two texts.\n\n--- Original ---\nSeeds are free.\n\n--- Amended ---\nSeeds are sold.",
    "answers marked as quotes": f"Hi Boris\n\nI see.\n\n{MARK}\nWhich option?\n>>> the first.\nWho pays?\n>>> we.",
    "a form": "1. Who are you?\n> Boris\n2. Where do you work?\n> Zagreb",
    "answers with initials and a dash": f"Thank you.\n\n{MARK}\nWhich?\nAD - the first.\nWho?\nAD - we.",
    "answers with a name": f"Thank you.\n\n{MARK}\nWhich?\nAmina: the first.\nWho?\nAmina: we.",
    "questions and answers": f"Thank you.\n\n{MARK}\nQ: Which?\nA: the first.\nQ: Who?\nA: we.",
    "a ballot": "Ballot\n\n> [x] yes\n> [ ] no",
    "a text without a colon": "Para 3 should read\n\n> Parties shall notify.",
    "options below dashes": "Two options:\n\n-- \n(a) sow in May\n(b) sow in June",
    "questions below dashes": "For you\n\n-- \nWho pays?\nWho sows?",
    "references below dashes": "I agree [1].\n\n-- \n[1] https://x.example/a\n[2] Horvat (2019)",
    "how to leave": "Help\n\n-----\nHow do I unsubscribe from l@x.example? The link https://x.example/u fails.",
    "a part above a footer": "One.\n\n-----\n\nTwo.",
    "two who sign": "We ask for time.\n\nSincerely,\n\nAmina Diallo\nSenegal\namina@x.example\n"
    "Kofi Anokye\nGhana\nkofi@x.example",
    "a hint below a card": "Yes.\n\nBest regards\nAmina Diallo\nDirector\n+221 33 123 45 67\n"
    "Please register at https://x.example/reg",
    "parts with an address": "I copy it.\n\n--\nSeeds move by wind. We measured how far.\n\nKeywords: seed, wind",
    "an hour's call": "On 3 May 2026 at 10:02 I wrote:\n\nSeeds must be sown in May.\n\nThat still holds.",
    "a line of dashes that begins": "--\nI agree.",
    "a hotel": "Booked for all.\n\n___\nHotel Ibis\nRue 4\nTel. +41 22 917 12 34",
    "a letter to whom it concerns": "Comments welcome.\n\nTo whom it may concern,\n\nthe trials were stopped.\n\n"
    "Yours faithfully,\n\nAmina Diallo\nDirector\n+221 33 123 45 67",
    "answers behind questions": f"Thank you.\n\n{MARK}\nWhich? >> The first.\nWho? >> We.",
    "answers in brackets behind": f"Thank you.\n\n{MARK}\nWhich? [The first.]\nWho? [We.]",
    "answers set in": f"Thank you.\n\n{MARK}\n1) Which?\n   The first.\n2) Who?\n   We.",
    "answers in capitals": f"Thank you.\n\n{MARK}\nWhich?\nTHE FIRST, I THINK.\nWho?\nWE IN THE MINISTRY.",
    "answers by number": f"Thank you.\n\n{MARK}\nQ1. Which?\nA1. The first.\nQ2. Who?\nA2. We.",
    "points of one's own": "My points:\n> maize is fine\n> beans are not",
}


@pytest.mark.parametrize("name", WHOLE)
def test_what_authors_show_and_draw_stays(name):
    text = f"{WHOLE[name]}\n"
    assert trim(text).visible == text


@pytest.mark.parametrize("closing", ["Thanks!", "Many thanks", "Merci", "Danke", "谢谢"])
def test_thanks_that_are_all_there_is_stay(closing):
    own = f"{closing}\n\nBoris Horvat\nDirector\nboris@x.example"
    assert trim(f"{own}\n\nOn 3 May 2026 at 10:02, {BORIS} wrote:\n> Done.\n").visible.strip() == own


PROGRAMS = {
    "Proton, its own hyphens": f"\u2010\u2010\u2010\u2010 Original Message \u2010\u2010\u2010\u2010\nOn Tuesday, 3 May "
    f"2026 10:02, {BORIS} wrote:\n\n> Which?",
    "Yahoo on a telephone": "On Tue, May 3, 2026 at 10:02 AM, Boris<boris@x.example> wrote:   Which option?\n\nBoris",
    "Lotus Notes": "Boris Horvat ---03/05/2026 10:02:13---Which option?\n\nFrom: Boris Horvat/GVA/ORG\nTo: l@x.example"
    "\nDate: 03/05/2026 10:02\nSubject: Re: Options\n\nWhich option?",
    "GroupWise": f">>> {BORIS} 5/3/2026 10:02 AM >>>\nWhich option?\n\nBoris",
    "Zimbra, Spanish": f"De: {BORIS}\nPara: l@x.example\nEnviados: Martes, 3 Mayo 2026 10:02:13\nAsunto: Re: x\n\nA?",
    "Outlook, French on Mac": f"De : {BORIS}\nDate : 3 mai 2026 10:02\nPour : l@x.example\nObjet : RE: x\n\nA ?",
    "Outlook, Estonian": f"From: {BORIS}\nSaatmisaeg: 3. mai 2026 10:02\nAdressaat: l@x.example\nTeema: RE: x\n\nA?",
    "Outlook, Arabic": f"من: {BORIS}\nتم الإرسال: 3 مايو 2026 10:02\nإلى: l@x.example\nالموضوع: RE: x\n\nA?",
    "Outlook, Taiwan": f"寄件者: {BORIS}\n傳送時間: 2026年5月3日 10:02\n收件者: l@x.example\n主旨: RE: x\n\nA?",
    "Thunderbird, Taiwan": "Boris Horvat 於 2026/5/3 上午 10:02 寫道:\n> Which?",
    "Thunderbird, Slovene": "Dne 3. 05. 26 ob 10:02 je Boris Horvat napisal(a):\n> Which?",
    "Thunderbird, Catalan": "El 3/5/26 a les 10:02, Boris Horvat ha escrit:\n> Which?",
    "Thunderbird, Basque": "2026/05/03 10:02(e)an, Boris Horvat(e)k idatzi zuen:\n> Which?",
    "Roundcube, Russian": "Boris Horvat писал 2026-05-03 10:02:\n> Which?",
}  # fmt: skip


SCANNERS = [
    "-- \nThis email has been checked for viruses by Avast antivirus software.\nhttps://www.avast.com/antivirus",
    "---\nDiese E-Mail wurde von Avast Antivirus-Software auf Viren geprüft.\nhttps://www.avast.com/antivirus",
    "<https://www.avast.com/sig-email> Libre de virus. www.avast.com\n<#DAB4FAD8-2DD7-40BB-A1B8-4E2AA1F9FDF2>",
]


@pytest.mark.parametrize("line", SCANNERS)
def test_what_scanners_add_is_folded(line):
    assert trim(f"I agree.\n\n{line}\n").visible.strip() == "I agree."


@pytest.mark.parametrize("program", PROGRAMS)
def test_old_mail_of_further_programs_is_folded(program):
    assert trim(f"I agree.\n\n{PROGRAMS[program]}\n").visible.strip() == "I agree."
