"""A symbol freezes the text, its address and its symbol, by whichever way somebody would change them."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from cms import services
from cms.models import ConferenceIndexPage, IssuedText, ProceedingsPage
from conferences.services import open_session
from forums.models import ForumPolicy
from hub.lib.errors import NotNow
from tests.cms.conftest import latest
from tests.cms.test_admin import _form

pytestmark = pytest.mark.django_db


def shown(client, page):
    """Return what a reader sees of the document, without what differs at each request."""
    answer = client.get(page.url)
    assert answer.status_code == 200
    return answer.content.decode().split("<main", 1)[1]


def specific(page):
    return ProceedingsPage.objects.get(pk=page.pk)


def edit_and_save(page):
    page.title = "Rewritten"
    page.save()


def edit_some_fields(page):
    page.summary = "<p>Rewritten</p>"
    page.save(update_fields=["summary"])


def edit_and_publish(page):
    page.summary = "<p>Rewritten</p>"
    page.save_revision().publish()


def publish_an_older_revision(page):
    page.revisions.order_by("pk").first().publish()


def save_as_the_base_class(page):
    base = Page.objects.get(pk=page.pk)
    base.title = "Rewritten"
    base.save()


def give_another_symbol(page):
    page.symbol = "BSN/EC/1999/1"
    page.save()


def move_the_address(page):
    page.slug = "rewritten"
    page.save()


def plan_its_end(page):
    page.expire_at = timezone.now() + timedelta(days=1)
    page.save()


def point_to_another_record(page):
    page.record = None
    page.save()


WAYS = [
    edit_and_save, edit_some_fields, edit_and_publish, publish_an_older_revision, save_as_the_base_class,
    give_another_symbol, move_the_address, plan_its_end, point_to_another_record,
    lambda page: page.unpublish(),
    lambda page: Page.objects.get(pk=page.pk).unpublish(),
    lambda page: page.delete(),
    lambda page: page.issued_text.delete(),
    lambda page: page.issued_text.save(),
    lambda page: page.record.save(),
    lambda page: page.move(page.get_parent().get_parent(), pos="last-child"),
    lambda page: page.get_parent().specific.move(ConferenceIndexPage.objects.get().get_parent(), pos="first-sibling"),
    lambda page: PageViewRestriction.objects.create(page=page.page_ptr, restriction_type="login"),
    lambda page: PageViewRestriction.objects.create(page=page.get_parent(), restriction_type="login"),
]  # fmt: skip


@pytest.mark.parametrize("change", WAYS)
def test_nothing_changes_what_was_issued(finished, as_, change):
    page = finished.issued()
    before = shown(as_(None), page)
    with pytest.raises(NotNow) as refused, transaction.atomic():
        change(specific(page))
    assert refused.value.code in {"issued", "compiled"}
    assert shown(as_(None), page) == before
    assert specific(page).symbol == page.symbol


def test_pages_above_it_keep_their_address_and_are_not_deleted(finished):
    page = finished.issued()
    index = ConferenceIndexPage.objects.get()
    index.slug = "elsewhere"
    with pytest.raises(NotNow):
        index.save()
    with pytest.raises(ProtectedError), transaction.atomic():
        ConferenceIndexPage.objects.get().delete()
    with pytest.raises(ProtectedError), transaction.atomic():
        Page.objects.filter(pk=page.pk).delete()
    assert specific(page).url == page.url


def test_a_statement_of_sql_changes_nothing_that_is_shown(finished, as_):
    page = finished.issued()
    before = shown(as_(None), page)
    ProceedingsPage.objects.filter(pk=page.pk).update(
        title="Rewritten", summary="<p>Rewritten</p>", language="ar", live=False, record=None
    )
    assert shown(as_(None), page) == before
    assert page.symbol in as_(None).get("/published/").content.decode()


def test_wagtails_schedule_neither_unpublishes_nor_publishes_it(finished, as_):
    page = finished.submitted()
    draft = page.get_latest_revision_as_object()
    draft.expire_at = timezone.now() + timedelta(hours=1)
    draft.save_revision(user=finished.rosa)
    finished.end()
    page = finished.approve(page)
    assert page.expire_at is None
    ProceedingsPage.objects.filter(pk=page.pk).update(go_live_at=timezone.now() - timedelta(hours=1))
    call_command("publish_scheduled", verbosity=0)
    assert as_(None).get(page.url).status_code == 200


def test_the_editor_shows_it_with_the_reason_and_saves_nothing(finished, as_):
    page = finished.issued()
    sofia, address = as_(finished.sofia), reverse("wagtailadmin_pages:edit", args=(page.pk,))
    assert "issued as" in sofia.get(address).content.decode()
    for act in ("", "action-publish", "action-submit"):
        sofia.post(address, _form(page, **({act: "1"} if act else {})))
    first = page.revisions.order_by("pk").first().pk
    for name, *args in (("revisions_revert", first), ("unpublish",), ("delete",), ("copy",), ("convert_alias",)):
        url = reverse(f"wagtailadmin_pages:{name}", args=(page.pk, *args))
        sofia.post(url, {"new_title": "Copy", "new_slug": "copy", "include_descendants": "on"})
    for act in ("unpublish", "delete", "publish", "move"):
        sofia.post(f"/admin/bulk/wagtailcore/page/{act}/?id={page.pk}", {"include_descendants": "on"})
    index = page.get_parent()
    sofia.post(reverse("wagtailadmin_pages:unpublish", args=(index.pk,)), {"include_descendants": "on"})
    sofia.post(reverse("wagtailadmin_pages:delete", args=(index.pk,)), {"confirm": index.title})
    assert "All agreed on 300" in shown(as_(None), page)
    assert ProceedingsPage.objects.count() == 1 and latest(page) == page.latest_revision_id


def test_a_page_above_what_was_issued_is_not_deleted_and_the_reason_is_said(finished, make_member, as_):
    page = finished.issued()
    root, index = as_(make_member("Root Admin", is_staff=True, is_superuser=True)), page.get_parent()
    for above in (index, index.get_parent()):
        data = {"confirm": above.title, "confirm_site_name": "Biosafety Network Hub"}
        answer = root.post(reverse("wagtailadmin_pages:delete", args=(above.pk,)), data)
        assert answer.status_code == 409 and page.symbol in answer.content.decode()
    answer = root.post(f"/admin/bulk/wagtailcore/page/delete/?id={index.pk}", {"confirm": index.title})
    assert answer.status_code in (302, 409) and as_(None).get(page.url).status_code == 200


def test_a_copy_is_never_issued(finished):
    page = finished.issued()
    with pytest.raises(NotNow), transaction.atomic():
        page.copy(update_attrs={"slug": "copy", "title": "Copy"}, keep_live=True)
    with pytest.raises(NotNow), transaction.atomic():
        page.create_alias(update_slug="alias")
    assert IssuedText.objects.count() == 1


def test_what_goes_on_is_not_issued(finished):
    page = finished.submitted()
    with pytest.raises(NotNow) as refused:
        finished.approve(page)
    assert refused.value.code == "running" and "continues until" in str(refused.value)
    policy = ForumPolicy.objects.filter(forum_id=finished.conference.forum_id)
    policy.update(closes_at=timezone.now() - timedelta(minutes=1))
    rows = finished.conference.conference_sessions
    rows.update(closes_at=timezone.now() + timedelta(hours=1))
    with pytest.raises(NotNow) as refused:
        finished.approve(page)
    assert "still to come" in str(refused.value)
    open_session(conference_session_id=rows.get().pk, actor=finished.sofia, now=timezone.now())
    with pytest.raises(NotNow) as refused:
        finished.approve(page)
    assert "is open" in str(refused.value)
    with pytest.raises(NotNow), transaction.atomic():
        specific(page).get_latest_revision().publish()
    assert specific(page).symbol is None and specific(page).workflow_in_progress


def test_a_symbol_is_given_by_the_hub_alone(finished):
    page = finished.compile()
    page.symbol = "BSN/EC/1999/1"
    with pytest.raises(NotNow), transaction.atomic():
        page.save()
    finished.end()
    page = specific(page)
    page.symbol, page.live = "BSN/EC/1999/1", True
    page.save()
    assert page.symbol != "BSN/EC/1999/1" and IssuedText.objects.get(page=page).symbol == page.symbol


def test_the_text_and_the_print_are_kept_as_issued(finished, as_, settings):
    page = finished.issued()
    text = IssuedText.objects.get(page=page)
    first = as_(None).get(f"{page.url}pdf/").content
    settings.HUB_NAME = "Another name"
    assert as_(None).get(f"{page.url}pdf/").content == first
    text.refresh_from_db()
    assert len(text.digest) == len(text.pdf_digest) == 64
    with pytest.raises(NotNow):
        services.compile_proceedings(conference_id=finished.conference.pk, actor=finished.sofia, now=finished.now)
