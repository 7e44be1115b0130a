"""Issued proceedings are corrected by dated notes and withdrawn with a notice; the text stays as it was."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cms import services
from cms.models import IssuedText, IssueNote
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.cms.conftest import printed
from tests.cms.test_frozen import shown
from tests.cms.test_print import words

pytestmark = pytest.mark.django_db
NOTE = "In paragraph 1 read <b>400</b> metres."


def attach(finished, page, text=NOTE, **fields):
    fields = {"actor": finished.sofia, "dated": timezone.now().date(), "now": timezone.now(), **fields}
    return services.attach_note(page_id=page.pk, text=text, **fields)


def withdraw(finished, page, reason="The annex is not ours."):
    return services.withdraw_proceedings(page_id=page.pk, actor=finished.sofia, reason=reason, now=timezone.now())


def test_a_dated_note_stands_above_the_text_on_the_page_and_in_print(finished, as_):
    page = finished.issued()
    plain_print = as_(None).get(f"{page.url}pdf/").content
    attach(finished, page)
    page_text = as_(None).get(page.url).content.decode()
    main = page_text.split("<main", 1)[1]
    assert main.index("Note of correction") < main.index("All agreed on 300")
    assert "read &lt;b&gt;400&lt;/b&gt; metres" in main and 'name="dcterms.provenance"' in page_text
    printed()
    noted = as_(None).get(f"{page.url}pdf/").content
    text = words(noted)
    assert text.index("Note of correction") < text.index("All agreed on 300") and "400" in text
    assert b"pdfuaid:part" in noted
    assert as_(None).get(f"{page.url}pdf/issued/").content == plain_print


def test_a_note_is_ended_with_a_trace(finished, as_):
    page = finished.issued()
    note = attach(finished, page)
    services.end_note(note_id=note.pk, actor=finished.sofia, reason="It was right after all.", now=timezone.now())
    assert "Note of correction" not in as_(None).get(page.url).content.decode()
    record = as_(finished.sofia).get(f"/proceedings/{page.pk}/issue/").content.decode()
    assert "It was right after all." in record and "400" in record and "Sofia Lind" in record
    with pytest.raises(Conflict):
        services.end_note(note_id=note.pk, actor=finished.sofia, reason="Again.", now=timezone.now())


def test_what_is_withdrawn_leaves_a_notice_and_never_a_hole(finished, as_):
    page = finished.issued()
    attach(finished, page)
    withdraw(finished, page)
    answer = as_(None).get(page.url)
    text = answer.content.decode()
    assert answer.status_code == 200 and answer["X-Robots-Tag"] == "noindex"
    for part in (page.symbol, page.title, "Sofia Lind", "The annex is not ours.", str(timezone.now().year)):
        assert part in text
    assert "Three hundred" not in text and "All agreed" not in text and "400" not in text
    printed()
    for address in ("pdf/", "pdf/issued/"):
        notice = as_(None).get(f"{page.url}{address}")
        assert notice.status_code == 200 and "The annex is not ours." in words(notice.content)
        assert "Three hundred" not in words(notice.content)
    assert "withdrawn" in as_(None).get("/published/").content.decode()
    assert page.symbol not in as_(None).get("/").content.decode()


def test_a_withdrawal_is_ended_with_a_trace(finished, as_):
    page = finished.issued()
    before = shown(as_(None), page)
    note = withdraw(finished, page)
    with pytest.raises(Conflict):
        withdraw(finished, page)
    with pytest.raises(Conflict):
        attach(finished, page)
    services.end_note(note_id=note.pk, actor=finished.sofia, reason="A mistake.", now=timezone.now())
    assert shown(as_(None), page) == before
    assert IssueNote.objects.get(pk=note.pk).ended_by == finished.sofia


def test_only_the_secretariat_annotates_and_only_what_is_issued(finished, as_):
    draft, page = finished.compile(finished.ravi, finished.other), finished.issued()
    for who in (finished.rosa, finished.chen, finished.stella):
        with pytest.raises(NotAllowed):
            attach(finished, page, actor=who)
        assert as_(who).get(f"/proceedings/{page.pk}/issue/").status_code == 404
        assert as_(who).post(f"/proceedings/{page.pk}/withdraw/", {"reason": "No."}).status_code == 404
    with pytest.raises(NotFound):
        attach(finished, draft)
    assert not IssueNote.objects.exists()


def test_bad_notes_are_refused_and_come_back_in_the_form(finished, as_):
    page = finished.issued()
    for text, dated in ((" ", timezone.now().date()), (NOTE, timezone.now().date() + timedelta(days=1))):
        with pytest.raises(Invalid):
            attach(finished, page, text, dated=dated)
    sofia = as_(finished.sofia)
    late = sofia.post(f"/proceedings/{page.pk}/note/", {"text": NOTE, "dated": "1999-01-01"})
    assert late.status_code == 422 and "read &lt;b&gt;400" in late.content.decode()
    assert sofia.post(f"/proceedings/{page.pk}/withdraw/", {"reason": " "}).status_code == 422
    assert not IssueNote.objects.exists()


def test_the_secretariat_does_all_of_it_on_one_page(finished, as_):
    page = finished.issued()
    sofia, here = as_(finished.sofia), f"/proceedings/{page.pk}"
    assert f"{here}/issue/" in sofia.get("/proceedings/").content.decode()
    sofia.post(f"{here}/note/", {"text": NOTE, "dated": f"{timezone.now():%Y-%m-%d}"})
    sofia.post(f"{here}/withdraw/", {"reason": "Not ours."})
    note, withdrawal = IssueNote.objects.order_by("pk")
    assert (note.kind, withdrawal.kind) == ("correction", "withdrawal")
    assert sofia.post(f"{here}/notes/{withdrawal.pk}/end/", {"reason": ""}).status_code == 422
    sofia.post(f"{here}/notes/{withdrawal.pk}/end/", {"reason": "Ours."})
    withdrawal.refresh_from_db()
    assert withdrawal.ended_because == "Ours."
    assert IssuedText.objects.get(page=page).digest in str(IssuedText.objects.values_list("digest", flat=True))
