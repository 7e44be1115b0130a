"""Say in one line why a process cannot start, before it serves anybody.

Each check is bounded in time: whoever starts the process (systemd, compose, a person) hears within
:data:`PATIENCE` seconds what to mend, and the exit code is 1. What is checked here can be mended by
an operator.
"""

import errno
import logging
import pkgutil
import socket
import tempfile
import threading
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import redis
from django.apps import apps
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.module_loading import import_string
from prometheus_client import start_http_server

from hub.env import EnvError
from hub.lib.endpoints import Endpoint
from hub.private import secure

log = logging.getLogger(__name__)
# Seconds that one check may take.
PATIENCE = 6.0
# Names of missing migrations that are shown.
SHOWN = 3
LABELS = {
    "web": "The web server",
    "smtpd": "The SMTP gateway",
    "worker": "The worker",
    "up": "The hub",
}


class StartError(Exception):
    """A process cannot start; the text says why and what to do."""


def serve_metrics() -> Callable[[], None]:
    """Give this process's figures to Prometheus at ``HUB_METRICS``; return what ends it.

    Raises: StartError.
    """
    if settings.HUB_METRICS is None:
        return lambda: None
    try:
        server, _thread = start_http_server(settings.HUB_METRICS.port, settings.HUB_METRICS.host)
    except OSError as error:
        raise cannot_listen("HUB_METRICS", settings.HUB_METRICS, error) from error

    def end() -> None:
        server.shutdown()
        server.server_close()

    return end


def check_storage() -> None:
    """Check what every command needs: the data folder, and a database that answers.

    Raises: StartError.
    """
    _check_folder()
    _within(PATIENCE, _check_database, "The database does not answer (DATABASE_URL)")


def check_services(parts: Sequence[str]) -> None:
    """Check what the named parts need besides: migrations and the certificate.

    It is logged when Redis is away. Redis carries prompts and caches only: a hub that starts
    without it goes on, and uses it once it is back.

    Raises: StartError.
    """
    _within(PATIENCE, _check_migrations, "The database does not answer (DATABASE_URL)")
    if settings.REDIS_URL:
        try:
            _within(PATIENCE, _check_redis, "Redis does not answer (REDIS_URL)")
        except StartError as error:
            log.warning("%s. The hub starts without it.", str(error).rstrip("."))
    if "smtpd" in parts:
        try:
            import_string("listserv.gateway.tls.tls_context")()
        except EnvError as error:
            raise StartError(str(error)) from error


def _within(seconds: float, check: Callable[[], None], otherwise: str) -> None:
    """Let a check run in a thread and wait for it no longer.

    Raises: StartError, that of the check or ``otherwise``.
    """
    problems: list[BaseException] = []

    def work() -> None:
        try:
            check()
        except BaseException as error:
            problems.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise StartError(f"{otherwise}: no answer within {seconds:.0f} seconds.")
    if problems:
        raise problems[0]


def _check_folder() -> None:
    try:
        settings.HUB_DATA.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=settings.HUB_DATA).close()
        if secure(settings.HUB_DATA, deep=False):
            log.warning(
                "The data folder %s was open to other accounts of this host; it is closed",
                settings.HUB_DATA,
            )
    except OSError as error:
        raise StartError(
            f"The data folder {settings.HUB_DATA} (HUB_DATA) cannot be written to: "
            f"{error.strerror}."
        ) from error


def _check_database() -> None:
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        raise no_database(error) from error


def _check_migrations() -> None:
    try:
        missing = sorted(missing_migrations())
    except DatabaseError as error:
        raise no_database(error) from error
    if missing:
        names = ", ".join(".".join(key) for key in missing[:SHOWN])
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        raise StartError(
            f"The database lacks migrations ({names}{more}). Run manage.py prepare first."
        )


def missing_migrations() -> set[tuple[str, str]]:
    """Return the app and the name of each migration that the database lacks. Raises: DatabaseError.

    Names alone are compared: loading the migrations costs 80 MB that serving does not need.
    """
    return _migrations() - set(MigrationRecorder(connection).applied_migrations())


def _migrations() -> set[tuple[str, str]]:
    """Return the names of all migrations there are, by app."""
    names: set[tuple[str, str]] = set()
    for app in apps.get_app_configs():
        package_name, _explicit = MigrationLoader.migrations_module(app.label)
        if package_name is None:
            continue
        try:
            package = import_module(package_name)
        except ModuleNotFoundError:
            continue
        modules = pkgutil.iter_modules(package.__path__)
        names |= {
            (app.label, row.name) for row in modules if not row.ispkg and row.name[0] not in "_~"
        }
    return names


def _check_redis() -> None:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=PATIENCE / 2, socket_timeout=PATIENCE / 2
    )
    try:
        client.ping()
    except redis.RedisError as error:
        raise StartError(f"Redis does not answer (REDIS_URL): {_line(error)}") from error
    finally:
        client.close()


def check_addresses(parts: Sequence[str]) -> None:
    """Check that the named parts can listen, before anything long is begun. Raises: StartError."""
    addresses = {
        "web": ("HUB_WEB", settings.HUB_WEB, False),
        "smtpd": ("HUB_SMTP", settings.HUB_SMTP, settings.HUB_SMTP_SHARED),
    }
    for setting, where, is_shared in (addresses[part] for part in parts if part in addresses):
        for listener in bound(setting, where, shared=is_shared):
            listener.close()


def bound(setting: str, where: Endpoint, *, shared: bool = False) -> list[socket.socket]:
    """Return sockets that are bound to an address, one for each family.

    Raises: StartError when it is in use.
    """
    sockets: list[socket.socket] = []
    try:
        for family, kind, protocol, _name, address in _addresses(where):
            sockets.append(socket.socket(family, kind, protocol))
            sockets[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if shared:
                sockets[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            if family == socket.AF_INET6:
                sockets[-1].setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sockets[-1].bind(address)
    except OSError as error:
        for opened in sockets:
            opened.close()
        raise cannot_listen(setting, where, error) from error
    return sockets


def _addresses(where: Endpoint) -> list[Any]:
    return list(dict.fromkeys(socket.getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM)))


def no_database(error: BaseException) -> StartError:
    """Return the error of a start, or of a command, whose database does not do what it is asked."""
    return StartError(f"The database does not answer (DATABASE_URL): {_line(error)}")


def cannot_write(error: OSError) -> StartError:
    """Return the error of a start that finds a file or folder which it may not write."""
    place = error.filename or settings.HUB_DATA
    return StartError(f"It cannot write {place} (HUB_DATA, HUB_STATIC): {error.strerror}.")


def cannot_listen(setting: str, where: Endpoint, error: OSError) -> StartError:
    """Return the error of a part whose address is taken, or is none of this host's."""
    reason = _line(error)
    if error.errno == errno.EADDRINUSE:
        reason = "the address is in use by another process"
    return StartError(f"It cannot listen at {where} ({setting}): {reason}.")


def cannot_start(part: str, error: Exception) -> str:
    """Return the one line that says why a part, or ``up``, does not start."""
    return f"{LABELS.get(part, part)} cannot start. {error}"


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
