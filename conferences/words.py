"""The sentence for each kind of event, for the server's pages and for the script alike.

Frames carry no sentences: one encoded frame is right for readers of six languages, and the page
they look at brings the words. ``{name}``, ``{item}``, ``{minutes}`` and ``{until}`` are put in by
whoever shows the line.
"""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.lib.dates import patterns, say_moment

# Names are isolated, so that an Arabic name does not pull an English line around, nor the other
# way.
ISOLATE = "\u2068{}\u2069"

SENTENCES: dict[str, str | Promise] = {
    "opened": gettext_lazy("{name} opened the session."),
    "opened.clock": gettext_lazy("The session opened by the clock."),
    "item_taken": gettext_lazy("Item under discussion: {item}"),
    "floor_asked": gettext_lazy("{name} asked for the floor."),
    "floor_withdrawn": gettext_lazy("{name} left the speakers’ list."),
    "floor_withdrawn.chair": gettext_lazy("{name} was taken off the speakers’ list."),
    "floor_given": gettext_lazy("{name} has the floor, {minutes} min."),
    "floor_returned": gettext_lazy("{name} returned the floor."),
    "floor_ended": gettext_lazy("The floor of {name} ended."),
    "floor_ended.clock": gettext_lazy("The time of {name} is over."),
    "intervention": gettext_lazy("{name} intervened."),
    "edited": gettext_lazy("{name} changed a statement."),
    "rescheduled": gettext_lazy("New closing time: {until}"),
    "closed": gettext_lazy("{name} closed the session with the gavel."),
    "closed_by_clock": gettext_lazy("The session closed by the clock."),
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
    """Return a time in minutes as people write it: 3, or 1.5."""
    return f"{seconds / 60:.1f}".removesuffix(".0")


def _until(text: str) -> str:
    if not text:
        return ""
    return ISOLATE.format(say_moment(datetime.fromisoformat(text), now=timezone.now()))


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
            "chair": _("chair"),
            "moderator": _("facilitator"),
            "rapporteur": _("rapporteur"),
            "observer": _("observer"),
            "secretariat": _("Secretariat"),
            "participant": "",
        },
        "channels": {"web": _("web"), "mail": _("mail"), "live": _("live")},
        "moments": patterns(),
    }
