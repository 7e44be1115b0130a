"""The people's form of a conference follows the rule on roles, for all of its addresses or none."""

from forums.models import Membership


def roles(sitting):
    return dict(Membership.objects.filter(forum_id=sitting.forum_id, left_at=None).values_list("member__name", "role"))


def let_in(client, sitting, actor, role, *people):
    client.force_login(actor)
    addresses = "\n".join(person.email for person in people)
    return client.post("/conferences/field-trials/people/", {"addresses": addresses, "role": role})


def test_a_facilitator_is_refused_the_chair_with_the_reason(sitting, client):
    assert let_in(client, sitting, sitting.chen, "moderator", sitting.amina).status_code == 302
    before = roles(sitting)
    own = let_in(client, sitting, sitting.amina, "chair", sitting.amina)
    other = let_in(client, sitting, sitting.amina, "participant", sitting.chen)
    assert own.status_code == other.status_code == 403 and sitting.amina.email in own.content.decode()
    assert roles(sitting) == before


def test_a_batch_that_would_leave_nobody_in_the_lead_changes_nobody(sitting, client):
    let_in(client, sitting, sitting.chen, "moderator", sitting.amina)
    before = roles(sitting)
    answer = let_in(client, sitting, sitting.chen, "participant", sitting.boris, sitting.amina, sitting.chen)
    assert answer.status_code == 422 and "Nobody else leads this discussion" in answer.content.decode()
    assert roles(sitting) == before
    refused = let_in(client, sitting, sitting.chen, "observer", sitting.stella, sitting.amina, sitting.chen)
    assert refused.status_code == 422 and roles(sitting) == before


def test_a_facilitators_form_offers_no_chair(sitting, client):
    let_in(client, sitting, sitting.chen, "moderator", sitting.amina)
    client.force_login(sitting.amina)
    assert 'value="chair"' not in client.get("/conferences/field-trials/people/").content.decode()
