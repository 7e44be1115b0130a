"""The connections that the processes hold to PostgreSQL: few under load, none lost, and a pooler in between."""

import http.cookiejar
import os
import re
import smtplib
import subprocess
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from hub.private import readable_by_all
from tests.flow import load, running
from tests.services import program

pytestmark = [pytest.mark.postgres, pytest.mark.redis]
MOST = 25  # connections of one web process


def signed_in(base: str, account: dict[str, str]) -> tuple[urllib.request.OpenerDirector, str]:
    """Sign in by the form; return who is signed in, and their cookie."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = opener.open(f"{base}/accounts/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    form = {"csrfmiddlewaretoken": token[1], "login": account["email"], "password": account["password"]}
    request = urllib.request.Request(
        f"{base}/accounts/login/", urllib.parse.urlencode(form).encode(), {"Referer": f"{base}/accounts/login/"}
    )
    assert opener.open(request).status == 200
    return opener, "; ".join(f"{one.name}={one.value}" for one in jar)


def test_requests_leave_no_connections_behind(production_hub):
    name = production_hub.env["DATABASE_URL"].rpartition("/")[2]
    _opener, cookie = signed_in(production_hub.web, production_hub.who("member"))
    discussion = urllib.parse.urlsplit(production_hub.demo["lists"][0]["url"]).path
    with load.counted(name) as counts:
        for path in ("/", discussion):
            statuses = load.hammer([production_hub.web], path=path, total=120, at_once=30, cookie=cookie)
            assert statuses == {200: 120}, path
        # Under such a load a part may truly be late, which 503 says; an answer it is all the same.
        health = load.hammer([production_hub.web], path="/healthz", total=120, at_once=30, cookie=cookie)
        assert health[200] and health[200] + health[503] == 120, health
        load.give_up(production_hub.web, path="/", times=60)
        assert load.hammer([production_hub.web], path="/", total=60, at_once=30, cookie=cookie) == {200: 60}
    assert 0 < counts.most["all"] <= MOST


@pytest.fixture
def bouncer(tmp_path: Path) -> Iterator[int]:
    """A PgBouncer in transaction mode with three connections to the server; return its port."""
    port = running.free_port()
    place = psycopg.conninfo.conninfo_to_dict(running.POSTGRES)
    login = " ".join(f"{key}={place[key]}" for key in ("user", "password") if place.get(key))
    config = tmp_path / "pgbouncer.ini"
    with readable_by_all():
        config.touch()
    config.write_text(
        f"[databases]\n* = host={place['host']} port={place.get('port', 5432)} {login}\n[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n"
        f"default_pool_size = 3\nmax_client_conn = 300\nlogfile = {tmp_path}/pgbouncer.log\n"
    )
    for path in (tmp_path, *tmp_path.parents[:3]):
        path.chmod(0o755) if path.stat().st_uid == os.geteuid() and path != Path("/tmp") else None
    tmp_path.chmod(0o777)
    binary = program("pgbouncer")
    assert binary is not None
    as_user = ["-u", "postgres"] if os.geteuid() == 0 else []
    process = subprocess.Popen([binary, *as_user, str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def answers() -> bool:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    try:
        running.wait_for(answers, seconds=60, what="PgBouncer")
        yield port
    finally:
        process.terminate()
        process.wait(60)


@pytest.mark.pgbouncer
def test_a_pooler_that_hands_out_connections_for_a_transaction_serves_every_part(production_hub, bouncer, tmp_path):
    name = production_hub.env["DATABASE_URL"].rpartition("/")[2]
    web, smtp = running.free_port(), running.free_port()
    env = {
        **production_hub.env,
        "DATABASE_URL": f"postgresql://postgres@127.0.0.1:{bouncer}/{name}?application_name=bounced",
        "HUB_DB_BOUNCER": "1",
        "HUB_WEB": f"127.0.0.1:{web}",
        "HUB_SMTP": f"127.0.0.1:{smtp}",
    }
    hub = running.RunningHub(production_hub.data, env, f"http://127.0.0.1:{web}", smtp)
    hub.data, logs = tmp_path, hub.data
    # The worker that does the work is the one behind the pooler.
    production_hub.stop("worker")
    try:
        hub.run("prepare")
        for part in ("web", "smtpd", "worker"):
            hub.start(part)
        hub.wait_until_healthy()
        sender = production_hub.who("member")
        word = f"pooled {uuid.uuid4().hex[:10]}"
        with smtplib.SMTP("127.0.0.1", smtp, timeout=60) as client:
            client.login(sender["email"], sender["password"])
            [listed] = [row for row in production_hub.demo["lists"] if sender["email"] in row["members"]][:1]
            client.sendmail(
                sender["email"],
                [listed["address"]],
                f"From: <{sender['email']}>\r\nTo: {listed['address']}\r\nSubject: {word}\r\n\r\nBehind a pooler.\r\n",
            )
        opener, cookie = signed_in(hub.web, sender)
        page = f"{hub.web}{urllib.parse.urlsplit(listed['url']).path}"
        running.wait_for(lambda: word in opener.open(page).read().decode(), seconds=60, what="The contribution")
        running.wait_for(
            lambda: any(word.encode() in path.read_bytes() for path in (logs / "outbox").glob("*.eml")),
            seconds=60, what="The copies",
        )  # fmt: skip
        assert load.hammer([hub.web], path="/", total=150, at_once=30, cookie=cookie) == {200: 150}
        listname = listed["address"].partition("@")[0]
        hub.run("export_mbox", listname, "-o", str(tmp_path / "list.mbox"))
        assert word.encode() in (tmp_path / "list.mbox").read_bytes()
        for part in ("web", "smtpd", "worker"):
            assert "prepared statement" not in hub.log(part) and "Traceback" not in hub.log(part), hub.log(part)
    finally:
        hub.stop_all()
        production_hub.start("worker")
    production_hub.wait_until_healthy()
