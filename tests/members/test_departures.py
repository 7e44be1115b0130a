"""Who leaves for good leaves no name and no address, in no table and no file; what others wrote is listed."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db import models
from django.test import Client
from django.utils import translation
from django_tasks_db.models import DBTaskResult
from machina.apps.forum_conversation.models import Topic
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from cms.models import ProceedingsPage, ProceedingsRecord, StandardPage
from cms.services.pages import rich_text
from conferences.models import AgendaItem, Conference, ConferenceSession
from forums import services as forums
from forums.models import Attachment, Contribution, ForumPolicy, SummaryVersion
from forums.models import Revision as EarlierWords
from hub.lib.clock import now as clock
from hub.lib.errors import Conflict, Invalid, NotAllowed
from hub.lib.mail import send_letter
from hub.members import departures
from hub.members import models as members
from hub.members.models import Application, ApplicationPassword, Departure, DepartureTrace, FactorReset, Member
from hub.members.services import anonymise_member
from liaison.models import LiaisonGroup
from listserv.gateway.delivery import Delivery
from listserv.gateway.evaluation import evaluate
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
from tests.members.traces import columns, files, places
from tests.world import World, build

pytestmark = pytest.mark.django_db
NAME, HOME, WORK = "Zubayda Quillfeather", "zubayda@quill.example", "z.quill@büro.example"
WORDS = (NAME, HOME, WORK, "z.quill@xn--bro-hoa.example")
ALL = f"{NAME} <{HOME}>, {WORK}"
# Where others' words stand: they are listed, not changed. Everything else must be empty of the person.
LISTED = {
    ("forum_conversation_post", "subject"), ("forum_conversation_post", "content"),
    ("forum_conversation_post", "_content_rendered"), ("forum_conversation_topic", "subject"),
    ("forums_contribution", "folded"), ("forums_revision", "text"), ("forums_summaryversion", "text"),
    ("forums_attachment", "name"),
    ("forums_forumpolicy", "summary"), ("forums_forumpolicy", "theme"), ("forums_forumpolicy", "questions"),
    ("forum_forum", "name"), ("forum_forum", "description"), ("forum_forum", "_description_rendered"),
    ("conferences_conference", "name"), ("conferences_conference", "background"),
    ("conferences_conferencesession", "title"), ("conferences_agendaitem", "title"),
    ("liaison_liaisongroup", "mandate"), ("members_application", "statement"),
    ("cms_standardpage", "body"), ("wagtailcore_revision", "content"),
    # Found again by its text, which is the contribution's or the page's.
    ("hubsearch_searchdocument", "title"), ("hubsearch_searchdocument", "body"),
    ("hubsearch_searchdocument", "folded"), ("wagtailsearch_indexentry", "body"),
    ("wagtailsearch_indexentry_fts", "body"),
}  # fmt: skip
# Issued under a symbol: frozen, with the names as they stood.
FROZEN = {("cms_proceedingsrecord", "data")}


@pytest.fixture
def world(settings: Any) -> World:
    settings.EMAIL_BACKEND = "listserv.outbound.mail_backend.NoticeBackend"
    return build(clock(), settings.HUB_DATA)


@pytest.fixture
def zubayda(world: World) -> Member:
    """A member with two addresses, in a discussion, a conference and a group of the world."""
    member = Member.objects.create_user(email=HOME, name=NAME, password="a long password", is_active=True, country="JO")
    member.organisation, member.expertise = f"Office of {NAME}", f"ask {HOME}"
    member.save()
    for address in (HOME, WORK):
        row = EmailAddress.objects.create(user=member, email=address, verified=True, primary=address == HOME)
    EmailConfirmation.create(row).save()
    forums.admit_member(forum_id=world.keys["forum"], member=member, now=clock())
    return member


def _list(world: World) -> MailingList:
    return MailingList.objects.get(forum_id=world.keys["forum"])


def _mail(world: World, author: Member, text: str, *, sent_as: str = "", number: int = 0) -> InboundMail:
    """Let somebody send a mail to the list, signed in, and publish it."""
    sender = sent_as or author.email
    raw = (
        f"From: {author.name} <{sender}>\r\nTo: {_list(world).address}\r\nCc: {ALL}\r\nSubject: Water {number}\r\n"
        f"Message-ID: <{number}.{sender}>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    ).encode()
    delivery = Delivery(
        peer="192.0.2.1", helo="x", auth_id=author.pk, mail_from=sender, recipients=(resolve(_list(world).address),),
        raw=raw, size=len(raw), received_at=clock(),
    )  # fmt: skip
    write([evaluate(delivery)])
    publish_accepted(clock())
    return InboundMail.objects.order_by("-pk")[0]


def _fill(world: World, member: Member) -> None:
    """Put the person wherever the hub may keep a person."""
    amina, sofia = world.people["amina"], world.people["sofia"]
    assert amina is not None and sofia is not None
    forum = world.keys["forum"]
    own = _mail(world, member, f"My own words.\r\n\r\n-- \r\n{NAME}\r\n{HOME}\r\n", number=1)
    _mail(world, amina, f"I agree.\r\n\r\nOn Monday, {ALL} wrote:\r\n> My own words.\r\n", number=2)
    said = forums.publish(
        draft=forums.Draft(forum_id=forum, subject=f"By {NAME}", text=f"Write to {HOME}, {NAME}.",
                           files=(forums.Upload(f"{NAME}.pdf", b"%PDF-1.7", "application/pdf"),)),
        author=member, origin="web", now=clock(),
    ).contribution  # fmt: skip
    other = forums.publish(
        draft=forums.Draft(forum_id=forum, subject=f"To {NAME}", text=f"As **{NAME}** ({HOME}) said.",
                           files=(forums.Upload(f"{NAME}.pdf", b"%PDF-1.8", "application/pdf"),)),
        author=amina, origin="web", now=clock(),
    ).contribution  # fmt: skip
    for contribution in (said, other):
        EarlierWords.objects.create(
            contribution=contribution, number=0, subject="x", text=f"Before: {ALL}", edited_by=contribution.author,
            edited_at=clock(), reason=f"as {NAME} asked" if contribution == said else "",
        )  # fmt: skip
    Contribution.objects.filter(pk=other.pk).update(references=f"<1.{HOME}> <2@x>", in_reply_to=f"1.{HOME}")
    Contribution.objects.filter(pk=said.pk).update(imported={"from": NAME, "subject": f"By {NAME}"})
    ForumPolicy.objects.filter(forum_id=forum).update(summary=ALL, theme=ALL, questions=ALL)
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
    send_letter(to=amina, template="listserv/mail/probe", context={"address": ALL, "lists_url": "x"})
    send_letter(to=member, address=WORK, template="listserv/mail/probe", context={"address": WORK, "lists_url": "x"})
    deliver_notices(clock())
    send_letter(to=amina, template="listserv/mail/probe", context={"address": ALL, "lists_url": "x"})
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


def test_no_table_and_no_file_names_the_person_but_the_words_of_others_and_what_was_issued(world, zubayda, settings):
    _fill(world, zubayda)
    before = places(*WORDS)
    assert len(before) > 45, sorted(before)
    assert files(settings.HUB_DATA / "outbox", *WORDS)
    anonymise_member(member_id=zubayda.pk, actor=zubayda, now=clock())
    after = places(*WORDS)
    assert not {place: texts for place, texts in after.items() if place not in LISTED}
    assert not files(settings.HUB_DATA, *WORDS)
    traces = list(DepartureTrace.objects.filter(departure__member=zubayda))
    assert not [
        trace for trace in traces if any(word.lower() in f"{trace.label} {trace.url}".lower() for word in WORDS)
    ]
    assert {trace.kind for trace in traces} == {value for value, _label in DepartureTrace.Kind.choices}


def test_own_words_stay_but_for_the_name_and_are_found_as_they_are_now(world, zubayda):
    _fill(world, zubayda)
    anonymise_member(member_id=zubayda.pk, actor=zubayda, now=clock())
    own = list(Contribution.objects.filter(author=zubayda).order_by("pk"))
    assert own[0].text.startswith("My own words.")
    assert own[1].text == "Write to […], […]."
    assert "Write to […]" in own[1].html
    assert Attachment.objects.get(contribution=own[1]).name == "[…].pdf"
    assert own[1].imported == {"subject": "By […]"}
    # A reply is still a reply to it, under another Message-ID.
    assert Contribution.objects.filter(references__contains=own[0].message_id, in_reply_to=own[0].message_id).exists()


def test_addresses_of_own_topics_and_files_named_without_spaces_forget_the_person_too(world, zubayda):
    said = {}
    for author in (zubayda, world.people["amina"]):
        files = (forums.Upload("Quillfeather_Zubayda-CV.txt", b"Life.", "text/plain"),)
        subject = f"By {NAME}"
        topic = forums.start_topic(forum_id=world.keys["forum"], subject=subject, author=author, now=clock())
        draft = forums.Draft(forum_id=world.keys["forum"], topic_id=topic.pk, text="Read.", files=files)
        said[author] = forums.publish(draft=draft, author=author, origin="web", now=clock()).contribution
    anonymise_member(member_id=zubayda.pk, actor=zubayda, now=clock())
    own, other = (Contribution.objects.get(pk=said[author].pk) for author in said)
    assert own.post.topic.slug == "by" and own.attachments.get().name == "[…].txt"
    # What others have called their files is listed, and the list names nobody.
    assert other.attachments.get().name == "Quillfeather_Zubayda-CV.txt"
    assert DepartureTrace.objects.get(kind="file").label == f"#{other.number} […].txt"


def test_mails_of_others_keep_their_bytes_without_the_person(world, zubayda):
    _fill(world, zubayda)
    anonymise_member(member_id=zubayda.pk, actor=zubayda, now=clock())
    own, other = InboundMail.objects.order_by("pk")[:2]
    assert bytes(own.raw) == b""
    assert b"I agree." in bytes(other.raw)
    assert b"Cc: [...] <[...]>, [...]" in bytes(other.raw)


def test_what_was_issued_keeps_the_name_and_is_not_listed(world, zubayda):
    _fill(world, zubayda)
    ProceedingsPage.objects.filter(pk=world.keys["draft"]).update(symbol="BSN/EC/2026/9", summary=f"By {NAME}")
    anonymise_member(member_id=zubayda.pk, actor=zubayda, now=clock())
    page = ProceedingsPage.objects.get(pk=world.keys["draft"])
    assert page.record is not None
    assert NAME in json.dumps(page.record.data)
    assert NAME in str(page.summary)
    assert not DepartureTrace.objects.filter(url__contains=f"/{page.pk}/edit/").exists()


def test_every_table_with_a_text_has_been_thought_of(world, zubayda):
    """A new column that can hold a name has to be filled above, or to be named here with why it holds none."""
    _fill(world, zubayda)
    filled = {table for table, _column in places(*WORDS)}
    codes_only = {
        table
        for table, names in columns().items()
        if table.startswith(("auth_", "django_", "taggit_", "wagtail", "forum_permission", "machina"))
    }
    nobody = {
        "hublib_heartbeat": "names of parts and hosts",
        "hublib_ratewindow": "hashes",
        "members_loginsession": "signed data and the name of a browser",
        "cms_print": "digests, and names of hosts and files",
        "members_departure": "emptied when it is finished",
        "members_departuretrace": "labels without the person",
        "account_emailconfirmation": "random keys, removed with the address",
        "forums_membership": "roles",
        "listserv_subscription": "codes",
        "listserv_mailinglist": "names of lists",
        "listserv_deliveryhold": "codes",
        "conferences_event": "codes and moments; own acts are searched",
        "conferences_floorrequest": "states",
        "cms_homepage": "searched with all pages",
        "cms_conferenceindexpage": "searched with all pages",
        "cms_proceedingspage": "searched with all pages",
        "forum_forum": "searched with the discussions",
        "cms_issuedtext": "what was issued keeps its names",
        "cms_issuenote": "notes to what was issued, which keep theirs",
    }
    tables = {table for table, names in columns().items() if names}
    assert tables - filled - codes_only - set(nobody) == set()


def test_the_name_is_said_in_the_language_of_the_reader(world, zubayda, monkeypatch):
    anonymise_member(member_id=zubayda.pk, actor=zubayda, now=clock())
    member = Member.objects.get(pk=zubayda.pk)
    row = Member.objects.filter(pk=zubayda.pk).values_list("name", flat=True).get()
    assert row == ""
    with translation.override("en"):
        assert member.name == str(member) == member.get_full_name() == "A former member"
    monkeypatch.setattr(members, "_", lambda text: f"{text} ({translation.get_language()})")
    with translation.override("fr"):
        assert member.name == member.get_full_name() == "A former member (fr)"
    monkeypatch.undo()
    member.save()
    assert Member.objects.only("name").get(pk=zubayda.pk).name == "A former member"
    assert Member.objects.filter(pk=zubayda.pk, name="").exists()
    assert not isinstance(Member._meta.get_field("name").value_from_object(member), type(translation.gettext_lazy("")))


def test_a_namesake_and_an_address_that_is_another_members_are_left_alone(world, zubayda, make_member):
    make_member(NAME, email="other@quill.example")
    amina = world.people["amina"]
    EmailAddress.objects.create(user=zubayda, email="Never@proven.example", verified=False)
    wanted = departures._wanted(zubayda)
    assert wanted == {"names": [], "addresses": sorted([HOME, WORK])}
    assert amina is not None


def test_the_last_of_the_secretariat_and_the_last_who_leads_stay(world, zubayda):
    sofia, chen = world.people["sofia"], world.people["chen"]
    with pytest.raises(Invalid) as last:
        anonymise_member(member_id=sofia.pk, actor=sofia, now=clock())
    with pytest.raises(Invalid) as leader:
        anonymise_member(member_id=chen.pk, actor=sofia, now=clock())
    assert (last.value.code, leader.value.code) == ("last-secretariat", "last-leader")
    with pytest.raises(NotAllowed):
        anonymise_member(member_id=chen.pk, actor=zubayda, now=clock())
    assert Member.objects.get(pk=chen.pk).is_active
    assert not Departure.objects.filter(member=chen).exists()


def test_a_search_that_was_interrupted_is_finished_by_the_worker(world, zubayda, monkeypatch):
    _fill(world, zubayda)
    with monkeypatch.context() as patch:
        patch.setattr(departures, "finish_departure", lambda *, departure_id: 0)
        anonymise_member(member_id=zubayda.pk, actor=zubayda, now=clock())
    departure = Departure.objects.get(member=zubayda)
    assert NAME in departure.wanted["names"]
    task = DBTaskResult.objects.get(task_path__endswith="finish_later")
    assert task.run_after is not None and task.run_after > clock() + timedelta(minutes=5)
    assert departures.finish_later.call(departure.pk) > 0
    departure.refresh_from_db()
    assert (departure.wanted, departure.finished_at is not None) == ({}, True)
    with pytest.raises(Conflict):
        anonymise_member(member_id=zubayda.pk, actor=zubayda, now=clock())


def test_a_member_leaves_by_the_page_with_the_password(world, zubayda, mailoutbox):
    client = Client()
    client.force_login(zubayda, backend="hub.members.backends.AddressBackend")
    page = client.get("/leave/").content.decode()
    assert "cannot be undone" in page and "issued under a symbol" in page
    for wrong in ({"password": "a long password"}, {"password": "wrong", "understood": "on"}, {}):
        assert client.post("/leave/", wrong).status_code == 422
    assert Member.objects.get(pk=zubayda.pk).is_active
    answer = client.post("/leave/", {"password": "a long password", "understood": "on"})
    assert "You have left the network" in answer.content.decode()
    assert client.get("/preferences/").status_code == 302
    assert Member.objects.get(pk=zubayda.pk).anonymised_at


def test_the_secretariat_takes_a_person_out_with_a_reason_and_settles_what_is_left(world, zubayda, mailoutbox):
    _fill(world, zubayda)
    client = Client()
    client.force_login(world.people["sofia"], backend="hub.members.backends.AddressBackend")
    url = f"/members/{zubayda.pk}/anonymise/"
    assert NAME in client.get(url).content.decode()
    assert client.post(url, {"password": "a long password", "understood": "on"}).status_code == 422
    answer = client.post(url, {"password": "a long password", "understood": "on", "reason": f"{NAME} asked by phone."})
    departure = Departure.objects.get(member=zubayda)
    assert answer.url == f"/members/departures/{departure.pk}/"
    assert departure.reason == "[…] asked by phone."
    page = client.get(answer.url).content.decode()
    assert "Mark as settled" in page and NAME not in page
    trace = departure.traces.all()[0]
    client.post(answer.url, {"trace": trace.pk})
    trace.refresh_from_db()
    assert trace.settled_by == world.people["sofia"]
    assert client.get("/members/departures/").status_code == 200
    assert client.get(url).status_code == 404


def test_the_command_does_the_same_and_prints_the_places(world, zubayda):
    _fill(world, zubayda)
    out = StringIO()
    call_command("anonymise", WORK.upper(), "--yes", "--reason", "asked", stdout=out)
    departure = Departure.objects.get(member=zubayda)
    assert f"Places where others name the person: {departure.traces.count()}" in out.getvalue()
    assert "/c/" in out.getvalue()
    with pytest.raises(CommandError, match="No member"):
        call_command("anonymise", WORK, "--yes")


def test_places_are_listed_by_pages_with_a_flat_number_of_queries(world, zubayda, django_assert_max_num_queries):
    anonymise_member(member_id=zubayda.pk, actor=zubayda, now=clock())
    departure = Departure.objects.get(member=zubayda)
    sofia = world.people["sofia"]
    DepartureTrace.objects.bulk_create(
        DepartureTrace(departure=departure, kind="contribution", url=f"/c/{number}/", settled_at=clock(),
                       settled_by=sofia)
        for number in range(120)
    )  # fmt: skip
    client = Client()
    client.force_login(sofia, backend="hub.members.backends.AddressBackend")
    url = f"/members/departures/{departure.pk}/"
    client.get(url)
    with django_assert_max_num_queries(20):
        page = client.get(f"{url}?page=2").content.decode()
    assert page.count("/c/") == 50
    assert isinstance(DepartureTrace._meta.get_field("url"), models.CharField)
