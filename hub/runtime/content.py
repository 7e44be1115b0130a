"""Set up the site and, in an empty hub that asks for it, the demo network."""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings

from cms.services import bootstrap_site
from hub.demo.load import load
from hub.lib.clock import now
from hub.lib.full_urls import full_url


def load_content(progress: Callable[[str], Any]) -> None:
    """Make the pages a hub starts with; with ``HUB_DEMO=1`` load the demo once."""
    bootstrap_site()
    if settings.HUB_DEMO:
        load(now=now(), progress=progress)


def welcome() -> str:
    """Return what a person who started the hub wants to know: addresses, and the demo accounts."""
    lines = [
        "",
        f"  {settings.HUB_NAME} is open at {settings.HUB_URL}/",
        f"  Mail in: smtp://{settings.HUB_SMTP}",
    ]
    path = settings.HUB_DATA / "demo.json"
    if path.exists():
        demo = json.loads(path.read_text(encoding="utf-8"))
        lines += [
            f"  List:    {entry['address']}  ({entry['discussion']})" for entry in demo["lists"]
        ]
        lines += ["", "  Demo accounts:"]
        lines += [
            f"    {who['role']:<12} {who['email']:<44} {who['password']}" for who in demo["members"]
        ]
    if settings.HUB_RELAY is None:
        lines.append(
            f"  Mail out: kept in {settings.HUB_DATA / 'outbox'}, read it at "
            f"{full_url('listserv:outbox')}"
        )
    return "\n".join([*lines, "", "  Ctrl-C stops it.", ""])
