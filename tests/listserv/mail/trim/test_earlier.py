"""Where the message that is answered is at hand, it decides what is old."""

import pytest

from listserv.mail.trim.trimming import trim

ATTRIBUTION = "On Tue, 3 Nov 2026 at 10:02, Boris Horvat <boris@people.example> wrote:"
FIRST = "Fifty metres between the plots is enough for maize, as we all know."
SECOND = "What about the beans, which nobody has tried in this region so far?"
EARLIER = f"Dear all,\n\n{FIRST}\n\n{SECOND}\n\nBoris"


def test_unmarked_answer_within_bare_old_words_stays():
    text = f"Thank you for this.\n\n{ATTRIBUTION}\n\nDear all,\n\n{FIRST}\n\nWe saw two percent at that.\n\n{SECOND}\n"
    assert trim(text, earlier=EARLIER).visible == text


def test_one_word_within_bare_old_words_stays():
    text = f"Thank you for this.\n\n{ATTRIBUTION}\n\nDear all,\n\n{FIRST}\n\nNo.\n\n{SECOND}\n"
    assert trim(text, earlier=EARLIER).visible == text


def test_old_words_that_are_broken_anew_are_folded():
    broken = EARLIER.replace("maize, as", "maize,\nas").replace("beans, which", "beans,\nwhich")
    text = f"Thank you for this.\n\n{ATTRIBUTION}\n\n{broken}\n"
    assert trim(text, earlier=EARLIER).visible.strip() == "Thank you for this."


def test_old_words_between_quotes_of_older_ones_are_folded_when_they_are_known():
    old = f"> Who has an opinion?\n\n{FIRST}\n\n> And beans?\n\n{SECOND}"
    text = f"Thank you for this.\n\n{ATTRIBUTION}\n\nDear all,\n\nhere it is.\n\n{old}\n"
    assert trim(text).visible == text
    earlier = f"Dear all,\n\nhere it is.\n\n{old}"
    assert trim(text, earlier=earlier).visible.strip() == "Thank you for this."


def test_what_the_message_does_not_hold_is_shown():
    text = f"Thank you for this.\n\n{ATTRIBUTION}\n\nA private note of Boris that the list has never seen.\n"
    assert trim(text, earlier=EARLIER).visible == text


@pytest.mark.parametrize(
    "line", ["Boris wrote:", "Boris Horvat a écrit :", "Boris schrieb:", "Борис пишет:", "Boris says:"]
)
def test_old_words_below_a_mere_name_are_folded_when_all_of_them_are_known(line):
    text = f"Thank you for this.\n\n{line}\n\n{EARLIER}\n"
    assert trim(text, earlier=EARLIER).visible.strip() == "Thank you for this."
    assert trim(text).visible == text
    answered = text.replace(SECOND, f"We saw two percent at that.\n\n{SECOND}")
    assert trim(answered, earlier=EARLIER).visible == answered
    below = f"{text}\nThe beans I do not know, and who does?\n"
    assert trim(below, earlier=EARLIER).visible == below
