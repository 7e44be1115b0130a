"""Let a form say what its reader saw, so that nobody saves over what another has saved meanwhile.

For what has no revision number: the values go with the form, signed, and come back with it
(:class:`SeenForm`). The service compares them with the present ones under its lock
(:func:`check_seen`). A form that brings no values, or not ours, was not shown by us: it is refused
like one that is too old.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core import signing

from hub.lib.errors import Stale
from hub.lib.forms import set_value

_SALT = "hub.seen"
Values = Mapping[str, str]  # label, as a person reads it -> value


def seal(values: Values) -> str:
    """Return values as a text that only this hub can make."""
    return signing.dumps(dict(values), salt=_SALT, compress=True)


def unseal(text: str) -> dict[str, str]:
    """Return the values of a sealed text, none for any other text."""
    try:
        values = signing.loads(text, salt=_SALT)
    except (signing.BadSignature, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def check_seen(seen: Values | None, current: Values) -> None:
    """Compare what was seen with what is; None is the hub itself, which has no page.

    Raises: Stale, with both as lines.
    """
    if seen is None:
        return
    if dict(seen) == dict(current):
        return
    raise Stale(before=_lines(seen), after=_lines(current))


def _lines(values: Values) -> str:
    return "\n".join(f"{label}: {value}" for label, value in values.items())


class SeenForm(forms.Form):
    """A form about something that others can change at the same time.

    Args: current, the values as they are now; what the form sends back is in :attr:`seen`.
    """

    seen_values = forms.CharField(widget=forms.HiddenInput(), required=False)

    def __init__(self, *args: Any, current: Values, **options: Any) -> None:
        super().__init__(*args, **options)
        self._current = dict(current)
        self.fields["seen_values"].initial = seal(current)

    @property
    def seen(self) -> dict[str, str]:
        """What the reader of the form saw; nothing when the form did not come from us."""
        return unseal(str(self.data.get(self.add_prefix("seen_values"), "")))

    def show_current(self) -> None:
        """Let the form, when it is shown again, say that its reader has seen the present values."""
        set_value(self, "seen_values", seal(self._current))
