"""Closed means closed in Wagtail's admin too: who comes in, what a rapporteur reaches, what nobody may do there."""

import re

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.urls import get_resolver, reverse
from wagtail.admin import urls
from wagtail.models import Page, PageViewRestriction
from wagtail.permissions import policy_registry
from wagtail.test.utils.form_data import rich_text

from cms import services
from cms.admin_access import guarded
from cms.models import ProceedingsPage, StandardPage
from hub.lib import clock
from hub.members.models import Member
from hub.members.services import anonymise_member

pytestmark = pytest.mark.django_db
SECRET = ("Field trials near borders", "field-trials-near-borders", "Three hundred")


def admin_addresses(page: ProceedingsPage) -> list[str]:
    """Every address of the admin at which a draft might show."""
    index, revision = page.get_parent().pk, page.latest_revision_id
    of_page = (
        "edit/", "view_draft/", "history/", "history/results/", "usage/", "workflow_history/", "delete/", "unpublish/",
        "copy/", "move/", "privacy/", "lock/", "convert_alias/", f"revisions/{revision}/view/",
        f"revisions/{revision}/revert/", "revisions/compare/earliest...latest/", "edit/preview/", "set_position/",
    )  # fmt: skip
    return [
        "/admin/", "/admin/pages/", f"/admin/pages/{index}/", f"/admin/pages/{index}/results/",
        f"/admin/pages/{page.pk}/",
        "/admin/pages/search/?q=field", "/admin/pages/search/results/?q=field", "/admin/api/main/pages/",
        f"/admin/api/main/pages/{page.pk}/", f"/admin/api/main/pages/?child_of={index}&for_explorer=1",
        "/admin/choose-page/", f"/admin/choose-page/{index}/", f"/admin/choose-page/{page.pk}/",
        "/admin/choose-page/search/?q=field", f"/admin/choose-page/chosen-multiple/?id={page.pk}",
        "/admin/reports/locked/", "/admin/reports/workflow/", "/admin/reports/workflow_tasks/",
        "/admin/reports/site-history/", "/admin/reports/aging-pages/", "/admin/reports/page-types-usage/",
        "/admin/pages/usage/cms/proceedingspage/", "/admin/images/", "/admin/documents/", "/admin/images/chooser/",
        "/admin/documents/chooser/", "/admin/account/", "/admin/users/", "/admin/groups/",
        f"/admin/bulk/wagtailcore/page/delete/?id={page.pk}",
        *(f"/admin/pages/{page.pk}/{rest}" for rest in of_page),
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["ravi", "stella", "amina", None])
def test_nobody_else_finds_a_draft_at_any_address_of_the_admin(finished, as_, who):
    page = finished.submitted()
    if who == "ravi":
        finished.compile(finished.ravi, finished.other)
    client = as_(getattr(finished, who) if who else None)
    for address in admin_addresses(page):
        answer = client.get(address, follow=True)
        text = answer.content.decode(errors="replace")
        assert not [word for word in SECRET if word in text], address


def test_an_ordinary_member_gets_no_redirect_loop_but_not_found(finished, as_):
    for address in ("/admin/", "/admin/pages/", "/admin/users/"):
        assert as_(finished.amina).get(address).status_code == 404


def test_a_rapporteur_gets_to_the_editor_of_the_own_draft_and_nowhere_else(finished, as_):
    page, other = finished.compile(), finished.compile(finished.ravi, finished.other)
    client = as_(finished.rosa)
    assert client.get(f"/admin/pages/{page.pk}/edit/").status_code == 200
    assert client.get(f"/admin/pages/{page.pk}/history/").status_code == 200
    assert client.get(f"/admin/pages/{page.pk}/view_draft/").status_code == 200
    assert client.get(f"/admin/pages/{other.pk}/edit/", follow=True).redirect_chain[-1][0] == "/proceedings/"
    assert client.get("/admin/")["Location"] == "/proceedings/"
    assert client.get("/admin/reports/page-types-usage/").status_code == 404


def test_the_policy_alone_hides_drafts_wherever_wagtail_lists_pages(finished):
    page, other = finished.compile(), finished.compile(finished.ravi, finished.other)
    policy = policy_registry.get_by_type(Page)
    rosa, ravi = Member.objects.get(pk=finished.rosa.pk), Member.objects.get(pk=finished.ravi.pk)
    index = page.get_parent().page_ptr
    assert set(policy.explorable_instances(rosa)) == {index, page.page_ptr}
    assert set(policy.explorable_instances(ravi)) == {index, other.page_ptr}
    assert set(policy.explorable_instances(Member.objects.get(pk=finished.stella.pk))) == set()
    permissions = page.permissions_for_user(rosa)
    assert permissions.can_edit() and not permissions.can_publish() and not permissions.can_delete()
    assert not permissions.can_copy() and not permissions.can_move() and not permissions.can_unpublish()
    assert not page.permissions_for_user(ravi).can_edit()


def _form(page: ProceedingsPage, **more: str) -> dict[str, str]:
    return {
        "title": page.title, "summary": rich_text("<p>By the editor.</p>"), "conclusions": rich_text("<p>Done.</p>"),
        "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0", "comments-MIN_NUM_FORMS": "0",
        "comments-MAX_NUM_FORMS": "", **more,
    }  # fmt: skip


def test_a_rapporteur_saves_in_the_editor_but_cannot_publish_there(finished, as_):
    page = finished.compile()
    client = as_(finished.rosa)
    address = reverse("wagtailadmin_pages:edit", args=(page.pk,))
    client.post(address, _form(page, **{"action-publish": "1"}))
    page.refresh_from_db()
    assert not page.live and page.symbol is None
    assert "By the editor." in page.get_latest_revision_as_object().summary


def test_nothing_is_submitted_or_decided_in_the_editor_since_it_names_no_revision(finished, as_):
    page = finished.compile()
    address = reverse("wagtailadmin_pages:edit", args=(page.pk,))
    as_(finished.rosa).post(address, _form(page, **{"action-submit": "1"}))
    saved = ProceedingsPage.objects.get(pk=page.pk)
    assert saved.current_workflow_task_state is None
    assert "By the editor." in saved.get_latest_revision_as_object().summary
    finished.submit(page)
    finished.end()
    state = ProceedingsPage.objects.get(pk=page.pk).current_workflow_task_state
    action = reverse("wagtailadmin_pages:workflow_action", args=(page.pk, "approve", state.pk))
    sofia = as_(finished.sofia)
    sofia.post(action, {"comment": ""})
    sofia.post(address, _form(page, **{"action-publish": "1"}))
    decided = {"action-workflow-action": "1", "workflow-action-name": "approve"}
    sofia.post(address, _form(page, **decided))
    sofia.post(f"/admin/bulk/wagtailcore/page/publish/?id={page.pk}", {"include_descendants": "on"})
    page = ProceedingsPage.objects.get(pk=page.pk)
    assert not page.live and page.symbol is None and page.workflow_in_progress


def test_the_secretariat_does_not_delete_what_was_issued(finished, as_):
    page = finished.issued()
    as_(finished.sofia).post(f"/admin/pages/{page.pk}/delete/", {"confirm": page.title})
    assert ProceedingsPage.objects.filter(pk=page.pk).exists()


def test_an_issued_page_is_no_longer_the_rapporteurs(finished, as_):
    page = finished.issued()
    answer = as_(finished.rosa).get(f"/admin/pages/{page.pk}/edit/", follow=True)
    assert answer.redirect_chain[-1][0] == "/proceedings/"


def test_the_secretariats_group_follows_the_staff_mark(finished, as_):
    client = as_(finished.sofia)
    assert client.get("/admin/pages/").status_code in {200, 302}
    assert Group.objects.get(name="Secretariat") in finished.sofia.groups.all()
    Member.objects.filter(pk=finished.sofia.pk).update(is_staff=False)
    assert client.get("/admin/").status_code == 404
    assert not finished.sofia.groups.exists()


def test_wagtails_own_sign_in_and_password_pages_lead_to_ours(site, client):
    assert client.get("/admin/login/")["Location"].startswith("/accounts/login/")
    assert client.post("/admin/login/", {"username": "x", "password": "y"})["Location"].startswith("/accounts/login/")
    assert client.get("/admin/password_reset/")["Location"] == "/accounts/password/reset/"
    assert client.get("/admin/pages/")["Location"].startswith("/accounts/login/")


def _views(patterns: list, prefix: str = "") -> dict:
    views = {}
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        views |= _views(pattern.url_patterns, route) if hasattr(pattern, "url_patterns") else {route: pattern.callback}
    return views


def test_every_address_of_the_admin_has_the_door(site):
    # Outermost, so nothing of Wagtail's runs before it.
    views = [view for route, view in _views(get_resolver().url_patterns).items() if route.startswith("admin/")]
    assert len(views) > 150
    assert all(view.__wrapped__ for view in views)
    assert {view.__code__ for view in views} == {guarded(print).__code__}


def test_wagtails_own_list_of_addresses_stays_as_it_is(site):
    assert guarded(print).__code__ not in {view.__code__ for view in _views(urls.urlpatterns).values()}


def test_an_administrator_corrects_members_but_neither_adds_nor_deletes_them(finished, make_member, as_):
    root = make_member("Root Admin", is_staff=True, is_superuser=True)
    client = as_(root)
    text = client.get("/admin/users/?q=diallo").content.decode()
    assert "Amina Diallo" in text and "Boris" not in text
    assert client.get(reverse("wagtailusers_users:edit", args=(finished.amina.pk,))).status_code == 200
    client.post(
        reverse("wagtailusers_users:edit", args=(finished.amina.pk,)),
        {"name": "Amina Diallo-Sow", "organisation": "", "is_active": "on", "is_staff": ""},
    )
    finished.amina.refresh_from_db()
    assert finished.amina.name == "Amina Diallo-Sow" and finished.amina.is_active
    assert client.get(reverse("wagtailusers_users:add")).status_code == 404
    assert client.post(reverse("wagtailusers_users:delete", args=(finished.stella.pk,))).status_code == 404
    for action in ("delete", "assign_role", "set_active_state"):
        assert client.post(f"/admin/bulk/members/member/{action}/?id={finished.stella.pk}").status_code == 404
    assert Member.objects.filter(pk=finished.stella.pk).exists()


def test_an_administrator_does_not_save_over_what_another_has_changed(finished, make_member, as_):
    client = as_(make_member("Root Admin", is_staff=True, is_superuser=True))
    address = reverse("wagtailusers_users:edit", args=(finished.amina.pk,))
    seen = re.search(r'name="seen_values" value="([^"]+)"', client.get(address).content.decode())[1]
    Member.objects.filter(pk=finished.amina.pk).update(is_active=False)
    form = {"name": "Amina Diallo-Sow", "organisation": "", "is_active": "on", "seen_values": seen}
    page = client.post(address, form).content.decode()
    finished.amina.refresh_from_db()
    # An older page lets nobody in again who was shut out meanwhile.
    assert "Somebody has changed this member" in page and not finished.amina.is_active
    assert finished.amina.name == "Amina Diallo"
    seen = re.search(r'name="seen_values" value="([^"]+)"', page)[1]
    client.post(address, {**form, "is_active": "", "seen_values": seen})
    finished.amina.refresh_from_db()
    assert finished.amina.name == "Amina Diallo-Sow" and not finished.amina.is_active


def test_an_administrator_does_not_bring_back_who_has_left_for_good(finished, make_member, as_):
    client = as_(make_member("Root Admin", is_staff=True, is_superuser=True))
    address = reverse("wagtailusers_users:edit", args=(finished.amina.pk,))
    anonymise_member(member_id=finished.amina.pk, actor=finished.amina, now=clock.now())
    form = {"name": "Amina Diallo", "organisation": "", "is_active": "on"}
    assert client.get(address).status_code == client.post(address, form).status_code == 404
    stored = Member.objects.filter(pk=finished.amina.pk).values("is_active", "name").get()
    assert stored == {"is_active": False, "name": ""}
    assert f"former-{finished.amina.pk}" not in client.get("/admin/users/").content.decode()


def test_the_secretariat_does_not_manage_members_in_wagtail(finished, as_):
    assert as_(finished.sofia).get("/admin/users/").status_code == 302


def test_bootstrapping_again_changes_nothing(finished):
    page = finished.issued()
    counts = Page.objects.count(), Group.objects.count()
    home = services.bootstrap_site()
    assert (Page.objects.count(), Group.objects.count()) == counts
    assert home.get_site().root_page_id == home.pk and ProceedingsPage.objects.get(pk=page.pk).live


def test_wagtails_second_sign_in_page_signs_nobody_in(site, client, make_member):
    make_member("Amina Diallo", password="a long password")
    data = {"username": "amina.diallo@people.example", "password": "a long password"}
    for answer in (client.get("/_util/login/?next=/x/"), client.post("/_util/login/?next=/x/", data)):
        assert answer["Location"] == "/accounts/login/?next=%2Fx%2F"
    assert "_auth_user_id" not in client.session


def test_a_page_for_members_only_leads_to_the_one_sign_in_page(site, client):
    page = StandardPage(title="For members", slug="for-members")
    site.add_child(instance=page)
    PageViewRestriction.objects.create(page=page, restriction_type="login")
    assert client.get("/for-members/")["Location"] == "/accounts/login/?next=/for-members/"


def test_a_password_that_several_share_is_not_guessed(site, client):
    page = StandardPage(title="For a few", slug="for-a-few")
    site.add_child(instance=page)
    restriction = PageViewRestriction.objects.create(page=page, restriction_type="password", password="maize")
    address = reverse("wagtailcore_authenticate_with_password", args=(restriction.pk, page.pk))
    cache.clear()
    answers = [client.post(address, {"password": f"guess {number}", "return_url": "/"}) for number in range(11)]
    assert [answer.status_code for answer in answers[-2:]] == [200, 429]
    assert client.post(address, {"password": "maize", "return_url": "/"}).status_code == 429
