"""The body of a contribution's mail: plain text and HTML that say the same, and the files of those
who want them.

Written once for each language and form; nothing in it is its recipient's own, since mail programs
quote it.
"""

import secrets
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django_countries import countries

from forums.edits import mark_of
from forums.services.files import content_of
from hub.lib.errors import HubError
from hub.lib.full_urls import full_url
from hub.lib.scripts import isolate
from hub.lib.sizes import say_size
from listserv import tokens
from listserv.mail.trim.footers import Footer
from listserv.models import MailingList
from listserv.outbound.mime_writing import file_part, structured, text_part
from listserv.outbound.roster import Form

if TYPE_CHECKING:
    from forums.models import Contribution


def bcp47(code: str) -> str:
    """Return a language of the hub as mail and HTML name it."""
    return "zh-Hans" if code == "zh-hans" else code


def _isolated(text: str) -> str:
    return f"<bdi>{escape(text)}</bdi>"


@dataclass(frozen=True)
class FileLine:
    """A file as a mail names it; ``url`` is empty for one that comes with it."""

    name: str
    size: str  # as people read it
    url: str


class Bodies:
    """Write the bodies of one contribution in one list.

    Queries: 1 when the first one is written (files); the files' contents are read when the first
    form needs them.
    """

    def __init__(
        self, contribution: "Contribution", mailing_list: MailingList, *, alias: str
    ) -> None:
        self.said, self.list, self.alias = contribution, mailing_list, alias
        self.forum = contribution.post.topic.forum
        self._outer, self._inner = (f"=_{secrets.token_hex(12)}" for _number in range(2))
        self._known: dict[tuple[str, Form], tuple[bytes, ...]] = {}

    def get(self, language: str, form: Form) -> tuple[bytes, ...]:
        """Return the headers of the content and the body, in pieces that copies share."""
        body = self._known.get((language, form))
        if body is None:
            if form is Form.FILES and not self._attached:
                body = self.get(language, Form.TEXT)
            else:
                with translation.override(language):
                    body = self._write(language, form)
            self._known[language, form] = body
        return body

    @property
    def page_url(self) -> str:
        """The contribution's permanent address."""
        return f"{settings.HUB_URL}/c/{self.said.number}/"

    @property
    def lists_url(self) -> str:
        """Where a member says how to get the lists' mail."""
        return full_url("listserv:lists")

    # --- Files ------------------------------------------------------------------------------------

    @cached_property
    def _rows(self) -> list[tuple[int, str, int]]:
        return [(file.pk, file.name, file.size) for file in self.said.attachments.all()]

    @cached_property
    def _contents(self) -> dict[int, bytes]:
        """The parts of the files that a mail may bring;
        one that is lost, or too large, stays a link.
        """
        room, contents = settings.HUB_ATTACH_MAX_SIZE, {}
        for file in self.said.attachments.all():
            if file.size <= room:
                try:
                    contents[file.pk] = file_part(file.name, file.content_type, content_of(file))
                except HubError:
                    continue
                room -= file.size
        return contents

    @cached_property
    def _attached(self) -> bytes:
        edge = f"\r\n--{self._outer}\r\n".encode()
        return b"".join(edge + part for part in self._contents.values())

    def _files(self, form: Form) -> list[FileLine]:
        brought = self._contents if form is Form.FILES else {}
        number = self.said.number
        links = {pk: full_url("forums:file", number, pk) for pk, _name, _size in self._rows}
        return [
            FileLine(name, say_size(size), "" if pk in brought else links[pk])
            for pk, name, size in self._rows
        ]

    # --- Parts ------------------------------------------------------------------------------------

    def _write(self, language: str, form: Form) -> tuple[bytes, ...]:
        context = self._context(language, form)
        html = render_to_string("listserv/mail/contribution.html", context)
        kind = structured("Content-Type", "multipart/alternative;", f'boundary="{self._inner}"')
        edge = f"--{self._inner}\r\n".encode()
        alternative = (
            b"\r\n",
            edge,
            text_part("plain", self._text(context)),
            b"\r\n",
            edge,
            text_part("html", html),
            f"\r\n--{self._inner}--\r\n".encode(),
        )
        head = structured("MIME-Version", "1.0") + structured(
            "Content-Language", self._content_language
        )
        if form is not Form.FILES:
            return (b"".join((head, kind, *alternative)),)
        mixed = structured("Content-Type", "multipart/mixed;", f'boundary="{self._outer}"')
        start = f"\r\n--{self._outer}\r\n".encode()
        return (
            b"".join((head, mixed, start, kind, *alternative)),
            self._attached,
            f"\r\n--{self._outer}--\r\n".encode(),
        )

    @property
    def _content_language(self) -> str:
        policy = getattr(self.forum, "policy", None)
        return bcp47(policy.language if policy is not None else settings.LANGUAGE_CODE)

    def _context(self, language: str, form: Form) -> dict[str, object]:
        contribution = self.said
        foot = Footer.of(
            discussion=self.forum.name,
            person=contribution.speaker.name,
            words=f"GET {contribution.number}",
        )
        files = self._files(form)
        # What is not in the mail can be had by mail: what was folded away, and files that are
        # links.
        more = form is Form.NOTICE or bool(contribution.folded) or any(file.url for file in files)
        return {
            "lang": bcp47(language),
            "dir": "rtl" if translation.get_language_info(language)["bidi"] else "ltr",
            "who": self._who(),
            "who_html": self._who(html=True),
            "said": contribution,
            "edited": mark_of(contribution),
            "is_notice": form is Form.NOTICE,
            "files": files,
            "page_url": self.page_url,
            "lists_url": self.lists_url,
            "alias": self.alias,
            "desk": tokens.address(f"{self.list.name}-request") if more else "",
            "get": f"GET {contribution.number}",
            "reply_line": foot.reply,
            "private_label": foot.private,
            "page_label": foot.page,
            "get_label": foot.get,
            "lists_label": foot.lists,
            "files_label": _("Files:"),
        }

    def _who(self, *, html: bool = False) -> str:
        """Say who and where on one line; each name keeps the direction of its own script, the line
        that of its words.

        In plain text a mark begins a right-to-left line: programs take its direction from its first
        letter, which is mostly that of a Latin name.
        """
        contribution = self.said
        isolated = _isolated if html else isolate
        line = _("%(person)s in “%(discussion)s”, no. %(number)d")
        country = (
            f" ({countries.name(contribution.speaker.country)})"
            if contribution.speaker.country
            else ""
        )
        if html:
            line, country = escape(line), escape(country)
        elif translation.get_language_bidi():
            line = f"\u200f{line}"
        line = line % {
            "person": isolated(contribution.speaker.name) + country,
            "discussion": isolated(self.forum.name),
            "number": contribution.number,
        }
        return (
            f"{line} · {contribution.get_origin_display()}"
            if contribution.origin == "live"
            else line
        )

    def _text(self, context: dict[str, object]) -> str:
        contribution, files = self.said, context["files"]
        blocks = [str(context["who"])]
        if context["edited"]:
            blocks.append(str(context["edited"]))
        blocks.append(contribution.subject if context["is_notice"] else contribution.text.strip())
        if files:
            assert isinstance(files, list)
            lines = [f"{file.name} ({file.size})\n{file.url}".rstrip("\n") for file in files]
            blocks.append("\n".join([str(context["files_label"]), *lines]))
        foot = ["-- ", str(context["reply_line"])]
        if self.alias:
            foot.append(f"{context['private_label']} {self.alias}")
        foot.append(f"{context['page_label']} {self.page_url}")
        if context["desk"]:
            foot.append(f"{context['get_label']} {context['desk']}")
        foot.append(f"{context['lists_label']} {self.lists_url}")
        return "\n\n".join(blocks) + "\n\n" + "\n".join(foot) + "\n"
