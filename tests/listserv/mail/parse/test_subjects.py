"""A subject goes round by mail and stays as its author wrote it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forums.models import Contribution
from listserv.mail.parse.subjects import bare_subject, is_forward, is_same_subject
from listserv.models import MailingList
from listserv.outbound.render import subject_line
from tests.listserv.copies import copies
from tests.listserv.gateway.conftest import accept, drain, plain_message

PLAN = "Draft checklist for field trials"


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Re: [field-trials] Re: {}", "[field-trials] Re: [FIELD-TRIALS] {}", "Re[2]: {}",
        "RE(3): {}", "re^4 : {}",
        "AW: AW: {}", "WG: {}", "Antw: {}", "SV: {}", "VB: {}", "VS: {}",
        "RV: {}", "Reenv: {}", "RES: {}", "ENC: {}", "TR: {}", "RÉ : {}", "RE\xa0: {}",
        "Ответ: {}", "Отв: {}", "НА: {}", "Пересл: {}", "回复：{}", "答复: {}", "转发:{}",
        "回覆：回复：{}", "轉寄: {}",
        "رد: {}", "\u200fرد: {}", "الرد: رد: {}", "إعادة توجيه: {}", "Fwd: Fw: {}", "[Fwd: {}]",
        "Re: [Fwd: [risk] {}]",
        "Fwd: [FW: {} (fwd)]", "İLT: {}", "返信: {}", "\u202bرد: Re: \u202c{}",
    ],
)  # fmt: skip
def test_marks_of_every_program_come_off(subject):
    subject = subject.replace("[risk] ", "[field-trials] ")
    assert bare_subject(subject.format(PLAN), tag="field-trials") == PLAN


@pytest.mark.parametrize(
    "subject",
    [
        PLAN, "", "Request for comments", "Reply: is it one?", "Re-evaluation of trials", "Ref: SCBD/2026/14",
        "TR - trials", "I: introduction", "[other-list] Plan", "About the [risk] tag",
        "Trials, re: costs", ": odd",
        "Policy (draft)", "SV", "-5 degrees at the plot", "رد الفعل على التجارب", "回复率",
    ],
)  # fmt: skip
def test_words_that_only_look_like_marks_stay(subject):
    assert bare_subject(subject, tag="risk") == subject
    assert bare_subject(f"Re: [risk] {subject}", tag="risk") == subject


LABELS = [
    "[EXTERNAL] ", "[EXT] ", "[External Sender] ", "[EXTERNAL EMAIL] ", "{Spam?} ", "***SPAM*** ",
    "[SPAM] ", "CAUTION: ", "[CAUTION] ",
    "[Extern] ", "[Externe] ", "[外部] ", "【外部】", "[خارجي] ", "[ВНЕШНЕЕ] ", "EXTERNAL: ",
    "*EXT* ", "<External> ", "(External) ",
    "[other-list] ", "[Ticket #550] ", "[EXTERNAL]", "[EXTERNAL]: ", "*** EXTERNAL *** ",
    "[!!EXTERNAL!!] ", "[SPAM] [EXTERNAL] ",
    "⚠ External: ", "⚠️ [External] ", "🔴 [EXT] ", "EXTERNAL - ", "External – ",
]  # fmt: skip


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("subject", [PLAN, f"[Draft] {PLAN}"])
def test_labels_of_gateways_and_other_lists_come_off_before_a_mark_or_the_tag(label, subject):
    for around in (
        "{label}Re: [field-trials] {subject}", "RE: {label}Re: [field-trials] {subject}",
        "{label}[field-trials] {subject}", "Re: {label}[field-trials] {subject}",
        "AW: {label}AW: {label}Re: [field-trials] {subject}", "{label}Re: {subject}",
    ):  # fmt: skip
        assert bare_subject(around.format(label=label, subject=subject), tag="field-trials") == subject, around


@pytest.mark.parametrize(
    "subject",
    [
        "[Draft] Plan", "[External] review of the plan", "[Urgent] Plan", "CAUTION: wet seeds",
        "External: who pays?", "(Draft) Plan",
        "[Call 5] SV40 in maize", "[注意] 会议改期", "*Important* Plan", "{x} in the model",
        "Question: Re: costs", "[other-list] Plan",
    ],
)  # fmt: skip
def test_labels_that_the_author_meant_stay(subject):
    assert bare_subject(subject, tag="risk") == subject
    assert bare_subject(f"Re: [risk] {subject}", tag="risk") == subject
    assert bare_subject(f"[EXTERNAL] Re: [risk] {subject}", tag="risk") == subject


@pytest.mark.parametrize(
    "subject", ["[EXTERNAL] Plan", "***SPAM*** Plan", "{Spam?} Plan", "[External Sender] Plan", "[外部] Plan"]
)
def test_label_that_nobody_writes_comes_off_a_new_subject(subject):
    assert bare_subject(subject, tag="risk") == "Plan"


def test_public_table_of_subjects_is_met(corpus):
    table = json.loads((corpus / "zulip" / "expected.json").read_text())["subject_normalisation"]
    assert len(table) > 20
    assert {row["original"]: bare_subject(row["original"], tag="risk") for row in table} == {
        row["original"]: row["stripped"] for row in table
    }


def test_handmade_table_of_marks_is_met(corpus):
    tables = json.loads((corpus / "handmade" / "locale_tables.json").read_text())
    assert len(tables["reply_prefix"]) == 33 and len(tables["forward_prefix"]) == 24
    marks = {word for kind in ("reply_prefix", "forward_prefix") for words in tables[kind].values() for word in words}
    # A subject of one's own may begin with "I:".
    left = [word for word in sorted(marks - {"I"}) if bare_subject(f"{word}: {PLAN}", tag="risk") != PLAN]
    assert left == []


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Fwd: {}", True), ("[risk] FW: {}", True), ("[Fwd: {}]", True), ("[a] {}", False), ("TR : {}", True),
        ("转发：{}", True), ("\u200fإعادة توجيه: {}", True), ("Re: Fwd: {}", False), ("{}", False), ("Fwd {}", False),
        ("Forwarding: {}", False), ("[EXTERNAL] FW: {}", True), ("***SPAM*** Fwd: {}", True),
        ("[EXT] [other-list] TR: {}", True), ("[EXTERNAL] Re: Fwd: {}", False),
    ],
)  # fmt: skip
def test_subject_says_whether_a_mail_is_passed_on(subject, expected):
    assert is_forward(subject.format(PLAN)) is expected


@given(st.lists(st.sampled_from(["Re", "Fwd", "رد", "[", "]", "(", ")", "(fwd)", ":", "-", " ", "[risk]", "a", "："])))
def test_what_is_bare_stays_bare_or_gets_shorter_and_nothing_is_invented(pieces):
    subject = "".join(pieces)
    once = bare_subject(subject, tag="risk")
    assert once in " ".join(subject.split())
    assert subject_line(once, "risk", answers=True).startswith("Re: [risk]")


@pytest.mark.parametrize(
    "piece",
    [
        "[x] ",
        "[EXT] ",
        "*a",
        "--",
        "a: ",
        "{",
        "(",
        "[EXT] Re: ",
        "Re: ",
        "[",
        "(fwd)",
        "[Fwd: ",
        "Re",
        "-",
        "[risk]",
        "رد: ",
        "Re[1",
        ": ",
        "[(",
    ],
)
def test_hostile_megabyte_is_read_to_its_end(piece):
    """Anything worse than linear would take minutes here."""
    assert len(bare_subject(piece * 250_000, tag="risk")) <= len(piece) * 250_000


def test_same_subject_is_one_whatever_its_case_width_and_blanks():
    assert is_same_subject("Plan  ２", "plan 2")
    assert not is_same_subject("Plan 1", "plan 2")


# --- Round by mail ------------------------------------------------------------------------------------------------


@pytest.fixture
def trials(cast: Any) -> MailingList:
    """The closed discussion's list, with a tag that is not its name."""
    mailing_list: MailingList = cast.policy.forum.mailing_list
    MailingList.objects.filter(pk=mailing_list.pk).update(tag="field-trials")
    mailing_list.refresh_from_db()
    return mailing_list


def copy_of(contribution: Contribution, member: Any) -> str:
    """The subject of a member's copy."""
    raw = b"".join(copies(contribution, member)[0].parts)
    return raw.partition(b"\r\nSubject: ")[2].partition(b"\r\nDate:")[0].decode()


@pytest.mark.django_db
@pytest.mark.parametrize("mark", ["Re: ", "AW: ", "RE: RE: ", "Re[2]: "])
def test_subject_is_the_same_after_any_number_of_rounds(cast, trials, now, mark):
    contribution = cast.say(cast.boris, subject=PLAN, now=now)
    assert copy_of(contribution, cast.amina) == f"[field-trials] {PLAN}"
    for number in range(3):
        raw = plain_message(
            f"Answer {number}.", who=cast.amina, subject=f"{mark}{copy_of(contribution, cast.amina)}",
            In_Reply_To=f"<{contribution.message_id}>",
        )  # fmt: skip
        accept(raw, trials.address, member=cast.amina)
        drain()
        contribution = Contribution.objects.order_by("-number").first()
        assert contribution.subject == f"Re: {PLAN}"
        assert copy_of(contribution, cast.boris) == f"Re: [field-trials] {PLAN}"


@pytest.mark.django_db
@pytest.mark.parametrize("subject", [PLAN, f"[Draft] {PLAN}"])
@pytest.mark.parametrize(
    "mark",
    [
        "RE: [EXTERNAL] ",
        "[EXT] Re: ",
        "***SPAM*** AW: ",
        "{Spam?} Re: ",
        "CAUTION: RE: ",
        "[other-list] Re: ",
        "回复: [外部] ",
        "",
    ],
)
def test_subject_with_a_label_of_a_gateway_does_not_grow_and_stays_in_its_topic(cast, trials, now, mark, subject):
    contribution = cast.say(cast.boris, subject=subject, now=now)
    topic = contribution.topic_id
    for number in range(3):
        raw = plain_message(
            f"Answer {number}.", who=cast.amina, subject=f"{mark}{copy_of(contribution, cast.amina)}",
            In_Reply_To=f"<{contribution.message_id}>",
        )  # fmt: skip
        accept(raw, trials.address, member=cast.amina)
        drain()
        contribution = Contribution.objects.order_by("-number").first()
        assert (contribution.subject, contribution.topic_id) == (f"Re: {subject}", topic)
        assert copy_of(contribution, cast.boris) == f"Re: [field-trials] {subject}"


@pytest.mark.django_db
def test_answer_under_another_subject_keeps_it_and_a_new_topic_has_no_mark(cast, trials, now):
    contribution = cast.say(cast.boris, subject=PLAN, now=now)
    other = plain_message(
        "Costs.", who=cast.amina, subject="Re: [field-trials] Who pays?", In_Reply_To=f"<{contribution.message_id}>"
    )
    accept(other, trials.address, member=cast.amina)
    accept(plain_message("New.", who=cast.amina, subject="Fwd: [Fwd: A decree]"), trials.address, member=cast.amina)
    drain()
    answer, new = Contribution.objects.filter(origin="mail").order_by("number")
    assert (answer.subject, answer.topic_id) == ("Who pays?", contribution.topic_id)
    assert copy_of(answer, cast.boris) == "Re: [field-trials] Who pays?"
    assert (new.subject, new.post.topic.subject) == ("A decree", "A decree")
