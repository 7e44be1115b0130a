"""Examine what the hub's mail depends on, and say what to mend."""

import asyncio
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from listserv.doctor.findings import WRONG, Finding, Site, examine
from listserv.doctor.host_checks import examinations

_MARKS = {"good": "ok   ", "advice": "hint ", "wrong": "WRONG", "unknown": "?    "}


class Command(BaseCommand):
    """``manage.py mail_doctor``: look at DNS, relay, gateway, certificate and clock."""

    help = "Examine DNS, relay, gateway, certificate, clock; exit with 1 when something is wrong."
    # Whoever calls the command may give another installation to look at.
    stealth_options = ("site",)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --json."""
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each finding as it comes."""
        site = options.get("site") or Site.here()
        if asyncio.run(self._look(site, as_json=options["json"])):
            raise SystemExit(1)

    async def _look(self, site: Site, *, as_json: bool) -> int:
        wrong = 0
        async for finding in examine(site, examinations(site)):
            wrong += finding.state == WRONG
            if as_json:
                self.stdout.write(_json(finding))
            else:
                self.stdout.write(_text(finding))
        return wrong


def _text(finding: Finding) -> str:
    lines = [f"{_MARKS[finding.state]} {finding.topic}: {finding.sentence}"]
    return "\n".join([*lines, *(f"        {record}" for record in finding.records)])


def _json(finding: Finding) -> str:
    findings = {
        "topic": finding.topic,
        "state": finding.state,
        "text": finding.sentence,
        "records": finding.records,
    }
    return json.dumps(findings, ensure_ascii=False)
