"""What can be done in a discussion; every channel calls these and nothing else."""

from forums.drafts import Draft, Published, Upload
from forums.services.archive import hand_over_words, join_threads
from forums.services.edit import edit_contribution, write_summary
from forums.services.horizons import MovedHorizon, read_whole_forum, unread_forum
from forums.services.moderate import (
    approve_contribution,
    approve_with_words,
    hold_again,
    lock_topic,
    reject_contribution,
    unlock_topic,
)
from forums.services.preparing import as_stored, prepare
from forums.services.provision import (
    admit_member,
    admit_members,
    begin_period,
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
from forums.services.publish import publish
from forums.services.reading import mark_forum_read, mark_read
from forums.services.repeats import sent_before
from forums.services.undo import undo_act

__all__ = [
    "Draft",
    "MovedHorizon",
    "Published",
    "Upload",
    "admit_member",
    "admit_members",
    "approve_contribution",
    "approve_with_words",
    "as_stored",
    "begin_period",
    "check_may_leave",
    "create_category",
    "create_forum",
    "edit_contribution",
    "end_period",
    "forget_member",
    "hand_over",
    "hand_over_words",
    "hold_again",
    "join_threads",
    "lock_topic",
    "mark_forum_read",
    "mark_read",
    "prepare",
    "publish",
    "read_whole_forum",
    "reject_contribution",
    "remove_member",
    "sent_before",
    "start_topic",
    "step_down",
    "undo_act",
    "unlock_topic",
    "unread_forum",
    "write_summary",
]
