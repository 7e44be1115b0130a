"""Speak: a member who has the floor, and the chair; both through the one use case of the forums."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from zlib import crc32

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from conferences import errors, rules
from conferences.models import AgendaItem, ConferenceSession, Event, FloorRequest
from conferences.services import floor
from conferences.services.log import find, lock
from forums import services as forum_services
from forums.drafts import Draft, Published
from forums.outlets import ProcedureNotification
from hub.lib import tokens
from hub.lib.dates import format_utc
from hub.lib.errors import Invalid
from hub.lib.full_urls import full_url
from hub.lib.markup import renders
from hub.lib.names import quoted
from hub.lib.scripts import isolate

if TYPE_CHECKING:
    from forums.outlets import Contribution
    from hub.members.models import Member

# The chair's words are carried by the event they belong to; this key tells them from an
# intervention.
_PURPOSE = "room-words"
OPENING, CLOSING = 1, 2
# Characters; the error says the same.
MAX_CHAIRS_WORDS = 20_000


@renders("text", stored_as=forum_services.as_stored)
@transaction.atomic
def intervene(
    *,
    conference_session_id: int,
    member: "Member",
    text: str,
    now: datetime,
    once_key: str = "",
    returns_floor: bool = False,
) -> Published:
    """Say something on the item under discussion: a contribution in its topic, an event in the log.

    Args:
        once_key: the form's; the same key twice with the same words makes one intervention, also
            when its answer was lost on the line and the turn is over since.
        returns_floor: give the floor back with it.

    Raises:
        KeyTaken (other words came with this key before), NotFound (hidden), NotAllowed (an
        observer), NotNow (not open, closed, not the member's turn), and what
        :func:`forums.services.publish` refuses. The text stays the caller's to keep.
    """
    conference_session = find(conference_session_id)
    is_chair = rules.check_speaks(member, conference_session.conference.forum_id)
    draft = _draft(conference_session, text, once_key)
    # Another item may have been taken meanwhile: the key is of the session, wherever words went.
    earlier = forum_services.sent_before(draft=replace(draft, topic_id=None), author=member)
    if earlier is not None:
        return earlier
    _check_turn(conference_session, member, is_chair, now)
    published = forum_services.publish(draft=draft, author=member, origin="live", now=now)
    # The gavel may have fallen between the look and the lock; then nothing of this was said.
    conference_session = lock(conference_session_id)
    if published.created:
        rules.check_open(conference_session)
    if returns_floor:
        _give_back(conference_session, member, now)
    return published


def _draft(conference_session: ConferenceSession, text: str, once_key: str) -> Draft:
    """Return a statement on the item under discussion."""
    item = conference_session.current_item
    return Draft(
        forum_id=conference_session.conference.forum_id,
        topic_id=None if item is None else item.topic_id,
        text=text,
        once_key=f"live-{conference_session.pk}-{once_key}" if once_key else None,
    )


def _give_back(conference_session: ConferenceSession, member: "Member", now: datetime) -> None:
    held = floor.floor_of(member, conference_session)
    if held is not None:
        done, kind = FloorRequest.State.DONE, Event.Kind.FLOOR_RETURNED
        floor.finish(held, done, kind, conference_session=conference_session, now=now, actor=member)


def _check_turn(
    conference_session: ConferenceSession, member: "Member", is_chair: bool, now: datetime
) -> None:
    rules.check_open(conference_session)
    if is_chair:
        return
    if not rules.has_floor(floor.floor_of(member, conference_session), now):
        raise errors.no_floor()


def is_chairs_words(contribution: "Contribution") -> bool:
    """Whether a contribution is the chair's opening or closing, which the event itself carries."""
    _author, _sep, key = (contribution.once_key or "").partition(":")
    kind, _sep, token = key.partition(":")
    return kind == "room" and tokens.read(_PURPOSE, token) is not None


def speak_as_chair(
    *,
    item: AgendaItem,
    author: "Member",
    text: str,
    occasion: int,
    now: datetime,
    quiet: bool = False,
) -> "Contribution | None":
    """Publish the chair's words on an item; None when the same was said on this occasion before.

    Mail users get something to reply to: one mail for each item taken, and one for the closing
    words if there are any.
    """
    # Signed, so that nobody can take the key by a form of their own before the chair speaks; other
    # words are others.
    words = crc32(text.encode("utf-8", "replace"))
    key = "room:" + tokens.sign(_PURPOSE, [item.conference_session_id, item.pk, occasion, words])
    forum_id = item.conference_session.conference.forum_id
    draft = Draft(
        forum_id=forum_id,
        topic_id=item.topic_id,
        subject=item.title,
        text=text,
        once_key=key,
        quiet=quiet,
    )
    published = forum_services.publish(draft=draft, author=author, origin="live", now=now)
    if not published.created or not published.verdict.accepts:
        return None
    return published.contribution


def procedure_notification(item: AgendaItem, *, first: bool) -> ProcedureNotification:
    """Return what the hub tells when an item is taken, in every language.

    With the first item the session opens.
    """
    conference_session = item.conference_session
    texts = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            texts[language] = {
                "subject": _subject(item, first=first),
                "text": _sentences(item, first=first),
            }
    return ProcedureNotification(
        forum_id=conference_session.conference.forum_id,
        texts=texts,
        url=full_url("conferences:room", conference_session.pk),
        is_urgent=first,
    )


def _subject(item: AgendaItem, *, first: bool) -> str:
    if first:
        return _("Session open: %s") % isolate(item.conference_session.title)
    return _("Item %(number)d: %(title)s") % {"number": item.number, "title": isolate(item.title)}


def _sentences(item: AgendaItem, *, first: bool) -> str:
    conference_session = item.conference_session
    values = {
        "session": isolate(conference_session.title),
        "number": item.number,
        # Quoted, since a title may end in a mark of its own.
        "title": quoted(item.title),
        "until": format_utc(conference_session.closes_at),
    }
    if first:
        facts = _(
            "The session “%(session)s” is open. It begins with item %(number)d: %(title)s. It "
            "closes on %(until)s UTC."
        )
    else:
        facts = _("The session “%(session)s” is now on item %(number)d: %(title)s.")
    how = _(
        "To speak, ask for the floor in the room, or reply to this message: your reply goes to "
        "everybody who takes part."
    )
    return f"{facts % values}\n\n{how}"


def check_words(text: str) -> str:
    """Return the chair's words for the gavel or the opening, as they are stored.

    Raises: Invalid when they are far too long.
    """
    if len(text) > MAX_CHAIRS_WORDS:
        raise Invalid(_("Keep this under 20,000 characters; send the rest as an intervention."))
    return forum_services.as_stored(text)
