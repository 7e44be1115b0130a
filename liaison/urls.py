"""Addresses of the liaison groups."""

from django.urls import path

from liaison import views

app_name = "liaison"
urlpatterns = [
    path("groups/", views.groups, name="groups"),
    path("groups/convene/", views.convene, name="convene"),
    path("groups/<slug:slug>/", views.group, name="group"),
]
