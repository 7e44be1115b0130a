"""Look things up: the member's lists, all lists, one of them, and what has been published."""

import html
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forums import selectors as forum_selectors
from forums.edits import mark_of
from forums.policy import REPLY
from hub.lib.counts import with_count
from hub.lib.errors import Invalid
from hub.lib.full_urls import full_url
from hub.lib.names import listed
from hub.lib.scripts import isolate
from hub.lib.sizes import format_size
from hub.search.selectors import PAGE as HITS_PER_PAGE
from hub.search.selectors import Hit, search
from listserv import selectors, tokens
from listserv.commands.desk import Answer, Desk, how, is_on_roster, lines, request_address, when
from listserv.commands.parsing import Order
from listserv.commands.words import options, phrases_of
from listserv.models import MailingList

if TYPE_CHECKING:
    from forums.models import Contribution

MAX_HITS = 10  # of one answer
_MARK = re.compile(r"</?mark>")


def which(desk: Desk, order: Order) -> Answer:
    """Name the member's lists and how the mail of each comes."""
    answer_lines = []
    for line in desk.own_lines:
        row, mailing_list = line.subscription, line.mailing_list
        if row is None:
            continue
        row.list = mailing_list
        answer_lines += [f"{mailing_list.address} – {mailing_list.forum.name}", f"   {how(row)}"]
        if row.paused_until is not None and row.paused_until > desk.now:
            answer_lines.append(
                "   "
                + _("Your mail is paused until %s; RESUME ends the pause.") % when(row.paused_until)
            )
        if row.suspended_at is not None:
            answer_lines.append(
                "   " + _("Your mail has stopped: %s.") % row.get_suspended_for_display()
            )
    if not answer_lines:
        return Answer(_("You are on no list. LISTS shows the lists that are open to you."))
    return Answer(lines(answer_lines))


def lists(desk: Desk, order: Order) -> Answer:
    """Name the lists that are open to the member."""
    answer_lines = []
    for line in selectors.lists_for(desk.member, access=desk.access):
        mark = "* " if is_on_roster(line) else "  "
        answer_lines.append(f"{mark}{line.mailing_list.address} – {line.mailing_list.forum.name}")
    if not answer_lines:
        return Answer(_("No discussion is open to you yet."))
    return Answer(
        lines(
            answer_lines,
            "",
            _(
                "You are on the lists with a star. To join another one, write SUBSCRIBE "
                "and its name."
            ),
        )
    )


def info(desk: Desk, order: Order) -> Answer:
    """Say what a discussion is about, who leads it, and its addresses."""
    mailing_list, _rest = desk.list_in(order.args)
    discussion = forum_selectors.discussion_for(desk.member, mailing_list.forum_id)
    leaders = listed(
        row.member.get_full_name() for row in forum_selectors.moderators_of(mailing_list.forum_id)
    )
    size = with_count(
        ngettext("%d person takes part.", "%d people take part.", discussion.members),
        discussion.members,
    )
    head = [
        mailing_list.forum.name,
        "=" * min(60, max(4, len(mailing_list.forum.name))),
        *paragraph(discussion.policy.theme),
        *paragraph(discussion.policy.summary),
        "",
        str(discussion.policy.get_preset_display()),
        size,
    ]
    if leaders:
        head.append(_("The discussion is led by %s.") % leaders)
    row = desk.subscription(mailing_list)
    if row is None:
        head.append(_("You are not on this list."))
    else:
        head.append(how(row))
    addresses = [
        "",
        _("To all participants: %s") % mailing_list.address,
        _("To the people who lead the discussion: %s")
        % tokens.address(f"{mailing_list.name}-owner"),
        _("Commands: %s") % request_address(mailing_list),
        _("On the web: %s") % full_url("forums:discussion_by_key", mailing_list.forum_id),
    ]
    return Answer(lines(head, addresses))


def paragraph(text: str) -> list[str]:
    """Return the lines of a text below an empty one; none for an empty text."""
    text = text.strip()
    if not text:
        return []
    return ["", *text.splitlines()]


def find(desk: Desk, order: Order) -> Answer:
    """Search what the member may read, the newest first."""
    words, page = _page_of(order.args)
    if not words:
        raise Invalid(_("Give the words to search for, for example: SEARCH field trials."))
    start = (page - 1) * MAX_HITS
    results = search(desk.member, words, kind="contribution", page=start // HITS_PER_PAGE + 1)
    hits: Sequence[Hit] = ()
    if start < results.total:
        first = start % HITS_PER_PAGE
        hits = results.hits[first : first + MAX_HITS]
    if not hits:
        return Answer(_("No contributions were found for “%s”.") % words[:100])
    total = with_count(
        ngettext("%d contribution was found.", "%d contributions were found.", results.total),
        results.total,
    )
    answer_lines = [total, ""]
    for hit in hits:
        answer_lines += _hit(hit)
    answer_lines.append(
        _(
            "Write GET and a number to receive a whole contribution, GET THREAD and a "
            "number to receive its whole topic."
        )
    )
    if start + len(hits) < results.total:
        more = {"words": words[:100], "page": page + 1}
        answer_lines.append(_("More: SEARCH %(words)s PAGE %(page)d") % more)
    return Answer(lines(answer_lines))


def _page_of(args: str) -> tuple[str, int]:
    """Return the words looked for, and the page of results."""
    match = re.search(r"\s+(\S{1,20})\s+(\d{1,3})$", args)
    if match is not None and next(options(match[1], phrases_of("page")))[0] == "page":
        return args[: match.start()].strip(), max(1, int(match[2]))
    return args.strip(), 1


def _hit(hit: Hit) -> list[str]:
    document = hit.document
    number = document.key.rpartition(":")[2]
    topic = document.topic
    where = topic.forum.name if topic is not None else ""
    author = document.by
    words = html.unescape(_MARK.sub("", str(hit.excerpt)))
    return [
        f"{number}. {document.title}",
        f"   {author}, {when(document.date)} – {where}",
        f"   {words}",
        "",
    ]


def contribution_text(desk: Desk, contribution: "Contribution", *, is_alone: bool = False) -> str:
    """Return a whole contribution as text: head, words, folded words, files, and how to answer.

    Args: is_alone, whether the message that brings it brings nothing else, and so is answered to
    everybody.
    """
    text_lines = [*_head(contribution), "", contribution.text]
    if contribution.folded:
        folded = _("What was also below in the message, folded elsewhere:")
        text_lines += ["", folded, "", contribution.folded]
    files = _file_lines(contribution)
    if files:
        text_lines += ["", *files]
    text_lines += _reply_lines(desk, contribution, is_alone=is_alone)
    return lines(text_lines)


def _head(contribution: "Contribution") -> list[str]:
    """Return who wrote a contribution, when, where, and what it answers."""
    author = contribution.speaker.name
    if contribution.speaker.country:
        author = f"{author} ({contribution.speaker.country})"
    forum = contribution.post.topic.forum
    head = [
        f"{contribution.number}. {contribution.subject}",
        f"{author}, {when(contribution.created_at)} – {forum.name}",
    ]
    parent = contribution.parent
    if parent is not None:
        answered = {"number": parent.number, "name": isolate(parent.speaker.name)}
        head.append(_("Answer to contribution %(number)d by %(name)s") % answered)
    if contribution.revision:
        head.append(_edited(contribution))
    head.append(full_url("forums:contribution", contribution.number))
    return head


def _edited(contribution: "Contribution") -> str:
    """Return who changed the words, and how to get the earlier ones."""
    return _("%(mark)s – earlier versions: GET %(number)d HISTORY") % {
        "mark": mark_of(contribution),
        "number": contribution.number,
    }


def _file_lines(contribution: "Contribution") -> list[str]:
    """Return a line for each file of a contribution, with the command that brings it."""
    return [
        _("File %(place)d: %(name)s (%(size)s) – GET FILE %(place)d OF %(number)d")
        % {
            "place": place,
            "name": isolate(file.name),
            "size": format_size(file.size),
            "number": contribution.number,
        }
        for place, file in enumerate(contribution.attachments.all(), 1)
    ]


def _reply_lines(desk: Desk, contribution: "Contribution", *, is_alone: bool) -> list[str]:
    """Return how to answer a contribution.

    No address that acts for its owner stands in a text, which people quote.
    """
    mailing_list = answered_list(desk, contribution)
    if mailing_list is None:
        return []
    if is_alone:
        return [
            "",
            _("Reply to this message to answer everybody in “%s”.")
            % isolate(mailing_list.forum.name),
        ]
    name = {"address": mailing_list.address, "number": contribution.number}
    return [
        "",
        _(
            "To answer it, write to %(address)s with #%(number)d in the subject or on the first "
            "line."
        )
        % name,
    ]


def answered_list(desk: Desk, contribution: "Contribution") -> MailingList | None:
    """Return the list to which the member may answer a contribution, None for none."""
    topic = contribution.post.topic
    if contribution.state != "accepted" or not desk.access.may(REPLY, topic.forum_id):
        return None
    return selectors.list_of_forum(topic.forum_id)
