"""Draw a component once, with gaps in the place of its values, where a page has it many times.

A component is an ordinary template that shows *values* and asks *flags*. The engine draws it once
for a language and a set of flags, with a mark in the place of each value; afterwards the values are
put between what was drawn, each escaped like the engine would. Nothing of a reader or a row is
kept: what is kept is the template itself in one language, so that there is nothing to go stale and
nothing that could be shown to somebody else (decision record 0029).

A value may be wrapped in the template (``{{ name|bidi }}``, ``{% blocktranslate with name=name
%}``), but not asked, counted or changed: what depends on it is a flag, or another value.
"""

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from django.conf import settings
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

# Shapes of one component that are kept: languages times the combinations of flags that occur.
MOST = 512
# Characters that no text of ours has; what people write is not looked at.
_GAP = re.compile("\ue000(\\d+)\ue001")


class Stencil:
    """A component with gaps.

    Args:
        template: its name.
        flags: what it asks, by name; each true or false.
        values: what it shows, by name; text is escaped when it is put in, a ``SafeString`` is not.
        more: gives what else the template needs, by its flags and the language in use alone.
    """

    def __init__(
        self,
        template: str,
        *,
        flags: tuple[str, ...],
        values: tuple[str, ...],
        more: Callable[[Mapping[str, bool]], dict[str, Any]] = lambda _flags: {},
    ) -> None:
        self.template, self.flags, self.values, self.more = template, flags, values, more
        self._shapes: dict[tuple[str | None, tuple[bool, ...]], tuple[str, tuple[str, ...]]] = {}

    def draw(self, flags: Mapping[str, bool], values: Mapping[str, object]) -> SafeString:
        """Return the component with these values, in the language in use."""
        shape = (get_language(), tuple([bool(flags[name]) for name in self.flags]))
        form = self._shapes.get(shape)
        if form is None:
            form = self._keep(shape)
        text, names = form
        # A number may stand in ten places of one component: each value is escaped once.
        escaped = {name: _escaped(values[name]) for name in set(names)}
        return SafeString(text % tuple([escaped[name] for name in names]))

    def _keep(self, shape: tuple[str | None, tuple[bool, ...]]) -> tuple[str, tuple[str, ...]]:
        form = self._cut(shape[1])
        if not settings.DEBUG:
            if len(self._shapes) >= MOST:
                self._shapes.clear()
            self._shapes[shape] = form
        return form

    def _cut(self, flags: tuple[bool, ...]) -> tuple[str, tuple[str, ...]]:
        """Draw the component once; return it as a format, and the names of its values in order."""
        gaps = {name: SafeString(f"\ue000{at}\ue001") for at, name in enumerate(self.values)}
        named = dict(zip(self.flags, flags, strict=True))
        context = {**self.more(named), **named, **gaps}
        pieces = _GAP.split(get_template(self.template).render(context))
        text = "%s".join(piece.replace("%", "%%") for piece in pieces[::2])
        return text, tuple(self.values[int(at)] for at in pieces[1::2])


def _escaped(value: object) -> str:
    if type(value) is SafeString:
        return value
    if type(value) is int:
        return str(value)
    return escape(str(value))
