"""What every test stands on: no network, a fresh data folder, real services only where a test is marked for them."""

import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import TransactionTestCase
from django.utils import timezone, translation
from xdist.scheduler import LoadScopeScheduling

from tests import databases

REQUIRED = os.environ.get("HUB_REQUIRE_SERVICES") == "1"
_SERVICES = {"postgres": ("127.0.0.1", 5432), "redis": ("127.0.0.1", 6379)}


def _reachable(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=1).close()
    except OSError:
        return False
    return True


def _missing(mark: str) -> str:
    if mark == "browser":
        return "" if Path("/usr/bin/chromium").exists() else "Chromium (/usr/bin/chromium) is not installed"
    return "" if _reachable(_SERVICES[mark]) else f"{mark} does not answer at {_SERVICES[mark]}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip tests of a service that is not here; where services are required, let them fail instead.

    What is about SQLite's own locks is not of the run on PostgreSQL: nothing is skipped there, it is left to the other.
    """
    if "sqlite" not in settings.DATABASES["default"]["ENGINE"]:
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("sqlite")])
        items[:] = [item for item in items if not item.get_closest_marker("sqlite")]
    missing = {} if REQUIRED else {mark: _missing(mark) for mark in ("postgres", "redis", "browser")}
    for item in items:
        for mark, why in missing.items():
            if why and item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=why))


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Give the run a migrated database of its own; see :mod:`tests.databases`."""
    with django_db_blocker.unblock(), databases.taken():
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


@pytest.fixture(scope="session", autouse=True)
def _quick_flush() -> Iterator[None]:
    """Empty only the filled tables after a transactional test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: databases.empty_tables())
        yield


@pytest.fixture(autouse=True)
def _data_folder(settings: Any, tmp_path: Path) -> None:
    """Give each test a data folder of its own."""
    settings.HUB_DATA = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    # Argon2 is slow on purpose; the tests hash hundreds of passwords.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "attachments"), "file_permissions_mode": 0o600},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


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
