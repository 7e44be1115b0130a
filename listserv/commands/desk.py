"""Who asks, at which address, and what comes back;
finding the lists and people that an order names.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from forums import selectors as forum_selectors
from forums.policy import APPROVE, READ, Access, access_of
from hub.lib.dates import say_moment
from hub.lib.errors import Invalid, NotFound
from hub.lib.mail import LetterFile
from hub.lib.scripts import isolate
from hub.members.selectors import active_member, member_by_address
from listserv import selectors, tokens
from listserv.commands import vocabulary
from listserv.commands.words import option_phrases, whole
from listserv.models import InboundMail, MailingList, Subscription

if TYPE_CHECKING:
    from hub.members.models import Member

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Words of an order that are looked at as names of lists.
_NAMES = 6


@dataclass(frozen=True)
class Answer:
    """What is said to one order, and the files that go with it.

    ``reply_to`` is where a mail that brings nothing else is answered, empty for the desk.
    """

    text: str
    files: tuple[LetterFile, ...] = ()
    reply_to: str = ""


@dataclass(frozen=True)
class Desk:
    """A member at an address: ``mailing_list`` is None where commands for any list are taken.

    ``row`` is the mail that brought the orders; ``is_alone`` whether it brought one order and no
    more.
    """

    member: "Member"
    mailing_list: MailingList | None
    now: datetime
    row: InboundMail | None = field(default=None, repr=False)
    is_alone: bool = False

    @cached_property
    def access(self) -> Access:
        """What the member may do in every discussion, read once for a mail. Queries: 2, once."""
        return access_of(self.member)

    @property
    def address(self) -> str:
        """Where commands go."""
        return request_address(self.mailing_list)

    def leads(self, forum_id: int) -> bool:
        """Whether the member decides on contributions there."""
        return self.access.may(APPROVE, forum_id)

    def lists_in(self, args: str) -> tuple[list[MailingList], str]:
        """Return the lists that an order is for, and what is left of its words.

        That is the one it names, all of the member's for ``ALL`` or ``*``, else the one whose
        address it was sent to, else the only one the member gets mail of.

        Raises: NotFound (an address of no list), Invalid (which of them?). Queries: 2 at most.
        """
        words = args.split()
        named = _named(words)
        if named is not None:
            at, mailing_list = named
            return [mailing_list], " ".join(words[:at] + words[at + 1 :])
        own = [line.mailing_list for line in self.own_lines]
        for at, word in enumerate(words):
            if word == "*" or whole(word, option_phrases()) == "all":
                return own, " ".join(words[:at] + words[at + 1 :])
        if self.mailing_list is not None:
            return [self.mailing_list], args
        if len(own) == 1:
            return own, args
        raise Invalid(
            _("Say for which discussion, by the name of its list. Yours: %s.")
            % (", ".join(mailing_list.name for mailing_list in own) or "–")
        )

    def list_in(self, args: str) -> tuple[MailingList, str]:
        """Return the one list that an order is for and the member may read, and what is left of its
        words.

        Raises: NotFound, Invalid.
        """
        lists, rest = self.lists_in(args)
        if len(lists) != 1:
            raise Invalid(_("Name one discussion, by the name of its list."))
        if not self.access.may(READ, lists[0].forum_id):
            raise NotFound(no_such_list(lists[0].name))
        return lists[0], rest

    @cached_property
    def own_lines(self) -> list[selectors.ListLine]:
        """The lists on whose roster the member is."""
        lines = selectors.lists_for(self.member)
        return [
            line
            for line in lines
            if line.subscription is not None and line.subscription.ended_at is None
        ]

    def led_list(self, args: str) -> tuple[MailingList, str]:
        """Return the list of an order of those who lead.

        Raises: NotFound, Invalid; NotFound for who does not lead it.
        """
        mailing_list, rest = self.list_in(args)
        if not self.leads(mailing_list.forum_id):
            raise NotFound(
                _("Only those who lead “%s” may ask this.") % isolate(mailing_list.forum.name)
            )
        return mailing_list, rest

    def subscription(self, mailing_list: MailingList) -> Subscription | None:
        """Return the member's place on a roster. Queries: 1."""
        rows = Subscription.objects.filter(list=mailing_list, member=self.member, ended_at=None)
        return rows.select_related("address", "member", "list__forum").first()


def _named(words: list[str]) -> tuple[int, MailingList] | None:
    """Return which word names a list, and the list.

    Raises: NotFound for an address of ours that is no list's. Queries: 1 at most, and 1 for an
    address.
    """
    names: dict[str, int] = {}
    for at, word in enumerate(words[:_NAMES]):
        bare = word.strip("<>,;:()\"'«»“”").lower()
        local, is_address, domain = bare.partition("@")
        if is_address and domain == settings.HUB_MAIL_DOMAIN.lower():
            list_address = selectors.list_by_address(local)
            if list_address is None:
                raise NotFound(no_such_list(bare))
            return at, list_address.mailing_list
        if _NAME.fullmatch(bare) and len(bare) <= tokens.NAME_MAX and not bare.isdecimal():
            names.setdefault(bare, at)
    if not names:
        return None
    rows = MailingList.objects.filter(name__in=names).select_related("forum")
    known = sorted((names[row.name], row) for row in rows if not whole(row.name, option_phrases()))
    return known[0] if known else None


def no_such_list(name: str) -> str:
    """Return the sentence for a list that is not there,
    or is closed to who asks: both are told alike.
    """
    return (
        _("There is no discussion “%s” that is open to you. Write LISTS to see those that are.")
        % name[:80]
    )


def request_address(mailing_list: MailingList | None) -> str:
    """Return where commands for a list go, or for any."""
    return tokens.address(f"{mailing_list.name}-request" if mailing_list else "request")


def person_in(args: str, forum_id: int) -> "Member":
    """Return the member that an order names: by number, address, or the name of somebody who takes
    part.

    Raises: Invalid (nobody, or more than one). Queries: 1 or 2.
    """
    text = " ".join(args.split()).strip("<>\"'«»“” ,;:")[:320]
    if not text:
        raise Invalid(
            _(
                "Name the person: by address, by number, or by the full name of somebody who takes "
                "part."
            )
        )
    member = None
    address = next((word.strip("<>()\"',;") for word in text.split() if "@" in word), "")
    if address:
        member = member_by_address(address)
    elif text.lstrip("#").isdecimal() and len(text) < 12:
        member = active_member(int(text.lstrip("#")))
    else:
        people = (
            forum_selectors.readers_of(forum_id).values_list("member_id", "member__name").iterator()
        )
        named = [pk for pk, name in people if name.casefold() == text.casefold()]
        if len(named) > 1:
            raise Invalid(_("There is more than one %s. Name the person by address.") % text)
        member = active_member(named[0]) if named else None
    if member is None:
        raise Invalid(
            _(
                "No member of the hub is known as “%s”. Name the person by the address the hub "
                "knows."
            )
            % text
        )
    return member


def number_in(args: str) -> tuple[int, str]:
    """Return the number of a contribution and what stands behind it; the name of a list may stand
    before it.

    Raises: Invalid (there is none).
    """
    words = args.split(maxsplit=2)
    for at, word in enumerate(words[:2]):
        digits = word.lstrip("#").rstrip(":.,;")
        if digits.isdecimal() and len(digits) <= 15:
            return int(digits), " ".join(words[at + 1 :])
    raise Invalid(_("Say the number of the contribution: it stands at the end of each mail."))


def when(moment: datetime) -> str:
    """Return day and time in the reader's zone, with UTC beside it; a mail is read on any day."""
    return say_moment(moment)


def how(row: Subscription) -> str:
    """Return how the mail of a list comes, in a sentence."""
    sentences = {
        Subscription.Delivery.EACH.value: _(
            "You get each contribution to “%(discussion)s” by mail."
        ),
        Subscription.Delivery.DAILY.value: _(
            "You get one mail a day with the contributions to “%(discussion)s”."
        ),
        Subscription.Delivery.WEEKLY.value: _(
            "You get one mail a week with the contributions to “%(discussion)s”."
        ),
        Subscription.Delivery.NOTICES.value: _(
            "You get a short notice of each contribution to “%(discussion)s”."
        ),
        Subscription.Delivery.NONE.value: _("You get no mail of “%(discussion)s”."),
    }
    return sentences[row.delivery] % {"discussion": isolate(row.list.forum.name)}


def word(name: str, language: str) -> str:
    """Return a command as it is shown to a reader of a language."""
    return vocabulary.own(vocabulary.COMMANDS[name], language)


def lines(*parts: str | Iterable[str]) -> str:
    """Return lines one below the other; empty ones at the ends are dropped."""
    parts_of_text: list[str] = []
    for part in parts:
        parts_of_text += [part] if isinstance(part, str) else list(part)
    return "\n".join(parts_of_text).strip("\n")
