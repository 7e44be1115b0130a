"""``/healthz`` and ``/metrics``: true to each part, and answered even when the database is down.

They are served before any middleware that asks the database: no session or member is looked up for
them, but for the cookie of who asks from afar: figures are for near programs and for the
Secretariat.
"""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import get_user
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from prometheus_client import generate_latest

from hub.lib.health import HealthPart, without_database
from hub.lib.hooks import registered
from hub.members.account import rules
from hub.members.models import Member
from hub.members.sessions import SessionStore
from hub.runtime.forwarded import is_near


def parts() -> list[HealthPart]:
    """Ask every registered probe; one that raises is a part that does not work."""
    all_parts: list[HealthPart] = []
    for probe in registered("HUB_HEALTH"):
        substitute = without_database(probe)
        if substitute is not None and _is_database_away(all_parts):
            all_parts.append(substitute)
            continue
        try:
            all_parts.append(probe())
        except Exception as error:
            all_parts.append(
                HealthPart(
                    getattr(probe, "__name__", "part"),
                    ok=False,
                    detail={"error": type(error).__name__},
                )
            )
    return all_parts


def _is_database_away(all_parts: list[HealthPart]) -> bool:
    return "database" in {part.name for part in all_parts if not part.ok}


def healthz(*, with_details: bool) -> HttpResponse:
    """Answer JSON per part, with 503 when one is down.

    Figures, and what works but is degraded, are for who may see them.
    """
    all_parts = parts()
    ok = all(part.ok for part in all_parts)
    body: dict[str, object] = {"ok": ok}
    if with_details:
        body["degraded"] = [part.name for part in all_parts if part.degraded]
        body["parts"] = {part.name: {"ok": part.ok, **part.detail} for part in all_parts}
    else:
        body["parts"] = {part.name: {"ok": part.ok} for part in all_parts}
    response = JsonResponse(body, status=200 if ok else 503)
    response["Cache-Control"] = "no-store"
    return response


def is_secretariat(request: HttpRequest) -> bool:
    """Whether somebody of the Secretariat asks; nobody is, while the database is down."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not key:
        return False
    request.session = SessionStore(key)
    try:
        user = get_user(request)
        if not isinstance(user, Member):
            return False
        if not rules.is_secretariat(user):
            return False
        return not rules.must_set_up(user)
    except DatabaseError:
        return False


def metrics() -> HttpResponse:
    """Answer in Prometheus' text format.

    It says whether each part is up, its figures, and what this process has counted.
    """
    all_parts = parts()
    lines = [
        "# TYPE hub_part_up gauge",
        *(f"{_labelled('hub_part_up', part)} {int(part.ok)}" for part in all_parts),
    ]
    lines += ["# TYPE hub_part_degraded gauge"]
    lines += [f"{_labelled('hub_part_degraded', part)} {int(part.degraded)}" for part in all_parts]
    for part in all_parts:
        for key, value in part.detail.items():
            if type(value) in (int, float):
                name = f"hub_{_spelled(part)}_{key}"
                lines += [f"# TYPE {name} gauge", f"{name} {value}"]
    counted = generate_latest().decode()
    return HttpResponse("\n".join([*lines, counted]), content_type="text/plain; version=0.0.4")


def _spelled(part: HealthPart) -> str:
    return part.name.replace(" ", "_")


def _labelled(name: str, part: HealthPart) -> str:
    return f'{name}{{part="{_spelled(part)}"}}'


class HealthMiddleware:
    """Answer the two addresses first, everything else goes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve health and metrics, pass on the rest."""
        if request.path == "/healthz":
            return healthz(with_details=is_near(request) or is_secretariat(request))
        if request.path == "/metrics":
            if not is_near(request):
                return HttpResponseNotFound()
            return metrics()
        return self.get_response(request)
