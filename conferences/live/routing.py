"""The addresses of the sockets; :mod:`hub.asgi` puts them behind the check of origin and session.

:func:`hub.lib.full_urls.socket_url` gives them by name (``HUB_SOCKET_URLS``).
"""

from django.urls import path, re_path

from conferences.live.consumers import no_socket, session_socket, topic_socket

urlpatterns = [
    path("live/session/<int:pk>/", session_socket, name="session"),  # type: ignore[arg-type]
    path("live/topic/<int:pk>/", topic_socket, name="topic"),  # type: ignore[arg-type]
    re_path("", no_socket),  # type: ignore[arg-type]
]
