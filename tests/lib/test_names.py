"""Names in a sentence stand as the reader's language writes them."""

import pytest
from django.conf import settings
from django.utils.translation import override

from forums import services as forums
from hub.lib.errors import Invalid
from hub.lib.names import listed, quoted
from hub.lib.scripts import isolate

MARKS = {
    "ar": ("«", "»", "، "),
    "en": ("“", "”", ", "),
    "es": ("«", "»", ", "),
    "fr": ("«\N{NO-BREAK SPACE}", "\N{NO-BREAK SPACE}»", ", "),
    "ru": ("«", "»", ", "),
    "zh-hans": ("“", "”", "、"),
}


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_names_are_quoted_and_listed_as_the_language_does(language):
    before, after, between = MARKS[language]
    with override(language):
        # In a right-to-left sentence a Latin name is isolated, elsewhere it stands as it is.
        assert quoted("100% soil") == f"{before}{isolate('100% soil')}{after}"
        assert listed(["Amina Diallo", "Chen Wei"]) == between.join([isolate("Amina Diallo"), isolate("Chen Wei")])


def test_only_a_right_to_left_sentence_isolates_latin_names():
    with override("ar"):
        assert quoted("soil") == "«\N{FIRST STRONG ISOLATE}soil\N{POP DIRECTIONAL ISOLATE}»"
    with override("ru"):
        assert quoted("soil") == "«soil»"


@pytest.mark.django_db
def test_the_discussions_of_a_last_leader_are_named_in_the_reader_s_language(cast, now):
    with override("fr"), pytest.raises(Invalid, match="«\N{NO-BREAK SPACE}Risk assessment\N{NO-BREAK SPACE}»"):
        forums.check_may_leave(cast.chen, now)
