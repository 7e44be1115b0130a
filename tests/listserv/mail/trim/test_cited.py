"""What a book, a paper or a rule says is shown with the words below it."""

import pytest

from listserv.mail.trim.trimming import trim

QUOTED = "> Seeds are moved by animals.\n> And by wind."
BARE = "Seeds are moved by animals.\n\nI do not think that this holds for maize."
CITED = [
    "Smith (2019) says:", "Smith et al. (2019) wrote:", "As the Guidance of 2019 says:", "Article 17 says:",
    "Le Protocole dit :", "Horvat (2019) a dit :", "Müller (2019) schreibt:", "Smith, 2019, p. 12, writes:",
    "El informe de 2019 dice:", "Хорват (2019) пишет:", "史密斯（2019）写道：", "According to the Convention:",
    "Darwin (1859), On the Origin of Species, said:",
]  # fmt: skip
SAID = [
    "The Ministry <office@ministry.example> said:", "On 3 May 2019 at 10:02 Boris Horvat said:",
    "On 3 May 2019 at 10:02 the minister <office@ministry.example> said:", "Boris Horvat says:", "Boris a dit :",
    "Boris Horvat schreibt:",
]  # fmt: skip


@pytest.mark.parametrize("line", CITED)
def test_quotation_of_a_work_that_ends_a_mail_stays(line):
    text = f"There is a book on this.\n\n{line}\n{QUOTED}\n"
    assert trim(text).visible == text


@pytest.mark.parametrize("line", [*CITED, *SAID])
def test_words_below_an_unmarked_quotation_stay(line):
    text = f"There is a book on this.\n\n{line}\n\n{BARE}\n"
    assert trim(text).visible == text


def test_marked_quotes_below_a_name_are_folded():
    assert trim(f"I agree.\n\nBoris Horvat said:\n{QUOTED}\n").visible.strip() in (
        "I agree.",
        "I agree.\n\nBoris Horvat said:",
    )
