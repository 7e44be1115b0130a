"""Findings S4 to S15 of the audit of machina that touch pages: red on stock machina, green here."""

import pytest

from forums import services
from forums.models import Contribution
from forums.views.feeds import url_for

pytestmark = pytest.mark.django_db
SECRET = "Nagoya-7 strain"


@pytest.fixture
def secret(cast, now):
    """A contribution of the closed discussion with a file, both named so that any leak is seen."""
    upload = services.Upload("Nagoya-7 data.pdf", b"TOPSECRET", "application/pdf")
    return cast.say(cast.boris, f"About the {SECRET}.", subject=SECRET, files=(upload,), now=now)


@pytest.fixture
def moderated(cast, now):
    """A discussion open to members that holds what they write; Stella has one held there."""
    policy = services.create_forum(name="Moderated", slug="mod", preset="members", moderated=True, now=now)
    upload = services.Upload("Nagoya-7 data.pdf", b"TOPSECRET", "application/pdf")
    draft = services.Draft(forum_id=policy.forum_id, subject=SECRET, text=SECRET, files=(upload,))
    return services.publish(draft=draft, author=cast.stella, origin="web", now=now).contribution


def _paths(contribution):
    topic, forum, file = contribution.topic_id, contribution.post.topic.forum_id, contribution.attachments.get().pk
    return (
        f"/discussions/{forum}/",
        f"/discussions/{forum}-x/",
        f"/discussions/{forum}/members/",
        f"/discussions/{forum}/new/",
        f"/discussions/{forum}/feed.atom",
        f"/topics/{topic}/",
        f"/topics/{topic}-x/",
        f"/topics/{topic}/?new",
        f"/topics/{topic}/?quote={contribution.number}",
        f"/topics/{topic}/after/0/",
        f"/c/{contribution.number}/",
        f"/c/{contribution.number}/edit/",
        f"/c/{contribution.number}/files/{file}/",
    )


def _outside(client, cast, person):
    if person == "public":
        client.logout()
    else:
        client.force_login(getattr(cast, person))


@pytest.mark.parametrize("person", ["stella", "public"])
def test_a_stranger_gets_at_every_address_what_a_missing_one_gives(client, cast, secret, person):
    """The status and the page say nothing about whether something is there."""
    _outside(client, cast, person)
    for path in _paths(secret):
        found = client.get(path)
        missing = client.get(path.replace(str(secret.topic_id), "99998", 1).replace(f"/c/{secret.number}", "/c/99999"))
        assert found.status_code in {404, 302}, path
        if found.status_code == 302:
            assert found.url.startswith("/accounts/login/"), path
        assert b"Nagoya" not in found.content and b"Risk assessment" not in found.content, path
        assert missing.status_code == found.status_code


def test_s4_a_reply_is_held_by_the_topics_own_forum_whatever_the_form_says(client, cast, moderated):
    """Stock: the forum in the address decides about approval."""
    services.approve_contribution(number=moderated.number, actor=cast.sofia, now=moderated.created_at)
    client.force_login(cast.amina)
    client.post(
        f"/topics/{moderated.topic_id}/?forum={cast.forum_id}", {"text": "Round the back", "forum": cast.forum_id}
    )
    assert Contribution.objects.get(author=cast.amina).is_held


def test_s4_a_moderated_topic_cannot_be_named_through_another_discussion(client, cast, moderated):
    client.force_login(cast.amina)
    path = f"/discussions/{cast.forum_id}/new/"
    client.post(path, {"subject": "S", "text": "T", "topic_id": moderated.topic_id, "topic": moderated.topic_id})
    assert Contribution.objects.get(author=cast.amina).topic_id != moderated.topic_id


def test_s5_only_those_who_lead_lock_and_a_stranger_finds_no_topic(client, cast, secret):
    """Stock: any topic can be locked through a forum one moderates."""
    for person, status in (("amina", 403), ("stella", 404), ("public", 302)):
        _outside(client, cast, person)
        assert client.post(f"/topics/{secret.topic_id}/lock/").status_code == status
    secret.post.topic.refresh_from_db()
    assert not secret.post.topic.is_locked


def test_s6_no_form_names_a_closed_subject_or_forum(client, cast, secret, now):
    """Stock: update, reply and mark-as-read pages print both."""
    public = services.create_forum(name="Open", slug="open", preset="members", now=now)
    draft = services.Draft(forum_id=public.forum_id, text="Mine")
    own = services.publish(draft=draft, author=cast.stella, origin="web", now=now).contribution
    client.force_login(cast.stella)
    for path in (
        f"/topics/{own.topic_id}/?quote={secret.number}",
        f"/topics/{own.topic_id}/?reply={secret.number}",
        f"/c/{own.number}/files/{secret.attachments.get().pk}/",
    ):
        assert b"Nagoya" not in client.get(path).content
    for path in (f"/discussions/{cast.forum_id}/read/", f"/discussions/{cast.forum_id}/summary/"):
        answer = client.post(path)
        assert answer.status_code == 404 and b"Risk assessment" not in answer.content
    assert client.post(f"/topics/{own.topic_id}/", {"text": "x", "parent": secret.number}).status_code == 404


def test_s8_who_has_left_sees_no_subject_in_any_list(client, cast, secret, now):
    """Stock: the page of subscriptions still lists closed subjects."""
    services.remove_member(forum_id=cast.forum_id, member=cast.amina, now=now)
    client.force_login(cast.amina)
    assert b"Risk assessment" not in client.get("/discussions/").content
    assert client.get(url_for(cast.amina, cast.forum_id)).status_code == 404


def test_s9_a_closed_parent_closes_its_children_by_address_too(client, cast, now):
    """Stock: hidden in lists, 200 by address."""
    child = services.create_forum(name="Child", slug="child", preset="public", parent=cast.policy.forum, now=now)
    draft = services.Draft(forum_id=child.forum_id, subject=SECRET, text=SECRET)
    contribution = services.publish(draft=draft, author=cast.chen, origin="web", now=now).contribution
    for person in ("stella", "public"):
        _outside(client, cast, person)
        for path in (
            f"/discussions/{child.forum_id}/",
            f"/topics/{contribution.topic_id}/",
            f"/c/{contribution.number}/",
        ):
            assert client.get(path).status_code == (302 if person == "public" else 404)
        assert b"Child" not in client.get("/discussions/").content


@pytest.mark.parametrize("person", ["amina", "public"])
def test_s10_a_held_contribution_shows_neither_subject_nor_text_nor_file(client, cast, moderated, person):
    """Stock: subject by address, body in the profile, attachment for anybody."""
    _outside(client, cast, person)
    forum, file = moderated.post.topic.forum_id, moderated.attachments.get().pk
    for path in (
        f"/topics/{moderated.topic_id}/",
        f"/topics/{moderated.topic_id}/after/0/",
        f"/c/{moderated.number}/",
        f"/c/{moderated.number}/files/{file}/",
        f"/discussions/{forum}/",
        f"/discussions/{forum}/feed.atom",
    ):
        answer = client.get(path)
        # The public is asked to sign in wherever there is nothing for it.
        statuses = {302, 404} if person == "public" else {200, 404}
        assert b"Nagoya" not in answer.content and answer.status_code in statuses, path


def test_s10_its_author_and_the_moderators_see_it(client, cast, moderated):
    for person in ("stella", "sofia"):
        _outside(client, cast, person)
        assert SECRET in client.get(f"/c/{moderated.number}/").content.decode()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("данные.pdf", "application/pdf"),
        ("файл.eml", "application/octet-stream"),
        ('quote".csv', "text/csv; charset=utf-8"),
        ("plain.docx", "application/octet-stream"),
    ],
)
def test_s12_a_file_is_only_ever_downloaded(client, cast, now, name, kind):
    """Stock: a name outside ASCII broke the header, and Chromium ran the file on our address."""
    upload = services.Upload(name, b"<script>alert(1)</script>", "text/html")
    contribution = cast.say(cast.boris, files=(upload,), now=now)
    client.force_login(cast.amina)
    answer = client.get(f"/c/{contribution.number}/files/{contribution.attachments.get().pk}/")
    assert b"".join(answer.streaming_content) == upload.content
    disposition = answer["Content-Disposition"]
    assert disposition.startswith("attachment; ") and disposition.isascii()
    if not name.isascii():
        assert "filename*=utf-8''%D" in disposition
    assert answer["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer["Content-Security-Policy"]
    assert "script-src" not in answer["Content-Security-Policy"] and answer["Content-Type"] == kind


@pytest.mark.parametrize("name", ["a.html", "a.svg", "файл.html", "a.exe", "a.pdf.js", "noending"])
def test_s12_what_a_browser_would_run_is_not_taken(client, cast, secret, name):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client.force_login(cast.amina)
    fields = {"text": "See file", "attached": SimpleUploadedFile(name, b"<svg onload=alert(1)>")}
    assert client.post(f"/topics/{secret.topic_id}/", fields).status_code == 422


def test_s12_a_file_lost_from_the_disk_is_not_found_and_its_page_still_shows(client, cast, secret):
    from django.core.files.storage import storages

    from forums.services.files import path_of

    file = secret.attachments.get()
    storages["private"].delete(path_of(file.sha256))
    client.force_login(cast.amina)
    assert client.get(f"/c/{secret.number}/files/{file.pk}/").status_code == 404
    assert client.get(f"/topics/{secret.topic_id}/").status_code == 200


def test_s12_a_file_belongs_to_its_own_contribution(client, cast, secret, now):
    other = cast.say(cast.boris, now=now)
    client.force_login(cast.amina)
    assert client.get(f"/c/{other.number}/files/{secret.attachments.get().pk}/").status_code == 404


def test_s15_the_public_sees_how_many_take_part_but_not_who(client, cast, now):
    """Stock: profiles can be counted through by anybody."""
    public = services.create_forum(name="Open", slug="open", preset="public", now=now)
    services.admit_member(forum_id=public.forum_id, member=cast.oona, now=now)
    page = client.get(f"/discussions/{public.forum_id}/").content.decode()
    assert "1 participant" in page and "Oona" not in page
    assert client.get(f"/discussions/{public.forum_id}/members/").status_code == 302


@pytest.mark.parametrize(
    "path", ["/c/abc/", "/c/-1/", "/topics/abc/", "/discussions/0/", "/c/0/", f"/c/{2**63}/", f"/topics/{2**70}/"]
)
def test_s15_an_address_that_makes_no_sense_is_not_found(client, cast, path):
    client.force_login(cast.amina)
    assert client.get(path).status_code == 404


def test_no_page_shows_an_e_mail_address_of_a_person(client, cast, secret):
    client.force_login(cast.amina)
    for path in _paths(secret)[:-2]:
        assert cast.boris.email not in client.get(path, follow=True).content.decode(), path


def test_a_visitor_gets_no_session_and_no_cookie_from_reading(client, cast, now):
    """Stock: a session row for every visitor."""
    from django.contrib.sessions.models import Session

    services.create_forum(name="Open", slug="open", preset="public", now=now)
    assert "sessionid" not in client.get("/discussions/").cookies and not Session.objects.exists()
