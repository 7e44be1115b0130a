"""Join, ask, leave and decide on pages, without a script."""

import pytest

from forums import selectors, services
from forums.models import ForumPolicy, JoinRequest, Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(cast):
    """The closed discussion, its title listed."""
    ForumPolicy.objects.filter(pk=cast.policy.pk).update(listed=True)
    return f"/discussions/{cast.forum_id}/"


@pytest.fixture
def plaza(cast, now):
    """The address of a discussion in which every member may take part."""
    policy = services.create_forum(name="The plaza", slug="plaza", preset="members", now=now)
    return f"/discussions/{policy.forum_id}/"


def page(client, url):
    """The text of a page."""
    return client.get(url, follow=True).content.decode()


def test_a_listed_discussion_shows_its_title_and_theme_and_nothing_else(client, cast, listed, now):
    cast.say(cast.amina, "A secret word.", subject="A secret topic", now=now)
    client.force_login(cast.stella)
    assert "Risk assessment" in page(client, "/discussions/")
    shown = page(client, listed)
    assert "Field trials" in shown and "secret" not in shown and "Chen" not in shown and "Amina" not in shown
    assert client.get(f"{listed}members/").status_code == 404
    client.logout()
    assert "Risk assessment" not in page(client, "/discussions/")
    assert client.get(f"{listed}join/").status_code == 302


def test_a_member_asks_and_withdraws_on_one_page(client, cast, listed):
    client.force_login(cast.stella)
    assert client.post(f"{listed}join/", {"statement": " "}).status_code == 422
    answer = client.post(f"{listed}join/", {"statement": "I run field trials."}, follow=True)
    assert "have received your request" in answer.content.decode()
    shown = page(client, f"{listed}join/")
    assert "You asked on" in shown and "I run field trials." in shown and "<textarea" not in shown
    assert "You asked on" in page(client, "/discussions/")
    client.post(f"{listed}join/", {"withdraw": ""})
    assert JoinRequest.objects.get().state == "withdrawn"
    again = client.post(f"{listed}join/", {"statement": "Once more."})
    assert again.status_code == 409 and "Once more." in again.content.decode()


def test_the_reason_of_a_decline_stands_above_the_form(client, cast, listed, now):
    row = services.ask_to_join(forum_id=cast.forum_id, member=cast.stella, now=now)
    services.decline_request(request_id=row.pk, actor=cast.chen, reason="Not this year", now=now)
    client.force_login(cast.stella)
    shown = page(client, f"{listed}join/")
    assert "Not this year" in shown and "<textarea" in shown


def test_taking_part_is_a_button_and_its_undo_leaves(client, cast, plaza):
    client.force_login(cast.stella)
    assert "Take part" in page(client, plaza)
    shown = client.post(f"{plaza}join/", {"take": ""}, follow=True).content.decode()
    assert "You take part in this discussion" in shown and f'action="{plaza}leave/"' in shown
    assert "Leave the discussion" in shown
    client.post(f"{plaza}leave/")
    assert not Membership.objects.filter(member=cast.stella, left_at=None).exists()


def test_leaving_says_what_stays_and_can_be_undone_where_all_members_take_part(client, cast, plaza):
    client.force_login(cast.stella)
    client.post(f"{plaza}join/", {"take": ""})
    assert "What you have contributed stays" in page(client, f"{plaza}leave/")
    shown = client.post(f"{plaza}leave/", follow=True).content.decode()
    assert "You no longer take part" in shown and f'action="{plaza}join/"' in shown


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"registration": "invitation"}, "invite those who take part"),
        ({"registration": "nomination"}, "nominate those who take part"),
        ({"registration_closes_at": "2020-01-01T00:00Z"}, "Registration for this discussion closed on"),
        ({"registration_closes_at": "2090-01-02T00:00Z"}, "Registration is open until 2 Jan 2090"),
        ({"minimum_participants": 7}, "0 of at least 7 participants"),
    ],
)
def test_the_page_says_how_people_register(client, cast, plaza, fields, sentence):
    ForumPolicy.objects.filter(forum__name="The plaza").update(**fields)
    client.force_login(cast.stella)
    assert sentence in page(client, plaza)


def test_leaving_a_closed_discussion_closes_it(client, cast, listed):
    client.force_login(cast.amina)
    assert "admitted by the people who lead it" in page(client, f"{listed}leave/")
    shown = client.post(f"{listed}leave/", follow=True).content.decode()
    assert "You no longer take part" in shown
    assert client.get(f"{listed}members/").status_code == 404


def test_the_last_who_leads_cannot_leave(client, cast, listed):
    client.force_login(cast.chen)
    answer = client.post(f"{listed}leave/")
    assert answer.status_code == 422 and "Nobody else leads" in answer.content.decode()


def test_those_who_lead_decide_on_a_page(client, cast, listed, make_member, now):
    people = [cast.stella, *(make_member(f"Person {n}", organisation="Seed office", country="PE") for n in range(3))]
    rows = [
        services.ask_to_join(forum_id=cast.forum_id, member=person, statement=f"Why {person.pk}", now=now)
        for person in people
    ]
    client.force_login(cast.chen)
    queue = page(client, "/requests/")
    assert "Seed office" in queue and "Peru" in queue and f"Why {cast.stella.pk}" in queue
    here = f"{listed}requests/"
    refused = client.post(here, {"decline": rows[0].pk, "reason": " "})
    assert refused.status_code == 422 and "Write the person a reason" in refused.content.decode()
    client.post(here, {"decline": rows[0].pk, "reason": "Too late"})
    shown = client.post(here, {"ignore": rows[1].pk}, follow=True).content.decode()
    assert "no longer on this list" in shown and 'name="unignore"' in shown
    shown = client.post(here, {"admit_chosen": "", "chosen": [rows[2].pk, rows[3].pk]}, follow=True).content.decode()
    assert "2 people now take part" in shown
    assert list(JoinRequest.objects.order_by("pk").values_list("state", flat=True)) == [
        "declined", "ignored", "admitted", "admitted",
    ]  # fmt: skip
    assert "answered or withdrawn" in client.post(here, {"admit": rows[2].pk}, follow=True).content.decode()
    assert client.post(here, {}).status_code == 422


@pytest.mark.parametrize("who", ["amina", "stella"])
def test_others_do_not_see_who_asks(client, cast, listed, now, who):
    services.ask_to_join(forum_id=cast.forum_id, member=cast.stella, statement="Why", now=now)
    client.force_login(getattr(cast, who))
    assert client.get("/requests/").status_code == 404
    assert client.get(f"{listed}requests/").status_code == {"amina": 403, "stella": 404}[who]


def test_pages_of_joining_cost_the_same_however_many_ask(
    client, cast, listed, make_member, now, django_assert_max_num_queries
):
    for number in range(12):
        person = make_member(f"Person {number}")
        services.ask_to_join(forum_id=cast.forum_id, member=person, statement="Why", now=now)
        services.create_forum(name=f"Closed {number}", slug=f"closed-{number}", preset="closed", listed=True, now=now)
    client.force_login(cast.chen)
    with django_assert_max_num_queries(10):
        client.get("/requests/")
    client.force_login(cast.stella)
    with django_assert_max_num_queries(12):
        client.get("/discussions/")


def test_the_secretariat_lets_the_title_of_a_closed_discussion_be_seen(cast, now):
    services.change_discussion(forum_id=cast.forum_id, changes={"listed": True}, actor=cast.sofia, now=now)
    assert selectors.may_know_of_forum(cast.stella, cast.forum_id)
