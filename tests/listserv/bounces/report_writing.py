"""Write reports for tests: in words, and for programs; ``TO`` is the address that they go to."""

TO = "risk-bounces@lists.hub.example"


def plain(
    text: str, *, sender: str = "MAILER-DAEMON@mx.far.example", subject: str = "failure notice", **fields: str
) -> bytes:
    """Return a report in words alone."""
    extra = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in fields.items())
    head = f"From: {sender}\nTo: {TO}\nSubject: {subject}\n{extra}Content-Type: text/plain; charset=utf-8\n\n"
    return (head + text).replace("\n", "\r\n").encode()


def dsn(
    *groups: str, text: str = "See below.\n", original: str = "", subject: str = "Undelivered Mail Returned to Sender"
) -> bytes:
    """Return a report for programs (RFC 3464), one group of fields a recipient."""
    parts = [
        f"Content-Type: text/plain; charset=utf-8\n\n{text}",
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.far.example\n\n" + "\n\n".join(groups) + "\n",
        f"Content-Type: message/rfc822\n\n{original or ORIGINAL}",
    ]
    head = (
        f"From: Mail Delivery System <MAILER-DAEMON@mx.far.example>\nTo: {TO}\nSubject: {subject}\n"
        "Auto-Submitted: auto-replied\n"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
    )
    return (head + "".join(f"--b\n{part}\n" for part in parts) + "--b--\n").replace("\n", "\r\n").encode()


ORIGINAL = (
    f"Return-Path: <{TO}>\nFrom: Amina <amina@people.example>\nTo: risk <risk@lists.hub.example>\n"
    "List-Id: <risk.lists.hub.example>\nList-Post: <mailto:risk@lists.hub.example>\nSubject: [risk] Minutes\n"
    "Message-ID: <1@lists.hub.example>\n\nMinutes.\n"
)
DIRECT = (
    "Return-Path: <hub@lists.hub.example>\nFrom: Hub <secretariat@lists.hub.example>\nTo: chen@far.example\n"
    "Subject: Confirm\nMessage-ID: <2@lists.hub.example>\n\nConfirm.\n"
)
CHEN, DIEGO = "chen@far.example", "diego@far.example"

# A report, the recipients it gives up and those it still tries.
Case = tuple[bytes, set[str], set[str]]
