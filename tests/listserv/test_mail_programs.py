"""Real mail programs answer a real copy: what they do with Reply-To, the list and our foot, and what comes of it."""

import os
import pty
import re
import select
import shutil
import subprocess
import time
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from forums.models import Contribution
from hub.lib.clock import now as clock
from listserv.mail.mbox import entry
from listserv.models import InboundMail, Notice, Subscription
from listserv.outbound.render import Renderer
from listserv.outbound.roster import Form, Receiver
from tests.listserv.gateway.conftest import SmtpServer, drain

pytestmark = pytest.mark.mailers
WORDS = "Thirty, I say."
SETTINGS = """
set from="Boris <{address}>" realname="Boris Horvat" use_from=yes smtp_url="smtp://127.0.0.1:{port}" ssl_starttls=no
set editor="{folder}/edit" abort_unmodified=no recall=no copy=no include=yes fast_reply=yes mail_check=0 wait_key=no
set folder="{folder}" spoolfile="{folder}/box" mbox="{folder}/kept" record="" postponed="{folder}/post"
set move=no delete=no reply_to=yes confirmcreate=no ssl_force_tls=no
"""


@pytest.fixture
def copy(people: Any, tmp_path: Path) -> Any:
    """The copy that Boris got, in a mailbox of his; what it is about."""
    contribution = people.say(people.amina, "Twenty metres\n\nare enough.", subject="Distances", now=clock())
    row = Subscription.objects.get(member=people.boris)
    receiver = Receiver(row.pk, people.boris.pk, people.boris.email, "en", Form.TEXT)
    renderer = Renderer(contribution.mailings.get())
    renderer.prepare([receiver])
    raw = b"".join(renderer.envelope(receiver).parts)
    (tmp_path / "box").write_bytes(entry(raw, sender="hub@lists.hub.example", sent=clock()).replace(b"\r\n", b"\n"))
    return contribution


def s_nail(smtp_server: SmtpServer, folder: Path, member: Any, command: str) -> None:
    """Answer the first mail of the box with ``command``, with all of it quoted above."""
    options = {"mta": f"smtp://127.0.0.1:{smtp_server.port}", "smtp-auth": "none", "from": f"Boris <{member.email}>"}
    words = [f"-S{name}={value}" for name, value in options.items()]
    program = shutil.which("s-nail") or "s-nail"
    done = subprocess.run(
        [program, "-n", "-#", "-Sv15-compat", "-Squote", *words, "-f", str(folder / "box")],
        input=f"{command} 1\n{WORDS}\n~.\nxit\n",
        env={"HOME": str(folder), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert InboundMail.objects.exists(), done.stderr


def mutt(smtp_server: SmtpServer, folder: Path, member: Any, key: str) -> None:
    """Answer the first mail of the box with a key, as a person at a terminal does."""
    (folder / "rc").write_text(SETTINGS.format(address=member.email, port=smtp_server.port, folder=folder))
    (folder / "edit").write_text(f'#!/bin/sh\necho "{WORDS}" >> "$1"\n')
    (folder / "edit").chmod(0o700)
    ours, theirs = pty.openpty()
    env = {"HOME": str(folder), "PATH": os.environ["PATH"], "TERM": "xterm", "LC_ALL": "C.UTF-8"}
    program = [shutil.which("mutt") or "mutt", "-n", "-F", str(folder / "rc"), "-f", str(folder / "box")]
    with subprocess.Popen(program, stdin=theirs, stdout=theirs, stderr=theirs, env=env, start_new_session=True) as run:
        try:
            for wait_for, type_it in ((b"Distances", key), (b"y:Send", "y"), (b"Mail sent", "q")):
                _read_until(ours, wait_for)
                os.write(ours, type_it.encode())
        finally:
            run.terminate()
            os.close(theirs)
            os.close(ours)


def _read_until(terminal: int, words: bytes) -> None:
    seen, end = b"", time.monotonic() + 60
    while words not in seen:
        assert time.monotonic() < end, seen[-2_000:]
        if select.select([terminal], [], [], 0.2)[0]:
            seen += os.read(terminal, 65_536)


def published(contribution: Any) -> Contribution:
    made = Contribution.objects.exclude(pk=contribution.pk).get()
    shown = made.text + made.folded + made.html
    assert WORDS in made.text and "are enough." in made.text + made.folded
    assert not re.search(r"\+[ra]\.(?!hidden@)", shown) and "/lists/" not in made.text
    return made


def test_mutt_answers_where_reply_to_says_and_needs_no_other_proof(people, smtp_server, copy, tmp_path):
    mutt(smtp_server, tmp_path, people.boris, "r")
    drain()
    assert published(copy).parent == copy and InboundMail.objects.get().proof == "token"


def test_mutts_answer_to_the_list_is_held_and_told_how_not_to_be_asked_again(people, smtp_server, copy, tmp_path):
    Notice.objects.all().delete()
    mutt(smtp_server, tmp_path, people.boris, "L")
    row = InboundMail.objects.get()
    assert (row.state, row.member, row.kind) == ("held", people.boris, "post")
    raw = bytes(Notice.objects.get(recipients=[people.boris.email]).raw)
    text = message_from_bytes(raw, policy=policy.default).get_body(("plain",)).get_content()
    assert "“Reply to list” does not" in " ".join(text.split()) and "DMARC" in text


def test_s_nails_answer_to_the_author_alone_stays_private_and_says_so(people, smtp_server, copy, tmp_path):
    Notice.objects.all().delete()
    s_nail(smtp_server, tmp_path, people.boris, "Reply")
    row = InboundMail.objects.get()
    assert (row.kind, row.state) == ("alias", "held")
    InboundMail.objects.update(state="queued", proof="confirmed")
    drain()
    assert not Contribution.objects.exclude(pk=copy.pk).exists()
    raws = {row.recipients[0]: bytes(row.raw) for row in Notice.objects.order_by("pk")}
    for_author, for_writer = (
        message_from_bytes(raws[who.email], policy=policy.default).get_body(("plain",)).get_content()
        for who in (people.amina, people.boris)
    )
    assert WORDS in for_author and "/lists/" not in for_author
    assert "went to Amina Diallo only" in " ".join(for_writer.split())


def test_s_nails_answer_to_all_is_published_without_our_foot(people, smtp_server, copy, tmp_path):
    s_nail(smtp_server, tmp_path, people.boris, "reply")
    assert set(InboundMail.objects.values_list("kind", flat=True)) == {"alias", "post"}
    InboundMail.objects.filter(kind="post").update(state="queued", proof="confirmed")
    drain()
    assert published(copy).parent == copy
