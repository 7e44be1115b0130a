"""Discussions: the policy and memberships of a forum, and the contribution beside machina's post.

machina keeps category, forum, topic and post (schema, vocabulary, admin); what it lacks stands
here, one-to-one (decision record 0001). Nothing here calls machina's ``save()``: it recounts the
forum at each post (``machina.md`` §3).
"""

from forums.models.concerns import Concern
from forums.models.contributions import ANSWERABLE, Attachment, Contribution, Revision
from forums.models.following import TopicFollow
from forums.models.joining import JoinRequest
from forums.models.log import LogEntry
from forums.models.moderation import TopicRedirect, Withdrawal
from forums.models.periods import PeriodNotification
from forums.models.policies import ForumPolicy, Membership
from forums.models.proposals import DiscussionProposal
from forums.models.summaries import SummaryVersion
from forums.models.unread import ReadMark, TopicState

__all__ = [
    "ANSWERABLE",
    "Attachment",
    "Concern",
    "Contribution",
    "DiscussionProposal",
    "ForumPolicy",
    "JoinRequest",
    "LogEntry",
    "Membership",
    "PeriodNotification",
    "ReadMark",
    "Revision",
    "SummaryVersion",
    "TopicFollow",
    "TopicRedirect",
    "TopicState",
    "Withdrawal",
]
