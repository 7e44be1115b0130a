"""The sentence for each kind of event, for the server's pages and for the script alike.

Frames carry no sentences: one encoded frame is right for readers of six languages, and the page
they look at brings the words. ``{name}``, ``{item}``, ``{minutes}`` and ``{until}`` are put in by
whoever shows the line.
"""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import get_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext

from hub.lib.dates import format_moment, patterns

# Names are isolated, so that an Arabic name does not pull an English line around, nor the other
# way.
ISOLATE = "\u2068{}\u2069"

SENTENCES: dict[str, str | Promise] = {
    "opened": gettext_lazy("{name} opened the session."),
    "opened.clock": gettext_lazy("The session opened at the scheduled time."),
    "item_taken": gettext_lazy("Item under discussion: {item}"),
    "floor_asked": gettext_lazy("{name} asked for the floor."),
    "floor_withdrawn": gettext_lazy("{name} left the speakers’ list."),
    "floor_withdrawn.chair": gettext_lazy("{name} was removed from the speakers’ list."),
    "floor_given": gettext_lazy("{name} has the floor, {minutes} min."),
    "floor_returned": gettext_lazy("{name} finished speaking."),
    "floor_ended": gettext_lazy("{name}’s turn was ended."),
    "floor_ended.clock": gettext_lazy("{name}’s time is up."),
    "intervention": gettext_lazy("{name} spoke."),
    "edited": gettext_lazy("{name} changed a statement."),
    "rescheduled": gettext_lazy("New closing time: {until}"),
    "closed": gettext_lazy("{name} closed the session with the gavel."),
    "closed_by_clock": gettext_lazy("The session closed at the scheduled time."),
}


def key_of(frame: dict[str, Any]) -> str:
    """Return the key of a frame's sentence.

    It is the frame's kind, or its kind and who did it where that has words of its own.
    """
    by = frame.get("data", {}).get("by", "")
    key = f"{frame['kind']}.{by}"
    if key in SENTENCES:
        return key
    return str(frame["kind"])


def minutes(seconds: int) -> str:
    """Return a time in minutes as the reader's language writes it: 3, or 1.5."""
    value = round(seconds / 60, 1)
    return number_format(value, 0 if value.is_integer() else 1)


def _until(text: str) -> str:
    if not text:
        return ""
    return ISOLATE.format(format_moment(datetime.fromisoformat(text), now=timezone.now()))


def _item(item: dict[str, Any] | None) -> str:
    if item is None:
        return ""
    return ISOLATE.format(f"{item['number']}. {item['title']}")


def sentence(frame: dict[str, Any]) -> str:
    """Return the sentence of a frame in the reader's language."""
    person = frame["member"] or frame["actor"] or {}
    values = {
        "name": ISOLATE.format(person.get("name", "")),
        "item": _item(frame["item"]),
        "minutes": minutes(frame["data"].get("seconds", 0)),
        "until": _until(frame["data"].get("until", "")),
    }
    return str(SENTENCES[key_of(frame)]).format_map(values)


def table() -> dict[str, Any]:
    """Return the words of the page's script: those of the server, in the reader's language."""
    return {
        "sentences": {key: str(text) for key, text in SENTENCES.items()},
        "roles": {
            "chair": pgettext("role of a person", "chair"),
            "moderator": pgettext("role of a person", "facilitator"),
            "rapporteur": pgettext("role of a person", "rapporteur"),
            "observer": pgettext("role of a person", "observer"),
            "secretariat": pgettext("role of a person", "Secretariat"),
            "participant": "",
        },
        "channels": {
            "web": pgettext("how a contribution came in", "web"),
            "mail": pgettext("how a contribution came in", "e-mail"),
            "live": pgettext("how a contribution came in", "live"),
        },
        "decimal": get_format("DECIMAL_SEPARATOR"),
        "moments": patterns(),
    }
