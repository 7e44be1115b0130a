"""What is set of a discussion, as texts: to compare, to write into the log, and to show again.

A text names a value in no language and in no time zone; :func:`shown_text` writes it for a reader.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import pgettext, pgettext_lazy

from forums.models import ForumPolicy
from hub.lib.dates import format_moment
from hub.lib.errors import Stale
from hub.lib.languages import current_language
from hub.lib.scripts import isolate

if TYPE_CHECKING:
    from django.db.models import Field

NAME = "name"
# Fields of the policy, in the order of the form.
OF_POLICY = (
    "theme",
    "background",
    "questions",
    "opens_at",
    "closes_at",
    "language",
    "preset",
    "listed",
    "moderated",
    "attribution",
    "registration",
    "registration_closes_at",
    "minimum_participants",
    "sponsors",
)
SETTINGS = (NAME, *OF_POLICY)
# What those may change who lead a discussion and are not of the Secretariat.
OF_LEADERS = frozenset({"theme", "background", "questions", "closes_at"})
# What is too long to be repeated in a line of the log.
LONG = frozenset({"theme", "background", "questions", "sponsors"})
_MOMENTS = frozenset({"opens_at", "closes_at", "registration_closes_at"})
_NOTHING = "—"


def text_of(value: object) -> str:
    """Return a value as a text; moments in UTC, to the second."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def value_in(policy: ForumPolicy, setting: str) -> object:
    """Return what is set at present, of a policy that was read with its forum."""
    if setting == NAME:
        return policy.forum.name
    return getattr(policy, setting)


def texts_of(policy: ForumPolicy) -> dict[str, str]:
    """Return all settings of a discussion as texts, by their names."""
    return {setting: text_of(value_in(policy, setting)) for setting in SETTINGS}


def label_of(setting: str) -> Promise:
    """Return what a form calls a setting."""
    if setting == NAME:
        return pgettext_lazy("of a discussion", "Name")
    field = cast("Field[Any, Any]", ForumPolicy._meta.get_field(setting))
    return cast("Promise", field.verbose_name)


def _shown_moment(text: str) -> str:
    moment = parse_datetime(text)
    if moment is None:
        return text
    return format_moment(moment)


def _shown_yes(text: str) -> str:
    if text == "yes":
        return pgettext("value of a setting", "yes")
    return pgettext("value of a setting", "no")


def _label_among(choices: Mapping[str, Any]) -> Callable[[str], str]:
    return lambda text: str(choices.get(text, text))


_SHOWN: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(_MOMENTS, _shown_moment),
    **dict.fromkeys(("listed", "moderated"), _shown_yes),
    "language": _label_among(dict(settings.LANGUAGES)),
    "preset": _label_among(dict(ForumPolicy.Preset.choices)),
    "registration": _label_among(dict(ForumPolicy.Registration.choices)),
    "attribution": _label_among(dict(ForumPolicy.Attribution.choices)),
}


def shown_text(setting: str, text: str) -> str:
    """Write the text of a setting in the reader's language and time zone."""
    if not text:
        return _NOTHING
    write = _SHOWN.get(setting)
    if write is None:
        return text
    return write(text)


def shown_details(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details of a ``discussion.change`` as its sentence shows them to a reader."""
    setting = str(details.get("setting", ""))
    if setting not in SETTINGS:
        return dict(details)
    before, after = str(details.get("before", "")), str(details.get("after", ""))
    return {
        **details,
        "setting": str(label_of(setting)),
        "before": isolate(shown_text(setting, before)),
        "after": isolate(shown_text(setting, after)),
    }


def check_settings_seen(seen: Mapping[str, str] | None, current: Mapping[str, str]) -> None:
    """Compare what the editor of some settings saw with what is set; None is the hub itself.

    Raises: Stale, with what differs as lines.
    """
    if seen is None:
        return
    changed = [setting for setting in SETTINGS if seen.get(setting) != current.get(setting)]
    if changed:
        raise Stale(before=_lines(seen, changed), after=_lines(current, changed))


def _lines(texts: Mapping[str, str], changed: list[str]) -> str:
    colon = "：" if current_language() == "zh-hans" else ": "
    return "\n".join(
        f"{label_of(setting)}{colon}{shown_text(setting, texts.get(setting, ''))}"
        for setting in changed
    )
