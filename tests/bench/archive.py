"""Bring in and give out 10,000 messages and every shared mbox; print counts, differences and seconds.

``python tests/bench/archive.py [10000] [/path/to/corpora]``: a made-up archive with threads, wrong clocks, files sent
again and again and names in many scripts is imported by ``manage.py import_mbox``, which is killed (``kill -9``) at
random moments and started again until it is done; then imported once more, which must bring nothing new; then
exported. The standard library reads both sides. SQLite, or PostgreSQL with ``DATABASE_URL``.
"""

import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
os.environ["HUB_DATA"] = tempfile.mkdtemp(prefix="hub-bench-")
os.environ.setdefault("HUB_LOG_LEVEL", "WARNING")
django.setup()

from django.core.management import call_command  # noqa: E402 - after the settings
from django.db import connection  # noqa: E402

from forums import services as forums  # noqa: E402
from forums.models import Contribution, ForumPolicy  # noqa: E402
from hub.lib.clock import now  # noqa: E402
from listserv.models import ArchiveImport  # noqa: E402
from tests.listserv.archive.conftest import message, write_mbox  # noqa: E402
from tests.listserv.archive.facts import export, facts, known_parents  # noqa: E402

KILLS = 8
NAMES = ("Amina Diallo", "陈伟", "Юрий Ким", "ليلى حداد", "José Peña", "O'Brien, Pat", "Ærø Ødegård")


def make_up(count: int, path: Path) -> Path:
    """Write the archive."""
    chance = random.Random(7)
    mails = []
    for number in range(count):
        answers = chance.randrange(max(number - 40, 0), number) if number and chance.random() < 0.7 else None
        who = chance.randrange(200)
        mails.append(
            message(
                number,
                answers=answers,
                minutes=number * 5 - (600 if chance.random() < 0.02 else 0),
                author=f'"{NAMES[who % 7]} {who}" <writer{who}@old.example>',
                text="Field trials need a baseline.\n" * chance.randrange(1, 60) + "\nFrom me.\n",
                files={f"Anlage {number % 9} – ü.pdf": b"%PDF" + bytes([number % 50]) * 9_000}
                if chance.random() < 0.1
                else {},
            )
        )
    return write_mbox(path, mails)


def run(name: str, path: Path, *, kill_at: int | None = None) -> tuple[float, str]:
    """Import by the command; return the seconds and what it said.

    Args: kill_at, kill it within a batch once so many messages are in.
    """
    begun = time.perf_counter()
    command = [sys.executable, str(ROOT / "manage.py"), "import_mbox", name, str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    while kill_at is not None and process.poll() is None:
        if (ArchiveImport.objects.values_list("created", flat=True).first() or 0) >= kill_at:
            time.sleep(random.uniform(0.0, 0.4))
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.2)
    said = process.communicate()[0].strip() or "killed"
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - begun, f"{said} (processor time of all runs {used.ru_utime + used.ru_stime:.0f} s)"


def compare(name: str, path: Path, folder: Path) -> int:
    """Export a list and return in how many messages it differs from what was brought in."""
    given = facts(path)
    row = forum_of(name)
    begun = time.perf_counter()
    out = export(row.forum.mailing_list, folder / f"{name}.out.mbox")
    seconds = time.perf_counter() - begun
    got = facts(out)
    differences = sorted(key for key in given.keys() | got.keys() if given.get(key) != got.get(key))
    rows = Contribution.objects.filter(post__topic__forum=row.forum).select_related("parent")
    parents = {key_of(one): key_of(one.parent) for one in rows.iterator() if one.parent}
    known = known_parents(given)
    wrong = {key for key in given if parents.get(key) != known.get(key)}
    print(
        f"{name}: {len(given)} in, {len(got)} out in {seconds:.1f} s, {len(differences)} differ, "
        f"{len(wrong)} under another parent"
    )
    for key in differences[:5]:
        print("   ", given.get(key), "\n   ", got.get(key))
    return len(differences) + len(wrong)


def key_of(row: Contribution) -> str:
    """Return the Message-ID a contribution came with."""
    return str((row.imported or {}).get("message_id", row.message_id))


def forum_of(name: str) -> ForumPolicy:
    """Return the policy of a list's forum, made when there is none."""
    found = ForumPolicy.objects.filter(forum__mailing_list__name=name).first()
    return found or forums.create_forum(name=name, slug=name, preset="closed", now=now())


def main() -> None:
    """Run it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    corpora = Path(sys.argv[2] if len(sys.argv) > 2 else os.environ.get("HUB_CORPORA", ROOT.parent / "shared/corpora"))
    call_command("migrate", verbosity=0)
    folder = Path(os.environ["HUB_DATA"])
    path = make_up(count, folder / "in.mbox")
    forum_of("bench")
    print(f"{connection.vendor}, {count} messages, {path.stat().st_size / 1e6:.1f} MB")
    chance = random.Random(3)
    total = 0.0
    for kill_at in sorted(chance.randrange(1, count) for _kill in range(KILLS)):
        seconds, said = run("bench", path, kill_at=kill_at)
        total += seconds
        print(f"after {seconds:.1f} s: {ArchiveImport.objects.get().created} of {count} are in: {said}", flush=True)
    seconds, said = run("bench", path)
    print(f"{total + seconds:.1f} s with {KILLS} kills. {said}")
    seconds, said = run("bench", path)
    print(f"again: {seconds:.1f} s. {said}")
    bad = compare("bench", path, folder)
    for number, mbox in enumerate(sorted(corpora.glob("mail/**/*.mbox"))):
        forum_of(f"mbox{number}")
        seconds, said = run(f"mbox{number}", mbox)
        print(f"{mbox.name}: {seconds:.1f} s. {said}")
        bad += compare(f"mbox{number}", mbox, folder)
    print("no difference" if not bad else f"{bad} DIFFERENCES")
    raise SystemExit(bool(bad))


if __name__ == "__main__":
    main()
