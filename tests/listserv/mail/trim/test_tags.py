"""Answers inside unmarked old words stay, whatever their author marks them with; headings of old words are none."""

import pytest

from listserv.mail.trim.trimming import trim

ATTRIBUTION = "On Tue, 3 Nov 2026 at 10:02, Boris Horvat <boris@people.example> wrote:"
MARK = "-----Original Message-----\nFrom: Boris\nSent: Tuesday, May 3, 2026 10:02 AM\nTo: Amina\nSubject: Options"
MARKS = [
    ("* ", " *"), ("*", "*"), ("[Amina: ", "]"), ("[AD] ", ""), (">>> ", " <<<"), ("### ", " ###"), ("## ", " ##"),
    ("{AD: ", "}"), ("<AD> ", ""), ("** ", " **"), ("((", "))"), ("/// ", " ///"), ("== ", " =="), ("--> ", ""),
    ("--- ", " ---"), ("[[ ", " ]]"), ("_", "_"), ("(AD) ", ""), ("AD) ", ""), ("• ", ""), ("- ", ""), ("+ ", ""),
    ("~~ ", " ~~"), ("» ", ""), ("[", "]"), ("!! ", ""), ("Answer: ", ""), ("Answer - ", ""), ("Réponse : ", ""),
    ("答：", ""), ("الجواب: ", ""),
]  # fmt: skip


@pytest.mark.parametrize("announced", [ATTRIBUTION, MARK], ids=["attribution", "header"])
@pytest.mark.parametrize("around", MARKS, ids="".join)
def test_marked_answers_inside_old_words_stay(announced, around):
    before, behind = around
    answers = [f"{before}{words}{behind}" for words in ("The first, I think.", "The ministry will.")]
    close = f"Thank you.\n\n{announced}\n\nWhich option?\n{answers[0]}\nWho pays for it?\n{answers[1]}\n"
    apart = f"Thank you.\n\n{announced}\n\nWhich option?\n\n{answers[0]}\n\nWho pays for it?\n\n{answers[1]}\n\nBoris\n"
    assert trim(close).visible == close
    assert trim(apart).visible == apart


def test_one_answer_in_brackets_with_a_name_stays():
    text = f"Thank you.\n\n{ATTRIBUTION}\n\nWhich option?\n\n[Amina: the first, I think.]\n\nBoris\n"
    assert trim(text).visible == text


@pytest.mark.parametrize("lines", [">>> The first. <<<", ">>> The first, which is\nthe cheaper as well. <<<"])
def test_answer_between_arrows_is_no_quote(lines):
    text = f"Thank you.\n\n{ATTRIBUTION}\n> Which option?\n{lines}\n> Who pays?\n{lines}\n"
    assert trim(text).visible == text


@pytest.mark.parametrize(
    "lines",
    [
        "*Background*\nThe seeds are here.\n*Budget*\nThe ministry pays.",
        "Regards,\n\n*Boris Horvat*\n*Ministry of Environment*",
        "[image: logo]\nThe seeds are here.\n[image: logo]",
        "[cid:image001.png@01D]\nThe seeds are here.\n[EXTERNAL: do not click links in this mail]",
    ],
)
def test_headings_and_pictures_of_old_words_are_no_answers(lines):
    assert trim(f"I agree.\n\n{MARK}\n\nDear all,\n\n{lines}\n").visible.strip() == "I agree."


INSIDE = [
    "My answers are in the mail below.", "See inline.", "Answers in CAPS.", "My answers are in blue below.",
    "See below.", "Voir mes réponses en rouge.", "见红字",
]  # fmt: skip


@pytest.mark.parametrize("words", INSIDE)
def test_answers_typed_inside_marked_quotes_stay_where_their_author_says_so(words):
    text = f"{words}\n\n{ATTRIBUTION}\n> Which option?\n> the first\n> Who pays?\n> we\n"
    assert trim(text).visible == text


ONE = [
    "==> the first",
    "--> the first",
    "*** the first ***",
    "### the first ###",
    ">>> the first. <<<",
    "[AD] The first.",
]
ONE += ["[AD: the first.]", "* The first, I think. *", "My answer: the first.", "Réponse : la première.", "答：第一。"]


@pytest.mark.parametrize("answer", ONE)
def test_one_marked_answer_right_below_a_question_stays(answer):
    text = f"Thank you.\n\n{MARK}\n\nWhich option?\n\n{answer}\n\nBoris\n"
    assert trim(text).visible == text
