"""A decision on proceedings names the revision it was made on; a stale one shows what changed and does nothing."""

import re

import pytest
from django.urls import reverse
from wagtail.test.utils.form_data import rich_text

from cms import services
from cms.models import ProceedingsPage, StandardPage
from hub.lib.errors import Stale
from tests.cms.conftest import latest
from tests.cms.test_admin import _form

pytestmark = pytest.mark.django_db


def change(finished, page, words="<p>Other words.</p>"):
    """Save another revision while the page waits, as the Secretariat can in the editor."""
    draft = page.get_latest_revision_as_object()
    draft.summary = words
    draft.save_revision(user=finished.sofia, changed=True)


@pytest.mark.parametrize("act", ["approve", "send-back"])
def test_a_decision_from_an_older_page_is_refused_with_what_changed(finished, as_, act):
    page = finished.submitted()
    finished.end()
    seen = latest(page)
    change(finished, page)
    sofia = as_(finished.sofia)
    data = {"revision": seen, "comment": "Please mend."}
    answer = sofia.post(f"/proceedings/{page.pk}/{act}/", data)
    text = answer.content.decode()
    assert answer.status_code == 409 and "<ins>" in text and "Other" in text and "<del>" in text and "distance" in text
    page = ProceedingsPage.objects.get(pk=page.pk)
    assert not page.live and page.workflow_in_progress
    assert f'name="revision" value="{latest(page)}"' in text and (act == "approve" or "Please mend." in text)
    assert sofia.post(f"/proceedings/{page.pk}/{act}/", {**data, "revision": latest(page)}).status_code == 302
    page = ProceedingsPage.objects.get(pk=page.pk)
    assert page.live is (act == "approve") and not page.workflow_in_progress


@pytest.mark.parametrize("seen", ["", "0", "x", "99999999999999999999"])
def test_a_decision_that_names_no_revision_is_refused(finished, as_, seen):
    page = finished.submitted()
    finished.end()
    assert as_(finished.sofia).post(f"/proceedings/{page.pk}/approve/", {"revision": seen}).status_code == 409
    assert not ProceedingsPage.objects.get(pk=page.pk).live


def test_submitting_an_older_draft_is_refused(finished, as_):
    page = finished.compile()
    services.write_proceedings(page_id=page.pk, actor=finished.rosa, summary="First.")
    seen = latest(page)
    services.write_proceedings(page_id=page.pk, actor=finished.chen, summary="Second.")
    with pytest.raises(Stale) as refused:
        services.submit_proceedings(page_id=page.pk, actor=finished.rosa, seen_revision=seen)
    assert refused.value.revision == latest(page) and "+ Second." in refused.value.lines
    assert ProceedingsPage.objects.get(pk=page.pk).current_workflow_state is None


def test_compiling_again_makes_an_older_page_stale(finished):
    page = finished.compile()
    page = services.write_proceedings(page_id=page.pk, actor=finished.rosa, summary="First.")
    seen = latest(page)
    finished.say(finished.amina, "One word more.")
    finished.compile()
    with pytest.raises(Stale) as refused:
        services.submit_proceedings(page_id=page.pk, actor=finished.rosa, seen_revision=seen)
    assert any("One word more." in line for line in refused.value.lines)


def test_the_editor_does_not_save_over_what_its_writer_has_not_seen(finished, as_):
    page = finished.compile()
    seen = latest(page)
    services.write_proceedings(page_id=page.pk, actor=finished.chen, summary="By the chair.")
    address = reverse("wagtailadmin_pages:edit", args=(page.pk,))
    rosa = as_(finished.rosa)
    refused = rosa.post(address, _form(page, loaded_revision_id=str(seen))).content.decode()
    assert "Chen Wei saved another version" in refused and "By the editor." in refused
    draft = ProceedingsPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    assert "By the chair." in draft.summary
    rosa.post(address, _form(page, loaded_revision_id=str(latest(page))))
    assert "By the editor." in ProceedingsPage.objects.get(pk=page.pk).get_latest_revision_as_object().summary


def test_no_page_is_saved_over_what_its_writer_has_not_seen(site, finished, as_):
    about = StandardPage(title="About", slug="about-us", body="<p>First.</p>")
    site.add_child(instance=about)
    about.save_revision(user=finished.sofia)
    address = reverse("wagtailadmin_pages:edit", args=(about.pk,))
    sofia = as_(finished.sofia)
    seen = re.search(r'name="loaded_revision_id" value="([^"]*)"', sofia.get(address).content.decode())[1]
    about.body = "<p>By another.</p>"
    newest = about.save_revision(user=finished.chen)
    form = {**_form(about), "slug": about.slug, "intro": "", "body": rich_text("<p>Mine.</p>")}
    refused = sofia.post(address, {**form, "loaded_revision_id": seen}).content.decode()
    assert "Chen Wei saved another version" in refused and "Mine." in refused
    assert "By another." in StandardPage.objects.get(pk=about.pk).get_latest_revision_as_object().body
    sofia.post(address, {**form, "loaded_revision_id": str(newest.pk)})
    assert "Mine." in StandardPage.objects.get(pk=about.pk).get_latest_revision_as_object().body
