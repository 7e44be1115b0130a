"""Show what waits to go out, retry it now, or cancel its delivery."""

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hub.lib import clock
from listserv.models import RelayTrouble
from listserv.outbound import hold, queue


class Command(BaseCommand):
    """``manage.py queue``: mailings under way, retries, notifications, digests that are due."""

    help = (
        "Show what waits to go out or was refused, and why; --retry ID|refused|all retries it now, "
        "--give-up cancels its delivery. --hold keeps all outgoing mail back, --resume lets it go, "
        "--discard cancels what was waiting and lets the rest go."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --json, --retry and --give-up."""
        parser.add_argument("--json", action="store_true", help="one JSON object a line")
        acts = parser.add_mutually_exclusive_group()
        acts.add_argument(
            "--retry", metavar="ID", help="retry one (as retry-5), refused, or all now"
        )
        acts.add_argument(
            "--give-up", metavar="ID", help="cancel the delivery of one (as retry-5), or refused"
        )
        acts.add_argument(
            "--hold", action="store_true", help="keep all outgoing mail back until --resume"
        )
        acts.add_argument(
            "--resume", action="store_true", help="let mail go out again, what was waiting first"
        )
        acts.add_argument(
            "--discard",
            action="store_true",
            help="cancel what was waiting when the hold began, then let mail go out again",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what the options say, or list what waits."""
        now = clock.now()
        if options["retry"]:
            self._retry(options["retry"], now)
        elif options["give_up"]:
            self._cancel(options["give_up"], now)
        elif options["hold"]:
            since = hold.hold_delivery(now=now).since
            self.stdout.write(f"Delivery is on hold since {since:%Y-%m-%d %H:%M} UTC.")
        elif options["discard"]:
            self._discard(now)
        elif options["resume"]:
            self._resume()
        elif options["json"]:
            self._list_as_json(queue.waiting(now))
        else:
            self._list(queue.waiting(now))

    def _list(self, waiting: queue.Queue) -> None:
        if waiting.trouble is not None:
            self.stdout.write(_trouble(waiting.trouble))
        for item in (*waiting.items, *waiting.refused):
            self.stdout.write(_line(item))
        for name, count, since in waiting.digests:
            due = f"due since {since:%Y-%m-%d %H:%M} UTC"
            self.stdout.write(f"digest      {count} for {name}, {due}")
        counts = waiting.counts
        self.stdout.write(
            f"{counts['mailing']} mailings, {counts['retry']} retries, {counts['notice']} "
            f"notifications, {counts['digest']} digests, {counts['refused']} refused"
        )
        delivery_hold = hold.delivery_hold()
        if delivery_hold is not None:
            self.stdout.write(
                f"Delivery is on hold since {delivery_hold.since:%Y-%m-%d %H:%M} UTC: --resume "
                f"or --discard."
            )

    def _list_as_json(self, waiting: queue.Queue) -> None:
        for item in (*waiting.items, *waiting.refused):
            self.stdout.write(json.dumps(item.as_json(), ensure_ascii=False))
        for name, count, since in waiting.digests:
            digest = {"kind": "digest", "list": name, "count": count, "since": since.isoformat()}
            self.stdout.write(json.dumps(digest))

    def _discard(self, now: datetime) -> None:
        ended = hold.discard_waiting(now=now)
        self.stdout.write(
            f"Discarded: {ended['mailing']} mailings, {ended['retry']} retries, "
            f"{ended['notice']} notifications, {ended['digest']} digests. Delivery has resumed."
        )

    def _resume(self) -> None:
        if not hold.resume_delivery():
            raise CommandError("Delivery is not on hold.")
        self.stdout.write("Delivery has resumed.")

    def _retry(self, key: str, now: datetime) -> None:
        count = queue.retry_now(key=key, now=now)
        _check_done(key, count)
        self.stdout.write(f"Deliveries being retried now: {count}")

    def _cancel(self, key: str, now: datetime) -> None:
        count = queue.give_up(key=key, now=now)
        _check_done(key, count)
        if key == "refused":
            self.stdout.write(f"{count} deliveries cancelled")
        else:
            self.stdout.write(f"Delivery of {key} cancelled")


def _check_done(key: str, count: int) -> None:
    """Raise CommandError for one that was not there; of several there may be none."""
    if count or key in ("all", "refused"):
        return
    raise CommandError(
        f"{key} does not wait, or is under way. Without options the command lists what waits."
    )


def _trouble(trouble: RelayTrouble) -> str:
    problem = "does not answer"
    if trouble.kind == RelayTrouble.Kind.REFUSES:
        problem = "refuses all mail from the hub"
    since = f"since {trouble.since:%Y-%m-%d %H:%M} UTC"
    return f"The mail server (HUB_RELAY) {problem} {since}: {trouble.reply}"


def _line(item: queue.QueueItem) -> str:
    line = f"{item.key:<11} {item.to}: {item.about}"
    if item.total:
        line += f" {item.done}/{item.total}"
    if item.attempts:
        line += f", {item.attempts} tries"
    if item.refused:
        line += ", refused"
    if item.next_at is not None:
        line += f", next {item.next_at:%Y-%m-%d %H:%M:%S} UTC"
    if item.reason:
        line += f"\n            {item.reason}"
    return line
