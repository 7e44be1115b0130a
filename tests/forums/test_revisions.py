"""A decision names the words it was made on; nobody saves over what another has saved; every wording is kept."""

import re
from datetime import timedelta

import pytest

from forums import edits, services
from forums.models import Contribution, ForumPolicy, SummaryVersion
from hub.lib.clock import now as clock
from hub.lib.errors import Invalid, NotAllowed, NotFound, Stale

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(cast):
    """What Amina said in the discussion, which Chen moderates from now on."""
    ForumPolicy.objects.filter(pk=cast.policy.pk).update(moderated=True)
    return cast.say(cast.amina, "Isolation of 50 m is safe.", subject="Isolation", now=clock())


def _fields(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's first form in the text, by name."""
    return dict(re.findall(r'type="hidden" name="(\w+)"(?: value="([^"]*)")?', page[page.index("<main") :]))


def _page(client, path: str) -> str:
    return client.get(path).content.decode()


def test_an_approval_of_words_that_were_changed_is_refused_and_shows_what_changed(client, cast, held):
    client.force_login(cast.chen)
    shown = _fields(_page(client, "/held/"))
    services.edit_contribution(number=held.number, actor=cast.amina, text="Isolation of 5 m is safe.", now=clock())
    answer = client.post("/held/", {**shown, "approve": ""})
    page = answer.content.decode()
    assert answer.status_code == 409 and "Amina Diallo" in page and "Changed in the meantime" in page
    assert re.search(r"<del>.*50</del>", page) and re.search(r"<ins>.*5</ins>", page)
    held.refresh_from_db()
    assert held.is_held
    assert client.post("/held/", {**_fields(page), "approve": ""}).status_code == 302
    held.refresh_from_db()
    assert (held.state, held.decided_revision) == ("accepted", 1)


def test_a_rejection_of_words_that_were_changed_keeps_the_reason_in_its_box(client, cast, held):
    client.force_login(cast.chen)
    shown = _fields(_page(client, "/held/"))
    services.edit_contribution(number=held.number, actor=cast.amina, text="Isolation of 500 m.", now=clock())
    answer = client.post("/held/", {**shown, "reject": "", "reason": "Not shown by data"})
    assert answer.status_code == 409 and 'value="Not shown by data"' in answer.content.decode()
    held.refresh_from_db()
    assert held.is_held


@pytest.mark.parametrize("revision", [{}, {"revision": ""}, {"revision": "7"}])
def test_a_decision_that_names_no_revision_is_refused(client, cast, held, revision):
    client.force_login(cast.chen)
    assert client.post("/held/", {"number": held.number, "approve": "", **revision}).status_code == 409
    held.refresh_from_db()
    assert held.is_held


@pytest.mark.parametrize("revision", ["x", "-1", "9" * 20])
def test_a_decision_that_names_nonsense_is_refused(client, cast, held, revision):
    client.force_login(cast.chen)
    answer = client.post("/held/", {"number": held.number, "approve": "", "revision": revision})
    assert answer.status_code == 422
    held.refresh_from_db()
    assert held.is_held


def test_saving_over_a_newer_version_shows_both_and_loses_neither(client, cast, now):
    contribution = cast.say(cast.amina, "First words.", now=now)
    client.force_login(cast.amina)
    path = f"/c/{contribution.number}/edit/"
    fields = _fields(_page(client, path))
    services.edit_contribution(number=contribution.number, actor=cast.chen, text="His words.", reason="Typing", now=now)
    answer = client.post(path, {**fields, "text": "My words."})
    page = answer.content.decode()
    assert answer.status_code == 409 and "My words.</textarea>" in page and "His words." in page and "Chen Wei" in page
    contribution.post.refresh_from_db()
    assert contribution.text == "His words."
    assert client.post(path, {**_fields(page), "text": "My words."}).status_code == 302
    assert list(contribution.revisions.values_list("number", "text")) == [(0, "First words."), (1, "His words.")]


def test_an_edit_that_names_no_revision_is_refused(client, cast, now):
    contribution = cast.say(cast.amina, "First words.", now=now)
    client.force_login(cast.amina)
    assert client.post(f"/c/{contribution.number}/edit/", {"text": "My words."}).status_code == 409
    assert not contribution.revisions.exists()


def test_two_moderators_who_save_the_summary_lose_nothing(client, cast, now):
    services.write_summary(forum_id=cast.forum_id, actor=cast.chen, summary="We met.", now=now)
    path = f"/discussions/{cast.forum_id}/summary/"
    client.force_login(cast.chen)
    fields = _fields(_page(client, path))
    services.write_summary(forum_id=cast.forum_id, actor=cast.sofia, summary="We met and agreed.", now=now)
    answer = client.post(path, {**fields, "summary": "We met twice."})
    page = answer.content.decode()
    assert answer.status_code == 409 and "We met twice.</textarea>" in page and "Sofia Lind" in page
    assert "and agreed" in page and ForumPolicy.objects.get(pk=cast.policy.pk).summary == "We met and agreed."
    assert client.post(path, {**_fields(page), "summary": "We met twice."}).status_code == 302
    history = _page(client, f"{path}history/")
    assert all(words in history for words in ("We met twice.", "and agreed", "Sofia Lind", "Chen Wei"))
    assert list(SummaryVersion.objects.values_list("text", flat=True)) == [
        "We met.", "We met and agreed.", "We met twice.",
    ]  # fmt: skip


def test_a_summary_from_before_there_were_versions_is_kept(cast, now):
    ForumPolicy.objects.filter(pk=cast.policy.pk).update(summary="Long ago.")
    services.write_summary(forum_id=cast.forum_id, actor=cast.chen, summary="Today.", now=now, revision=0)
    _discussion, history = edits.summary_history_for(cast.amina, cast.forum_id)
    assert [(version.text, version.writer) for version in history.versions] == [
        ("Today.", "Chen Wei"), ("Long ago.", ""),
    ]  # fmt: skip


def test_a_moderators_edit_says_who_when_why_and_leads_to_the_earlier_words(client, cast, now):
    contribution = cast.say(cast.amina, "Fifty metres.", now=now)
    services.edit_contribution(
        number=contribution.number, actor=cast.chen, text="Five hundred metres.", reason="As the paper says", now=now
    )
    client.force_login(cast.boris)
    page = _page(client, f"/topics/{contribution.topic_id}/")
    assert "Edited by the moderator" in page and "Chen Wei" in page and "As the paper says" in page
    assert f'href="/c/{contribution.number}/history/"' in page
    history = _page(client, f"/c/{contribution.number}/history/")
    assert "Fifty metres." in history and "As the paper says" in history and "Chen Wei" in history


def test_somebody_elses_words_are_not_changed_without_a_reason(client, cast, now):
    contribution = cast.say(cast.amina, "Fifty metres.", now=now)
    client.force_login(cast.chen)
    answer = client.post(f"/c/{contribution.number}/edit/", {"text": "Kept in the box.", "reason": " ", "revision": 0})
    assert answer.status_code == 422 and "Kept in the box.</textarea>" in answer.content.decode()
    with pytest.raises(Invalid) as refused:
        services.edit_contribution(number=contribution.number, actor=cast.chen, text="Other.", now=now)
    assert refused.value.code == "no-reason" and not contribution.revisions.exists()


def test_words_that_were_changed_while_they_were_held_are_for_their_author_and_the_moderators(client, cast, held):
    services.edit_contribution(number=held.number, actor=cast.chen, text="Mild.", reason="Tone", now=clock())
    services.approve_contribution(number=held.number, actor=cast.chen, now=clock())
    path = f"/c/{held.number}/history/"
    for who, sees in ((cast.amina, True), (cast.chen, True), (cast.boris, False)):
        client.force_login(who)
        page = _page(client, path)
        assert ("Isolation of 50 m" in page) is sees and "Tone" in page and "Mild." in page
        assert ("changed before others could read it" in page) is not sees


def test_the_history_of_a_held_contribution_is_not_found_by_others(client, cast, held):
    services.edit_contribution(number=held.number, actor=cast.amina, text="Other.", now=clock())
    client.force_login(cast.boris)
    assert client.get(f"/c/{held.number}/history/").status_code == 404
    with pytest.raises(NotFound):
        edits.history_for(None, held.number)


def test_a_history_comes_in_pages(cast, now, django_assert_num_queries):
    contribution = cast.say(cast.amina, "0", now=now)
    for number in range(1, 24):
        services.edit_contribution(number=contribution.number, actor=cast.amina, text=str(number), now=now)
    found = [edits.history_for(cast.boris, contribution.number, page=page)[2] for page in (1, 2, 3, 9)]
    assert [len(history.versions) for history in found] == [10, 10, 4, 4] and found[0].pages == 3
    assert [version.text for version in found[2].versions] == ["3", "2", "1", "0"]
    assert found[2].versions[-1].number == 0 and found[1].versions[-1].pieces


def test_an_edit_costs_no_query_for_each_row_of_a_page(client, cast, now, django_assert_num_queries):
    from forums import pages, selectors

    first = cast.say(cast.amina, "0", now=now)
    rows = [first, *(cast.say(cast.amina, str(one), parent=first.number, now=now) for one in range(1, 15))]
    for row in rows:
        services.edit_contribution(number=row.number, actor=cast.chen, text="x", reason="y", now=now)
    where = selectors.discussion_for(cast.amina, cast.forum_id)
    for count in (1, 15):
        said = list(selectors.contributions_by_number([row.number for row in rows[:count]]).values())
        with django_assert_num_queries(1):
            shown = pages.shown_contributions(said, discussion=where, member=cast.amina)
        assert all(one.edit and one.edit.by == "Chen Wei" for one in shown)


def test_authors_change_nothing_in_a_locked_topic_and_moderators_say_why(cast, now):
    contribution = cast.say(cast.amina, "Fifty.", now=now)
    mine = cast.say(cast.chen, "Noted.", parent=contribution.number, now=now)
    services.lock_topic(topic_id=contribution.topic_id, actor=cast.chen, now=clock())
    with pytest.raises(NotAllowed) as refused:
        services.edit_contribution(number=contribution.number, actor=cast.amina, text="Five.", now=now)
    assert refused.value.code == "locked"
    with pytest.raises(Invalid):
        services.edit_contribution(number=mine.number, actor=cast.chen, text="Noted with thanks.", now=now)
    services.edit_contribution(number=mine.number, actor=cast.chen, text="Thanks.", reason="Tone", now=now)
    assert edits.edit_of(Contribution.objects.get(pk=mine.number)).reason == "Tone"


def test_moderators_who_change_a_closed_period_say_why(cast, now):
    mine = cast.say(cast.chen, "Noted.", now=now)
    ForumPolicy.objects.filter(pk=cast.policy.pk).update(closes_at=now + timedelta(hours=1))
    with pytest.raises(Invalid):
        services.edit_contribution(number=mine.number, actor=cast.chen, text="Other.", now=now + timedelta(hours=2))


def test_a_second_moderator_does_not_open_a_topic_by_closing_it(client, cast, now):
    contribution = cast.say(cast.amina, now=now)
    client.force_login(cast.chen)
    for _ in range(2):
        assert client.post(f"/topics/{contribution.topic_id}/lock/", {"to": "close"}).status_code == 302
    assert Contribution.objects.get().post.topic.is_locked
    assert client.post(f"/topics/{contribution.topic_id}/lock/").status_code == 422


def test_services_refuse_a_stale_revision_of_every_kind(cast, held):
    services.edit_contribution(number=held.number, actor=cast.amina, text="Other.", now=clock())
    facts = {"number": held.number, "actor": cast.chen, "now": clock(), "revision": 0}
    acts = (
        lambda: services.approve_contribution(**facts),
        lambda: services.approve_with_words(**facts, text="Mine.", reason="Why"),
        lambda: services.reject_contribution(**facts, reason="Why"),
        lambda: services.edit_contribution(**facts, text="Mine.", reason="Why"),
    )
    for act in acts:
        with pytest.raises(Stale) as stale:
            act()
        assert (stale.value.before, stale.value.after, stale.value.revision) == (held.text, "Other.", 1)
