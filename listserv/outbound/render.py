"""Turn a contribution into the mail of its list: once for all, then a few personal header lines for each copy.

A copy is ``prefix + personal + suffix``. The prefix holds the headers that are the same for all, the suffix the body,
one for each language of the hub (six at most), and what stands between is the recipient's own: where a reply goes and
how to leave.

From is the list's address with the author's name, so that no domain's DMARC policy is broken and no address is shown;
that mailbox is also what sends, hence no Sender (RFC 5322 §3.6.2). A reply goes to the reply address (Reply-To); To is
the posting address, in which nothing is personal, since mail programs quote it.
"""

import re
import secrets
from email.utils import format_datetime
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django_countries import countries

from listserv import tokens
from listserv.models import Mailing, Subscription
from listserv.outbound.mime import mailbox, structured, text_part, unstructured
from listserv.outbound.transport import Envelope
from listserv.subjects import bare_subject

if TYPE_CHECKING:
    from forums.models import Contribution

# Message-IDs named in References: the thread's first and the newest (long threads would break header limits).
REFERENCES_MAX = 20
_message_id = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e]{3,250}")


def subject_line(subject: str, tag: str, *, answers: bool) -> str:
    """Return the subject with the list's tag once, after one "Re:" for what ``answers`` in a topic.

    Whatever marks it came with are gone: copies and replies thread by subject too, in every mail program.
    """
    return f"{'Re: ' if answers else ''}[{tag}] {bare_subject(subject, tag=tag)}".strip()


def thread_of(contribution: "Contribution") -> tuple[str, list[str]]:
    """Return In-Reply-To (empty for none) and References, as Message-IDs without brackets (RFC 5322 §3.6.4).

    What came by mail keeps the author's own; the parent in the hub ends the list in any case, so that an answer by web
    or live threads as one by mail does.
    """
    parent = contribution.parent.message_id if contribution.parent else ""
    found = [*contribution.references.split(), contribution.in_reply_to, parent]
    known: dict[str, None] = {}
    for one in found:
        if _message_id.fullmatch(one) and one != contribution.message_id:
            known.pop(one, None)
            known[one] = None
    chain = list(known)
    if len(chain) > REFERENCES_MAX:
        chain = chain[:1] + chain[1 - REFERENCES_MAX :]
    answered = parent or contribution.in_reply_to
    return (answered if answered in known else ""), chain


class Renderer:
    """Make the copies of one mailing.

    Queries: 2 when the first copy is made (parent, files), none for the others.
    """

    def __init__(self, mailing: Mailing) -> None:
        self.contribution = mailing.contribution
        self.list = mailing.list
        self.forum = self.contribution.post.topic.forum
        self._bodies: dict[str, bytes] = {}

    def envelope(self, subscription: Subscription) -> Envelope:
        """Return the copy for one subscription, in its member's language."""
        sender = tokens.bounce_address(self.list.name, subscription_id=subscription.pk, number=self.contribution.number)
        language = subscription.member.language
        if language not in self._bodies:
            self._bodies[language] = self._body(language)
        return Envelope(
            sender, subscription.recipient, (self.prefix, self._personal(subscription), self._bodies[language])
        )

    @property
    def message_id(self) -> str:
        """The Message-ID: the author's own for a mail, ours for what was said by web or live."""
        found = self.contribution.message_id
        if _message_id.fullmatch(found):
            return found
        # A foreign one that no header may carry; replies find their way by the reply address.
        return f"c{self.contribution.number}@{settings.HUB_MAIL_DOMAIN}"

    @property
    def _answers(self) -> bool:
        """Whether something was said in the topic before; the first word on an agenda item answers nothing."""
        post = self.contribution.post
        return self.contribution.parent is not None or post.topic.first_post_id not in (None, post.pk)

    @cached_property
    def prefix(self) -> bytes:
        """The headers that every copy shares."""
        said, mail_list, name = self.contribution, self.list, self.forum.name
        answered, chain = thread_of(said)
        country = f" ({said.author.country})" if said.author.country else ""
        page = f"{settings.HUB_URL}{reverse('forums:discussion_by_key', args=(self.forum.pk,))}"
        return b"".join(
            (
                mailbox("From", f"{said.author.name}{country} via {mail_list.tag}", mail_list.address),
                mailbox("To", name, mail_list.address),
                unstructured("Subject", subject_line(said.subject, mail_list.tag, answers=self._answers)),
                structured("Date", format_datetime(said.created_at)),
                structured("Message-ID", f"<{self.message_id}>"),
                structured("In-Reply-To", f"<{answered}>") if answered else b"",
                structured("References", *(f"<{one}>" for one in chain)) if chain else b"",
                mailbox("List-Id", name, mail_list.list_id),
                structured("List-Post", f"<mailto:{mail_list.address}>"),
                structured("List-Help", f"<{self.lists_url}>"),
                structured("List-Archive", f"<{page}>"),
                structured("Archived-At", f"<{self.page_url}>"),
                structured("Precedence", "list"),
            )
        )

    @property
    def page_url(self) -> str:
        """The contribution's permanent address."""
        return f"{settings.HUB_URL}/c/{self.contribution.number}/"

    @property
    def lists_url(self) -> str:
        """Where a member says how to get the lists' mail."""
        return f"{settings.HUB_URL}{reverse('listserv:lists')}"

    @cached_property
    def _gaps(self) -> tuple[bytes, ...]:
        """The personal header block around its gaps: reply address, leave token, leave token once more."""
        url = reverse("listserv:leave", args=(self.list.name, "TOKEN"))
        # One click by web (RFC 8058) or an empty mail to tokens.leave_address (RFC 2369).
        mail = f"mailto:{tokens.address(f'{self.list.name}-leave+TOKEN')}"
        ways = (f"<{way.replace('TOKEN', chr(0))}>" for way in (f"{settings.HUB_URL}{url}", mail))
        fields = (
            mailbox("Reply-To", self.forum.name, "\0", fold=True),
            structured("List-Unsubscribe", *ways, join=","),
            structured("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        )
        return tuple(b"".join(fields).split(b"\0"))

    def _personal(self, subscription: Subscription) -> bytes:
        leave = tokens.leave_token(subscription.pk).encode()
        reply = tokens.reply_address(
            self.list.name, member_id=subscription.member_id, number=self.contribution.number, list_id=self.list.pk
        )
        before, between, again, after = self._gaps
        return b"".join((before, reply.encode(), between, leave, again, leave, after))

    @cached_property
    def _files(self) -> list[dict[str, str | int]]:
        return [
            {
                "name": file.name,
                "kilobytes": -(-file.size // 1000),
                "url": f"{settings.HUB_URL}{reverse('forums:file', args=(self.contribution.number, file.pk))}",
            }
            for file in self.contribution.attachments.all()
        ]

    def _body(self, language: str) -> bytes:
        with translation.override(language):
            context = self._context(language)
            html = render_to_string("listserv/mail/contribution.html", context)
            text = self._text(context)
        boundary = f"=_{secrets.token_hex(12)}"
        edge = f"--{boundary}\r\n".encode()
        return b"".join(
            (
                structured("MIME-Version", "1.0"),
                structured("Content-Language", self._content_language),
                structured("Content-Type", "multipart/alternative;", f'boundary="{boundary}"'),
                b"\r\n",
                edge,
                text_part("plain", text),
                b"\r\n",
                edge,
                text_part("html", html),
                f"\r\n--{boundary}--\r\n".encode(),
            )
        )

    @property
    def _content_language(self) -> str:
        policy = getattr(self.forum, "policy", None)
        code = policy.language if policy is not None else settings.LANGUAGE_CODE
        return bcp47(code)

    def _context(self, language: str) -> dict[str, object]:
        said, where = self.contribution, {"discussion": self.forum.name}
        return {
            "lang": bcp47(language),
            "dir": "rtl" if translation.get_language_info(language)["bidi"] else "ltr",
            "who": self._who(),
            "who_html": self._who(html=True),
            "said": said,
            "files": self._files,
            "page_url": self.page_url,
            "lists_url": self.lists_url,
            "reply_line": _("Reply to this mail to answer everybody in “%(discussion)s”.") % where,
            "page_label": _("On the web:"),
            "lists_label": _("Stop or change these mails:"),
            "files_label": _("Files:"),
        }

    def _who(self, *, html: bool = False) -> str:
        """Say who and where on one line; each name keeps the direction of its own script, the line that of its words.

        In plain text a mark begins a right-to-left line: programs take its direction from its first letter, which is
        mostly that of a Latin name.
        """
        said = self.contribution
        person, discussion = said.author.name, self.forum.name
        line = _("%(person)s in “%(discussion)s”, no. %(number)d")
        country = f" ({countries.name(str(said.author.country))})" if said.author.country else ""
        if html:
            line, person, discussion, country = escape(line), _isolated(person), _isolated(discussion), escape(country)
        elif translation.get_language_bidi():
            line = f"\u200f{line}"
        line = line % {"person": f"{person}{country}", "discussion": discussion, "number": said.number}
        return f"{line} · {said.get_origin_display()}" if said.origin == "live" else line

    def _text(self, context: dict[str, object]) -> str:
        files = [f"{file['name']} ({file['kilobytes']} kB)\n{file['url']}" for file in self._files]
        blocks = [str(context["who"]), self.contribution.text.strip()]
        if files:
            blocks.append("\n".join([str(context["files_label"]), *files]))
        foot = (
            "-- ",
            str(context["reply_line"]),
            f"{context['page_label']} {self.page_url}",
            f"{context['lists_label']} {self.lists_url}",
        )
        return "\n\n".join(blocks) + "\n\n" + "\n".join(foot) + "\n"


def _isolated(text: str) -> str:
    return f"<bdi>{escape(text)}</bdi>"


def bcp47(code: str) -> str:
    """Return a language of the hub as mail and HTML name it."""
    return "zh-Hans" if code == "zh-hans" else code
