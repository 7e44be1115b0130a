"""Cards of people below a rule and letters that are drafted in a mail are their author's where they are content."""

import pytest

from listserv.mail.trim.trimming import trim

CARD = "Boris Horvat\nDirector, Office of Trials\nboris@people.example\n+41 22 123 45 67"
BELOW = {
    "afterthought": "P.S. Bring the maps.",
    "a part": "The second part: samples go to the laboratory.",
    "a heading": "Draft Agenda\nBudget Table",
    "another person": "Chen Li\nHead of Laboratory\nchen@lab.example",
    "a sentence with a number": "Call me on +41 22 765 43 21 if the seed is late.",
    "a sentence with an address": "The draft is at https://docs.example/draft",
    "a label": "Maps: attached",
}
CLOSED = {
    "English": "Yours sincerely,\n\nAmina Diallo\nDirector\namina@ministry.example",
    "French": "Cordialement,\nAmina Diallo\nDirectrice\namina@ministry.example",
    "German": "Mit freundlichen Grüßen\nAmina Diallo\nDirektorin\n+221 33 123 45 67",
    "Spanish": "Atentamente,\nAmina Diallo\nDirectora\n+51 1 234 5678",
    "Russian": "С уважением,\nАмина Диалло\nДиректор\namina@ministry.example",
}


@pytest.mark.parametrize("rule", ["-----", "_____", "- - -", "=====", "--"])
@pytest.mark.parametrize("below", BELOW)
def test_card_with_words_of_its_author_below_stays(rule, below):
    text = f"Here is who sells the seed.\n\n{rule}\n{CARD}\n\n{BELOW[below]}\n"
    assert trim(text).visible == text


def test_card_to_which_readers_are_sent_stays():
    text = f"Please send the samples to this address.\n\n-----\n{CARD}\n"
    assert trim(text).visible == text


@pytest.mark.parametrize("rule", ["-----", "__________"])
def test_card_of_the_author_is_folded(rule):
    assert trim(f"I agree.\n\n{rule}\n{CARD}\n").visible.strip() == "I agree."
    spread = "Boris Horvat\nDirector\n\nMinistry of Environment\nTel. +41 22 123 45 67\nboris@people.example"
    assert trim(f"I agree.\n\n{rule}\n{spread}\n").visible.strip() == "I agree."


@pytest.mark.parametrize("above", ["-----", "__________", "Best regards,"])
def test_card_with_two_addresses_of_one_person_is_folded(above):
    card = "Boris Horvat\nDirector\nboris@people.example\n+41 22 123 45 67\ninfo@office.example"
    assert trim(f"I agree.\n\n{above}\n{card}\n").visible.strip() == "I agree."


@pytest.mark.parametrize("language", CLOSED)
@pytest.mark.parametrize("intro", ["Here is my draft:", "I would send this to the minister.", "Voici le projet."])
@pytest.mark.parametrize("below", ["", "\n\nOn 3 May 2026 at 10:02, Boris <b@x.example> wrote:\n> Will you write?"])
def test_letter_that_is_drafted_in_a_mail_stays_whole(language, intro, below):
    letter = f"{intro}\n\nDear Minister,\n\nthe trials need a decision.\n\n{CLOSED[language]}"
    assert trim(f"{letter}{below}\n").visible.strip() == letter
