"""Write the bodies of a contribution's mail: plain text and HTML that say the same, and files.

They are written once for each language and form; nothing in them is a recipient's own, since mail
programs quote them.
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
from django.utils.translation import pgettext
from django_countries import countries

from forums import selectors as forum_selectors
from forums.edits import mark_of
from forums.services.files import content_of
from hub.lib.errors import HubError
from hub.lib.full_urls import full_url
from hub.lib.scripts import isolate
from hub.lib.sizes import format_size
from listserv import tokens
from listserv.mail.trim.footers import Footer
from listserv.models import MailingList
from listserv.outbound.mime_writing import file_part, structured, text_part
from listserv.outbound.roster import Form

if TYPE_CHECKING:
    from forums.models import Contribution


_BCP47 = {"zh-hans": "zh-Hans"}


def bcp47(code: str) -> str:
    """Return a language of the hub as mail and HTML name it."""
    return _BCP47.get(code, code)


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
        self.contribution, self.list, self.alias = contribution, mailing_list, alias
        self.forum = contribution.post.topic.forum
        self._outer, self._inner = (f"=_{secrets.token_hex(12)}" for _number in range(2))
        self._bodies: dict[tuple[str, Form, str], tuple[bytes, ...]] = {}

    def get(self, language: str, form: Form, concern: str = "") -> tuple[bytes, ...]:
        """Return the headers of the content and the body, in pieces that copies share.

        Args: concern, why the contribution concerns the receiver, empty for not more than others.
        """
        if form is Form.FILES and not self._attached:
            form = Form.TEXT
        shape = language, form, concern
        if shape not in self._bodies:
            with translation.override(language):
                self._bodies[shape] = self._write(*shape)
        return self._bodies[shape]

    @property
    def page_url(self) -> str:
        """The contribution's permanent address."""
        return full_url("forums:contribution", self.contribution.number)

    @property
    def lists_url(self) -> str:
        """Where a member says how to get the lists' mail."""
        return full_url("listserv:lists")

    # --- Files ------------------------------------------------------------------------------------

    @cached_property
    def _rows(self) -> list[tuple[int, str, int]]:
        return [(file.pk, file.name, file.size) for file in self.contribution.attachments.all()]

    @cached_property
    def _contents(self) -> dict[int, bytes]:
        """The parts of the files that a mail may bring; a lost or too large one stays a link."""
        room, contents = settings.HUB_ATTACH_MAX_SIZE, {}
        for file in self.contribution.attachments.all():
            if file.size > room:
                continue
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
        number = self.contribution.number
        links = {pk: full_url("forums:file", number, pk) for pk, _name, _size in self._rows}
        if form is Form.FILES:
            links |= dict.fromkeys(self._contents, "")
        return [FileLine(name, format_size(size), links[pk]) for pk, name, size in self._rows]

    # --- Parts ------------------------------------------------------------------------------------

    def _write(self, language: str, form: Form, concern: str) -> tuple[bytes, ...]:
        context = self._context(language, form, concern)
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
        if policy is None:
            return bcp47(settings.LANGUAGE_CODE)
        return bcp47(policy.language)

    def _context(self, language: str, form: Form, concern: str) -> dict[str, object]:
        contribution = self.contribution
        foot = Footer.of(
            discussion=self.forum.name,
            person=contribution.speaker.name,
            words=f"GET {contribution.number}",
        )
        files, desk, direction = self._files(form), "", "ltr"
        if self._leaves_out(form, files):
            desk = tokens.address(f"{self.list.name}-request")
        if translation.get_language_info(language)["bidi"]:
            direction = "rtl"
        return {
            "lang": bcp47(language),
            "dir": direction,
            "who": self._who(concern),
            "who_html": self._who(concern, html=True),
            "said": contribution,
            "edited": mark_of(contribution),
            "is_notice": form is Form.NOTICE,
            "files": files,
            "page_url": self.page_url,
            "lists_url": self.lists_url,
            "alias": self.alias,
            "desk": desk,
            "get": f"GET {contribution.number}",
            "reply_line": foot.reply,
            "private_label": foot.private,
            "page_label": foot.page,
            "get_label": foot.get,
            "lists_label": foot.lists,
            "files_label": pgettext("before a list of files", "Files:"),
        }

    def _leaves_out(self, form: Form, files: list[FileLine]) -> bool:
        """Whether the mail leaves out what can be had by mail: folded words, linked files."""
        if form is Form.NOTICE or self.contribution.folded:
            return True
        return any(file.url for file in files)

    def _who(self, concern: str, *, html: bool = False) -> str:
        """Say who and where on one line, in which each name keeps the direction of its script.

        Whom the contribution concerns reads that there, too: no other message says it.

        In plain text a mark begins a right-to-left line: programs take its direction from its first
        letter, which is mostly that of a Latin name.
        """
        contribution, speaker = self.contribution, self.contribution.speaker
        line = _("%(person)s in “%(discussion)s”, no. %(number)d")
        country = ""
        if speaker.country:
            country = f" ({countries.name(speaker.country)})"
        isolated = isolate
        if html:
            line, country, isolated = escape(line), escape(country), _isolated
        elif translation.get_language_bidi():
            line = f"\u200f{line}"
        line = line % {
            "person": isolated(speaker.name) + country,
            "discussion": isolated(self.forum.name),
            "number": contribution.number,
        }
        pieces = [line]
        if contribution.origin == "live":
            pieces.append(contribution.get_origin_display())
        if concern:
            pieces.append(forum_selectors.concern_label(concern))
        return " · ".join(pieces)

    def _text(self, context: dict[str, object]) -> str:
        contribution, files = self.contribution, context["files"]
        blocks = [str(context["who"])]
        if context["edited"]:
            blocks.append(str(context["edited"]))
        if context["is_notice"]:
            blocks.append(contribution.subject)
        else:
            blocks.append(contribution.text.strip())
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
