"""A component drawn with gaps is what the engine draws with the values themselves, whatever they are."""

from django.template.loader import get_template
from django.utils import translation
from django.utils.safestring import mark_safe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forums import fragments, rows
from hub.lib import stencils
from hub.lib.stencils import Stencil
from hub.templatetags import hub_masthead

STENCILS = [fragments._item, fragments._alone, hub_masthead._masthead, rows._topic, rows._discussion]
LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh-hans")
HOSTILE = "<b onclick=\"x\">'100 %s' & %(number)s</b> \ue0000\ue001 {{ name }}"


def _whole(stencil, flags, values):
    """What the engine makes of the template when it has the values themselves."""
    return get_template(stencil.template).render({**stencil.more(flags), **flags, **values})


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    stencil=st.sampled_from(STENCILS),
    language=st.sampled_from(LANGUAGES),
    flags=st.lists(st.booleans(), min_size=20, max_size=20),
    values=st.lists(st.text() | st.just(HOSTILE) | st.integers(0, 10**18), min_size=30, max_size=30),
)
def test_every_shape_with_every_text_is_what_the_engine_draws(stencil, language, flags, values):
    flags = dict(zip(stencil.flags, flags, strict=False))
    values = dict(zip(stencil.values, values, strict=False))
    # Django draws no field at all for a token that is empty; the one of a request never is.
    values["csrf_token"] = values.get("csrf_token") or "token"
    with translation.override(language):
        assert stencil.draw(flags, values) == _whole(stencil, flags, values)


def test_text_is_escaped_and_safe_html_is_not():
    flags = dict.fromkeys(fragments._alone.flags, False)
    values = dict.fromkeys(fragments._alone.values, "")
    drawn = fragments._alone.draw(flags, {**values, "name": "<i>", "text": mark_safe("<p>Said.</p>")})
    assert "&lt;i&gt;" in drawn and "<i>" not in drawn and "<p>Said.</p>" in drawn


def test_a_shape_is_drawn_by_the_engine_once_for_each_language(monkeypatch):
    stencil = Stencil("components/contribution.html", flags=fragments._FLAGS, values=fragments._VALUES)
    drawn = []
    monkeypatch.setattr(stencils, "get_template", lambda name: drawn.append(name) or get_template(name))
    values, flags = dict.fromkeys(stencil.values, ""), dict.fromkeys(stencil.flags, False)
    for language in ("en", "ar", "en", "ar"):
        with translation.override(language):
            stencil.draw(flags, values)
    assert len(drawn) == 2


def test_what_is_kept_is_bounded(monkeypatch):
    monkeypatch.setattr(stencils, "MOST", 4)
    stencil = Stencil("components/contribution.html", flags=fragments._FLAGS, values=fragments._VALUES)
    values = dict.fromkeys(stencil.values, "")
    for number in range(20):
        flags = {name: bool(number >> at & 1) for at, name in enumerate(stencil.flags)}
        assert stencil.draw(flags, values) == _whole(stencil, flags, values)
    assert len(stencil._shapes) <= 4
