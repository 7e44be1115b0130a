"""No address or link that acts for its owner stands where people quote, and what they quote all the same is hidden."""

import re
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.urls import get_resolver, reverse

from forums import services
from forums.drafts import Upload
from forums.models import Contribution, ForumPolicy
from forums.services.files import content_of
from forums.views.feeds import url_for
from hub.lib.clock import now as clock
from hub.lib.masking import mask
from hub.members.models import Application
from hub.members.services import confirmation_token, password_url
from listserv import tokens
from listserv.archive.export import export_mbox, write_mbox
from listserv.commands.notifications import notify_admitted
from listserv.digests.render import Digest
from listserv.digests.select import gather
from listserv.gateway.sender import identify
from listserv.mail.auth.domain_checks import DomainChecks
from listserv.mail.parse.message import parse
from listserv.models import InboundMail, MailingList, Notice, Subscription
from listserv.outbound.render import Renderer
from listserv.outbound.roster import Form, Receiver
from tests.listserv.commands.conftest import Post
from tests.listserv.gateway.conftest import accept, drain

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r"[a-z0-9]{16,}")
# Addresses and links of ours with something secret in them; aliases are for everybody on the list.
SECRET = re.compile(
    r"\+(?!a\.)(?:r\.)?[a-z2-7]{16,}|/(?:leave|confirm)/\S*[a-z2-7]{16,}|[?&]key=[a-z2-7]{16,}", re.IGNORECASE
)


@pytest.fixture
def risk(cast: Any) -> MailingList:
    """The closed discussion's list."""
    return MailingList.objects.get()


@pytest.fixture
def post(cast: Any, settings: Any) -> Post:
    """The cast's way to the hub."""
    settings.HUB_RATE_PER_HOUR = 1_000
    return Post(cast)


def addresses_of(cast: Any, risk: MailingList, number: int) -> dict[str, str]:
    """Every address and link of ours with a token in it, as Boris has it."""
    member, row = cast.boris, Subscription.objects.get(member=cast.boris)
    application = Application.objects.create(member=cast.stella, created_at=clock())
    return {
        "reply": tokens.reply_address("risk", member_id=member.pk, number=number, list_id=risk.pk),
        "desk": tokens.desk_address("risk", member_id=member.pk, list_id=risk.pk),
        "desk of the hub": tokens.desk_address("", member_id=member.pk, list_id=0),
        "alias": tokens.alias_address("risk", member_id=member.pk, list_id=risk.pk),
        "bounces": tokens.bounce_address("risk", subscription_id=row.pk, number=number),
        "leave": tokens.leave_address("risk", row.pk),
        "leave page": f"https://hub.example{reverse('listserv:leave', args=('risk', tokens.leave_token(row.pk)))}",
        "confirm": tokens.confirm_address("risk", inbound_id=1, member_id=member.pk),
        "confirm page": "https://hub.example"
        + reverse("listserv:confirm", args=("risk", tokens.confirm_token(inbound_id=1, member_id=member.pk))),
        "moderate": tokens.moderate_address("risk", member_id=member.pk, number=number),
        "application": "https://hub.example"
        + reverse("members:confirm", args=(confirmation_token(application=application, now=clock()),)),
        "password": password_url(member),
        "feed": f"https://hub.example{url_for(member, risk.forum_id)}",
    }


def bodies(raw: bytes) -> str:
    """All text of a mail of ours, HTML included."""
    mail = message_from_bytes(raw, policy=policy.default)
    return "\n".join(part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")


# --- What comes in ------------------------------------------------------------------------------------------------


def test_every_address_and_link_with_a_token_is_hidden(cast, risk):
    for what, address in addresses_of(cast, risk, 164).items():
        assert "hidden" in mask(f"See {address} there"), what


def test_every_page_that_takes_a_token_is_known_to_be_one():
    def pages(patterns: Any, prefix: str = "") -> Any:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                yield from pages(pattern.url_patterns, route)
            elif re.search(r":(token|key)>|\(\?P<key>", route) and not route.startswith("admin/"):
                yield re.sub(r"<\w*:?uidb36>|\(\?P<uidb36>[^)]*\)", "1f", route)

    value = "abcdefghijklmnop234567abcdefghijklmnop"
    routes = [
        re.sub(r"[\^$]", "", route.replace("<slug:name>", "risk")) for route in pages(get_resolver().url_patterns)
    ]
    links = [re.sub(r"<(?:\w+:)?(?:token|key)>|\(\?P<key>.*\)", value, route) for route in routes]
    assert len([link for link in links if value in link]) >= 5
    assert not [link for link in links if value in mask(f"https://hub.example/{link}")]


@pytest.mark.parametrize("origin", ["web", "live"])
def test_what_is_written_on_the_web_or_live_is_masked(cast, risk, origin):
    first = cast.say(cast.amina, now=clock())
    secrets = "\n\n".join(addresses_of(cast, risk, first.number).values())
    draft = services.Draft(
        forum_id=cast.forum_id, text=secrets, subject=f"Look: {secrets.split()[0]}",
        files=(Upload(f"{secrets.split()[0]}.txt", secrets.split()[0].encode()),),
    )  # fmt: skip
    contribution = services.publish(draft=draft, author=cast.boris, origin=origin, now=clock()).contribution
    [file] = contribution.attachments.all()
    shown = "\n".join(
        [contribution.text, contribution.subject, contribution.post.topic.subject, contribution.html, file.name]
    )
    assert not SECRET.search(shown) and "+r.hidden@" in shown
    assert content_of(file).startswith(b"risk+r.000")


def test_mail_that_quotes_a_copy_whole_publishes_no_secret_of_it(cast, risk, post):
    contribution = cast.say(cast.amina, now=clock())
    known = addresses_of(cast, risk, contribution.number)
    quoted = "\n".join(f"> {name}: {address[:40]}\n> {address[40:]}" for name, address in known.items())
    inner = [
        "Content-Type: message/rfc822", "Content-Disposition: attachment", "", "Subject: The copy",
        f"Reply-To: <{known['reply']}>", f"Return-Path: <{known['bounces']}>",
        f"List-Unsubscribe: <{known['leave page']}>", "", f"As in {known['moderate']}", "",
    ]  # fmt: skip
    lines = [
        f"From: {cast.boris.email}", "Subject: Fwd of it", "Message-ID: <f@x>", "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="b"', "", "--b", "Content-Type: text/html", "",
        f"<p>Look at {known['reply']} here</p>", "--b", "Content-Type: text/plain", "",
        f"Mine.\n\nOn Monday Hub wrote:\n{quoted}".replace("\n", "\r\n"), "--b", *inner, "--b",
        'Content-Type: text/plain; name="note.txt"', "Content-Disposition: attachment", "", known["desk"], "--b--", "",
    ]  # fmt: skip
    accept("\r\n".join(lines), risk.address, member=cast.boris)
    drain()
    made = Contribution.objects.latest("pk")
    files = [content_of(file).decode() for file in made.attachments.all()]
    assert len(files) == 2 and "The copy" in "".join(files)
    stored = "\n".join([made.text, made.folded, made.html, *files, *(file.name for file in made.attachments.all())])
    for what, address in known.items():
        token = TOKEN.findall(address)[-1]
        assert token[:16] not in re.sub(r"[\s>]", "", stored), what
    archive = b"".join(write_mbox(mailing_list=risk, reader=cast.sofia))
    assert not SECRET.search(archive.decode())
    as_received = b"".join(export_mbox(mailing_list=risk, as_received=True)).decode()
    assert "Mine." in as_received and not SECRET.search(as_received)
    assert not SECRET.search(post.ask(cast.chen, f"GET {made.number}"))


def test_edit_summary_and_reasons_are_masked(cast, risk):
    contribution = cast.say(cast.amina, now=clock())
    secret = addresses_of(cast, risk, contribution.number)["reply"]
    services.edit_contribution(
        number=contribution.number, actor=cast.amina, text=f"Now {secret}", reason=secret, now=clock()
    )
    services.write_summary(forum_id=cast.forum_id, actor=cast.chen, summary=f"See {secret}", now=clock())
    ForumPolicy.objects.update(moderated=True)
    held = cast.say(cast.boris, now=clock())
    services.reject_contribution(number=held.number, actor=cast.chen, reason=f"Not {secret}", now=clock())
    made, refused = Contribution.objects.get(pk=contribution.pk), Contribution.objects.get(pk=held.pk)
    shown = [
        made.text,
        made.html,
        made.post.update_reason,
        ForumPolicy.objects.get().summary,
        refused.decision_reason,
    ]
    assert all("+r.hidden" in text for text in shown)


def test_private_mail_is_passed_on_without_the_writers_secrets(cast, risk):
    contribution = cast.say(cast.amina, now=clock())
    known = addresses_of(cast, risk, contribution.number)
    head = f"From: {cast.boris.email}\r\nSubject: A word\r\nMessage-ID: <p@x>\r\n\r\n"
    raw = f"{head}My own.\r\n\r\n> Reply-To: {known['reply']}\r\n"
    accept(raw, tokens.alias_address("risk", member_id=cast.amina.pk, list_id=risk.pk), member=cast.boris)
    drain()
    text = bodies(bytes(Notice.objects.latest("pk").raw))
    assert "My own." in text and "+r.hidden@" in text and known["reply"] not in text


def test_the_secretariat_sees_no_token_of_a_member(cast, risk, client):
    contribution = cast.say(cast.amina, now=clock())
    known = addresses_of(cast, risk, contribution.number)
    accept(f"From: stranger@x.example\r\nSubject: {known['desk']}\r\n\r\nx\r\n", known["reply"])
    client.force_login(cast.sofia)
    page = client.get("/mail/").content.decode()
    assert "risk+r.hidden@" in page and not SECRET.search(page)
    assert not SECRET.search(str(InboundMail.objects.get()))


# --- What goes out ------------------------------------------------------------------------------------------------


def test_copy_has_its_secrets_in_three_header_fields_and_none_in_its_body(cast, risk, now):
    contribution = cast.say(cast.amina, "Words.", now=clock(), folded="> old")
    row = Subscription.objects.get(member=cast.boris)
    receiver = Receiver(row.pk, cast.boris.pk, cast.boris.email, "en", Form.TEXT)
    renderer = Renderer(contribution.mailings.get())
    renderer.prepare([receiver])
    raw = b"".join(renderer.envelope(receiver).parts)
    mail = message_from_bytes(raw, policy=policy.default)
    assert {name for name, value in mail.items() if SECRET.search(str(value))} == {"Reply-To", "List-Unsubscribe"}
    assert not SECRET.search(bodies(raw))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_digest_has_no_secret_in_its_body(cast, risk, now, language):
    contributions = [cast.say(cast.amina, f"Words {n}. " * 200, subject=f"Topic {n}", now=now) for n in range(3)]
    row = Subscription.objects.get(member=cast.boris)
    digest = Digest(risk, gather(risk, 0), language=language, zone="UTC", now=now)
    raw = b"".join(digest.envelope(row).parts)
    text = bodies(raw)
    assert not SECRET.search(text) and risk.address in text
    for one in contributions:
        assert f"#{one.number}" in text and f"mailto:{risk.address}?subject=%23{one.number}" in text


def test_answer_that_brings_one_contribution_is_answered_to_all_by_its_header_alone(cast, risk, post):
    contribution = cast.say(cast.amina, "Twenty metres.", subject="Distances", now=clock())
    text = post.ask(cast.boris, f"GET {contribution.number}")
    mail = post.mails(cast.boris)[-1]
    reply_to = tokens.reply_address("risk", member_id=cast.boris.pk, number=contribution.number, list_id=risk.pk)
    assert mail.headers.raw("reply-to") == reply_to and not SECRET.search(text)
    assert "Reply to this message to answer everybody" in text
    assert post.send(cast.boris, "Thirty.", to=reply_to, proven=False, subject="Re: 1").startswith("250")
    made = Contribution.objects.latest("pk")
    assert (made.parent, made.author, made.text) == (contribution, cast.boris, "Thirty.")


def test_answer_that_brings_several_says_how_each_is_answered(cast, risk, post):
    first = cast.say(cast.amina, "Twenty metres.", subject="Distances", now=clock())
    second = cast.say(cast.chen, "Thirty.", parent=first.number, now=clock())
    for orders in (
        f"GET {first.number} {second.number}",
        f"GET {first.number}\nGET {second.number}",
        f"GET THREAD {first.number}",
    ):
        text = post.ask(cast.boris, orders)
        assert post.mails(cast.boris)[-1].headers.raw("reply-to").startswith("risk-request+")
        assert f"write to {risk.address} with #{second.number}" in text and not SECRET.search(text)


def test_notifications_that_are_answered_have_their_address_in_reply_to_alone(cast, risk):
    ForumPolicy.objects.update(moderated=True)
    cast.say(cast.amina, "My held words.", now=clock())
    services.ask_to_join(forum_id=cast.forum_id, member=cast.stella, now=clock())
    notify_admitted(mailing_list=risk, member=cast.stella, by=cast.chen)
    rows = list(Notice.objects.all())
    assert len(rows) == 3
    for row in rows:
        mail = message_from_bytes(bytes(row.raw), policy=policy.default)
        assert {name for name, value in mail.items() if SECRET.search(str(value))} == {"Reply-To"}
        assert not SECRET.search(bodies(bytes(row.raw)))


def test_mail_that_was_refused_is_told_of_without_its_reply_address(cast, risk, post):
    contribution = cast.say(cast.amina, now=clock())
    to = tokens.reply_address("risk", member_id=cast.boris.pk, number=contribution.number, list_id=risk.pk)
    accept(f"From: {cast.boris.email}\r\nSubject: x\r\nMessage-ID: <r@x>\r\n\r\nWords.\r\n", to)
    services.remove_member(forum_id=cast.forum_id, member=cast.boris, now=clock())
    drain()
    [mail] = post.mails(cast.boris)
    assert "not published" in mail.text and not SECRET.search(mail.text + mail.subject)


# --- What a token is worth ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dmarc", "policy_of", "proof"), [
    ("pass", "reject", "token"), ("none", "", "token"), ("temperror", "", "token"),
    ("fail", "none", "none"), ("fail", "", "none"), ("fail", "reject", "none"),
])  # fmt: skip
def test_token_is_worth_nothing_in_a_mail_that_its_owners_domain_denies(cast, risk, dmarc, policy_of, proof):
    mail = parse(f"From: {cast.boris.email}\r\n\r\nx\r\n".encode())
    checks = DomainChecks(dmarc=dmarc, policy=policy_of, domain="people.example")
    token = tokens.ReplyToken(cast.boris.pk, 164, risk.pk)
    assert identify(message=mail, auth=None, member=cast.boris, token=token, checks=checks).proof == proof


def test_password_link_works_once(cast, client):
    url = password_url(cast.boris).removeprefix("http://127.0.0.1:8000")
    page = client.get(url, follow=True)
    chosen = {"password1": "a new long password", "password2": "a new long password"}
    assert client.post(page.redirect_chain[-1][0], chosen).status_code == 302
    client.logout()
    again = client.get(url, follow=True)
    assert b'name="password1"' not in again.content


def test_link_that_confirms_an_address_works_once(cast, client, rf):
    from allauth.account.models import EmailAddress, EmailConfirmationHMAC

    row = EmailAddress.objects.create(user=cast.boris, email="b@second.example", verified=False)
    key = EmailConfirmationHMAC(row).key
    assert EmailConfirmationHMAC.from_key(key) is not None
    client.post(f"/accounts/confirm-email/{key}/")
    row.refresh_from_db()
    assert row.verified and EmailConfirmationHMAC.from_key(key) is None
