"""PDFs are made by the worker: requests wait for nothing, and say what happens meanwhile."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from cms import services
from cms.models import IssuedText, Print
from cms.services import printing
from hub.lib import heartbeats
from hub.lib.clock import now as clock
from hub.lib.errors import Unavailable
from tests.cms.conftest import printed
from tests.cms.test_issue_notes import attach, withdraw
from tests.cms.test_print import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def setter(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Count what is set, and let it fail: ``setter["fails"] = True``."""
    seen: dict[str, Any] = {"count": 0, "fails": False}
    original = printing.print_document

    def count(*args: Any, **options: Any) -> Any:
        seen["count"] += 1
        if seen["fails"]:
            raise Unavailable
        return original(*args, **options)

    monkeypatch.setattr(printing, "print_document", count)
    return seen


@pytest.fixture
def fresh(finished: Any) -> Any:
    """Proceedings that were issued a moment ago; no worker has looked yet."""
    page = finished.submitted()
    finished.end()
    return finished.approve(page)


def test_until_it_is_made_the_page_says_so_and_the_address_says_when_to_look_again(fresh, as_, setter):
    client = as_(None)
    assert "The PDF is being created." in client.get(fresh.url).content.decode()
    answer = client.get(f"{fresh.url}pdf/")
    text = answer.content.decode()
    assert answer.status_code == 503 and answer["Retry-After"] == answer["Refresh"] == "5"
    assert "The PDF is being created" in text and fresh.url in text and answer["Content-Type"].startswith("text/html")
    assert setter["count"] == 0 and printed() == 1
    assert client.get(f"{fresh.url}pdf/").content.startswith(b"%PDF-")
    assert "being created" not in client.get(fresh.url).content.decode()


def test_it_is_made_once_whoever_asks_and_kept_in_the_store(fresh, as_, setter):
    client = as_(None)
    for _ in range(3):
        client.get(f"{fresh.url}pdf/")
    assert printed() == 1 and Print.objects.count() == 1
    first, second = client.get(f"{fresh.url}pdf/"), client.get(f"{fresh.url}pdf/")
    assert first.content == second.content and setter["count"] == 1
    assert first["Content-Type"] == "application/pdf" and first["X-Content-Type-Options"] == "nosniff"
    assert first["Content-Disposition"] == f'inline; filename="{fresh.symbol.lower().replace("/", "-")}.pdf"'
    row = Print.objects.get()
    assert storages["private"].exists(row.path) and IssuedText.objects.get().pdf_digest in row.path


def test_a_try_that_fails_is_said_and_repeated(fresh, as_, setter):
    setter["fails"] = True
    assert printing.make_prints(clock()) == 1 and printing.make_prints(clock()) == 0
    answer = as_(None).get(f"{fresh.url}pdf/")
    text = answer.content.decode()
    assert answer.status_code == 503 and 30 < int(answer["Retry-After"]) <= 60
    assert "could not be created" in text and "will try again automatically" in text
    assert "could not be created" in as_(None).get(fresh.url).content.decode()
    setter["fails"] = False
    assert printing.make_prints(clock() + timedelta(minutes=2)) == 1
    assert as_(None).get(f"{fresh.url}pdf/").status_code == 200


def test_notes_and_a_withdrawal_are_printed_when_they_are_made(finished, as_, setter):
    page = finished.issued()
    plain = as_(None).get(f"{page.url}pdf/").content
    note = attach(finished, page)
    assert Print.objects.filter(finished_at=None).count() == 1
    assert as_(None).get(f"{page.url}pdf/issued/").content == plain
    printed()
    assert "400" in words(as_(None).get(f"{page.url}pdf/").content)
    services.end_note(note_id=note.pk, actor=finished.sofia, reason="It was right.", now=timezone.now())
    assert as_(None).get(f"{page.url}pdf/").content == plain
    withdraw(finished, page)
    printed()
    assert "The annex is not ours." in words(as_(None).get(f"{page.url}pdf/").content)
    assert Print.objects.filter(kind="noted").count() == 1 and Print.objects.filter(kind="issued").count() == 1


def test_a_draft_in_print_says_so_and_replaces_the_one_before(finished, as_, django_capture_on_commit_callbacks):
    page = finished.compile()
    client, address = as_(finished.rosa), f"/proceedings/{page.pk}/pdf/"
    paths = []
    for words_of_it in ("Half done.", "Nearly done."):
        services.write_proceedings(page_id=page.pk, actor=finished.rosa, summary=words_of_it)
        assert client.get(address).status_code == 503
        with django_capture_on_commit_callbacks(execute=True):
            printed()
        answer = client.get(address)
        text = words(answer.content)
        assert "Draft" in text and words_of_it in text and "no-store" in answer["Cache-Control"]
        paths.append(Print.objects.get().path)
    assert [storages["private"].exists(path) for path in paths] == [False, True]


def test_of_two_workers_one_makes_it(fresh):
    first = printing._claim(clock())
    assert first is not None and printing._claim(clock()) is None


def test_what_a_killed_worker_was_at_is_made_by_another_one(fresh, as_, setter):
    row = printing._claim(clock())
    assert row is not None
    Print.objects.update(claimed_by="worker-killed")
    assert printing.make_prints(clock()) == 0
    # The worker that lives keeps its own for the length of the lease.
    later = clock() + heartbeats.GONE + timedelta(seconds=1)
    assert printing.make_prints(later) == 1 and setter["count"] == 1
    assert as_(None).get(f"{fresh.url}pdf/").status_code == 200


def test_a_worker_that_was_too_slow_overwrites_nothing(fresh, monkeypatch):
    original = printing.print_document

    def slow(*args, **options):
        Print.objects.update(claimed_by="another worker")
        return original(*args, **options)

    monkeypatch.setattr(printing, "print_document", slow)
    assert printing.make_prints(clock()) == 1
    assert Print.objects.get().finished_at is None and Print.objects.get().claimed_by == "another worker"


def test_a_print_that_kills_its_workers_is_put_off(fresh, as_, setter):
    Print.objects.update(attempts=printing.MAX_ATTEMPTS, claimed_at=clock() - timedelta(hours=1), claimed_by="gone")
    assert printing.make_prints(clock()) == 0 and setter["count"] == 0
    row = Print.objects.get()
    assert row.has_failed and row.next_at > clock() + timedelta(hours=5)
    assert "could not be created" in as_(None).get(f"{fresh.url}pdf/").content.decode()


def test_a_file_that_is_lost_is_made_again(finished, as_):
    page = finished.issued()
    before = as_(None).get(f"{page.url}pdf/").content
    storages["private"].delete(Print.objects.get().path)
    assert as_(None).get(f"{page.url}pdf/").status_code == 503
    printed()
    assert as_(None).get(f"{page.url}pdf/").content == before


def test_a_file_that_is_made_again_in_another_way_leaves_the_digest_of_the_first(finished, as_, settings, caplog):
    page = finished.issued()
    digest = IssuedText.objects.get().pdf_digest
    storages["private"].delete(Print.objects.get().path)
    settings.HUB_NAME = "Another name"
    as_(None).get(f"{page.url}pdf/")
    printed()
    assert "Another name" in words(as_(None).get(f"{page.url}pdf/").content)
    assert IssuedText.objects.get().pdf_digest == digest and "was missing" in caplog.text


def test_the_print_of_a_replaced_database_is_not_taken_for_ours(finished, as_):
    page = finished.issued()
    before = as_(None).get(f"{page.url}pdf/").content
    # The same keys with other words, as after restoring a backup into the same folder.
    text = IssuedText.objects.get(page=page)
    IssuedText.objects.update(content={**text.content, "title": "Another story"}, digest="0" * 64, pdf_digest="")
    as_(None).get(f"{page.url}pdf/")
    printed()
    after = as_(None).get(f"{page.url}pdf/").content
    assert "Another story" in words(after) and "Another story" not in words(before)


def test_who_leaves_for_good_is_in_no_print_of_a_draft(finished, as_, django_capture_on_commit_callbacks):
    page = finished.compile()
    as_(finished.rosa).get(f"/proceedings/{page.pk}/pdf/")
    printed()
    path = Print.objects.get().path
    with django_capture_on_commit_callbacks(execute=True):
        printing.discard_drafts()
        assert storages["private"].exists(path)
    assert not Print.objects.exists() and not storages["private"].exists(path)


def test_the_look_for_work_costs_one_query(finished, django_assert_num_queries):
    finished.issued()
    with django_assert_num_queries(1):
        assert printing.make_prints(clock()) == 0
