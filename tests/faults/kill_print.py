"""Kill the worker at random points of making a PDF, and in the middle of storing it; then look at what is served.

``python -m tests.faults.kill_print KILLS`` issues proceedings. For each kill a child takes the print, and dies
(SIGKILL) after a random time, or, in every third cycle, when half of the file is written. Until a next worker has
made it, the page says that the PDF is being made and its address answers 503; what is served is the same whole PDF
each time.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.faults.stage import fork, kill, stage


def worker(*, dies_in_file: bool) -> None:
    """Make what waits, until killed, or until half of the file is written."""
    from django.core.files.base import ContentFile

    from cms.services.printing import make_prints
    from hub.lib.clock import now

    def halves(file: Any, chunk_size: int | None = None) -> Iterator[bytes]:
        content = file.read()
        yield content[: len(content) // 2]
        # What Python still holds would not be on the disk.
        time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGKILL)

    if dies_in_file:
        ContentFile.chunks = halves  # type: ignore[method-assign, assignment]
    while True:
        make_prints(now())
        time.sleep(0.001)


def look(address: str) -> bytes:
    """Return the PDF that is served, empty while it is being made.

    Raises: AssertionError when the page says something else than its PDF.
    """
    from django.test import Client

    client = Client()
    page = client.get(address).content.decode()
    answer = client.get(f"{address}pdf/")
    if answer.status_code == 200:
        assert "being created" not in page and answer.content.startswith(b"%PDF-")
        assert answer.content.rstrip().endswith(b"%%EOF"), "half a PDF is served"
        return bytes(answer.content)
    assert answer.status_code == 503 and "The PDF is being created" in answer.content.decode()
    assert "The PDF is being created" in page and answer["Retry-After"]
    return b""


def run(kills: int) -> str:
    """Do it, and return one line of figures.

    Raises: AssertionError when something is served that is no whole PDF, or the next worker does not make it.
    """
    from django.conf import settings
    from django.core.files.storage import storages

    from cms.models import IssuedText, Print
    from cms.services.printing import UNUSED_AFTER, discard_unused, make_prints
    from hub.lib import heartbeats
    from hub.lib.clock import now
    from tests.cms.issuing import issued

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    page, storage = issued(), storages["private"]
    address = str(page.url)
    started = time.monotonic()
    assert make_prints(now()) == 1
    whole, first = time.monotonic() - started, look(address)
    hit = 0
    for number in range(kills):
        storage.delete(Print.objects.get().path)
        Print.objects.update(finished_at=None, attempts=0, path="")
        dies_in_file = number % 3 == 0
        pid = fork(lambda dies=dies_in_file: worker(dies_in_file=dies))  # type: ignore[misc]
        if dies_in_file:
            os.waitpid(pid, 0)
        else:
            time.sleep(random.uniform(0.05, 0.6) * whole)
            kill(pid)
        served = look(address)
        hit += not served
        assert not served or served == first
        assert make_prints(now() + heartbeats.GONE * 2) == int(not served)
        assert look(address) == first, "another PDF is served than before"
    digest = sha256(first).hexdigest()
    assert IssuedText.objects.get().pdf_digest == digest and Print.objects.get().path.endswith(digest)
    left = list((settings.HUB_DATA / "attachments" / ".partial").glob("*"))
    assert len(left) >= len(range(0, kills, 3))
    discard_unused(now() + UNUSED_AFTER * 2)
    assert not any(path.exists() for path in left) and look(address) == first
    return f"{kills} kills, {hit} of them under way, {len(left)} files half written, none served"


if __name__ == "__main__":
    with stage():
        print(run(int(sys.argv[1]) if len(sys.argv) > 1 else 6))
