"""What can be done in a discussion; every door calls these and nothing else."""

from forums.drafts import Draft, Published, Upload
from forums.services.archive import hand_over_words, join_threads
from forums.services.edit import edit_contribution, write_summary
from forums.services.moderate import (
    approve_contribution,
    approve_with_words,
    lock_topic,
    reject_contribution,
    unlock_topic,
)
from forums.services.provision import (
    admit_member,
    admit_members,
    check_may_leave,
    create_category,
    create_forum,
    end_period,
    forget_member,
    hand_over,
    remove_member,
    start_topic,
    step_down,
)
from forums.services.publish import as_stored, prepare, publish, sent_before
from forums.services.reading import mark_forum_read, mark_read

__all__ = [
    "Draft",
    "Published",
    "Upload",
    "admit_member",
    "admit_members",
    "approve_contribution",
    "approve_with_words",
    "as_stored",
    "check_may_leave",
    "create_category",
    "create_forum",
    "edit_contribution",
    "end_period",
    "forget_member",
    "hand_over",
    "hand_over_words",
    "join_threads",
    "lock_topic",
    "mark_forum_read",
    "mark_read",
    "prepare",
    "publish",
    "reject_contribution",
    "remove_member",
    "sent_before",
    "start_topic",
    "step_down",
    "unlock_topic",
    "write_summary",
]
