"""A withdrawn contribution: gone from everywhere, a stub in its place, the record keeps it."""

import pytest

from forums import archive, pages, selectors, services
from forums.models import Contribution, LogEntry
from forums.pages import newest_of
from hub.lib.clock import now as clock
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound
from hub.search.models import SearchDocument
from tests.forums.counted import assert_counted

pytestmark = pytest.mark.django_db
WORD = "zebrafish"


@pytest.fixture
def said(cast):
    """Three contributions of a topic; the second has the word, the third answers it."""
    first = cast.say(cast.amina, "First.", subject="Isolation", now=clock())
    file = services.Upload("zebrafish.pdf", b"%PDF-1.7", "application/pdf")
    second = cast.say(cast.amina, f"The {WORD}.", topic_id=first.topic_id, files=(file,), now=clock())
    third = cast.say(cast.boris, "Third.", parent=second.number, now=clock())
    return first, second, third


def withdraw(number, actor, reason=""):
    """Withdraw now."""
    return services.withdraw_contribution(number=number, actor=actor, reason=reason, now=clock())


def test_the_words_of_a_withdrawn_contribution_are_shown_nowhere(client, cast, said):
    first, second, third = said
    withdraw(second.number, cast.amina)
    client.force_login(cast.boris)
    topic = f"/topics/{first.topic_id}/"
    addresses = [
        topic, f"{topic}?view=threaded", f"{topic}after/0/", f"/discussions/{cast.forum_id}/feed.atom", "/discussions/",
        f"/discussions/{cast.forum_id}/", f"/search/?q={WORD}", f"/api/topics/{first.topic_id}/contributions",
        f"/api/contributions/{second.number}", f"/c/{second.number}/history/", f"/c/{second.number}/edit/",
        f"/c/{second.number}/files/{second.attachments.get().pk}/", "/lists/risk/mbox/",
    ]  # fmt: skip
    for address in addresses:
        answer = client.get(address, follow=True)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = content.decode().replace(f"?q={WORD}", "").replace(f'value="{WORD}"', "")
        assert f"The {WORD}" not in text and "zebrafish.pdf" not in text, address
    assert not SearchDocument.objects.filter(key=f"contribution:{second.number}").exists()
    assert [row.number for row in archive.contributions_in(cast.forum_id)] == [first.number, third.number]
    discussion = selectors.discussion_for(cast.boris, cast.forum_id)
    assert second.number not in [row.number for row in newest_of(discussion, limit=9)]


@pytest.mark.parametrize("query", ["", "?view=threaded"])
def test_a_stub_stands_in_its_place_and_replies_stay(client, cast, said, query):
    first, second, _third = said
    withdraw(second.number, cast.amina)
    client.force_login(cast.boris)
    text = client.get(f"/topics/{first.topic_id}/{query}").content.decode()
    places = [text.index(f'id="c{row.number}"') for row in said]
    assert places == sorted(places)
    assert "Withdrawn by its author on" in text and "Amina Diallo" in text and "Third." in text
    answer = client.get(f"/c/{second.number}/")
    assert answer.status_code == 302 and answer["Location"].endswith(f"#c{second.number}")


def test_a_moderator_gives_a_reason_that_everybody_reads(client, cast, said):
    _first, second, _third = said
    with pytest.raises(Invalid):
        withdraw(second.number, cast.chen, " ")
    withdraw(second.number, cast.chen, "Names a patient")
    client.force_login(cast.boris)
    text = client.get(f"/topics/{second.topic_id}/").content.decode()
    assert "Removed by the moderators on" in text and "Names a patient" in text
    entry = LogEntry.objects.get(act="contribution.withdraw")
    assert (entry.actor, entry.reason) == (cast.chen, "Names a patient")


def test_the_record_keeps_the_words_for_those_who_lead_and_their_author(client, cast, said):
    _first, second, _third = said
    withdraw(second.number, cast.amina)
    for member, status in ((cast.chen, 200), (cast.sofia, 200), (cast.amina, 200), (cast.boris, 404)):
        client.force_login(member)
        answer = client.get(f"/c/{second.number}/history/")
        assert answer.status_code == status
        assert (WORD in answer.content.decode()) == (status == 200)


def test_others_cannot_withdraw_and_nobody_twice(cast, said):
    _first, second, _third = said
    with pytest.raises(NotAllowed):
        withdraw(second.number, cast.boris)
    with pytest.raises(NotFound):
        withdraw(second.number, cast.stella)
    withdraw(second.number, cast.amina)
    with pytest.raises(Conflict):
        withdraw(second.number, cast.amina)


def test_withdrawing_and_restoring_leave_the_counters_exact(cast, said):
    for row in said:
        withdraw(row.number, cast.chen, "Why")
        assert_counted(cast.forum_id)
    for row in said:
        services.restore_contribution(number=row.number, actor=cast.chen, now=clock())
        assert_counted(cast.forum_id)
    assert SearchDocument.objects.filter(key=f"contribution:{said[1].number}").exists()


def test_what_its_author_withdrew_no_moderator_shows_again(cast, said):
    _first, second, _third = said
    withdraw(second.number, cast.amina)
    with pytest.raises(NotAllowed, match="Its author"):
        services.restore_contribution(number=second.number, actor=cast.chen, now=clock())
    assert Contribution.objects.get(pk=second.number).is_withdrawn


def test_an_author_takes_back_their_own_withdrawal_but_not_the_moderators(cast, said):
    _first, second, _third = said
    withdraw(second.number, cast.amina)
    services.restore_contribution(number=second.number, actor=cast.amina, now=clock())
    withdraw(second.number, cast.chen, "Why")
    with pytest.raises(NotAllowed):
        services.restore_contribution(number=second.number, actor=cast.amina, now=clock())
    entry = LogEntry.objects.order_by("-pk")[0]
    services.undo_act(entry_id=entry.pk, forum_id=cast.forum_id, actor=cast.chen, now=clock())
    assert Contribution.objects.get(pk=second.number).state == "accepted"


def test_what_was_said_in_a_closed_topic_is_withdrawn_by_those_who_lead_alone(cast, said):
    _first, second, _third = said
    services.lock_topic(topic_id=second.topic_id, actor=cast.chen, now=clock())
    with pytest.raises(NotAllowed):
        withdraw(second.number, cast.amina)
    withdraw(second.number, cast.chen, "Why")


def test_a_withdrawn_contribution_is_not_edited_but_answered_by_mail_in_its_topic(cast, said):
    _first, second, _third = said
    withdraw(second.number, cast.amina)
    for actor in (cast.amina, cast.chen):
        with pytest.raises(NotAllowed):
            services.edit_contribution(number=second.number, actor=actor, text="Again.", reason="r", now=clock())
    answer = cast.say(cast.boris, "By mail.", parent=second.number, now=clock())
    assert answer.topic_id == second.topic_id


def test_what_was_withdrawn_does_not_come_back_by_the_same_message_or_an_import(cast, said):
    _first, second, _third = said
    withdraw(second.number, cast.amina)
    assert second.message_id in archive.known_message_ids(cast.forum_id)


def test_the_page_asks_first_says_what_happens_and_undoes(client, cast, said):
    _first, second, _third = said
    client.force_login(cast.amina)
    page = f"/c/{second.number}/withdraw/"
    assert "cannot be called back" in client.get(page).content.decode()
    answer = client.post(page, follow=True)
    assert "is withdrawn" in answer.content.decode() and "Undo" in answer.content.decode()
    assert "is shown again" in client.post(page, {"restore": "1"}, follow=True).content.decode()
    client.force_login(cast.chen)
    assert client.post(page, {"reason": ""}).status_code == 422
    assert client.post(page, {"reason": "Off theme"}).status_code == 302


def test_stubs_stand_on_the_page_to_which_their_number_leads(client, cast):
    first = cast.say(cast.amina, "0", subject="Long", now=clock())
    rows = [first, *(cast.say(cast.amina, str(n), topic_id=first.topic_id, now=clock()) for n in range(1, 45))]
    gone = (rows[0], rows[19], rows[20], rows[21], rows[44])
    for row in gone:
        withdraw(row.number, cast.amina)
    client.force_login(cast.boris)
    for row in gone:
        answer = client.get(f"/c/{row.number}/", follow=True)
        assert f'id="c{row.number}"' in answer.content.decode()
    topic = first.post.topic
    topic.refresh_from_db()
    for threaded in (False, True):
        numbers = []
        for page in (1, 2):
            shown = pages.topic_page(
                topic=topic, discussion=selectors.discussion_for(cast.boris, cast.forum_id), member=cast.boris,
                page=page, threaded=threaded,
            ).shown  # fmt: skip
            numbers += [row.contribution.number for row in shown]
        assert numbers == [row.number for row in rows]


def test_a_topic_of_which_all_was_withdrawn_is_still_a_page(client, cast):
    row = cast.say(cast.amina, "Alone.", now=clock())
    withdraw(row.number, cast.amina)
    client.force_login(cast.boris)
    for query in ("", "?view=threaded", "?new"):
        assert client.get(f"/topics/{row.topic_id}/{query}", follow=True).status_code == 200
    assert_counted(cast.forum_id)
