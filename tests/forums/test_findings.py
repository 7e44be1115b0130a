"""What stock machina does at the level of its rows and services (machina.md §4), and what happens here instead.

S2, S3 and S7 are about its attachment form, polls and feed object: none of them is reachable here. S4 to S6, S8, S10,
S12 and S15 stand in test_pages_findings, S9 in test_policy, S1 and S13 in tests/lib/test_markup, S11 in tests/search.
"""

from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import ProtectedError
from django.urls import NoReverseMatch, reverse
from machina.apps.forum.models import Forum
from machina.apps.forum_conversation.models import Topic

from forums import services
from forums.models import ForumPolicy
from hub.lib.errors import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "name", ["forum:index", "forum_conversation:topic_create", "forum_feeds:latest_topics", "forum_member:profile"]
)
def test_no_door_of_machina_is_open(name):
    """S2, S3, S7: what is not reachable steals no file, rewrites no poll and mixes no feed."""
    with pytest.raises(NoReverseMatch):
        reverse(name)
    labels = {config.label for config in apps.get_app_configs()}
    assert not labels & {
        "forum_attachments",
        "forum_polls",
        "forum_feeds",
        "forum_search",
        "forum_member",
        "forum_tracking",
    }


def test_s14_what_moderators_approved_is_not_changed_behind_them(cast, now):
    ForumPolicy.objects.filter(pk=cast.policy.pk).update(moderated=True)
    held = cast.say(cast.amina, "Harmless", now=now)
    services.edit_contribution(number=held.number, actor=cast.amina, text="Harmless still", now=now)
    services.approve_contribution(number=held.number, actor=cast.chen, now=now)
    with pytest.raises(NotAllowed) as refused:
        services.edit_contribution(number=held.number, actor=cast.amina, text="Harmful", now=now)
    assert refused.value.code == "approved"
    assert (
        services.edit_contribution(number=held.number, actor=cast.chen, text="Corrected", reason="Wrong", now=now).text
        == "Corrected"
    )


def test_the_record_is_not_changed_by_authors_once_the_period_is_over(cast, now):
    contribution = cast.say(cast.amina, now=now)
    ForumPolicy.objects.filter(pk=cast.policy.pk).update(closes_at=now + timedelta(hours=1))
    later = now + timedelta(hours=2)
    with pytest.raises(NotAllowed):
        services.edit_contribution(number=contribution.number, actor=cast.amina, text="Rewritten", now=later)


def test_s16_a_member_who_spoke_is_never_deleted_and_counters_stay_right(cast, now):
    contribution = cast.say(cast.amina, now=now)
    cast.say(cast.boris, parent=contribution.number, now=now)
    with pytest.raises(ProtectedError):
        cast.amina.delete()
    assert (Topic.objects.get().posts_count, Forum.objects.get(pk=cast.forum_id).direct_posts_count) == (2, 2)


def test_s17_no_cache_of_files_is_unpickled():
    assert "machina_attachments" not in settings.CACHES
