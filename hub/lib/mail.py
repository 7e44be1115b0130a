"""Send one notification by mail to one person, in the person's language.

It is two templates, ``<template>.subject.txt`` and ``<template>.txt``; its HTML is made from the
text, so that both always say the same. One that needs more brings ``<template>.html`` (it extends
``mail/notification.html``). Discussions go another way: a mailing renders once for all its
recipients (listserv).

The mail backend records a row, so a notification sent inside a transaction is committed or undone
with it.
"""

import re
import secrets
import unicodedata
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email import encoders
from email.mime.base import MIMEBase
from types import MappingProxyType
from typing import Any, Protocol, cast

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.backends.django import Template
from django.template.loader import get_template, select_template
from django.utils import timezone, translation

from hub.lib.languages import direction, language_tag
from hub.lib.scripts import shorten

# Bytes that the HTML may have over the text (look.md, "Mail"); a test keeps it.
HTML_OVERHEAD = 4096
# Characters; longer subjects are cut in most lists of mails anyway.
SUBJECT_LENGTH = 150
_CONTENT_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}", re.ASCII)
_COMPOSED = ("multipart/", "message/")
_OCTETS = "application/octet-stream"


class Addressee(Protocol):
    """A person with an address, a language and a zone; a member is one."""

    email: str
    language: str
    time_zone: str


@dataclass(frozen=True)
class NotificationFile:
    """A file that goes with a notification, byte for byte; ``content_type`` as ``text/csv``."""

    name: str
    content: bytes = field(repr=False)
    content_type: str = _OCTETS

    def part(self) -> MIMEBase:
        """Return the MIME part of the file.

        It is in base64 whatever it is, so that no program on the way changes line ends.
        """
        content_type = self.content_type.partition(";")[0].strip().lower()
        if not _CONTENT_TYPE.fullmatch(content_type) or content_type.startswith(_COMPOSED):
            content_type = _OCTETS
        part = MIMEBase(*content_type.split("/"))
        part.set_payload(self.content)
        encoders.encode_base64(part)
        part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", self.name))
        return part


def send_notification(
    *,
    to: Addressee | str,
    template: str,
    context: Mapping[str, Any] = MappingProxyType({}),
    language: str = "",
    address: str = "",
    headers: Mapping[str, str] = MappingProxyType({}),
    files: Sequence[NotificationFile] = (),
    html: bool = True,
) -> None:
    """Render a notification and hand it to the mail backend.

    Args:
        to: a member, or a bare address when nobody of the hub is behind it.
        template, context: as ``members/mail/approved``, and what its files name beside what every
            notification knows.
        language, address: others than the member's first ones.
        headers: more header fields, or others than those set here, as In-Reply-To.
        html: False for plain text alone, as for a long listing.
    """
    reader = _NotifiedReader.of(to)
    language = language or reader.language or settings.LANGUAGE_CODE
    subject, text, page = _render(template, reader, language, context)
    message = EmailMultiAlternatives(
        subject=subject,
        body=f"{text}\n\n-- \n{settings.HUB_NAME}\n{settings.HUB_URL}\n",
        to=[address or reader.address],
        headers={**_own_headers(language), **headers},
    )
    if html:
        message.attach_alternative(page, "text/html")
    for file in files:
        message.attach(file.part())
    message.send()


@dataclass(frozen=True)
class _NotifiedReader:
    """Who is notified; ``member`` is None where nobody of the hub is behind the address."""

    address: str
    language: str | None
    time_zone: str
    member: Addressee | None

    @classmethod
    def of(cls, to: Addressee | str) -> "_NotifiedReader":
        if isinstance(to, str):
            return cls(to, translation.get_language(), "UTC", None)
        return cls(to.email, to.language, to.time_zone, to)


def _own_headers(language: str) -> dict[str, str]:
    return {
        # Ours, so that it tells nothing of the machine.
        "Message-ID": f"<{secrets.token_hex(16)}@{settings.HUB_MAIL_DOMAIN}>",
        # No program answers it (RFC 3834 §5).
        "Auto-Submitted": "auto-generated",
        "Content-Language": language_tag(language),
    }


def _render(
    template: str, reader: _NotifiedReader, language: str, context: Mapping[str, Any]
) -> tuple[str, str, str]:
    """Return subject, text and HTML."""
    with translation.override(language), timezone.override(_zone(reader.time_zone)):
        values = {**_common(language), "member": reader.member, **context}
        subject = shorten(
            " ".join(_plain(f"{template}.subject.txt", values).split()), SUBJECT_LENGTH
        )
        text = re.sub(r"\n{3,}", "\n\n", _plain(f"{template}.txt", values)).strip()
        values |= {"subject": subject, "paragraphs": _paragraphs(text, base=values["dir"])}
        page = select_template([f"{template}.html", "mail/notification.html"]).render(values)
        return subject, text, page


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")


def _common(language: str) -> dict[str, Any]:
    return {
        "hub_name": settings.HUB_NAME,
        "hub_url": settings.HUB_URL,
        "lang": language_tag(language),
        "dir": direction(language),
    }


def _plain(name: str, values: Mapping[str, Any]) -> str:
    """Render a text template without HTML escaping: "O'Brien" stays "O'Brien"."""
    template = cast(Template, get_template(name)).template
    return str(template.render(Context(dict(values), autoescape=False)))


def _paragraphs(text: str, *, base: str) -> list[dict[str, Any]]:
    """Split a text into paragraphs of lines.

    A line that is nothing but an address of the hub's becomes a link. An address in the words of a
    stranger (an applicant's statement) stays text: the hub lends it no link.

    Args: base, in which direction the notification runs; a paragraph that has letters of the other
    one alone says so in ``dir``, as words that it quotes.
    """
    blocks = [block for block in re.split(r"\n[ \t]*\n", text) if block.strip()]
    other = {"ltr": "rtl", "rtl": "ltr"}[base]
    return [
        {
            "lines": [{"text": line, "url": _own_url(line)} for line in block.splitlines()],
            "dir": other if _directions(block) == {other} else "",
        }
        for block in blocks
    ]


def _directions(text: str) -> set[str]:
    """Return in which directions the letters of a text run."""
    known = {"L": "ltr", "R": "rtl", "AL": "rtl"}
    return {known[kind] for kind in map(unicodedata.bidirectional, text) if kind in known}


def _own_url(line: str) -> str:
    word = line.strip()
    if not word.startswith(f"{settings.HUB_URL}/"):
        return ""
    if re.search(r"\s", word):
        return ""
    return word
