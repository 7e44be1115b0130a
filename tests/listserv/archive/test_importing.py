"""An archive comes in whole, once, in order, without a mail to anybody, whatever state it is in."""

import gzip
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from forums import pages, selectors, services
from forums.models import Contribution
from forums.policy import access_of
from hub.lib.errors import Invalid
from hub.members.models import Member
from hub.search.models import SearchDocument
from listserv.archive import importing
from listserv.archive.importing import import_archive
from listserv.models import ArchiveImport, Mailing, Notice
from tests.listserv.archive.conftest import BEGAN, message, write_mbox


class Killed(BaseException):
    """What ends a run in the midst of it."""


def contribution_of(message_id):
    """Return the contribution with a Message-ID."""
    return Contribution.objects.select_related("post__topic", "parent", "author").get(message_id=message_id)


def test_an_import_sends_nothing_and_is_no_news_to_anybody(bring, cast, risk, now, tmp_path):
    cast.say(cast.boris, "Today's word.", now=now, subject="Today")
    last = selectors.newest_number(cast.forum_id)
    mailings = Mailing.objects.count()
    assert bring(write_mbox(tmp_path / "a", [message(n) for n in range(5)])).created == 5
    assert (Mailing.objects.count(), Notice.objects.count()) == (mailings, 0)
    assert selectors.new_counts_for(cast.amina, access_of(cast.amina)) == {cast.forum_id: 1}
    newest = pages.newest_of(selectors.discussion_for(cast.amina, cast.forum_id), limit=30)
    assert [row.number for row in newest] == [last]
    cast.policy.forum.refresh_from_db()
    assert cast.policy.forum.last_post.contribution.number == last
    assert cast.policy.forum.direct_posts_count == 6


def test_history_asks_no_rule_of_the_discussion(bring, cast, risk, settings, tmp_path, now):
    settings.HUB_TEXT_MAX_SIZE, settings.HUB_FILE_MAX_SIZE = 1_000, 1_000
    cast.policy.moderated, cast.policy.closes_at = True, now - timedelta(days=1)
    cast.policy.save()
    files = {f"{n}.exe": b"MZ" * 1_000 for n in range(12)}
    long = "\n".join(f"Line {n} of a long text." for n in range(100))
    assert bring(write_mbox(tmp_path / "a", [message(1, text=long, files=files)])).created == 1
    row = contribution_of("1@old.example")
    assert row.state == "accepted" and row.attachments.count() == 12
    assert len(row.text) <= 1_000 and f"{row.text}\n{row.folded}" == long


def test_the_same_archive_again_brings_nothing_new(bring, tmp_path):
    path = write_mbox(tmp_path / "a", [message(n) for n in range(6)])
    assert bring(path).created == 6
    again = bring(path)
    assert (again.created, again.known, again.failed) == (0, 6, 0)
    assert Contribution.objects.count() == 6
    # As part of a larger one, too.
    grown = bring(write_mbox(tmp_path / "b", [message(n) for n in range(8)]))
    assert (grown.created, grown.known) == (2, 6)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_an_interrupted_import_goes_on_where_it_was(bring, risk, now, tmp_path, monkeypatch, steps):
    monkeypatch.setattr(importing, "BATCH", 3)
    monkeypatch.setattr(importing, "BATCH_SECONDS", 600)
    path = write_mbox(tmp_path / "a", [message(n, answers=n - 1 if n else None) for n in range(10)])
    seen = []

    def progress(tally):
        seen.append(tally.done)
        if len(seen) == steps:
            raise Killed

    with pytest.raises(Killed):
        import_archive(mailing_list=risk, path=path, now=now, progress=progress)
    row = ArchiveImport.objects.get()
    assert (row.created, row.finished_at) == (3 * steps, None) and 0 < row.offset < row.size
    tally = bring(path)
    assert (tally.created, tally.known) == (10 - 3 * steps, 0)
    row.refresh_from_db()
    assert (row.created, row.offset, row.finished_at) == (10, row.size, now)
    assert [
        contribution.parent.message_id
        for contribution in Contribution.objects.order_by("number")
        if contribution.parent
    ] == [f"{n}@old.example" for n in range(9)]


def test_a_batch_that_fails_leaves_nothing_behind(risk, now, tmp_path, monkeypatch):
    path = write_mbox(tmp_path / "a", [message(n) for n in range(4)])
    monkeypatch.setattr(importing, "BATCH_SECONDS", 600)
    monkeypatch.setattr(importing._Import, "_publish", _killed_at_the_third(importing._Import._publish))
    with pytest.raises(Killed):
        import_archive(mailing_list=risk, path=path, now=now)
    assert (Contribution.objects.count(), ArchiveImport.objects.get().offset) == (0, 0)


def _killed_at_the_third(publish):
    count = []

    def run(self, *arguments):
        count.append(arguments)
        if len(count) == 3:
            raise Killed
        publish(self, *arguments)

    return run


def test_a_bad_message_is_named_and_the_others_come_in(bring, tmp_path, monkeypatch):
    publish = services.publish

    def broken(**arguments):
        if arguments["draft"].message_id == "2@old.example":
            raise ValueError("what the database says")
        return publish(**arguments)

    monkeypatch.setattr(services, "publish", broken)
    tally = bring(write_mbox(tmp_path / "a", [message(n) for n in range(4)]))
    assert (tally.created, tally.failed) == (3, 1)
    assert tally.problems == ["<2@old.example> of 2019-03-01 was left out. ValueError: what the database says"]


def test_answers_that_come_first_are_put_below_what_they_answer(bring, tmp_path):
    later = write_mbox(tmp_path / "b", [message(n, answers=n - 1) for n in (3, 4)])
    earlier = write_mbox(tmp_path / "a", [message(1), message(2, answers=1)])
    assert bring(later).created == 2
    assert contribution_of("4@old.example").topic_id == contribution_of("3@old.example").topic_id != 0
    tally = bring(earlier)
    assert (tally.created, tally.joined) == (2, 1)
    first = contribution_of("1@old.example")
    assert {contribution_of(f"{n}@old.example").topic_id for n in (1, 2, 3, 4)} == {first.topic_id}
    assert contribution_of("3@old.example").parent.message_id == "2@old.example"
    first.post.topic.refresh_from_db()
    assert (first.post.topic.posts_count, first.post.topic.forum.direct_topics_count) == (4, 1)
    assert first.post.topic.last_post_on == contribution_of("4@old.example").created_at
    assert [row.topic.pk for row in _found()] == [first.topic_id] * 4


def _found():
    return SearchDocument.objects.select_related("topic")


def test_two_that_answer_each_other_do_not_hang_the_import(bring, tmp_path):
    mails = [message(1, answers=2), message(2, answers=1), message(3, answers=3)]
    assert bring(write_mbox(tmp_path / "a", mails)).created == 3


def test_subjects_thread_only_when_asked(bring, risk, cast, now, tmp_path):
    mails = [message(1, subject="[old] Maize"), message(2, subject="RE: [old] maize"), message(3, subject="Re: Other")]
    path = write_mbox(tmp_path / "a", mails)
    bring(path)
    assert contribution_of("2@old.example").parent is None
    other = services.create_forum(name="Other", slug="other", preset="closed", now=now).forum.mailing_list
    subjects = ["[old] Maize", "RE: [old] maize", "[old] X", "[old] Maize"]
    mails = [message(number, subject=subject) for number, subject in enumerate(subjects, 11)]
    bring(write_mbox(tmp_path / "b", mails), into=other, by_subject=True)
    assert contribution_of("12@old.example").parent == contribution_of("11@old.example")
    assert contribution_of("13@old.example").parent is contribution_of("14@old.example").parent is None
    assert contribution_of("11@old.example").subject == "Maize"


def test_one_identifier_of_several_messages_and_none_at_all(bring, tmp_path):
    same = [message(1, message_id="<x@y>"), message(1, message_id="<x@y>"), message(2, message_id="<x@y>")]
    nameless = [message(3), message(4)]
    for mail in nameless:
        del mail["Message-ID"]
    path = write_mbox(tmp_path / "a", [*same, *nameless])
    assert (bring(path).created, bring(path).known) == (4, 5)
    ids = set(Contribution.objects.values_list("message_id", flat=True))
    assert "x@y" in ids and sum(message_id.endswith("@archive.invalid") for message_id in ids) == 3


def test_what_a_header_lacks_is_made_up_for(bring, now, tmp_path):
    path = tmp_path / "a"
    path.write_bytes(
        b"From x@y Fri Mar  1 10:00:00 2019\nSubject: No date\nFrom: x@y\nMessage-ID: <1@y>\n\nOne.\n\n"
        b"From x@y Fri Mar  1 11:00:00 2019\nDate: Mon, 1 Jan 2091 00:00:00 +0000\nMessage-ID: <2@y>\n\nTwo.\n\n"
        b"From - Fri Mar  1 11:30:00 2019\nFrom: amina.diallo at people.example (A.)\nDate: 2019-03-01T12:00:00+01:00\n"
        b"Message-ID: <3@y>\n\nThree.\n"
    )
    assert bring(path).created == 3
    hour = datetime(2019, 3, 1, 10, tzinfo=UTC)
    assert [contribution_of(f"{n}@y").created_at - hour for n in (1, 2, 3)] == [timedelta(), *[timedelta(hours=1)] * 2]
    assert contribution_of("2@y").author.name == "Unknown author" and contribution_of("2@y").author_address == ""
    assert contribution_of("3@y").author.name == "Amina Diallo"


def test_authors_are_members_by_any_proven_address_or_by_the_map(bring, cast, tmp_path):
    mails = [
        message(1, author="Boris H <BORIS.horvat@people.example>"),
        message(2, author="Chen <chen@old.example>"),
        message(3, author="Somebody Else <else@old.example>"),
        message(4, author="S. Else <else@old.example>"),
    ]
    bring(write_mbox(tmp_path / "a", mails), authors={"chen@old.example": "chen.wei@people.example"})
    authors = [contribution_of(f"{n}@old.example").author for n in (1, 2, 3, 4)]
    assert authors[:2] == [cast.boris, cast.chen]
    assert authors[2] == authors[3] and authors[2].name == "Somebody Else"
    assert not authors[2].is_active and not authors[2].has_usable_password() and "else@" not in authors[2].email
    assert contribution_of("4@old.example").imported["from"] == "S. Else"


def test_the_author_behind_a_list_that_rewrites_from_is_found(bring, tmp_path):
    mail = message(1, author="Rosa Quispe via Old <old@lists.example>")
    mail["Reply-To"], mail["List-Post"] = "rosa@lab.example", "<mailto:old@lists.example>"
    by_radio = message(2, author="Voices via Radio <radio@lab.example>")
    bring(write_mbox(tmp_path / "a", [mail, by_radio]))
    assert (contribution_of("1@old.example").author.name, contribution_of("1@old.example").author_address) == (
        "Rosa Quispe", "rosa@lab.example"
    )  # fmt: skip
    assert contribution_of("2@old.example").author.name == "Voices via Radio"


def test_a_cross_posted_message_keeps_its_identifier_in_both_lists(bring, cast, now, tmp_path):
    other = services.create_forum(name="Other", slug="other", preset="closed", now=now).forum.mailing_list
    path = write_mbox(tmp_path / "a", [message(1), message(2, answers=1)])
    for mailing_list in (None, other, other):
        bring(path, into=mailing_list)
    assert Contribution.objects.count() == 4
    second = Contribution.objects.get(forum_id=other.forum_id, message_id="2@old.example")
    assert second.parent.message_id == "1@old.example" and second.parent.forum_id == other.forum_id


@pytest.mark.parametrize("kind", ["gz", "zip", "maildir", "sympa", "eml"])
def test_archives_come_as_many_things(bring, tmp_path, kind):
    mails = [message(n).as_bytes() for n in range(11)]
    plain = write_mbox(tmp_path / "plain.mbox", [message(n) for n in range(11)])
    path = tmp_path / kind
    if kind == "gz":
        path.write_bytes(gzip.compress(plain.read_bytes()))
    elif kind == "zip":
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr("../../list.mbox", plain.read_bytes())
            packed.writestr("index.html", "<html>From: x</html>")
    else:
        folder = path / {"maildir": "cur", "sympa": "2019-03/arctxt", "eml": "."}[kind]
        folder.mkdir(parents=True)
        for number, raw in enumerate(mails):
            (folder / f"{number}").write_bytes(raw.replace(b"\n", b"\r\n") if kind == "eml" else raw)
        (folder / "index.html").write_text("<html></html>")
    assert bring(path).created == 11


def test_what_is_no_archive_is_said_to_be_none(bring, tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "text").write_text("Note: this is no mail.\n\nReally.\n")
    (tmp_path / "broken").write_bytes(gzip.compress(b"From x")[:-9])
    for name in ("empty", "text", "broken", "missing"):
        with pytest.raises(Invalid):
            bring(tmp_path / name)


def test_the_command_says_what_came_of_it(cast, risk, tmp_path, capsys):
    path = write_mbox(tmp_path / "a", [message(n) for n in range(3)])
    (tmp_path / "map").write_text("# old = member\nwriter1@old.example, amina.diallo@people.example\n")
    call_command("import_mbox", risk.name, str(path), author_map=tmp_path / "map")
    assert "3 messages: 3 brought in, 0 were here already, 0 left out." in capsys.readouterr().out
    assert contribution_of("1@old.example").author == cast.amina
    call_command("export_mbox", risk.name, output=tmp_path / "out")
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "out").read_bytes().count(b"\nMessage-ID: ") == 3
    (tmp_path / "map").write_text("nonsense\n")
    for arguments in (("nowhere", str(path)), (risk.name, "nothing")):
        with pytest.raises(CommandError):
            call_command("import_mbox", *arguments)
    with pytest.raises(CommandError):
        call_command("import_mbox", risk.name, str(path), author_map=tmp_path / "map")
    assert Member.objects.filter(email__endswith="@archive.invalid").count() == 2
    assert contribution_of("2@old.example").created_at > BEGAN
