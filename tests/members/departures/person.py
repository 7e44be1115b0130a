"""The person who leaves, and how she comes into every place where the hub may keep a person."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client
from django_tasks_db.models import DBTaskResult
from machina.apps.forum_conversation.models import Topic
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from cms.models import ProceedingsPage, ProceedingsRecord, StandardPage
from cms.services.pages import rich_text
from conferences.models import AgendaItem, Conference, ConferenceSession
from forums import services as forums
from forums.models import (
    Concern,
    Contribution,
    DiscussionProposal,
    ForumPolicy,
    JoinRequest,
    LogEntry,
    PeriodNotification,
    SummaryVersion,
    Withdrawal,
)
from forums.models import Revision as EarlierWords
from hub.lib.clock import now as clock
from hub.lib.mail import send_notification
from hub.members.models import (
    Application,
    ApplicationPassword,
    FactorReset,
    FocalPoint,
    Invitation,
    Member,
    Organisation,
)
from liaison.models import LiaisonGroup
from listserv.gateway.evaluation import evaluate
from listserv.gateway.incoming import IncomingMessage
from listserv.gateway.recipients import resolve
from listserv.gateway.spool import write
from listserv.gateway.worker import publish_accepted
from listserv.maintenance import maintain
from listserv.models import (
    AddressHealth,
    ArchiveImport,
    Bounce,
    InboundMail,
    Mailing,
    MailingList,
    Procedure,
    RelayTrouble,
    Retry,
    Subscription,
)
from listserv.outbound.delivery_worker import deliver_mailings, deliver_notices
from tests.world import World

NAME, HOME, WORK = "Zubayda Quillfeather", "zubayda@quill.example", "z.quill@büro.example"


WORDS = (NAME, HOME, WORK, "z.quill@xn--bro-hoa.example")


ALL = f"{NAME} <{HOME}>, {WORK}"


def _list(world: World) -> MailingList:
    return MailingList.objects.get(forum_id=world.keys["forum"])


def _mail(world: World, author: Member, text: str, *, sent_as: str = "", number: int = 0) -> InboundMail:
    """Let somebody send a mail to the list, signed in, and publish it."""
    sender = sent_as or author.email
    raw = (
        f"From: {author.name} <{sender}>\r\nTo: {_list(world).address}\r\nCc: {ALL}\r\nSubject: Water {number}\r\n"
        f"Message-ID: <{number}.{sender}>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    ).encode()
    incoming = IncomingMessage(
        peer="192.0.2.1", helo="x", auth_id=author.pk, mail_from=sender, recipients=(resolve(_list(world).address),),
        raw=raw, size=len(raw), received_at=clock(),
    )  # fmt: skip
    write([evaluate(incoming)])
    publish_accepted(clock())
    return InboundMail.objects.order_by("-pk")[0]


def fill(world: World, member: Member) -> None:
    """Put the person wherever the hub may keep a person."""
    amina, sofia = world.people["amina"], world.people["sofia"]
    assert amina is not None and sofia is not None
    forum = world.keys["forum"]
    own = _mail(world, member, f"My own words.\r\n\r\n-- \r\n{NAME}\r\n{HOME}\r\n", number=1)
    agreeing = _mail(world, amina, f"I agree.\r\n\r\nOn Monday, {ALL} wrote:\r\n> My own words.\r\n", number=2)
    third = _mail(world, amina, "Nothing more.", number=3)
    own_words = forums.publish(
        draft=forums.Draft(forum_id=forum, subject=f"By {NAME}", text=f"Write to {HOME}, {NAME}.",
                           files=(forums.Upload(f"{NAME}.pdf", b"%PDF-1.7", "application/pdf"),)),
        author=member, origin="web", now=clock(),
    ).contribution  # fmt: skip
    other = forums.publish(
        draft=forums.Draft(forum_id=forum, subject=f"To {NAME}", text=f"As **{NAME}** ({HOME}) said.",
                           files=(forums.Upload(f"{NAME}.pdf", b"%PDF-1.8", "application/pdf"),)),
        author=amina, origin="web", now=clock(),
    ).contribution  # fmt: skip
    Concern.objects.update_or_create(contribution=other, member=member, defaults={"kind": "mention", "written": NAME})
    for contribution in (own_words, other):
        EarlierWords.objects.create(
            contribution=contribution, number=0, subject="x", text=f"Before: {ALL}", edited_by=contribution.author,
            edited_at=clock(), reason=f"as {NAME} asked" if contribution == own_words else "",
        )  # fmt: skip
    Contribution.objects.filter(pk=other.pk).update(references=f"<1.{HOME}> <2@x>", in_reply_to=f"1.{HOME}")
    Contribution.objects.filter(pk=own_words.pk).update(imported={"from": NAME, "subject": f"By {NAME}"})
    ForumPolicy.objects.filter(forum_id=forum).update(
        summary=ALL, theme=ALL, questions=ALL, background=ALL, sponsors=ALL
    )
    _fill_log(forum, member, sofia)
    for contribution, by in ((own, sofia), (agreeing, member), (third, sofia)):
        row = Contribution.objects.get(message_id=contribution.message_id)
        Withdrawal.objects.create(contribution=row, by=by, at=clock(), reason=f"as {NAME} asked")
    _fill_entrance(forum, member, sofia)
    _fill_proposals(forum, member, sofia)
    SummaryVersion.objects.create(forum_id=forum, number=900, text=ALL, written_by=member, written_at=clock())
    SummaryVersion.objects.create(forum_id=forum, number=901, text=ALL, written_by=sofia, written_at=clock())
    Procedure.objects.create(
        list=MailingList.objects.get(forum_id=forum), texts={"en": {"subject": NAME, "text": ALL}}, created_at=clock()
    )
    Conference.objects.filter(forum_id=forum).update(background=f"Called by {NAME}")
    ConferenceSession.objects.update(title=f"With {NAME}")
    AgendaItem.objects.update(title=f"Paper of {NAME}")
    Topic.objects.filter(forum_id=forum).exclude(poster=member).update(subject=f"To {NAME}")
    LiaisonGroup.objects.update(mandate=f"Ask {NAME}")
    _fill_people(member, sofia)
    _fill_mail(world, member, amina, own)
    _fill_pages(world, member, sofia)


def _fill_log(forum: int, member: Member, sofia: Member) -> None:
    """Note what the person did, what was done to her, and what of it was done to others in her name."""
    for actor, whom in ((member, sofia), (sofia, member), (sofia, None)):
        LogEntry.objects.create(
            forum_id=forum, actor=actor, member=whom, act="member.role", reason=f"as {NAME} asked",
            details={"before": NAME, "role": HOME}, created_at=clock(),
        )  # fmt: skip


def _fill_entrance(forum: int, member: Member, sofia: Member) -> None:
    """Let her ask and be asked, and others write of her as they do."""
    for asking, deciding in ((member, sofia), (sofia, member)):
        JoinRequest.objects.create(
            forum_id=forum, member=asking, statement=ALL, state="declined", created_at=clock(), decided_by=deciding,
            decided_at=clock(), reason=ALL,
        )  # fmt: skip
    ministry = Organisation.objects.create(name="Ministry")
    Member.objects.filter(pk=member.pk).update(affiliation=ministry, stakeholder_group="government")
    FocalPoint.objects.create(member=member, country="JO", named_at=clock())
    # Two to her, one of them before the address was hers; one by her, one by another.
    invited = ((member, HOME, sofia), (None, WORK, sofia), (None, "a@b.example", member), (None, "b@b.example", sofia))
    for number, (owner, email, inviting) in enumerate(invited):
        Invitation.objects.create(
            forum_id=forum, email=email, member=owner, invited_by=inviting, line=ALL, digest=str(number),
            created_at=clock(), sent_at=clock(), expires_at=clock(),
        )  # fmt: skip


def _fill_proposals(forum: int, member: Member, sofia: Member) -> None:
    """Let her propose a discussion and decide on another, and tell why one was opened again."""
    for proposing, deciding in ((member, sofia), (sofia, member), (sofia, sofia)):
        DiscussionProposal.objects.create(
            member=proposing, name=f"By {NAME}", theme=ALL, why=ALL, sponsor=f"Office of {NAME}", state="declined",
            created_at=clock(), decided_by=deciding, decided_at=clock(), reason=ALL,
        )  # fmt: skip
    PeriodNotification.objects.create(forum_id=forum, kind="reopened", due_at=clock(), reason=f"{NAME} asked.")


def _fill_people(member: Member, sofia: Member) -> None:
    Application.objects.create(member=member, statement=ALL, state="approved", created_at=clock(), reason=ALL)
    Application.objects.exclude(member=member).update(statement=f"{NAME} told me of it.")
    Authenticator.objects.create(user=member, type="totp", data={"secret": "x", "name": NAME})
    ApplicationPassword.objects.create(member=member, label=f"Phone of {NAME}", digest="x", created_at=clock())
    FactorReset.objects.create(member=member, actor=sofia, reason=f"{NAME} called.", created_at=clock())
    UserProfile.get_for_user(member)
    ModelLogEntry.objects.log_action(member, "wagtail.edit", user=sofia, data={"title": NAME})
    client = Client()
    client.force_login(member, backend="hub.members.backends.AddressBackend")
    DBTaskResult.objects.create(
        task_path="x.y", args_kwargs={"args": [HOME], "kwargs": {}}, status="SUCCESSFUL", backend_name="default",
        run_after=clock(), priority=0, queue_name="default", return_value=NAME, traceback=f"for {HOME}",
        exception_class_path="", worker_ids=[],
    )  # fmt: skip


def _fill_mail(world: World, member: Member, amina: Member, own: InboundMail) -> None:
    subscription = Subscription.objects.get(member=member)
    subscription.address, subscription.ended_at = EmailAddress.objects.get(email=WORK), clock()
    subscription.save()
    deliver_mailings(clock())
    Bounce.objects.create(subscription=subscription, address=WORK, kind="permanent", created_at=clock())
    others = Subscription.objects.exclude(member=member)[0]
    Bounce.objects.create(
        subscription=others, address="a@b.example", kind="permanent", created_at=clock(), diagnostic=f"not {HOME}"
    )
    Retry.objects.create(
        mailing=Mailing.objects.all()[0], subscription=others, created_at=clock(), last_reply=f"550 <{HOME}>"
    )
    Mailing.objects.update(last_reply=f"451 {HOME}")
    ArchiveImport.objects.create(list=_list(world), name=f"{NAME}.mbox", sha256="0" * 64, size=1, started_at=clock())
    send_notification(to=amina, template="listserv/mail/probe", context={"address": ALL, "lists_url": "x"})
    send_notification(
        to=member, address=WORK, template="listserv/mail/probe", context={"address": WORK, "lists_url": "x"}
    )
    deliver_notices(clock())
    send_notification(to=amina, template="listserv/mail/probe", context={"address": ALL, "lists_url": "x"})
    InboundMail.objects.filter(member=amina).update(reason=f"see {NAME}", error=f"for {HOME}")
    maintain(clock())
    AddressHealth.objects.create(address=WORK, score=3)
    RelayTrouble.objects.update_or_create(
        kind="refuses", defaults={"reply": f"550 {HOME}", "since": clock(), "last_at": clock()}
    )


def _fill_pages(world: World, member: Member, sofia: Member) -> None:
    draft = ProceedingsPage.objects.get(pk=world.keys["draft"])
    record = draft.record
    assert record is not None
    data = {**record.data, "participants": [{"name": NAME, "role": "chair", "country": "", "organisation": HOME}]}
    ProceedingsRecord.objects.filter(pk=record.pk).update(data=data)
    page = StandardPage.objects.all()[0]
    page.body = rich_text(f"Ask {NAME}.") if not isinstance(page.body, str) else f"<p>Ask {NAME}.</p>"
    page.save_revision(user=member).publish()
