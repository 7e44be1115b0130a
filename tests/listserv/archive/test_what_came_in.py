"""An export says what came in, to the letter; what has no date stands where it belongs."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from importlib import import_module

import pytest
from django.apps import apps

from forums.models import Contribution
from hub.lib.clock import now as clock
from listserv.gateway import evaluation, spool
from listserv.gateway.incoming import IncomingMessage
from listserv.gateway.recipients import resolve
from listserv.gateway.worker import publish_accepted
from listserv.outbound.mime_writing import unstructured
from tests.listserv.archive.conftest import BEGAN, message, write_mbox
from tests.listserv.archive.facts import export


def only(path):
    """The one message of an mbox, parsed by the standard library."""
    raw = path.read_bytes().partition(b"\n")[2]
    return message_from_bytes(raw, policy=policy.default.clone(max_line_length=0))


SUBJECTS = [
    "Matter " + "of fields " * 59 + "ends",
    "Felder " + "größer " * 89 + "Ende",
    "Two  blanks   and three",
    "Re:  two  blanks",
    "[Draft]  of a text",
    "[risk] Re: [risk]  Matter",
    "x" * 900,
]


def folded(subject):
    """Return a subject as a mail carries it: on several lines, in encoded words where it is not ASCII."""
    return unstructured("Subject", subject, most=10_000)


def come_by_mail(author, raw):
    """Let a message of a member, who signed in, come in by the gateway."""
    incoming = IncomingMessage(
        "192.0.2.1",
        "far.example",
        author.pk,
        author.email,
        (resolve("risk@lists.hub.example"),),
        raw,
        len(raw),
        clock(),
    )
    spool.write([evaluation.evaluate(incoming)])
    publish_accepted(clock())


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_comes_out_as_it_came_in(subject, bring, risk, tmp_path):
    bring(write_mbox(tmp_path / "in.mbox", [message(1, subject=subject)]))
    assert str(only(export(risk, tmp_path / "out.mbox"))["Subject"]).strip() == subject
    assert len(Contribution.objects.get().subject) <= 255


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_that_came_by_the_gateway_comes_out_as_it_came_in(subject, cast, bring, risk, tmp_path):
    raw = b"From: " + cast.amina.email.encode() + b"\r\n" + folded(subject)
    come_by_mail(cast.amina, raw + b"Message-ID: <1@people.example>\r\n\r\nWhat I say.\r\n")
    assert len(Contribution.objects.get().subject) <= 255
    out = export(risk, tmp_path / "out.mbox")
    assert str(only(out)["Subject"]).strip() == subject
    assert bring(out).created == 0


def test_the_subject_of_an_answer_by_the_gateway_comes_out_too(cast, risk, tmp_path):
    first = cast.say(cast.boris, "Where do we begin?", subject="Baselines", now=clock())
    head = f"From: {cast.amina.email}\r\nIn-Reply-To: <{first.message_id}>\r\nSubject: AW: [risk]  Baselines\r\n\r\n"
    come_by_mail(cast.amina, head.encode() + b"In the north.\r\n")
    answer = Contribution.objects.get(parent=first)
    assert answer.subject == "Re: Baselines" and answer.original_subject == "AW: [risk]  Baselines"
    # What was said on the web has one subject.
    assert first.original_subject == ""
    last = export(risk, tmp_path / "out.mbox").read_bytes().rpartition(b"\nFrom ")[2].partition(b"\n")[2]
    shown = message_from_bytes(last, policy=policy.default.clone(max_line_length=0))["Subject"]
    assert str(shown) == "AW: [risk]  Baselines"


def test_a_subject_that_says_no_more_is_not_stored_twice(cast, bring, tmp_path):
    bring(write_mbox(tmp_path / "in.mbox", [message(1, subject="Matter")]))
    come_by_mail(cast.amina, f"From: {cast.amina.email}\r\nSubject: Another\r\n\r\nWhat I say.\r\n".encode())
    assert list(Contribution.objects.values_list("original_subject", flat=True)) == ["", ""]


def test_an_endless_subject_is_kept_within_bounds(bring, tmp_path):
    bring(write_mbox(tmp_path / "in.mbox", [message(1, subject="x" * 30_000)]))
    assert len(Contribution.objects.get().original_subject) == 10_000


def test_subjects_that_imports_kept_move_to_the_field_that_all_mails_have_and_back(bring, tmp_path):
    bring(write_mbox(tmp_path / "in.mbox", [message(1, subject="Two  blanks"), message(2, subject="Matter")]))
    migration = import_module("forums.migrations.0021_fill_original_subject")
    migration.empty(apps, None)
    assert Contribution.objects.filter(imported__subject="Two  blanks").count() == 1
    Contribution.objects.update(original_subject="")
    migration.fill(apps, None)
    assert list(Contribution.objects.values_list("original_subject", flat=True)) == ["Two  blanks", ""]
    assert not Contribution.objects.filter(imported__has_key="subject").exists()


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\n\n\n", "\n\n\n\n\n", "\n \n\n"])
def test_the_empty_lines_above_what_is_folded_come_out_as_they_came_in(gap, bring, risk, tmp_path):
    words = f"Fifty metres are enough.{gap}On Mon, 2 Mar 2026, Boris <b@x.example> wrote:\n> How many?\n> Say it.\n"
    bring(write_mbox(tmp_path / "in.mbox", [message(1, text=words)]))
    row = Contribution.objects.get()
    assert row.text == "Fifty metres are enough." and "How many?" in row.folded
    out = export(risk, tmp_path / "out.mbox")
    assert only(out).get_content().rstrip("\n") == words.rstrip("\n")
    # And again, from the export.
    assert bring(out).created == 0


def test_a_message_of_quotations_alone_is_shown(bring, risk, tmp_path):
    words = "> We saw two percent.\n> In maize.\n"
    bring(write_mbox(tmp_path / "in.mbox", [message(1, text=words)]))
    row = Contribution.objects.get()
    assert row.text == words.strip() and row.folded == ""
    assert only(export(risk, tmp_path / "out.mbox")).get_content().rstrip("\n") == words.rstrip("\n")


def undated(number, **options):
    mail = message(number, **options)
    date = options.get("date", "")
    del mail["Date"]
    if date:
        mail["Date"] = date
    return mail


def folder(path, mails):
    """Write messages as files, which have no separators with a date."""
    for number, mail in enumerate(mails):
        (path / f"{number:03}.eml").write_bytes(mail.as_bytes())
    return path


def dates():
    return dict(Contribution.objects.values_list("message_id", "created_at"))


@pytest.mark.parametrize("date", ["", "yesterday", "Thu, 1 Jan 1970 00:00:00 +0000", "Sat, 1 Jan 2107 00:00:00 +0000"])
def test_what_has_no_date_stands_by_its_neighbours_and_not_on_top(date, bring, tmp_path):
    mails = [undated(0, date=date), message(1), undated(2, date=date), message(3)]
    mails += [undated(4, date=date, answers=1), message(5)]
    bring(folder(tmp_path, mails))
    minute = timedelta(minutes=1)
    assert dates() == {
        "0@old.example": BEGAN + minute,
        "1@old.example": BEGAN + minute,
        "2@old.example": BEGAN + minute,
        "3@old.example": BEGAN + 3 * minute,
        "4@old.example": BEGAN + minute,
        "5@old.example": BEGAN + 5 * minute,
    }


def test_where_nothing_has_a_date_the_day_of_the_import_is_taken(bring, tmp_path, now):
    bring(folder(tmp_path, [undated(0), undated(1)]))
    assert set(dates().values()) == {now.replace(microsecond=0)}


def test_years_that_were_counted_from_1900_are_read(bring, tmp_path):
    bring(folder(tmp_path, [undated(number, date=f"Sat, 01 Jan {year} 10:00:00 +0000")
                            for number, year in enumerate(["100", "0100", "19100"])]))  # fmt: skip
    assert set(dates().values()) == {datetime(2000, 1, 1, 10, tzinfo=UTC)}


def test_what_was_sent_on_without_a_date_is_dated_by_who_sent_it_on(bring, tmp_path):
    first, second = undated(0), message(1)
    first["Resent-Date"] = second["Resent-Date"] = "Mon, 2 Nov 2020 10:00:00 +0000"
    first["Received"] = "from x by y; Tue, 3 Nov 2020 10:00:00 +0000"
    bring(folder(tmp_path, [first, second]))
    moments = dates()
    assert moments["0@old.example"] == datetime(2020, 11, 2, 10, tzinfo=UTC)
    # Its own date says more where it has one.
    assert moments["1@old.example"] == BEGAN + timedelta(minutes=1)


def test_an_empty_line_behind_a_separator_hides_no_message(bring, tmp_path):
    path = write_mbox(tmp_path / "in.mbox", [message(1), message(2), message(3)])
    path.write_bytes(path.read_bytes().replace(b"2019\nFrom:", b"2019\n\nFrom:"))
    assert bring(path).created == 3
