"""What moderation promises."""

from forums import logged, selectors, services
from forums.services import edit
from tests.promises import Promise

PROMISES = (
    Promise("forums.services.edit.summary_at", 1, lambda hub: edit.summary_at(hub.forum_id, 1)),
    Promise(
        "forums.selectors.log.log_of",
        2,
        lambda hub: selectors.log_of(hub.discussion),
        lambda hub: services.lock_topic(topic_id=hub.topic.pk, actor=hub.chen, now=hub.now) or hub,
    ),
    Promise(
        "forums.logged.lines_of", 1, lambda hub: logged.lines_of(selectors.log_of(hub.discussion), hub.chen), besides=2
    ),
)
