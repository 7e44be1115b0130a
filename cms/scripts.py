"""Let run what Wagtail's own widgets write into a page of its admin, and no other inline script.

A date field and a chooser of pages are started by a line of script beside them. A line that is
exactly such a call, with nothing but data in it, gets its hash into the policy of the page (CSP
level 2); all other inline scripts stay blocked, so that markup which slips into a page of the admin
runs nothing.
"""

import base64
import json
import re
from collections.abc import Iterator
from hashlib import sha256

from csp.constants import SELF
from django.http import HttpResponse
from django.template.response import SimpleTemplateResponse

from hub.security import ADMIN

_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
# "initDateChooser(…);" and "new PageChooser(…);": the arguments are JSON.
_CALL = re.compile(
    r"(?:init(?:Date|Time|DateTime)Chooser|createTaskChooser|new [A-Z][A-Za-z]*Chooser)\((.*)\);?",
    re.DOTALL,
)
# The panel of repeated forms: one string of JSON, in which every quote is escaped.
_PANEL = re.compile(
    r'\(function\(\) \{\s*var panel = new InlinePanel\(JSON\.parse\("[^"<>\n]*"\)\);\s*\}\)\(\);'
)


def _is_known(script: str) -> bool:
    call = _CALL.fullmatch(script.strip())
    if call is None:
        return _PANEL.fullmatch(script.strip()) is not None
    try:
        json.loads(f"[{call[1]}]")
    except (ValueError, RecursionError):
        return False
    return True


def hashes(page: str) -> Iterator[str]:
    """Yield the sources for a policy of the inline scripts that the widgets of a page wrote."""
    for script in dict.fromkeys(_SCRIPT.findall(page)):
        if _is_known(script):
            yield f"'sha256-{base64.b64encode(sha256(script.encode()).digest()).decode()}'"


def set_policy(response: HttpResponse) -> None:
    """Give a page of the admin its policy, once it is rendered."""
    if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
        response.add_post_render_callback(set_policy)
        return
    sources = [SELF]
    if _is_page(response):
        sources += hashes(response.content.decode(errors="replace"))
    response._csp_config = {**ADMIN, "script-src": sources}  # type: ignore[attr-defined]


def _is_page(response: HttpResponse) -> bool:
    if response.streaming:
        return False
    return response.headers.get("Content-Type", "").startswith("text/html")
