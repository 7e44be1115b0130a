"""Every address of the hub, room by room; composition only."""

import importlib.util

from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from hub.api import api

ROOMS = ["hub.members", "hub.search", "hub.runtime", "forums", "listserv", "conferences", "liaison", "cms"]

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("api/v1/", api.urls),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    *(path("", include(f"{room}.urls")) for room in ROOMS if importlib.util.find_spec(f"{room}.urls")),
    path("", include(wagtail_urls)),
]
