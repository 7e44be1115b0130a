"""From the log to issued proceedings: who may, what stays, what is refused."""

from datetime import timedelta

import pytest
from wagtail.models import Revision

from cms import selectors, services
from cms.models import ProceedingsPage, ProceedingsRecord
from conferences.services import close_session, open_session, take_item
from forums.models import ForumPolicy
from forums.services import edit_contribution, remove_member
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound, NotNow
from tests.cms.conftest import latest

pytestmark = pytest.mark.django_db


def test_compiling_makes_an_unpublished_draft_with_participants_agenda_and_every_statement(finished):
    page = finished.compile()
    assert not page.live and page.symbol is None and page.owner == finished.rosa
    assert page.title == "Field trials near borders" and page.language == "en"
    data = page.record.data
    assert [item["title"] for item in data["agenda"]] == ["Isolation distances", "Notification"]
    assert page.record.numbers == [statement.number for statement in finished.said]
    statement = data["agenda"][0]["interventions"][1]
    assert (statement["author"], statement["country"], statement["origin"]) == ("Amina Diallo", "SN", "web")
    assert "<strong>Three hundred</strong>" in statement["html"]
    assert next((who["name"], who["role"]) for who in data["participants"]) == ("Chen Wei", "chair")
    assert "<em>meet</em>" in data["background"]


def test_compiling_again_with_nothing_new_changes_nothing(finished):
    first = finished.compile()
    again = finished.compile(finished.chen)
    assert again.pk == first.pk and again.record_id == first.record_id
    assert ProceedingsRecord.objects.count() == 1 and Revision.objects.for_instance(first).count() == 1


def test_compiling_again_refreshes_the_record_and_keeps_what_was_written(finished):
    page = finished.compile()
    services.write_proceedings(page_id=page.pk, actor=finished.rosa, summary="As **written**.", title="A better title")
    late = finished.say(finished.amina, "One more word.")
    again = finished.compile()
    assert again.record.numbers[-1] == late.number
    assert "As <strong>written</strong>." in again.summary and again.title == "A better title"


def test_a_participant_and_a_stranger_do_not_compile(finished):
    with pytest.raises(NotAllowed):
        finished.compile(finished.amina)
    with pytest.raises(NotFound):
        finished.compile(finished.ravi)
    with pytest.raises(NotFound):
        services.compile_proceedings(conference_id=999_999, actor=finished.sofia, now=finished.now)
    assert not ProceedingsPage.objects.exists()


def test_submitting_without_a_summary_is_refused_with_a_sentence(finished):
    page = finished.compile()
    with pytest.raises(Invalid, match="summary"):
        finished.submit(page)
    assert not page.workflow_in_progress


def test_a_rapporteur_does_not_publish(finished):
    page = finished.submitted()
    with pytest.raises(NotAllowed):
        services.approve_proceedings(page_id=page.pk, actor=finished.rosa, seen_revision=latest(page))
    with pytest.raises(NotFound):
        services.approve_proceedings(page_id=page.pk, actor=finished.ravi, seen_revision=latest(page))
    page.refresh_from_db()
    assert not page.live and page.symbol is None


def test_approval_publishes_under_a_symbol(finished, settings):
    page = finished.issued()
    year = page.first_published_at.year
    assert page.live and page.symbol == f"{settings.HUB_SYMBOL}/{year}/1"
    assert "300 metres" in page.summary and page.record.numbers == [
        contribution.number for contribution in finished.said
    ]


def test_what_waits_for_approval_is_not_changed_by_the_rapporteur(finished):
    page = finished.submitted()
    for act in (
        lambda: finished.compile(),
        lambda: services.write_proceedings(page_id=page.pk, actor=finished.rosa, summary="Other"),
        lambda: finished.submit(page),
    ):
        with pytest.raises(NotNow) as refused:
            act()
        assert refused.value.code == "submitted"


def test_what_was_sent_back_is_changed_and_submitted_again(finished):
    page = finished.submitted()
    finished.send_back(page, "Name the distance.")
    line = next(line for line in selectors.desk_for(finished.rosa) if line.page)
    assert (line.state, line.comment, line.may_submit) == ("sent_back", "Name the distance.", True)
    services.write_proceedings(page_id=page.pk, actor=finished.rosa, summary="300 metres.")
    finished.submit(page)
    finished.end()
    issued = finished.approve(page)
    assert issued.live and issued.summary == "<p>300 metres.</p>\n"


def test_what_is_issued_comes_after_what_waits_on_the_desk(finished):
    finished.issued()
    finished.compile(finished.ravi, finished.other)
    # By its period alone it would come first.
    ForumPolicy.objects.filter(forum_id=finished.conference.forum_id).update(opens_at=finished.now)
    assert [line.state for line in selectors.desk_for(finished.sofia)] == ["draft", "issued"]


def test_sending_back_needs_a_reason(finished):
    page = finished.submitted()
    with pytest.raises(Invalid):
        finished.send_back(page, "  ")
    assert page.workflow_in_progress


def test_a_decision_is_taken_once(finished):
    page = finished.issued()
    with pytest.raises(Conflict):
        finished.approve(page)


def test_issued_proceedings_do_not_change_when_a_contribution_is_edited(finished):
    page = finished.issued()
    act = {"actor": finished.chen, "reason": "As recorded on tape", "now": finished.now}
    edit_contribution(number=finished.said[1].number, text="Five hundred!", **act)
    finished.say(finished.chen, "Too late.")
    page = ProceedingsPage.objects.get(pk=page.pk)
    shown = str(page.record.data)
    assert "Three hundred" in shown and "Five hundred" not in shown and "Too late" not in shown
    with pytest.raises(NotNow) as refused:
        finished.compile(finished.sofia)
    assert refused.value.code == "issued"


def test_a_rapporteur_who_left_the_conference_has_nothing_more_to_do_with_the_draft(finished):
    page = finished.compile()
    assert selectors.draft_for(finished.rosa, page.pk) == page
    remove_member(
        forum_id=finished.conference.forum_id,
        member=finished.rosa,
        actor=finished.chen,
        now=finished.now + timedelta(hours=1),
    )
    with pytest.raises(NotFound):
        selectors.draft_for(finished.rosa, page.pk)
    with pytest.raises(NotFound):
        finished.submit(page)
    assert selectors.desk_for(finished.rosa) == []


def test_a_draft_follows_what_happened_and_marks_late_changes(finished, as_):
    conference_session = finished.conference.conference_sessions.get()
    first, second = conference_session.items.all()
    moment = finished.now + timedelta(minutes=1)
    act = {"conference_session_id": conference_session.pk, "actor": finished.chen}
    open_session(**act, now=finished.now, item_id=second.pk)
    take_item(**act, now=moment, item_id=first.pk)
    take_item(**act, now=moment, item_id=second.pk)
    close_session(**act, now=moment)
    later = {"actor": finished.sofia, "reason": "As recorded on tape", "now": moment + timedelta(hours=1)}
    edit_contribution(number=finished.said[0].number, text="Changed.", **later)
    page = finished.compile()
    text = as_(finished.rosa).get(f"/proceedings/{page.pk}/").content.decode().split("<main", 1)[1]
    headings = ("1. <bdi>Notification", "2. <bdi>Isolation", "3. <bdi>Notification (continued)")
    places = [text.index(words) for words in headings]
    assert places == sorted(places)
    assert "Changed after the session was closed, by Sofia Lind" in text
