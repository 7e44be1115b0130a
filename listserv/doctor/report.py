"""Run one examination at a time, and keep the doctor's last report for all processes.

The page starts an examination and shows what is known so far, without a script and without a
worker.
"""

import asyncio
import logging
import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.cache import cache

from listserv.doctor.findings import EXAMINATION_SECONDS, WRONG, Finding, Site, examine
from listserv.doctor.host_checks import EXAMINATIONS, TITLES, examinations

log = logging.getLogger(__name__)
KEY = "mail-doctor"
REPORT_KEPT_SECONDS = 7 * 86_400
# One that has not ended after this was cut off, as by a restart.
CUT_OFF = timedelta(seconds=EXAMINATION_SECONDS * 2)


@dataclass(frozen=True)
class DoctorReport:
    """The findings so far: ``topics`` in their order, a finding for each that is done."""

    began_at: datetime
    topics: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    def is_running(self, now: datetime) -> bool:
        """Whether more is to come."""
        return len(self.findings) < len(self.topics) and now - self.began_at < CUT_OFF

    @property
    def lines(self) -> list[tuple[str, Finding | None]]:
        """Each topic's title in its order with its finding, None for one that is not done."""
        by_topic = {finding.topic: finding for finding in self.findings}
        return [(str(TITLES.get(topic, topic)), by_topic.get(topic)) for topic in self.topics]

    @property
    def wrong(self) -> int:
        """How many findings need mending."""
        return sum(finding.state == WRONG for finding in self.findings)


def last() -> DoctorReport | None:
    """Return the last report, or the one under way."""
    stored = cache.get(KEY)
    # Another release may have stored it.
    if not isinstance(stored, DoctorReport):
        return None
    return stored


def start(site: Site) -> threading.Thread | None:
    """Begin an examination in a thread of its own; None when one is under way already."""
    present = last()
    if present is not None and present.is_running(site.now):
        return None
    asked = examinations(site)
    report = DoctorReport(site.now, tuple(topic for topic in EXAMINATIONS if topic in asked))
    cache.set(KEY, report, REPORT_KEPT_SECONDS)
    thread = threading.Thread(target=_run, args=(site, report), name="mail-doctor", daemon=True)
    thread.start()
    return thread


def _run(site: Site, report: DoctorReport) -> None:
    asyncio.run(_collect(site, report))


async def _collect(site: Site, report: DoctorReport) -> None:
    async for finding in examine(site, examinations(site)):
        report = replace(report, findings=(*report.findings, finding))
        cache.set(KEY, report, REPORT_KEPT_SECONDS)
