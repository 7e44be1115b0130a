"""Addresses of the lists.

``/outbox/`` stays for ever (design.md §5), and so does what stands in messages already sent.
"""

from django.urls import path

from listserv.views import (
    archive,
    confirm,
    doctor,
    figures,
    inbound,
    leave,
    lists,
    notifications,
    outbox,
    queue,
    roster,
)

app_name = "listserv"
urlpatterns = [
    path("notifications/", notifications.notifications, name="notifications"),
    path("lists/", lists.lists, name="lists"),
    path("l/<slug:name>/", figures.mailing_list, name="list"),
    path("l/<slug:name>/roster/", roster.roster, name="roster"),
    path("l/<slug:name>/archive.mbox", archive.mbox, name="mbox"),
    path("l/<slug:name>/feed.atom", archive.feed, name="feed"),
    path("l/<slug:name>/leave/<slug:token>/", leave.leave, name="leave"),
    path("mail/confirm/<slug:name>/<slug:token>/", confirm.confirm, name="confirm"),
    path("mail/doctor/", doctor.doctor, name="doctor"),
    path("mail/", inbound.inbound, name="inbound"),
    path("mail/queue/", queue.waiting, name="queue"),
    path("mail/bounces/", queue.came_back, name="bounces"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<str:name>/", outbox.message, name="outbox_message"),
    path("outbox/<str:name>/html/", outbox.message_html, name="outbox_html"),
    path("outbox/<str:name>/raw/", outbox.message_raw, name="outbox_raw"),
]
