"""A comment that the desk refuses is shown again with the reason: in its form, or where there is none, for copying."""

from typing import Any

import pytest

from cms.models import ProceedingsPage
from cms.services.proceedings import COMMENT_LENGTH
from tests.cms.conftest import latest

pytestmark = pytest.mark.django_db
COMMENT = "Name the <distance>,\nand who proposed it."
IN_BOX = "Name the &lt;distance&gt;,\nand who proposed it.</textarea>"


def _send_back(client: Any, page: ProceedingsPage, query: str = "", **fields: Any) -> Any:
    data = {"revision": latest(page), "comment": COMMENT, **fields}
    return client.post(f"/proceedings/{page.pk}/send-back/{query}", data)


def test_a_comment_that_is_too_long_stays_in_its_open_form(finished, as_):
    page = finished.submitted()
    long = COMMENT + "x" * COMMENT_LENGTH
    answer = _send_back(as_(finished.sofia), page, comment=long)
    text = answer.content.decode()
    assert answer.status_code == 422 and 'class="errorlist"' in text and 'folded" open' in text
    assert f"Name the &lt;distance&gt;,\nand who proposed it.{'x' * COMMENT_LENGTH}</textarea>" in text
    assert ProceedingsPage.objects.get(pk=page.pk).workflow_in_progress


def test_a_comment_on_an_older_draft_stays_in_its_open_form_with_what_changed(finished, as_):
    page = finished.submitted()
    seen = latest(page)
    draft = page.get_latest_revision_as_object()
    draft.summary = "<p>Other words.</p>"
    draft.save_revision(user=finished.sofia, changed=True)
    answer = _send_back(as_(finished.sofia), page, revision=seen)
    text = answer.content.decode()
    assert answer.status_code == 409 and "<ins>" in text and IN_BOX in text and 'folded" open' in text
    assert f'name="revision" value="{latest(page)}"' in text


def test_a_comment_stays_on_the_page_of_the_desk_where_it_was_written(finished, as_, monkeypatch):
    monkeypatch.setattr("conferences.selectors.CONFERENCES", 1)
    page = finished.submitted()
    sofia = as_(finished.sofia)
    numbers = [number for number in (1, 2) if f'id="page{page.pk}"' in _desk(sofia, number)]
    assert numbers == [2]
    query = "?page=2"
    assert f'action="/proceedings/{page.pk}/send-back/{query}"' in _desk(sofia, 2)
    answer = _send_back(sofia, page, query, revision="0")
    assert answer.status_code == 409 and IN_BOX in answer.content.decode()


def _desk(client: Any, number: int) -> str:
    return str(client.get("/proceedings/", {"page": number}).content.decode())


def test_a_comment_for_which_there_is_no_form_any_more_can_be_copied(finished, as_):
    page = finished.submitted()
    seen = latest(page)
    finished.send_back(page, "Somebody was faster.")
    answer = _send_back(as_(finished.sofia), page, revision=seen)
    text = answer.content.decode()
    assert answer.status_code == 409 and "are not waiting for a decision" in text
    assert "Your text was not sent" in text and IN_BOX in text and "Copy the text" in text


@pytest.mark.parametrize("name", ["note", "withdraw"])
def test_what_is_refused_about_an_issue_stays_in_its_form(finished, as_, name):
    page = finished.issued()
    field = {"note": "text", "withdraw": "reason"}[name]
    data = {field: COMMENT + "x" * 100_000, "dated": "not a day"}
    answer = as_(finished.sofia).post(f"/proceedings/{page.pk}/{name}/", data)
    text = answer.content.decode()
    assert answer.status_code == 422 and 'class="errorlist"' in text
    assert "Name the &lt;distance&gt;,\nand who proposed it.xxx" in text
