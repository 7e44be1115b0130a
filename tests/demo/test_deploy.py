"""The production deployment says the same as the code: commands, variables, rooms; and its checks tell the truth."""

import re
import socket
import subprocess
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
    sources = [ROOT / "hub" / f"{name}.py" for name in ("settings", "env", "env_stores")]
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


# Not handed on: Docker keeps them, or they are of a hub without containers.
NOT_IN_COMPOSE = {"HUB_STATIC"}


def test_every_variable_of_the_processes_is_read_by_the_settings(compose: dict[str, Any]) -> None:
    for name in PROCESSES:
        variables = {key.removesuffix("_FILE") for key in compose["services"][name]["environment"]}
        assert variables <= read_variables()


def test_every_setting_of_the_readme_reaches_the_processes(compose: dict[str, Any]) -> None:
    readme = (ROOT / "README.md").read_text().partition("## Settings")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in readme.splitlines() if line.startswith("| `")]
    settings = set(re.findall(r"`((?:HUB|DATABASE|REDIS)_[A-Z_]+)`", " ".join(rows)))
    assert len(settings) > 40
    for name in PROCESSES:
        variables = {key.removesuffix("_FILE") for key in compose["services"][name]["environment"]}
        assert settings - variables - NOT_IN_COMPOSE == set()


def test_what_an_operator_writes_into_the_example_reaches_a_service() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    example = (ROOT / "hub" / "deploy" / "env.example").read_text()
    names = re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE)
    assert names and [name for name in names if f"${{{name}" not in text] == []


def test_images_have_exact_versions(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        tag = service["image"].rstrip("}").rpartition(":")[2]
        assert re.fullmatch(r"v?\d+\.\d+(\.\d+)?", tag), service["image"]
    dockerfile = (ROOT / "hub" / "deploy" / "Dockerfile").read_text()
    assert all(re.search(r":\d+\.\d+\.\d+", line) for line in re.findall(r"^FROM .*", dockerfile, re.MULTILINE))


def test_secrets_are_files_and_the_database_is_on_a_network_of_its_own(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        settings_given = service.get("environment", {})
        assert not [
            name for name in settings_given if re.search("PASSWORD|SECRET_KEY", name) and not name.endswith("_FILE")
        ]
    assert compose["networks"]["back"]["internal"] is True
    assert compose["services"]["database"]["networks"] == compose["services"]["redis"]["networks"] == ["back"]
    assert "requirepass" in str(compose["services"]["redis"]["command"])
    assert all("mem_limit" in service for service in compose["services"].values())
    networks = {name for service in compose["services"].values() for name in service["networks"]}
    assert networks == set(compose["networks"])


def test_the_page_that_examines_the_relay_reaches_it(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name in ("web", "smtpd", "worker"):
        assert set(services["relay"]["networks"]) <= set(services[name]["networks"])


def test_no_setting_stands_twice_in_the_example() -> None:
    example = (ROOT / "hub" / "deploy" / "env.example").read_text()
    names = re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE)
    assert sorted(set(names)) == sorted(names)


def test_the_secrets_that_compose_reads_are_made_by_the_script(compose: dict[str, Any], tmp_path: Path) -> None:
    command = ["bash", str(ROOT / "hub" / "deploy" / "secrets.sh"), str(tmp_path / "secrets")]
    subprocess.run(command, check=True)
    wanted = {Path(secret["file"]).name for secret in compose["secrets"].values()}
    secrets = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert set(secrets) == wanted
    assert all(len(secrets[name]) == 64 for name in ("secret_key", "database_password", "redis_password"))
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    subprocess.run(command, check=True)
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == secrets


def test_every_variable_that_compose_asks_for_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    example = (ROOT / "hub" / "deploy" / "env.example").read_text()
    settings_given = set(re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE))
    assert asked - settings_given == set()


def test_no_secret_has_a_value_in_the_repository(compose: dict[str, Any]) -> None:
    assert not re.search("PASSWORD=.|SECRET_KEY=.", (ROOT / "hub" / "deploy" / "env.example").read_text())
    assert "secrets/" in (ROOT / ".gitignore").read_text().split()
    assert compose["services"]["web"]["environment"]["HUB_DEMO"] == "${HUB_DEMO:-0}"


def test_named_volumes_are_declared(compose: dict[str, Any]) -> None:
    used = {mount.split(":")[0] for service in compose["services"].values() for mount in service.get("volumes", [])}
    used -= {"${HUB_KEYS"}
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
        monkeypatch.setattr(alive, "SMTP", nobody.getsockname())
        monkeypatch.setattr(alive, "WEB", f"http://127.0.0.1:{nobody.getsockname()[1]}")
        assert alive.main(["smtpd"]) == 1
        assert alive.main(["web"]) == 1
    assert alive.main(["webb"]) == 2
    assert "web, smtpd, worker" in capsys.readouterr().err
