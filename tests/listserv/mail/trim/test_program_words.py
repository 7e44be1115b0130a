"""What mail programs add is folded away where the evidence is whole, and what is passed on is shown."""

import pytest

from listserv.mail.trim.trimming import trim

BORIS = "Boris Horvat <boris@people.example>"
QUOTE = "> Which option?\n> I prefer the first."
OLD = "Dear all,\n\nwhich option?\n\nBoris"
BLOCK = f"From: {BORIS}\nSent: Tuesday, May 3, 2026 10:02 AM\nTo: Amina\nSubject: RE: Options"
TABLE = "| From | Sam<i@x.example> |\n| Date | 08/10/2026 17:08 |\n| To | list<l@x.example> |\n| Subject | Re: x |"

TAILS = {
    "name and bars": "2026/7/20 Sam <i@x.example>\n\n| Which option?\n| The first.",
    "name, address and verb": f"{BORIS} wrote:\n\n{OLD}",
    "name, address and verb, Gnus": f"{BORIS} writes:\n\n{OLD}",
    "name, address and verb, Yahoo": f"--- {BORIS} wrote:\n\n{OLD}",
    "Yahoo, quoted": f"--- {BORIS} wrote:\n\n{QUOTE}",
    "three dashes": f"---\nOn 3 May 2026 at 10:02, {BORIS} wrote:\n{QUOTE}",
    "three dashes above a header": f"---\n{BLOCK}\n\n{OLD}",
    "three dashes above a quote": f"---\n{QUOTE}",
    "NetEase": f"---- Replied Message ----\n{TABLE}\n{OLD}",
    "NetEase, Chinese": "---- 回复的原邮件 ----\n| 发件人 | Sam<i@x.example> |\n| 日期 | 2026年08月10日 |\n"
    "| 主题 | x |\n旧文。",
    "Eudora": f"At 10:02 AM 5/3/2026 -0500, Boris Horvat wrote:\n{QUOTE}",
    "mutt, other form": f"* {BORIS} [2026-05-03 10:02 +0200]:\n\n{QUOTE}",
    "Pine": f"On Tue, 3 May 2026, Boris Horvat wrote:\n\n{QUOTE}",
    "initials": f"{BORIS} writes:\n\nBoris> Which option?\nBoris> The first.",
    "elision": f"On 3 May 2026 at 10:02, {BORIS} wrote:\n[...]\n{QUOTE}",
    "older quotes in an old mail": f"-----Original Message-----\n{BLOCK}\n\nThe first.\n\n"
    "On 2 May 2026, Zoe <z@x.example> wrote:\n> Which one?",
    "a chain": f"{BLOCK}\n\nThe first.\n\nBoris\n\n{BLOCK}\n\nWhich one?",
    "SquirrelMail": f"{'-' * 28} Original Message {'-' * 28}\nSubject: x\nFrom: {BORIS}\n"
    f"Date: Tue, May 3, 2026 10:02 am\nTo: a@x.example\n{'-' * 74}\n\n{OLD}",
    "Git's version": "-- \n2.34.1",
    "Debian": "-- \nTo UNSUBSCRIBE, email to debian-x-REQUEST@lists.debian.org\n"
    "with a subject of \"unsubscribe\".",
    "ezmlm": f"{'-' * 69}\nTo unsubscribe, e-mail: dev-unsubscribe@x.example\n"
    f"For additional commands, e-mail: d@x.example",
    "majordomo": "--\nTo unsubscribe from this list: send the line \"unsubscribe linux-kernel\" in\nthe body of a "
    "message to majordomo@vger.example\n"
    "More majordomo info at  http://vger.example/majordomo-info.html",
    "Mailman": f"{'_' * 47}\nR-help@r-project.example mailing list\n"
    f"https://stat.example/mailman/listinfo/r-help\n"
    "PLEASE do read the posting guide and provide commented, minimal, self-contained code.",
    "signature": "-- \nBoris Horvat                     | Ministry\n"
    "boris@x.example                  | +41 22 123 45 67",
    "signature with a motto": "-- \nBoris Horvat\n"
    "\"Any problem can be solved with potatoes.\" D. Adams",
}  # fmt: skip


@pytest.mark.parametrize("program", TAILS)
def test_what_a_program_adds_is_folded(program):
    text = f"I agree.\n\n{TAILS[program]}\n"
    trimmed = trim(text)
    assert trimmed.visible.strip() == "I agree."
    assert trimmed.visible + trimmed.folded == text


SAME_LINE = {
    "Yes, I agree.": "On Wed, Nov 4, 2026 at 3:59 PM, Boris <b@x.example> wrote:\n> Meet?",
    "OK!": "On Wed, Nov 4, 2026 at 3:59 PM Boris <\nb@x.example> wrote:\n\n> Meet?",
    "Thanks Boris": "On Wed, Nov 4, 2026 at 3:59 PM, Boris <b@x.example> wrote:\n> Meet?",
    "I agree fully.": "On Wed, Nov 4, 2026 at 3:59 PM, Boris <b@x.example> wrote:\n\nMeet on Friday?",
    "I agree fully": "On Wednesday, November 4, 2026, Boris Horvat <b@x.example>\nwrote:\n> Meet?",
    "We should meet.": "Boris Horvat <b@x.example> wrote:\n> Meet?",
    "Oui.": "Le mer. 4 nov. 2026 à 15:59, Boris <b@x.example> a écrit :\n\n> On se voit ?",
    "Sí, claro.": "El mié, 4 nov 2026 a las 15:59, Boris (<b@x.example>) escribió:\n> ¿Sí?",
    "Ja.": "Am Mi., 4. Nov. 2026 um 15:59 Uhr schrieb Boris <b@x.example>:\n> Treffen?",
    "Да.": "ср, 4 нояб. 2026 г. в 15:59, Boris <b@x.example>:\n> Когда?",
    "同意。": "在 2026年11月4日，15:59，Boris <b@x.example> 写道：\n> 见？",
    "نعم.": "في الأربعاء، 4 نوفمبر 2026 في 15:59 كتب Boris <b@x.example>:\n> متى؟",
}


@pytest.mark.parametrize("words", SAME_LINE)
def test_words_on_the_line_of_an_introduction_are_all_that_stays(words):
    text = f"{words} {SAME_LINE[words]}\n"
    trimmed = trim(text)
    assert trimmed.visible.strip() == words
    assert trimmed.visible + trimmed.folded == text


HEADER = f"Date: Mon, 2 Nov 2026 08:00:00 +0000\nFrom: {BORIS}\nTo: list@x.example\nSubject: Cold chain"
SAMPLES = "The samples arrived at 9 degrees.\n\nWe threw them away."
FORWARDS = {
    "mutt": (f"----- Forwarded message from {BORIS} -----", "----- End forwarded message -----"),
    "Pegasus": ("------- Forwarded message follows -------", "------- End of forwarded message -------"),
    "Evolution": ("-------- Forwarded Message --------", ""),
    "Gmail": ("---------- Forwarded message ---------", ""),
    "Thunderbird, German": ("-------- Weitergeleitete Nachricht --------", ""),
    "Thunderbird, Russian": ("-------- Перенаправленное сообщение --------", ""),
    "Apple Mail": ("Begin forwarded message:", ""),
    "Entourage": ("------ Forwarded Message", "------ End of Forwarded Message"),
    "Gnus": ("-------------------- Start of forwarded message --------------------", ""),
    "MH": ("------- Forwarded Message\n", "------- End of Forwarded Message"),
    "KMail": ("----------  Forwarded Message  ----------", "-------------------------------------------------------"),
    "Horde": (f"----- Forwarded message from {BORIS} -----", "----- End forwarded message -----"),
    "Horde, German": (
        "----- Weitergeleitete Nachricht von b@x.example -----",
        "----- Ende der weitergeleiteten Nachricht -----",
    ),
    "Lotus Notes": ("----- Forwarded by Kofi Anokye/ORG on 03/11/2026 10:02 AM -----", ""),
    "Lotus Notes, French": ("----- Transféré par Kofi Anokye/ORG le 03/11/2026 10:02 -----", ""),
    "Lotus Notes, Spanish": ("----- Remitido por Kofi Anokye/ORG el 03/11/2026 10:02 -----", ""),
    "mailx": ("-------- Forwarded message --------", ""),
    "The Bat": ("This is a forwarded message", "===8<===========End of original message text==========="),
    "Zoho": ("============ Forwarded message ============", ""),
    "Yandex": ("-------- Пересылаемое сообщение --------", "-------- Завершение пересылаемого сообщения --------"),
    "NetEase": ("-------- 转发邮件信息 --------", ""),
    "Thunderbird, Chinese": ("-------- 转发的消息 --------", ""),
    "Outlook, Arabic": ("---------- الرسالة المُعاد توجيهها ----------", ""),
    "Thunderbird, French": ("-------- Message transféré --------", ""),
    "Spanish": ("---------- Mensaje reenviado ----------", ""),
    "Italian": ("-------- Messaggio Inoltrato --------", ""),
    "Polish": ("-------- Przekazana wiadomość --------", ""),
    "Japanese": ("-------- 転送メッセージ --------", ""),
    "Korean": ("-------- 전달된 메시지 --------", ""),
    "Turkish": ("-------- Yönlendirilmiş İleti --------", ""),
    "Vietnamese": ("---------- Tin nhắn được chuyển tiếp ----------", ""),
    "Swahili": ("---------- Forwarded message ---------", ""),
}  # fmt: skip


@pytest.mark.parametrize("program", FORWARDS)
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_what_is_passed_on_is_shown_with_the_mark_above_it(program, between):
    mark, end = FORWARDS[program]
    below = f"\n\n{end}\n\nThat is all I know." if end else ""
    text = f"You asked for this.\n\n{mark}{between}{HEADER}\n\n{SAMPLES}{below}\n"
    assert trim(text).visible == text


def test_what_is_passed_on_in_an_old_mail_is_folded_with_it():
    mark = FORWARDS["mutt"][0]
    text = f"I agree.\n\n-----Original Message-----\n{BLOCK}\n\nSee this.\n\n{mark}\n\n{HEADER}\n\n{SAMPLES}\n"
    assert trim(text).visible.strip() == "I agree."
