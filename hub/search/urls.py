"""Address of the search."""

from django.urls import path

from hub.search import views

app_name = "search"
urlpatterns = [path("search/", views.results, name="search")]
