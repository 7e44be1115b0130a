# ruff: noqa: E501 - the lines of a report are as long as its program writes them.
"""Reports that are told by fields, addresses and what came back, more than by words."""

from tests.listserv.bounces.report_writing import CHEN, DIEGO, DIRECT, TO, Case, dsn, plain

STATUS_REPORTS: dict[str, Case] = {
    "rfc 3464": (dsn(f"Final-Recipient: rfc822; {CHEN}\nAction: failed\nStatus: 5.1.1"), {CHEN}, set()),
    "two, one of them late": (
        dsn(
            f"Final-Recipient: rfc822;{CHEN}\nAction: failed\nStatus: 5.2.2",
            f"Final-Recipient: rfc822;{DIEGO}\nAction: delayed\nStatus: 4.4.1\nWill-Retry-Until: Tue, 1 Dec 2026 10:00:00 +0000",
        ),
        {CHEN},
        {DIEGO},
    ),
    "what the sender wrote counts": (
        dsn(f"Original-Recipient: rfc822;{CHEN}\nFinal-Recipient: rfc822;chen.li@inner.far.example\nAction: failed\nStatus: 5.1.1"),
        {CHEN},
        set(),
    ),
    "given up though temporary": (
        dsn(f"Final-Recipient: rfc822; {CHEN}\nAction: failed\nStatus: 4.4.7\nDiagnostic-Code: smtp; 451 4.4.1 timeout"),
        {CHEN},
        set(),
    ),
    "no action": (dsn(f"Final-Recipient: rfc822; {CHEN}\nStatus: 5.0.0"), {CHEN}, set()),
    "no action, temporary code": (dsn(f"Final-Recipient: rfc822; {CHEN}\nStatus: 4.2.2"), set(), {CHEN}),
    "recipient of an international address": (
        dsn("Final-Recipient: utf-8; ji\\x{159}\\x{ED}@far.example\nAction: failed\nStatus: 5.1.1"), {"jiří@far.example"}, set(),
    ),
    "no domain": (
        dsn("Final-Recipient: rfc822; chen\nAction: failed\nStatus: 5.1.1", text=f"<{CHEN}>: unknown user: \"chen\"\n"),
        {CHEN},
        set(),
    ),
    "x.400 alone": (
        dsn("Final-Recipient: x400; /S=chen/O=far/\nAction: failed\nStatus: 5.1.1", original=DIRECT), {CHEN}, set(),
    ),
    "blank lines where there should be none": (
        dsn(f"Final-Recipient: rfc822; {CHEN}", "Action: failed\nStatus: 5.1.1"), {CHEN}, set(),
    ),
    "power mta": (
        dsn(
            f"Original-Recipient: rfc822;{CHEN}\nFinal-Recipient: rfc822;{CHEN}\nAction: failed\nStatus: 5.1.1 (bad destination mailbox address)\n"
            "Remote-MTA: dns;mx.far.example (192.0.2.1)\nDiagnostic-Code: smtp;550 5.1.1 user unknown\nX-PowerMTA-BounceCategory: bad-mailbox",
            text=f"Hello, this is the mail server on mx.example.\n\nI am sending you this message to inform you on the delivery status of a\nmessage you "
            f"previously sent.\n\n  <{CHEN}>  delivery failed; will not continue trying\n",
        ),
        {CHEN},
        set(),
    ),
    "amazon ses, json": (
        plain(
            '{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"' + CHEN + '","action":"failed",'
            '"status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]},"mail":{"destination":["y@else.example"]}}\n',
            sender="no-reply@sns.amazonaws.example", subject="AWS Notification Message",
        ),
        {CHEN},
        set(),
    ),
    "in the address it reports to": (
        plain("Your message could not be delivered. The user is unknown.\n", sender="postmaster@far.example", subject="Delivery failure").replace(
            TO.encode(), b"risk-bounces+chen=far.example@lists.hub.example"
        ),
        {CHEN},
        set(),
    ),
    "whom the returned mail was for": (
        dsn("X-Note: none", text="Your message could not be delivered: mailbox unavailable.\n", original=DIRECT), {CHEN}, set(),
    ),
}  # fmt: skip
