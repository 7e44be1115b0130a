"""Walk the tour on a fresh embedded hub and print what a newcomer waits for, and what the process weighs after it.

Run: ``.venv/bin/python -m tests.bench.tour`` (about three minutes; needs Chromium). One line a figure, with its bar.
"""

import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.flow import conftest, mailer, running
from tests.flow import tour as steps

MAILS = 10
PAGES, TOPICS = 20, 6_000


def rss(hub: running.RunningHub) -> float:
    """Return the resident memory of the hub's process, MB."""
    status = Path(f"/proc/{hub.processes['up'].pid}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kilobytes) * 1024 / 1_000_000


def report(what: str, figure: float, unit: str, bar: float) -> None:
    """Print one figure beside its bar."""
    print(f"{what:<58} {figure:8.2f} {unit:<4} bar {bar:g} {unit} {'met' if figure <= bar else 'MISSED'}")


def opened(browser: Browser, hub: running.RunningHub, account: dict[str, str] | None = None, **options: object) -> Page:
    """Return a page of the hub, signed in if an account is given."""
    page = browser.new_context(base_url=hub.web, **options).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(15_000)
    if account:
        conftest.sign_in(page, account)
    return page


def measure_mail(tour: steps.Tour, page: Page) -> None:
    """Time mails from their 250 to the open page and to the first copy in the outbox."""
    address = next(entry["address"] for entry in tour.hub.demo["lists"] if entry["closed"])
    to_page, to_outbox = [], []
    topic = page.url
    newest = mailer.wait_for_mail(tour.hub, tour.second["email"], having=tour.say("web"))
    for _ in range(MAILS):
        page.goto(topic, wait_until="networkidle")
        headers = {"Message_ID": f"<{uuid.uuid4().hex}@pc.example>", "In_Reply_To": newest["Message-ID"]}
        message = mailer.compose(tour.second, address, "Re: measure", uuid.uuid4().hex, **headers)
        before = len(tour.hub.outbox())
        code, reply = mailer.send(tour.hub, message, login=tour.second)
        accepted = time.monotonic()
        assert code == 250, reply
        running.wait_for(lambda count=before: len(tour.hub.outbox()) > count, seconds=10, what="A copy")
        to_outbox.append(time.monotonic() - accepted)
        page.locator(".arrivals button").wait_for(state="visible")
        to_page.append(time.monotonic() - accepted)
    for what, found in (("mail to open browser", to_page), ("mail to first copy in the outbox", to_outbox)):
        report(f"{what}, slowest of {MAILS} (median {statistics.median(found):.2f} s)", max(found), "s", 2)


def read_a_large_discussion(tour: steps.Tour) -> None:
    """Fill a discussion and read its pages, from the first on."""
    forum = next(entry["url"] for entry in tour.hub.demo["lists"] if entry["closed"])
    command = [sys.executable, "-m", "tests.bench.sized.large_discussion", forum.rstrip("/").rpartition("/")[2]]
    subprocess.run([*command, str(TOPICS)], cwd=running.ROOT, env=tour.hub.env, check=True)
    page = tour.open_as(tour.hub, tour.second)
    for number in range(1, PAGES + 1):
        answer = page.goto(f"{forum}?page={number}", wait_until="networkidle")
        assert answer is not None and answer.status == 200


def main() -> None:
    """Start, walk, measure, start again."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=conftest.ARGS)
        started = time.monotonic()
        with running.embedded(Path(folder) / "hub") as hub:
            report("manage.py up in an empty folder to a healthy hub", time.monotonic() - started, "s", 150)
            tour = steps.Tour(hub, lambda *a, **k: opened(browser, *a, **k), uuid.uuid4().hex[:10])
            report("memory before the tour", rss(hub), "MB", 220)
            steps.walk(tour)
            report("memory after the tour", rss(hub), "MB", 220)
            tour.word = uuid.uuid4().hex[:10]
            page = steps.a_member_reads_and_replies(tour)
            measure_mail(tour, page)
            report(f"memory after {MAILS} mails more", rss(hub), "MB", 220)
            read_a_large_discussion(tour)
            report(f"memory after {PAGES} pages of a discussion of {TOPICS:,} topics", rss(hub), "MB", 220)
            stopped = time.monotonic()
            hub.stop("up")
            print(f"{'stopped by SIGTERM':<58} {time.monotonic() - stopped:8.2f} s")
            started = time.monotonic()
            hub.start("up")
            running.wait_for(lambda: hub.health()[0], seconds=60, what="A hub started again")
            report("manage.py up again to the first page", time.monotonic() - started, "s", 8)
        browser.close()


if __name__ == "__main__":
    main()
