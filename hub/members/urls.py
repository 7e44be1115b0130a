"""Addresses of the people."""

from django.urls import path

from hub.members import views

app_name = "members"
urlpatterns = [
    path("apply/", views.apply, name="apply"),
    path("apply/sent/", views.sent, name="sent"),
    path("apply/confirm/<str:token>/", views.confirm, name="confirm"),
    path("members/", views.directory, name="directory"),
    path("members/applications/", views.queue, name="queue"),
    path("members/applications/<int:pk>/", views.application, name="application"),
    path("members/<int:pk>/", views.profile, name="profile"),
    path("preferences/", views.preferences, name="preferences"),
]
