"""Texts are rendered before the transaction and kept: nobody waits for the renderer, neither writers nor readers."""

from datetime import timedelta
from email.policy import SMTP

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from conferences import services as conference_services
from forums import services
from forums.models import Contribution
from hub.lib import markup
from liaison import services as liaison_services
from listserv.archive.importing import ImportOptions, import_archive
from listserv.models import InboundMail
from tests import slow
from tests.listserv.archive.conftest import message, write_mbox
from tests.listserv.gateway.conftest import accept, drain, plain_message

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "A *word* and a [link](https://a.example).\n\n|a|b|\n|-|-|\n|c|d|"


@pytest.fixture
def outside(cast, monkeypatch):
    """What was done outside of transactions; inside, it fails the test."""
    return slow.forbid_in_transactions(monkeypatch)


def test_a_reply_by_web_is_rendered_and_its_file_stored_before_the_transaction(client, cast, now, outside):
    opening = cast.say(cast.boris, "Where do we begin?", subject="Baselines", now=now)
    client.force_login(cast.amina)
    file = SimpleUploadedFile("plan.txt", b"The plan.", "text/plain")
    assert client.post(f"/topics/{opening.topic_id}/", {"text": TEXT, "attached": [file]}).status_code == 302
    contribution = Contribution.objects.get(author=cast.amina)
    assert "<em>word</em>" in contribution.html and contribution.html == str(markup.render(TEXT))
    assert "save" in outside


def test_a_mail_is_parsed_rendered_and_its_file_stored_before_the_transaction(cast, outside):
    mail = message(1, text=TEXT, files={"plan.pdf": b"%PDF-1.4"}, author=f"{cast.amina.name} <{cast.amina.email}>")
    assert accept(mail.as_bytes(policy=SMTP), "risk@lists.hub.example", member=cast.amina).startswith("250")
    drain()
    assert InboundMail.objects.get().state == InboundMail.State.PUBLISHED, InboundMail.objects.get().error
    contribution = Contribution.objects.get()
    assert contribution.format == contribution.Format.PLAIN and "A *word* and" in contribution.html
    assert {"scan", "_render", "save"} <= set(outside)


def test_commands_and_reports_by_mail_are_parsed_before_the_transaction(cast, outside):
    for address in ("risk-request", "risk-owner", "risk-help"):
        raw = plain_message("HELP", who=cast.amina)
        assert accept(raw, f"{address}@lists.hub.example", member=cast.amina, mail_from=cast.amina.email)[:3] == "250"
    drain()
    rows = InboundMail.objects.all()
    assert {row.state for row in rows} == {InboundMail.State.DONE}, [row.error for row in rows]


def test_a_held_mail_is_parsed_before_its_row_is_written(cast, outside):
    reply = accept(plain_message("Is it me?", who=cast.amina), "risk@lists.hub.example", mail_from=cast.amina.email)
    assert reply.startswith("250"), reply
    assert InboundMail.objects.get().state == InboundMail.State.HELD


def test_new_words_by_mail_are_rendered_before_the_transaction(cast, now, outside):
    contribution = cast.say(cast.amina, "First words.", subject="Baselines", now=now)
    raw = plain_message(f"EDIT {contribution.number}\r\nSecond *words*.", who=cast.amina)
    assert accept(raw, "risk-request@lists.hub.example", member=cast.amina, mail_from=cast.amina.email)[:3] == "250"
    drain()
    assert InboundMail.objects.get().state == InboundMail.State.DONE, InboundMail.objects.get().error
    assert "<em>words</em>" in Contribution.objects.get().html


def test_an_edit_by_web_is_rendered_before_the_transaction(cast, now, outside):
    contribution = cast.say(cast.amina, "First words.", subject="Baselines", now=now)
    services.edit_contribution(number=contribution.number, actor=cast.amina, text=TEXT, now=now + timedelta(minutes=1))
    assert "<em>word</em>" in Contribution.objects.get().html


def test_an_archive_is_read_and_rendered_before_each_batch(cast, now, outside, tmp_path):
    archive = write_mbox(tmp_path / "a.mbox", [message(n, text=TEXT, files={"a.pdf": b"%PDF"}) for n in range(3)])
    tally = import_archive(mailing_list=cast.policy.forum.mailing_list, path=archive, now=now, options=ImportOptions())
    assert (tally.created, tally.problems) == (3, [])
    assert {"_render", "save"} <= set(outside)


def test_a_live_statement_and_the_chairs_words_are_rendered_before_the_transaction(make_member, now, outside):
    sofia, chen = make_member("Sofia Berg", is_staff=True), make_member("Chen Li")
    conference = conference_services.convene_conference(
        name="Live", background=TEXT, actor=sofia, people={chen: "chair"}, now=now, starts_at=now,
        ends_at=now + timedelta(days=2),
    )  # fmt: skip
    row = conference_services.schedule_session(
        conference_id=conference.pk, title="First", opens_at=now, closes_at=now + timedelta(hours=1), actor=chen,
        now=now, items=["Item"],
    )  # fmt: skip
    conference_services.open_session(conference_session_id=row.pk, actor=chen, now=now, words=f"Welcome. {TEXT}")
    conference_services.intervene(conference_session_id=row.pk, member=chen, text=TEXT, now=now)
    conference_services.close_session(conference_session_id=row.pk, actor=chen, now=now, words=f"Closed. {TEXT}")
    assert outside.count("_render") >= 4


def _count_renderings(monkeypatch):
    texts = []
    monkeypatch.setattr(markup, "_render", lambda text, work=markup._render: texts.append(text) or work(text))
    return texts


def test_pages_show_what_was_stored_and_render_nothing(client, cast, make_member, now, monkeypatch):
    services.write_summary(forum_id=cast.forum_id, actor=cast.chen, summary=TEXT, now=now)
    conference = conference_services.convene_conference(
        name="Live", background=TEXT, actor=cast.sofia, people={cast.chen: "chair"}, now=now
    )
    group = liaison_services.convene_group(
        name="Group", topic="Maize", mandate=TEXT, term_starts=now.date(), term_ends=(now + timedelta(days=9)).date(),
        actor=cast.sofia, now=now, chair=cast.chen,
    )  # fmt: skip
    client.force_login(cast.chen)
    rendered = _count_renderings(monkeypatch)
    for url in (f"/discussions/{cast.forum_id}/", conference.get_absolute_url(), group.get_absolute_url()):
        page = client.get(url, follow=True)
        assert page.status_code == 200
        assert "<em>word</em>" in page.content.decode(), url
    assert rendered == []
