"""Every row of the verdict, in real SMTP sessions."""

import re
from datetime import timedelta

from forums import services
from forums.models import Contribution
from hub.lib.clock import now as clock
from listserv.gateway import recipients
from listserv.models import InboundMail, Notice
from tests.listserv.gateway.conftest import drain, only_row, plain_message


def test_member_who_signed_in_is_published(smtp_server, people, risk):
    raw = plain_message("Field trials need a plan.", who=people.amina, subject="[risk] Plan")
    code, text = smtp_server.send(raw, risk, member=people.amina)
    assert (code, text) == (250, f"2.0.0 Accepted for {risk}.")
    assert only_row().state == "queued"
    assert drain() == 1
    contribution = Contribution.objects.get()
    assert contribution.author == people.amina
    assert (contribution.subject, contribution.origin) == ("Plan", "mail")
    assert contribution.text == "Field trials need a plan."
    row = only_row()
    assert (row.state, row.contribution, row.proof, row.member) == ("published", contribution, "auth", people.amina)


def test_moderator_needs_no_second_look_and_observer_may_not_write(smtp_server, people, risk):
    assert smtp_server.send(plain_message(who=people.chen), risk, member=people.chen)[0] == 250
    people.oona.set_password("a long password")
    people.oona.save()
    code, text = smtp_server.send(plain_message(who=people.oona), risk, member=people.oona)
    assert code == 550
    assert text.startswith("5.7.1 You can read this discussion but not write")


def test_closed_list_is_as_good_as_missing_to_a_member_outside_it(smtp_server, people, risk):
    code, text = smtp_server.send(plain_message(who=people.stella), risk, member=people.stella)
    assert (code, text) == (550, "5.1.1 There is nothing here, or it is not open to you.")
    assert only_row().state == "rejected"


def test_unknown_sender_is_refused_in_the_session_and_recorded_without_its_body(smtp_server, people, risk):
    raw = "From: nobody@elsewhere.example\r\nSubject: Hello\r\n\r\nBuy this secret body.\r\n"
    code, text = smtp_server.send(raw, risk)
    assert code == 550
    assert text.startswith("5.7.1 Only participants of this discussion")
    row = only_row()
    assert (row.state, row.code, row.action) == ("rejected", "unknown-sender", "reject")
    assert b"Subject: Hello" in bytes(row.raw)
    assert b"secret body" not in bytes(row.raw)
    assert row.size == len(raw)
    assert (row.peer, row.helo) == ("127.0.0.1", "client.example")


def test_forged_member_of_another_discussion_gets_the_answer_of_a_stranger(smtp_server, people, risk):
    stranger = smtp_server.send("From: nobody@elsewhere.example\r\n\r\nx\r\n", risk)
    assert smtp_server.send(plain_message(who=people.stella), risk) == stranger


def test_signed_in_member_may_not_write_as_somebody_else(smtp_server, people, risk):
    code, text = smtp_server.send(plain_message(who=people.boris), risk, member=people.amina)
    assert code == 550
    assert text.startswith("5.7.1 You are signed in as Amina Diallo, but the message is from boris.horvat@")
    assert only_row().code == "not-your-address"


def test_mail_without_from_is_the_members_who_signed_in(smtp_server, people, risk):
    assert smtp_server.send("Subject: Short\r\n\r\nA word.\r\n", risk, member=people.amina)[0] == 250
    drain()
    assert Contribution.objects.get().author == people.amina


def test_second_verified_address_is_the_members_too(smtp_server, people, risk):
    people.amina.emailaddress_set.create(email="amina@home.example", verified=True)
    people.amina.emailaddress_set.create(email="amina@unproven.example", verified=False)
    raw = "From: Amina <Amina@Home.example>\r\nSubject: Home\r\n\r\nFrom home.\r\n"
    assert smtp_server.send(raw, risk, member=people.amina)[0] == 250
    assert smtp_server.send(raw.replace("Home.example", "unproven.example"), risk, member=people.amina)[0] == 550
    drain()
    assert Contribution.objects.get().author_address == "amina@home.example"


def test_only_the_envelope_says_who_the_recipient_is(smtp_server, people, risk):
    raw = plain_message(who=people.amina, To="other@elsewhere.example", X_RcptTo="nosuch@lists.hub.example")
    assert smtp_server.send(raw, risk, member=people.amina)[0] == 250
    assert only_row().recipient == risk


def test_automatic_reply_is_discarded_without_a_word_and_recorded(smtp_server, people, risk):
    for header in (
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"Content_Type": "multipart/report; report-type=delivery-status; boundary=b"},
    ):
        code, text = smtp_server.send(plain_message(who=people.amina, **header), risk)
        assert (header, code, text) == (header, 250, "2.0.0 Automatic replies are not passed on.")
        assert (only_row().state, only_row().code) == ("discarded", "automatic")
        assert b"My own words" in bytes(only_row().raw)
        only_row().delete()


def test_auto_submitted_is_discarded_even_when_signed_in_and_auto_submitted_no_is_not(smtp_server, people, risk):
    smtp_server.send(plain_message(who=people.amina, Auto_Submitted="auto-generated"), risk, member=people.amina)
    smtp_server.send(plain_message(who=people.amina, Auto_Submitted="no"), risk, member=people.amina)
    assert list(InboundMail.objects.order_by("pk").values_list("state", flat=True)) == ["discarded", "queued"]


def test_null_reverse_path_is_discarded_unless_signed_in(smtp_server, people, risk):
    smtp_server.send(plain_message(who=people.amina), risk, mail_from="<>")
    smtp_server.send(plain_message(who=people.amina), risk, member=people.amina, mail_from="<>")
    rows = InboundMail.objects.order_by("pk").values_list("state", "envelope_from")
    assert list(rows) == [("discarded", ""), ("queued", "")]


def test_out_of_office_without_headers_is_known_by_its_subject(smtp_server, people, risk):
    smtp_server.send(
        plain_message(who=people.amina, subject="=?utf-8?q?R=C3=A9ponse_automatique_=3A_cong=C3=A9s?="), risk
    )
    assert only_row().code == "automatic"


def test_mail_that_has_been_through_the_list_is_discarded(smtp_server, people, risk):
    for header in ({"List_Id": "Risk <risk.lists.hub.example>"}, {"List_Post": f"<mailto:{risk}>"}, {"X_Loop": risk}):
        assert smtp_server.send(plain_message(who=people.amina, **header), risk, member=people.amina)[0] == 250
    assert set(InboundMail.objects.values_list("state", "code")) == {("discarded", "loop")}


def test_contribution_that_comes_back_from_a_mirror_is_discarded(smtp_server, people, risk, now):
    contribution = people.say(people.boris, "Fifty metres.", now=now)
    back = "Fifty metres.\r\n\r\n____\r\nFooter of the mirror\r\n"
    for who in (people.amina, people.boris):
        smtp_server.send(plain_message(back, who=who, message_id=contribution.message_id), risk, member=who)
        assert (only_row().state, only_row().code) == ("discarded", "loop")
        only_row().delete()


def test_body_of_only_quoted_text_is_refused_with_a_sentence(smtp_server, people, risk):
    text = "On 3 May 2026 at 10:00, Boris <boris@people.example> wrote:\r\n> A plan.\r\n> And more.\r\n"
    code, reply = smtp_server.send(plain_message(text, who=people.amina), risk, member=people.amina)
    assert code == 550
    assert reply == "5.6.0 Your message has only quoted text. Write your own words above or below the quote."


def test_empty_body_is_refused_but_a_file_alone_is_taken(smtp_server, people, risk):
    assert smtp_server.send(plain_message("", who=people.amina), risk, member=people.amina) == (
        550,
        "5.6.0 Your message is empty. Write something first.",
    )
    raw = (
        f"From: {people.amina.email}\r\nSubject: The plan\r\nMIME-Version: 1.0\r\n"
        "Content-Type: application/pdf; name=plan.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\r\n"
    )
    assert smtp_server.send(raw, risk, member=people.amina)[0] == 250
    drain()
    attachment = Contribution.objects.get().attachments.get()
    assert (attachment.name, attachment.content_type, attachment.size) == ("plan.pdf", "application/pdf", 9)


def test_file_that_might_be_run_is_refused(smtp_server, people, risk):
    raw = (
        f"From: {people.amina.email}\r\nSubject: Run this\r\n"
        "Content-Type: application/octet-stream; name=run.exe\r\n\r\nMZ\r\n"
    )
    code, text = smtp_server.send(raw, risk, member=people.amina)
    assert code == 550
    assert text.startswith("5.6.1 Files like run.exe are not accepted.")


def test_empty_subject_takes_the_first_words_or_the_topics(smtp_server, people, risk, now):
    smtp_server.send(
        plain_message("# A first line\r\nand a second", who=people.amina, subject=""), risk, member=people.amina
    )
    contribution = people.say(people.boris, subject="The plan", now=now)
    raw = plain_message(who=people.amina, subject="", In_Reply_To=f"<{contribution.message_id}>")
    smtp_server.send(raw, risk, member=people.amina)
    drain()
    subjects = Contribution.objects.filter(origin="mail").order_by("number")
    assert [row.subject for row in subjects] == ["# A first line", "Re: The plan"]


def test_too_long_text_is_refused_with_both_figures(smtp_server, people, risk):
    code, text = smtp_server.send(plain_message("word " * 30_000, who=people.amina), risk, member=people.amina)
    assert (code, text) == (552, "5.3.4 Your text has 151 kB; the limit is 100 kB. Shorten it, or attach it as a file.")


def test_closed_period_and_locked_topic_are_said_in_the_session(smtp_server, people, risk, now):
    contribution = people.say(people.boris, subject="Old", now=now)
    contribution.post.topic.status = 1
    type(contribution.post.topic).objects.filter(pk=contribution.topic_id).update(status=1)
    raw = plain_message(who=people.amina, In_Reply_To=f"<{contribution.message_id}>")
    code, text = smtp_server.send(raw, risk, member=people.amina)
    assert (code, text) == (550, "5.7.1 This topic is closed for replies. You can start a new topic.")
    people.policy.closes_at = clock() - timedelta(hours=1)
    people.policy.save()
    code, text = smtp_server.send(plain_message(who=people.amina), risk, member=people.amina)
    assert (code, text[:31]) == (550, "5.7.1 This discussion closed on")


def test_flood_is_slowed_down_by_a_temporary_refusal(smtp_server, people, risk, settings):
    settings.HUB_RATE_PER_HOUR = 2
    codes = [
        smtp_server.send(plain_message(f"Word {n}", who=people.amina), risk, member=people.amina)[0] for n in range(3)
    ]
    assert codes == [250, 250, 451]
    drain()
    code, text = smtp_server.send(plain_message("Word 4", who=people.amina), risk, member=people.amina)
    assert code == 451
    assert re.fullmatch(
        r"4\.7\.1 You have sent 2 contributions in an hour\. Try again after \d+ \w+ \d{4}, \d\d:\d\d UTC\.", text
    )


def test_same_mail_sent_again_is_taken_once(smtp_server, people, risk):
    raw = plain_message(who=people.amina, message_id="a@client")
    assert [smtp_server.send(raw, risk, member=people.amina)[0] for _ in range(2)] == [250, 250]
    drain()
    assert smtp_server.send(raw, risk, member=people.amina)[0] == 250
    states = InboundMail.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["published", "discarded", "discarded"]
    assert Contribution.objects.count() == 1


def test_another_mail_under_the_same_message_id_is_not_lost(smtp_server, people, risk):
    for text in ("First.", "Second."):
        smtp_server.send(plain_message(text, who=people.amina, message_id="constant@script"), risk, member=people.amina)
        drain()
    rows = Contribution.objects.order_by("number")
    assert [row.text for row in rows] == ["First.", "Second."]
    assert rows[0].message_id == "constant@script"
    assert rows[1].message_id.endswith("@lists.hub.example")


def test_moderated_discussion_accepts_and_holds_for_its_moderators(smtp_server, people, risk):
    people.policy.moderated = True
    people.policy.save()
    code, text = smtp_server.send(plain_message(who=people.amina), risk, member=people.amina)
    assert (code, text) == (250, "2.0.0 The moderators of this discussion read each contribution before it appears.")
    drain()
    assert Contribution.objects.get().state == "held"
    assert (only_row().state, only_row().code) == ("published", "moderated")


def test_reply_is_in_the_members_language_as_far_as_the_client_can_take_it(smtp_server, people, risk):
    people.amina.language = "ar"
    people.amina.save()
    assert smtp_server.send(plain_message("", who=people.amina), risk, member=people.amina)[1].isascii()


def test_two_lists_one_refused_is_one_answer_and_one_notification(smtp_server, people, risk, now):
    other = services.create_forum(name="Secret", slug="secret", preset="closed", now=now)
    services.admit_member(forum_id=other.forum_id, member=people.boris, now=now)
    address = other.forum.mailing_list.address
    code, _text = smtp_server.send(plain_message(who=people.amina), [address, risk], member=people.amina)
    assert code == 250
    states = dict(InboundMail.objects.values_list("recipient", "state"))
    assert states == {address: "rejected", risk: "queued"}
    notice = Notice.objects.get()
    assert notice.recipients == [people.amina.email]
    assert b"Secret" not in bytes(notice.raw)
    assert address.encode() in bytes(notice.raw)


def test_two_lists_both_refused_is_a_refusal(smtp_server, people, risk, now):
    other = services.create_forum(name="Secret", slug="secret", preset="closed", now=now)
    code, _text = smtp_server.send(
        plain_message(who=people.stella), [other.forum.mailing_list.address, risk], member=people.stella
    )
    assert code == 550
    assert set(InboundMail.objects.values_list("state", flat=True)) == {"rejected"}


def test_what_is_kept_of_a_list_for_a_second_keeps_nobody_in_it(smtp_server, people, risk, now):
    assert smtp_server.send(plain_message(who=people.amina), risk, member=people.amina)[0] == 250
    services.remove_member(forum_id=people.forum_id, member=people.amina, now=now)
    assert smtp_server.send(plain_message("Again.", who=people.amina), risk, member=people.amina)[0] == 550
    with smtp_server.client() as client:
        client.mail("a@b.example")
        assert client.rcpt("other@lists.hub.example")[0] == 550
        services.create_forum(name="Other", slug="other", preset="closed", now=now)
        assert client.rcpt("other@lists.hub.example")[0] == 250


def test_list_that_went_within_the_second_is_a_temporary_refusal(smtp_server, people, risk):
    assert smtp_server.send(plain_message(who=people.amina), risk, member=people.amina)[0] == 250
    InboundMail.objects.all().delete()
    people.policy.forum.mailing_list.delete()
    assert smtp_server.send(plain_message("Again.", who=people.amina), risk, member=people.amina)[0] in {451, 550}
    assert not InboundMail.objects.filter(state="queued").exists()


def test_burst_asks_for_a_list_once(people, risk, django_assert_num_queries, monkeypatch):
    lists = recipients.RecentLists()
    with django_assert_num_queries(1):
        resolved = [recipients.resolve(risk, find=lists.find).mailing_list for _ in range(10)]
    assert {mailing_list.forum_id for mailing_list in resolved} == {people.forum_id}
    monkeypatch.setattr(recipients, "RECENT_SECONDS", 0.0)
    with django_assert_num_queries(2):
        assert lists.find("risk") and lists.find("risk")
