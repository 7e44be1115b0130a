"""What every test stands on: no network, a fresh data folder, real services only where a test is marked for them."""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import TransactionTestCase
from django.utils import timezone, translation
from xdist.scheduler import LoadScopeScheduling

from hub.lib.throttle import reset_all
from tests import databases, loopback, services

REQUIRED = os.environ.get("HUB_REQUIRE_SERVICES") == "1"
_LEFT_OUT = pytest.StashKey[dict[str, Any]]()


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers of services; refuse to start without one of them where all are required."""
    for line in services.marker_lines():
        config.addinivalue_line("markers", line)
    if REQUIRED and (missing := services.required(services.absent())):
        lines = [f"{name}: {reason}" for name, reason in missing.items()]
        lines = ["HUB_REQUIRE_SERVICES=1, but this machine lacks", *lines, f"Add it:  {services.INSTALL}"]
        raise pytest.UsageError("\n  ".join(lines))


def _needs(item: pytest.Item) -> set[str]:
    """Return the services of a test: by its markers, and by its fixtures."""
    fixtures = {services.FIXTURES[name] for name in getattr(item, "fixturenames", ()) if name in services.FIXTURES}
    return fixtures | {mark.name for mark in item.iter_markers() if mark.name in services.PROBES}


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile the catalogues once, before any test speaks another language."""
    if not hasattr(session.config, "workerinput"):
        # Its models need the settings, which are there now.
        from hub.runtime.prepare import compile_catalogues

        compile_catalogues()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests of a service that is not here, and count them: nothing is skipped without a word.

    What is about SQLite's own locks is not of the run on PostgreSQL: it is left to the other.
    """
    other_run: list[pytest.Item] = []
    if "sqlite" not in settings.DATABASES["default"]["ENGINE"]:
        other_run = [item for item in items if item.get_closest_marker("sqlite")]
    missing = services.absent()
    lacking = {item: _needs(item) & missing.keys() for item in items if item not in other_run}
    left_out = [item for item, names in lacking.items() if names]
    counts = Counter(name for names in lacking.values() for name in names)
    config.stash[_LEFT_OUT] = {"counts": dict(counts), "tests": len(left_out), "reasons": missing}
    config.hook.pytest_deselected(items=[*other_run, *left_out])
    unwanted = {*other_run, *left_out}
    items[:] = [item for item in items if item not in unwanted]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Start each test, and what its fixtures start, with the umask of most hosts: the hub's own modules set theirs."""
    os.umask(0o022)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: Any) -> None:
    """Take from a worker what it left out: with xdist only workers collect, and all of them the same."""
    node.config.stash[_LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out") or {}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Say in the very last lines what was not exercised, and how to have it."""
    if is_worker := hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash.get(_LEFT_OUT, {})
    yield
    left_out = session.config.stash.get(_LEFT_OUT, {})
    if left_out and not is_worker:
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        counts, tests, reasons = Counter(left_out["counts"]), left_out["tests"], left_out["reasons"]
        for line in services.summary(counts, tests, reasons) if reporter else ():
            reporter.write_line(line, yellow=True)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of mail that others wrote; tests of it are left out where it is not (:mod:`tests.services`)."""
    return services.CORPORA / "mail"


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Give the run a migrated database of its own; see :mod:`tests.databases`."""
    with django_db_blocker.unblock(), databases.held_copy():
        yield


def _part_redis() -> None:
    """Give each worker a Redis database and a channel prefix of its own: one clears its cache, another counts in it."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    cache = settings.CACHES["default"]
    if settings.REDIS_URL and str(cache["LOCATION"]) == settings.REDIS_URL:
        base, _, number = settings.REDIS_URL.rpartition("/")
        cache["LOCATION"] = f"{base}/{int(number) + int(worker.removeprefix('gw')) % 4}"
        settings.CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = f"hub-{worker}"


_part_redis()


class _Scheduling(LoadScopeScheduling):
    """Spread tests one by one, but keep those of one running hub in one worker: it takes twenty seconds to start."""

    def _split_scope(self, nodeid: str) -> str:
        if not nodeid.startswith("tests/flow/"):
            return nodeid
        return "production" if "test_production" in nodeid else "embedded"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Use our spreading of tests over workers."""
    return _Scheduling(config, log)


@pytest.fixture(scope="session")
def messages() -> Path:
    """The folder of mails of our own, one of each kind that the corpora have; here on every machine."""
    return services.ROOT / "tests" / "listserv" / "messages"


@pytest.fixture(scope="session", autouse=True)
def _quick_flush() -> Iterator[None]:
    """Empty only the filled tables after a transactional test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: databases.empty_tables())
        yield


@pytest.fixture(scope="session")
def tried_elsewhere() -> Iterator[list[str]]:
    """The sockets to other machines that were tried; see :mod:`tests.loopback`."""
    with loopback.kept_here() as tried:
        yield tried


@pytest.fixture(autouse=True)
def _no_other_machine(tried_elsewhere: list[str]) -> Iterator[None]:
    """Fail a test that reaches for another machine, even where the code under test swallows the refusal."""
    tried_elsewhere.clear()
    yield
    assert tried_elsewhere == [], "a test reached for another machine"


@pytest.fixture(autouse=True)
def _data_folder(settings: Any, tmp_path: Path) -> None:
    """Give each test a data folder of its own."""
    settings.HUB_DATA = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    # Those of the Secretariat sign in without one here; tests/members/test_second_factor.py asks for it.
    settings.HUB_SECOND_FACTOR = "off"
    # Argon2 is slow on purpose; the tests hash hundreds of passwords.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "hub.lib.folders.WholeFiles",
            "OPTIONS": {"location": str(tmp_path / "attachments"), "file_permissions_mode": 0o600},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def _no_floods() -> None:
    """Let each test ask as if nobody had asked before."""
    reset_all()


@pytest.fixture(autouse=True)
def _reader() -> Iterator[None]:
    """Forget the language and the zone of whoever was served last."""
    translation.deactivate()
    timezone.deactivate()
    yield
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture
def now() -> datetime:
    """A moment to pass to services."""
    return datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def make_member(db: None) -> Any:
    """Return a factory of approved members with a verified address."""
    from allauth.account.models import EmailAddress

    from hub.members.models import Member

    def make(name: str, *, password: str | None = None, **fields: Any) -> Member:
        fields.setdefault("email", name.lower().replace(" ", ".") + "@people.example")
        member = Member.objects.create_user(name=name, password=password, **{"is_active": True, **fields})
        EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
        return member

    return make


@pytest.fixture
def cast(make_member: Any, now: datetime) -> Any:
    """The named cast with stated rights in one closed discussion (see :class:`tests.people.Cast`)."""
    from tests.people import Cast

    return Cast.gather(make_member, now)
