"""What a visitor and a member see: home, list, proceedings, desk; and what it costs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms import selectors, services
from cms.models import ProceedingsPage, StandardPage
from forums.services import admit_member, create_forum
from hub.lib.home import BlockKind
from tests.cms.conftest import latest

pytestmark = pytest.mark.django_db


def test_a_visitor_reads_what_the_network_is_and_what_it_agreed(finished, as_):
    page = finished.issued()
    create_forum(name="Open questions", slug="open", preset="public", now=finished.now)
    text = as_(None).get("/").content.decode()
    assert page.symbol in text and "Open questions" in text and "/apply/" in text and 'name="q"' in text
    assert "Seeds in transit" not in text and "Rosa" not in text


def test_a_member_sees_what_needs_them(finished, as_):
    finished.submitted()
    text = as_(finished.sofia).get("/").content.decode()
    assert "Proceedings are waiting for your approval" in text
    text = as_(finished.amina).get("/").content.decode()
    assert "Amina Diallo" in text and "Field trials near borders" in text and "2 new" in text
    assert "Proceedings desk" not in text and "Seeds in transit" not in text


def test_a_rapporteur_is_asked_for_what_is_due_once_the_conference_is_over(finished):
    before = selectors.home_for(finished.rosa, now=finished.now)
    assert not before.asked and before.desk
    after = selectors.home_for(finished.rosa, now=finished.now + timedelta(days=30))
    assert [(block.kind, block.url) for block in after.asked] == [(BlockKind.ASKED, "/proceedings/")]
    finished.issued()
    assert not selectors.home_for(finished.rosa, now=finished.now + timedelta(days=30)).asked


def test_a_draft_is_not_found_by_anybody_at_its_address(finished, as_):
    page = finished.submitted()
    for who in (None, finished.stella, finished.amina, finished.rosa):
        for address in (f"/published/{page.slug}/", f"/published/{page.slug}/pdf/"):
            assert as_(who).get(address).status_code == (302 if who is None else 404)
        assert page.title not in as_(who).get("/published/").content.decode()


def test_a_draft_is_shown_to_rapporteur_chair_and_secretariat_alone(finished, as_):
    page = finished.compile()
    for who in (finished.rosa, finished.chen, finished.sofia):
        answer = as_(who).get(f"/proceedings/{page.pk}/")
        assert answer.status_code == 200 and "Three hundred" in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
    for who in (finished.amina, finished.ravi, finished.stella):
        for address in (f"/proceedings/{page.pk}/", f"/proceedings/{page.pk}/pdf/", "/proceedings/999/"):
            assert as_(who).get(address).status_code == 404
    assert as_(None).get(f"/proceedings/{page.pk}/")["Location"].startswith("/accounts/login/")


def test_the_page_has_symbol_numbered_paragraphs_permalinks_and_participants(finished, as_):
    page = finished.issued()
    text = as_(None).get(page.url).content.decode()
    assert page.symbol in text and "Cite as" in text and f"{page.url}pdf/" in text
    assert '<p class="numbered" id="p3" dir="ltr"><span>All agreed on 300 metres.</span></p>' in text
    for contribution in finished.said:
        assert f'href="#c{contribution.number}"' in text and f'id="c{contribution.number}"' in text
        assert f'href="/c/{contribution.number}/"' not in text
    assert "<strong>Three hundred</strong>" in text and "Direction de l&#x27;environnement" in text
    assert "No statement was made on this item." in text


def test_what_a_member_wrote_cannot_become_markup_of_the_page(finished, as_):
    finished.say(finished.amina, "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>")
    page = finished.issued()
    text = as_(None).get(page.url).content.decode()
    assert "<script>alert" not in text and "<img" not in text and 'href="javascript' not in text


def test_the_page_is_in_its_own_language_whatever_the_readers(finished, as_):
    page = finished.issued(language="ar")
    client = as_(None)
    client.cookies["django_language"] = "fr"
    text = client.get(page.url).content.decode()
    assert '<html lang="fr" dir="ltr">' in text and '<article class="document" lang="ar" dir="rtl">' in text


def test_the_list_is_filtered_by_year_and_language(finished, as_):
    page = finished.issued()
    client, year = as_(None), page.first_published_at.year
    for query, shown in (
        ("", True), (f"?year={year}", True), ("?language=en", True), ("?language=fr", False),
        (f"?year={year}&language=ar", False),
        ("?year=garbage&language=%00", True),
    ):  # fmt: skip
        answer = client.get(f"/published/{query}")
        assert answer.status_code == 200 and (page.title in answer.content.decode()) is shown, query


def test_the_desk_takes_a_conference_from_log_to_issue(finished, as_):
    rosa = as_(finished.rosa)
    compiled = rosa.post(f"/proceedings/compile/{finished.conference.pk}/")
    page = ProceedingsPage.objects.get(conference=finished.conference)
    assert compiled["Location"] == f"/proceedings/{page.pk}/"

    def act(client, name, **fields):
        data = {"revision": latest(page), **fields}
        return client.post(f"/proceedings/{page.pk}/{name}/", data, follow=True).content.decode()

    assert "Write a summary first" in act(rosa, "submit")
    services.write_proceedings(page_id=page.pk, actor=finished.rosa, summary="Ready.")
    assert "waiting for the Secretariat" in act(rosa, "submit")
    assert "The Secretariat decides" in act(rosa, "approve")

    sofia = as_(finished.sofia)
    empty = sofia.post(f"/proceedings/{page.pk}/send-back/", {"comment": " "})
    assert empty.status_code == 422 and "Say what should be changed" in empty.content.decode()
    act(sofia, "send-back", comment="Name <b>Amina</b>.")
    text = as_(finished.rosa).get("/proceedings/").content.decode()
    assert "sent back" in text and "Name &lt;b&gt;Amina&lt;/b&gt;." in text
    act(as_(finished.rosa), "submit")
    assert "The conference continues until" in act(as_(finished.sofia), "approve")
    finished.end()
    done = act(as_(finished.sofia), "approve")
    page.refresh_from_db()
    assert page.live and page.symbol in done


def test_the_desk_takes_posts_only_with_a_token_and_only_from_those_concerned(finished, client, as_):
    page = finished.submitted()
    strict = type(client)(enforce_csrf_checks=True)
    strict.force_login(finished.sofia)
    assert strict.post(f"/proceedings/{page.pk}/approve/").status_code == 403
    for who in (finished.stella, finished.ravi):
        for act in ("submit", "approve", "send-back"):
            assert as_(who).post(f"/proceedings/{page.pk}/{act}/", {"comment": "x"}).status_code == 404
        assert as_(who).post(f"/proceedings/compile/{finished.conference.pk}/").status_code == 404
    assert as_(finished.stella).get("/proceedings/").status_code == 404
    assert as_(finished.sofia).get(f"/proceedings/{page.pk}/approve/").status_code == 405
    page.refresh_from_db()
    assert not page.live


def _queries(client, address: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def _grow(finished, number: int) -> None:
    for at in range(number):
        policy = create_forum(name=f"Discussion {at}", slug=f"d{at}", preset="readable", now=finished.now)
        admit_member(forum_id=policy.forum_id, member=finished.amina, now=finished.now)


def test_the_home_costs_the_same_with_1_and_with_20_discussions(finished, as_):
    finished.issued()
    member, visitor = as_(finished.amina), None
    _queries(member, "/")
    few = _queries(member, "/")
    _grow(finished, 20)
    many = _queries(member, "/")
    assert many == few <= 30
    visitor = as_(None)
    assert _queries(visitor, "/") <= 9


def test_the_home_costs_the_same_with_1_and_with_4_proceedings_to_decide_on(finished, as_):
    client = as_(finished.sofia)
    finished.compile(finished.sofia)
    _queries(client, "/proceedings/")
    few = _queries(client, "/proceedings/")
    finished.compile(finished.ravi, finished.other)
    assert _queries(client, "/proceedings/") == few <= 16


def test_a_page_of_text_is_written_from_markdown_and_found_at_its_address(site, client):
    services.write_page(slug="about", title="About us", intro="Who we are.", body="## Part\nWords **here**.\n\n- one")
    text = client.get("/about/").content.decode()
    assert "<h2>Part</h2>" in text and "<strong>here</strong>" in text and "About us" in text
    services.write_page(slug="about", title="About us", body="Other.")
    assert StandardPage.objects.filter(slug="about").count() == 1 and "Other." in client.get("/about/").content.decode()


def test_no_page_needs_inline_script_or_style(finished, as_):
    page = finished.issued()
    for address in ("/", "/published/", page.url, "/about/"):
        answer = as_(None).get(address)
        policy = answer["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert " style=" not in answer.content.decode() and "<script>" not in answer.content.decode()


def test_a_preview_may_be_framed_by_the_admin_alone(finished, as_):
    page = finished.compile()
    answer = as_(finished.rosa).get(f"/admin/pages/{page.pk}/view_draft/")
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
