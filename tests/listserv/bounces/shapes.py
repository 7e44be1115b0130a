# ruff: noqa: E501 - the lines of a report are as long as its program writes them.
"""Reports as mail servers write them, in short: each with the recipients it gives up and those it still tries.

Written by hand after the manuals and habits of the programs named; no mail of anybody's. ``TO`` is who is told.
"""

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
        f"From: Mail Delivery System <MAILER-DAEMON@mx.far.example>\nTo: {TO}\nSubject: {subject}\nAuto-Submitted: auto-replied\n"
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

# name -> (mail, given up, still tried)
SHAPES: dict[str, tuple[bytes, set[str], set[str]]] = {
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
    "exchange 2007, french": (
        plain(
            "Échec de la remise pour ces destinataires ou listes de distribution :\n\n"
            f"chen@far.example<mailto:{CHEN}>\nL'adresse de messagerie n'a pas pu être trouvée.\n\n\nInformations de diagnostic pour les "
            f"administrateurs :\n\nServeur de génération : mx.far.example\n\n{CHEN}\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n\n"
            "En-têtes de message d'origine :\n\nReceived: from a\nFrom: x@else.example\nTo: y@else.example\n",
            sender="postmaster@far.example",
            subject="Non remis : Minutes",
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
    "groupwise": (
        plain(
            f"The message that you sent was undeliverable to the following:\n\tchen (550 5.1.1 User unknown)\n\tRecipient: {CHEN}\n",
            sender="Mail Delivery System <postmaster@far.example>", subject="Message status - undeliverable",
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
    "german": (
        plain(
            "Diese Nachricht wurde automatisch vom Mailserver erzeugt.\n\nIhre Nachricht konnte an folgende Empfänger nicht zugestellt werden:\n\n"
            f"   {CHEN}\n\nGrund: Das Postfach ist voll.\n\n--- Ursprüngliche Nachricht ---\nVon: x@else.example\n",
            sender="Mailserver <postmaster@far.example>", subject="Unzustellbar: Minutes",
        ),
        {CHEN},
        set(),
    ),
    "german, late": (
        plain(
            f"Ihre Nachricht an\n\n  {CHEN}\n\nkonnte noch nicht zugestellt werden. Es wird weiterhin versucht, sie zuzustellen.\n",
            sender="postmaster@far.example", subject="Zustellung verzögert",
        ),
        set(),
        {CHEN},
    ),
    "spanish": (
        plain(
            f"No se pudo entregar el mensaje a los siguientes destinatarios:\n\n{CHEN}\n\nEl usuario no existe.\n",
            sender="postmaster@far.example", subject="No se puede entregar: Minutes",
        ),
        {CHEN},
        set(),
    ),
    "japanese": (
        plain(
            f"メール配信システムからのお知らせです。\n\n次の宛先へメールを配信できませんでした。\n\n<{CHEN}>\n\nユーザーが見つかりません。\n",
            sender="MAILER-DAEMON@far.example", subject="配信エラーのお知らせ",
        ),
        {CHEN},
        set(),
    ),
    "chinese": (
        plain(
            f"您的邮件被退回到您的收件箱。\n\n无法投递到以下收件人：\n\n收件人邮件地址：{CHEN}\n\n退信原因：收件人不存在 550 User not found\n",
            sender="postmaster@far.example", subject="系统退信",
        ),
        {CHEN},
        set(),
    ),
    "russian": (
        plain(
            f"Это письмо создано автоматически сервером.\n\nК сожалению, мы не смогли доставить ваше письмо. Письмо не доставлено адресату:\n\n  {CHEN}\n\n"
            "Пользователь не найден.\n",
            sender="mailer-daemon@far.example", subject="Недоставленное сообщение",
        ),
        {CHEN},
        set(),
    ),
    "arabic": (
        plain(
            f"تعذر تسليم رسالتك إلى المستلمين التاليين:\n\n{CHEN}\n\nصندوق البريد غير موجود.\n", sender="postmaster@far.example", subject="فشل التسليم",
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
