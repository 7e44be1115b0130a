"""Write the log: one fact a line, and no line that somebody else's words begin.

``HUB_LOG_FORMAT=text`` is for people and grep, ``json`` for programs; both hold the same. What
happened is an *event* with named fields (:func:`event`): one for each message that comes in, each
group of copies that goes out, each copy that does not, each sign-in. Addresses of people stand in
them under a name that only this hub can make (:func:`person`), so that logs may be kept longer than
people are.
"""

import hmac
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.utils import InterfaceError, OperationalError

FORMATTERS: dict[str, str] = {
    "text": "hub.lib.logs.TextFormatter",
    "json": "hub.lib.logs.JsonFormatter",
}
LEVELS: tuple[str, ...] = ("debug", "info", "warning", "error", "critical")
_events = logging.getLogger("hub.events")
# The request, socket or task that a line belongs to; "" for none.
request_id: ContextVar[str] = ContextVar("request_id", default="")
# Controls, line and paragraph separators, and marks that turn the direction of a line.
_UNSAFE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_PLAIN = re.compile(r"[^\s\"=\\]+")
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]{1,100}@[^\s<>()\[\]\"',;:]{1,255}")
# What Django refuses of a request, by the names of its loggers under ``django.security``.
REFUSALS = (
    "DisallowedHost", "DisallowedRedirect", "InvalidSessionKey", "RequestDataTooBig",
    "SuspiciousFileOperation", "SuspiciousMultipartForm", "SuspiciousOperation",
    "SuspiciousSession", "TooManyFieldsSent", "TooManyFilesSent",
)  # fmt: skip
# Characters of one value of a field, and of one line of a message.
VALUE_MAX, MESSAGE_MAX = 500, 4_000


def escape(text: str) -> str:
    """Return text with what is no letter written as Python writes it: it stays on its line."""
    return _UNSAFE.sub(
        lambda match: match[0].encode("unicode_escape", "surrogatepass").decode("ascii"), text
    )


def event(name: str, /, **fields: object) -> None:
    """Write what happened as one line.

    Args: name, such as ``delivery``; fields, of which None and empty ones are left out.
    """
    filled = {key: value for key, value in fields.items() if value not in (None, "")}
    _events.info(name, extra={"fields": filled})


@lru_cache(4_096)
def _person(address: str, key: str) -> str:
    digest = hmac.new(
        key.encode(), b"log\0" + address.encode("utf-8", "surrogatepass"), "sha256"
    ).hexdigest()
    return digest[:12]


def person(address: str) -> str:
    """Return the name under which an address stands in the log, and its domain.

    It is always the same; ``manage.py log_name`` prints it. What was typed for an address may be a
    password: without an @ it has no domain.
    """
    folded = address.strip().lower()
    if not folded:
        return ""
    name = _person(folded, settings.SECRET_KEY)
    if "@" not in folded:
        return name
    return f"{name}@{folded.rpartition('@')[2]}"[:200]


def without_people(text: str) -> str:
    """Return what a mail server said, with people under their names in the log."""
    return _ADDRESS.sub(lambda match: person(match[0]), text[:VALUE_MAX])


@contextmanager
def belonging_to(identifier: str) -> Iterator[None]:
    """Let the lines of a block belong to a request, socket or task."""
    token = request_id.set(identifier)
    try:
        yield
    finally:
        request_id.reset(token)


class WithoutDatabase(logging.Filter):
    """Leave out the traceback of what each request logs while the database is away."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record through, its traceback replaced by its last line."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, OperationalError | InterfaceError):
            record.msg = f"{record.getMessage()}: {type(error).__name__}: {error}".splitlines()[0]
            record.args, record.exc_info = (), None
        return True


class TypedByAnybody(logging.Filter):
    """Log what anybody can bring about as a warning of one line, not as an error with a traceback.

    That is a host, an address, a form or a file that Django refuses: the answer is a 400 or 413,
    and nothing has failed.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record through as a warning, its traceback left away."""
        record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
        record.exc_info = record.exc_text = None
        return True


class _Formatter(logging.Formatter):
    """What both forms share."""

    def _fields(self, record: logging.LogRecord) -> dict[str, Any]:
        fields = dict(getattr(record, "fields", {}))
        identifier = request_id.get()
        if identifier:
            fields["request_id"] = identifier
        return fields

    @staticmethod
    def _moment(record: logging.LogRecord) -> str:
        return (
            datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z")
        )

    def _trace(self, record: logging.LogRecord) -> list[str]:
        text = ""
        if record.exc_info and record.exc_info[0]:
            text = self.formatException(record.exc_info)
        if record.stack_info:
            text += f"\n{self.formatStack(record.stack_info)}"
        return [escape(line) for line in text.split("\n") if line.strip()]


class TextFormatter(_Formatter):
    """One line for people; the lines of a traceback are indented.

    ``2026-11-24T09:00:00.000Z INFO hub.events: delivery list=risk sent=38``
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        message = escape(record.getMessage())[:MESSAGE_MAX]
        fields = "".join(f" {key}={_spelled(value)}" for key, value in self._fields(record).items())
        line = f"{self._moment(record)} {record.levelname} {record.name}: {message}{fields}"
        return "\n\t".join([line, *self._trace(record)])


class JsonFormatter(_Formatter):
    """One object a line.

    It has ``time``, ``level``, ``logger``, ``message``, the fields of an event and ``traceback``.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        values = {
            "time": self._moment(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage()[:MESSAGE_MAX],
            **self._fields(record),
        }
        trace = self._trace(record)
        if trace:
            values["traceback"] = "\n".join(trace)
        # Beyond ASCII everything is escaped: no separator, and no mark of direction, gets through.
        return json.dumps(values, default=str)


def _spelled(value: object) -> str:
    text = escape(str(value))[:VALUE_MAX]
    if _PLAIN.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=False)


def configuration(*, form: str, level: str) -> dict[str, Any]:
    """Return the setting ``LOGGING``.

    Args: form, one of :data:`FORMATTERS`; level, the least that is written.
    """
    quiet = ("uvicorn", "mail.log", "wagtail", "django_tasks", "django_tasks_db")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": FORMATTERS[form]}},
        "filters": {
            "database": {"()": "hub.lib.logs.WithoutDatabase"},
            "refusal": {"()": "hub.lib.logs.TypedByAnybody"},
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.request": {"level": "ERROR", "filters": ["database"]},
            **{name: {"level": "WARNING"} for name in quiet},
            **{f"django.security.{name}": {"filters": ["refusal"]} for name in REFUSALS},
        },
    }
