"""In and out again: the same messages, people and moments, in the same threads, with the same files."""

import pytest

from forums import services
from forums.models import Contribution
from tests.listserv.archive.conftest import message, write_mbox
from tests.listserv.archive.facts import export, facts, known_parents

MBOXES = [
    "dev_ponymail_apache_org_2020-10.mbox", "n47hcfdt6z70tqxvnhgn3zrdwqgg36yl.mbox",
    "users_ponymail_apache_org_2019-09.mbox", "users_ponymail_apache_org_2022-01.mbox",
]  # fmt: skip


@pytest.mark.parametrize("name", MBOXES)
def test_every_shared_mbox_comes_out_as_it_went_in(name, ponymail, bring, risk, tmp_path):
    expected = facts(ponymail / name)
    tally = bring(ponymail / name)
    assert (tally.created, tally.failed) == (len(expected), 0), tally.problems
    assert facts(export(risk, tmp_path / "out.mbox")) == expected
    rows = Contribution.objects.select_related("parent")
    assert {row.message_id: row.parent.message_id for row in rows if row.parent} == known_parents(expected)


def test_three_hundred_messages_come_out_as_they_went_in(bring, risk, tmp_path):
    mails = []
    for number in range(300):
        answers = number - 1 - number % 5 if number % 3 and number > 6 else None
        files = {f"datei {number} – ü.pdf": b"%PDF" + bytes([number % 5]) * 500} if number % 10 == 0 else {}
        # Every twentieth clock is wrong by two hours, so that answers are dated before what they answer.
        minutes = number * 3 - (120 if number % 20 == 7 else 0)
        mails.append(message(number, answers=answers, minutes=minutes, files=files))
    path = write_mbox(tmp_path / "in.mbox", mails)
    expected = facts(path)
    assert (bring(path).created, len(expected)) == (300, 300)
    out = export(risk, tmp_path / "out.mbox")
    assert facts(out) == expected
    rows = {row.message_id: row for row in Contribution.objects.select_related("parent", "post")}
    assert {key: row.parent.message_id for key, row in rows.items() if row.parent} == known_parents(expected)
    assert all(row.parent.number < row.number for row in rows.values() if row.parent)
    # Stored once however often it was sent.
    assert Contribution.objects.filter(attachments__isnull=False).count() == 30
    assert Contribution.objects.values("attachments__sha256").exclude(attachments=None).distinct().count() == 1


def test_an_export_brought_into_another_list_gives_the_same_record_again(bring, cast, risk, now, tmp_path):
    answered = cast.say(cast.amina, "First — مرحبا.\n\nFrom me.", now=now, subject="Ünits")
    file = services.Upload("a.pdf", b"%PDF-1.7", "application/pdf")
    cast.say(cast.boris, "Second.", now=now, parent=answered.number, folded="> First\n>\n> more", files=(file,))
    out = export(risk, tmp_path / "out.mbox")
    other = services.create_forum(name="Other", slug="other", preset="closed", now=now)
    before = {row.message_id: row for row in Contribution.objects.select_related("post", "parent", "author")}
    tally = bring(out, into=other.forum.mailing_list)
    assert (tally.created, tally.failed) == (2, 0)
    for row in Contribution.objects.filter(forum_id=other.forum_id).select_related("post", "parent", "author"):
        was = before[row.message_id]
        assert (row.text, row.folded, row.author, row.created_at) == (was.text, was.folded, was.author, now)
        assert [file.sha256 for file in row.attachments.all()] == [file.sha256 for file in was.attachments.all()]
        assert (row.parent is None) == (was.parent is None)
    # And the export of the second list has the identifiers of the first.
    assert facts(export(other.forum.mailing_list, tmp_path / "again.mbox")).keys() == facts(out).keys()


def test_an_mbox_of_our_own_comes_out_as_it_went_in(messages, bring, risk, tmp_path):
    expected = facts(messages / "list.mbox")
    tally = bring(messages / "list.mbox")
    assert (tally.created, tally.failed, len(expected)) == (4, 0, 4), tally.problems
    assert facts(export(risk, tmp_path / "out.mbox")) == expected
    rows = Contribution.objects.select_related("parent")
    assert {row.message_id: row.parent.message_id for row in rows if row.parent} == known_parents(expected)


def test_a_folder_of_our_own_mails_survives_an_export_whole(messages, bring, risk, now, tmp_path):
    tally = bring(messages)
    assert tally.created >= 15 and not tally.problems
    out = export(risk, tmp_path / "out.mbox")
    other = services.create_forum(name="Other", slug="other", preset="closed", now=now).forum
    assert bring(out, into=other.mailing_list).created == tally.created
    assert record(other.pk) == record(risk.forum_id)


@pytest.mark.parametrize("folder, least", [("ruby_mail", 70), ("cpython_test_email", 35)])
def test_mails_with_every_oddity_come_in_and_survive_an_export_whole(folder, least, corpus, bring, risk, now, tmp_path):
    tally = bring(corpus / folder)
    assert tally.created >= least and not tally.problems
    out = export(risk, tmp_path / "out.mbox")
    other = services.create_forum(name="Other", slug="other", preset="closed", now=now).forum
    assert bring(out, into=other.mailing_list).created == tally.created
    assert record(other.pk) == record(risk.forum_id)


def record(forum_id):
    """Return what a forum says: Message-ID -> (parent, name, address, moment, text, folded, files)."""
    rows = Contribution.objects.filter(post__topic__forum=forum_id).select_related("post", "parent", "author")
    return {
        message_id_of(row): (
            message_id_of(row.parent) if row.parent else "", row.author.name, row.author_address, row.created_at,
            row.text, row.folded, sorted((file.name, file.sha256) for file in row.attachments.all()),
        )
        for row in rows.prefetch_related("attachments")
    }  # fmt: skip


def message_id_of(row):
    """Return the Message-ID a contribution came with."""
    return row.imported.get("message_id", row.message_id)
