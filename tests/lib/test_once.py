"""What is asked once while a page is read, and anew whenever something may have changed."""

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from hub.lib.once import OnceMiddleware, page_answers


@pytest.mark.parametrize(("method", "asked"), [("get", 1), ("head", 1), ("post", 2), ("put", 2)])
def test_an_answer_is_kept_while_a_page_is_read_and_no_longer(rf, method, asked):
    questions = []

    def ask():
        answers = page_answers()
        if "question" not in answers:
            questions.append("question")
            answers["question"] = len(questions)
        return answers["question"]

    def view(request):
        assert ask() == len(questions)
        assert ask() == len(questions)
        return HttpResponse()

    OnceMiddleware(view)(getattr(rf, method)("/"))
    assert len(questions) == asked
    OnceMiddleware(view)(getattr(rf, method)("/"))
    assert len(questions) == 2 * asked
    ask()
    assert len(questions) == 2 * asked + 1


def test_pages_ask_for_the_access_of_their_reader_once(client, cast, now):
    contribution = cast.say(cast.boris, now=now)
    client.force_login(cast.chen)
    for address in (
        "/discussions/",
        f"/discussions/{cast.forum_id}/",
        f"/topics/{contribution.topic_id}/",
        "/held/",
        "/lists/",
    ):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address, follow=True).status_code == 200
        # The tree of the forums is what only the access reads.
        asked = [query for query in queries.captured_queries if '"preset"' in query["sql"] and '"lft"' in query["sql"]]
        assert len([query for query in asked if query["sql"].startswith('SELECT "forum_forum"."id"')]) == 1, address


def test_who_is_let_out_by_a_post_has_no_rights_in_its_answer(client, cast):
    client.force_login(cast.chen)
    answer = client.post(f"/discussions/{cast.forum_id}/members/", {"remove": cast.boris.pk}, follow=True)
    assert "Boris Horvat no longer takes part" in answer.content.decode()
    client.force_login(cast.boris)
    assert client.get(f"/discussions/{cast.forum_id}/").status_code == 404
