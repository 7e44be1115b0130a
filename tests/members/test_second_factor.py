"""A second factor: who must have one, how it is set up, used, removed, lost and reset."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from hub.lib.errors import Invalid, NotAllowed
from hub.members.account.services import reset_second_factor
from hub.members.models import FactorReset, LoginSession, Member

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "a long password"


def code(secret: str = SECRET, *, periods: int = 0) -> str:
    """Return what an app shows now, or some periods of half a minute from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + periods))


def give_app(member: Member) -> None:
    """Set up an app for a member, and recovery codes."""
    TOTP.activate(member, SECRET)
    RecoveryCodes.activate(member)


def sign_in(client: Client, member: Member, **data: str) -> Any:
    """Sign in by password, and by a code when one is given."""
    answer = client.post("/accounts/login/", {"login": member.email, "password": PASSWORD})
    return client.post("/accounts/2fa/authenticate/", data) if data else answer


@pytest.fixture(autouse=True)
def _required(settings: Any) -> None:
    # allauth notes used codes there, by the keys of members that the next test has again.
    cache.clear()
    settings.HUB_SECOND_FACTOR = "staff"


@pytest.fixture
def amina(make_member: Any) -> Member:
    """Amina, a member."""
    return make_member("Amina Diallo", password=PASSWORD, language="fr")


@pytest.fixture
def nadia(make_member: Any) -> Member:
    """Nadia, of the Secretariat as well."""
    return make_member("Nadia Haddad", password=PASSWORD, is_staff=True)


@pytest.mark.parametrize(
    "address", ["/", "/admin/", "/outbox/", "/members/applications/", "/mail/queue/", "/discussions/", "/held/"]
)
def test_the_secretariat_sets_up_a_factor_before_it_reaches_anything(client, sofia, address):
    client.force_login(sofia)
    for answer in (client.get(address), client.post(address)):
        assert answer.status_code == 404 or answer["Location"] == "/accounts/2fa/"
    assert client.get("/api/v1/discussions").status_code == 403
    assert client.get("/accounts/2fa/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_first_sign_in_leads_to_the_app_its_codes_and_then_on(client, sofia):
    sign_in(client, sofia)
    assert client.get("/members/applications/")["Location"] == "/accounts/2fa/"
    page = client.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200 and "data:image/svg+xml" in page.content.decode()
    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    assert "is wrong or has" in wrong.content.decode()
    client.post("/accounts/2fa/totp/activate/", {"code": code(client.session["mfa.totp.secret"])})
    codes = client.get("/accounts/2fa/recovery-codes/")
    assert len(re.findall(r"<code>\d{8}</code>", codes.content.decode())) == 10
    assert 'href="/members/applications/"' in codes.content.decode()
    assert client.get("/members/applications/").status_code == 200


def test_a_hub_that_does_not_ask_says_so(client, sofia, amina, settings):
    settings.HUB_SECOND_FACTOR, settings.HUB_DEMO = "off", True
    assert "without a second factor" in client.get("/accounts/login/").content.decode()
    client.force_login(sofia)
    assert client.get("/outbox/").status_code == 200
    settings.HUB_DEMO = False
    assert "without a second factor" in client.get("/preferences/").content.decode()
    client.force_login(amina)
    assert "without a second factor" not in client.get("/preferences/").content.decode()


def test_the_password_alone_does_not_sign_in_and_a_code_does(client, sofia):
    give_app(sofia)
    assert sign_in(client, sofia)["Location"] == "/accounts/2fa/authenticate/"
    assert "_auth_user_id" not in client.session and client.get("/outbox/").status_code != 200
    assert client.get("/accounts/2fa/authenticate/").status_code == 200
    client.post("/accounts/2fa/authenticate/", {"code": code()})
    assert client.get("/outbox/").status_code == 200


@pytest.mark.parametrize("periods", [-1, 0, 1])
def test_a_code_is_taken_once_even_early_or_late(client, sofia, periods):
    give_app(sofia)
    shown = code(periods=periods)
    sign_in(client, sofia, code=shown)
    assert client.session["_auth_user_id"] == str(sofia.pk)
    thief = Client()
    # allauth forgets a used code after one period.
    cache.delete(f"allauth.mfa.totp.used?user={sofia.pk}&code={shown}")
    assert "is wrong or has" in sign_in(thief, sofia, code=f"{shown[:3]} {shown[3:]}").content.decode()
    assert "_auth_user_id" not in thief.session


def test_a_recovery_code_works_once(client, sofia):
    give_app(sofia)
    recovery = RecoveryCodes(Authenticator.objects.get(user=sofia, type="recovery_codes")).generate_codes()[3]
    sign_in(client, sofia, code=recovery)
    assert client.session["_auth_user_id"] == str(sofia.pk)
    other = Client()
    assert "is wrong or has" in sign_in(other, sofia, code=recovery).content.decode()


def test_guessing_codes_is_slowed(client, sofia):
    give_app(sofia)
    sign_in(client, sofia)
    for guess in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": f"00000{guess}"})
    answer = client.post("/accounts/2fa/authenticate/", {"code": code()})
    assert "Too many wrong attempts" in answer.content.decode() and "_auth_user_id" not in client.session


def test_secrets_are_sealed_and_another_key_opens_nothing(sofia, settings):
    give_app(sofia)
    rows = list(Authenticator.objects.filter(user=sofia))
    assert SECRET not in str([row.data for row in rows])
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 50, [settings.SECRET_KEY]
    assert rows[0].wrap().validate_code(code())
    settings.SECRET_KEY_FALLBACKS = []
    assert not rows[0].wrap().validate_code(code(periods=1))


def test_who_must_have_a_factor_cannot_remove_the_last_one(client, sofia, amina):
    for member, left in ((sofia, 2), (amina, 0)):
        give_app(member)
        client = Client()
        sign_in(client, member, code=code())
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        answer = client.post("/accounts/2fa/totp/deactivate/", follow=True)
        assert Authenticator.objects.filter(user=member).count() == left
        assert ("needs a second factor" in answer.content.decode()) == (left > 0)


def test_a_passkey_is_not_removed_either_when_it_is_the_last_factor(client, sofia):
    passkey = Authenticator.objects.create(user=sofia, type="webauthn", data={"name": "My key", "credential": {}})
    client.force_login(sofia)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.post(f"/accounts/2fa/webauthn/keys/{passkey.pk}/remove/")["Location"] == "/accounts/2fa/webauthn/"
    assert Authenticator.objects.filter(pk=passkey.pk).exists()


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/2fa/recovery-codes/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/application-passwords/",
    ],
)
def test_changes_to_how_one_signs_in_ask_who_it_is_once_more(client, amina, address):
    if "recovery" in address:
        give_app(amina)
    client.force_login(amina)
    for answer in (client.get(address), client.post(address, {"label": "x"})):
        assert answer.status_code == 405 or answer["Location"].startswith("/accounts/reauthenticate/")


def test_a_lost_factor_is_reset_by_a_colleague_with_a_reason_and_everybody_is_told(
    client, sofia, nadia, mailoutbox, amina
):
    give_app(sofia), give_app(amina)
    lost = Client()
    lost.force_login(amina)
    sign_in(client, sofia, code=code())
    assert client.get(f"/members/second-factors/{amina.pk}/reset/")["Location"].startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    address = f"/members/second-factors/{amina.pk}/reset/"
    assert client.post(address, {"reason": " "}).status_code == 422
    client.post(address, {"reason": "She called me from the number I know."})
    assert not Authenticator.objects.filter(user=amina).exists()
    assert lost.get("/preferences/").status_code == 302
    reset = FactorReset.objects.get()
    assert (reset.member, reset.actor) == (amina, sofia) and "number I know" in reset.reason
    notified = {message.to[0]: message for message in mailoutbox}
    assert set(notified) == {amina.email, sofia.email, nadia.email}
    assert all("She called me" in message.body and "Sofia Lind" in message.body for message in notified.values())
    assert 'lang="fr"' in notified[amina.email].alternatives[0].content


def test_nobody_resets_their_own_factor_and_members_reset_none(sofia, amina, now, client):
    give_app(sofia), give_app(amina)
    for actor, member in ((sofia, sofia), (amina, sofia), (amina, amina)):
        with pytest.raises(NotAllowed):
            reset_second_factor(member_id=member.pk, actor=actor, reason="I lost it", now=now)
    assert Authenticator.objects.count() == 4
    client.force_login(amina)
    assert client.get("/members/second-factors/").status_code == 403


def test_a_reset_of_nothing_is_refused(sofia, amina, now):
    with pytest.raises(Invalid):
        reset_second_factor(member_id=amina.pk, actor=sofia, reason="Please", now=now)
    assert not FactorReset.objects.exists()


def test_a_member_without_the_mark_of_the_secretariat_needs_none(client, amina):
    sign_in(client, amina)
    assert client.get("/preferences/").status_code == 200
    assert LoginSession.objects.filter(member=amina).count() == 1


def test_the_list_of_factors_costs_the_same_for_many(client, sofia, make_member, django_assert_num_queries):
    give_app(sofia)
    client.force_login(sofia)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        client.get("/members/second-factors/")
    for number in range(30):
        give_app(make_member(f"Member {number}"))
    with django_assert_num_queries(len(few)):
        client.get("/members/second-factors/")
