"""Take a person who leaves for good out of their own words, and list the words of others.

What was said stays. The name and the addresses in one's own texts (a signature, the line above a
quotation) become a gap; no edit is recorded, since it would keep them. The words of others are
theirs: they are listed, and people decide.
"""

import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.text import slugify
from machina.apps.forum_conversation.models import Post, Topic

from forums.models import (
    Attachment,
    Contribution,
    DiscussionProposal,
    ForumPolicy,
    JoinRequest,
    LogEntry,
    PeriodNotification,
    Revision,
    SummaryVersion,
    Withdrawal,
)
from hub.lib.batches import by_key
from hub.lib.clock import now
from hub.lib.markup import render
from hub.lib.redact import CHUNK, SoughtPerson, Trace, scrub, trace_label
from hub.members.models import Invitation
from hub.search.outlet import document_of
from hub.search.services import index_document

if TYPE_CHECKING:
    from hub.members.models import Member

_PROPOSED = ("name", "theme", "why", "sponsor")
_POST = ("subject", "content", "update_reason", "username")


def scrub_words(member: "Member", person: SoughtPerson) -> None:
    """Take the person out of their contributions, and out of the Message-IDs that name these."""
    contributions = Contribution.objects.filter(author=member)
    scrub(person, contributions, ["folded", "imported", "original_subject"])
    scrub(
        person, Revision.objects.filter(contribution__author=member), ["subject", "text", "reason"]
    )
    scrub(person, DiscussionProposal.objects.filter(member=member), [*_PROPOSED, "reason"])
    scrub(person, DiscussionProposal.objects.filter(decided_by=member), ["reason"])
    _scrub_files(Attachment.objects.filter(contribution__author=member), person)
    _scrub_topics(Topic.objects.filter(poster=member), person)
    # Why a moderator changed or refused words stands with them, whoever wrote it.
    scrub(person, Revision.objects.filter(edited_by=member), ["reason"])
    withdrawals = Withdrawal.objects.filter(Q(by=member) | Q(contribution__author=member))
    scrub(person, withdrawals, ["reason"])
    # So does why something was done to them, which the log says of them.
    acts = LogEntry.objects.filter(Q(actor=member) | Q(member=member))
    scrub(person, acts, ["reason", "details"])
    scrub(person, SummaryVersion.objects.filter(written_by=member), ["text"])
    # Written to one person, published nowhere and changed by nobody: as mails of others are.
    scrub(person, JoinRequest.objects.all(), ["statement", "reason"])
    scrub(person, Invitation.objects.all(), ["line"])
    # The log has the reason too, with who gave it.
    scrub(person, PeriodNotification.objects.all(), ["reason"])
    _scrub_posts(member, person)
    _rename_messages(person)


def _scrub_files(files: "QuerySet[Attachment]", person: SoughtPerson) -> None:
    for file in by_key(files.only("pk", "name"), CHUNK):
        name = person.out_of_file_name(file.name)
        if name != file.name:
            Attachment.objects.filter(pk=file.pk).update(name=name)


def _scrub_topics(topics: "QuerySet[Topic]", person: SoughtPerson) -> None:
    """Take the person out of subjects and the slugs made of them; old addresses go on leading."""
    for topic in by_key(person.named_in(topics, ["subject"]), CHUNK):
        subject = person.out_of(topic.subject)[:255]
        slug = slugify(subject, allow_unicode=True)[:255] or "topic"
        Topic.objects.filter(pk=topic.pk).update(subject=subject, slug=slug)


def _scrub_posts(member: "Member", person: SoughtPerson) -> None:
    rows = Contribution.objects.filter(author=member).select_related("post__topic", "author")
    fields = [f"post__{name}" for name in _POST]
    for number in list(person.named_in(rows, fields).order_by("pk").values_list("pk", flat=True)):
        contribution = rows.get(pk=number)
        post = contribution.post
        values: dict[str, Any] = {
            name: person.out_of(str(getattr(post, name) or "")) for name in _POST[2:]
        }
        values["subject"] = person.out_of(post.subject)[:255]
        values["content"] = person.out_of(contribution.text)
        values["_content_rendered"] = str(render(values["content"], contribution.format))
        with transaction.atomic():
            Post.objects.filter(pk=post.pk).update(**values)
            contribution = rows.get(pk=number)
            if contribution.state == Contribution.State.ACCEPTED:
                index_document(document=document_of(contribution), now=now())


def _rename_messages(person: SoughtPerson) -> None:
    """Give messages whose id has the address in it another id, also where others refer to it."""
    named_rows = person.named_in(Contribution.objects.all(), ["message_id"])
    for number, before in list(named_rows.values_list("pk", "message_id")):
        after = f"former.{secrets.token_hex(16)}@{settings.HUB_MAIL_DOMAIN}"
        with transaction.atomic():
            Contribution.objects.filter(pk=number).update(message_id=after)
            Contribution.objects.filter(in_reply_to=before).update(in_reply_to=after)
            for row in Contribution.objects.filter(references__contains=before).only(
                "pk", "references"
            ):
                Contribution.objects.filter(pk=row.pk).update(
                    references=row.references.replace(before, after)
                )
    # Of what is not here, only the name of the message is left.
    scrub(person, Contribution.objects.all(), ["in_reply_to", "references"], gap="", ids=True)
    for row in person.named_in(Contribution.objects.all(), ["once_key"]).only("pk"):
        Contribution.objects.filter(pk=row.pk).update(once_key=None)


def find_traces(member: "Member", person: SoughtPerson) -> Iterator[Trace]:
    """Return where others name the person, from contributions to the names of discussions."""
    yield from _in_contributions(member, person)
    yield from _in_withdrawals(member, person)
    yield from _in_files(member, person)
    yield from _in_discussions(member, person)


def _contribution_url(number: int) -> str:
    return reverse("forums:contribution", args=(number,))


def _discussion_url(forum_id: int) -> str:
    return reverse("forums:discussion_by_key", args=(forum_id,))


def _log_url(forum_id: int) -> str:
    return reverse("forums:log", args=(forum_id,))


def _in_contributions(member: "Member", person: SoughtPerson) -> Iterator[Trace]:
    others = Contribution.objects.exclude(author=member).select_related("post")
    fields = ["folded", *(f"post__{name}" for name in _POST)]
    for row in by_key(person.named_in(others, fields), CHUNK):
        texts = (row.folded, row.text, row.subject, row.post.update_reason or "")
        if any(person.is_in(text) for text in texts):
            yield Trace(
                "contribution",
                f"#{row.number} {trace_label(person, row.subject)}",
                _contribution_url(row.number),
            )
    revisions = Revision.objects.exclude(contribution__author=member)
    for revision in by_key(person.named_in(revisions, ["subject", "text", "reason"]), CHUNK):
        yield Trace(
            "revision", f"#{revision.contribution_id}", _contribution_url(revision.contribution_id)
        )


def _in_withdrawals(member: "Member", person: SoughtPerson) -> Iterator[Trace]:
    withdrawals = Withdrawal.objects.exclude(by=member)
    for row in by_key(person.named_in(withdrawals, ["reason"]), CHUNK):
        number = row.contribution_id
        yield Trace("contribution", f"#{number}", _contribution_url(number))


def _in_files(member: "Member", person: SoughtPerson) -> Iterator[Trace]:
    files = Attachment.objects.exclude(contribution__author=member).only(
        "pk", "name", "contribution_id"
    )
    for file in by_key(files, CHUNK):
        label = person.out_of_file_name(file.name)
        if label != file.name:
            yield Trace(
                "file",
                f"#{file.contribution_id} {trace_label(person, label)}",
                _contribution_url(file.contribution_id),
            )


def _in_discussions(member: "Member", person: SoughtPerson) -> Iterator[Trace]:
    for topic in by_key(person.named_in(Topic.objects.exclude(poster=member), ["subject"]), CHUNK):
        yield Trace(
            "topic",
            trace_label(person, topic.subject),
            reverse("forums:topic_by_key", args=(topic.pk,)),
        )
    policies = ForumPolicy.objects.select_related("forum")
    places = ["theme", "questions", "summary", "forum__name", "forum__description"]
    places += ["background", "sponsors"]
    for policy in by_key(person.named_in(policies, places), CHUNK):
        yield Trace(
            "discussion", trace_label(person, policy.forum.name), _discussion_url(policy.forum_id)
        )
    yield from _in_logs(member, person)
    proposals = DiscussionProposal.objects.exclude(member=member)
    for proposal in by_key(person.named_in(proposals, [*_PROPOSED, "reason"]), CHUNK):
        yield Trace(
            "discussion",
            trace_label(person, proposal.name),
            reverse("forums:proposal", args=(proposal.pk,)),
        )
    versions = SummaryVersion.objects.exclude(written_by=member).select_related("forum")
    for version in by_key(person.named_in(versions, ["text"]), CHUNK):
        label = f"{trace_label(person, version.forum.name)} ({version.number})"
        yield Trace("discussion", label, _discussion_url(version.forum_id))


def _in_logs(member: "Member", person: SoughtPerson) -> Iterator[Trace]:
    entries = LogEntry.objects.exclude(actor=member).select_related("forum")
    for entry in by_key(person.named_in(entries, ["reason", "details"]), CHUNK):
        label = trace_label(person, entry.forum.name)
        yield Trace("discussion", label, _log_url(entry.forum_id))
