"""What moderation promises."""

from datetime import timedelta
from typing import Any

from conferences.selectors import topics_on_agendas
from forums import logged, pace, pages, redirects, rules, selectors, services, trees, withdrawal
from forums.drafts import Draft
from forums.policy import Access
from forums.services import counting, edit, marks
from hub.search.services import move_documents
from tests.promises import ACCESS, Promise
from tests.promises.network import Network


def _decide_withdrawal(hub: Network) -> Any:
    row, place = hub.contributions[0], hub.discussion
    return withdrawal.decide_withdrawal(
        contribution=row, actor=hub.amina, policy=place.policy, rights=place.rights, now=hub.now
    )


def _numbers(hub: Network) -> list[int]:
    return selectors.numbers_on(hub.topic, 1)


def _read(hub: Network) -> Network:
    for member in (hub.amina, hub.oona):
        services.mark_read(member=member, topic_id=hub.topic.pk, number=1)
    return hub


def _slow_question(hub: Network) -> rules.DraftQuestion:
    policy, rights = hub.discussion.policy, hub.discussion.rights
    policy.slow_minutes = 60
    draft = Draft(forum_id=hub.forum_id, text="A word.")
    return rules.DraftQuestion(draft, hub.amina, hub.topic, policy, Access({hub.forum_id: rights}), hub.now)


_CONTRIBUTIONS = "forums.selectors.contributions"
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
    Promise("forums.trees.tree", 2, lambda hub: trees.tree(hub.topic)),
    Promise("forums.trees.depths_on", 2, lambda hub: trees.depths_on(hub.topic, 1)),
    Promise("forums.trees._pairs", 2, lambda hub: trees._pairs(hub.topic, 0)),
    Promise(
        "forums.pages._permitted",
        0,
        lambda hub: pages._permitted(rules.decide_edit, hub.contributions, hub.discussion, hub.amina, {}),
    ),
    Promise(
        "forums.trees.in_order",
        3,
        lambda hub: trees.in_order(hub.topic, _numbers(hub), is_last=True),
        besides=1,
    ),
    Promise("forums.trees.in_thread", 3, lambda hub: trees.in_thread(hub.topic, [0, *_numbers(hub)]), besides=1),
    Promise(f"{_CONTRIBUTIONS}.stub_for", 1, lambda hub: selectors.stub_for(hub.amina, 0)),
    Promise(f"{_CONTRIBUTIONS}.stubs_in", 1, lambda hub: selectors.stubs_in(hub.topic, [5], is_last=False)),
    Promise(f"{_CONTRIBUTIONS}.stubs_by_number", 1, lambda hub: selectors.stubs_by_number([1, 2])),
    Promise("forums.withdrawal.decide_withdrawal", 0, lambda hub: _decide_withdrawal(hub)),
    Promise("forums.redirects.present_key", 1, lambda hub: redirects.present_key(hub.topic.pk)),
    Promise("forums.redirects.went_to", 1, lambda hub: redirects.went_to(0, hub.topic.pk)),
    Promise("forums.redirects.came_from", 1, lambda hub: redirects.came_from(0, hub.topic, None)),
    Promise(
        "forums.services.marks.copy_marks",
        1,
        lambda hub: marks.copy_marks(hub.topic.pk, hub.held.topic_id),
        _read,
        besides=1,
    ),
    Promise(
        "forums.services.marks.join_marks",
        5,
        lambda hub: marks.join_marks(hub.held.topic_id, hub.topic.pk),
        _read,
        besides=1,
    ),
    Promise(
        "forums.selectors.discussions.led_names", 1, lambda hub: selectors.led_names(hub.chen, but=0), besides=ACCESS
    ),
    Promise(
        "hub.search.services.move_documents",
        1,
        lambda hub: move_documents(keys=["contribution:1"], topic_id=hub.topic.pk),
    ),
    Promise("conferences.selectors.topics_on_agendas", 1, lambda hub: topics_on_agendas([hub.topic.pk])),
    Promise("forums.pace.slow", 1, lambda hub: pace.slow(_slow_question(hub), pause=timedelta(hours=1)), besides=1),
    Promise("forums.services.counting.lock_forums", 1, lambda hub: counting.lock_forums([hub.forum_id])),
    Promise("forums.services.counting.lock_topics", 1, lambda hub: counting.lock_topics([hub.topic.pk])),
    Promise("forums.services.counting.shown_count", 1, lambda hub: counting.shown_count(hub.topic.pk)),
    Promise("forums.services.counting.count_topic", 5, lambda hub: counting.count_topic(hub.topic.pk)),
    Promise("forums.services.counting.count_first", 3, lambda hub: counting.count_first(hub.topic.pk)),
    Promise(
        "forums.services.counting.count_forums",
        1,
        lambda hub: counting.count_forums({hub.forum_id: (0, 0)}),
        besides=2,
    ),
)
