"""The addresses of the sockets; :mod:`hub.asgi`
puts them behind the check of origin and session.
"""

from django.urls import path, re_path

from conferences.live.consumers import no_socket, session_socket, topic_socket

websocket_urlpatterns = [
    path("live/session/<int:pk>/", session_socket),  # type: ignore[arg-type]
    path("live/topic/<int:pk>/", topic_socket),  # type: ignore[arg-type]
    re_path("", no_socket),  # type: ignore[arg-type]
]
