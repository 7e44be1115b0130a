"""What can be done in a discussion; every channel calls these and nothing else."""

from forums.drafts import Draft, Published, Upload
from forums.services.archive import hand_over_words, join_threads
from forums.services.convening import (
    change_discussion,
    close_discussion,
    is_over,
    open_discussion,
    propose_slug,
    refusal_of_name,
    reopen_discussion,
)
from forums.services.edit import edit_contribution, write_summary
from forums.services.following import FOLLOWING, MUTED, WATCHING, follow_topic, mute_forums
from forums.services.horizons import (
    MovedHorizon,
    read_everything,
    read_whole_forum,
    unread_everything,
    unread_forum,
)
from forums.services.invitations import (
    accept_invitation,
    decline_invitation,
    enter_invited,
    invite,
    read_invitation,
    revoke_invitation,
    send_invitation_again,
)
from forums.services.joining import (
    admit_requests,
    ask_to_join,
    decline_request,
    ignore_request,
    take_part,
    unignore_request,
    withdraw_request,
)
from forums.services.moderate import (
    approve_contribution,
    approve_with_words,
    hold_again,
    lock_topic,
    reject_contribution,
    unlock_topic,
)
from forums.services.moving import merge_topics, move_topic, split_topic
from forums.services.pace import set_pace, set_topic_type
from forums.services.periods import keep_periods
from forums.services.preparing import as_stored, prepare
from forums.services.proposals import (
    change_proposal,
    decline_proposal,
    propose_discussion,
    withdraw_proposal,
)
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
from forums.services.withdraw import restore_contribution, withdraw_contribution

__all__ = [
    "FOLLOWING",
    "MUTED",
    "WATCHING",
    "Draft",
    "MovedHorizon",
    "Published",
    "Upload",
    "accept_invitation",
    "admit_member",
    "admit_members",
    "admit_requests",
    "approve_contribution",
    "approve_with_words",
    "as_stored",
    "ask_to_join",
    "begin_period",
    "change_discussion",
    "change_proposal",
    "check_may_leave",
    "close_discussion",
    "create_category",
    "create_forum",
    "decline_invitation",
    "decline_proposal",
    "decline_request",
    "edit_contribution",
    "end_period",
    "enter_invited",
    "follow_topic",
    "forget_member",
    "hand_over",
    "hand_over_words",
    "hold_again",
    "ignore_request",
    "invite",
    "is_over",
    "join_threads",
    "keep_periods",
    "lock_topic",
    "mark_forum_read",
    "mark_read",
    "merge_topics",
    "move_topic",
    "mute_forums",
    "open_discussion",
    "prepare",
    "propose_discussion",
    "propose_slug",
    "publish",
    "read_everything",
    "read_invitation",
    "read_whole_forum",
    "refusal_of_name",
    "reject_contribution",
    "remove_member",
    "reopen_discussion",
    "restore_contribution",
    "revoke_invitation",
    "send_invitation_again",
    "sent_before",
    "set_pace",
    "set_topic_type",
    "split_topic",
    "start_topic",
    "step_down",
    "take_part",
    "undo_act",
    "unignore_request",
    "unlock_topic",
    "unread_everything",
    "unread_forum",
    "withdraw_contribution",
    "withdraw_proposal",
    "withdraw_request",
    "write_summary",
]
