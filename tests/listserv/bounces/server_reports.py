# ruff: noqa: E501 - the lines of a report are as long as its program writes them.
"""Reports in the words of mail servers."""

from tests.listserv.bounces.report_writing import CHEN, TO, Case, plain

SERVER_REPORTS: dict[str, Case] = {
    "postfix": (
        plain(
            "This is the mail system at host mx.far.example.\n\nI'm sorry to have to inform you that your message could not\n"
            "be delivered to one or more recipients. It's attached below.\n\nFor further assistance, please send mail to postmaster.\n\n"
            "If you do so, please include this problem report. You can\ndelete your own text from the attached returned message.\n\n"
            f"                   The mail system\n\n<{CHEN}>: host mail.far.example[192.0.2.1] said: 550 5.1.1 <{CHEN}>:\n"
            "    Recipient address rejected: User unknown (in reply to RCPT TO command)\n"
        ),
        {CHEN},
        set(),
    ),
    "postfix, late": (
        plain(
            "####################################################################\n# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND "
            "YOUR MESSAGE. #\n####################################################################\n\nYour message could not be delivered "
            f"for more than 4 hour(s).\nIt will be retried until it is 5 day(s) old.\n\n<{CHEN}>: connect to mx.far.example: Connection timed out\n",
            subject="Delayed Mail (still being retried)",
        ),
        set(),
        {CHEN},
    ),
    "exim": (
        plain(
            "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or "
            "more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n"
            f"  {CHEN}\n    SMTP error from remote mail server after RCPT TO:<{CHEN}>:\n    host mx.far.example [192.0.2.1]: 550 No such user\n\n"
            f"------ This is a copy of the message, including all the headers. ------\n\nReturn-path: <{TO}>\nTo: other@else.example\n",
            subject="Mail delivery failed: returning message to sender",
            X_Failed_Recipients=CHEN,
        ),
        {CHEN},
        set(),
    ),
    "exim, late": (
        plain(
            "This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or "
            "more of its\nrecipients after more than 24 hours on the queue on mx.far.example.\n\nThe message identifier is:     1abc\n"
            "The subject of the message is: [risk] Minutes\n\nThe address to which the message has not yet been delivered is:\n\n"
            f"  {CHEN}\n    Delay reason: Connection timed out\n\nNo action is required on your part. Delivery attempts will continue for\n"
            "some time, and this warning may be repeated at intervals if the message\nremains undelivered.\n",
            subject="Warning: message 1abc delayed 24 hours",
        ),
        set(),
        {CHEN},
    ),
    "qmail": (
        plain(
            "Hi. This is the qmail-send program at mx.far.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n"
            "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
            f"<{CHEN}>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 user unknown\nGiving up on 192.0.2.1.\n\n"
            f"--- Below this line is a copy of the message.\n\nReturn-Path: <{TO}>\nTo: <other@else.example>\n"
        ),
        {CHEN},
        set(),
    ),
    "sendmail 5": (
        plain(
            "   ----- Transcript of session follows -----\nWhile talking to mx.far.example:\n"
            f">>> RCPT To:<{CHEN}>\n<<< 550 <{CHEN}>... User unknown\n550 <{CHEN}>... User unknown\n\n   ----- Unsent message follows -----\n"
            f"Received: by mx\nFrom: {TO}\n",
            subject="Returned mail: User unknown",
        ),
        {CHEN},
        set(),
    ),
    "sendmail": (
        plain(
            "The original message was received at Tue, 24 Nov 2026 09:00:00 GMT\nfrom hub.example [192.0.2.9]\n\n"
            f"   ----- The following addresses had permanent fatal errors -----\n<{CHEN}>\n    (reason: 550 5.1.1 User unknown)\n\n"
            f"   ----- Transcript of session follows -----\n... while talking to mx.far.example.:\n>>> DATA\n<<< 550 5.1.1 <{CHEN}>... User unknown\n"
            "550 5.1.1 <other@far.example>... User unknown\n",
            subject="Returned mail: see transcript for details",
        ),
        {CHEN},
        set(),
    ),
    "exchange 5.5": (
        plain(
            "Your message\n\n  To:      risk@elsewhere.example\n  Subject: Minutes\n  Sent:    Tue, 24 Nov 2026 09:00:00 -0000\n\n"
            f"did not reach the following recipient(s):\n\n{CHEN} on Tue, 24 Nov 2026 09:01:00 -0000\n    The recipient name is not recognized\n"
            "    MSEXCH:IMS:FAR:MAIL:MAIL1 0 (000C05A6) Unknown Recipient\n",
            sender="System Administrator <postmaster@far.example>",
            subject="Undeliverable: Minutes",
        ),
        {CHEN},
        set(),
    ),
    "exchange 2003": (
        plain(
            "Your message did not reach some or all of the intended recipients.\n\n      Subject:\tMinutes\n      Sent:\t24/11/2026 09:00\n\n"
            f"The following recipient(s) could not be reached:\n\n      {CHEN} on 24/11/2026 09:01\n            The e-mail account does not exist at "
            "the organization this message was sent to.  Check the e-mail address, or contact the recipient directly to find out the correct "
            "address.\n            <mx.far.example #5.1.1>\n",
            sender="postmaster@far.example",
            subject="Undeliverable: Minutes",
        ),
        {CHEN},
        set(),
    ),
    "domino": (
        plain(
            f"Your message\n\n  Subject: Minutes\n\nwas not delivered to:\n\n  {CHEN}\n\nbecause:\n\n  User chen ({CHEN}) not listed in Domino Directory\n",
            sender="Postmaster@far.example",
            subject=f"DELIVERY FAILURE: User chen ({CHEN}) not listed in Domino Directory",
        ),
        {CHEN},
        set(),
    ),
    "notes": (
        plain(
            f"------- Failure Reasons  --------\n\nUser not listed in public Name & Address Book\n{CHEN}\n\n\n------- Returned Message --------\n\n"
            "Received: from a\nFrom: x@else.example\n",
            sender="Postmaster@far.example",
            subject="Delivery Failure Report",
        ),
        {CHEN},
        set(),
    ),
    "sun messaging server": (
        plain(
            "This report relates to a message you sent with the following header fields:\n\n  Message-id: <1@x.example>\n  Date: Tue, 24 Nov 2026\n"
            "  From: x@else.example\n  To: list@else.example\n  Subject: Minutes\n\nYour message cannot be delivered to the following recipients:\n\n"
            f"  Recipient address: {CHEN}\n  Reason: Remote SMTP server has rejected address\n  Diagnostic code: smtp;550 5.1.1 unknown\n"
            "  Remote system: dns;mx.far.example (TCP|192.0.2.1|1|192.0.2.2|25)\n",
            subject="Delivery Notification: Delivery has failed",
            sender="Internet Mail Delivery <postmaster@far.example>",
        ),
        {CHEN},
        set(),
    ),
    "opensmtpd": (
        plain(
            "    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n\n    An error has occurred while attempting to deliver a "
            f"message for\n    the following list of recipients:\n\n{CHEN}: 550 5.2.2 <{CHEN}>... Mailbox Full\n\n    Below is a copy of the original "
            "message:\n\nReceived: by x\nTo: y@else.example\n",
            subject="Delivery status notification",
        ),
        {CHEN},
        set(),
    ),
    "apache james": (
        plain(
            f"Hi. This is the James mail server at mx.far.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n"
            f"This is a permanent error; I've given up. Sorry it didn't work out.\n\nFailed recipient(s):\n{CHEN}\n\nError message:\n550 - Requested "
            "action not taken: no such user here\n\nMessage details:\n  Subject: Minutes\n  MAIL FROM: x@else.example\n  RCPT TO: y@else.example\n  From: Amina\n",
            sender="postmaster@far.example",
        ),
        {CHEN},
        set(),
    ),
    "courier": (
        plain(
            "This is a delivery status notification from mx.far.example,\nrunning the Courier mail server, version 0.65.2.\n\nThe original message was "
            "received on Tue, 24 Nov 2026 09:00:00 +0000\nfrom hub.example (hub.example [192.0.2.9])\n\n--------------------------------------------\n\n"
            "                       UNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n"
            f"<{CHEN}>:\n    mx.far.example [192.0.2.1]:\n>>> RCPT TO:<{CHEN}>\n<<< 550 5.1.1 <{CHEN}>... User Unknown\n\n"
            "-------------------------------------\n\nIf your message was also sent to additional recipients, their delivery\nstatus is not included in "
            "this report.\n",
            subject="NOTICE: mail delivery status.",
        ),
        {CHEN},
        set(),
    ),
    "imail": (
        plain(f"Unknown user: {CHEN}\n\n\nOriginal message follows.\n\nReceived: from a\nTo: y@else.example\n",
              sender="\"Mail Server\" <postmaster@far.example>", subject="Undeliverable Mail"),
        {CHEN},
        set(),
    ),
    "imail, many attempts": (
        plain(f"Delivery failed 20 attempts: {CHEN}\n\n\nOriginal message follows.\n\nReceived: from a\n",
              sender="postmaster@far.example", subject="Undeliverable Mail"),
        {CHEN},
        set(),
    ),
    "groupwise": (
        plain(
            f"The message that you sent was undeliverable to the following:\n\tchen (550 5.1.1 User unknown)\n\tRecipient: {CHEN}\n",
            sender="Mail Delivery System <postmaster@far.example>", subject="Message status - undeliverable",
        ),
        {CHEN},
        set(),
    ),
}  # fmt: skip
