"""Writing by web: what is typed is kept, sent once, and lands where it belongs."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from forums import services
from forums.models import Contribution, Revision

pytestmark = pytest.mark.django_db


@pytest.fixture
def opening(cast, now):
    """The first contribution of a topic, by Boris."""
    return cast.say(cast.boris, "Where do we begin?", subject="Baselines", now=now)


def _reply(client, topic_id, text="I agree.", **fields):
    return client.post(f"/topics/{topic_id}/", {"text": text, **fields})


def test_a_reply_is_in_the_topic_and_leads_to_its_place(client, cast, opening):
    client.force_login(cast.amina)
    answer = _reply(client, opening.topic_id, once_key="k1")
    contribution = Contribution.objects.get(author=cast.amina)
    assert (
        answer.status_code == 302 and answer.url.endswith(f"#c{contribution.number}") and contribution.origin == "web"
    )
    page = client.get(answer.url).content.decode()
    assert "I agree." in page and 'class="notice sent success"' in page


def test_the_form_works_as_it_stands_on_the_page(client, cast, opening):
    """What a browser without scripts sends: every hidden field of the form, and the text."""
    client.force_login(cast.amina)
    page = client.get(f"/topics/{opening.topic_id}/?reply={opening.number}").content.decode()
    form = page[page.index('<section id="reply"') :]
    action = re.search(r'action="([^"]+)"', form)[1].replace("&amp;", "&")
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    assert fields["parent"] == str(opening.number) and len(fields["once_key"]) == 32
    assert client.post(action, {**fields, "text": "By the form."}).status_code == 302
    assert Contribution.objects.get(author=cast.amina).parent == opening


def test_a_form_posted_twice_gives_one_contribution(client, cast, opening):
    client.force_login(cast.amina)
    first, second = (_reply(client, opening.topic_id, once_key="same") for _ in range(2))
    assert first.url == second.url and Contribution.objects.filter(author=cast.amina).count() == 1


def test_an_empty_reply_comes_back_with_a_sentence(client, cast, opening):
    client.force_login(cast.amina)
    answer = _reply(client, opening.topic_id, text="  ")
    assert answer.status_code == 422 and "Write something first" in answer.content.decode()


def test_a_refused_reply_keeps_the_text(client, cast, opening, settings):
    settings.HUB_TEXT_MAX_SIZE = 1000
    client.force_login(cast.amina)
    answer = _reply(client, opening.topic_id, text="Long & <b>careful</b>. " * 100, once_key="kept")
    page = answer.content.decode()
    assert answer.status_code == 413 and "Long &amp; &lt;b&gt;careful&lt;/b&gt;. " * 100 in page
    assert (
        'value="kept"' in page and "Baselines" in page and not Contribution.objects.filter(author=cast.amina).exists()
    )


def test_the_second_sending_after_an_error_counts(client, cast, opening):
    client.force_login(cast.amina)
    _reply(client, opening.topic_id, text="", once_key="again")
    assert _reply(client, opening.topic_id, once_key="again").status_code == 302


def test_a_quote_starts_the_reply_with_who_said_what(client, cast, opening):
    client.force_login(cast.amina)
    page = client.get(f"/topics/{opening.topic_id}/?quote={opening.number}").content.decode()
    assert f"Boris Horvat wrote on 24 Nov 2026 (#{opening.number}):\n&gt; Where do we begin?" in page
    assert f'name="parent" value="{opening.number}"' in page


def test_a_quote_is_cut_to_twenty_lines_and_one_level(cast, now):
    from forums import pages

    contribution = cast.say(cast.boris, "> old\n>> older\n" + "\n".join(f"line {n}" for n in range(30)), now=now)
    made = pages.quoted(contribution)
    assert "older" not in made and "> > old" in made and "> line 18" in made and "line 19" not in made


@pytest.mark.parametrize("kind", ["quote", "reply"])
def test_only_a_shown_contribution_of_the_same_topic_is_quoted(client, cast, now, opening, kind):
    other = cast.say(cast.boris, "Elsewhere.", subject="Other", now=now)
    client.force_login(cast.amina)
    for number in (other.number, 999_999, "x"):
        page = client.get(f"/topics/{opening.topic_id}/?{kind}={number}").content.decode()
        assert "Elsewhere" not in page and 'name="parent" value' not in page


def test_a_reply_to_a_contribution_of_another_topic_is_not_found(client, cast, now, opening):
    other = cast.say(cast.boris, "Elsewhere.", subject="Other", now=now)
    client.force_login(cast.amina)
    assert _reply(client, opening.topic_id, parent=other.number).status_code == 404


def test_a_new_topic_has_its_subject_and_first_contribution(client, cast):
    client.force_login(cast.amina)
    path = f"/discussions/{cast.forum_id}/new/"
    assert client.get(path).status_code == 200
    answer = client.post(path, {"subject": "Bait plots", "text": "When do they flower?", "once_key": "t1"})
    contribution = Contribution.objects.get()
    assert answer.url.endswith(f"#c{contribution.number}") and contribution.post.topic.subject == "Bait plots"


def test_a_topic_without_subject_comes_back_with_its_text(client, cast):
    client.force_login(cast.amina)
    answer = client.post(f"/discussions/{cast.forum_id}/new/", {"subject": "", "text": "Kept."})
    assert answer.status_code == 422 and "Kept." in answer.content.decode() and not Contribution.objects.exists()


def test_files_come_with_a_reply_and_a_wrong_one_is_named(client, cast, opening):
    client.force_login(cast.amina)
    bad = _reply(client, opening.topic_id, attached=SimpleUploadedFile("run.exe", b"MZ"))
    assert bad.status_code == 422 and "run.exe" in bad.content.decode() and "chosen again" in bad.content.decode()
    good = [SimpleUploadedFile("a.pdf", b"%PDF"), SimpleUploadedFile("b.csv", b"1,2")]
    assert _reply(client, opening.topic_id, attached=good).status_code == 302
    assert [file.name for file in Contribution.objects.get(author=cast.amina).attachments.all()] == ["a.pdf", "b.csv"]


def test_a_file_over_the_limit_is_refused_before_it_is_read(client, cast, opening, settings):
    settings.HUB_FILE_MAX_SIZE = 10
    client.force_login(cast.amina)
    answer = _reply(client, opening.topic_id, attached=SimpleUploadedFile("big.pdf", b"x" * 11))
    assert answer.status_code == 422 and "big.pdf" in answer.content.decode() and "I agree." in answer.content.decode()


def test_an_observer_sees_why_there_is_no_reply_box(client, cast, opening):
    client.force_login(cast.oona)
    page = client.get(f"/topics/{opening.topic_id}/").content.decode()
    assert 'id="answer"' not in page and "not write in it" in page
    assert _reply(client, opening.topic_id).status_code == 403


def test_who_floods_gets_the_words_back_and_is_told_when_there_is_room(client, cast, opening, settings):
    settings.HUB_RATE_PER_HOUR = 1
    client.force_login(cast.amina)
    assert _reply(client, opening.topic_id).status_code == 302
    form = {"text": "Once more.", "subject": "Another"}
    for address in (f"/topics/{opening.topic_id}/", f"/discussions/{cast.forum_id}/new/"):
        answer = client.post(address, form)
        assert answer.status_code == 429 and "Once more.</textarea>" in answer.content.decode()
        assert 3_600 - 60 < int(answer["Retry-After"]) <= 3_660


def test_a_closed_discussion_says_when_it_closed_and_takes_nothing(client, cast, opening, now):
    cast.policy.closes_at = now - timedelta(days=365)
    cast.policy.save()
    client.force_login(cast.amina)
    page = client.get(f"/topics/{opening.topic_id}/").content.decode()
    assert 'id="answer"' not in page and "This discussion closed on" in page
    refused = _reply(client, opening.topic_id, text="Too late, but kept.")
    assert refused.status_code == 409 and "Too late, but kept." in refused.content.decode()


def test_the_public_is_sent_to_sign_in_and_nothing_is_written(client, cast, now):
    public = services.create_forum(name="Open", slug="open", preset="public", now=now)
    draft = services.Draft(forum_id=public.forum_id, text="Hello")
    contribution = services.publish(draft=draft, author=cast.amina, origin="web", now=now).contribution
    page = client.get(f"/topics/{contribution.topic_id}/").content.decode()
    assert "Hello" in page and "<textarea" not in page
    answer = _reply(client, contribution.topic_id)
    # Its words are shown above the way in: test_pages_unsent.
    assert answer.status_code == 403 and "/accounts/login/?next=" in answer.content.decode()
    assert Contribution.objects.count() == 1


def test_an_edit_changes_the_text_and_keeps_what_it_said(client, cast, opening):
    client.force_login(cast.boris)
    path = f"/c/{opening.number}/edit/"
    assert "Where do we begin?" in client.get(path).content.decode()
    answer = client.post(path, {"text": "Where shall we begin?", "reason": "grammar", "revision": 0})
    assert answer.url.endswith(f"#c{opening.number}") and Revision.objects.get().text == "Where do we begin?"
    page = client.get(answer.url).content.decode()
    assert "Where shall we begin?" in page and "Edited by the author" in page and "grammar" in page


def test_an_empty_edit_comes_back(client, cast, opening):
    client.force_login(cast.boris)
    answer = client.post(f"/c/{opening.number}/edit/", {"text": " ", "reason": "oops"})
    assert answer.status_code == 422 and "oops" in answer.content.decode() and not Revision.objects.exists()


def test_nobody_else_edits_and_a_stranger_does_not_learn_that_it_exists(client, cast, opening):
    for person, status in ((cast.amina, 403), (cast.stella, 404)):
        client.force_login(person)
        assert client.get(f"/c/{opening.number}/edit/").status_code == status
        assert client.post(f"/c/{opening.number}/edit/", {"text": "Mine now"}).status_code == status
    assert not Revision.objects.exists()


def test_writing_needs_the_token_of_the_page(cast, opening):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.amina)
    assert _reply(strict, opening.topic_id).status_code == 403
    assert strict.post(f"/c/{opening.number}/edit/", {"text": "x"}).status_code == 403
