# ruff: noqa: E501 - the lines of a report are as long as its program writes them.
"""Reports that come inside another mail, and notifications of cloud providers in JSON."""

import json

from tests.listserv.bounces.rare_shapes import parts
from tests.listserv.bounces.report_writing import CHEN, DIEGO, TO, Case, plain
from tests.listserv.bounces.shapes import SHAPES

QMAIL, DSN = (SHAPES[name][0].decode().replace("\r\n", "\n") for name in ("qmail", "rfc 3464"))
OTHER = DSN.replace(CHEN, DIEGO)
NOTE = "Content-Type: text/plain\n\nThe attached message was released from quarantine.\n"


def attached(*mails: str) -> list[str]:
    inner = [mail.replace("--b", "--inner").replace('"b"', '"inner"') for mail in mails]
    return [f"Content-Type: message/rfc822\n\n{mail}" for mail in inner]


def inline(
    head: str, text: str, subject: str = "Fwd: Minutes", rule: str = "---------- Forwarded message ---------"
) -> bytes:
    return plain(f"{rule}\n{head}\n\n{text}", sender="Mail gateway <gateway@relay.example>", subject=subject)


FAILED_WORDS = f"This is the mail system at host mx.far.example.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n<{CHEN}>: host mx said: 550 5.1.1 unknown\n"

WRAPPED: dict[str, Case] = {
    "a report for programs, attached": (parts(NOTE, *attached(DSN)), {CHEN}, set()),
    "a report in words, attached": (parts(NOTE, *attached(QMAIL)), {CHEN}, set()),
    "nothing but the report, attached": (parts(*attached(DSN)), {CHEN}, set()),
    "two reports, attached": (parts(NOTE, *attached(DSN, OTHER)), {CHEN, DIEGO}, set()),
    "a digest of reports": (parts(*attached(DSN, OTHER), kind="digest"), {CHEN, DIEGO}, set()),
    "under the subject of the report": (parts(NOTE, *attached(DSN), subject="Fwd: Undelivered Mail Returned to Sender"), {CHEN}, set()),
    "mailman tells the owner": (parts(f"Content-Type: text/plain\n\nThis is a Mailman mailing list bounce action notice:\n\n    List:       risk\n    Member:     {CHEN}\n    Action:     Subscription disabled.\n    Reason:     Excessive or fatal bounces.\n\nThe triggering bounce notice is attached below.\n", *attached(DSN), sender="mailman@lists.else.example", subject="Bounce action notification"), {CHEN}, set()),
    "mailman did not know it": (parts("Content-Type: text/plain\n\nThe attached message was received as a bounce, but either the bounce format was not recognized, or no member addresses could be extracted from it.\n", *attached(QMAIL), sender="mailman-bounces@lists.else.example", subject="Uncaught bounce notification"), {CHEN}, set()),
    "in the text": (inline("From: Mail Delivery System <MAILER-DAEMON@mx.far.example>\nDate: Tue, 24 Nov 2026\nSubject: Undelivered Mail Returned to Sender\nTo: <risk-bounces@lists.hub.example>", FAILED_WORDS), {CHEN}, set()),
    "in the text, by Outlook": (inline("From: Mail Delivery System <MAILER-DAEMON@mx.far.example>\nSent: Tuesday\nTo: risk\nSubject: Undelivered Mail Returned to Sender", FAILED_WORDS, subject="FW: Undelivered Mail Returned to Sender", rule="-----Original Message-----"), {CHEN}, set()),
    "in the text, in German": (inline("Von: Mail Delivery System <MAILER-DAEMON@mx.far.example>\nGesendet: Dienstag\nAn: risk\nBetreff: Undelivered Mail Returned to Sender", FAILED_WORDS, subject="WG: Minutes", rule="-----Ursprüngliche Nachricht-----"), {CHEN}, set()),
    "in the text, in French": (inline("De : postmaster@far.example\nEnvoyé : mardi\nÀ : risk\nObjet : Non remis : Minutes", f"Échec de la remise pour ces destinataires ou listes de distribution :\n\n{CHEN}\nL'adresse n'a pas pu être trouvée.\n", subject="TR : Minutes", rule=""), {CHEN}, set()),
    "in the text, late": (inline("From: MAILER-DAEMON@mx.far.example\nSubject: Delayed Mail (still being retried)", f"Your message could not be delivered for more than 4 hour(s).\nIt will be retried until it is 5 day(s) old.\n\n<{CHEN}>: connect to mx: Connection timed out\n"), set(), {CHEN}),
}  # fmt: skip


def notified(document: object, *, behind: str = "") -> bytes:
    """Return a mail with a notification in it."""
    text = document if isinstance(document, str) else json.dumps(document)
    return plain(
        f"{text}\n{behind}",
        sender="AWS Notifications <no-reply@sns.amazonaws.example>",
        subject="AWS Notification Message",
    )


def amazon(kind: str, **more: object) -> dict[str, object]:
    """Return a notification of Amazon SES."""
    return {"notificationType": kind, "mail": {"source": TO, "messageId": "0102", "commonHeaders": {"messageId": "<1@lists.hub.example>"}, "destination": ["y@else.example"]}, **more}  # fmt: skip


def bounced(kind: str, *who: str, status: str = "5.1.1") -> dict[str, object]:
    return {
        "bounceType": kind,
        "bouncedRecipients": [{"emailAddress": one, "status": status, "action": "failed"} for one in who],
    }


LEAVE = "\n--\nIf you wish to stop receiving notifications from this topic, please click or visit the link below to unsubscribe:\nhttps://sns.amazonaws.example/unsubscribe\n"
COMPLAINED = {"complainedRecipients": [{"emailAddress": CHEN}], "complaintFeedbackType": "abuse"}
NOTIFIED: dict[str, Case] = {
    "amazon, two": (notified(amazon("Bounce", bounce=bounced("Permanent", CHEN, DIEGO)), behind=LEAVE), {CHEN, DIEGO}, set()),
    "amazon, with a name": (notified(amazon("Bounce", bounce=bounced("Permanent", f"Chen <{CHEN}>"))), {CHEN}, set()),
    "amazon, for now": (notified(amazon("Bounce", bounce=bounced("Transient", CHEN, status="4.4.7"))), set(), {CHEN}),
    "amazon, not known": (notified(amazon("Bounce", bounce=bounced("Undetermined", CHEN, status="4.4.7"))), set(), {CHEN}),
    "amazon by SNS": (notified({"Type": "Notification", "TopicArn": "arn:aws:sns:eu", "Message": json.dumps(amazon("Bounce", bounce=bounced("Permanent", CHEN)))}, behind=LEAVE), {CHEN}, set()),
    "amazon, event": (notified({"eventType": "Bounce", "bounce": bounced("Permanent", CHEN), "mail": {}}), {CHEN}, set()),
    "amazon, late": (notified({"eventType": "DeliveryDelay", "deliveryDelay": {"delayType": "MailboxFull", "delayedRecipients": [{"emailAddress": CHEN, "status": "4.2.2"}]}}), set(), {CHEN}),
    "amazon, in long lines": (notified(json.dumps(amazon("Bounce", bounce=bounced("Permanent", CHEN))).replace(", ", ",!\n ")), {CHEN}, set()),
    "amazon, broken in a word": (notified(json.dumps(amazon("Bounce", bounce=bounced("Permanent", CHEN))).replace("Perma", "Perma!\n ")), {CHEN}, set()),
    "amazon, as a file": (parts("Content-Type: text/plain\n\nSee the file.\n", f"Content-Type: application/json; name=n.json\n\n{json.dumps(amazon('Bounce', bounce=bounced('Permanent', CHEN)))}\n"), {CHEN}, set()),
    "amazon, arrived": (notified(amazon("Delivery", delivery={"recipients": [CHEN]})), set(), set()),
    "sendgrid": (notified([{"email": CHEN, "event": "bounce", "type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 unknown"}, {"email": DIEGO, "event": "deferred", "response": "451 later"}, {"email": "a@b.example", "event": "delivered"}]), {CHEN}, {DIEGO}),
    "sendgrid, blocked": (notified([{"email": CHEN, "event": "bounce", "type": "blocked", "reason": "550 spam"}, {"email": DIEGO, "event": "dropped", "reason": "Unsubscribed Address"}]), set(), {CHEN}),
    "mailgun": (notified({"signature": {}, "event-data": {"event": "failed", "severity": "permanent", "recipient": CHEN, "delivery-status": {"code": 550, "message": "5.1.1 unknown"}}}), {CHEN}, set()),
    "mailgun, for now": (notified({"event-data": {"event": "failed", "severity": "temporary", "recipient": CHEN}}), set(), {CHEN}),
    "postmark": (notified({"RecordType": "Bounce", "Type": "HardBounce", "TypeCode": 1, "Email": CHEN, "From": TO, "Details": "550 5.1.1"}), {CHEN}, set()),
    "postmark, for now": (notified({"ID": 1, "Type": "SoftBounce", "TypeCode": 4096, "Email": CHEN}), set(), {CHEN}),
    "postmark, vacation note": (notified({"RecordType": "Bounce", "Type": "AutoResponder", "TypeCode": 64, "Email": CHEN}), set(), set()),
    "mandrill": (notified([{"event": "hard_bounce", "msg": {"email": CHEN, "diag": "smtp;550 5.1.1"}}, {"event": "soft_bounce", "msg": {"email": DIEGO}}]), {CHEN}, {DIEGO}),
    "sparkpost": (notified([{"msys": {"message_event": {"type": "bounce", "bounce_class": "10", "rcpt_to": CHEN, "raw_reason": "550 5.1.1"}}}, {"msys": {"message_event": {"type": "bounce", "bounce_class": "22", "rcpt_to": DIEGO}}}]), {CHEN}, {DIEGO}),
    "mailjet": (notified({"event": "bounce", "email": CHEN, "hard_bounce": True, "error": "user unknown"}), {CHEN}, set()),
    "brevo": (notified({"event": "hard_bounce", "email": CHEN, "reason": "550"}), {CHEN}, set()),
    "something else in JSON": (notified({"event": "meeting", "email": CHEN, "count": 550}), set(), set()),
}  # fmt: skip
COMPLAINTS: dict[str, bytes] = {
    "amazon": notified(amazon("Complaint", complaint=COMPLAINED), behind=LEAVE),
    "amazon by SNS": notified({"Type": "Notification", "Message": json.dumps(amazon("Complaint", complaint=COMPLAINED))}),
    "amazon, event": notified({**amazon("", complaint=COMPLAINED), "eventType": "Complaint"}),
    "sendgrid": notified([{"email": CHEN, "event": "spamreport"}]),
    "mailgun": notified({"event-data": {"event": "complained", "recipient": CHEN}}),
    "postmark": notified({"RecordType": "SpamComplaint", "Type": "SpamComplaint", "TypeCode": 512, "Email": CHEN, "From": TO}),
    "sparkpost": notified([{"msys": {"message_event": {"type": "spam_complaint", "rcpt_to": CHEN}}}]),
}  # fmt: skip
