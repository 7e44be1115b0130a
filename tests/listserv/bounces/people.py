# ruff: noqa: E501 - a sentence is as long as it is.
"""Mails of people, and of programs that answer for them, about mail that did not arrive: none of them is a report."""

from tests.listserv.bounces.innocents import report
from tests.listserv.bounces.rare_shapes import parts
from tests.listserv.bounces.report_writing import CHEN, DIEGO, plain
from tests.listserv.bounces.shapes import SHAPES

AMINA, BORIS = "Amina <amina@people.example>", "boris@people.example"
PASTED = f"This is the mail system at host mx.far.example.\n\nI'm sorry to have to inform you that your message could not be delivered.\n\n<{CHEN}>: host mx said: 550 5.1.1 <{CHEN}>: user unknown (in reply to RCPT TO command)\n"
QUOTED = "".join(f"> {line}\n" for line in PASTED.split("\n"))
UNDELIVERED = "Undelivered Mail Returned to Sender"


def said(text: str, subject: str, sender: str = AMINA, **fields: str) -> bytes:
    return plain(text, sender=sender, subject=subject, **fields)


PEOPLE: dict[str, bytes] = {
    "asks about an address": said(f"Hi Boris,\n\nI got \"550 5.1.1 user unknown\" for {CHEN}. Do you have another address?\n", "Undeliverable: Minutes"),
    "asks with a name alone": said(f"Boris, this came back.\n\n{CHEN}\n550 5.1.1 user unknown\n", "Undeliverable: Minutes"),
    "asks without a greeting": said(f"This came back:\n\n{CHEN}\n550 5.1.1 user unknown\n\nDo you know another address?\n", "Undeliverable: Minutes"),
    "pastes a report under a greeting": said(f"Dear all,\n\n{PASTED}", "Fwd: Undelivered Mail Returned to Sender"),
    "pastes a report below words": said(f"I keep getting this from your list, what shall I do?\n\n{PASTED}", "Trouble"),
    "asks above a report passed on": said(f"Why do I get these?\n\n{PASTED}", f"Fw: {UNDELIVERED}"),
    "tells above a report passed on": said(f"These arrive here every single day, for a week now and more.\n\n{PASTED}", f"Fw: {UNDELIVERED}"),
    "quotes a report": said(f"Why did I get this?\n\n{QUOTED}", f"Re: {UNDELIVERED}"),
    "quotes a report and is linked": said(f"Chen has moved.\n\n{PASTED}", f"Re: {UNDELIVERED}", In_Reply_To="<1@mx.far.example>"),
    "answers a report, in German": said(f"Chen ist nicht mehr da.\n\n{PASTED}", f"AW: {UNDELIVERED}", References="<1@mx.far.example>"),
    "answers a report above its header": said(f"Chen has moved.\n\n-----Original Message-----\nFrom: MAILER-DAEMON@mx.far.example\nSubject: {UNDELIVERED}\n\n{PASTED}", f"RE: {UNDELIVERED}"),
    "pastes fields for programs": said(f"Hello,\n\nthis is what I found:\n\nFinal-Recipient: rfc822; {CHEN}\nAction: failed\nStatus: 5.1.1\n", "Trouble with mail"),
    "answers with fields for programs": said(f"Reporting-MTA: dns; mx\nFinal-Recipient: rfc822; {CHEN}\nAction: failed\nStatus: 5.1.1\n\nis what I got.\n", "Re: [risk] Minutes", In_Reply_To="<1@lists.hub.example>"),
    "a parcel": said(f"The parcel with the seeds could not be delivered. Please send the new address to:\n\n{BORIS}\n", "Delivery problem: seeds"),
    "a parcel came back": said(f"Returned to sender: 450 bags, room 552. Please write to\n\n{BORIS}\n415-555-0100\n", "Returned mail: seeds"),
    "a list of members to look for": said(f"Dear colleagues,\n\nthe following addresses could not be reached:\n\n{CHEN}\n{DIEGO}\n\nWho knows the new ones?\n", "Undeliverable addresses"),
    "a postmaster writes": said(f"Hello,\n\nplease remove {CHEN}, who has left. The mailbox does not exist any more: 550 5.1.1.\n", "Your list", sender="postmaster@far.example"),
    "a postmaster is away": said(f"I am away. Urgent matters: {BORIS}, 415-555-0100. We had 550 users unknown to me.\n", "Automatic reply: Minutes", sender="Postmaster <postmaster@far.example>", Auto_Submitted="auto-replied"),
    "a postmaster's desk answers": said(f"Thank you for writing to the postmaster. Your request has the number 550-4211. For help write to\n\n{BORIS}\n", "Your request", sender="postmaster@far.example", Auto_Submitted="auto-replied"),
    "an administrator tells of a move": said(f"We move 450 mailboxes to a new server. Mailboxes that are full are not moved: 552 of them. Questions go to:\n\n{BORIS}\n", "Move of mailboxes", sender="System Administrator <admin@far.example>"),
    "left, says a program": said(f"This mailbox is no longer monitored. Your message was not delivered to anybody. Please resend it to:\n\n{BORIS}\n", "Undeliverable: I have left", Auto_Submitted="auto-replied", X_Autoreply="yes"),
    "left, and the address does not exist": said(f"The address {CHEN} does not exist any more.\n\nPlease use:\n\n{BORIS}\n", "Automatic reply: [risk] Minutes", Auto_Submitted="auto-replied"),
    "address changed": said(f"My address has changed from\n\n{CHEN}\n\nto\n\n{BORIS}\n\nMail to the old one is refused from 5 May: error 550.\n", "New address"),
    "numbers alone": said("450\n550 5\n421 participants\n552-1234\n550 users, 503 replies\n\nboris@people.example\n", "Figures"),
    "a code of a booking": said(f"Booking code: 550-4211. Error: 450 euros were charged twice. Write to {BORIS}.\n", "Booking error"),
    "RFCs": said(f"RFC 5321 says 550; RFC 3463 says 5.1.1 and 4.2.2. Ask {BORIS}.\n", "Codes"),
    "a minute of a meeting": said(f"5.1.1 The mailbox is full of proposals. 5.1.2 Address unknown persons politely.\n\n{BORIS}\n{CHEN}\n", "Minutes 4.2.2"),
    "about deliverability": said(f"<{CHEN}>: host mx said: 550 5.1.1 - that is how a refusal looks.\n", "How mail fails"),
    "a question about spam": said(f"Why is mail of {CHEN} blocked? It was rejected, says he.\n", "Spam report for May"),
    "a complaint of a person": said(f"I complain about {CHEN}, who writes too much.\n", "Complaint about message from Chen"),
    "a report passed on with a greeting": said(f"Dear moderators,\n\nwhat is this?\n\n---------- Forwarded message ---------\nFrom: Mail Delivery System <MAILER-DAEMON@mx.far.example>\nSubject: {UNDELIVERED}\n\n{PASTED}", f"Fwd: {UNDELIVERED}"),
    "read": said(f"Your message\n\nTo: {CHEN}\nSubject: Minutes\nSent: Monday\n\nwas read on Tuesday, 24 November 2026.\n", "Read: Minutes"),
    "not read": said(f"Your message\n\nTo: {CHEN}\nSubject: Minutes\n\nwas deleted without being read on Tuesday, 24 November 2026.\n", "Not read: Minutes"),
    "read, for programs": report("disposition-notification", f"Content-Type: message/disposition-notification\n\nReporting-UA: mail.example\nFinal-Recipient: rfc822;{CHEN}\nDisposition: manual-action/MDN-sent-manually; deleted\n", text="Your message was deleted without being read. It was rejected by nobody: 550.\n"),
    "a challenge": said(f"I am protecting myself from spam. To verify that you are a person, click on the link below to be added to my guest list.\n\n{CHEN}\n550\n", "Verify your message", sender=f"Chen <{CHEN}>"),
    "a ticket": said(f"We have received your request #550-450 and will answer within 5 days.\n\nYour message:\nThe mailbox of {CHEN} is full; mail was rejected.\n", "[Ticket 550450] Delivery failure of mail", sender="Helpdesk <help@far.example>", Auto_Submitted="auto-replied", X_Autoreply="yes"),
    "with a copy of ours attached": parts(f"Content-Type: text/plain\n\nI am away. Write to {BORIS}.\n", "Content-Type: message/rfc822\n\nFrom: amina@people.example\nTo: risk@lists.hub.example\nSubject: [risk] Minutes\n\nThe address chen@far.example does not exist: 550 5.1.1.\n", sender=AMINA, subject="Away", Auto_Submitted="auto-replied"),
    "answers above a report attached": parts("Content-Type: text/plain\n\nI got the attached. Why?\n", f"Content-Type: message/rfc822\n\n{SHAPES['qmail'][0].decode()}", sender=AMINA, subject="Re: [risk] Minutes", In_Reply_To="<1@lists.hub.example>"),
    "says that somebody has gone": said(f"{CHEN} does not exist any more.\n", "Delivery failure"),
    "dead addresses": said(f"These are dead:\n\n{CHEN}\n{DIEGO} - 550 user unknown\n", "Undeliverable addresses in our list"),
    "passes a report on and asks": said(f"Can you look into this?\n\n---------- Forwarded message ----------\nFrom: Mail Delivery System <MAILER-DAEMON@mx.far.example>\nSubject: {UNDELIVERED}\nTo: boris@people.example\n\n{PASTED}", f"Fwd: {UNDELIVERED}"),
    "writes of fields below a mark": said(f"I propose that this counts as permanent:\n\nFinal-Recipient: rfc822; {CHEN}\nAction: failed\nStatus: 5.1.1\n", "Re: [risk] Delivery status notification (failure) handling"),
    "tells of a session": said(f"I tried by hand:\n\n>>> RCPT TO:<{CHEN}>\n<<< 550 5.1.1 <{CHEN}>: User unknown\n\nso it is their server.\n", "Mail delivery failed"),
    "sends a report on, its parts beside a question": parts("Content-Type: text/plain\n\nHi, what does this mean?\n", f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; {CHEN}\nAction: failed\nStatus: 5.1.1\n", sender=AMINA, subject="Fwd: Undelivered Mail"),
    "sends a report on, attached, with a question": parts("Content-Type: text/plain\n\nHi, what does this mean?\n", f"Content-Type: message/rfc822\n\n{SHAPES['qmail'][0].decode()}", sender=AMINA, subject="Fwd: a mail"),
    "a postmaster warns of a quota": said(f"The mailbox of:\n\n{CHEN}\n\nis over quota. New mail will be rejected until messages are deleted.\n", "Mailbox quota warning", sender="System Administrator <postmaster@far.example>"),
    "JSON of a person": said('{"event": "bounce party", "email": "' + CHEN + '", "seats": 550}\n', "Party"),
}  # fmt: skip
