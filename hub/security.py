"""Say what a browser may load into the pages of the hub: its Content-Security-Policy.

Wagtail's admin has another, set where access to it is checked (:mod:`cms.admin_access`). It differs
where Wagtail's editor cannot do without: styles that its scripts write (rich text, charts of the
checker), pictures and files it has just been given, and the preview, which is a frame of our own.
"""

from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE

PAGES: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

ADMIN: dict[str, list[str]] = {
    **PAGES["DIRECTIVES"],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF],
    "media-src": [SELF],
    "frame-src": [SELF],
    "worker-src": [SELF],
    "frame-ancestors": [SELF],
}
