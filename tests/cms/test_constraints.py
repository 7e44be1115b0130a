"""The database refuses kinds that there are not, and fields that contradict each other, whoever writes."""

import pytest
from django.db import IntegrityError, transaction

from cms import services
from cms.models import IssueNote, Print, ProceedingsPage
from hub.lib.clock import now as clock

pytestmark = pytest.mark.django_db


def _refused(rows, **values) -> bool:
    try:
        with transaction.atomic():
            rows.update(**values)
    except IntegrityError:
        return True
    return False


@pytest.fixture
def note(finished) -> IssueNote:
    page = finished.issued()
    moment = clock()
    return services.attach_note(page_id=page.pk, actor=finished.sofia, text="Read 60.", dated=moment.date(), now=moment)


def _values(values, finished):
    """Put the moment and the Secretariat in where a value stands for them."""
    named = {"now": finished.now, "sofia": finished.sofia}
    return {name: named.get(value, value) for name, value in values.items()}


@pytest.mark.parametrize("kind", [*IssueNote.Kind])
def test_every_kind_of_note_is_one(note, kind):
    assert not _refused(IssueNote.objects.filter(pk=note.pk), kind=kind)


@pytest.mark.parametrize(
    "values", [{"kind": "praise"}, {"ended_at": "now"}, {"ended_by": "sofia"}, {"ended_because": "A mistake."}]
)
def test_a_note_that_holds_has_no_end(finished, note, values):
    assert _refused(IssueNote.objects.filter(pk=note.pk), **_values(values, finished))


@pytest.mark.parametrize("values", [{"ended_at": None}, {"ended_by": None}])
def test_a_note_that_has_ended_says_when_and_by_whom(finished, note, values):
    services.end_note(note_id=note.pk, actor=finished.sofia, reason="A mistake.", now=finished.now)
    assert _refused(IssueNote.objects.filter(pk=note.pk), **values)


@pytest.mark.parametrize("kind", [*Print.Kind])
def test_every_kind_of_print_is_one(finished, kind):
    finished.issued()
    assert not _refused(Print.objects.all(), kind=kind)


@pytest.mark.parametrize(
    "values",
    [{"kind": "poster"}, {"path": ""}, {"claimed_at": "now"}, {"claimed_by": "worker-1"}, {"next_at": "now"}],
)
def test_a_finished_print_is_stored_and_nobody_is_at_it(finished, values):
    finished.issued()
    assert _refused(Print.objects.filter(finished_at__isnull=False), **_values(values, finished))


def test_a_draft_has_no_symbol_rather_than_an_empty_one(finished):
    page = finished.compile()
    assert _refused(ProceedingsPage.objects.filter(pk=page.pk), symbol="")
