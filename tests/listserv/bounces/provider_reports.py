# ruff: noqa: E501 - the lines of a report are as long as its program writes them.
"""Reports in the words of providers and of gateways."""

from tests.listserv.bounces.report_writing import CHEN, Case, plain

PROVIDER_REPORTS: dict[str, Case] = {
    "gmail": (
        plain(
            f"Delivery to the following recipient failed permanently:\n\n     {CHEN}\n\nTechnical details of permanent failure: \nGoogle tried to "
            "deliver your message, but it was rejected by the server for the recipient domain far.example by mx.far.example. [192.0.2.1].\n\n"
            "The error that the other server returned was:\n550 5.1.1 The email account that you tried to reach does not exist.\n\n\n"
            "----- Original message -----\n\nX-Received: by 10.0.0.1\nFrom: somebody@else.example\nTo: third@else.example\n",
            sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            subject="Delivery Status Notification (Failure)",
            X_Failed_Recipients=CHEN,
        ),
        {CHEN},
        set(),
    ),
    "gmail, late": (
        plain(
            "This is an automatically generated Delivery Status Notification\n\nTHIS IS A WARNING MESSAGE ONLY.\n\nYOU DO NOT NEED TO RESEND YOUR "
            f"MESSAGE.\n\nDelivery to the following recipient has been delayed:\n\n     {CHEN}\n\nMessage will be retried for 2 more day(s)\n",
            sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            subject="Delivery Status Notification (Delay)",
        ),
        set(),
        {CHEN},
    ),
    "yahoo": (
        plain(
            f"Sorry, we were unable to deliver your message to the following address.\n\n<{CHEN}>:\nRemote host said: 554 delivery error: dd This "
            "user doesn't have a far.example account\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <x@else.example>\n",
            subject="Failure Notice",
        ),
        {CHEN},
        set(),
    ),
    "mail marshal": (
        plain(
            "Your message:\n   From:    x@else.example\n   Subject: Minutes\n\nCould not be delivered because of\n\n550 5.1.1 User unknown\n\nThe following "
            f"recipients were affected: \n    {CHEN}\n\nAdditional Information\n======================\nOriginal Sender:    <x@else.example>\n"
            "Sender-MTA:         <192.0.2.3>\nRemote-MTA:         <192.0.2.4>\nReporting-MTA:      <relay.far.example>\nMessageName:        <B549996730000.000000000001.0003.mml>\n",
            subject="Undeliverable Mail: Minutes",
            sender="postmaster@far.example",
        ),
        {CHEN},
        set(),
    ),
    "gmx": (
        plain(
            "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to\none or more of its "
            f"recipients. This is a permanent error. The following\naddress(es) failed:\n\n\"{CHEN}\":\nSMTP error from remote server after RCPT "
            "command:\nhost: mx.far.example\n5.1.1 no such user\n\n--- The header of the original message is following. ---\n\nReceived: by x\n",
            sender="GMX Mailer Daemon <mailer-daemon@gmx.example>",
            subject="Mail delivery failed: returning message to sender",
        ),
        {CHEN},
        set(),
    ),
    "kddi": (
        plain(
            f"Your mail sent on: Tue, 24 Nov 2026 09:00:00 +0900 \n  Could not be delivered to: <{CHEN}>\n   As their mailbox is full.\n",
            sender="no-reply@mobile.example", subject="Mail System Error - Returned Mail",
        ),
        {CHEN},
        set(),
    ),
    "ezweb": (
        plain(
            "Each of the following recipients was rejected by a remote mail server.\nThe reasons given by the server are included to help you determine "
            f"why\neach recipient was rejected.\n\n    Recipient: <{CHEN}>\n    >>> RCPT TO:<{CHEN}>\n    <<< 550 <{CHEN}>: User unknown\n\n",
            sender="Postmaster@mobile.example", subject="Mail System Error - Returned Mail",
        ),
        {CHEN},
        set(),
    ),
    "interscan": (
        plain(
            f"Unable to deliver message to <{CHEN}>\n\nSent >>> RCPT TO:<{CHEN}>\nReceived <<< 550 5.1.1 <{CHEN}>... User Unknown\n",
            sender="\"InterScan MSS\" <imss@far.example>", subject="Mail could not be delivered",
        ),
        {CHEN},
        set(),
    ),
    "mail foundry": (
        plain(
            f"Unable to deliver message to: <{CHEN}>\nDelivery failed for the following reason:\nServer mx.far.example[192.0.2.1] failed with: 550 "
            f"<{CHEN}>: no such user\n\n\nThis has been a permanent failure.  No further delivery attempts will be made.\n",
            subject="Message delivery has failed",
        ),
        {CHEN},
        set(),
    ),
    "mcafee": (
        plain(
            f"--- The following addresses had delivery problems ---\n\n<{CHEN}>   (User unknown {CHEN})\n\n", subject="Message delivery failed",
            sender="webshield@far.example",
        ),
        {CHEN},
        set(),
    ),
    "biglobe": (
        plain(
            f"----- The following addresses had delivery problems -----\n{CHEN}\n----- Non-delivered information -----\nThe number of messages in "
            "recipient's mailbox exceeded the local limit.\n",
            subject="Returned mail: Delivery problems", sender="postmaster@far.example",
        ),
        {CHEN},
        set(),
    ),
    "x6": (
        plain(
            "We had trouble delivering your message. Full details follow:\n\nSubject: 'Minutes'\nDate: 'Tue, 24 Nov 2026 09:00:00'\n\n1 error(s):\n\nSMTP "
            f"Server <mx.far.example> rejected recipient <{CHEN}> \n  (Error following RCPT command). It responded as follows: [550 5.1.1 no such user]\n",
            subject="There was an error sending your mail", sender="Postmaster <postmaster@far.example>",
        ),
        {CHEN},
        set(),
    ),
    "zoho": (
        plain(
            "This message was created automatically by mail delivery software.\n A message that you sent could not be delivered to one or more of its "
            f"recipients. This is a permanent error. \n\n{CHEN} Invalid Address, ERROR_CODE :550, ERROR_CODE :5.1.1 <{CHEN}>... User Unknown\n\n"
            "Received:from mail.zoho.example by mx\nTo:y@else.example\n",
            sender="mailer-daemon@mail.zoho.example", subject="Undelivered Mail Returned to Sender",
        ),
        {CHEN},
        set(),
    ),
    "x3": (
        plain(
            "      ============================================================================\n      This is an automatically generated message\n"
            "      ============================================================================\n\nYour message could not be delivered to the following "
            f"recipients:\n\n    * {CHEN}\n      Reason: 550 5.1.1 user unknown\n",
            sender="Mail Delivery System <admin@far.example>", subject="Delivery status notification",
        ),
        {CHEN},
        set(),
    ),
    "bigfoot": (
        plain(
            f"   ----- The following addresses had permanent fatal errors -----\n{CHEN}\n\n   ----- Transcript of session follows -----\n... while talking "
            f"to mx.far.example.:\n>>> RCPT TO:<{CHEN}>\n<<< 553 Invalid recipient {CHEN} (Mode: normal)\n",
            subject="Returned mail: see transcript",
        ),
        {CHEN},
        set(),
    ),
    "mxlogic": (
        plain(
            f"This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\n"
            f"recipients. This is a permanent error. The following address(es) failed:\n\n<{CHEN}>: 550 5.1.1 no such user\n\nIncluded is a copy of the "
            "message header:\n---------\nReceived: by x\nTo: <y@else.example>\n",
            subject="Mail delivery failed: returning message to sender",
        ),
        {CHEN},
        set(),
    ),
}  # fmt: skip
