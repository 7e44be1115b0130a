"""Bring what was said: contributions, threads page by page, files whole or in slices."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from forums import selectors as forum_selectors
from forums.edits import Version, history_for
from forums.services.files import content_of
from hub.lib.errors import HubError, Invalid, NotFound
from hub.lib.full_urls import full_url
from hub.lib.mail import LetterFile
from hub.lib.scripts import isolate
from hub.lib.sizes import say_size
from listserv import tokens
from listserv.commands import moderation
from listserv.commands.desk import Answer, Desk, lines, when
from listserv.commands.looking_up import answered_list, contribution_text
from listserv.commands.parsing import Order
from listserv.commands.slices import slices
from listserv.commands.words import options, phrases_of

if TYPE_CHECKING:
    from forums.models import Contribution

# Contributions of one order.
MOST = 10
# Characters of one contribution among those of a thread.
LONG = 10_000
# Bytes of a slice where attaching is turned off (HUB_ATTACH_MAX_SIZE=0): a file that is asked for
# still comes.
SLICE = 1_000_000


@dataclass
class GetRequest:
    """What GET asks for: ``file`` and ``part`` count from 1, 0 for none."""

    numbers: list[int] = field(default_factory=list)
    is_thread: bool = False
    is_file: bool = False
    is_history: bool = False
    file: int = 0
    part: int = 0
    page: int = 1


def wanted(args: str) -> GetRequest:
    """Read "3142", "3142 3143", "thread 3142 page 2",
    "attachment 2 of 3142 part 1", "3142 file 2", "3142 history".
    """
    request, label = GetRequest(), ""
    for name, word in options(args, phrases_of("thread", "file", "part", "page", "of", "history")):
        if name == "number" and len(word) < 16:
            _number(request, label, int(word))
            label = ""
        elif name == "history":
            request.is_history = True
        elif name in {"thread", "file", "part", "page", "of"}:
            label = name
            request.is_thread |= name == "thread"
            request.is_file |= name == "file"
    return request


def _number(request: GetRequest, label: str, number: int) -> None:
    if label in {"file", "part", "page"}:
        setattr(request, label, number)
    else:
        request.numbers.append(number)


def get(desk: Desk, order: Order) -> Answer:
    """Bring contributions, a thread or a file."""
    asked = wanted(order.args)
    if asked.is_file and not asked.numbers and asked.file:
        # "GET FILE 3142": the only file of it.
        asked.numbers, asked.file = [asked.file], 0
    if not asked.numbers:
        raise Invalid(
            _(
                "Say the number of the contribution, as in GET 3142: it stands at the end of each "
                "mail."
            )
        )
    if asked.is_file:
        return _file(desk, asked)
    if asked.is_thread:
        return _thread(desk, asked)
    if asked.is_history:
        return _history(desk, asked)
    numbers = list(dict.fromkeys(asked.numbers[:MOST]))
    answers = [
        _one(desk, number, is_alone=desk.is_alone and len(numbers) == 1) for number in numbers
    ]
    return (
        answers[0] if len(answers) == 1 else Answer("\n\n".join(answer.text for answer in answers))
    )


def _one(desk: Desk, number: int, *, is_alone: bool) -> Answer:
    try:
        contribution = forum_selectors.contribution_for(desk.member, number)
    except NotFound:
        return Answer(_no_such(number))
    note_whole(desk, contribution)
    mailing_list = answered_list(desk, contribution) if is_alone else None
    reply_to = ""
    if mailing_list is not None:
        reply_to = tokens.reply_address(
            mailing_list.name, member_id=desk.member.pk, number=number, list_id=mailing_list.pk
        )
    return Answer(contribution_text(desk, contribution, is_alone=is_alone), reply_to=reply_to)


def note_whole(desk: Desk, contribution: "Contribution") -> None:
    """Write down that somebody who may change or decide a contribution is sent all of its words."""
    if contribution.author_id == desk.member.pk or desk.leads(contribution.forum_id):
        moderation.note_shown(contribution, [desk.member])


def _no_such(number: int) -> str:
    return _("There is no contribution %d that is open to you.") % number


def _thread(desk: Desk, asked: GetRequest) -> Answer:
    try:
        answered = forum_selectors.contribution_for(desk.member, asked.numbers[0])
        topic, _discussion = forum_selectors.topic_for(desk.member, answered.topic_id)
    except NotFound:
        return Answer(_no_such(asked.numbers[0]))
    page = forum_selectors.contributions_of(topic, page=asked.page)
    head = _("The thread “%(subject)s”, page %(page)d of %(pages)d") % {
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


def _history(desk: Desk, asked: GetRequest) -> Answer:
    """Bring the wordings of a contribution, the newest first, with who wrote each, when and why."""
    number = asked.numbers[0]
    try:
        contribution, _discussion, history = history_for(desk.member, number, page=asked.page)
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
    label = _("Change %d") % version.number if version.number else _("As first written")
    at = f", {when(version.at)}" if version.at is not None else ""
    hidden = _(
        "This version was changed before others could read it: only the author and the moderators "
        "see it."
    )
    return lines(
        f"{label} – {version.writer}{at}",
        [_("Reason: %s") % version.reason] if version.reason else [],
        "",
        hidden if version.is_hidden else version.text[:LONG],
        [f"… {full_url('forums:history', number)}"] if len(version.text) > LONG else [],
    )


def _cut(text: str, number: int) -> str:
    """Return what a thread shows of one contribution."""
    if len(text) <= LONG:
        return text
    return lines(text[:LONG] + " …", _("All of it: GET %d") % number)


def _file(desk: Desk, asked: GetRequest) -> Answer:
    number = asked.numbers[0]
    try:
        files = list(forum_selectors.contribution_for(desk.member, number).attachments.all())
    except NotFound:
        return Answer(_no_such(number))
    if not files:
        return Answer(_("Contribution %d has no files.") % number)
    if (not asked.file and len(files) > 1) or asked.file > len(files):
        known = [
            f"{place}. {file.name} ({say_size(file.size)})" for place, file in enumerate(files, 1)
        ]
        return Answer(lines(_("Contribution %d has these files:") % number, known))
    place = asked.file or 1
    file = files[place - 1]
    try:
        content = content_of(file)
    except HubError:
        return Answer(_("The file %s cannot be read. Tell the Secretariat.") % isolate(file.name))
    return _sliced(
        content, LetterFile(file.name, b"", file.content_type), number, place, asked.part
    )


def _sliced(content: bytes, named: LetterFile, number: int, place: int, part: int) -> Answer:
    """Return a file whole when a mail may carry it, else the
    slice that is asked for, the first one without a word.
    """
    pieces = slices(content, settings.HUB_ATTACH_MAX_SIZE or SLICE)
    if len(pieces) == 1:
        return Answer(
            _("%(name)s of contribution %(number)d is attached.")
            % {"name": isolate(named.name), "number": number},
            (LetterFile(named.name, content, named.content_type),),
        )
    at = part or 1
    if at > len(pieces):
        raise Invalid(_("This file comes in %d parts.") % len(pieces))
    name = {
        "name": isolate(named.name),
        "part": at,
        "parts": len(pieces),
        "number": number,
        "place": place,
        "next": at + 1,
        "all": " ".join(
            f'"{named.name}.{piece_number:03}"'
            for piece_number in range(1, min(len(pieces), 3) + 1)
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
    return Answer(lines(text), (LetterFile(f"{named.name}.{at:03}", pieces[at - 1]),))
