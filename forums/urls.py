"""Addresses of the discussions. What stays for ever: ``/c/<number>/`` (design.md §5).

A slug is for people: the number before it decides, so a renamed topic keeps its old addresses.
"""

from django.urls import path

from forums.views import (
    convening,
    feeds,
    files,
    following,
    history,
    inviting,
    joining,
    log,
    moderating,
    names,
    proposals,
    reading,
    topics,
    unread,
    writing,
)

app_name = "forums"
urlpatterns = [
    path("discussions/", reading.discussions, name="discussions"),
    path("discussions/open/", convening.open_discussion, name="open"),
    path("discussions/propose/", proposals.propose, name="propose"),
    path("discussions/proposals/", proposals.proposals, name="proposals"),
    path("discussions/proposals/<int:pk>/", proposals.proposal, name="proposal"),
    path("discussions/<int:pk>/settings/", convening.discussion_settings, name="settings"),
    path("discussions/<int:pk>/close/", convening.close, name="close"),
    path("discussions/<int:pk>/reopen/", convening.reopen, name="reopen"),
    path("discussions/<int:pk>/", reading.discussion, name="discussion_by_key"),
    path("discussions/<int:pk>/feed.atom", feeds.discussion, name="feed"),
    path("discussions/<int:pk>/join/", joining.join, name="join"),
    path("discussions/<int:pk>/invitations/", inviting.invitations, name="invitations"),
    path("discussions/<int:pk>/leave/", joining.leave, name="leave"),
    path("discussions/<int:pk>/log/", log.log, name="log"),
    path("discussions/<int:pk>/members/", moderating.members, name="members"),
    path("discussions/<int:pk>/names/", names.names, name="names"),
    path("discussions/<int:pk>/new/", writing.new_topic, name="new_topic"),
    path("discussions/<int:pk>/read/", reading.mark_all_read, name="mark_read"),
    path("discussions/<int:pk>/requests/", joining.requests, name="requests_in"),
    path("discussions/<int:pk>/summary/", moderating.summary, name="summary"),
    path("discussions/<int:pk>/summary/history/", history.summary, name="summary_history"),
    path("discussions/<int:pk>-<str:slug>/", reading.discussion, name="discussion"),
    path("topics/<int:pk>/", topics.topic, name="topic_by_key"),
    path("topics/<int:pk>/after/<int:number>/", topics.after, name="after"),
    path("topics/<int:pk>/follow/", following.follow, name="follow"),
    path("topics/<int:pk>/lock/", topics.lock, name="lock"),
    path("topics/<int:pk>-<str:slug>/", topics.topic, name="topic"),
    path("c/<int:number>/", reading.contribution, name="contribution"),
    path("c/<int:number>/edit/", writing.edit, name="edit"),
    path("c/<int:number>/history/", history.contribution, name="history"),
    path("c/<int:number>/files/<int:pk>/", files.download, name="file"),
    path("concerns/feed.atom", feeds.concerns, name="concerns_feed"),
    path("unread/", unread.unread, name="unread"),
    path("unread/read/", unread.read, name="read_everything"),
    path("held/", moderating.held, name="held"),
    path("invitations/confirm/<slug:token>/", inviting.invitation, name="invitation"),
    path("requests/", joining.requests, name="requests"),
]
