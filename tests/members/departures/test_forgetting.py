"""Who leaves for good leaves no name and no address, in no table and no file; what others wrote is listed."""

import json
import sys

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils import translation

from cms.models import ProceedingsPage
from forums import services as forums
from forums.models import Attachment, Contribution, DiscussionProposal, JoinRequest, LogEntry, Withdrawal
from hub.lib.clock import now as clock
from hub.members import departures
from hub.members.models import DepartureTrace, FocalPoint, Invitation, Member
from hub.members.services import anonymise_member
from listserv.models import (
    InboundMail,
)
from tests.members.departures.person import HOME, NAME, WORDS, WORK, fill
from tests.members.traces import columns, files, places

pytestmark = pytest.mark.django_db


# Where others' words stand: they are listed, not changed. Everything else must be empty of the person.
LISTED = {
    ("forum_conversation_post", "subject"), ("forum_conversation_post", "content"),
    ("forum_conversation_post", "_content_rendered"), ("forum_conversation_topic", "subject"),
    ("forums_contribution", "folded"), ("forums_revision", "text"), ("forums_summaryversion", "text"),
    ("forums_attachment", "name"),
    ("forums_forumpolicy", "summary"), ("forums_forumpolicy", "theme"), ("forums_forumpolicy", "questions"),
    ("forums_forumpolicy", "background"), ("forums_forumpolicy", "sponsors"),
    ("forums_discussionproposal", "name"), ("forums_discussionproposal", "theme"),
    ("forums_discussionproposal", "why"), ("forums_discussionproposal", "sponsor"),
    ("forums_discussionproposal", "reason"),
    ("forums_withdrawal", "reason"),
    ("forums_logentry", "reason"), ("forums_logentry", "details"),
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


def test_no_table_and_no_file_names_the_person_but_the_words_of_others_and_what_was_issued(world, zubayda, settings):
    fill(world, zubayda)
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
    fill(world, zubayda)
    anonymise_member(member_id=zubayda.pk, actor=zubayda, now=clock())
    own = list(Contribution.objects.filter(author=zubayda).order_by("pk"))
    assert own[0].text.startswith("My own words.")
    assert own[1].text == "Write to […], […]."
    assert "Write to […]" in own[1].html
    assert Attachment.objects.get(contribution=own[1]).name == "[…].pdf"
    assert own[1].imported == {"subject": "By […]"}
    # A reply is still a reply to it, under another Message-ID.
    assert Contribution.objects.filter(references__contains=own[0].message_id, in_reply_to=own[0].message_id).exists()


def test_what_she_did_and_what_was_done_to_her_names_her_no_more_and_the_rest_of_the_log_is_listed(world, zubayda):
    fill(world, zubayda)
    anonymise_member(member_id=zubayda.pk, actor=zubayda, now=clock())
    own, hers, other = LogEntry.objects.filter(act="member.role", reason__startswith="as ").order_by("pk")
    assert {own.reason, hers.reason} == {"as […] asked"}
    assert own.details == hers.details == {"before": "[…]", "role": "[…]"}
    assert other.reason == f"as {NAME} asked"
    place = reverse("forums:log", args=(other.forum_id,))
    assert DepartureTrace.objects.filter(kind="discussion", url=place).count() == 1


def test_what_she_proposed_and_decided_stays_without_her_and_the_proposals_of_others_are_listed(world, zubayda):
    fill(world, zubayda)
    anonymise_member(member_id=zubayda.pk, actor=zubayda, now=clock())
    own, decided, other = DiscussionProposal.objects.filter(state="declined").order_by("pk")
    assert (own.name, own.sponsor, own.reason, decided.reason) == ("By […]", "", decided.reason, own.reason)
    assert NAME not in own.reason and NAME in other.reason and NAME in decided.name
    places = {reverse("forums:proposal", args=(proposal.pk,)) for proposal in (own, decided, other)}
    listed = set(DepartureTrace.objects.filter(url__in=places).values_list("url", flat=True))
    assert places - listed == {reverse("forums:proposal", args=(own.pk,))}


def test_why_something_was_withdrawn_names_her_only_where_it_is_the_affair_of_others(world, zubayda):
    fill(world, zubayda)
    anonymise_member(member_id=zubayda.pk, actor=zubayda, now=clock())
    own, decided, other = Withdrawal.objects.order_by("pk")
    assert own.reason == decided.reason == "as […] asked"
    assert other.reason == f"as {NAME} asked"
    place = reverse("forums:contribution", args=(other.contribution_id,))
    assert DepartureTrace.objects.filter(kind="contribution", url=place).exists()


def test_who_leaves_speaks_for_nobody_and_answers_no_invitation_any_more(world, zubayda):
    fill(world, zubayda)
    anonymise_member(member_id=zubayda.pk, actor=zubayda, now=clock())
    zubayda.refresh_from_db()
    assert (zubayda.affiliation, zubayda.stakeholder_group) == (None, "government")
    assert not FocalPoint.objects.filter(member=zubayda, ended_at=None).exists()
    states = dict(Invitation.objects.values_list("digest", "state"))
    assert states == {"0": "revoked", "1": "revoked", "2": "open", "3": "open"}
    own, other = JoinRequest.objects.order_by("pk")
    assert (own.statement, own.reason) == ("", "")
    assert "[…]" in other.statement and "[…]" in other.reason


def test_addresses_of_own_topics_and_files_named_without_spaces_forget_the_person_too(world, zubayda):
    contributions = {}
    for author in (zubayda, world.people["amina"]):
        files = (forums.Upload("Quillfeather_Zubayda-CV.txt", b"Life.", "text/plain"),)
        subject = f"By {NAME}"
        topic = forums.start_topic(forum_id=world.keys["forum"], subject=subject, author=author, now=clock())
        draft = forums.Draft(forum_id=world.keys["forum"], topic_id=topic.pk, text="Read.", files=files)
        contributions[author] = forums.publish(draft=draft, author=author, origin="web", now=clock()).contribution
    anonymise_member(member_id=zubayda.pk, actor=zubayda, now=clock())
    own, other = (Contribution.objects.get(pk=contributions[author].pk) for author in contributions)
    assert own.post.topic.slug == "by" and own.attachments.get().name == "[…].txt"
    # What others have called their files is listed, and the list names nobody.
    assert other.attachments.get().name == "Quillfeather_Zubayda-CV.txt"
    assert DepartureTrace.objects.get(kind="file").label == f"#{other.number} […].txt"


def test_mails_of_others_keep_their_bytes_without_the_person(world, zubayda):
    fill(world, zubayda)
    anonymise_member(member_id=zubayda.pk, actor=zubayda, now=clock())
    own, other = InboundMail.objects.order_by("pk")[:2]
    assert bytes(own.raw) == b""
    assert b"I agree." in bytes(other.raw)
    assert b"Cc: [...] <[...]>, [...]" in bytes(other.raw)


def test_what_was_issued_keeps_the_name_and_is_not_listed(world, zubayda):
    fill(world, zubayda)
    ProceedingsPage.objects.filter(pk=world.keys["draft"]).update(symbol="BSN/EC/2026/9", summary=f"By {NAME}")
    anonymise_member(member_id=zubayda.pk, actor=zubayda, now=clock())
    page = ProceedingsPage.objects.get(pk=world.keys["draft"])
    assert page.record is not None
    assert NAME in json.dumps(page.record.data)
    assert NAME in str(page.summary)
    assert not DepartureTrace.objects.filter(url__contains=f"/{page.pk}/edit/").exists()


def test_every_table_with_a_text_has_been_thought_of(world, zubayda):
    """A new column that can hold a name has to be filled above, or to be named here with why it holds none."""
    fill(world, zubayda)
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
        "forums_topicfollow": "codes; one's own are removed",
        "members_organisation": "names of organisations, kept by the Secretariat",
        "members_focalpoint": "codes of countries",
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
    module = sys.modules[Member._meta.get_field("name").descriptor_class.__module__]
    monkeypatch.setattr(module, "_", lambda text: f"{text} ({translation.get_language()})")
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
