"""The people's form of a conference follows the rule on roles, for all of its addresses or none."""

from forums.models import Membership


def roles(live_session):
    return dict(
        Membership.objects.filter(forum_id=live_session.forum_id, left_at=None).values_list("member__name", "role")
    )


def let_in(client, live_session, actor, role, *people):
    client.force_login(actor)
    addresses = "\n".join(person.email for person in people)
    return client.post("/conferences/field-trials/people/", {"addresses": addresses, "role": role})


def test_a_facilitator_is_refused_the_chair_with_the_reason(live_session, client):
    assert let_in(client, live_session, live_session.chen, "moderator", live_session.amina).status_code == 302
    before = roles(live_session)
    own = let_in(client, live_session, live_session.amina, "chair", live_session.amina)
    other = let_in(client, live_session, live_session.amina, "participant", live_session.chen)
    assert own.status_code == other.status_code == 403 and live_session.amina.email in own.content.decode()
    assert roles(live_session) == before


def test_a_batch_that_would_leave_nobody_in_the_lead_changes_nobody(live_session, client):
    let_in(client, live_session, live_session.chen, "moderator", live_session.amina)
    before = roles(live_session)
    answer = let_in(
        client,
        live_session,
        live_session.chen,
        "participant",
        live_session.boris,
        live_session.amina,
        live_session.chen,
    )
    assert answer.status_code == 422 and "Nobody else leads this discussion" in answer.content.decode()
    assert roles(live_session) == before
    refused = let_in(
        client, live_session, live_session.chen, "observer", live_session.stella, live_session.amina, live_session.chen
    )
    assert refused.status_code == 422 and roles(live_session) == before


def test_a_facilitators_form_offers_no_chair(live_session, client):
    let_in(client, live_session, live_session.chen, "moderator", live_session.amina)
    client.force_login(live_session.amina)
    assert 'value="chair"' not in client.get("/conferences/field-trials/people/").content.decode()
