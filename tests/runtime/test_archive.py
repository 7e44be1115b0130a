"""One command writes an archive, one restores it, on either database, and nothing is sent twice."""

import json
import os
import re
import sqlite3
import tarfile
from pathlib import Path

import psycopg
import pytest

from tests.runtime.moving import manage, migrate, postgres_database, rows_in, run, shell

SEED = """
from forums import services
from hub.members.models import Member
from datetime import UTC, datetime
now = datetime(2026, 11, 24, tzinfo=UTC)
who = Member.objects.create_user(email="a@b.example", name="A B", is_active=True, is_staff=True)
forum = services.create_forum(name="F", slug="f", preset="closed", now=now).forum_id
upload = services.Upload("a.pdf", b"%PDF", "application/pdf")
services.publish(draft=services.Draft(forum_id=forum, text="Kept", files=(upload,)), author=who, origin="web", now=now)
"""
# A network of 2,000 with a mailing of which every second subscriber has the copy already.
NETWORK = """
from datetime import UTC, datetime, timedelta
from allauth.account.models import EmailAddress
from forums import services
from forums.models import LogEntry, Membership
from hub.members.affiliations import name_focal_point, record_organisation
from hub.members.models import Member
from listserv.models import Mailing, MailingList, Subscription
now = datetime.now(UTC)
chair = Member.objects.filter(is_staff=True).first()
forum = services.create_forum(name="Two thousand", slug="two-thousand", preset="members", now=now).forum_id
people = Member.objects.bulk_create(
    Member(email=f"person{n}@network.example", name=f"Person {n} \\u0639\\u0645\\u0631", is_active=True, country="KE")
    for n in range(2_000)
)
EmailAddress.objects.bulk_create(EmailAddress(user=m, email=m.email, verified=True, primary=True) for m in people)
Membership.objects.bulk_create(Membership(forum_id=forum, member=m, joined_at=now) for m in people)
box = MailingList.objects.get(forum_id=forum)
Subscription.objects.bulk_create(Subscription(list=box, member=m, created_at=now) for m in people)
upload = services.Upload("seeds.txt", b"maize", "text/plain")
draft = services.Draft(forum_id=forum, subject="Half", text="Sent by halves, @Kofi Anokye", files=(upload,))
topic = services.publish(draft=draft, author=chair, origin="web", now=now).contribution.topic_id
kofi = Member.objects.get(name="Kofi Anokye")
services.admit_member(forum_id=forum, member=kofi, now=now, actor=chair)
services.follow_topic(member=kofi, topic_id=topic, level="watching", now=now)
services.change_discussion(forum_id=forum, changes={"closes_at": now + timedelta(days=30)}, actor=chair, now=now)
# An entry refers to a later one.
first, *_others, last = LogEntry.objects.order_by("pk")
LogEntry.objects.filter(pk=first.pk).update(undone_by=last)
name_focal_point(member=kofi, actor=chair, now=now, organisation=record_organisation(name="FAO", actor=chair))
keys = sorted(Subscription.objects.filter(list=box).values_list("pk", flat=True))
Mailing.objects.filter(list=box).update(cursor=keys[999], sent=1_000)
print(Mailing.objects.filter(list=box, state="sending").count())
"""
# Tables in which that network, or the demo before it, has rows.
OF_FORUMS = """concern discussionproposal joinrequest logentry periodnotification topicfollow""".split()
OF_MEMBERS = """focalpoint invitation organisation""".split()
SEND = """
from hub.lib.clock import now
from listserv.outbound.delivery_worker import deliver_mailings
print(sum(iter(lambda: deliver_mailings(now()), 0)))
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    data = tmp_path_factory.mktemp("hub")
    migrate(data)
    shell(data, SEED)
    (data / "dkim-hub2026.pem").write_text("a key")
    return data


@pytest.fixture(scope="module")
def archive(hub, tmp_path_factory):
    file = tmp_path_factory.mktemp("archive") / "hub.tar.gz"
    run(hub, "backup", str(file))
    return file


def test_a_hub_comes_back_whole_and_holds_its_mail_until_a_person_decides(archive, tmp_path):
    assert archive.stat().st_mode & 0o777 == 0o600
    data = tmp_path / "new"
    output = run(data, "restore", str(archive))
    assert "--resume" in output and "--discard" in output
    with sqlite3.connect(data / "hub.sqlite3") as restored:
        assert restored.execute("SELECT content FROM forum_conversation_post").fetchall() == [("Kept",)]
    for name in ("secret_key", "attachments", "dkim-hub2026.pem"):
        assert (data / name).exists()
    again = manage(data, "restore", str(archive))
    assert again.returncode == 1 and "--replace" in again.stderr
    assert "on hold" in run(data, "queue")
    assert run(data, "queue", "--resume").strip() == "Delivery has resumed."
    assert manage(data, "queue", "--resume").returncode == 1


def test_a_backup_says_which_keys_it_holds_and_which_it_does_not(hub, tmp_path):
    own = run(hub, "backup", str(tmp_path / "own.tar.gz"))
    assert "secret_key" in own and "dkim-hub2026.pem" in own
    key = hub / "secret_key"
    content = key.read_text()
    key.unlink()
    try:
        output = run(hub, "backup", str(tmp_path / "told.tar.gz"), HUB_SECRET_KEY="k" * 40)
    finally:
        key.write_text(content)
    assert "The secret key is not in it" in output and "HUB_SECRET_KEY" in output
    with tarfile.open(tmp_path / "told.tar.gz") as tar:
        assert not [name for name in tar.getnames() if "secret_key" in name]


@pytest.mark.parametrize(
    "content", [b"not an archive", b"", pytest.param("cut", id="cut short"), pytest.param("link", id="a link")]
)
def test_a_file_that_is_no_archive_changes_nothing(hub, archive, tmp_path, content):
    before = (hub / "hub.sqlite3").read_bytes()
    wrong = tmp_path / "wrong.tar.gz"
    if content == "cut":
        wrong.write_bytes(archive.read_bytes()[:-2_000])
    elif content == "link":
        (tmp_path / "meta.json").symlink_to("/etc/hostname")
        with tarfile.open(wrong, "w:gz") as tar:
            tar.add(tmp_path / "meta.json", arcname="meta.json")
    else:
        wrong.write_bytes(content)
    done = manage(hub, "restore", str(wrong), "--replace")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert (hub / "hub.sqlite3").read_bytes() == before


def _changed(archive: Path, target: Path, change) -> Path:
    """Write an archive again with another meta.json."""
    with tarfile.open(archive) as tar, tarfile.open(target, "w:gz") as new:
        # The filter came with Python 3.11.4; later versions ask for one.
        tar.extractall(target.parent / "out", **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
        meta = json.loads((target.parent / "out" / "meta.json").read_text())
        change(meta)
        (target.parent / "out" / "meta.json").write_text(json.dumps(meta))
        for name in sorted(os.listdir(target.parent / "out")):
            new.add(target.parent / "out" / name, arcname=name)
    return target


def test_an_archive_of_a_newer_release_is_refused_by_name(archive, tmp_path):
    newer = _changed(archive, tmp_path / "a.tar.gz", lambda meta: meta["migrations"].append(["forums", "9999_later"]))
    done = manage(tmp_path / "new", "restore", str(newer))
    assert done.returncode == 1 and "forums.9999_later" in done.stderr and "Traceback" not in done.stderr


def test_missing_rows_are_noticed_and_nothing_is_put_in_place(archive, tmp_path):
    def promise_more(meta):
        meta["rows"]["members_member"] += 1

    short = _changed(archive, tmp_path / "a.tar.gz", promise_more)
    done = manage(tmp_path / "new", "restore", str(short))
    assert done.returncode == 1 and "members_member" in done.stderr
    assert not (tmp_path / "new" / "hub.sqlite3").exists()
    assert not [path for path in (tmp_path / "new").iterdir() if "sqlite3" in path.name]


def files_under(folder):
    return {path.name for path in folder.rglob("*") if path.is_file()}


@pytest.mark.postgres
def test_a_hub_of_two_thousand_moves_to_postgresql_and_back_and_nothing_is_sent_twice(tmp_path):
    old, new, back = (tmp_path / name for name in ("old", "new", "back"))
    run(old, "prepare", HUB_DEMO="1")
    assert shell(old, NETWORK).strip() == "1"
    run(old, "queue", "--hold")
    run(old, "backup", str(tmp_path / "old.tar.gz"))
    with postgres_database() as url:
        variables = {"DATABASE_URL": url, "HUB_SECRET_KEY": (old / "secret_key").read_text()}
        # What stands there already goes, a table of a later release that refers to a member as well.
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE django_migrations (id serial, app text, name text, applied timestamptz)")
            connection.execute("INSERT INTO django_migrations (app, name) VALUES ('members', '9999_later')")
            connection.execute("CREATE TABLE members_member (id bigint PRIMARY KEY)")
            connection.execute("CREATE TABLE members_later (member_id bigint REFERENCES members_member(id))")
            connection.execute("INSERT INTO members_member VALUES (1)")
        refused = manage(new, "restore", str(tmp_path / "old.tar.gz"), **variables)
        assert refused.returncode == 1 and "--replace" in refused.stderr
        run(new, "restore", str(tmp_path / "old.tar.gz"), "--replace", **variables)
        with psycopg.connect(url) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            assert ("members_later",) not in tables and ("members_member",) in tables
            assert connection.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'hub_%'").fetchone() == (0,)
        run(new, "backup", str(tmp_path / "new.tar.gz"), **variables)
        before, after = rows_in(tmp_path / "old.tar.gz"), rows_in(tmp_path / "new.tar.gz")
        assert len(before["members_member"]) > 2_000
        tables = {f"forums_{name}" for name in OF_FORUMS} | {f"members_{name}" for name in OF_MEMBERS}
        assert not {name for name in tables if not before.get(name)}
        assert {name for name in before if before[name] != after.get(name)} == set()
        assert set(after) == set(before)
        attachments = files_under(old / "attachments")
        assert attachments and attachments == files_under(new / "attachments")
        # On hold: nothing goes out before somebody says so.
        assert shell(new, SEND, **variables).strip() == "0"
        run(new, "queue", "--resume", **variables)
        shell(new, SEND, **variables)
        sent = [path.read_text(errors="replace") for path in (new / "outbox").glob("*.eml")]
        receivers = [int(number) for text in sent for number in set(re.findall(r"person(\d+)@network", text))]
        assert sorted(receivers) == list(range(1_000, 2_000))
        # New rows are numbered after the restored ones.
        shell(new, SEED.replace("a@b.example", "c@d.example").replace('slug="f"', 'slug="g"'), **variables)
    run(back, "restore", str(tmp_path / "new.tar.gz"))
    run(back, "backup", str(tmp_path / "back.tar.gz"))
    assert rows_in(tmp_path / "back.tar.gz") == before
