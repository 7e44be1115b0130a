"""Render a contribution as the mail of its list: once for all, then a few lines for each copy.

A copy is ``prefix + personal + body``. The prefix holds the headers that are the same for all, the
body is one of a few (:mod:`listserv.outbound.bodies`), and what stands between is the recipient's
own: where a reply goes and how to leave.

A reply goes to the reply address (Reply-To); To is the posting address, in which nothing is
personal, since mail programs quote it; From is the author's (:mod:`listserv.outbound.authors`).
"""

import re
from collections.abc import Iterable
from email.utils import format_datetime
from functools import cached_property
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from hub.lib.full_urls import full_url
from listserv import tokens
from listserv.mail.parse.subjects import bare_subject
from listserv.mail.smtp.progress import Progress
from listserv.mail.smtp.transport import Batch, Envelope
from listserv.models import Mailing
from listserv.outbound.authors import author_of
from listserv.outbound.bodies import Bodies, bcp47
from listserv.outbound.mime_writing import mailbox, structured, unstructured
from listserv.outbound.roster import Receiver

if TYPE_CHECKING:
    from forums.models import Contribution

__all__ = ["Copies", "Renderer", "bcp47", "list_headers", "subject_line", "thread_of"]

# Message-IDs named in References: the thread's first and the newest (long threads would break
# header limits).
REFERENCES_MAX = 20
_message_id = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e]{3,250}")


def subject_line(subject: str, tag: str, *, answers: bool) -> str:
    """Return the subject with the list's tag once, after one "Re:" for what ``answers`` in a topic.

    Whatever marks it came with are gone: copies and replies thread by subject too, in every mail
    program.
    """
    line = f"[{tag}] {bare_subject(subject, tag=tag)}".strip()
    if answers:
        return f"Re: {line}"
    return line


def thread_of(contribution: "Contribution") -> tuple[str, list[str]]:
    """Return In-Reply-To (empty for none) and References, as Message-IDs without brackets.

    What came by mail keeps the author's own; the parent in the hub ends the list in any case, so
    that an answer by web or live threads as one by mail does. Source: RFC 5322 §3.6.4.
    """
    answered, ids = contribution.in_reply_to, contribution.references.split()
    ids.append(contribution.in_reply_to)
    if contribution.parent is not None:
        answered = contribution.parent.message_id
        ids.append(answered)
    usable = [name for name in ids if _message_id.fullmatch(name) is not None]
    # Each stands where it is named last.
    backwards = dict.fromkeys(reversed(usable))
    backwards.pop(contribution.message_id, None)
    chain = list(reversed(backwards))
    if answered not in backwards:
        answered = ""
    if len(chain) > REFERENCES_MAX:
        chain = chain[:1] + chain[1 - REFERENCES_MAX :]
    return answered, chain


def list_headers(mailing: Mailing) -> bytes:
    """Return the fields by which mail programs know a list and its commands (RFC 2369, 2919)."""
    mailing_list, forum = mailing.list, mailing.contribution.post.topic.forum
    page = full_url("forums:discussion_by_key", forum.pk)
    help_page = full_url("listserv:lists")
    commands = {
        name: f"<mailto:{tokens.address(f'{mailing_list.name}-{name}')}>"
        for name in ("help", "join", "owner")
    }
    return b"".join(
        (
            mailbox("List-Id", forum.name, mailing_list.list_id),
            structured("List-Post", f"<mailto:{mailing_list.address}>"),
            structured("List-Help", commands["help"], f"<{help_page}>", join=","),
            structured("List-Subscribe", commands["join"], f"<{help_page}>", join=","),
            structured("List-Owner", commands["owner"]),
            structured("List-Archive", f"<{page}>"),
        )
    )


class Renderer:
    """Make the copies of one mailing.

    Queries: 1 in :meth:`prepare`, that of :class:`Bodies`, none afterwards.
    """

    def __init__(self, mailing: Mailing) -> None:
        self.mailing = mailing
        self.contribution = mailing.contribution
        self.list = mailing.list
        self.forum = self.contribution.post.topic.forum
        self.author = author_of(self.contribution, self.list)
        self.bodies = Bodies(self.contribution, self.list, alias=self.author.alias)

    def prepare(self, receivers: Iterable[Receiver]) -> None:
        """Write what the copies of some receivers share.

        Later nothing can fail any more, or ask the database.
        """
        assert self.prefix
        shapes = {(receiver.language, receiver.form, receiver.concern) for receiver in receivers}
        for language, form, concern in shapes:
            self.bodies.get(language, form, concern)

    def envelope(self, receiver: Receiver) -> Envelope:
        """Return the copy for one receiver, in their language."""
        sender = tokens.bounce_address(
            self.list.name, subscription_id=receiver.pk, number=self.contribution.number
        )
        body = self.bodies.get(receiver.language, receiver.form, receiver.concern)
        return Envelope(sender, receiver.address, (self.prefix, self._personal(receiver), *body))

    @property
    def message_id(self) -> str:
        """The Message-ID: the author's own for a mail, ours for what was said by web or live."""
        own_id = self.contribution.message_id
        if _message_id.fullmatch(own_id):
            return own_id
        # A foreign one that no header may carry; replies find their way by the reply address.
        return f"c{self.contribution.number}@{settings.HUB_MAIL_DOMAIN}"

    @property
    def _answers(self) -> bool:
        """Whether something was said in the topic before.

        The first contribution to an agenda item answers nothing.
        """
        if self.contribution.parent is not None:
            return True
        post = self.contribution.post
        return post.topic.first_post_id not in (None, post.pk)

    @cached_property
    def prefix(self) -> bytes:
        """The headers that every copy shares."""
        contribution, mailing_list = self.contribution, self.list
        return b"".join(
            (
                self.author.fields,
                mailbox("To", self.forum.name, mailing_list.address),
                unstructured(
                    "Subject",
                    subject_line(contribution.subject, mailing_list.tag, answers=self._answers),
                ),
                structured("Date", format_datetime(contribution.created_at)),
                structured("Message-ID", f"<{self.message_id}>"),
                _thread_headers(contribution),
                list_headers(self.mailing),
                structured("Archived-At", f"<{self.bodies.page_url}>"),
                structured("Precedence", "list"),
            )
        )

    @cached_property
    def _gaps(self) -> tuple[bytes, ...]:
        """The personal header block around its gaps: reply address, leave token, leave token."""
        url = reverse("listserv:leave", args=(self.list.name, "TOKEN"))
        # One click by web (RFC 8058) or an empty mail to tokens.leave_address (RFC 2369).
        mailto = f"mailto:{tokens.address(f'{self.list.name}-leave+TOKEN')}"
        links = (f"{settings.HUB_URL}{url}", mailto)
        links_with_gaps = (f"<{link.replace('TOKEN', chr(0))}>" for link in links)
        fields = (
            mailbox("Reply-To", self.forum.name, "\0", fold=True),
            structured("List-Unsubscribe", *links_with_gaps, join=","),
            structured("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        )
        return tuple(b"".join(fields).split(b"\0"))

    def _personal(self, receiver: Receiver) -> bytes:
        leave = tokens.leave_token(receiver.pk).encode()
        reply = tokens.reply_address(
            self.list.name,
            member_id=receiver.member_id,
            number=self.contribution.number,
            list_id=self.list.pk,
        )
        before_reply, before_link, before_mailto, end = self._gaps
        return b"".join(
            (before_reply, reply.encode(), before_link, leave, before_mailto, leave, end)
        )


def _thread_headers(contribution: "Contribution") -> bytes:
    answered, chain = thread_of(contribution)
    headers = b""
    if answered:
        headers += structured("In-Reply-To", f"<{answered}>")
    if chain:
        headers += structured("References", *(f"<{message_id}>" for message_id in chain))
    return headers


class Copies(Batch):
    """The copies for some receivers: while one is on the wire the next is rendered."""

    def __init__(
        self, renderer: Renderer, receivers: list[Receiver], progress: Progress | None = None
    ) -> None:
        renderer.prepare(receivers)
        self._renderer, self._receivers, self.progress = renderer, receivers, progress

    def __len__(self) -> int:
        return len(self._receivers)

    def envelope(self, index: int) -> Envelope:
        """Render one copy."""
        return self._renderer.envelope(self._receivers[index])
