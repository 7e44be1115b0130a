"""Addresses of the people."""

from django.urls import path

from hub.members import leaving, views
from hub.members.account import views as account_views

app_name = "members"
urlpatterns = [
    path("apply/", views.apply, name="apply"),
    path("apply/sent/", views.sent, name="sent"),
    path("apply/confirm/<str:token>/", views.confirm, name="confirm"),
    path("members/", views.directory, name="directory"),
    path("members/applications/", views.queue, name="queue"),
    path("members/applications/<int:pk>/", views.application, name="application"),
    path("members/second-factors/", account_views.second_factors, name="second_factors"),
    path(
        "members/second-factors/<int:pk>/reset/",
        account_views.reset_second_factor,
        name="reset_factor",
    ),
    path("members/<int:pk>/", views.profile, name="profile"),
    path("accounts/sign-ins/", account_views.sign_ins, name="sign_ins"),
    path("accounts/sign-ins/end/", account_views.end_sign_ins, name="end_sign_ins"),
    path("accounts/sign-ins/<str:mark>/end/", account_views.end_sign_in, name="end_sign_in"),
    path(
        "accounts/application-passwords/",
        account_views.application_passwords,
        name="application_passwords",
    ),
    path(
        "accounts/application-passwords/<int:pk>/remove/",
        account_views.remove_application_password,
        name="remove_application_password",
    ),
    path("members/departures/", leaving.departures, name="departures"),
    path("members/departures/<int:pk>/", leaving.departure, name="departure"),
    path("members/<int:pk>/anonymise/", leaving.anonymise, name="anonymise"),
    path("leave/", leaving.leave, name="leave"),
    path("preferences/", views.preferences, name="preferences"),
]
