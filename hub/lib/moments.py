"""A form field for a day and time in the reader's zone, also when the clocks change.

Where the clocks go back, an hour comes twice: the form offers both, by their distance from UTC.
Where they go forward, an hour does not come at all, and the form says so. What the hub wrote into
the form itself comes back as the very same moment, whatever the clocks and however small its
fractions.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.lib.dates import format_day
from hub.lib.numbers import check_year, is_year

# The names of the further inputs, after that of the field.
SHOWN, OFFSET = "_shown", "_offset"


def readings(local: datetime, zone: tzinfo) -> list[datetime]:
    """Return the moments, in UTC, at which the clocks of a zone show a time.

    There are one, two, or none; the earlier stands first.

    Args: local, without a zone.
    """
    moments = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(moment for moment in moments if _shown(moment, zone) == local)


def _shown(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def _offset(moment: datetime) -> str:
    """Return the distance from UTC as people write it: UTC+2, UTC+5:30."""
    seconds = int((moment.utcoffset() or timedelta()).total_seconds())
    hours, minutes = divmod(abs(seconds) // 60, 60)
    sign = "-" if seconds < 0 else "+"
    if minutes:
        return f"UTC{sign}{hours}:{minutes:02}"
    return f"UTC{sign}{hours}"


@dataclass(frozen=True)
class MomentText:
    """What a form sends of a moment.

    That is the typed text, the moment that the hub had shown, and the chosen distance from UTC.
    """

    text: str
    shown: str = ""
    offset: str = ""

    @classmethod
    def of(cls, moment: datetime) -> "MomentText":
        """Return a moment as a form shows it, in the reader's zone."""
        local = timezone.localtime(moment)
        seconds = ":%S" if local.second else ""
        text = local.strftime(f"{local.year:04}-%m-%dT%H:%M{seconds}")
        return cls(text, moment.astimezone(UTC).isoformat(), _offset(local))

    @property
    def untouched(self) -> datetime | None:
        """The moment that the hub had shown, if nothing was changed."""
        try:
            moment = datetime.fromisoformat(self.shown)
        except ValueError:
            return None
        if moment.tzinfo is None:
            return None
        if not is_year(moment.year):
            return None
        of_hub = MomentText.of(moment)
        if self.text.strip() != of_hub.text:
            return None
        if self.offset not in ("", of_hub.offset):
            return None
        return moment.astimezone(UTC)

    @property
    def readings(self) -> list[datetime]:
        """What the text may mean in the reader's zone; nothing for a text that is no time."""
        try:
            local = parse_datetime(self.text.strip())
        except ValueError:
            return []
        if local is None or local.tzinfo is not None:
            return []
        if not is_year(local.year):
            return []
        zone = timezone.get_current_timezone()
        return [timezone.localtime(moment) for moment in readings(local, zone)]


class MomentInput(forms.DateTimeInput):
    """The browser's own field for day and time.

    Below it stands, for an hour that comes twice, a choice between both.
    """

    # Of the moment that was shown, every fraction is kept.
    supports_microseconds = True

    def __init__(self) -> None:
        super().__init__(attrs={"type": "datetime-local"})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> MomentText | None:
        """Return what the form sent; None for nothing."""
        text = data.get(name)
        if not text:
            return None
        return MomentText(
            str(text), str(data.get(name + SHOWN, "")), str(data.get(name + OFFSET, ""))
        )

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Draw the field, the moment it was drawn for, and the choice where there is one."""
        if isinstance(value, datetime):
            value = MomentText.of(value)
        if not isinstance(value, MomentText):
            return super().render(name, value, attrs, renderer)
        field = super().render(name, value.text, attrs, renderer)
        return SafeString(field + _hidden_moment(name, value) + _choice(name, value))


def _hidden_moment(name: str, written: MomentText) -> str:
    if not written.shown:
        return ""
    return format_html('<input type="hidden" name="{}{}" value="{}">', name, SHOWN, written.shown)


def _choice(name: str, written: MomentText) -> str:
    both = written.readings
    if len(both) < 2:
        return ""
    time = f"{both[0]:%H:%M}"
    labels = (_("the first %(time)s, %(offset)s"), _("the second %(time)s, %(offset)s"))
    options = [
        (
            _offset(moment),
            "selected" if _offset(moment) == written.offset else "",
            label % {"time": time, "offset": _offset(moment)},
        )
        for moment, label in zip(both, labels, strict=True)
    ]
    asked = _("Which %(time)s?") % {"time": time}
    return format_html(
        '<select name="{}{}" aria-label="{}"><option value="">{}</option>{}</select>',
        name,
        OFFSET,
        asked,
        asked,
        format_html_join("", '<option value="{}" {}>{}</option>', options),
    )


class MomentField(forms.DateTimeField):
    """A day and time in the reader's zone.

    An ISO 8601 text with a distance from UTC is taken as well.
    """

    default_error_messages = {
        "no-such-hour": gettext_lazy(
            "In %(zone)s the clocks go forward on %(day)s, and %(time)s does not exist. Choose "
            "another time."
        ),
        "which-hour": gettext_lazy(
            "In %(zone)s the clocks go back on %(day)s, and %(time)s comes twice. Choose which of "
            "the two you mean."
        ),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=MomentInput(), validators=[check_year], **options)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        """Say in which zone the reader writes."""
        self.help_text = format_lazy(
            gettext_lazy("Your time zone: {zone}"), zone=timezone.get_current_timezone_name()
        )
        return super().get_bound_field(form, field_name)

    def prepare_value(self, value: Any) -> Any:
        """Leave a moment as it is: the widget shows it in the reader's zone."""
        return value

    def to_python(self, value: Any) -> datetime | None:
        """Return the moment in UTC.

        Within one zone, Python compares what the clocks show. Raises: ValidationError.
        """
        if value in self.empty_values:
            return None
        written = value if isinstance(value, MomentText) else MomentText(str(value))
        return written.untouched or self._read(written)

    def _read(self, written: MomentText) -> datetime:
        text = written.text.strip()
        try:
            parsed = parse_datetime(text)
        except ValueError:
            parsed = None
        local = parsed or cast("datetime", forms.fields.BaseTemporalField.to_python(self, text))
        check_year(local)
        if local.tzinfo is not None:
            return local.astimezone(UTC)
        return self._chosen(local, written.offset)

    def _chosen(self, local: datetime, offset: str) -> datetime:
        zone = timezone.get_current_timezone()
        moments = readings(local, zone)
        if len(moments) == 1:
            return moments[0]
        for moment in moments:
            if _offset(moment.astimezone(zone)) == offset:
                return moment
        code = "which-hour" if moments else "no-such-hour"
        values = {
            "zone": timezone.get_current_timezone_name(),
            "day": format_day(local),
            "time": f"{local:%H:%M}",
        }
        raise forms.ValidationError(self.error_messages[code], code=code, params=values)
