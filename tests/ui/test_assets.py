"""The stylesheet and the script: small, hashed, compressed, and never a reason to fail."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from hub import assets

CSS = (Path(settings.BASE_DIR) / "hub/static/hub/hub.css").read_text()


@pytest.fixture
def storage(tmp_path, settings):
    """The product's storage with only two source files, one of which names a picture that is not there."""
    source = tmp_path / "source"
    (source / "x").mkdir(parents=True)
    (source / "x/a.css").write_text("a { background: url(missing.png) } " + "b { color: red } " * 100)
    (source / "x/b.js").write_text("1;" * 200)
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "hub.assets.HashedStatic"}}
    finders.get_finder.cache_clear()
    yield source
    finders.get_finder.cache_clear()


def _url(name):
    return assets.HashedStatic().url(name)


def test_a_name_that_was_never_collected_is_used_as_it_is(storage):
    assert _url("x/a.css") == "/static/x/a.css" and _url("no/such.css") == "/static/no/such.css"


def test_collected_files_carry_a_hash_and_lie_compressed_beside(storage, settings):
    assert assets.collect()
    url = _url("x/a.css")
    assert re.fullmatch(r"/static/x/a\.[0-9a-f]{12}\.css", url) and _url("no/such.css") == "/static/no/such.css"
    packed = Path(settings.STATIC_ROOT) / f"{url.removeprefix('/static/')}.gz"
    assert b"color: red" in gzip.decompress(packed.read_bytes())


def test_nothing_is_collected_again_until_a_source_changes(storage):
    assert assets.collect() and not assets.collect()
    before = _url("x/b.js")
    (storage / "x/b.js").write_text("2;" * 201)
    assert assets.collect() and _url("x/b.js") != before


def test_the_stylesheet_knows_no_left_and_no_right():
    rules = re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)
    sides = r"(margin|padding|border)-(left|right|top|bottom)|text-align:\s*(left|right)|float:\s*(left|right)"
    assert not re.search(rf"{sides}|(?<![\w-])(left|right):|border-(top|bottom)-(left|right)-radius", rules)


def test_the_stylesheet_fetches_nothing():
    assert "url(" not in CSS and "@import" not in CSS and "@font-face" not in CSS


def _luminance(colour):
    digits = colour * 2 if len(colour) == 3 else colour
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one, other):
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_has_a_contrast_of_seven_to_one_in_both_schemes(scheme):
    block = re.findall(r":root \{([^}]*--paper[^}]*)\}", CSS)[scheme]
    colours = dict(re.findall(r"--([\w-]+): #([0-9a-f]{3,6});", block))
    for ground in ("paper", "sunk"):
        for ink in ("ink", "soft", "act", "amber", "red", "green"):
            assert _contrast(colours[ground], colours[ink]) >= 7, (ground, ink)
    assert _contrast(colours["act"], colours["on-act"]) >= 7
    # Outlines of fields and buttons (WCAG 1.4.11).
    assert _contrast(colours["paper"], colours["edge"]) >= 3
