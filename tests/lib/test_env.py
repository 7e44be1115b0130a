"""The operator's settings: typed, and wrong ones stop the start with a sentence."""

import stat
from email.utils import getaddresses
from pathlib import Path

import pytest
from django.core.mail import EmailMessage

from hub import env, env_stores, public_names
from hub.env import EnvError
from hub.lib.endpoints import DkimKey, Endpoint, RelayAddress
from tests.lib.conftest import NAME


@pytest.mark.parametrize(
    ("value", "wanted"), [(None, True), ("", True), ("1", True), ("Yes", True), (" off ", False), ("0", False)]
)
def test_a_flag(set_variable, value, wanted):
    set_variable(value)
    assert env.flag(NAME, default=True) is wanted


@pytest.mark.parametrize(("value", "wanted"), [(None, 7), (" 12 ", 12), ("1", 1), ("20", 20)])
def test_a_number(set_variable, value, wanted):
    set_variable(value)
    assert env.number(NAME, 7, least=1, most=20) == wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (None, Endpoint("127.0.0.1", 8000)),
        ("[::1]:25", Endpoint("::1", 25)),
        ("hub.example:80", Endpoint("hub.example", 80)),
    ],
)
def test_an_endpoint(set_variable, value, wanted):
    set_variable(value)
    assert env.endpoint(NAME, "127.0.0.1:8000") == wanted


def test_an_endpoint_is_written_as_it_is_read():
    assert (str(Endpoint("::1", 25)), str(Endpoint("hub.example", 80))) == ("[::1]:25", "hub.example:80")


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (None, None),
        ("smtp://mta", RelayAddress("mta", 25)),
        ("smtp://mta:2525", RelayAddress("mta", 2525)),
        ("smtp://[::1]", RelayAddress("::1", 25)),
        ("smtps://a%40b:p%3Aw%2F@mta", RelayAddress("mta", 465, "tls", "a@b", "p:w/")),
        ("smtp+starttls://u:p@mta", RelayAddress("mta", 587, "starttls", "u", "p")),
        ("smtp+starttls://mta?ca=/dev/null", RelayAddress("mta", 587, "starttls", authority=Path("/dev/null"))),
    ],
)
def test_a_relay(set_variable, value, wanted):
    set_variable(value)
    assert env.relay(NAME) == wanted


@pytest.mark.parametrize(
    "value",
    [
        "smtp://u@mta",
        "smtp://u:secret@",
        "smtp://mta/x",
        "smtps://mta?verify=no",
        "smtps://mta?ca=/none",
        "smtp://mta:x",
    ],
)
def test_a_relay_that_is_wrong_stops_the_start_and_shows_no_password(set_variable, value):
    set_variable(value)
    with pytest.raises(EnvError) as error:
        env.relay(NAME)
    assert "secret" not in str(error.value)


def test_a_password_is_shown_nowhere(set_variable):
    set_variable("smtps://user:secret@mta")
    assert "secret" not in f"{env.relay(NAME)} {env.relay(NAME)!r}"


def test_keys_that_sign_have_a_selector_each(monkeypatch, tmp_path):
    first, second = tmp_path / "a.pem", tmp_path / "b.pem"
    for path in (first, second):
        path.touch()

    def read(keys, selectors):
        monkeypatch.setenv("HUB_TEST", keys)
        monkeypatch.setenv("HUB_TEST_SELECTOR", selectors)
        return env.dkim("HUB_TEST", "HUB_TEST_SELECTOR")

    assert read("", "") == ()
    assert read(f"{first}, {second}", "one,two") == (DkimKey("one", first), DkimKey("two", second))
    wrong = [(f"{first}", ""), (f"{first},{second}", "one,one"), ("/none", "one"), (f"{first}", "o ne"), ("", "one")]
    for keys, selectors in wrong:
        with pytest.raises(EnvError):
            read(keys, selectors)


def test_a_base_address_has_no_slash_at_its_end(set_variable):
    set_variable("https://hub.example.org/")
    assert public_names.base_url(NAME, "") == "https://hub.example.org"


@pytest.mark.parametrize("value", ["http://[::1]:8000", "http://127.0.0.1:8000", "https://Hub.example.org:8443"])
def test_a_base_address_may_have_a_port(set_variable, value):
    set_variable(value)
    assert public_names.base_url(NAME, "") == value


def test_a_mail_domain_is_read_in_lower_case(set_variable):
    set_variable("Lists.Example.ORG")
    assert public_names.domain(NAME, "") == "lists.example.org"


def test_the_name_of_a_hub_is_one_name_whatever_stands_in_it():
    name = 'Hub "A", B <c>'
    message = EmailMessage(from_email=public_names.mailbox(name, "secretariat@lists.hub.example"), to=["a@b.example"])
    (sender,) = getaddresses([message.message()["From"]])
    assert sender == (name, "secretariat@lists.hub.example")


READERS = {
    "flag": lambda: env.flag(NAME, default=True),
    "number": lambda: env.number(NAME, 7, least=1, most=20),
    "endpoint": lambda: env.endpoint(NAME, "x"),
    "relay": lambda: env.relay(NAME),
    "base_url": lambda: public_names.base_url(NAME, "x"),
    "domain": lambda: public_names.domain(NAME, "x"),
    "redis_url": lambda: env_stores.redis_url(NAME),
}


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        ("flag", "maybe"),
        ("flag", "2"),
        ("number", "many"),
        ("number", "0"),
        ("number", "21"),
        ("number", "-5"),
        ("number", "1.5"),
        ("endpoint", "8000"),
        ("endpoint", "host"),
        ("endpoint", "host:99999"),
        ("endpoint", "host:80/x"),
        ("endpoint", "host:0"),
        ("relay", "mta:25"),
        ("relay", "http://mta"),
        ("base_url", "hub.example.org"),
        ("base_url", "ftp://hub.example.org"),
        ("base_url", "https://hub.example.org/?x=1"),
        ("base_url", "https://hub.example.org/hub"),
        ("base_url", "https://hub example.org"),
        ("base_url", "https://hub.example.org:99999"),
        ("base_url", "https://[::1"),
        ("domain", "lists example.org"),
        ("domain", "@lists.example.org"),
        ("domain", "https://lists.example.org"),
        ("domain", "lists..example.org"),
        ("domain", "lists.example.org."),
        ("redis_url", "127.0.0.1:6379"),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(set_variable, reader, value):
    set_variable(value)
    with pytest.raises(EnvError) as error:
        READERS[reader]()
    assert NAME in str(error.value) and value in str(error.value) and "must be" in str(error.value)


@pytest.mark.parametrize("value", ["127.0.0.1:80?x=1", "u@h:80", "h:80#x", "h:80/"])
def test_nothing_of_an_endpoint_is_ignored(set_variable, value):
    set_variable(value)
    with pytest.raises(EnvError):
        env.endpoint(NAME, "h:1")


@pytest.mark.parametrize("value", ["https://u:p@hub.example", "https://hub.example#x", "https://hub.example?x=1"])
def test_nothing_of_the_base_address_is_ignored(set_variable, value):
    set_variable(value)
    with pytest.raises(EnvError):
        public_names.base_url(NAME, "http://h")


def test_a_hub_without_a_secret_makes_one_that_its_owner_alone_reads(set_variable, tmp_path):
    set_variable(None)
    key = env.secret_key(NAME, tmp_path / "new")
    path = tmp_path / "new" / "secret_key"
    assert len(key) >= 50 and env.secret_key(NAME, tmp_path / "new") == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_short_secret_is_refused_and_not_shown(set_variable, tmp_path):
    set_variable("too short to be safe")
    with pytest.raises(EnvError) as error:
        env.secret_key(NAME, tmp_path)
    assert "too short" not in str(error.value)


def test_a_file_is_there_or_the_start_stops(monkeypatch, tmp_path):
    assert env.file(NAME) is None
    monkeypatch.setenv(NAME, str(tmp_path / "missing.pem"))
    with pytest.raises(env.EnvError, match="a file that the hub may read"):
        env.file(NAME)
    (tmp_path / "missing.pem").write_text("here")
    assert env.file(NAME) == tmp_path / "missing.pem"


def test_of_two_that_belong_together_one_alone_stops_the_start(monkeypatch, tmp_path):
    monkeypatch.setenv("HUB_OTHER", str(tmp_path))
    monkeypatch.delenv(NAME, raising=False)
    with pytest.raises(env.EnvError, match=f"{NAME} is ''; it must be set where HUB_OTHER is set"):
        env.file(NAME, needs="HUB_OTHER")
    assert env.file(NAME) is None


def test_name_servers_have_a_port(set_variable):
    set_variable("127.0.0.1, [::1]:5353 2001:db8::1  192.0.2.1:54")
    addresses = [(address.host, address.port) for address in env.endpoints("HUB_TEST", port=53)]
    assert addresses == [("127.0.0.1", 53), ("::1", 5353), ("2001:db8::1", 53), ("192.0.2.1", 54)]
    set_variable("")
    assert env.endpoints("HUB_TEST", port=53) == ()


def test_networks_and_single_addresses(set_variable):
    set_variable("10.0.0.0/8,192.0.2.7 2001:db8::/48")
    assert [str(address) for address in env.networks("HUB_TEST")] == ["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/48"]


@pytest.mark.parametrize(
    "read, value",
    [
        (lambda: env.endpoints("HUB_TEST", port=53), "dns.example.org"),
        (lambda: env.endpoints("HUB_TEST", port=53), "127.0.0.1:99999"),
        (lambda: env.networks("HUB_TEST"), "10.0.0.1/8"),
        (lambda: env.networks("HUB_TEST"), "everybody"),
        (lambda: env.choice("HUB_TEST", "own", ("own", "off")), "maybe"),
    ],
)
def test_a_wrong_network_or_choice_stops_the_start(set_variable, read, value):
    set_variable(value)
    with pytest.raises(env.EnvError, match="HUB_TEST is"):
        read()


def test_old_keys_are_read_in_order_and_never_shown(set_variable):
    set_variable(f"{'a' * 32}, {'b' * 40}")
    assert env.old_keys("HUB_TEST") == ["a" * 32, "b" * 40]
    set_variable(f"{'a' * 32},short-secret")
    with pytest.raises(env.EnvError) as wrong:
        env.old_keys("HUB_TEST")
    assert "short-secret" not in str(wrong.value)
