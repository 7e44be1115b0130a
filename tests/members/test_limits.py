"""Guessing passwords is slowed by account and by client, at every door, and shuts nobody out of her usual place."""

import threading
from typing import Any

import pytest
from allauth.core.internal import ratelimit
from django.contrib.auth.hashers import get_hasher
from django.core.cache import cache
from django.test import Client

from hub.lib.models import RateWindow
from hub.members import allauth_limits, hashing, limits
from hub.members.hashing import Gate, GatedArgon2, HashingBusy
from listserv.gateway.lookups import Refusal, sign_in

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
PASSWORD = "a long password"
HOME, ELSEWHERE = "198.51.100.1", "203.0.113.66"


@pytest.fixture
def amina(make_member: Any) -> Any:
    return make_member("Amina Diallo", password=PASSWORD, email="amina@bücher.example")


def _web(address: str, password: str = "wrong", *, host: str = HOME) -> Any:
    return Client().post(LOGIN, {"login": address, "password": password}, REMOTE_ADDR=host)


def _mail(address: str, password: str = "wrong", *, host: str = HOME) -> Any:
    return sign_in(address.encode(), password.encode(), host)


def test_every_spelling_of_an_address_counts_for_one_account(amina):
    amina.emailaddress_set.create(email="second@home.example", verified=True)
    spelled = ["amina@bücher.example", "AMINA@BÜCHER.example", "amina@xn--bcher-kva.example", "amina@ｂücher.example",
               "amina@bücher。example", "second@home.example"]  # fmt: skip
    keys = {limits.account_key(address) for address in spelled}
    assert keys == {f"member:{amina.pk}"}
    unknown = {limits.account_key(address) for address in ("Nobody@else.example", "ｎobody@else.example")}
    assert len(unknown) == 1


def test_a_full_width_letter_escapes_no_limit_of_the_gateway(amina):
    spelled = ["amina@bücher.example", "amina@ｂücher.example", "amina@xn--bcher-kva.example"]
    for number in range(limits.MAIL.amount):
        assert _mail(spelled[number % 3]) is None
    for address in spelled:
        refused = _mail(address, PASSWORD)
        assert isinstance(refused, Refusal)
        assert refused.reply.startswith("454 4.7.0")


def test_a_page_says_429_and_how_long_to_wait(amina):
    for _ in range(limits.WEB.amount):
        assert _web(amina.email).status_code == 200
    answer = _web(amina.email, PASSWORD)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= limits.WEB.seconds
    assert "Too many wrong attempts. Wait 5 minutes" in answer.content.decode()


def test_wrong_passwords_of_one_client_lock_no_other_client_out(amina, make_member):
    boris = make_member("Boris Petrov", password=PASSWORD)
    for _ in range(limits.MAIL.amount + 2):
        _web(amina.email, host=ELSEWHERE)
        _mail(amina.email, host=ELSEWHERE)
    assert _web(amina.email, PASSWORD, host=HOME).status_code == 302
    assert _mail(amina.email, PASSWORD, host=HOME) == amina.pk
    assert _web(boris.email, PASSWORD, host=ELSEWHERE).status_code == 302


def test_one_client_that_tries_many_accounts_is_stopped(make_member, amina):
    for number in range(limits.CLIENT.amount):
        _mail(f"p{number}@elsewhere.example", host=ELSEWHERE)
    assert isinstance(_mail(amina.email, PASSWORD, host=ELSEWHERE), Refusal)
    assert _web(amina.email, PASSWORD, host=ELSEWHERE).status_code == 429
    assert _mail(amina.email, PASSWORD, host=HOME) == amina.pk


def test_addresses_of_one_ipv6_customer_are_one_client(amina):
    for number in range(limits.MAIL.amount):
        _mail(amina.email, host=f"2001:db8:1:2::{number + 1:x}")
    assert isinstance(_mail(amina.email, PASSWORD, host="2001:db8:1:2:ffff::9"), Refusal)
    assert _mail(amina.email, PASSWORD, host="2001:db8:1:3::1") == amina.pk


def test_many_clients_that_try_one_account_are_stopped_but_not_the_member_at_her_usual_place(amina):
    assert _web(amina.email, PASSWORD, host=HOME).status_code == 302
    for number in range(limits.ACCOUNT.amount):
        _mail(amina.email, host=f"203.0.113.{number}")
    assert isinstance(_mail(amina.email, PASSWORD, host="192.0.2.44"), Refusal)
    assert _web(amina.email, PASSWORD, host="192.0.2.44").status_code == 429
    assert _web(amina.email, PASSWORD, host=HOME).status_code == 302
    assert _mail(amina.email, PASSWORD, host=HOME) == amina.pk


def test_counts_survive_an_emptied_cache_and_many_others(amina):
    for _ in range(limits.MAIL.amount):
        _mail(amina.email, host=ELSEWHERE)
    for number in range(300):
        _mail(f"p{number}@elsewhere.example", host=f"192.0.2.{number % 250}")
    cache.clear()
    assert isinstance(_mail(amina.email, PASSWORD, host=ELSEWHERE), Refusal)


def test_signing_in_again_from_the_usual_place_counts_nothing(amina):
    _mail(amina.email, PASSWORD)
    before = list(RateWindow.objects.values_list("key", "count", "ends_at"))
    _mail(amina.email, PASSWORD)
    assert list(RateWindow.objects.values_list("key", "count", "ends_at")) == before
    assert len(before) == 1


def test_no_password_is_hashed_for_who_has_to_wait(amina, monkeypatch):
    for _ in range(limits.MAIL.amount):
        _mail(amina.email)
    monkeypatch.setattr("hub.members.backends.AddressBackend.authenticate", None)
    assert isinstance(_mail(amina.email, PASSWORD), Refusal)


def test_allauth_counts_in_the_database_under_one_spelling_of_what_was_typed(amina, mailoutbox):
    assert ratelimit._consume_single_rate is allauth_limits.consume_single_rate
    assert ratelimit.clear is allauth_limits.clear
    answers = []
    for address in (
        "amina@bücher.example",
        "AMINA@bücher.example",
        "amina@xn--bcher-kva.example",
        "Amina@Bücher.example",
    ):
        cache.clear()
        answers.append(Client().post("/accounts/password/reset/", {"email": address}, REMOTE_ADDR=HOME))
    assert [answer.status_code for answer in answers] == [302, 302, 302, 429]
    assert answers[-1]["Retry-After"]
    assert "Wait a little" in answers[-1].content.decode()
    assert len(mailoutbox) == 3
    assert Client().post("/accounts/password/reset/", {"email": "b@x.example"}, REMOTE_ADDR=HOME).status_code == 302


def test_wrong_password_of_who_is_signed_in_already_counts_too(amina):
    client = Client()
    client.force_login(amina, backend="hub.members.backends.AddressBackend")
    for _ in range(limits.WEB.amount):
        client.post("/accounts/reauthenticate/", {"password": "wrong"}, REMOTE_ADDR=ELSEWHERE)
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}, REMOTE_ADDR=ELSEWHERE).status_code == 429


def test_passwords_are_hashed_a_few_at_a_time_and_the_queue_is_bounded():
    gate = Gate(1, 1, 30.0)
    entered, release, done = threading.Event(), threading.Event(), []

    def hold() -> None:
        with gate():
            entered.set()
            release.wait(30)
        done.append("first")

    def queue() -> None:
        with gate():
            done.append("second")

    first = threading.Thread(target=hold)
    first.start()
    assert entered.wait(30)
    second = threading.Thread(target=queue)
    second.start()
    for _ in range(30_000):
        if gate._room._value == 0:
            break
        release.wait(0.001)
    with pytest.raises(HashingBusy), gate():
        pass
    assert done == []
    release.set()
    first.join(30)
    second.join(30)
    assert sorted(done) == ["first", "second"]
    with gate():
        done.append("third")
    assert done[-1] == "third"


def test_a_full_gate_is_a_page_with_503_and_a_temporary_reply_of_the_gateway(amina, monkeypatch, settings):
    settings.PASSWORD_HASHERS = ["hub.members.hashing.GatedArgon2"]
    assert isinstance(get_hasher("default"), GatedArgon2)
    amina.set_password(PASSWORD)
    amina.save()
    monkeypatch.setattr(hashing, "gate", Gate(1, 0, 0.0))
    with hashing.gate():
        answer = _web(amina.email, PASSWORD)
        refused = _mail(amina.email, PASSWORD)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "60"
    assert isinstance(refused, Refusal)
    assert refused.reply.startswith("454 4.7.0")
    assert _mail(amina.email, PASSWORD) == amina.pk
