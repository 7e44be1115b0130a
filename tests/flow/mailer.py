"""A member's mail program: send with SMTP AUTH, read what the hub put into the outbox."""

import email
import smtplib
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path
from typing import Any

from tests.flow.running import RunningHub, wait_for


def compose(account: dict[str, str], to: str, subject: str, text: str, **headers: str) -> EmailMessage:
    """Return a plain mail of a demo account."""
    message = EmailMessage()
    message["From"] = f"{account['name']} <{account['email']}>"
    message["To"] = to
    message["Subject"] = subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def send(
    hub: RunningHub, message: EmailMessage, *, login: dict[str, str] | None = None, envelope: str = ""
) -> tuple[int, bytes]:
    """Send in one SMTP session and return the reply to DATA, or to whatever refused it before."""
    with smtplib.SMTP("127.0.0.1", hub.smtp_port, timeout=60) as session:
        session.ehlo("client.example")
        if login:
            session.login(login["email"], login["password"])
        for code, reply in (
            session.mail(envelope or message["From"].addresses[0].addr_spec),
            session.rcpt(message["To"]),
        ):
            if code >= 400:
                return code, reply
        return session.data(message.as_bytes(policy=SMTP))


def read(path: Path) -> EmailMessage:
    """Parse a mail of the outbox."""
    found: Any = email.message_from_bytes(path.read_bytes(), policy=default)
    return found


def mails_to(hub: RunningHub, address: str) -> list[EmailMessage]:
    """Return the mails to an address, oldest first."""
    return [read(path) for path in hub.outbox() if path.name.endswith(f"-{address}.eml")]


def wait_for_mail(hub: RunningHub, address: str, *, having: str, seconds: float = 60) -> EmailMessage:
    """Return the first mail to the address whose subject or text has the words."""

    def look() -> EmailMessage | None:
        for mail in reversed(mails_to(hub, address)):
            body = mail.get_body(("plain",))
            if having in str(mail["Subject"]) or (body is not None and having in body.get_content()):
                return mail
        return None

    found: EmailMessage = wait_for(look, seconds=seconds, what=f"A mail to {address} with {having!r}")
    return found


def text_of(mail: EmailMessage) -> str:
    """Return the plain text of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None, "no plain text"
    return str(body.get_content())
