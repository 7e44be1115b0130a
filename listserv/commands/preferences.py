"""Choose how the mail of a list comes: SET and its settings, by word or by subaddress."""

from collections.abc import Callable

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from forums.policy import READ
from hub.lib.dates import format_day
from hub.lib.errors import Invalid, NotFound
from hub.lib.full_urls import full_url
from hub.lib.names import listed
from hub.lib.scripts import isolate
from hub.members import services as member_services
from hub.search.folding import fold
from listserv import selectors, services
from listserv.commands.dates import day_in
from listserv.commands.desk import Answer, Desk, how, lines, when
from listserv.commands.parsing import Order
from listserv.commands.words import has, words_of
from listserv.models import MailingList, Subscription

Delivery = Subscription.Delivery


def _set(desk: Desk, order: Order, delivery: str) -> Answer:
    def change(mailing_list: MailingList) -> str:
        row = services.set_delivery(
            list_id=mailing_list.pk, member=desk.member, delivery=delivery, now=desk.now
        )
        return lines(how(row), _pause_of(row))

    return _each(desk, order, change)


def _each(desk: Desk, order: Order, change: Callable[[MailingList], str]) -> Answer:
    """Change one thing for each list that an order is for."""
    lists, _rest = desk.lists_in(order.args)
    if not lists:
        return Answer(_("You are on no list."))
    return Answer(lines(change(mailing_list) for mailing_list in _open(desk, lists)))


def _open(desk: Desk, lists: list[MailingList]) -> list[MailingList]:
    """Return the lists as they are.

    Raises: NotFound when one is closed to the member.
    """
    for mailing_list in lists:
        if not desk.access.may(READ, mailing_list.forum_id):
            raise NotFound(
                _("You do not take part in “%s”. Send SUBSCRIBE to ask for admission.")
                % isolate(mailing_list.name)
            )
    return lists


def _pause_of(row: Subscription) -> list[str]:
    """Return the line about a pause, none where the mail is not paused."""
    if row.paused_until is None:
        return []
    return [_("Your mail is paused until %s; RESUME ends the pause.") % when(row.paused_until)]


def mail(desk: Desk, order: Order) -> Answer:
    """Send each contribution."""
    return _set(desk, order, Delivery.EACH.value)


def nomail(desk: Desk, order: Order) -> Answer:
    """Send nothing."""
    return _set(desk, order, Delivery.NONE.value)


def notices(desk: Desk, order: Order) -> Answer:
    """Send subject, author and address of each contribution only."""
    return _set(desk, order, Delivery.NOTICES.value)


def digest(desk: Desk, order: Order) -> Answer:
    """Send a digest a day, or a week; off is each contribution."""
    option = has(order.args, "weekly", "daily", "off")
    modes = {"weekly": Delivery.WEEKLY.value, "off": Delivery.EACH.value}
    return _set(desk, order, modes.get(option, Delivery.DAILY.value))


def files(desk: Desk, order: Order) -> Answer:
    """Send the files of a contribution, or links to them."""
    option = has(order.args, "attach", "link", "on", "off")
    if not option:
        raise Invalid(
            _("Write FILES ATTACH to get the files themselves, or FILES LINK to get links to them.")
        )
    kind = Subscription.Files.ATTACH if option in {"attach", "on"} else Subscription.Files.LINK

    def change(mailing_list: MailingList) -> str:
        services.set_delivery(
            list_id=mailing_list.pk, member=desk.member, files=kind.value, now=desk.now
        )
        if kind == Subscription.Files.ATTACH:
            return _(
                "Files are attached to the messages from “%s” up to a size limit; larger "
                "files come as links."
            ) % isolate(mailing_list.forum.name)
        return _("Messages from “%s” have links to the files.") % isolate(mailing_list.forum.name)

    return _each(desk, order, change)


def owncopy(desk: Desk, order: Order) -> Answer:
    """Send the member's own contributions back, or not."""
    return _own_copy(desk, order, comes_back=has(order.args, "off", "on") != "off")


def noowncopy(desk: Desk, order: Order) -> Answer:
    """Do not send the member's own contributions back."""
    return _own_copy(desk, order, comes_back=False)


def _own_copy(desk: Desk, order: Order, *, comes_back: bool) -> Answer:
    def change(mailing_list: MailingList) -> str:
        services.set_delivery(
            list_id=mailing_list.pk, member=desk.member, own_copy=comes_back, now=desk.now
        )
        if comes_back:
            return _("You also receive your own contributions to “%s”.") % isolate(
                mailing_list.forum.name
            )
        return _("You do not receive your own contributions to “%s”.") % isolate(
            mailing_list.forum.name
        )

    return _each(desk, order, change)


def language(desk: Desk, order: Order) -> Answer:
    """Choose the language of a list's mails; at no list's address, of all pages and mails."""
    code = _language_in(order.args)
    if code is None:
        codes = (code for code, _label in settings.LANGUAGES)
        names = ", ".join(f"{each} ({_name_of(each)})" for each in codes)
        raise Invalid(_("Choose one of these: %s.") % names)
    if desk.mailing_list is None:
        member_services.set_preferences(
            member=desk.member, language=code, time_zone=desk.member.time_zone
        )
        return Answer(_("Your pages and messages are in this language: %s.") % _name_of(code))

    def change(mailing_list: MailingList) -> str:
        services.set_delivery(
            list_id=mailing_list.pk, member=desk.member, language=code, now=desk.now
        )
        name = {"discussion": isolate(mailing_list.forum.name), "language": _name_of(code)}
        return (
            _("Messages from “%(discussion)s” come to you in this language: %(language)s.") % name
        )

    return _each(desk, order, change)


def _name_of(code: str) -> str:
    return str(translation.get_language_info(code)["name_local"])


def _language_in(args: str) -> str | None:
    """Return the language that is named by its code, or by its name in English or in itself."""
    written = {word.text for word in words_of(args)}
    for code, _label in settings.LANGUAGES:
        info = translation.get_language_info(code)
        names = {
            fold(code.partition("-")[0]),
            fold(str(info["name"])),
            fold(str(info["name_local"])),
        }
        if written & {word.text for name in names for word in words_of(name)}:
            return code
    return None


def address(desk: Desk, order: Order) -> Answer:
    """Choose which of the member's confirmed addresses a list's mail goes to."""
    own_addresses = selectors.addresses_of(desk.member)
    written = {part.strip("<>()\"',;").lower() for part in order.args.split() if "@" in part}
    chosen = next((row for row in own_addresses if row.email.lower() in written), None)
    if chosen is None:
        raise Invalid(
            lines(
                _(
                    "Choose one of your confirmed addresses; you can add new ones on the "
                    "page of your account:"
                ),
                (str(row.email) for row in own_addresses),
                full_url("account_email"),
            )
        )
    rest = " ".join(
        part for part in order.args.split() if str(chosen.email).lower() not in part.lower()
    )

    def change(mailing_list: MailingList) -> str:
        services.set_delivery(
            list_id=mailing_list.pk, member=desk.member, address_id=chosen.pk, now=desk.now
        )
        name = {"discussion": isolate(mailing_list.forum.name), "address": chosen.email}
        return _("The mail from “%(discussion)s” goes to %(address)s.") % name

    return _each(desk, Order(order.name, rest), change)


def pause(desk: Desk, order: Order) -> Answer:
    """Send nothing until a day."""
    lists, rest = desk.lists_in(order.args)
    until = day_in(rest, now=desk.now, zone=desk.member.time_zone)
    if until is None:
        raise Invalid(
            _("Say until which day: PAUSE UNTIL 2027-01-15, or for how long: PAUSE 2 WEEKS.")
        )
    # Nobody is away for longer than a pause may last; the answer says until when it does.
    until = min(until, desk.now + services.PAUSE_MAX)
    for mailing_list in _open(desk, lists):
        if desk.subscription(mailing_list) is None:
            raise Invalid(_("You receive no e-mail from “%s”.") % isolate(mailing_list.forum.name))
        services.pause(list_id=mailing_list.pk, member=desk.member, until=until, now=desk.now)
    values = {
        "day": format_day(timezone.localtime(until)),
        "names": listed(mailing_list.forum.name for mailing_list in lists),
    }
    return Answer(
        _("You receive no e-mail until %(day)s from: %(names)s. RESUME ends the pause earlier.")
        % values
    )


def resume(desk: Desk, order: Order) -> Answer:
    """End a pause."""
    lists, _rest = desk.lists_in(order.args)
    if not lists:
        return Answer(_("You are on no list."))
    answer_lines = []
    for mailing_list in _open(desk, lists):
        if desk.subscription(mailing_list) is None:
            raise Invalid(_("You receive no e-mail from “%s”.") % isolate(mailing_list.forum.name))
        row = services.resume(list_id=mailing_list.pk, member=desk.member, now=desk.now)
        answer_lines.append(_("Your mail has resumed. %s") % how(row))
    return Answer(lines(answer_lines))
