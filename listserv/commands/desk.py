"""Hold who asks, at which address, and what comes back; find what an order names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from forums import selectors as forum_selectors
from forums.policy import APPROVE, READ, Access, access_of
from hub.lib.dates import format_moment
from hub.lib.errors import Invalid, NotFound
from hub.lib.mail import NotificationFile
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
# Digits of the longest number of a contribution, and of a member.
_NUMBER_DIGITS = 15
_MEMBER_DIGITS = 11


@dataclass(frozen=True)
class Answer:
    """The answer to one order.

    Args:
        files: those that go with it.
        reply_to: where a message that brings nothing else is answered, empty for the desk.
    """

    text: str
    files: tuple[NotificationFile, ...] = ()
    reply_to: str = ""


@dataclass(frozen=True)
class Desk:
    """A member at an address for commands.

    Args:
        mailing_list: None where commands for any list are accepted.
        row: the message that brought the orders.
        is_alone: whether it brought one order and no more.
    """

    member: "Member"
    mailing_list: MailingList | None
    now: datetime
    row: InboundMail | None = field(default=None, repr=False)
    is_alone: bool = False

    @cached_property
    def access(self) -> Access:
        """What the member may do in every discussion. Queries: 1, once for a message."""
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

        Raises: NotFound (an address of no list), Invalid (which of them?). Queries: 1, and 3 more
        the first time that all of the member's are asked for.
        """
        words = args.split()
        place = _named_list(words)
        if place is not None:
            at, mailing_list = place
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
            _("Say which discussion you mean, by the name of its list. Your lists: %s.")
            % (", ".join(mailing_list.name for mailing_list in own) or "–")
        )

    def list_in(self, args: str) -> tuple[MailingList, str]:
        """Return the one list that an order is for, and what is left of its words.

        Raises: NotFound (the member may not read it), Invalid.
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
        lines = selectors.lists_for(self.member, access=self.access)
        return [line for line in lines if is_on_roster(line)]

    def led_list(self, args: str) -> tuple[MailingList, str]:
        """Return the list of an order of those who lead.

        Raises: NotFound, Invalid; NotFound for who does not lead it.
        """
        mailing_list, rest = self.list_in(args)
        if not self.leads(mailing_list.forum_id):
            raise NotFound(
                _("Only the people who lead “%s” can ask for this.")
                % isolate(mailing_list.forum.name)
            )
        return mailing_list, rest

    def subscription(self, mailing_list: MailingList) -> Subscription | None:
        """Return the member's place on a roster. Queries: 1."""
        rows = Subscription.objects.filter(list=mailing_list, member=self.member, ended_at=None)
        return rows.select_related("address", "member", "list__forum").first()


def is_on_roster(line: selectors.ListLine) -> bool:
    """Whether the member to whom a line is shown is on the list."""
    return line.subscription is not None and line.subscription.ended_at is None


def _named_list(words: list[str]) -> tuple[int, MailingList] | None:
    """Return which word names a list, and the list.

    Raises: NotFound for an address of ours that is no list's. Queries: 1 at most, and 1 for an
    address.
    """
    names: dict[str, int] = {}
    for at, word in enumerate(words[:_NAMES]):
        bare = word.strip("<>,;:()\"'«»“”").lower()
        mailing_list = _list_at(bare)
        if mailing_list is not None:
            return at, mailing_list
        if _may_be_a_name(bare):
            names.setdefault(bare, at)
    if not names:
        return None
    rows = MailingList.objects.filter(name__in=names).select_related("forum")
    places = [(names[row.name], row) for row in rows if not whole(row.name, option_phrases())]
    return min(places, key=itemgetter(0), default=None)


def _list_at(address: str) -> MailingList | None:
    """Return the list of an address of ours, None for any other text.

    Raises: NotFound for an address of ours that is no list's. Queries: 1 for an address of ours,
    else none.
    """
    local, _at, domain = address.partition("@")
    if domain != settings.HUB_MAIL_DOMAIN.lower():
        return None
    list_address = selectors.list_by_address(local)
    if list_address is None:
        raise NotFound(no_such_list(address))
    return list_address.mailing_list


def _may_be_a_name(word: str) -> bool:
    """Whether a word has the form of a list's name."""
    if word.isdecimal() or len(word) > tokens.NAME_MAX:
        return False
    return _NAME.fullmatch(word) is not None


def no_such_list(name: str) -> str:
    """Return the sentence for a list that does not exist, or is closed: both are answered alike."""
    return (
        _("There is no discussion “%s” that is open to you. Write LISTS to see those that are.")
        % name[:80]
    )


def request_address(mailing_list: MailingList | None) -> str:
    """Return where commands for a list go, or for any."""
    if mailing_list is None:
        return tokens.address("request")
    return tokens.address(f"{mailing_list.name}-request")


def person_in(args: str, forum_id: int) -> "Member":
    """Return the member that an order names: by number, by address, or a reader by name.

    Raises: Invalid (nobody, or more than one). Queries: 1 or 2.
    """
    text = " ".join(args.split()).strip("<>\"'«»“” ,;:")[:320]
    if not text:
        raise Invalid(
            _("Name the person: by address, by number, or by the full name of a participant.")
        )
    member = _member_named(text, forum_id)
    if member is None:
        raise Invalid(
            _(
                "No member of the hub is known as “%s”. Name the person by the address "
                "that is registered with the hub."
            )
            % text
        )
    return member


def _member_named(text: str, forum_id: int) -> "Member | None":
    """Return the member of an address, a number or a name; see :func:`person_in`."""
    address = next((word.strip("<>()\"',;") for word in text.split() if "@" in word), "")
    if address:
        return member_by_address(address)
    number = text.lstrip("#")
    if is_number(number, _MEMBER_DIGITS):
        return active_member(int(number))
    readers = forum_selectors.readers_of(forum_id).values_list("member_id", "member__name")
    keys = [pk for pk, name in readers.iterator() if name.casefold() == text.casefold()]
    if len(keys) > 1:
        raise Invalid(_("There is more than one %s. Name the person by address.") % text)
    return active_member(keys[0]) if keys else None


def number_in(args: str) -> tuple[int, str]:
    """Return the number of a contribution, and the words behind it.

    The name of a list may stand before it. Raises: Invalid (there is none).
    """
    words = args.split(maxsplit=2)
    for at, word in enumerate(words[:2]):
        digits = word.lstrip("#").rstrip(":.,;")
        if is_number(digits):
            return int(digits), " ".join(words[at + 1 :])
    raise Invalid(_("Give the number of the contribution: you find it at the end of each message."))


def is_number(word: str, max_digits: int = _NUMBER_DIGITS) -> bool:
    """Whether a word is a number that is not too long for what it names."""
    return word.isdecimal() and len(word) <= max_digits


def when(moment: datetime) -> str:
    """Return day and time in the reader's zone, with UTC beside it; mail is read on any day."""
    return format_moment(moment)


def how(row: Subscription) -> str:
    """Return the sentence that says how the mail of a list comes."""
    sentences = {
        Subscription.Delivery.EACH.value: _(
            "You receive each contribution to “%(discussion)s” by e-mail."
        ),
        Subscription.Delivery.DAILY.value: _(
            "You receive one message a day with the contributions to “%(discussion)s”."
        ),
        Subscription.Delivery.WEEKLY.value: _(
            "You receive one message a week with the contributions to “%(discussion)s”."
        ),
        Subscription.Delivery.NOTICES.value: _(
            "You receive a short notice of each contribution to “%(discussion)s”."
        ),
        Subscription.Delivery.NONE.value: _("You receive no e-mail from “%(discussion)s”."),
    }
    return sentences[row.delivery] % {"discussion": isolate(row.list.forum.name)}


def word(name: str, language: str) -> str:
    """Return a command as it is shown to a reader of a language."""
    return vocabulary.own(vocabulary.COMMANDS[name], language)


def lines(*parts: str | Iterable[str]) -> str:
    """Return lines one below the other; empty ones at the ends are dropped."""
    text_lines: list[str] = []
    for part in parts:
        if isinstance(part, str):
            text_lines.append(part)
        else:
            text_lines += part
    return "\n".join(text_lines).strip("\n")
