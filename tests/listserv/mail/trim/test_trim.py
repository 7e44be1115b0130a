"""What a mail's author wrote, and what the mail program added."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listserv.mail.trim.trimming import trim

QUOTE = "> Quoted line.\n> And another.\n"


@pytest.mark.parametrize(
    "intro",
    [
        "On 3 May 2026, at 10:02, Boris Horvat <boris@people.example> wrote:",
        "On Tue, May 3, 2026 at 10:02 AM Boris Horvat <\nboris@people.example> wrote:",
        "Le mar. 3 mai 2026 à 10:02, Boris Horvat <boris@people.example> a écrit :",
        "Le 03/05/2026 à 10:02, Boris Horvat a écrit :",
        "El mar, 3 may 2026 a las 10:02, Boris Horvat (<boris@people.example>) escribió:",
        "вт, 3 мая 2026 г. в 10:02, Борис Хорват <boris@people.example>:",
        "03.05.2026 10:02, Борис Хорват пишет:",
        "Борис Хорват <boris@people.example> 于2026年5月3日周二 10:02写道：",
        "在 2026年5月3日，10:02，Boris <boris@people.example> 写道：",
        "في الثلاثاء، 3 مايو 2026 في 10:02 كتب Boris Horvat <boris@people.example>:",
        "Am 03.05.26 um 10:02 schrieb Boris Horvat:",
        "On Tuesday Yasmine Belhadj wrote:",
        "Le mardi Yasmine Belhadj a écrit :",
        "El martes Yasmine Belhadj escribió:",
        "В понедельник Борис Хорват написал:",
        "在周二，Yasmine Belhadj 写道：",
        "في الثلاثاء كتبت ياسمين بلحاج:",
        "Am Dienstag schrieb Boris Horvat:",
    ],
)
def test_introduction_is_folded_with_its_quote(intro):
    text = f"My own words.\n\n{intro}\n{QUOTE}"
    trimmed = trim(text)
    assert trimmed.visible.strip() == "My own words."
    assert trimmed.folded.startswith(intro.split("\n", maxsplit=1)[0])
    assert trimmed.visible + trimmed.folded == text


@pytest.mark.parametrize(
    "block",
    [
        "From: Boris <boris@people.example>\nSent: Tuesday, May 3, 2026 10:02\nTo: Amina\nSubject: RE: Plan\n",
        "De : Boris <boris@people.example>\nEnvoyé : mardi 3 mai 2026 10:02\nÀ : Amina\nObjet : RE: Plan\n",
        "De: Boris\nEnviado el: martes, 3 de mayo de 2026 10:02\nPara: Amina\nAsunto: RE: Plan\n",
        "От: Борис\nОтправлено: 3 мая 2026 г. 10:02\nКому: Амина\nТема: RE: Plan\n",
        "发件人: Boris\n发送时间: 2026年5月3日 10:02\n收件人: Amina\n主题: 回复: Plan\n",
        "من: Boris\nتاريخ الإرسال: 3 مايو 2026 10:02\nإلى: Amina\nالموضوع: رد: Plan\n",
        "*From:* Boris\n*Date:* 3 May 2026\n*To:* Amina\n",
        "-----Original Message-----\nBoris wrote something here.\n",
        "________________________________\nFrom: Boris\nSent: 3 May 2026\nTo: Amina\n",
    ],
)
def test_old_mail_that_stands_there_unquoted_is_folded(block):
    text = f"My own words.\n\n{block}\nOld words of Boris.\n"
    trimmed = trim(text)
    assert trimmed.visible.strip() == "My own words."
    assert trimmed.folded == text[len(trimmed.visible) :]
    assert trimmed.folded.startswith(block[:20])


@pytest.mark.parametrize(
    "own",
    [
        "On costs I agree.\nBoris wrote:",
        "On Tuesday we met. Yasmine wrote:",
        "On the two questions that Boris wrote about I have this to add:",
        "On this I would say:",
        f"On {'a long and winding question ' * 5}Boris wrote:",
    ],
)
def test_words_of_the_author_above_a_quote_stay(own):
    assert trim(f"My own words.\n\n{own}\n{QUOTE}").visible.strip().endswith(own)


@pytest.mark.parametrize(
    "text",
    [
        f"On 3 May 2026 at 10:02, Boris <b@p.example> wrote:\n{QUOTE}\nAn answer below.\n",
        f"First answer.\n{QUOTE}Second answer.\n{QUOTE}Third answer.\n",
        "On Monday we decided: the plan stands.\nIt was 10:30.\n",
        "From: the first paragraph on, I agree.\nBut not with the rest.\n",
        "A list:\n- one\n- two\n--\nnot a signature because of what follows\n" + "line\n" * 25,
        "She wrote: yes.\n",
        "Sent from my desk, which is easier.\n",
        "a -- b\n",
    ],
)
def test_what_the_author_wrote_below_or_between_stays(text):
    assert trim(text).visible == text


@pytest.mark.parametrize(
    "tail",
    [
        "-- \nAmina Diallo\nMinistry of Environment\n",
        "--\nAmina\n",
        "Sent from my iPhone\n",
        "Envoyé de mon iPhone\n",
        "Отправлено с iPhone\n",
        "_______________________________________________\nrisk mailing list\nrisk@lists.example\nhttp://lists.example/\n",
        f"-- \nAmina\n\nOn 3 May 2026 at 10:02, Boris <b@p.example> wrote:\n{QUOTE}",
        f"On 3 May 2026 at 10:02, Boris <b@p.example> wrote:\n{QUOTE}\n-- \nAmina\n",
    ],
)
def test_signature_is_folded(tail):
    text = f"My own words.\n\n{tail}"
    assert trim(text).visible.strip() == "My own words."
    assert trim(text).folded.strip() == tail.strip()


UNDATED = f"On Tuesday Yasmine Belhadj wrote:\n{QUOTE}"
ALL_QUOTED = f"\n\nOn 3 May 2026, Boris <b@p.example> wrote:\n\n{QUOTE}\n"


@pytest.mark.parametrize("text", [QUOTE, ALL_QUOTED, UNDATED, "-- \nAmina\n", "", " \n\n"])
def test_nothing_of_the_authors_own_is_said_so(text):
    assert trim(text).is_only_quoted
    assert trim(text).visible + trim(text).folded == text


def test_mail_that_only_passes_on_another_is_what_its_author_says():
    text = "---------- Forwarded message ---------\nFrom: Boris\nDate: x\nTo: Amina\n\nLook at this.\n"
    assert trim(text).visible == text


_LINES = st.sampled_from(
    [
        "> q", ">> q", "", " ", "words", "-- ", "--", "From: a", "To: b", "Subject: c", "On 1 May 2026 x@y wrote:",
        "wrote:", "-----Original Message-----", "____", "Sent from my iPhone", ">", "a:", "…", "在 2026年 写道：",
    ]
)  # fmt: skip


@given(st.lists(_LINES, max_size=40).map("\n".join))
@settings(max_examples=200, deadline=None)
def test_nothing_is_ever_lost(text):
    trimmed = trim(text)
    assert trimmed.visible + trimmed.folded == text


@pytest.mark.parametrize(
    "unit",
    ["> q\n", "\xa0> q\n", "x" * 399 + ":\n", "x" * 390 + " wrote:\n", "a:\n", "wrote:\n", "From: a\n", "-- \nx\n"],
)
def test_nothing_of_a_hostile_megabyte_is_lost(unit):
    """Anything worse than linear would take minutes here."""
    text = (unit * (1_000_000 // len(unit) + 1))[:1_000_000]
    for whole in (text, f"My own words.\n{text}\nThe end."):
        trimmed = trim(whole)
        assert trimmed.visible + trimmed.folded == whole
