"""What a browser may load into the pages of the hub: its Content-Security-Policy."""

from typing import Any

from csp.constants import NONE, SELF

PAGES: dict[str, Any] = {
    # Wagtail's admin writes inline scripts and styles; hub.middleware relaxes the policy there alone.
    "EXCLUDE_URL_PREFIXES": ["/admin/"],
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
