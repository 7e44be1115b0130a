"""A change of the renderer reaches what is stored: the worker renders it again, and no page shows other words."""

from hashlib import sha256
from itertools import product

import pytest

from conferences import services as conference_services
from conferences.models import Conference
from forums.models import Contribution, ForumPolicy
from hub.lib import markup, rendered
from hub.runtime import rendering
from tests.lib.hostile_text import FAMILIES

# What each version makes of the samples below. Whoever changes it raises the version and writes down the new digest.
DIGESTS = {9: "a672dadb0f687a6e"}


@pytest.fixture(autouse=True)
def _looks_again(monkeypatch):
    monkeypatch.setattr(rendering, "_looked", -rendering.EVERY)


def test_a_change_of_what_is_rendered_raises_the_version():
    digest = sha256()
    for text_format, name in product(markup.TEXT_FORMATS, sorted(FAMILIES)):
        digest.update(markup.render(FAMILIES[name](600), text_format).encode() + b"\0")
    assert DIGESTS[markup.VERSION] == digest.hexdigest()[:16]


@pytest.mark.django_db
def test_the_worker_renders_what_an_earlier_renderer_made_and_then_rests(cast, now):
    contribution = cast.say(cast.amina, "A *word*.", subject="Baselines", now=now)
    type(contribution.post).objects.update(_content_rendered="<p>old</p>")
    Contribution.objects.update(renderer=1)
    ForumPolicy.objects.update(theme="A *theme*.", theme_html="1 x\n<p>old</p>", summary_html="")
    assert rendering.render_again(now) == 2
    contribution = Contribution.objects.get()
    assert (contribution.html, contribution.renderer) == (str(markup.render("A *word*.")), markup.VERSION)
    assert ForumPolicy.objects.get().theme_html == rendered.rendered("A *theme*.")
    assert rendering.render_again(now) == 0


@pytest.mark.django_db
def test_rendering_again_asks_as_much_for_fifty_as_the_batch_allows(cast, now, django_assert_max_num_queries):
    for number in range(3):
        cast.say(cast.amina, f"Word {number}.", subject="Baselines", now=now)
    Contribution.objects.update(renderer=1)
    assert rendering.render_again(now) == 3
    with django_assert_max_num_queries(7):
        assert rendering.render_again(now) == 0


@pytest.mark.django_db
def test_words_that_were_changed_without_their_html_are_shown_as_they_are_now(cast, now):
    conference = conference_services.convene_conference(
        name="Live", background="Old *words*.", actor=cast.sofia, now=now
    )
    Conference.objects.update(background="New *words*.")
    conference.refresh_from_db()
    assert "New <em>words</em>" in conference.background_markup
    assert rendering.render_again(now) == 0 or rendered.shown("New *words*.", conference.background_html)


@pytest.mark.parametrize("stored", ["", "2", "2 0\n<script>", "99 x\n<p>other</p>"])
def test_stored_html_of_other_words_is_never_shown(stored):
    assert rendered.shown("A *word*.", stored) == markup.render("A *word*.")


def test_what_is_stored_is_shown_without_rendering(monkeypatch):
    html_before = rendered.rendered("A *word*.")
    monkeypatch.setattr(markup, "_render", None)
    assert "<em>word</em>" in rendered.shown("A *word*.", html_before)
