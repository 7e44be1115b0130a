"""Call a higher room by the dotted path it registered in settings (``design.md`` §2)."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import import_string

LISTED = tuple(
    f"HUB_{name}"
    for name in (
        "OUTLETS TOPIC_CHOOSERS FORUM_OWNERS HEALTH HOME SCOPES FORUM_ASIDES SEALS SEARCH_SOURCES "
        "FORGET SCRUB TRACES TAKE_OVER AFTER_RESTORE PUBLISHED APPROVED UNREAD "
        "TOPIC_HOLDERS"
    ).split()
)


@cache
def _load(paths: tuple[str, ...]) -> tuple[Any, ...]:
    loaded = tuple(import_string(path) for path in paths)
    return tuple(item() if isinstance(item, type) else item for item in loaded)


def registered(name: str) -> tuple[Any, ...]:
    """Return what stands under setting ``name``.

    Functions come as they are, classes as one instance each.
    """
    return _load(tuple(getattr(settings, name)))


@cache
def _load_named(paths: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    return {name: import_string(path) for name, path in paths}


def registered_by_name(setting: str) -> dict[str, Any]:
    """Return what stands under a setting that gives each dotted path a name."""
    return _load_named(tuple(getattr(settings, setting).items()))


def queue_workers() -> dict[str, Callable[..., int]]:
    """Return the work of the queue workers by their names."""
    return {name: import_string(path) for name, path in settings.HUB_QUEUE_WORKERS.items()}


@register()
def check_paths(**_: object) -> list[CheckMessage]:
    """Fail the start when a registered path leads nowhere."""
    errors: list[CheckMessage] = []
    paths = [path for name in LISTED for path in getattr(settings, name)]
    paths += [*settings.HUB_QUEUE_WORKERS.values(), *settings.HUB_ADDRESS_HANDLERS.values()]
    for path in paths:
        try:
            import_string(path)
        except ImportError as error:
            errors.append(Error(f"{path} cannot be loaded: {error}", id="hub.E001"))
    return errors
