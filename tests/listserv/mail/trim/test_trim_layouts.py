"""Whatever an author writes, above, between or below what a program quotes: every line of it stays."""

from hypothesis import given, settings
from hypothesis import strategies as st

from listserv.mail.trim.trimming import trim
from tests.listserv.mail.trim.test_trim_clients import TAILS
from tests.listserv.mail.trim.test_trim_languages import INTROS

# Paragraphs that look a little like what programs write.
WORDS = st.sampled_from(
    [
        "I agree.", "We met on 3 May 2026 at 10:02 in Geneva:", "From: my side it is fine.", "To: be "
    "decided", "Thanks!",
        "See:\nhttps://people.example/on-3-may-someone-wrote:", "- one\n- two", "1. One: the first\n2. Two: the "
    "second",
        "Boris wrote: no. I write: yes.", "Sent by post on Monday.", "On the other hand, nobody "
    "wrote.", "Regards,", "Best,\nAna",
        "She said:", "The list is at\nhttps://lists.example/ for all.", "Date: 3 May\nTime: 10:02\nPlace: Geneva",
        "Subject: to approval, we go on.", "This message is from all of us.", "a -- b -- c", "Original message or "
    "not, I agree.",
        "我同意。", "时间：10:02\n地点：日内瓦", "أوافق على ذلك.", "من: جنيف\nإلى: نيروبي", "Я согласна.", "Кому: "
    "всем, кто хочет.",
        "Je suis d'accord :", "Le 3 mai 2026, à 10:02, nous avons décidé.", "El martes escribió Ana.", "5 > 3 and "
    "2 < 4",
        "In 2024 it was 10:02 when Ana wrote this:\nnothing.", "    code:\n    x = 1  # wrote:", "¡Sí!", "P.S. "
    "Bring the maps.",
        "The minister <minister@people.example> came.", "Total\n=====\n\n12", "a|b|c\n-|-|-\n1|2|3", "\"Quoted\" "
    "words (2026).",
    ]
)  # fmt: skip
QUOTES = st.sampled_from(
    [
        "> Old words.", "> Old words.\n>\n> More of them.\n>> And older ones.", ">Old words", "> On Monday Zoe "
    "wrote:\n>> Older.\n> Old.",
        "> A line that goes on to the very end of what the program allows it to\nhave and is broken there.\n> Old.",
    ]
)  # fmt: skip
INTRO = st.sampled_from(["", *(f"{intro}\n" for intros in INTROS.values() for intro in intros)])
QUOTED = st.tuples(INTRO, QUOTES).map("".join)


@given(
    st.lists(WORDS, min_size=1, max_size=6), st.sampled_from(["", *TAILS.values()]), st.sampled_from(["\n\n", "\n\n\n"])
)
@settings(max_examples=120, deadline=None)
def test_words_above_what_a_program_adds_stay_and_are_all_that_stays(words, tail, between):
    own = "\n\n".join(words)
    trimmed = trim(f"{own}{between}{tail}\n")
    assert own in trimmed.visible
    # What a colon leads on to is shown.
    if tail and not own.endswith(":"):
        assert trimmed.visible.strip() == own.strip()


@given(
    st.lists(st.tuples(QUOTED, WORDS), min_size=1, max_size=4),
    st.sampled_from(["", "Dear all,\n\n"]),
    st.sampled_from(["\n", "\n\n"]),
    st.sampled_from(["", "\n\n> The rest of it.", "\n\n-- \nAmina", "\n\nSent from my iPhone"]),
)
@settings(max_examples=120, deadline=None)
def test_words_between_and_below_quotes_stay_with_the_quotes_they_answer(parts, greeting, between, tail):
    own = greeting + "\n\n".join(f"{quote}{between}{words}" for quote, words in parts)
    trimmed = trim(f"{own}{tail}\n")
    assert own in trimmed.visible
