"""Render a digest: contents first, then the threads.

Each contribution stands there with its first words, its number and its page. Plain text (in the
manner of RFC 1153) and HTML say the same. Both are written once for all who get the same
contributions in the same language and zone; a delivery differs in its header alone, since people
quote and forward what stands below. A contribution is answered by a message to the list with its
number (``#164``). An answer to the whole digest goes to the list's desk, so that "GET 3142" is one
reply away and nobody answers a digest to all; "#164" on its first line sends it on to the list.
Texts are cut and quotes left out: a week in a digest costs a small part of its messages.
"""

from datetime import datetime
from email.utils import format_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django_countries import countries

from forums.edits import mark_of
from hub.lib.dates import comma, format_day
from hub.lib.full_urls import full_url
from hub.lib.names import between_names, listed
from hub.lib.scripts import isolate
from hub.lib.tokens import sign
from listserv import tokens
from listserv.digest_times import zone_of
from listserv.digests.select import LEFT_OUT, Gathered, Thread, excerpt, room_for
from listserv.mail.parse.subjects import bare_subject
from listserv.mail.smtp.transport import Envelope
from listserv.models import MailingList, Subscription
from listserv.outbound.mime_writing import mailbox, structured, text_part, unstructured
from listserv.outbound.render import bcp47

if TYPE_CHECKING:
    from forums.models import Contribution

# RFC 1153: a line of 70 hyphens after the contents, of 30 between the messages.
AFTER_CONTENTS = "-" * 70
BETWEEN = "-" * 30


class Digest:
    """A digest for all who get the same contributions in one language and zone.

    Args: gathered, at least one contribution. Queries: none.
    """

    def __init__(
        self,
        mailing_list: MailingList,
        gathered: Gathered,
        *,
        language: str,
        zone: str,
        now: datetime,
    ):
        self.list = mailing_list
        self.gathered = gathered
        self.language = language
        self.zone = zone_of(zone)
        self.now = now
        with translation.override(language):
            self.subject = self._subject()
            context = self._context()
            self._html = render_to_string("listserv/mail/digest.html", context)
            self._text = self._plain(context)

    @property
    def last(self) -> int:
        """The number of the last contribution: with the subscription it names the delivery."""
        return int(self.gathered.contributions[-1].number)

    def envelope(self, subscription: Subscription) -> Envelope:
        """Return the delivery to one subscription; the same one again has the same Message-ID."""
        sender = tokens.bounce_address(
            self.list.name, subscription_id=subscription.pk, number=self.last
        )
        parts = (self._prefix, self._personal(subscription), self._body)
        return Envelope(sender, subscription.recipient, parts)

    # --- Headers ----------------------------------------------------------------------------------

    @cached_property
    def _prefix(self) -> bytes:
        name, address = str(self.list.forum.name), self.list.address
        page = full_url("forums:discussion_by_key", self.list.forum_id)
        return b"".join(
            (
                mailbox("From", name, address),
                mailbox("To", name, address),
                unstructured("Subject", f"[{self.list.tag}] {self.subject}"),
                structured("Date", format_datetime(self.now)),
                mailbox("List-Id", name, self.list.list_id),
                structured("List-Post", f"<mailto:{address}>"),
                structured("List-Help", f"<{self.lists_url}>"),
                structured("List-Archive", f"<{page}>"),
                structured("Precedence", "list"),
                # RFC 3834 §5: so that no absence is announced to the desk.
                structured("Auto-Submitted", "auto-generated"),
            )
        )

    def _personal(self, subscription: Subscription) -> bytes:
        token = tokens.leave_token(subscription.pk)
        url = full_url("listserv:leave", self.list.name, token)
        mailto = f"mailto:{tokens.leave_address(self.list.name, subscription.pk)}"
        key = sign("digest", [subscription.pk, self.last])
        # The list's desk: whoever answers the whole mail writes to a machine, not to everybody.
        return b"".join(
            (
                mailbox("Reply-To", str(self.list.forum.name), self._desk(subscription)),
                structured("Message-ID", f"<digest.{key}@{settings.HUB_MAIL_DOMAIN}>"),
                structured("List-Unsubscribe", f"<{url}>", f"<{mailto}>", join=","),
                structured("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            )
        )

    def _desk(self, subscription: Subscription) -> str:
        """Return where the member's commands go; "GET 3142" needs no proof but this address."""
        return tokens.desk_address(
            self.list.name, member_id=subscription.member_id, list_id=self.list.pk
        )

    @property
    def lists_url(self) -> str:
        """Where a member says how to get the lists' mail."""
        return full_url("listserv:lists")

    # --- Body -------------------------------------------------------------------------------------

    @cached_property
    def _order(self) -> "list[Contribution]":
        """The contributions in the order in which they stand in the mail."""
        return [
            contribution
            for thread in self.gathered.threads
            for contribution in thread.contributions
        ]

    @cached_property
    def _body(self) -> bytes:
        # No random one is needed: nothing in a part of ours begins a line like this.
        boundary = f"=_digest-{self.last}"
        edge = f"--{boundary}\r\n".encode()
        return b"".join(
            (
                structured("MIME-Version", "1.0"),
                structured("Content-Language", bcp47(self.language)),
                structured("Content-Type", "multipart/alternative;", f'boundary="{boundary}"'),
                b"\r\n",
                edge,
                text_part("plain", self._text),
                b"\r\n",
                edge,
                text_part("html", self._html),
                f"\r\n--{boundary}--\r\n".encode(),
            )
        )

    def _subject(self) -> str:
        count = len(self.gathered.contributions)
        line = ngettext(
            "Digest of %(day)s: %(count)d contribution",
            "Digest of %(day)s: %(count)d contributions",
            count,
        )
        return line % {"day": format_day(self.now.astimezone(self.zone)), "count": count}

    def _context(self) -> dict[str, object]:
        local = self.now.astimezone(self.zone)
        offset = f"{local:%z}"
        return {
            "lang": bcp47(self.language),
            "dir": "rtl" if translation.get_language_bidi() else "ltr",
            "title": self.subject,
            "discussion": _line(str(self.list.forum.name)),
            "threads": [self._thread(thread) for thread in self.gathered.threads],
            "hub": settings.HUB_URL,
            "address": self.list.address,
            "desk": tokens.address(f"{self.list.name}-request"),
            "lists_url": self.lists_url,
            "how": _(
                "To read a contribution in full, answer this message with GET and its "
                "number, for example: GET %(number)d"
            )
            % {"number": self._order[0].number},
            "zone": _("Times are those of %(zone)s (UTC%(offset)s).")
            % {"zone": self.zone.key, "offset": f"{offset[:3]}:{offset[3:]}"},
            "contents": pgettext("heading: table of contents", "Contents"),
            "between": between_names(),
            "left_out": LEFT_OUT,
            "ways": _(
                "To answer a contribution so that everybody sees it, write to "
                "%(address)s with its number in the subject, for example: #%(number)d"
            )
            % {"address": self.list.address, "number": self._order[0].number},
            "answer": pgettext("link in a digest", "Reply"),
            "lists_label": _("Unsubscribe or change your settings:"),
            "end": _("End of the digest"),
        }

    def _thread(self, thread: Thread) -> dict[str, object]:
        """Return what a digest shows of one topic: its subject, who wrote, and what."""
        names = (_line(contribution.speaker.name) for contribution in thread.contributions)
        return {
            "subject": _line(thread.subject),
            "names": list(dict.fromkeys(names)),
            "said": [
                self._item(contribution, thread.subject) for contribution in thread.contributions
            ],
        }

    def _item(self, contribution: "Contribution", topic: str) -> dict[str, object]:
        """Return what a digest shows of one contribution; what it lacks is empty."""
        text, cut = excerpt(contribution.text, room_for(len(self.gathered.contributions)))
        local = contribution.created_at.astimezone(self.zone)
        country = ""
        if contribution.speaker.country:
            country = f" ({countries.name(contribution.speaker.country)})"
        subject = bare_subject(contribution.subject, tag=self.list.tag)
        if subject == bare_subject(topic, tag=self.list.tag):
            # Who answers keeps the topic's subject; only another one is worth a line.
            subject = ""
        files = ""
        count = len(contribution.attachments.all())
        if count:
            files = ngettext("%(count)d file", "%(count)d files", count) % {"count": count}
        return {
            "number": contribution.number,
            "name": _line(contribution.speaker.name),
            "country": country,
            "at": f"{format_day(local, short=True, year=False)} {local:%H:%M}",
            "subject": _line(subject),
            "edited": mark_of(contribution),
            "text": text,
            "cut": cut,
            "files": files,
        }

    def _plain(self, context: dict[str, object]) -> str:
        # A mark begins a right-to-left line: programs take its direction from its first letter,
        # mostly of a name.
        mark = "\u200f" if translation.get_language_bidi() else ""
        threads: list[dict[str, Any]] = context["threads"]  # type: ignore[assignment]
        contents = [
            f"{mark}{index}. {isolate(thread['subject'])} ({len(thread['said'])}): "
            f"{listed(thread['names'])}"
            for index, thread in enumerate(threads, 1)
        ]
        head = [f"{mark}{context[key]}" for key in ("discussion", "how", "ways", "zone")]
        pieces = [
            "\n".join(
                [*head, "", f"{mark}{context['contents']}", "", *contents, "", AFTER_CONTENTS]
            )
        ]
        for index, thread in enumerate(threads, 1):
            pieces.append(f"{mark}{index}. {isolate(thread['subject'])}")
            pieces += [self._plain_item(item, context, mark) for item in thread["said"]]
        foot = f"{mark}{context['end']}\n-- \n{mark}{context['lists_label']} {context['lists_url']}"
        return "\n\n".join([*pieces, foot]) + "\n"

    def _plain_item(self, item: dict[str, object], context: dict[str, object], mark: str) -> str:
        name = isolate(str(item["name"]))
        head = f"{mark}#{item['number']}: {name}{item['country']}{comma()}{item['at']}"
        extra = [f"{mark}{item[key]}" for key in ("subject", "edited", "files") if item[key]]
        page = full_url("forums:contribution", item["number"])
        text = f"{item['text']} {LEFT_OUT}" if item["cut"] else str(item["text"])
        return "\n".join([head, *extra, "", text, "", page, "", BETWEEN])


def _line(text: str) -> str:
    return " ".join(text.split())
