"""A moderator answers the letter about a held contribution: exactly once, whoever is first."""

from email import message_from_bytes, policy

import pytest

from forums import services
from forums.models import Contribution, ForumPolicy, Membership
from hub.lib.clock import now as clock
from hub.lib.errors import NotFound
from listserv import tokens
from listserv.commands.moderating import read_decision
from listserv.mail.parse.message import parse
from listserv.models import InboundMail, Notice
from tests.listserv.gateway.conftest import accept, drain, plain_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(cast, now):
    """What Amina said in the discussion, which is moderated by Chen and Boris from now on."""
    ForumPolicy.objects.filter(pk=cast.policy.pk).update(moderated=True)
    services.admit_member(forum_id=cast.forum_id, member=cast.boris, role=Membership.Role.MODERATOR, now=now)
    return cast.say(cast.amina, "My held words.", subject="Isolation", now=clock())


def answer(post, who, text, *, subject="", owner=None, proven=False):
    """Answer the letter of ``owner``, the sender's own when there is none named; return the reply in the session."""
    mail = next(mail for mail in post.mails(owner or who) if "Isolation" in mail.subject)
    to = mail.headers.raw("reply-to")
    quoted = "\n".join(f"> {line}" for line in mail.text.splitlines()[:8])
    body = f"{text}\n\nOn Tue, 24 Nov 2026 at 09:00, Hub <hub@x.example> wrote:\n{quoted}\n"
    return post.send(
        who, body, to=to, proven=proven, subject=subject or f"Re: {mail.subject}", message_id=f"{who.pk}.{text[:3]}@x"
    )


def test_notification_has_the_text_and_the_words_and_its_address_in_reply_to_alone(cast, held, post):
    mail = post.mails(cast.chen)[-1]
    assert "My held words." in mail.text and "APPROVE" in mail.text and "REJECT" in mail.text
    assert mail.headers.raw("reply-to").startswith("risk-moderate+")
    page = message_from_bytes(bytes(Notice.objects.latest("pk").raw), policy=policy.default).get_body(("html",))
    assert "APPROVE" in page.get_content() and "risk-moderate" not in page.get_content() + mail.text


def test_first_one_decides_the_second_is_told_and_the_others_learn_it(cast, held, post):
    assert answer(post, cast.chen, "APPROVE").startswith("250")
    assert Contribution.objects.get(pk=held.pk).state == "accepted"
    assert "was published" in post.mails(cast.chen)[-1].text
    asked, notification = post.mails(cast.boris)
    assert "Chen Wei approved" in notification.text
    assert notification.in_reply_to == (asked.message_id,) == (tokens.held_message_id(held.number, cast.boris.pk),)
    answer(post, cast.boris, "REJECT off topic")
    assert "Chen Wei approved" in post.mails(cast.boris)[-1].text
    assert Contribution.objects.get(pk=held.pk).state == "accepted"
    assert not [mail for mail in post.mails(cast.amina) if "off topic" in mail.text]


def test_decision_on_the_web_reaches_the_other_moderators_by_mail(cast, held, post):
    services.reject_contribution(number=held.number, actor=cast.chen, reason="Off topic.", now=clock())
    assert "Chen Wei rejected" in post.mails(cast.boris)[-1].text and "Off topic." in post.mails(cast.boris)[-1].text
    assert "Off topic." in post.mails(cast.amina)[-1].text
    assert len(post.mails(cast.chen)) == 1


@pytest.mark.parametrize(
    "text", ["REJECT Off topic.", "No: Off topic.", "reject\n\nOff topic.", "ОТКЛОНИТЬ Off topic."]
)
def test_rejection_has_a_reason_that_its_author_gets(cast, held, post, text):
    answer(post, cast.chen, text)
    assert Contribution.objects.get(pk=held.pk).state == "rejected"
    assert "Off topic." in post.mails(cast.amina)[-1].text and "My held words." in post.mails(cast.amina)[-1].text


def test_rejection_without_a_reason_decides_nothing(cast, held, post):
    answer(post, cast.chen, "REJECT")
    assert Contribution.objects.get(pk=held.pk).state == "held"
    assert "reason" in post.mails(cast.chen)[-1].text


def test_edit_publishes_the_new_text_and_keeps_the_old(cast, held, post):
    answer(post, cast.chen, "EDIT\n\n> What others said.\n\nBetter words.\n\nA second paragraph.")
    held.refresh_from_db()
    held.post.refresh_from_db()
    assert (held.state, held.text) == ("accepted", "> What others said.\n\nBetter words.\n\nA second paragraph.")
    assert held.revisions.get().text == "My held words."


@pytest.mark.parametrize("below", ["Regards,\nChen Wei", "-- \nChen Wei\nOffice of Biosafety"])
def test_a_moderators_closing_does_not_stand_in_the_new_text(cast, held, post, below):
    answer(post, cast.chen, f"EDIT\n\nBetter words.\n\n{below}")
    held.post.refresh_from_db()
    assert held.text == "Better words."


def test_edit_that_comes_too_late_changes_nothing(cast, held, post):
    services.approve_contribution(number=held.number, actor=cast.boris, now=clock())
    answer(post, cast.chen, "EDIT\n\nBetter words.")
    held.post.refresh_from_db()
    # Shown words are changed by the command EDIT and the number; a late answer to the letter decides nothing.
    assert "Boris Horvat approved" in post.mails(cast.chen)[-1].text and held.text == "My held words."


def test_subject_is_the_order_when_the_text_has_none(cast, held, post):
    answer(post, cast.chen, "", subject="APPROVE")
    assert Contribution.objects.get(pk=held.pk).state == "accepted"


@pytest.mark.parametrize("text", ["Yes, but shorten the second part.", "What is this about?", "No idea what he means."])
def test_sentence_decides_nothing_and_is_explained_once(cast, held, post, text):
    answer(post, cast.chen, text)
    answer(post, cast.chen, f"I said: {text}")
    assert Contribution.objects.get(pk=held.pk).state == "held"
    assert len(post.mails(cast.chen)) == 2 and "APPROVE" in post.mails(cast.chen)[-1].text


def test_address_in_a_notification_is_of_no_use_to_anybody_else(cast, held, post):
    before = Notice.objects.count()
    for who in (cast.amina, cast.boris, cast.stella):
        assert answer(post, who, "APPROVE", owner=cast.chen).startswith("550 5.7.1")
    assert answer(post, cast.amina, "APPROVE", owner=cast.chen, proven=True).startswith("550 5.7.1")
    nobody = type("Nobody", (), {"name": "X", "email": "x@else.example", "pk": 0})
    assert answer(post, nobody, "APPROVE", owner=cast.chen).startswith("550 5.7.1")
    assert Contribution.objects.get(pk=held.pk).state == "held" and Notice.objects.count() == before


def test_other_moderator_who_signs_in_may_use_a_forwarded_notification(cast, held, post):
    answer(post, cast.boris, "APPROVE", owner=cast.chen, proven=True)
    assert Contribution.objects.get(pk=held.pk).decided_by == cast.boris


def test_moderator_who_no_longer_leads_decides_nothing(cast, held, post, now):
    services.admit_member(forum_id=cast.forum_id, member=cast.chen, now=now)
    assert answer(post, cast.chen, "APPROVE").startswith("550 5.7.1")
    assert Contribution.objects.get(pk=held.pk).state == "held"


def test_token_of_another_list_and_a_forged_one_open_nothing(cast, held, post, plaza):
    address = tokens.moderate_address("plaza", member_id=cast.chen.pk, number=held.number)
    assert post.send(cast.chen, "APPROVE", to=address, proven=False).startswith("550")
    with pytest.raises(NotFound):
        post.send(cast.chen, "APPROVE", to="risk-moderate+aaaa", proven=False)
    assert Contribution.objects.get(pk=held.pk).state == "held"


def test_automatic_answer_decides_nothing(cast, held, post):
    mail = post.mails(cast.chen)[-1]
    to = mail.headers.raw("reply-to")
    post.send(cast.chen, "OK", to=to, proven=False, subject="Away", Auto_Submitted="auto-replied")
    assert Contribution.objects.get(pk=held.pk).state == "held"
    assert InboundMail.objects.latest("pk").state == "discarded"


def test_notification_is_passed_to_another_who_leads(cast, held, post, now):
    services.admit_member(forum_id=cast.forum_id, member=cast.oona, role=Membership.Role.MODERATOR, now=now)
    answer(post, cast.chen, "PASS Oona Virtanen")
    passed = post.mails(cast.oona)[-1]
    assert "My held words." in passed.text and "Chen Wei asks you" in passed.text
    answer(post, cast.oona, "ok")
    assert Contribution.objects.get(pk=held.pk).decided_by == cast.oona


DECISIONS = {
    "approve": ["APPROVE", "ok", "Yes.", "accept", "APPROUVER", "d'accord", "Aprobar", "sí", "Одобрить", "да", "موافقة",
                "نعم", "批准", "同意"],
    "reject": ["REJECT why", "refuser why", "RECHAZAR why", "Отклонить why", "رفض why", "拒绝 why", "No - why",
               "Non: why"],
    "edit": ["EDIT", "Modifier", "EDITAR", "Изменить", "تعديل", "编辑", "修改"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in DECISIONS.items() for text in texts])
def test_decision_is_read_in_every_language(name, text):
    decision = read_decision(parse(plain_message(f"{text}\r\n", subject="Re: Waiting").encode()))
    assert decision.name == name and ("why" in decision.text) == ("why" in text)


def change(held, cast, text="My changed words.", who=None):
    """Let the author, or somebody else, change what waits."""
    reason = "" if who is None else "Tone"
    return services.edit_contribution(
        number=held.number, actor=who or cast.amina, text=text, reason=reason, now=clock()
    )


@pytest.mark.parametrize("order", ["APPROVE", "REJECT Off topic.", "EDIT\n\nBetter words."])
def test_answer_to_the_words_before_a_change_decides_nothing_and_shows_what_changed(cast, held, post, order):
    change(held, cast)
    answer(post, cast.chen, order)
    held.refresh_from_db()
    held.post.refresh_from_db()
    assert held.is_held and held.text == "My changed words."
    notification = post.mails(cast.chen)[-1].text
    assert "Amina Diallo changed contribution" in notification
    assert "- My held words." in notification and "+ My changed words." in notification
    assert order.split()[0] in notification and str(held.number) in notification
    if order.startswith("EDIT"):
        assert "Better words." in notification


def test_refused_decision_can_be_made_again_on_the_words_that_came_with_the_refusal(cast, held, post):
    change(held, cast)
    answer(post, cast.chen, "APPROVE")
    to = post.mails(cast.chen)[-1].headers.raw("reply-to")
    post.send(cast.chen, f"APPROVE {held.number}", to=to, proven=False)
    held.refresh_from_db()
    assert (held.state, held.decided_revision, held.decided_by) == ("accepted", 1, cast.chen)


def test_moderators_are_told_of_a_change_with_what_changed_and_may_answer_that(cast, held, post):
    change(held, cast)
    first, again = post.mails(cast.chen)
    assert (
        "- My held words." in again.text and "+ My changed words." in again.text and "changed" in again.subject.lower()
    )
    assert again.in_reply_to == (first.message_id,)
    post.send(cast.chen, "APPROVE", to=again.headers.raw("reply-to"), proven=False)
    held.refresh_from_db()
    assert (held.state, held.decided_revision) == ("accepted", 1)


def test_many_changes_do_not_fill_the_moderators_mailboxes(cast, held, post):
    for number in range(20):
        change(held, cast, f"Wording {number}.")
    assert len(post.mails(cast.chen)) == 2 and len(post.mails(cast.boris)) == 2
    # What they were not told of is not what they approve.
    to = post.mails(cast.chen)[-1].headers.raw("reply-to")
    post.send(cast.chen, "APPROVE", to=to, proven=False)
    held.refresh_from_db()
    assert held.is_held and "+ Wording 19." in post.mails(cast.chen)[-1].text


def test_command_is_on_the_revision_that_was_sent_last(cast, held, post):
    change(held, cast)
    change(held, cast, "Third words.")
    assert "- My changed words." in post.ask(cast.chen, f"APPROVE {held.number}")
    held.refresh_from_db()
    assert held.is_held
    assert "was published" in post.ask(cast.chen, f"APPROVE {held.number}")


def test_command_that_was_on_its_way_while_the_words_changed_decides_nothing(cast, held, post):
    raw = plain_message(f"APPROVE {held.number}", who=cast.chen)
    assert accept(raw, "risk-request@lists.hub.example", member=cast.chen).startswith("250")
    change(held, cast)
    drain()
    held.refresh_from_db()
    assert held.is_held


def test_getting_a_contribution_shows_the_words_that_are_then_approved(cast, held, post):
    change(held, cast)
    change(held, cast, "Third words.")
    assert "Third words." in post.ask(cast.chen, f"GET {held.number}")
    assert "was published" in post.ask(cast.chen, f"APPROVE {held.number}")


def test_edit_by_mail_says_why_and_its_author_is_told(cast, held, post):
    answer(post, cast.chen, "EDIT the units were wrong\n\nBetter words.")
    held.refresh_from_db()
    held.post.refresh_from_db()
    assert held.text == "Better words." and held.post.update_reason == "the units were wrong"
    notification = next(mail for mail in post.mails(cast.amina) if "was changed" in mail.subject)
    assert all(
        part in notification.text
        for part in ("Chen Wei", "the units were wrong", "- My held words.", "+ Better words.")
    )
    assert f"/c/{held.number}/history/" in notification.text


def test_author_who_was_told_of_a_change_may_change_it_again_and_one_who_was_not_is_refused(cast, post):
    contribution = cast.say(cast.amina, "First.", now=clock())
    change(contribution, cast, "Second.", who=cast.chen)
    assert "now has your text" in post.ask(cast.amina, f"EDIT {contribution.number}\nThird.")
    assert "- Second." in post.ask(cast.chen, f"EDIT {contribution.number} tone\nFourth.")
    contribution.post.refresh_from_db()
    assert contribution.text == "Third."


def test_token_without_a_revision_is_on_the_words_as_first_written(cast, held, post):
    assert tokens.read_moderate(_token(tokens.moderate_address("risk", member_id=7, number=9))).revision == 0
    assert tokens.read_moderate(_token(tokens.moderate_address("risk", member_id=7, number=9, revision=3))) == (
        tokens.ModerateToken(7, 9, 3)
    )


def _token(address):
    return address.partition("+")[2].partition("@")[0]
