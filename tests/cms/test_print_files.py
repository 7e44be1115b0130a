"""Files of prints: whole or not there, and none that nothing points to."""

import os
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from cms import services
from cms.models import Print
from cms.services import printing
from forums.services.files import keep_content, path_of, read_content
from hub.lib.clock import now as clock
from tests.cms.conftest import printed
from tests.cms.test_issue_notes import attach

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Any:
    """The private storage."""
    return storages["private"]


def lie(store: Any) -> set[str]:
    """Return the names of the prints in the storage, but those as issued."""
    try:
        return {f"{printing.FOLDER}/{name}" for name in store.listdir(printing.FOLDER)[1]}
    except FileNotFoundError:
        return set()


def age(store: Any, path: str, **by: int) -> None:
    """Let a file be older than it is."""
    moment = (clock() - timedelta(**by)).timestamp()
    os.utime(store.path(path), (moment, moment))


def draft_in_print(finished: Any, as_: Any) -> tuple[Any, str]:
    page = finished.compile()
    as_(finished.rosa).get(f"/proceedings/{page.pk}/pdf/")
    printed()
    return page, Print.objects.get(kind="draft").path


def test_the_print_of_a_draft_that_is_discarded_goes(finished, as_, store):
    page, path = draft_in_print(finished, as_)
    page.delete()
    assert not Print.objects.exists() and lie(store) == {path}
    # A worker stores a print before its row says so: what is new is let be.
    assert printing.discard_unused(clock()) == 0 and lie(store) == {path}
    age(store, path, hours=2)
    assert printing.discard_unused(clock()) == 1 and lie(store) == set()


def test_what_a_row_points_to_and_what_is_no_print_stays(finished, as_, store):
    page, path = draft_in_print(finished, as_)
    digest = keep_content(b"A file whose contribution was rolled back.")
    for name in (path, path_of(digest)):
        age(store, name, days=3)
    assert printing.discard_unused(clock()) == 0
    assert store.exists(path) and store.exists(path_of(digest))
    assert as_(finished.rosa).get(f"/proceedings/{page.pk}/pdf/").status_code == 200


def test_drafts_in_print_go_with_the_issue_and_after_a_week(finished, as_, store, django_capture_on_commit_callbacks):
    page, path = draft_in_print(finished, as_)
    with django_capture_on_commit_callbacks(execute=True):
        printing.discard_unused(clock() + printing.DRAFT_AFTER + timedelta(minutes=1))
    assert not Print.objects.exists() and lie(store) == set()
    as_(finished.rosa).get(f"/proceedings/{page.pk}/pdf/")
    printed()
    assert lie(store) == {path}
    with django_capture_on_commit_callbacks(execute=True):
        finished.issued()
    assert Print.objects.get().kind == "issued" and lie(store) == set()


def test_prints_with_notes_that_ended_go_when_that_is_certain(finished, store, django_capture_on_commit_callbacks):
    page = finished.issued()
    note = attach(finished, page)
    printed()
    before = lie(store)
    assert len(before) == 1
    with django_capture_on_commit_callbacks(execute=True):
        services.end_note(note_id=note.pk, actor=finished.sofia, reason="It was right.", now=timezone.now())
        assert lie(store) == before
    assert lie(store) == set() and Print.objects.get().kind == "issued"


def test_the_worker_looks_for_them_now_and_then(finished, as_, store, monkeypatch):
    _page, path = draft_in_print(finished, as_)
    age(store, path, hours=2)
    Print.objects.all().delete()
    monkeypatch.setattr(printing, "_tidied", -printing.TIDY_EVERY_SECONDS)
    assert printing.make_prints(clock()) == 0 and lie(store) == set()
    again = draft_in_print(finished, as_)[1]
    age(store, again, hours=2)
    Print.objects.all().delete()
    assert printing.make_prints(clock()) == 0 and lie(store) == {again}


def test_a_file_that_is_not_written_to_its_end_is_not_there(store, monkeypatch):
    def full(*_args: Any, **_options: Any) -> Any:
        yield b"%PDF-"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ContentFile, "chunks", full)
    with pytest.raises(OSError, match="No space"):
        store.save("prints/1-draft-a.pdf", ContentFile(b"%PDF-1.7"))
    assert lie(store) == set() and list(store.unfinished(clock() + timedelta(hours=2))) == []


def test_half_a_file_of_an_earlier_release_is_replaced_by_the_whole(store):
    content = b"Three hundred metres."
    digest = keep_content(content)
    with open(store.path(path_of(digest)), "wb") as file:
        file.write(content[:7])
    assert keep_content(content) == digest and read_content(digest) == content
