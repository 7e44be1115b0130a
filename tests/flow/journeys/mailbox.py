"""A person's mail program: it signs in or does not, sends, waits for what arrives, and answers it."""

import itertools
import re
import smtplib
import time
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from tests.flow.mailer import read, text_of
from tests.flow.running import RunningHub

WAIT = 60.0  # seconds
_count = itertools.count(1)


class Outbox:
    """The hub's outbox, each file read once."""

    def __init__(self, hub: RunningHub) -> None:
        self.folder = hub.data / "outbox"
        self.seen: set[str] = set()
        self.mails: dict[str, list[EmailMessage]] = {}

    def refresh(self) -> None:
        """Read what has come since."""
        new = sorted({path.name for path in self.folder.glob("*.eml")} - self.seen)
        for name in new:
            self.seen.add(name)
            mail = read(Path(self.folder / name))
            self.mails.setdefault(str(mail["Delivered-To"]).lower(), []).append(mail)


class Person:
    """One person of a journey, with the mails that came since it began."""

    def __init__(self, hub: RunningHub, outbox: Outbox, account: dict[str, str], language: str) -> None:
        self.hub, self.outbox, self.language = hub, outbox, language
        self.name, self.email, self.password = account["name"], account["email"], account.get("password", "")
        outbox.refresh()
        self.begin = len(outbox.mails.get(self.email, []))

    def inbox(self) -> list[EmailMessage]:
        """Return what has come since the journey began, oldest first."""
        self.outbox.refresh()
        return self.outbox.mails.get(self.email, [])[self.begin :]

    def wait(self, *words: str, subject: str = "", seconds: float = WAIT) -> EmailMessage:
        """Return the newest mail that has all the words in its text, and these in its subject."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for mail in reversed(self.inbox()):
                if subject in str(mail["Subject"]) and all(word in words_of(mail) for word in words):
                    return mail
            time.sleep(0.02)
        got = [f"{mail['Subject']}\n{words_of(mail)}" for mail in self.inbox()]
        raise AssertionError(f"{self.email} waited for {words} {subject!r} and got: " + "\n=====\n".join(got))

    def got(self, *words: str) -> bool:
        """Whether a mail with all the words is here by now."""
        return any(all(word in words_of(mail) for word in words) for mail in self.inbox())

    def compose(self, to: str, subject: str, text: str, **headers: str) -> EmailMessage:
        """Return a mail of this person's."""
        mail = EmailMessage(policy=SMTP)
        mail["From"] = f"{self.name} <{self.email}>"
        mail["To"] = to
        mail["Subject"] = subject
        mail["Message-ID"] = f"<{next(_count)}.{time.time_ns()}@journeys.example>"
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text, cte="base64" if not text.isascii() else "7bit")
        return mail

    def send(self, mail: EmailMessage, *, proven: bool = True, to: list[str] | None = None) -> tuple[int, str]:
        """Send over SMTP, signed in when ``proven``; return the reply to what decided."""
        with smtplib.SMTP("127.0.0.1", self.hub.smtp_port, timeout=60) as session:
            session.ehlo("client.journeys.example")
            if proven:
                session.login(self.email, self.password)
            session.mail(self.email)
            for recipient in to or [address.addr_spec for address in mail["To"].addresses]:
                code, reply = session.rcpt(recipient)
                if code >= 400:
                    return code, reply.decode("utf-8", "replace")
            code, reply = session.data(mail.as_bytes(policy=SMTP))
            return code, reply.decode("utf-8", "replace")

    def write(self, to: str, subject: str, text: str, *, proven: bool = True, **headers: str) -> EmailMessage:
        """Send a mail that the hub takes; return it."""
        mail = self.compose(to, subject, text, **headers)
        code, reply = self.send(mail, proven=proven)
        assert code == 250, f"{to}: {code} {reply}"
        return mail

    def answer(self, mail: EmailMessage, text: str, *, subject: str = "", quote: bool = True) -> EmailMessage:
        """Answer a mail as a program does: to Reply-To, threaded, what it said quoted below; no password."""
        to = (mail["Reply-To"] or mail["From"]).addresses[0].addr_spec
        quoted = "\n".join(f"> {line}" for line in words_of(mail).splitlines()[:12])
        body = f"{text}\n\nOn Tue, 24 Nov 2026 at 09:00, somebody <x@y.example> wrote:\n{quoted}\n" if quote else text
        bare = re.sub(r"^(Re: )+", "", str(mail["Subject"]))
        threading = {"In_Reply_To": mail["Message-ID"], "References": mail["Message-ID"]}
        return self.write(to, subject or f"Re: {bare}", body, proven=False, **threading)


def words_of(mail: Any) -> str:
    """Return the plain text, empty for none."""
    return text_of(mail) if mail.get_body(("plain",)) is not None else ""
