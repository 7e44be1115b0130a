"""People are invited to a discussion: members, and people who become members by it."""

import re
from datetime import timedelta

import pytest
from django.core import mail

from forums import services
from forums.models import LogEntry, Membership
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound, TooMany
from hub.lib.masking import mask
from hub.members import services as member_services
from hub.members.errors import LinkBroken, LinkExpired
from hub.members.models import Application, Invitation, Member

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def invite(cast, now):
    """Let Chen invite addresses to the closed discussion."""

    def _invite(*addresses, **options):
        return services.invite(
            forum_id=cast.forum_id, addresses=addresses, **{"actor": cast.chen, "now": now, **options}
        )

    return _invite


def token_of(message):
    """The token of the link in a message."""
    return re.search(r"/invitations/confirm/([a-z2-7]+)/", message.body).group(1)


def role_of(member, forum_id):
    """The present role of a member in a forum."""
    return (
        Membership.objects.filter(member=member, forum_id=forum_id, left_at=None).values_list("role", flat=True).first()
    )


def test_members_are_recognised_and_who_takes_part_is_not_invited(cast, invite):
    result = invite(
        cast.stella.email.upper(), cast.amina.email, "New@Person.example", "new@person.example", line="Come!"
    )
    assert (result.sent, result.taking_part) == (2, (cast.amina.email,))
    assert {row.email: row.member for row in Invitation.objects.all()} == {
        cast.stella.email: cast.stella,
        "new@person.example": None,
    }
    to_member, to_stranger = mail.outbox
    assert "Come!" in to_member.body and "Risk assessment" in to_stranger.subject
    assert "application" in to_stranger.body and "application" not in to_member.body
    assert LogEntry.objects.get().details == {"count": 2}


def test_nobody_gets_two_invitations_to_one_discussion(cast, invite):
    invite(cast.stella.email)
    assert invite(cast.stella.email).invited_before == (cast.stella.email,)
    assert len(mail.outbox) == 1


def test_what_is_no_address_is_named_and_nobody_is_invited(cast, invite):
    with pytest.raises(Invalid) as error:
        invite(cast.stella.email, "nonsense")
    assert "nonsense" in str(error.value) and not mail.outbox
    for wrong in ((), [f"p{n}@x.example" for n in range(201)]):
        with pytest.raises(Invalid):
            invite(*wrong)


def test_only_those_who_lead_invite_and_to_no_higher_role(cast, invite):
    with pytest.raises(NotAllowed):
        invite(cast.stella.email, actor=cast.amina)
    with pytest.raises(NotFound):
        invite(cast.boris.email, actor=cast.stella)
    with pytest.raises(NotAllowed):
        invite(cast.stella.email, role="chair")
    assert invite(cast.stella.email, role="observer", actor=cast.sofia).sent == 1


def test_the_link_acts_once_and_its_secret_is_not_stored(cast, invite, now):
    invite(cast.stella.email, role="rapporteur")
    message = mail.outbox[0]
    token = token_of(message)
    assert token not in str(Invitation.objects.values()) and token not in mask(message.body)
    services.accept_invitation(token=token, member=cast.stella, now=now)
    assert role_of(cast.stella, cast.forum_id) == "rapporteur"
    with pytest.raises(LinkBroken):
        services.accept_invitation(token=token, member=cast.stella, now=now)


def test_the_link_of_one_member_lets_no_other_in(cast, invite, make_member, now):
    invite(cast.stella.email)
    other = make_member("Other Person")
    with pytest.raises(Conflict):
        services.accept_invitation(token=token_of(mail.outbox[0]), member=other, now=now)
    assert role_of(other, cast.forum_id) is None


def test_a_link_that_is_too_old_opens_nothing(cast, invite, now):
    invite(cast.stella.email)
    with pytest.raises(LinkExpired):
        services.accept_invitation(token=token_of(mail.outbox[0]), member=cast.stella, now=now + 30 * DAY)
    # Who was invited long ago may be invited anew.
    assert invite(cast.stella.email, now=now + 31 * DAY).sent == 1


def test_a_new_link_ends_the_earlier_one(cast, invite, now):
    invite(cast.stella.email)
    row = Invitation.objects.get()
    with pytest.raises(TooMany):
        services.send_invitation_again(invitation_id=row.pk, actor=cast.chen, now=now)
    services.send_invitation_again(invitation_id=row.pk, actor=cast.chen, now=now + DAY)
    first, second = map(token_of, mail.outbox)
    with pytest.raises(LinkBroken):
        services.read_invitation(token=first, now=now + DAY)
    assert services.read_invitation(token=second, now=now + DAY).pk == row.pk


def test_a_revoked_invitation_opens_nothing(cast, invite, now):
    invite(cast.stella.email)
    row = Invitation.objects.get()
    with pytest.raises(NotAllowed):
        services.revoke_invitation(invitation_id=row.pk, actor=cast.amina, now=now)
    services.revoke_invitation(invitation_id=row.pk, actor=cast.chen, now=now)
    with pytest.raises(LinkBroken):
        services.read_invitation(token=token_of(mail.outbox[0]), now=now)


def test_who_is_no_member_applies_and_takes_part_when_approved(client, cast, invite, settings, now):
    from hub.lib import clock

    invite("nora@person.example", now=clock.now())
    path = f"/invitations/confirm/{token_of(mail.outbox[0])}/"
    assert "Risk assessment" in client.get(path).content.decode()
    assert not Membership.objects.filter(member__email="nora@person.example").exists()
    answer = client.post(path, {"apply": ""}, follow=True)
    assert 'value="nora@person.example"' in answer.content.decode()
    form = {
        "name": "Nora Berg", "email": "nora@person.example", "country": "NO", "statement": "Trials.", "language": "en",
        "accepts": "on",
    }  # fmt: skip
    client.post("/apply/", form)
    nora = Member.objects.get(email="nora@person.example")
    assert Invitation.objects.get().state == "applied" and role_of(nora, cast.forum_id) is None
    Application.objects.filter(member=nora).update(state="pending")
    member_services.approve_application(application_id=nora.application.pk, actor=cast.sofia, now=clock.now())
    assert role_of(nora, cast.forum_id) == "participant"
    assert Invitation.objects.get().state == "accepted"


def test_an_invitation_that_was_revoked_meanwhile_lets_nobody_in(cast, invite, now):
    invite("nora@person.example")
    nora = Member.objects.create_user(email="nora@person.example", name="Nora Berg")
    Invitation.objects.update(member=nora, state="applied")
    services.revoke_invitation(invitation_id=Invitation.objects.get().pk, actor=cast.chen, now=now)
    services.enter_invited(nora, now)
    assert role_of(nora, cast.forum_id) is None


def test_a_member_answers_on_the_page(client, cast, invite):
    from hub.lib import clock

    invite(cast.stella.email, now=clock.now())
    path = f"/invitations/confirm/{token_of(mail.outbox[0])}/"
    assert "Sign in" in client.get(path).content.decode()
    client.force_login(cast.stella)
    assert 'name="accept"' in client.get(path).content.decode()
    assert role_of(cast.stella, cast.forum_id) is None, "opening the link answers nothing"
    shown = client.post(path, {"accept": ""}, follow=True).content.decode()
    assert "You take part in this discussion" in shown
    assert client.get(path).status_code == 404


def test_an_invitation_is_declined_without_an_account(client, cast, invite):
    from hub.lib import clock

    invite("nora@person.example", now=clock.now())
    client.post(f"/invitations/confirm/{token_of(mail.outbox[0])}/", {"decline": ""})
    assert Invitation.objects.get().state == "declined"


def test_those_who_lead_invite_and_revoke_on_a_page(client, cast):
    path = f"/discussions/{cast.forum_id}/invitations/"
    client.force_login(cast.amina)
    assert client.get(path).status_code == 403
    client.force_login(cast.chen)
    wrong = client.post(path, {"addresses": "nonsense", "role": "participant"})
    assert wrong.status_code == 422 and "nonsense" in wrong.content.decode()
    addresses = f"Stella <{cast.stella.email}>, nora@person.example; {cast.amina.email}"
    shown = client.post(path, {"addresses": addresses, "role": "participant"}, follow=True).content.decode()
    assert "2 invitations were sent" in shown and re.search("They already take part: .?amina.diallo@", shown)
    assert "Stella Moreno" in shown and "nora@person.example" in shown
    row = Invitation.objects.get(email="nora@person.example")
    assert "sent today" in client.post(path, {"again": row.pk}, follow=True).content.decode()
    shown = client.post(path, {"revoke": row.pk}, follow=True).content.decode()
    assert "Its link opens nothing" in shown and "nora@person.example" not in shown


def test_invitations_cost_the_same_however_many(client, cast, invite, django_assert_max_num_queries):
    invite(*(f"person-{number}@x.example" for number in range(30)))
    client.force_login(cast.chen)
    with django_assert_max_num_queries(10):
        client.get(f"/discussions/{cast.forum_id}/invitations/")
