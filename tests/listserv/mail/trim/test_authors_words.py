"""List mail of many programs and languages: not a word of its author is folded away, wherever it stands."""

import pytest

from listserv.mail.trim.trimming import trim

BORIS = "Boris Horvat <boris@people.example>"
EN = f"On Tue, 3 Nov 2026 at 10:02, {BORIS} wrote:"
MARK = "----- Original Message -----"
BLOCK = f"From: {BORIS}\nTo: field-trials@lists.example\nSent: Tuesday, November 03, 2026 10:02 AM\nSubject: Isolation"
RE_BLOCK = BLOCK.replace("Subject: ", "Subject: RE: ")
Q1, Q2 = "> 50 m is enough.", "> And beans?"
A1, A2 = "Not in maize: we saw 2 percent.", "Beans I do not know."
BARE = "50 m is enough.\n\nAnd what of the beans, which nobody has tried so far?"

INTRODUCED = {
    "elision": f"Hi Boris,\n\n{EN}\n[...]\n{Q1}\n\n{A1}\n\n{Q2}\n\n{A2}",
    "snip": f"I differ.\n\n{EN}\n\n<snip>\n\n{Q1}\n\n{A1}",
    "greeting": f"{EN}\n\nHi Boris,\n\n{Q1}\n\n{A1}",
    "greeting, words above": f"Two remarks.\n\n{EN}\n\nDear Boris,\n\n{Q1}\n{A1}\n{Q2}\n{A2}",
    "initials": f"Two remarks.\n\n{EN}\n\nBH:\n{Q1}\n\nKA:\n{A1}",
    "answer above the quote": f"Hello all.\n\n{EN}\n\n{A1}\n\n{Q1}",
    "long answer above the quote": f"Hello all.\n\n{EN}\n\n{A1}\n\n{A2}\n\nSo it is.\n\n{Q1}\n{Q2}",
    "comment, then quotes": f"Hello all.\n\n{EN}\nThis was a good talk, by the way.\n{Q1}\n\n{A1}",
    "French": "Deux remarques.\n\nLe mar. 3 nov. 2026 à 10:02, Boris <b@x.example> a écrit :\n"
    "[…]\n> 50 m."
    "\n\nPas pour le maïs.",
    "German": "Zwei Anmerkungen.\n\nAm 03.11.26 um 10:02 schrieb Boris Horvat:\n[gekürzt]\n> 50 m.\n\nNicht bei Mais.",
    "Spanish": "Dos cosas.\n\nEl mar, 3 nov 2026 a las 10:02, Boris (<b@x.example>) escribió:\n(...)\n> 50 m.\n\nNo.",
    "Russian": "Два слова.\n\nвт, 3 нояб. 2026 г. в 10:02, Boris <b@x.example>:\n[...]\n> 50 m.\n\nНе для кукурузы.",
    "Chinese": "两点。\n\n在 2026年11月3日，Boris <b@x.example> 写道：\n[略]\n> 50 m.\n\n玉米不行。",
    "Arabic": "ملاحظتان.\n\nفي الثلاثاء، 3 نوفمبر 2026 في 10:02 كتب Boris <b@x.example>:\n[...]\n> 50 m.\n\nليس للذرة.",
}
ORIGINAL = {
    "see below": f"Dear all, see below.\n\n{MARK}\n{BLOCK}\n\nsnip\n\n{Q1}\n\nNot in maize.",
    "answers between quotes": f"I have two remarks.\n\n{MARK}\n{BLOCK}\n\n{Q1}\n\n{A1}\n\n{Q2}\n\n{A2}",
    "answers below a bare beginning": f"Two remarks.\n\n{MARK}\n{BLOCK}\n\nDear all,\n\nsome words.\n\n{Q1}\n\n{A1}",
    "block without a mark": f"Two remarks.\n\n{RE_BLOCK}\n\n[...]\n\n{Q1}\n\n{A1}",
    "greeting only": f"Hi Boris,\n\n{MARK}\n{BLOCK}\n\n{BARE}\n\n{A2}",
    "greeting only, attribution": f"Boris,\n\n{EN}\n\n{BARE}\n\n{A2}",
    "answers inline": f"My answers are inline.\n\n{MARK}\n{BLOCK}\n\n{BARE}\nNobody has, I fear.",
    "answers in red": f"Bonjour, mes réponses en rouge.\n\n{MARK}\n{BLOCK}\n\n{BARE}\nPersonne.",
    "answers marked": f"My words are marked with >>>.\n\n{MARK}\n{BLOCK}\n\n{BARE}\n\n>>> {A2}",
    "answers below, German": f"Antworten unten.\n\n{MARK}\n{BLOCK}\n\n{BARE}\n\n{A2}",
    "answers below, Russian": f"Ответы ниже.\n\n{MARK}\n{BLOCK}\n\n{BARE}\n\n{A2}",
    "answers below, Spanish": f"Ver abajo.\n\n{MARK}\n{BLOCK}\n\n{BARE}\n\n{A2}",
    "answers with a tag": f"Thanks for this.\n\n{MARK}\n{BLOCK}\n\n50 m.\n[KA] {A1}\n\nBeans?\n[KA] {A2}",
    "answers with arrows": f"Thanks for this.\n\n{MARK}\n{BLOCK}\n\n50 m.\n==> {A1}\n\nBeans?\n==> {A2}",
    "quoted text set in": f"Thanks for this.\n\n{EN}\n\n    50 m is enough.\n\n{A1}\n\n    And beans?\n\n{A2}",
    "citation": f'What the minister wrote is clear.\n\n{EN}\n\n"50 m is enough."\n\n{A1}',
    "marked by initials": f"Two remarks.\n\n{EN}\n\nBH> 50 m is enough.\n\n{A1}\n\nBH> And beans?\n\n{A2}",
    "marked by bars": f"Two remarks.\n\n2026/11/3 {BORIS}\n\n| 50 m is enough.\n\n{A1}\n\n| And beans?\n\n{A2}",
    "marked by colons": f"Two remarks.\n\n{EN}\n: 50 m is enough.\n: So it is.\n\n{A1}\n",
    "marked by braces": f"Two remarks.\n\n{EN}\n}} 50 m is enough.\n}} So it is.\n\n{A1}",
}
DIVIDED = {
    "parts": "First the field.\n\n--\n\nThen the laboratory, which matters more: samples must be\npooled.",
    "parts, strict": "First the field.\n\n-- \n\nThen the laboratory, which matters more: samples must be\npooled.",
    "parts, close": "First part: six metres.\n--\nSecond part: counted twice.\n--\nThird part: the budget.",
    "sentences below": "The field.\n-- \nThen the laboratory, which matters more: samples must be pooled.",
    "afterthought": "I agree.\n\n-- \nAmina Diallo\nMinistry of Environment\n\nP.S. Bring the maps.",
    "afterthought, close": "I agree.\n\n-- \nAmina Diallo\nPS: Bring the maps.",
    "afterthought, Spanish": "De acuerdo.\n\n-- \nAmina Diallo\n\nP.D. Traiga los mapas.",
    "afterthought, Russian": "Согласна.\n\n-- \nАмина\n\nЗ.Ы. Возьмите карты.",
    "afterthought, Chinese": "同意。\n\n-- \nAmina\n\n又及：请带地图。",
    "sentence below a name": "I agree.\n\n-- \nAmina Diallo\n\nDo not forget the meeting on Friday in the large hall.",
    "Chinese parts": "第一部分。\n--\n第二部分：种子数了两次，结果不同，请说明由谁来数。",
    "Arabic parts": "أولا الحقل.\n--\nثم المختبر وهو أهم: يجب جمع العينات قبل طحنها.",
    "patch": "Here it is.\n\n--- a/q.sql\n+++ b/q.sql\n@@ -1,4 +1,3 @@\n select 1;\n-- \n-select 2;\n+select 3;",
    "rule of three": "One part.\n\n---\n\nAnother part, which is about something else.",
    "minutes": "Minutes\n-------\n\nBoris: 50 m is enough.\nAmina: not in maize.\n\n-------\n\nNext meeting: Friday.",
}
LOOKALIKES = {
    "shell": "Then type this:\n\n> make\n> sudo make install",
    "R": "Here is my session.\n\n> x <- read.csv('a.csv')\n> summary(x)\n   Min.  Max.\n   1     2\n> plot(x)",
    "proposal": "I propose the following wording:\n\n> The Parties shall keep six metres between the rows.",
    "proposal, French": "Je propose le texte suivant :\n\n> Les Parties gardent six mètres entre les rangs.",
    "escaped From": "We agreed on this.\n\n>From now on we meet on Fridays in the hall.",
    "headers of a mail": "Look at the headers.\n\nFrom: boris@x.example\nTo: list@x.example\n"
    "Date: Tue, 3 Nov 2026 10:02:13 +0100\nSubject: Odd\n\nWhy is there no identifier?",
    "template": "Send this mail.\n\nFrom: office@x.example\nTo: list@x.example\nSubject: Accreditation\n\nDear office,",
    "header set in": "Like so.\n\n    From: boris@x.example\n    To: list@x.example\n"
    "    Date: 3 Nov 2026 10:02\n"
    "    Subject: Odd\n\nThat is all one needs.",
    "patch of Git": "I would do it so.\n\nFrom 0123456789abcdef Mon Sep 17 00:00:00 2001\n"
    "From: Boris <b@x.example>\n"
    "Date: Tue, 3 Nov 2026 10:02:13 +0100\nSubject: [PATCH] Count twice\n\n---\n a.c | 2 +-\n\n"
    "What do you think?",
    "agenda": "Agenda\n\n3 November 2026, 10:00: opening\nFrom: the Chair\nTo: all\n\n3 November 2026, 11:00: report",
    "memorandum": "To: All Parties\nFrom: The Secretariat\nDate: 3 November 2026 10:00\n"
    "Subject: Budget\n\nPlease note.",
    "table": "The figures:\n\n| plot | outcrossing |\n|------|-------------|\n| 1    | 2 %         |",
    "column of bars": "A drawing:\n| root\n| stem\n| leaf",
    "poem": "A poem for you:\n\n| The field is white,\n| the seed is small.",
    "ASCII art": "The layout:\n\n  +----+   +----+\n  | A  |-->| B  |\n  +----+   +----+\n\n"
    "  >>>>> wind >>>>>\n\nOr not?",
    "speaker who wrote": "Boris Horvat wrote:\n50 m is enough.\nI do not think so.",
    "sentence that wrote": f"I do not understand what {BORIS} wrote:\n{Q1}",
    "sentence that wrote, bare": f"I disagree with much of what {BORIS} wrote:\n\n{A1}\n\n{A2}",
    "sentence with a date": f"On 3 May 2026 we met in Geneva and {BORIS} wrote:\n{Q1}",
    "line above an introduction": f"On 3 May 2026 we meet in Geneva, as was said\nBoris Horvat wrote:\n{Q1}\n{Q2}",
    "virus-free": "The plots are ready.\n\nVirus-free planting material was used, and the prints are here.",
    "before printing": "Chapter 2 is done.\n\nBefore printing the report, please check page 4 for errors.",
    "sent by": "The samples are on their way.\n\nSent by courier on Monday",
    "envoyé par": "Les échantillons sont partis.\n\nEnvoyé par la poste lundi",
    "link below a name": "See this.\n\nRegards,\nAmina Diallo\nhttps://docs.example/draft-of-the-protocol",
    "list below a name": "I send two things.\n\nThanks,\nAmina Diallo\nDraft Agenda\nBudget Table",
    "date below a name": "I shall be there.\n\nThanks,\nAmina Diallo\nGeneva 2026-05-03",
    "person below a rule": "Contact person:\n\n-----\nAna Pérez\nOffice of Trials\nana@people.example",
    "subscription": "On costs.\n\n-----\nThe subscription is paid at https://pay.example/ by all who come in June.",
    "answer that begins small": "> the list of participants with the names of all the delegations of the region"
    "\ndone\n> - the budget for the year\n> - the venue",
    "transcript": "[10:02] Boris: 50 m is enough\n[10:03] Amina: not in maize\n[10:04] Boris: why?",
}
ALL = {
    f"{group}: {name}": text
    for group, texts in {
        "introduced": INTRODUCED, "original": ORIGINAL, "divided": DIVIDED, "lookalike": LOOKALIKES,
    }.items()
    for name, text in texts.items()
}  # fmt: skip


def own_lines(text: str) -> list[str]:
    """Return the lines that bear no marks; all, where marks quote nobody."""
    return [line for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("case", ALL)
def test_no_word_of_the_author_is_folded_away(case):
    trimmed = trim(ALL[case] + "\n")
    folded = [line for line in own_lines(trimmed.folded) if not is_old(line, case)]
    assert folded == []
    assert trimmed.visible + trimmed.folded == ALL[case] + "\n"


def is_old(line: str, case: str) -> bool:
    """Whether a line may be folded: of a quote, or of a signature above which nothing is lost."""
    quotes_others = "wrote" in case or "date" in case or "introduction" in case or "small" in case
    return line.startswith(">") and (quotes_others or not case.startswith("lookalike"))
