# ruff: noqa: E501 - the lines of a report are as long as its program writes them.
"""Reports in further dialects and of further servers; see :mod:`tests.listserv.bounces.shapes`."""

from base64 import b64encode

from tests.listserv.bounces.report_writing import CHEN, DIEGO, DIRECT, ORIGINAL, TO, Case, dsn, plain

FATIMA, EQUALS = "fatima@else.example", "chen=li@far.example"
POSTMASTER = "postmaster@far.example"


def parts(
    *pieces: str, kind: str = "mixed", sender: str = "gateway@relay.example", subject: str = "Minutes", **fields: str
) -> bytes:
    """Return a mail of several parts, each with its own header."""
    extra = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in fields.items())
    head = f'From: {sender}\nTo: {TO}\nSubject: {subject}\n{extra}MIME-Version: 1.0\nContent-Type: multipart/{kind}; boundary="b"\n\n'
    return (head + "".join(f"--b\n{piece}\n" for piece in pieces) + "--b--\n").replace("\n", "\r\n").encode()


def failed(who: str, *, status: str = "5.1.1", more: str = "") -> str:
    return f"Final-Recipient: rfc822; {who}\nAction: failed\nStatus: {status}" + (f"\n{more}" if more else "")


FIELDS = f"Reporting-MTA: dns; mx.far.example\n\n{failed(CHEN)}\n\n{failed(DIEGO, status='5.2.2')}\n"
REPORT = "report; report-type=delivery-status"
WORDS = "Content-Type: text/plain; charset=utf-8\n\nYour message could not be delivered.\n"
BACK = f"Content-Type: message/rfc822\n\n{ORIGINAL}"

DIALECTS: dict[str, Case] = {
    "exchange 2000": (dsn(f"Final-Recipient: RFC822; {CHEN}\nAction: failed\nX-Supplementary-Info: < #5.1.1>\nX-Display-Name: Chen Wei"), {CHEN}, set()),
    "exchange 2010": (dsn(f"Original-Recipient: rfc822;{CHEN}\nFinal-Recipient: rfc822;{CHEN}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp;550 5.1.1 RESOLVER.ADR.RecipNotFound; not found", subject="Undeliverable: Minutes"), {CHEN}, set()),
    "domino": (dsn(f"Final-Recipient: rfc822;{CHEN}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: X-Notes; User chen not listed in Domino Directory", subject="DELIVERY FAILURE: User chen not listed"), {CHEN}, set()),
    "names of fields in small letters": (dsn(f"final-recipient: rfc822;{CHEN}\naction: Failed\nstatus: 5.0.0"), {CHEN}, set()),
    "two recipients without a blank line": (dsn(failed(CHEN) + "\n" + failed(DIEGO)), {CHEN, DIEGO}, set()),
    "three recipients, one arrived": (dsn(failed(CHEN), f"Final-Recipient: rfc822; {FATIMA}\nAction: relayed\nStatus: 2.1.9", f"Final-Recipient: rfc822; {DIEGO}\nAction: delayed\nStatus: 4.4.1"), {CHEN}, {DIEGO}),
    "several in one field": (dsn(f"Final-Recipient: rfc822; {CHEN}, {DIEGO}\nAction: failed\nStatus: 5.1.1"), {CHEN, DIEGO}, set()),
    "fields in base64": (parts(WORDS, "Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n" + b64encode(FIELDS.encode()).decode(), BACK, kind=REPORT), {CHEN, DIEGO}, set()),
    "fields in quoted-printable": (parts(WORDS, "Content-Type: message/delivery-status\nContent-Transfer-Encoding: quoted-printable\n\n" + FIELDS.replace("=", "=3D").replace("@far", "=40f=\nar"), BACK, kind=REPORT), {CHEN, DIEGO}, set()),
    "fields as a text": (parts(WORDS, f"Content-Type: text/plain; name=details.txt\n\n{FIELDS}", BACK, sender=POSTMASTER, subject="Undeliverable: Minutes"), {CHEN, DIEGO}, set()),
    "fields in two parts": (parts(WORDS, f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\n{failed(CHEN)}\n", f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; b\n\n{failed(DIEGO)}\n", BACK, kind=REPORT), {CHEN, DIEGO}, set()),
    "fields for the world": (parts(WORDS, "Content-Type: message/global-delivery-status\n\nReporting-MTA: dns; a\n\nFinal-Recipient: utf-8; 陈@far.example\nAction: failed\nStatus: 5.1.1\n", BACK, kind="report; report-type=global-delivery-status"), {"陈@far.example"}, set()),
    "code alone, for ever": (dsn(f"Final-Recipient: rfc822; {CHEN}\nDiagnostic-Code: smtp; 554 mailbox unavailable"), {CHEN}, set()),
    "code alone, for now": (dsn(f"Final-Recipient: rfc822; {CHEN}\nDiagnostic-Code: smtp; 452 4.2.2 full"), set(), {CHEN}),
    "a local name with its address": (dsn(f"Final-Recipient: LOCAL; <{CHEN}>\nAction: failed\nStatus: 5.1.1"), {CHEN}, set()),
    "the actual recipient alone": (dsn(f"X-Actual-Recipient: rfc822; {CHEN}\nAction: failed\nStatus: 5.1.1"), {CHEN}, set()),
    "a source route": (dsn(f"Final-Recipient: rfc822; <@relay.example:{CHEN}>\nAction: failed\nStatus: 5.1.1"), {CHEN}, set()),
    "dropped": (dsn(f"Final-Recipient: rfc822; {CHEN}\nAction: dropped\nStatus: 5.7.1"), {CHEN}, set()),
    "expired": (dsn(f"Final-Recipient: rfc822; {CHEN}\nAction: expired\nStatus: 4.4.7"), {CHEN}, set()),
    "exchange hides an address in a name": (dsn("Final-Recipient: rfc822; IMCEASMTP-chen+40far+2Eexample@inner.example\nAction: failed\nStatus: 5.1.1"), {CHEN}, set()),
    "a name with an equals sign": (dsn(failed(EQUALS)), {EQUALS}, set()),
    "a signed name": (dsn(failed("prvs=17a2b3c4d5=chen@far.example")), {"prvs=17a2b3c4d5=chen@far.example"}, set()),
    "a rewritten name": (dsn(f"Original-Recipient: rfc822; {CHEN}\nFinal-Recipient: rfc822; SRS0=hHh=tT=far.example=chen@inner.example\nAction: failed\nStatus: 5.1.1"), {CHEN}, set()),
    "no report-type": (parts(WORDS, f"Content-Type: message/delivery-status\n\n{FIELDS}", BACK, kind="report", sender="MAILER-DAEMON@far.example"), {CHEN, DIEGO}, set()),
    "in a mixed mail": (parts(WORDS, f"Content-Type: message/delivery-status\n\n{FIELDS}", sender="ndr@far.example"), {CHEN, DIEGO}, set()),
    "office 365": (parts(f"Content-Type: text/html; charset=utf-8\n\n<html><body><p>Your message to {CHEN} couldn't be delivered.</p><p>chen wasn't found at far.example.</p></body></html>", f"Content-Type: message/delivery-status\n\nReporting-MTA: dns;a.prod.outlook.example\n\nFinal-Recipient: rfc822;{CHEN}\nAction: failed\nStatus: 5.1.10\nDiagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound\n", BACK, kind=REPORT, sender="Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@far.example>", subject="Undeliverable: Minutes"), {CHEN}, set()),
}  # fmt: skip

SERVERS: dict[str, Case] = {
    "amazon ses": (plain(f"An error occurred while trying to deliver the mail to the following recipients:\n{CHEN}\n", sender="MAILER-DAEMON@eu-west-1.amazonses.example", subject="Delivery Status Notification (Failure)"), {CHEN}, set()),
    "barracuda": (plain(f"Your message to: {CHEN}\nwas blocked by our Spam Firewall. The email you sent with the following subject has NOT BEEN DELIVERED:\n\nSubject: Minutes\n", sender="Barracuda <postmaster@far.example>", subject="**Message you sent blocked by our bulk email filter**"), {CHEN}, set()),
    "proofpoint": (plain(f"   ----- The following addresses had permanent fatal errors -----\n<{CHEN}>\n    (reason: 550 5.7.1 Command rejected)\n<{DIEGO}>\n    (reason: 550 5.1.1 unknown)\n", sender="Mail Delivery Subsystem <MAILER-DAEMON@pps.far.example>", subject="Returned mail: see transcript for details"), {CHEN, DIEGO}, set()),
    "mimecast": (plain(f"Your message couldn't be delivered, the error was:\n\nEmail address lookup failure, Invalid Recipient - https://community.mimecast.example/docs/DOC-1369#550 [id]\n\nThe message envelope information was:\n\nFrom: {TO}\nTo: {CHEN}\n", sender="Mail Delivery System <MAILER-DAEMON@mimecast.example>", subject="[Postmaster] Email Delivery Failure"), {CHEN}, set()),
    "yandex": (plain(f"This is the mail system at host forward1.mail.yandex.example.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients. It's attached below.\n\nPlease, do not reply to this message.\n\n***\n\nЭто письмо отправлено почтовым сервером.\n\n                        Yandex\n\n<{CHEN}>: host mx.far.example[192.0.2.1] said: 550 5.7.1\n    Policy rejection (in reply to end of DATA command)\n", sender="MAILER-DAEMON@yandex.example (Mail Delivery System)", subject="Недоставленное сообщение"), {CHEN}, set()),
    "mail.ru": (plain(f"Это письмо создано автоматически сервером.\nСообщение не доставлено следующим получателям:\n\n    {CHEN}: пользователь не найден\n", sender="Mail Delivery System <mailer-daemon@corp.example>", subject="Сообщение не доставлено"), {CHEN}, set()),
    "qq in styles": (plain("x", sender="PostMaster@qq.example", subject="系统退信/Systems bounce").replace(b"text/plain", b"text/html").replace(b"\r\n\r\nx", f"\r\n\r\n<html><body><p>很抱歉您发送的邮件被退回，以下是该邮件的相关信息：</p><table><tr><td>被退回邮件</td><td>主题：Minutes</td></tr><tr><td>无法发送到</td><td>{CHEN}</td></tr></table></body></html>".encode()), {CHEN}, set()),
    "netease": (plain(f"抱歉，您的邮件被退回来了……\n\n收件人： {CHEN} , {DIEGO}\n退信原因： SMTP error, RCPT TO: 550 User not found\n", sender="Postmaster <postmaster@163.example>", subject="系统退信"), {CHEN, DIEGO}, set()),
    "sina": (plain("x", sender="MAILER-DAEMON@sina.example", subject="=?gb2312?B?08q8/rSryuTKp7DcoaM=?=").replace(b"utf-8\r\n\r\nx", b"gb2312\r\n\r\n" + f"您的邮件无法投递到以下收件人：\r\n\r\n{CHEN}\r\n对方服务器返回：550 user not found\r\n".encode("gb2312")), {CHEN}, set()),
    "compuserve": (plain("Receiver not found: chen\n\nYour message could not be delivered as addressed.\n\n--- Returned Message ---\n\nSender: amina@people.example\n", sender="CompuServe Postmaster <postmaster@far.example>", subject="Undeliverable message"), {CHEN}, set()),
    "post.office": (plain(f"This Message was undeliverable due to the following reason:\n\nThe user(s) account is temporarily over quota.\n\n<{CHEN}>\n\nPlease reply to Postmaster@far.example\nif you feel this message to be in error.\n", sender="Mail Administrator <Postmaster@far.example>", subject="Mail System Error - Returned Mail"), {CHEN}, set()),
    "post.office, unknown": (plain(f"The message you sent could not be delivered.\n\nThe following destination addresses were unknown (please check\nthe addresses and re-mail the message):\n\nSMTP <{CHEN}>\nSMTP <{DIEGO}>\n", sender="Mail Administrator <Postmaster@far.example>", subject="Returned mail"), {CHEN, DIEGO}, set()),
    "softswitch": (plain(f"Your message could not be delivered to the addresses below:\n\n  {CHEN} (Invalid User)\n  {DIEGO} (Invalid User)\n", sender="Delivery Subsystem <postmaster@far.example>", subject="Message delivery failed"), {CHEN, DIEGO}, set()),
    "smtp32, two": (plain(f"Unknown user: {CHEN}\n\nRCPT TO generated following response:\n550 5.1.1 <{CHEN}>... User unknown\n\nUnknown host: {DIEGO}\n\n\nOriginal message follows.\n\nReceived: from a\nTo: y@else.example\n", sender="\"Postmaster\" <postmaster@far.example>", subject="Undeliverable Mail"), {CHEN, DIEGO}, set()),
    "mdaemon": (plain(f"The attached message had PERMANENT fatal delivery errors!\n\nAfter one or more unsuccessful delivery attempts the attached message has been removed from the mail queue on this server.\n\nTHE FOLLOWING RECIPIENT FAILED:\n\n<{CHEN}>\n\nSession Transcript:\n--> RCPT To:<{CHEN}>\n<-- 550 5.1.1 unknown\n", sender="MDaemon@far.example", subject="Permanent Delivery Failure"), {CHEN}, set()),
    "groupwise by name": (plain("The message that you sent was undeliverable to the following:\n\tchen (user not found)\n", sender="Mail Delivery System <postmaster@far.example>", subject="Message status - undeliverable"), {CHEN}, set()),
    "exim, three": (plain(f"This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  {CHEN}\n    host mx.far.example [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:<{CHEN}>:\n    550 5.1.1 unknown\n  {DIEGO}\n    retry timeout exceeded\n  {FATIMA}\n    Unrouteable address\n", sender="Mail Delivery System <Mailer-Daemon@relay.example>", subject="Mail delivery failed: returning message to sender"), {CHEN, DIEGO, FATIMA}, set()),
    "qmail, three": (plain(f"Hi. This is the qmail-send program at relay.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<{CHEN}>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 unknown\nGiving up on 192.0.2.1.\n\n<{DIEGO}>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n<{FATIMA}>: Mailbox full\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <{TO}>\nTo: <other@else.example>\n"), {CHEN, DIEGO, FATIMA}, set()),
    "one of them alone on its line": (plain(f"Your message could not be delivered to the following recipients:\n\n<{CHEN}>\n    550 5.1.1 unknown\n<{DIEGO}>: host mx said: 550 5.1.1 unknown\n", sender=POSTMASTER, subject="Delivery failed"), {CHEN, DIEGO}, set()),
    "in one line": (plain(f"Your message could not be delivered to the following recipients:\n\n   {CHEN}, {DIEGO}; {FATIMA}\n\nReason: no such user\n", sender=POSTMASTER, subject="Delivery failed"), {CHEN, DIEGO, FATIMA}, set()),
    "with bullets": (plain(f"Your message could not be delivered to the following recipients:\n\n * {CHEN} - mailbox full\n * {DIEGO} - no such user\n", sender=POSTMASTER, subject="Delivery failed"), {CHEN, DIEGO}, set()),
    "numbered": (plain(f"Undeliverable recipients:\n\n1. {CHEN}: 550 no such user\n2. {DIEGO}: 550 no such user\n", sender=POSTMASTER, subject="Delivery failed"), {CHEN, DIEGO}, set()),
    "headers that name two": (plain("Delivery failed.\n", X_Failed_Recipients=f"{CHEN}, {DIEGO}"), {CHEN, DIEGO}, set()),
    "a header for each": (plain("Delivery failed.\nX\n", X_Failed_Recipients=f"{CHEN}\nX-Failed-Recipients: {DIEGO}"), {CHEN, DIEGO}, set()),
    "exchange 5.5, two": (plain(f"Your message\n\n  To:      risk@elsewhere.example\n  Subject: Minutes\n  Sent:    Tue, 24 Nov 2026 09:00:00 -0000\n\ndid not reach the following recipient(s):\n\n{CHEN} on Tue, 24 Nov 2026 09:01:00 -0000\n    The recipient name is not recognized\n{DIEGO} on Tue, 24 Nov 2026 09:01:00 -0000\n    The recipient name is not recognized\n", sender="System Administrator <postmaster@far.example>", subject="Undeliverable: Minutes"), {CHEN, DIEGO}, set()),
    "a name with an equals sign in words": (plain(f"This is the mail system at host mx.\n\nYour message could not be delivered to one or more recipients.\n\n<{EQUALS}>: host mx said: 550 5.1.1 unknown\n"), {EQUALS}, set()),
    "brackets whose encoding was not undone": (plain("Your message could not be delivered to one or more recipients.\n\n=3Cchen@far.example=3E: host mx said: 550 5.1.1 unknown\n"), {CHEN}, set()),
    "a key before the address": (plain(f"Delivery failed.\n\nrecipient={CHEN} status=bounced (550 5.1.1 unknown)\n"), {CHEN}, set()),
    "an equals sign in the address reported to": (plain("Your message could not be delivered. The user is unknown.\n", sender=POSTMASTER, subject="Delivery failure").replace(TO.encode(), b"risk-bounces+chen=li=far.example@lists.hub.example"), {EQUALS}, set()),
    "post_master": (plain(f"Message could not be delivered to mobile.\nMessage to: {CHEN}\n", sender="post_master@mobile.example", subject="Re: Undeliverable Message"), {CHEN}, set()),
    "postmast": (plain(f"Ihre Nachricht konnte an folgende Empfänger nicht zugestellt werden:\n\n{CHEN}\n", sender="postmast@far.example", subject="AW: Unzustellbar: Minutes"), {CHEN}, set()),
    "mailer_daemon": (plain(f"The following recipient could not be reached:\n\n  {CHEN}\n", sender="Mailer_Daemon@far.example", subject="Fwd: Minutes"), {CHEN}, set()),
    "marked by a gateway": (plain(f"Could not deliver message to the following recipient(s):\n\nFailed Recipient: {CHEN}\nReason: Remote host said: 550 unknown user\n", sender="ndr@far.example", subject="[EXTERNAL] RE: Undeliverable: Minutes"), {CHEN}, set()),
    "under another name, the subject as it was": (plain(f"This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its recipients:\n\n  {CHEN}\n    550 5.1.1 unknown\n", sender="no-reply@relay.example", subject="[risk] Minutes"), {CHEN}, set()),
    "answer to a copy by a server": (plain(f"Your message did not reach some or all of the intended recipients.\n\nThe following recipient(s) could not be reached:\n\n      {CHEN} on 24/11/2026 09:01\n            550 5.1.1 unknown\n", sender=POSTMASTER, subject="RE: Undeliverable: Minutes", Auto_Submitted="auto-generated", In_Reply_To="<1@lists.hub.example>"), {CHEN}, set()),
    "google groups": (plain(f"Hello {TO},\n\nWe're writing to let you know that the group you tried to contact (risk-experts) may not exist, or you may not have permission to post messages to the group.\n", sender="Mail Delivery Subsystem <mailer-daemon@googlemail.example>", subject="Delivery Status Notification (Failure)", X_Failed_Recipients="risk-experts@far.example"), {"risk-experts@far.example"}, set()),
    "gmail, full": (plain(f"** Message not delivered **\n\nThere was a problem delivering your message to {CHEN}. See the technical details below.\n\nThe response from the remote server was:\n552 5.2.2 The email account that you tried to reach is over quota.\n", sender="Mail Delivery Subsystem <mailer-daemon@googlemail.example>", subject="Delivery Status Notification (Failure)"), {CHEN}, set()),
    "yahoo, late": (plain(f"Sorry, we were unable to deliver your message to the following address yet. We will keep trying.\n\n<{CHEN}>:\nMail server for \"far.example\" unreachable for too long\n", subject="Delivery delayed"), set(), {CHEN}),
    "dma": (plain(f"This is the DragonFly Mail Agent v0.11 at relay.example.\n\nThere was an error delivering your mail to <{CHEN}>.\n\nmx.far.example [192.0.2.1] did not like our RCPT TO:\n550 5.1.1 unknown\n\nOriginal message headers follow.\n\nReceived: from a\nTo: y@else.example\n", subject="Mail delivery failed"), {CHEN}, set()),
    "haraka": (plain(f"Hi. This is the Haraka email server at relay.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\nIntended Recipients: <{CHEN}>\nFailure Reason: 550 5.1.1 unknown\n", subject="Failed Mail"), {CHEN}, set()),
    "whom the mail was for": (parts("Content-Type: text/plain\n\nYour message could not be delivered: user unknown.\n", f"Content-Type: message/rfc822\n\n{DIRECT}", sender="MAILER-DAEMON@far.example", subject="Returned mail: User unknown"), {CHEN}, set()),
}  # fmt: skip
