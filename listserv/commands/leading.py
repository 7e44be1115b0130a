"""What those who lead a discussion do by mail: who is there, what waits, who decides, who is let in."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_countries import countries

from forums import selectors as forums
from forums import services
from forums.policy import access_of
from hub.lib.errors import Conflict, HubError, Invalid, NotFound
from listserv import moderation
from listserv.commands import letters
from listserv.commands.desk import Answer, Desk, lines, number_in, person_in, when
from listserv.commands.reading import Order
from listserv.models import Subscription

if TYPE_CHECKING:
    from forums.models import Contribution

# Lines of a roster, of held contributions, and characters of a held text that one answer has.
ROSTER = 2_000
HELD = 50
EXCERPT = 400
# Contributions that one order approves besides the first.
MORE = 20


def review(desk: Desk, order: Order) -> Answer:
    """Name those on a roster with country, role and delivery; addresses for the Secretariat alone."""
    found, _rest = desk.led_list(order.args)
    rows = Subscription.objects.filter(list=found, ended_at=None, member__is_active=True)
    rows = rows.select_related("member", "address").order_by("member__name")
    total = rows.count()
    places = forums.participants_of(forums.discussion_for(desk.member, found.forum_id))
    roles = {place.member_id: str(place.get_role_display()) for place in places}
    head = ngettext("%(n)d person is on the list %(list)s:", "%(n)d people are on the list %(list)s:", total)
    said = [head % {"n": total, "list": found.name}, ""]
    for row in rows[:ROSTER]:
        person = row.member
        parts = [f"{person.get_full_name()} ({person.pk})", str(countries.name(str(person.country or "")) or "")]
        parts += [roles.get(person.pk, ""), str(row.get_delivery_display())]
        if row.suspended_at is not None:
            parts.append(str(row.get_suspended_for_display()))
        parts += [row.recipient] if desk.member.is_staff else []
        said.append(" · ".join(part for part in parts if part))
    if total > ROSTER:
        said.append("…")
    return Answer(lines(said))


def held(desk: Desk, order: Order) -> Answer:
    """Name what waits for the member's decision."""
    waiting = forums.held_for(desk.member)
    if not waiting:
        return Answer(_("Nothing waits for your decision."))
    said = [_("These wait for your decision. Write APPROVE, REJECT or EDIT and the number."), ""]
    for one in waiting[:HELD]:
        text = " ".join(one.text.split())
        said += [
            f"{one.number}. {one.subject}",
            f"   {one.speaker.name}, {when(one.created_at)} – {one.post.topic.forum.name}",
            f"   {text if len(text) <= EXCERPT else text[:EXCERPT] + ' …'}",
            "",
        ]
    return Answer(lines(said, "…" if len(waiting) > HELD else []))


def approve(desk: Desk, order: Order) -> Answer:
    """Show held contributions to all."""
    number, rest = number_in(order.args)
    more = [int(word) for word in rest.split()[:MORE] if word.isdecimal() and len(word) <= 15]
    return Answer(lines(*(decide(desk, one, "approve").text for one in dict.fromkeys([number, *more]))))


def reject(desk: Desk, order: Order) -> Answer:
    """Keep a held contribution unseen, with a reason for its author."""
    number, rest = number_in(order.args)
    return decide(desk, number, "reject", rest or order.text)


def edit(desk: Desk, order: Order) -> Answer:
    """Change what a contribution says; a held one is shown with it."""
    number, rest = number_in(order.args)
    return decide(desk, number, "edit", order.text or rest)


def decide(desk: Desk, number: int, decision: str, text: str = "") -> Answer:
    """Carry a decision out, or say who was faster; the same for a command and for an answer to the letter.

    Args: decision, ``approve``, ``reject`` or ``edit``; text, the reason or the new words.
    """
    try:
        said = forums.contribution_for(desk.member, number)
    except NotFound:
        return Answer(_("There is no contribution %d that is open to you.") % number)
    leads = desk.leads(said.post.topic.forum_id)
    if decision == "edit" and not (leads and said.is_held):
        return _edit_shown(desk, number, text)
    if not leads:
        raise NotFound(_("Only those who lead “%s” may ask this.") % said.post.topic.forum.name)
    if not said.is_held:
        return Answer(lines(_("Nothing was changed."), moderation.decided(said)))
    try:
        return _decide(desk, number, decision, text)
    except Conflict:
        # Somebody was faster, a moment ago.
        return Answer(
            lines(_("Nothing was changed."), moderation.decided(forums.contribution_for(desk.member, number)))
        )


@transaction.atomic
def _decide(desk: Desk, number: int, decision: str, text: str) -> Answer:
    """Decide; an edit that comes too late is undone with the rest."""
    if decision == "reject":
        done = services.reject_contribution(number=number, actor=desk.member, reason=text, now=desk.now)
        return Answer(lines(_("Contribution %d stays unseen; its author gets your reason.") % number, _about(done)))
    if decision == "edit":
        services.edit_contribution(number=number, actor=desk.member, text=text, now=desk.now)
    done = services.approve_contribution(number=number, actor=desk.member, now=desk.now)
    return Answer(lines(_("Contribution %d is shown and sent to the others.") % number, _about(done)))


def _edit_shown(desk: Desk, number: int, text: str) -> Answer:
    services.edit_contribution(number=number, actor=desk.member, text=text, now=desk.now)
    return Answer(_("Contribution %d says what you wrote now; what it said before is kept.") % number)


def _about(said: "Contribution") -> str:
    return f"{said.speaker.name}: {said.subject}"


def admit(desk: Desk, order: Order) -> Answer:
    """Let a member into a discussion."""
    found, rest = desk.led_list(order.args)
    person = person_in(rest, found.forum_id)
    name = {"name": person.get_full_name(), "discussion": found.forum.name}
    if access_of(person).roles.get(found.forum_id):
        return Answer(_("%(name)s takes part in “%(discussion)s” already.") % name)
    services.admit_member(forum_id=found.forum_id, member=person, now=desk.now, actor=desk.member)
    letters.tell_admitted(mailing_list=found, member=person, by=desk.member)
    return Answer(_("%(name)s takes part in “%(discussion)s” now.") % name)


def remove(desk: Desk, order: Order) -> Answer:
    """Take a member out of a discussion."""
    found, rest = desk.led_list(order.args)
    person = person_in(rest, found.forum_id)
    name = {"name": person.get_full_name(), "discussion": found.forum.name}
    if not access_of(person).roles.get(found.forum_id):
        raise Invalid(_("%(name)s does not take part in “%(discussion)s”.") % name)
    services.remove_member(forum_id=found.forum_id, member=person, now=desk.now, actor=desk.member)
    return Answer(_("%(name)s does not take part in “%(discussion)s” any more; what they said stays.") % name)


def handover(desk: Desk, order: Order) -> Answer:
    """Let a participant lead; both are told, and what waits goes to the new one as well."""
    found, rest = desk.led_list(order.args)
    person = person_in(rest, found.forum_id)
    name = {"name": person.get_full_name(), "discussion": found.forum.name}
    if not services.hand_over(forum_id=found.forum_id, member=person, actor=desk.member, now=desk.now):
        return Answer(_("%(name)s leads “%(discussion)s” already.") % name)
    letters.tell_handover(mailing_list=found, member=person, by=desk.member)
    for waiting in forums.held_for(person):
        if waiting.post.topic.forum_id == found.forum_id:
            moderation.ask(waiting, person)
    return Answer(
        lines(
            _("%(name)s leads “%(discussion)s” now, and has been told.") % name,
            _("You still lead it too. STEPDOWN ends that."),
        )
    )


def stepdown(desk: Desk, order: Order) -> Answer:
    """Stop leading; somebody else must."""
    found, _rest = desk.led_list(order.args)
    services.step_down(forum_id=found.forum_id, actor=desk.member, now=desk.now)
    return Answer(_("You take part in “%s” and no longer lead it.") % found.forum.name)


def lock(desk: Desk, order: Order) -> Answer:
    """Close the thread of a contribution for replies."""
    said = _led(desk, order)
    services.lock_topic(topic_id=said.topic_id, actor=desk.member)
    return Answer(_("The thread “%s” is closed for replies.") % said.post.topic.subject)


def unlock(desk: Desk, order: Order) -> Answer:
    """Open the thread of a contribution for replies again."""
    said = _led(desk, order)
    services.unlock_topic(topic_id=said.topic_id, actor=desk.member)
    return Answer(_("The thread “%s” is open for replies.") % said.post.topic.subject)


def _led(desk: Desk, order: Order) -> "Contribution":
    number, _rest = number_in(order.args)
    try:
        return forums.contribution_for(desk.member, number)
    except HubError:
        raise NotFound(_("There is no contribution %d that is open to you.") % number) from None


def summary(desk: Desk, order: Order) -> Answer:
    """Write the summary that stands on the page of a discussion."""
    found, rest = desk.led_list(order.args)
    text = order.text.strip() or rest
    if not text:
        raise Invalid(_("Write the summary on the lines below the command."))
    services.write_summary(forum_id=found.forum_id, actor=desk.member, summary=text)
    return Answer(_("The summary is on the page of “%s”.") % found.forum.name)
