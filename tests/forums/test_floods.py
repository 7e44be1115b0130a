"""Who changes words again and again has to wait; those who lead are not counted."""

from datetime import timedelta

import pytest

from forums import services
from forums.models import Revision
from hub.lib.errors import TooMany

pytestmark = pytest.mark.django_db


def test_an_author_who_edits_again_and_again_has_to_wait(cast, now, settings, client):
    settings.HUB_RATE_PER_HOUR = 3
    contribution = cast.say(cast.amina, text="First", now=now)

    def edit(number, *, actor=cast.amina, moment=now):
        return services.edit_contribution(
            number=contribution.number, actor=actor, text=f"Version {number}", reason="Better", now=moment
        )

    for number in range(3):
        edit(number)
    with pytest.raises(TooMany):
        edit(4)
    assert Revision.objects.count() == 3
    edit(5, actor=cast.chen)
    edit(6, moment=now + timedelta(hours=1, seconds=1))
