"""Addresses of the database and of Redis are understood whole, or stop the start."""

import pytest

from hub import env_stores
from hub.env import EnvError
from tests.lib.conftest import NAME


def test_the_database_is_sqlite_in_the_data_folder_unless_said(set_variable, tmp_path):
    set_variable(None)
    embedded = env_stores.database(NAME, tmp_path)
    assert embedded["NAME"] == str(tmp_path / "hub.sqlite3")
    assert "synchronous=FULL" in embedded["OPTIONS"]["init_command"]
    set_variable("postgresql://u:p%40ss@db:5433/the%20hub")
    served = env_stores.database(NAME, tmp_path)
    assert (served["USER"], served["PASSWORD"], served["HOST"], served["PORT"]) == ("u", "p@ss", "db", "5433")
    assert served["NAME"] == "the hub"


@pytest.mark.parametrize("value", ["mysql://db/hub", "postgresql://db", "postgresql://db/"])
def test_another_database_is_refused(set_variable, tmp_path, value):
    set_variable(value)
    with pytest.raises(EnvError):
        env_stores.database(NAME, tmp_path)


@pytest.fixture
def authority(tmp_path):
    path = tmp_path / "ca.pem"
    path.write_text("here")
    return path


def test_options_of_the_database_are_honoured(set_variable, tmp_path, authority):
    set_variable(
        f"postgresql://u@db/hub?sslmode=verify-full&sslrootcert={authority}&target_session_attrs=read-write"
        "&connect_timeout=9&application_name=mine&options=-csearch_path%3Dhub"
    )
    options = env_stores.database(NAME, tmp_path)["OPTIONS"]
    assert options == {
        "connect_timeout": 9, "sslmode": "verify-full", "sslrootcert": str(authority),
        "target_session_attrs": "read-write", "application_name": "mine", "options": "-csearch_path=hub",
    }  # fmt: skip
    set_variable("postgresql:///hub?host=/run/postgresql&port=5433")
    served = env_stores.database(NAME, tmp_path)
    assert (served["HOST"], served["PORT"], served["OPTIONS"]) == ("/run/postgresql", "5433", {"connect_timeout": 5})
    set_variable(f"sqlite:///{tmp_path}/a%20b.sqlite3?timeout=40")
    embedded = env_stores.database(NAME, tmp_path)
    assert (embedded["NAME"], embedded["OPTIONS"]["timeout"]) == (f"{tmp_path}/a b.sqlite3", 40)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("sslmode=strict", "sslmode one of disable"), ("sslmod=require", "option sslmod"), ("sslmode", "?name=value"),
        ("sslrootcert=/missing.pem", "sslrootcert the path"), ("connect_timeout=soon", "connect_timeout a whole"),
        ("target_session_attrs=any&target_session_attrs=any", "each option once"), ("password=x", "option password"),
        ("pool=1", "option pool"), ("sslmode=require#x", "without a #"), ("host=other", "one place"),
    ],
)  # fmt: skip
def test_an_option_of_the_database_that_cannot_be_honoured_stops_the_start(set_variable, tmp_path, query, named):
    set_variable(f"postgresql://u:secret@db:5432/hub?{query}")
    with pytest.raises(EnvError) as error:
        env_stores.database(NAME, tmp_path)
    assert named in str(error.value) and "u:secret" not in str(error.value)


@pytest.mark.parametrize(
    "value",
    ["sqlite:///a.db?mode=ro", "sqlite:///a.db?timeout=0", "sqlite:a.db", "sqlite://a.db", "sqlite:///",
     "postgresql://u:p@db:port/hub", "postgresql://u:p@db/hub/other"],
)  # fmt: skip
def test_an_address_of_the_database_is_understood_whole_or_refused(set_variable, tmp_path, value):
    set_variable(value)
    with pytest.raises(EnvError):
        env_stores.database(NAME, tmp_path)


def test_a_pooler_gets_no_cursors_that_outlive_a_transaction(set_variable, tmp_path):
    set_variable("postgresql://u@db/hub")
    assert env_stores.database(NAME, tmp_path)["CONN_MAX_AGE"] == 0
    assert [env_stores.database(NAME, tmp_path, bouncer=on)["DISABLE_SERVER_SIDE_CURSORS"] for on in (False, True)] == [
        False, True,
    ]  # fmt: skip


def test_options_of_redis_are_checked(set_variable, authority):
    for value in (
        "redis://h:6379/3?socket_timeout=2.5&health_check_interval=30", "unix:///run/redis.sock?db=2",
        f"rediss://u:p@h/0?ssl_cert_reqs=required&ssl_ca_certs={authority}", "redis://h", "redis://h?db=4",
    ):  # fmt: skip
        set_variable(value)
        assert env_stores.redis_url(NAME) == value


@pytest.mark.parametrize(
    "value",
    [
        "redis://h/0?ssl_cert_req=none", "redis://h/0?ssl_cert_reqs=none", "rediss://h/0?ssl_cert_reqs=never",
        "rediss://h/0?ssl_ca_certs=/missing.pem", "redis://h/zero", "redis://h:port/0", "redis:///0", "unix://?db=1",
        "redis://h/0?socket_timeout=soon", "redis://h/0?db=1&db=2", "redis://u:p@h/0#1",
    ],
)  # fmt: skip
def test_an_option_of_redis_that_cannot_be_honoured_stops_the_start(set_variable, value):
    set_variable(value)
    with pytest.raises(EnvError) as error:
        env_stores.redis_url(NAME)
    assert "u:p" not in str(error.value)
