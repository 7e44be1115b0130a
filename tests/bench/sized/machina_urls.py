"""The addresses of stock machina, as its documentation mounts them."""

from django.urls import include, path
from machina import urls as machina_urls

urlpatterns = [path("forum/", include(machina_urls))]
