"""After the gavel the record stands: authors change nothing, and a correction is seen as one."""

from datetime import timedelta

import pytest

from conferences.services import close_session
from forums import edits, rules, selectors
from forums import services as forum_services
from forums.models import Contribution
from hub.lib.errors import Invalid, NotAllowed

pytestmark = pytest.mark.django_db


def _close(room):
    close_session(conference_session_id=room.pk, actor=room.chen, now=room.now + timedelta(minutes=30))
    room.later = room.now + timedelta(hours=1)


@pytest.fixture
def closed(open_live_session):
    """A closed session in which Boris spoke by mail, with the statement as ``said``."""
    item = open_live_session.items[0]
    draft = forum_services.Draft(forum_id=open_live_session.forum_id, topic_id=item.topic_id, text="Fifty metres.")
    published = forum_services.publish(
        draft=draft, author=open_live_session.boris, origin="mail", now=open_live_session.now
    )
    open_live_session.said = published.contribution
    _close(open_live_session)
    return open_live_session


def _edit(room, who, **options):
    return forum_services.edit_contribution(
        number=room.said.number, actor=who, text="Five metres.", now=room.later, **options
    )


def test_the_author_cannot_change_a_statement_of_a_closed_session(client, closed):
    with pytest.raises(NotAllowed) as refused:
        _edit(closed, closed.boris)
    assert refused.value.code == "session-closed"
    client.force_login(closed.boris)
    assert client.get(f"/c/{closed.said.number}/edit/").status_code == 403
    page = client.get(f"/topics/{closed.said.topic_id}/").content.decode()
    assert f"/c/{closed.said.number}/edit/" not in page


def test_a_correction_after_the_gavel_has_a_reason_and_is_marked_as_one(client, closed):
    with pytest.raises(Invalid):
        _edit(closed, closed.chen)
    _edit(closed, closed.chen, reason="As recorded on tape")
    client.force_login(closed.amina)
    page = client.get(f"/topics/{closed.said.topic_id}/").content.decode()
    assert "Changed after the session by" in page and "Chen Wei" in page and "As recorded on tape" in page
    log = client.get(f"/sessions/{closed.pk}/").content.decode()
    assert "Changed after the session by" in log and "As recorded on tape" in log
    assert f"/c/{closed.said.number}/history/" in log
    row = selectors.contributions_by_number([closed.said.number])[closed.said.number]
    assert edits.edits_of([row])[row.number].is_after_close


def test_the_chair_says_why_for_words_of_her_own_too(closed):
    draft = forum_services.Draft(forum_id=closed.forum_id, topic_id=closed.items[0].topic_id, text="Agreed.")
    published = forum_services.publish(draft=draft, author=closed.chen, origin="live", now=closed.now)
    closed.said = published.contribution
    with pytest.raises(Invalid) as refused:
        _edit(closed, closed.chen)
    assert refused.value.code == "no-reason"


def test_an_edit_before_the_gavel_is_none_after_the_session(open_live_session, client):
    item = open_live_session.items[0]
    draft = forum_services.Draft(forum_id=open_live_session.forum_id, topic_id=item.topic_id, text="Fifty metres.")
    published = forum_services.publish(
        draft=draft, author=open_live_session.boris, origin="mail", now=open_live_session.now
    )
    open_live_session.said = published.contribution
    forum_services.edit_contribution(
        number=open_live_session.said.number,
        actor=open_live_session.boris,
        text="Sixty metres.",
        now=open_live_session.now,
    )
    _close(open_live_session)
    client.force_login(open_live_session.amina)
    log = client.get(f"/sessions/{open_live_session.pk}/").content.decode()
    assert "Edited by the author" in log and "Changed after the session" not in log


def test_what_is_said_in_the_topic_after_the_session_is_not_of_it(closed):
    item = closed.items[0]
    draft = forum_services.Draft(forum_id=closed.forum_id, topic_id=item.topic_id, text="Afterwards.")
    after = forum_services.publish(draft=draft, author=closed.boris, origin="web", now=closed.later).contribution
    assert set(rules.sealed_among([closed.said, after])) == {closed.said.number}
    forum_services.edit_contribution(number=after.number, actor=closed.boris, text="After all.", now=closed.later)


def test_asking_what_is_sealed_costs_one_query(closed, django_assert_num_queries):
    rows = list(Contribution.objects.select_related("post"))
    with django_assert_num_queries(1):
        rules.sealed_among(rows)
