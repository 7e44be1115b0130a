"""Lead a discussion by mail: who is there, what waits, who decides, who is let in."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_countries import countries

from forums import selectors as forum_selectors
from forums import services
from forums.edits import is_closed_record, summary_revision_of
from forums.policy import access_of
from hub.lib.errors import Conflict, HubError, Invalid, NotFound, Stale
from hub.lib.scripts import isolate
from listserv.commands import moderation, notifications, vocabulary
from listserv.commands.desk import Answer, Desk, is_number, lines, number_in, person_in, when, word
from listserv.commands.parsing import Order
from listserv.gateway.notifications import beginning_of
from listserv.models import Subscription

if TYPE_CHECKING:
    from forums.models import Contribution

# Of one answer: people on a roster, held contributions, and characters of each of their texts.
MAX_ON_ROSTER = 2_000
MAX_HELD = 50
EXCERPT = 400
# Contributions that one order approves besides the first.
MAX_MORE = 20
# Digits of the longest number of a summary's revision.
_REVISION_DIGITS = 9


def review(desk: Desk, order: Order) -> Answer:
    """Name those on a roster with country, role and delivery.

    The Secretariat alone sees their addresses.
    """
    mailing_list, _rest = desk.led_list(order.args)
    rows = Subscription.objects.filter(list=mailing_list, ended_at=None, member__is_active=True)
    rows = rows.select_related("member", "address").order_by("member__name")
    total = rows.count()
    shown = list(rows[:MAX_ON_ROSTER])
    places = forum_selectors.participants_of(
        forum_selectors.discussion_for(desk.member, mailing_list.forum_id)
    )
    places = places.filter(member_id__in=[row.member_id for row in shown])
    roles = {place.member_id: str(place.get_role_display()) for place in places}
    head = ngettext(
        "%(n)d person is on the list %(list)s:", "%(n)d people are on the list %(list)s:", total
    )
    answer_lines = [head % {"n": total, "list": mailing_list.name}, ""]
    for row in shown:
        parts = _roster_parts(row, roles.get(row.member_id, ""))
        if desk.member.is_staff:
            parts.append(row.recipient)
        answer_lines.append(" · ".join(filter(None, parts)))
    if total > MAX_ON_ROSTER:
        answer_lines.append("…")
    return Answer(lines(answer_lines))


def _roster_parts(row: Subscription, role: str) -> list[str]:
    """Return what a roster says of one person; what is not known is empty."""
    person = row.member
    parts = [
        f"{person.get_full_name()} ({person.pk})",
        str(countries.name(str(person.country))),
        role,
        str(row.get_delivery_display()),
    ]
    if row.suspended_at is not None:
        parts.append(str(row.get_suspended_for_display()))
    return parts


def held(desk: Desk, order: Order) -> Answer:
    """Name what waits for the member's decision."""
    waiting = forum_selectors.held_for(desk.member, size=MAX_HELD)
    if not waiting:
        return Answer(_("No contributions are waiting for your decision."))
    answer_lines = [
        _("Waiting for your decision. Write APPROVE, REJECT or EDIT and the number."),
        "",
    ]
    for contribution in waiting:
        text = " ".join(contribution.text.split())
        if len(text) <= EXCERPT:
            # Sent whole: what is decided from now on is on these words.
            moderation.note_shown(contribution, [desk.member])
        answer_lines += [
            f"{contribution.number}. {contribution.subject}",
            f"   {contribution.speaker.name}, {when(contribution.created_at)} – "
            f"{contribution.post.topic.forum.name}",
            f"   {beginning_of(text, EXCERPT)}",
            "",
        ]
    if waiting.pages > 1:
        answer_lines.append("…")
    return Answer(lines(answer_lines))


def approve(desk: Desk, order: Order) -> Answer:
    """Show held contributions to all."""
    number, rest = number_in(order.args)
    more = [int(word) for word in rest.split()[:MAX_MORE] if is_number(word)]
    numbers = dict.fromkeys([number, *more])
    return Answer(lines(decide(desk, number, "approve").text for number in numbers))


def reject(desk: Desk, order: Order) -> Answer:
    """Keep a held contribution unseen, with a reason for its author."""
    number, rest = number_in(order.args)
    return decide(desk, number, "reject", rest or order.text)


def edit(desk: Desk, order: Order) -> Answer:
    """Change what a contribution says; a held one is shown with it.

    What stands behind the number is the reason, where the new text stands below.
    """
    number, rest = number_in(order.args)
    if order.text:
        return decide(desk, number, "edit", order.text, reason=rest)
    return decide(desk, number, "edit", rest)


def decide(
    desk: Desk,
    number: int,
    decision: str,
    text: str = "",
    *,
    reason: str = "",
    revision: int | None = None,
) -> Answer:
    """Carry a decision out, or say who was faster; by a command, or in answer to a notification.

    Args:
        decision: ``approve``, ``reject`` or ``edit``.
        text: the reason of a rejection, or the new words.
        reason: why the words are changed.
        revision: that of the address that was written to; None for a command, on the last one sent.
    """
    try:
        contribution = forum_selectors.contribution_for(desk.member, number)
    except NotFound:
        return Answer(_("There is no contribution %d that is open to you.") % number)
    leads = desk.leads(contribution.post.topic.forum_id)
    if revision is None:
        revision = _revision_sent(desk, contribution)
    act: Callable[[], Answer]
    if leads and contribution.is_held:
        act = partial(_decide, desk, contribution, decision, text, reason, revision)
    elif decision == "edit":
        act = partial(_edit_shown, desk, contribution, text, reason, revision)
    elif not leads:
        forum = contribution.post.topic.forum
        raise NotFound(_("Only the people who lead “%s” can ask for this.") % isolate(forum.name))
    else:
        return _nothing_changed(contribution)
    try:
        return act()
    except Stale as error:
        return _stale(desk, contribution, decision, text, error)
    except Conflict:
        return _nothing_changed(forum_selectors.contribution_for(desk.member, number))


def _nothing_changed(contribution: "Contribution") -> Answer:
    return Answer(lines(_("Nothing was changed."), moderation.decision_on(contribution)))


def _revision_sent(desk: Desk, contribution: "Contribution") -> int:
    """Return the revision that the moderator had been sent when they wrote."""
    at = desk.row.received_at if desk.row is not None else desk.now
    return moderation.revision_shown(contribution, desk.member, at)


def _decide(
    desk: Desk, contribution: "Contribution", decision: str, text: str, reason: str, revision: int
) -> Answer:
    number, actor, now = contribution.number, desk.member, desk.now
    if decision == "reject":
        done = services.reject_contribution(
            number=number, actor=actor, reason=text, revision=revision, now=now
        )
        return Answer(
            lines(
                _("Contribution %d was rejected; its author will receive your reason by e-mail.")
                % number,
                _about(done),
            )
        )
    if decision == "edit":
        done = services.approve_with_words(
            number=number,
            actor=actor,
            text=text,
            reason=_reason_of_edit(desk, contribution, reason),
            revision=revision,
            now=now,
        )
    else:
        done = services.approve_contribution(number=number, actor=actor, revision=revision, now=now)
    return Answer(
        lines(_("Contribution %d was published and sent to the others.") % number, _about(done))
    )


def _edit_shown(
    desk: Desk, contribution: "Contribution", text: str, reason: str, revision: int
) -> Answer:
    services.edit_contribution(
        number=contribution.number,
        actor=desk.member,
        text=text,
        reason=_reason_of_edit(desk, contribution, reason),
        revision=revision,
        now=desk.now,
    )
    return Answer(
        _("Contribution %d now has your text; the earlier version is kept.") % contribution.number
    )


def _reason_of_edit(desk: Desk, contribution: "Contribution", reason: str) -> str:
    """Return the reason of a change by mail, or words in its place where none must be given."""
    if reason:
        return reason
    if contribution.author_id == desk.member.pk or is_closed_record(contribution, desk.now):
        return ""
    policy = forum_selectors.discussion_for(desk.member, contribution.forum_id).policy
    with translation.override(policy.language):
        return _("by e-mail; no reason was given")


def _stale(
    desk: Desk, contribution: "Contribution", decision: str, text: str, error: Stale
) -> Answer:
    """Show what has changed, and how to decide again on the new words, which are sent with this."""
    present = forum_selectors.contribution_for(desk.member, contribution.number)
    moderation.note_shown(present, [desk.member])
    order = (
        f"{vocabulary.own(vocabulary.COMMANDS[decision], desk.member.language)} "
        f"{contribution.number}"
    )
    again = {
        "approve": _("If you still want that, answer with this line: %s"),
        "reject": _("If you still want that, answer with this line and your reason after it: %s"),
        "edit": _("If you still want that, answer with this line and the new text below it: %s"),
    }[decision]
    answer_lines = [str(error)]
    if error.lines:
        answer_lines += ["", _("What changed:"), *error.lines]
    answer_lines += ["", _("It now says:"), "", error.after, "", again % order]
    if text:
        answer_lines += ["", _("Your own text was not used:"), "", text]
    return Answer(lines(answer_lines))


def _about(contribution: "Contribution") -> str:
    return f"{contribution.speaker.name}: {contribution.subject}"


def admit(desk: Desk, order: Order) -> Answer:
    """Let a member into a discussion."""
    mailing_list, rest = desk.led_list(order.args)
    person = person_in(rest, mailing_list.forum_id)
    name = {"name": isolate(person.get_full_name()), "discussion": isolate(mailing_list.forum.name)}
    if access_of(person).roles.get(mailing_list.forum_id):
        return Answer(_("%(name)s already takes part in “%(discussion)s”.") % name)
    # Who had asked is told by the answer to the request.
    had_asked = forum_selectors.has_asked(person, mailing_list.forum_id)
    services.admit_member(
        forum_id=mailing_list.forum_id, member=person, now=desk.now, actor=desk.member
    )
    if not had_asked:
        notifications.notify_admitted(mailing_list=mailing_list, member=person, by=desk.member)
    return Answer(_("%(name)s now takes part in “%(discussion)s”.") % name)


def remove(desk: Desk, order: Order) -> Answer:
    """Take a member out of a discussion."""
    mailing_list, rest = desk.led_list(order.args)
    person = person_in(rest, mailing_list.forum_id)
    name = {"name": isolate(person.get_full_name()), "discussion": isolate(mailing_list.forum.name)}
    if not access_of(person).roles.get(mailing_list.forum_id):
        raise Invalid(_("%(name)s does not take part in “%(discussion)s”.") % name)
    services.remove_member(
        forum_id=mailing_list.forum_id, member=person, now=desk.now, actor=desk.member
    )
    return Answer(
        _("%(name)s no longer takes part in “%(discussion)s”; what they said stays.") % name
    )


def handover(desk: Desk, order: Order) -> Answer:
    """Let a participant lead; both are told, and what waits goes to the new one as well."""
    mailing_list, rest = desk.led_list(order.args)
    person = person_in(rest, mailing_list.forum_id)
    name = {"name": isolate(person.get_full_name()), "discussion": isolate(mailing_list.forum.name)}
    if not services.hand_over(
        forum_id=mailing_list.forum_id, member=person, actor=desk.member, now=desk.now
    ):
        return Answer(_("%(name)s already leads “%(discussion)s”.") % name)
    notifications.notify_handover(mailing_list=mailing_list, member=person, by=desk.member)
    for waiting in forum_selectors.held_in(mailing_list.forum_id).iterator():
        moderation.ask(waiting, person)
    return Answer(
        lines(
            _("%(name)s now leads “%(discussion)s” and has received a notification.") % name,
            _("You still lead it too. Send STEPDOWN to end that."),
        )
    )


def stepdown(desk: Desk, order: Order) -> Answer:
    """Stop leading; somebody else must."""
    mailing_list, _rest = desk.led_list(order.args)
    services.step_down(forum_id=mailing_list.forum_id, actor=desk.member, now=desk.now)
    return Answer(
        _("You take part in “%s” and no longer lead it.") % isolate(mailing_list.forum.name)
    )


def lock(desk: Desk, order: Order) -> Answer:
    """Close the thread of a contribution for replies."""
    contribution = _led(desk, order)
    services.lock_topic(topic_id=contribution.topic_id, actor=desk.member, now=desk.now)
    return Answer(
        _("The topic “%s” is closed for replies.") % isolate(contribution.post.topic.subject)
    )


def unlock(desk: Desk, order: Order) -> Answer:
    """Open the thread of a contribution for replies again."""
    contribution = _led(desk, order)
    services.unlock_topic(topic_id=contribution.topic_id, actor=desk.member, now=desk.now)
    return Answer(
        _("The topic “%s” is open for replies.") % isolate(contribution.post.topic.subject)
    )


def _led(desk: Desk, order: Order) -> "Contribution":
    number, _rest = number_in(order.args)
    try:
        return forum_selectors.contribution_for(desk.member, number)
    except HubError:
        raise NotFound(_("There is no contribution %d that is open to you.") % number) from None


def summary(desk: Desk, order: Order) -> Answer:
    """Write the summary that stands on the page of a discussion.

    A message does not say by itself which summary its writer has seen, and nobody's is replaced
    unseen: who replaces somebody else's writes its number behind the list.
    """
    mailing_list, rest = desk.led_list(order.args)
    below = order.text.strip()
    text = below or rest
    if not text:
        raise Invalid(_("Write the summary on the lines below the command."))
    revision = summary_revision_of(desk.member, mailing_list.forum_id)
    number = rest.strip("# ")
    if below and is_number(number, _REVISION_DIGITS):
        revision = int(number)
    try:
        services.write_summary(
            forum_id=mailing_list.forum_id,
            actor=desk.member,
            summary=text,
            now=desk.now,
            revision=revision,
        )
    except Stale as error:
        return _stale_summary(desk, order, mailing_list.name, text, error)
    return Answer(_("The summary is on the page of “%s”.") % isolate(mailing_list.forum.name))


def _stale_summary(desk: Desk, order: Order, name: str, text: str, error: Stale) -> Answer:
    line = f"{word(order.name, desk.member.language)} {name} {error.revision}"
    return Answer(
        lines(
            _(
                "Nothing was saved, because there is already a summary that you did not write or "
                "have not seen. It says:"
            ),
            ["", error.after, ""],
            _("To replace it, answer this message with this line and your text below it: %s")
            % line,
            ["", _("Your own text was not used:"), "", text],
        )
    )
