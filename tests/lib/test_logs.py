"""How a line of the log looks, and what cannot get into it."""

import json
import logging
import sys
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.http import HttpResponseServerError
from django.utils.log import log_response

from hub.lib.logs import FORMATTERS, JsonFormatter, TextFormatter, belonging_to, event, person
from hub.lib.repeats import LONGEST_WAIT, Repeats

HOSTILE = [
    "a\r\n2026-01-01T00:00:00.000Z INFO hub.events: sign_in result=succeeded",
    "tab\tbell\x07null\0escape\x1b[31m",
    "\u2028line\u2029paragraph\x85next\u202eright to left\u2066isolated",
    'quoted " and = and \\ and blank',
]


def record(message: str, **fields: object) -> logging.LogRecord:
    log_record = logging.LogRecord("hub.test", logging.INFO, __file__, 1, message, (), None)
    log_record.fields = fields
    return log_record


def failed() -> logging.LogRecord:
    try:
        raise ValueError("one\ntwo\r\n2026 ERROR forged")
    except ValueError:
        return logging.LogRecord("hub.test", logging.ERROR, __file__, 1, "It failed", (), sys.exc_info())


@pytest.mark.parametrize("error", [OperationalError("no answer\nis the server running?"), ValueError("no answer")])
def test_a_request_without_a_database_leaves_one_line_and_no_traceback(error, caplog):
    with caplog.at_level(logging.ERROR, "django.request"):
        log_response("%s: %s", "Internal Server Error", "/", response=HttpResponseServerError(), exception=error)
    (line,) = (TextFormatter().format(log_record) for log_record in caplog.records)
    assert "Internal Server Error: /" in line and "no answer" in line
    assert (len(line.splitlines()) == 1) is isinstance(error, OperationalError)


def test_what_anybody_can_type_is_no_error_in_the_log(client, db, caplog):
    with caplog.at_level(logging.INFO):
        assert client.get("/", headers={"Host": "elsewhere.example"}).status_code == 400
        large = client.post("/accounts/login/", {f"f{number}": "x" for number in range(2_000)})
    assert large.status_code == 413
    (host, fields) = (line for line in caplog.records if line.name.startswith("django.security."))
    for line in (host, fields):
        assert line.levelname == "WARNING" and line.exc_info is None
    assert "elsewhere.example" in host.getMessage()


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_what_others_wrote_stays_on_its_line(formatter, text):
    line = formatter.format(record(text, sender=text))
    assert len(line.splitlines()) == 1
    assert not any(ord(letter) < 32 or letter in "\x7f\x85\u2028\u2029\u202e\u2066" for letter in line)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_value_is_read_back_from_json_as_it_was(text):
    assert json.loads(JsonFormatter().format(record("said", sender=text)))["sender"] == text


def test_a_field_of_text_cannot_pretend_to_be_another_one():
    assert TextFormatter().format(record("said", sender="x result=ok")).endswith('said sender="x result=ok"')


def test_lines_of_a_traceback_cannot_pretend_to_be_lines_of_the_log():
    first, *rest = TextFormatter().format(failed()).split("\n")
    assert first.endswith("ERROR hub.test: It failed") and rest and all(line.startswith("\t") for line in rest)
    assert "ValueError" in json.loads(JsonFormatter().format(failed()))["traceback"]


def test_a_line_names_its_request():
    with belonging_to("r-1"):
        assert TextFormatter().format(record("said")).endswith("said request_id=r-1")
        assert json.loads(JsonFormatter().format(record("said")))["request_id"] == "r-1"
    assert "request_id" not in TextFormatter().format(record("said"))


def test_an_event_leaves_out_what_it_does_not_know(caplog):
    caplog.set_level(logging.INFO, "hub.events")
    event("delivery", number=7, list="risk", reply=None, reason="", failed=0)
    assert caplog.records[0].fields == {"number": 7, "list": "risk", "failed": 0}


def test_a_person_has_one_name_in_the_log_which_a_command_tells():
    name = person("Kofi@Univ.example")
    assert name == person(" kofi@univ.example ") and name.endswith("@univ.example") and "kofi" not in name
    assert "@" not in person("my secret password") and person("") == ""
    out = StringIO()
    call_command("log_name", "kofi@univ.example", stdout=out)
    assert out.getvalue() == f"{name}\n"


def test_each_form_is_one_the_setting_offers():
    assert set(FORMATTERS) == {"text", "json"}


def test_a_fault_that_lasts_is_said_once_a_minute_and_tried_less_often(caplog, monkeypatch):
    moment = 0.0
    monkeypatch.setattr("hub.lib.repeats.time.monotonic", lambda: moment)
    repeats, waits = Repeats(logging.getLogger("hub.test"), "The worker"), []
    while moment < 300:
        repeats.failed(OSError("no\nconnection"), expected=True)
        waits.append(repeats.wait)
        moment += repeats.wait
    repeats.worked()
    assert waits[:5] == [1, 2, 4, 8, LONGEST_WAIT] and set(waits[5:]) == {LONGEST_WAIT}
    lines = [log_record.getMessage() for log_record in caplog.records]
    assert len(lines) == 6 and "works again" in lines[-1] and not any("\n" in line for line in lines)
    repeats.worked()
    assert len(caplog.records) == 6 and repeats.wait == 0
