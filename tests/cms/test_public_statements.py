"""Statements of issued proceedings: everybody is led to their place, and from the discussion to the proceedings."""

import pytest

pytestmark = pytest.mark.django_db


def test_the_number_of_a_public_statement_leads_everybody_to_its_place(finished, as_):
    number = finished.said[0].number
    assert as_(None).get(f"/c/{number}/")["Location"] == f"/accounts/login/?next=/c/{number}/"
    page = finished.issued()
    for who in (None, finished.stella):
        assert as_(who).get(f"/c/{number}/")["Location"] == f"{page.url}#c{number}"
        assert as_(who).get("/c/999999/").status_code == (404 if who else 302)
    assert as_(finished.amina).get(f"/c/{number}/")["Location"].startswith("/topics/")


def test_who_may_read_the_discussion_finds_the_contribution_and_others_no_dead_end(finished, as_):
    page, number = finished.issued(), finished.said[0].number
    for who, reads in ((None, False), (finished.stella, False), (finished.amina, True)):
        text = as_(who).get(page.url).content.decode()
        assert f'href="#c{number}"' in text and (f'href="/c/{number}/"' in text) is reads


def test_contribution_and_conference_lead_to_the_proceedings_once_they_are_issued(finished, as_):
    number = finished.said[0].number
    client = as_(finished.amina)
    assert "Proceedings:" not in client.get(f"/c/{number}/", follow=True).content.decode()
    page = finished.issued()
    for path in (f"/c/{number}/", page.conference.get_absolute_url()):
        assert f'href="{page.url}"' in client.get(path, follow=True).content.decode(), path
