"""Send what has been published: contributions, threads page by page, files whole or in slices."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from forums import selectors as forum_selectors
from forums.edits import Version, history_for
from forums.services.files import content_of
from hub.lib.dates import format_day
from hub.lib.errors import HubError, Invalid, NotFound
from hub.lib.full_urls import full_url
from hub.lib.mail import NotificationFile
from hub.lib.scripts import isolate
from hub.lib.sizes import format_size
from listserv import tokens
from listserv.commands import moderation
from listserv.commands.desk import Answer, Desk, is_number, lines, when
from listserv.commands.looking_up import answered_list, contribution_text
from listserv.commands.parsing import Order
from listserv.commands.slices import slices
from listserv.commands.words import options, phrases_of

if TYPE_CHECKING:
    from forums.models import Contribution

MOST = 10  # contributions of one order
LONG = 10_000  # characters of one contribution among those of a thread
# Where attaching is turned off (HUB_ATTACH_MAX_SIZE=0) a file that is asked for still comes.
SLICE_BYTES = 1_000_000


@dataclass
class GetRequest:
    """What GET asks for.

    Args:
        numbers: of contributions.
        file: which of a contribution's files, from 1; 0 for none.
        part: which slice of the file, from 1; 0 for none.
        page: of a thread or a history, from 1.
    """

    numbers: list[int] = field(default_factory=list)
    is_thread: bool = False
    is_file: bool = False
    is_history: bool = False
    file: int = 0
    part: int = 0
    page: int = 1


def parse_request(args: str) -> GetRequest:
    """Parse what stands behind GET.

    Such as "3142", "3142 3143", "thread 3142 page 2", "attachment 2 of 3142 part 1", "3142 file 2",
    "3142 history", and "file 3142" for its only file.
    """
    request, label = GetRequest(), ""
    for name, word in options(args, phrases_of("thread", "file", "part", "page", "of", "history")):
        if name == "number" and is_number(word):
            _take_number(request, label, int(word))
            label = ""
        elif name == "history":
            request.is_history = True
        elif name in {"thread", "file", "part", "page", "of"}:
            label = name
            request.is_thread |= name == "thread"
            request.is_file |= name == "file"
    if not request.numbers and request.file:
        request.numbers, request.file = [request.file], 0
    return request


def _take_number(request: GetRequest, label: str, number: int) -> None:
    if label in {"file", "part", "page"}:
        setattr(request, label, number)
    else:
        request.numbers.append(number)


def get(desk: Desk, order: Order) -> Answer:
    """Send contributions, a thread or a file."""
    request = parse_request(order.args)
    if not request.numbers:
        raise Invalid(
            _(
                "Give the number of the contribution, for example GET 3142: you find it "
                "at the end of each message."
            )
        )
    if request.is_file:
        return _file(desk, request)
    if request.is_thread:
        return _thread(desk, request)
    if request.is_history:
        return _history(desk, request)
    numbers = list(dict.fromkeys(request.numbers[:MOST]))
    if len(numbers) == 1:
        return _contribution(desk, numbers[0], is_alone=desk.is_alone)
    answers = [_contribution(desk, number, is_alone=False) for number in numbers]
    return Answer("\n\n".join(answer.text for answer in answers))


def _contribution(desk: Desk, number: int, *, is_alone: bool) -> Answer:
    stub = forum_selectors.stub_for(desk.member, number)
    if stub is not None:
        return Answer(stub_text(stub))
    try:
        contribution = forum_selectors.contribution_for(desk.member, number)
    except NotFound:
        return Answer(_no_such(number))
    note_whole(desk, contribution)
    text = contribution_text(desk, contribution, is_alone=is_alone)
    if not is_alone:
        return Answer(text)
    return Answer(text, reply_to=_reply_address(desk, contribution))


def _reply_address(desk: Desk, contribution: "Contribution") -> str:
    """Return the member's reply address for a contribution, empty where no answer is accepted."""
    mailing_list = answered_list(desk, contribution)
    if mailing_list is None:
        return ""
    return tokens.reply_address(
        mailing_list.name,
        member_id=desk.member.pk,
        number=contribution.number,
        list_id=mailing_list.pk,
    )


def note_whole(desk: Desk, contribution: "Contribution") -> None:
    """Record that somebody who may change or decide a contribution is sent all of its words."""
    if contribution.author_id == desk.member.pk or desk.leads(contribution.forum_id):
        moderation.note_shown(contribution, [desk.member])


def stub_text(contribution: "Contribution") -> str:
    """Return the line that stands for the words of a withdrawn contribution."""
    withdrawal = contribution.withdrawal
    values = {
        "number": contribution.number,
        "name": isolate(contribution.speaker.name),
        "day": format_day(localtime(withdrawal.at)),
        "reason": isolate(withdrawal.reason),
    }
    if withdrawal.by_id == contribution.author_id:
        return _("#%(number)d, %(name)s: withdrawn by its author on %(day)s.") % values
    return _("#%(number)d, %(name)s: removed by the moderators on %(day)s. %(reason)s") % values


def _no_such(number: int) -> str:
    return _("There is no contribution %d that is open to you.") % number


def _thread(desk: Desk, request: GetRequest) -> Answer:
    try:
        answered = forum_selectors.contribution_for(desk.member, request.numbers[0])
        topic, _discussion = forum_selectors.topic_for(desk.member, answered.topic_id)
    except NotFound:
        return Answer(_no_such(request.numbers[0]))
    page = forum_selectors.contributions_of(topic, page=request.page)
    head = _("The topic “%(subject)s”, page %(page)d of %(pages)d") % {
        "subject": isolate(topic.subject),
        "page": page.number,
        "pages": page.pages,
    }
    more = []
    if page.number < page.pages:
        name = {"number": answered.number, "page": page.number + 1}
        more = [_("More: GET THREAD %(number)d PAGE %(page)d") % name]
    texts = []
    for contribution in page.contributions:
        text = contribution_text(desk, contribution)
        if len(text) <= LONG:
            note_whole(desk, contribution)
        texts.append(_cut(text, contribution.number))
    return Answer("\n\n".join([head, *(f"{'-' * 60}\n{text}" for text in texts), *more]))


def _history(desk: Desk, request: GetRequest) -> Answer:
    """Send the versions of a contribution, the newest first, with who wrote each, when and why."""
    number = request.numbers[0]
    try:
        contribution, _discussion, history = history_for(desk.member, number, page=request.page)
    except NotFound:
        return Answer(_no_such(number))
    if not contribution.revision:
        return Answer(_("Contribution %d has not been changed.") % number)
    head = _(
        "Versions of contribution %(number)d, the newest first, page %(page)d of %(pages)d"
    ) % {
        "number": number,
        "page": history.number,
        "pages": history.pages,
    }
    more = []
    if history.number < history.pages:
        name = {"number": number, "page": history.number + 1}
        more = [_("More: GET %(number)d HISTORY PAGE %(page)d") % name]
    texts = [_version(version, number) for version in history.versions]
    return Answer("\n\n".join([head, *(f"{'-' * 60}\n{text}" for text in texts), *more]))


def _version(version: Version, number: int) -> str:
    """Return one version of a contribution as text."""
    parts = [_version_head(version)]
    if version.reason:
        parts.append(_("Reason: %s") % version.reason)
    parts.append("")
    if version.is_hidden:
        parts.append(
            _(
                "This version was changed before others could read it: only the author and the "
                "moderators see it."
            )
        )
    else:
        parts.append(version.text[:LONG])
    if len(version.text) > LONG:
        parts.append(f"… {full_url('forums:history', number)}")
    return lines(parts)


def _version_head(version: Version) -> str:
    """Return which version it is, who wrote it, and when."""
    label = _("Change %d") % version.number if version.number else _("As first written")
    head = f"{label} – {version.writer}"
    if version.at is not None:
        head = f"{head}, {when(version.at)}"
    return head


def _cut(text: str, number: int) -> str:
    """Return what a thread shows of one contribution."""
    if len(text) <= LONG:
        return text
    return lines(text[:LONG] + " …", _("All of it: GET %d") % number)


def _file(desk: Desk, request: GetRequest) -> Answer:
    number = request.numbers[0]
    try:
        files = list(forum_selectors.contribution_for(desk.member, number).attachments.all())
    except NotFound:
        return Answer(_no_such(number))
    if not files:
        return Answer(_("Contribution %d has no files.") % number)
    place = request.file
    if not place and len(files) == 1:
        place = 1
    if not 0 < place <= len(files):
        names = [
            f"{at}. {file.name} ({format_size(file.size)})" for at, file in enumerate(files, 1)
        ]
        return Answer(lines(_("Contribution %d has these files:") % number, names))
    file = files[place - 1]
    try:
        content = content_of(file)
    except HubError:
        return Answer(_("The file %s cannot be read. Tell the Secretariat.") % isolate(file.name))
    return _sliced(
        content, NotificationFile(file.name, b"", file.content_type), number, place, request.part
    )


def _sliced(content: bytes, file: NotificationFile, number: int, place: int, part: int) -> Answer:
    """Return a file whole when a message may carry it, else the slice that is asked for.

    Args: part, which slice; the first one where it is 0.
    """
    pieces = slices(content, settings.HUB_ATTACH_MAX_SIZE or SLICE_BYTES)
    if len(pieces) == 1:
        return Answer(
            _("%(name)s of contribution %(number)d is attached.")
            % {"name": isolate(file.name), "number": number},
            (NotificationFile(file.name, content, file.content_type),),
        )
    at = max(part, 1)
    if at > len(pieces):
        raise Invalid(_("This file comes in %d parts.") % len(pieces))
    name = {
        "name": isolate(file.name),
        "part": at,
        "parts": len(pieces),
        "number": number,
        "place": place,
        "next": at + 1,
        "all": " ".join(
            f'"{file.name}.{piece_number:03}"' for piece_number in range(1, min(len(pieces), 3) + 1)
        ),
    }
    text = [_("Part %(part)d of %(parts)d of %(name)s is attached.") % name]
    if at < len(pieces):
        text.append(_("Next: GET ATTACHMENT %(place)d OF %(number)d PART %(next)d") % name)
    text.append(
        _(
            "Put the parts together in their order: cat (Linux, macOS) or copy /b (Windows) makes "
            "one file of %(all)s …"
        )
        % name
    )
    return Answer(lines(text), (NotificationFile(f"{file.name}.{at:03}", pieces[at - 1]),))
