"""What is seen of each request and socket, and how the queue workers bear a database that is away."""

import ipaddress
import re
import threading
import urllib.request
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import OperationalError
from django.http import HttpResponse
from prometheus_client import REGISTRY

from hub.lib import metrics as metrics_module
from hub.lib.endpoints import Endpoint
from hub.lib.logs import request_id
from hub.runtime import observing, starting
from hub.runtime import worker as worker_module
from hub.runtime.health import metrics, parts
from hub.runtime.worker import QueueWorker
from tests.listserv.gateway.conftest import free_port

ROOT = Path(__file__).resolve().parents[2]


def figure(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


# --- Requests ------------------------------------------------------------------------------------------------------


@pytest.fixture
def trusted(settings):
    settings.HUB_TRUSTED_PROXIES = (ipaddress.ip_network("192.0.2.1/32"),)


def asked(rf, *, peer: str, offered: str) -> tuple[str, str]:
    """Return the identifier in the answer, and the one the lines of the log had."""
    seen: list[str] = []

    def view(_request: Any) -> HttpResponse:
        seen.append(request_id.get())
        return HttpResponse("ok")

    request = rf.get("/", REMOTE_ADDR=peer, HTTP_X_REQUEST_ID=offered)
    answer = observing.ObservingMiddleware(view)(request)
    return answer.headers["X-Request-ID"], seen[0]


def test_an_identifier_is_taken_from_a_trusted_proxy_alone(rf, trusted):
    assert asked(rf, peer="192.0.2.1", offered="edge-42") == ("edge-42", "edge-42")
    for peer, offered in (("192.0.2.9", "edge-42"), ("192.0.2.1", "a\r\nb"), ("192.0.2.1", "x" * 200), ("x", "")):
        answered, logged = asked(rf, peer=peer, offered=offered)
        assert answered == logged and re.fullmatch("[0-9a-f]{16}", answered)
    assert request_id.get() == ""


@pytest.mark.django_db
def test_requests_are_counted_by_route_and_status(client):
    before = figure("hub_http_requests_total", route="account_login", status="2xx")
    nowhere = figure("hub_http_requests_total", route="none", status="4xx")
    timed = figure("hub_http_request_seconds_count", route="account_login")
    assert re.fullmatch("[0-9a-f]{16}", client.get("/accounts/login/").headers["X-Request-ID"])
    client.get("/wp-login.php?x=1")
    client.get("/healthz")
    assert figure("hub_http_requests_total", route="account_login", status="2xx") == before + 1
    assert figure("hub_http_request_seconds_count", route="account_login") == timed + 1
    assert figure("hub_http_requests_total", route="none", status="4xx") >= nowhere


async def test_frames_of_sockets_are_counted():
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(request_id.get())
        await receive()
        await send({"type": "websocket.send", "text": "a"})
        await send({"type": "websocket.close"})

    async def receive() -> Any:
        return {"type": "websocket.receive", "text": "x"}

    async def send(_message: Any) -> None:
        assert figure("hub_sockets") == opened + 1

    opened = figure("hub_sockets")
    before = [figure("hub_socket_frames_total", direction=way) for way in ("in", "out")]
    await observing.observe_socket(app)({"headers": [], "client": ("x", 1)}, receive, send)
    after = [figure("hub_socket_frames_total", direction=way) for way in ("in", "out")]
    assert [new - old for new, old in zip(after, before, strict=True)] == [1, 1]
    assert figure("hub_sockets") == opened and len(seen[0]) == 16


# --- Queue workers -------------------------------------------------------------------------------------------------


def test_a_queue_worker_without_a_database_is_called_less_often_and_says_so_once(caplog, monkeypatch):
    waits: list[float] = []
    calls: list[datetime] = []

    def work(moment: datetime) -> int:
        calls.append(moment)
        # Prompts come all the time.
        worker.woken.set()
        if len(calls) == 6:
            worker.stopping = True
        raise OperationalError("the database is away")

    worker = QueueWorker("mailings", work)
    monkeypatch.setattr(worker.ended, "wait", waits.append)
    monkeypatch.setattr(worker_module, "close_old_connections", lambda: None)
    monkeypatch.setattr(worker_module.connections, "close_all", lambda: None)
    failures = figure("hub_worker_failures_total", worker="mailings")
    errors = figure("hub_database_errors_total", where="worker")
    worker.run()
    assert waits == [1, 2, 4, 8, 15]
    assert [(record.levelname, record.exc_info) for record in caplog.records] == [("ERROR", None)]
    assert figure("hub_worker_failures_total", worker="mailings") == failures + 6
    assert figure("hub_database_errors_total", where="worker") == errors + 6


def test_a_queue_worker_that_is_stopped_does_not_wait_for_its_next_try():
    worker = QueueWorker("mailings", lambda _now: 0)
    worker.repeats.failures = 9
    thread = threading.Thread(target=worker.ended.wait, args=(60,))
    thread.start()
    worker.stop()
    thread.join(30)
    assert not thread.is_alive()


# --- Figures and rules ---------------------------------------------------------------------------------------------


def names() -> set[str]:
    """Return the names of all figures of the hub's own, as Prometheus knows them."""
    text = metrics().content.decode()
    exported = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE hub_")}
    counters = {
        f"{name}_total" for name in exported if f"# TYPE {name} counter" in text and not name.endswith("_total")
    }
    bare = {name for name in exported if f"# TYPE {name} counter" in text and not name.endswith("_total")}
    return {name for name in exported - bare if not name.endswith("_created")} | counters


@pytest.fixture
def _all_parts(db):
    from hub.lib import heartbeats
    from hub.lib.models import Heartbeat

    moment = heartbeats.now()
    for kind in ("web", "worker", "smtp"):
        Heartbeat.objects.create(name=kind, kind=kind, at=moment, started_at=moment)
    assert {part.name for part in parts()} >= {"web", "worker", "smtp", "mail queue"}


@pytest.mark.usefixtures("_all_parts")
def test_every_figure_is_explained_and_every_one_that_is_explained_is_there():
    paper = (ROOT / "hub" / "docs" / "operating.md").read_text().partition("## Figures")[2]
    explained = {
        name for row in re.findall(r"^\| (`hub_.*?) \|", paper, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    }
    assert names() == explained and len(explained) > 35


@pytest.mark.usefixtures("_all_parts")
def test_every_figure_of_the_rules_is_there():
    rules = yaml.safe_load((ROOT / "hub" / "deploy" / "alerts.yml").read_text())
    known = names()
    alerts = [rule for group in rules["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in alerts}) == len(alerts) > 10
    for rule in alerts:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"} and rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in {"page", "warning"}
        used = {name.removesuffix("_bucket") for name in re.findall(r"\bhub_\w+", rule["expr"])}
        assert used and used <= known, rule["alert"]
        assert rule["expr"].count("(") == rule["expr"].count(")")


def test_a_process_gives_its_figures_at_an_address_of_its_own(settings, monkeypatch):
    port = free_port()
    settings.HUB_METRICS = Endpoint("127.0.0.1", port)
    end = starting.serve_metrics()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            assert b"hub_copies_total" in answer.read()
        with pytest.raises(starting.StartError, match="HUB_METRICS"):
            starting.serve_metrics()
    finally:
        end()
    settings.HUB_METRICS = None
    starting.serve_metrics()()


def test_only_errors_of_the_database_are_counted_as_such():
    before = figure("hub_database_errors_total", where="web")
    metrics_module.note_error(ValueError(), "web")
    metrics_module.note_error(OperationalError(), "web")
    assert figure("hub_database_errors_total", where="web") == before + 1
