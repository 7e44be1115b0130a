"""What holds of every mail: two halves are the whole; no unmarked paragraph below quotes is folded."""

from hypothesis import given, settings
from hypothesis import strategies as st

from listserv.mail.trim.trimming import trim

ATTRIBUTIONS = [
    "On Tue, 3 Nov 2026 at 10:02, Boris Horvat <boris@people.example> wrote:",
    "Le mar. 3 nov. 2026 à 10:02, Boris Horvat <boris@people.example> a écrit :",
    "Am 03.11.26 um 10:02 schrieb Boris Horvat:",
    "вт, 3 нояб. 2026 г. в 10:02, Boris Horvat <boris@people.example>:",
    "在 2026年11月3日，10:02，Boris <boris@people.example> 写道：",
    "Boris Horvat <boris@people.example> wrote:",
    "2026/11/3 Boris Horvat <boris@people.example>",
    "----- Original Message -----",
    "----- Original Message -----\nFrom: Boris <b@x.example>\nTo: a@x.example\n"
    "Sent: 3 Nov 2026 10:02\nSubject: Isolation",
    "From: Boris <b@x.example>\nSent: Tuesday, 3 November 2026 10:02\nTo: a@x.example\nSubject: RE: Isolation",
    "---- Replied Message ----\n| From | Boris<b@x.example> |\n| Date | 11/03/2026 10:02 |",
    "________________________________",
]
LABELS = ["", "[...]", "snip", "Hi Boris,", "BH:", "Dear all,\n\nthanks for this.", "Good.", "…"]
QUOTED = ["> Fifty metres is enough.", "> One.\n> Two.\n>\n> Three.", ">> Older.\n> Old.", "> Why?"]
# Paragraphs that nothing but their place tells from old words.
ANSWERS = [
    "Not in maize: we saw 2 percent.", "Yes.", "I do not know,\nand nobody does.",
    "See https://x.example/a",
    "我不同意。", "لا أوافق على ذلك.", "Не согласен.", "1. One\n2. Two", "- one\n- two", "a = b + c",
    "Thanks!",
    "That is what Boris wrote.", "From here on it is clear.", "On Tuesday we meet.",
    "The list has 12 members.",
]  # fmt: skip
ABOVE = ["I have two remarks.", "Hello,", "Hi Boris,\n\nthanks for this.", "First:\n\n--\n\nSecond: more of it.", "Да."]
BELOW = ["", "\n\n-- \nAmina Diallo", "\n\n> The rest of it.", "\n\nSent from my iPhone", "\n\nRegards,\nAmina"]
OTHER = st.sampled_from(["", "-- ", "--", "---", "P.S. Maps.", "words", ">From here", "| a | b |", "x:", "Regards,"])

blocks = st.tuples(st.sampled_from(ATTRIBUTIONS), st.sampled_from(LABELS), st.sampled_from(QUOTED))


@given(
    st.sampled_from(ABOVE),
    st.lists(st.tuples(blocks, st.sampled_from(ANSWERS)), min_size=1, max_size=3),
    st.sampled_from(BELOW),
)
@settings(max_examples=400, deadline=None)
def test_paragraph_below_quoted_lines_is_never_folded(above, parts, below):
    text = above
    for (attribution, label, quoted), answer in parts:
        text += "\n\n" + "\n".join(filter(None, [attribution, label, quoted])) + f"\n\n{answer}"
    trimmed = trim(f"{text}{below}\n")
    assert trimmed.visible.startswith(text)
    assert trimmed.visible + trimmed.folded == f"{text}{below}\n"


@given(st.lists(st.one_of(*map(st.sampled_from, (ATTRIBUTIONS, LABELS, QUOTED, ANSWERS, ABOVE)), OTHER), max_size=12))
@settings(max_examples=400, deadline=None)
def test_both_halves_are_the_mail_line_by_line(parts):
    text = "\n".join(parts)
    trimmed = trim(text)
    assert trimmed.visible + trimmed.folded == text


@given(st.sampled_from(ABOVE), st.sampled_from(ANSWERS), st.sampled_from(["--", "-- ", "---", "* * *", "====="]))
@settings(max_examples=150, deadline=None)
def test_paragraphs_that_a_line_divides_stay(above, answer, rule):
    text = f"{above}\n\n{rule}\n\n{answer}\nSo we should ask what the field says, and when it says so.\n"
    assert trim(text).visible == text
