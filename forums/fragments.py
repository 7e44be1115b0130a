"""Draw contributions on a page without rendering a template for each (decision record 0029).

What a contribution shows is taken from its row, whose words are stored as safe HTML; what the
reader may do with it comes as flags. Nothing is kept but the component itself, so that an edit, a
departure or a file that is concealed shows at once in every process, and nothing one reader may see
can reach another.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from django.template.loader import get_template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language, ngettext

from forums.mentions import with_links
from forums.models import Contribution
from hub.lib.initials import initials_of
from hub.lib.stencils import Stencil
from hub.templatetags.hub_ui import country, when

if TYPE_CHECKING:
    from forums.pages import ShownContribution

_FLAGS = tuple(
    "is_new is_own is_held has_country has_role answers has_folded has_files is_edited "
    "may_reply may_edit may_withdraw".split()
)
_VALUES = tuple(
    "number initials country_code name country role time origin channel answered_name "
    "answered_number "
    "text folded folded_label files edited".split()
)
_alone = Stencil("components/contribution.html", flags=_FLAGS, values=_VALUES)
_item = Stencil(
    "forums/_said_item.html",
    flags=(*_FLAGS, "is_first_new", "has_receipt"),
    values=(*_VALUES, "depth", "receipt"),
)


def draw(shown: "ShownContribution") -> SafeString:
    """Return a contribution by itself."""
    return _alone.draw(_flags(shown, ""), _values(shown))


def draw_items(
    shown_list: "Iterable[ShownContribution]", *, here: str, receipts: Mapping[str, str]
) -> SafeString:
    """Return contributions as list items.

    Args: here, the query string of their page, empty where nobody replies; receipts, what stands
    beside some of them, by their places.
    """
    items = []
    for shown in shown_list:
        receipt = receipts.get(shown.place, "")
        if shown.contribution.is_withdrawn:
            items.append(_component("withdrawn_item", shown=shown, receipt=receipt))
            continue
        flags, values = _flags(shown, here), _values(shown)
        items.append(
            _item.draw({**flags, "has_receipt": bool(receipt)}, {**values, "receipt": receipt})
        )
    return mark_safe("".join(items))  # noqa: S308 - drawn above


def _flags(shown: "ShownContribution", here: str) -> dict[str, bool]:
    row = shown.contribution
    return {
        "is_new": shown.new,
        "is_first_new": shown.first_new,
        "is_own": shown.mine,
        "is_held": row.is_held,
        "has_country": bool(row.speaker.country),
        "has_role": bool(shown.role),
        "answers": _answered(shown) is not None,
        "has_folded": bool(row.folded),
        "has_files": bool(shown.files),
        "is_edited": shown.edit is not None,
        "may_reply": shown.may_reply and bool(here),
        "may_edit": shown.may_edit,
        "may_withdraw": shown.may_withdraw,
    }


def _answered(shown: "ShownContribution") -> Contribution | None:
    """Return the contribution that the page names as answered, None where it names none."""
    if not shown.answers:
        return None
    return shown.contribution.parent


def _values(shown: "ShownContribution") -> dict[str, object]:
    row, speaker = shown.contribution, shown.contribution.speaker
    language = get_language()
    answered, answered_name = _answered(shown), ""
    if answered is not None:
        answered_name = answered.speaker.name
    return {
        "number": row.number,
        "depth": shown.depth,
        "initials": initials_of(speaker.name),
        "country_code": speaker.country,
        "name": speaker.name,
        "country": _country(speaker.country, language),
        "role": shown.role,
        "time": _time(row.created_at, language, get_current_timezone_name()),
        "origin": row.origin,
        "channel": _channel(row.origin, language),
        "answered_name": answered_name,
        "answered_number": row.parent_id,
        # Rendered from the author's words by hub.lib.markup, and stored.
        "text": mark_safe(with_links(row.html, _profiles(shown))),  # noqa: S308
        "folded": row.folded,
        "folded_label": _folded_label(shown.folded_lines, language),
        "files": _files(shown),
        "edited": _edited(shown),
    }


def _profiles(shown: "ShownContribution") -> dict[str, str]:
    """Return the addresses of those who are mentioned: name as written -> address."""
    return {name: reverse("members:profile", args=(pk,)) for name, pk in shown.mentions.items()}


def _files(shown: "ShownContribution") -> str:
    if not shown.files:
        return ""
    return _component("files", files=shown.files, number=shown.contribution.number)


def _edited(shown: "ShownContribution") -> str:
    if shown.edit is None:
        return ""
    return _component("edited", edit=shown.edit, number=shown.contribution.number)


def _component(name: str, **context: object) -> SafeString:
    """Draw what few contributions have by its own template."""
    return SafeString(get_template(f"components/{name}.html").render(context).strip())


# What depends on a few values and the language is computed once for each; a process keeps a few
# thousand of them.


@lru_cache(maxsize=4096)
def _time(moment: datetime, language: str, zone: str) -> SafeString | str:
    """Return the moment in the language and the zone in use, which :func:`when` asks for itself.

    With its day written out, never as "today": what is kept stays right after midnight.
    """
    return when(moment)


@lru_cache(maxsize=2048)
def _country(code: str, language: str) -> str:
    return country(code)


@lru_cache(maxsize=64)
def _channel(origin: str, language: str) -> str:
    return str(Contribution.Origin(origin).label)


@lru_cache(maxsize=1024)
def _folded_label(lines: int, language: str) -> str:
    # The words are those of the template of old, so that no catalogue changes.
    label = ngettext("Show %(lines)s quoted line", "Show %(lines)s quoted lines", lines)
    return label % {"lines": lines}
