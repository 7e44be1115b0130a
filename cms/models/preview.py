"""Let Wagtail's editor show our pages in its preview frame, and nobody else's frame."""

from typing import Any

from csp.constants import SELF
from django.http import HttpRequest, HttpResponse


class PreviewInEditor:
    """For pages: the policy of a preview allows the admin of the same origin to frame it."""

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Serve the draft with a policy that the editor's frame may show."""
        response: Any = super().serve_preview(request, mode_name)  # type: ignore[misc]
        # What django-csp's decorator sets; the preview passes the middleware under the page's own
        # address.
        response._csp_replace = {"frame-ancestors": [SELF]}
        preview: HttpResponse = response
        return preview
