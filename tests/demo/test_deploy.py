"""The production deployment says the same as the code: commands, variables, rooms; and its checks tell the truth."""

import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from hub.deploy import alive

ROOT = Path(__file__).resolve().parent.parent.parent
PROCESSES = ("migrate", "web", "smtpd", "worker")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text()))


def read_variables() -> set[str]:
    """Every variable that the settings read."""
    sources = [ROOT / "hub" / "settings.py", ROOT / "hub" / "env.py"]
    return set(re.findall(r'"((?:HUB|DATABASE|REDIS)_[A-Z_]+)"', "".join(path.read_text() for path in sources)))


def test_each_process_is_a_command_and_waits_for_what_it_needs(compose: dict[str, Any]) -> None:
    for name in PROCESSES:
        service = compose["services"][name]
        (command,) = service["command"]
        assert (ROOT / "hub" / "management" / "commands" / f"{command}.py").exists()
        conditions = {other: need["condition"] for other, need in service["depends_on"].items()}
        assert conditions["database"] == "service_healthy"
        if name != "migrate":
            assert conditions["migrate"] == "service_completed_successfully"
            assert service["healthcheck"]["test"][-1] in alive.CHECKS
    assert "healthcheck" in compose["services"]["database"]
    assert "healthcheck" in compose["services"]["redis"]


def test_every_variable_of_the_processes_is_read_by_the_settings(compose: dict[str, Any]) -> None:
    for name in PROCESSES:
        assert set(compose["services"][name]["environment"]) <= read_variables()


def test_every_variable_that_compose_asks_for_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    example = (ROOT / "hub" / "deploy" / "env.example").read_text()
    given = set(re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE))
    assert asked - given == set()


def test_no_secret_has_a_value_in_the_repository(compose: dict[str, Any]) -> None:
    example = (ROOT / "hub" / "deploy" / "env.example").read_text()
    for name in ("HUB_SECRET_KEY", "POSTGRES_PASSWORD"):
        assert re.search(rf"^{name}=$", example, re.MULTILINE)
        assert f"${{{name}:?" in (ROOT / "docker-compose.yml").read_text()
    assert compose["services"]["web"]["environment"]["HUB_DEMO"] == "${HUB_DEMO:-0}"


def test_named_volumes_are_declared(compose: dict[str, Any]) -> None:
    used = {mount.split(":")[0] for service in compose["services"].values() for mount in service.get("volumes", [])}
    assert used == set(compose["volumes"])


def test_the_image_holds_every_room_and_pins_what_it_installs() -> None:
    text = (ROOT / "hub" / "deploy" / "Dockerfile").read_text()
    allowed = (ROOT / "hub" / "deploy" / "Dockerfile.dockerignore").read_text().splitlines()
    for room in ("hub", "forums", "listserv", "conferences", "liaison", "cms"):
        assert f"COPY {room} {room}" in text
        assert f"!{room}" in allowed
    assert "--require-hashes -r requirements.lock" in text
    assert re.search(r"^USER hub$", text, re.MULTILINE)


def test_the_readme_lists_every_setting() -> None:
    text = (ROOT / "README.md").read_text()
    assert [name for name in sorted(read_variables()) if f"`{name}`" not in text] == []


def test_the_readme_speaks_of_accounts_that_exist() -> None:
    text = (ROOT / "README.md").read_text()
    members = (ROOT / "hub" / "demo" / "content" / "members.json").read_text()
    named = set(re.findall(r"[\w.]+@[\w.]+\.example\b", text)) - {"docs@hub.example"}
    people = {address for address in named if "@lists." not in address and not address.endswith("hub.example")}
    assert people
    assert all(f'"{address}"' in members for address in people)
    for password in re.findall(r"(?:/ |password )`([a-z]+-[a-z]+-\d\d)`|:([a-z]+-[a-z]+-\d\d) ", text):
        assert f'"{"".join(password)}"' in members


class _Health(BaseHTTPRequestHandler):
    """A hub whose worker is down."""

    def do_GET(self) -> None:
        self.send_response(503)
        self.end_headers()
        self.wfile.write(b'{"ok": false, "parts": {"database": {"ok": true}, "worker": {"ok": false}}}')

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def hub_without_worker() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Health)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_check_of_the_worker_fails_and_says_nothing_wrong_of_the_web(
    hub_without_worker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_ALIVE_WEB", hub_without_worker)
    assert alive.main(["worker"]) == 1
    monkeypatch.setattr(alive, "WEB", hub_without_worker)
    assert alive.main(["web"]) == 0


def test_a_check_without_anybody_there_fails_and_a_wrong_name_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setattr(alive, "DOOR", nobody.getsockname())
        monkeypatch.setattr(alive, "WEB", f"http://127.0.0.1:{nobody.getsockname()[1]}")
        assert alive.main(["smtpd"]) == 1
        assert alive.main(["web"]) == 1
    assert alive.main(["webb"]) == 2
    assert "web, smtpd, worker" in capsys.readouterr().err
