"""Show what waits to go out, retry it now, or cancel its delivery."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hub.lib import clock
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
        """Act, or list."""
        now = clock.now()
        if options["retry"] or options["give_up"]:
            self._act(options, now)
            return
        if options["hold"] or options["resume"] or options["discard"]:
            self._hold(options, now)
            return
        waiting = queue.waiting(now)
        if waiting.trouble is not None and not options["json"]:
            self.stdout.write(_trouble(waiting.trouble))
        for item in (*waiting.items, *waiting.refused):
            self.stdout.write(
                json.dumps(item.as_json(), ensure_ascii=False) if options["json"] else _line(item)
            )
        for name, count, since in waiting.digests:
            digest_line = {
                "kind": "digest",
                "list": name,
                "count": count,
                "since": since.isoformat(),
            }
            text = f"digest      {count} for {name}, due since {since:%Y-%m-%d %H:%M} UTC"
            self.stdout.write(json.dumps(digest_line) if options["json"] else text)
        if not options["json"]:
            counts = waiting.counts
            self.stdout.write(
                f"{counts['mailing']} mailings, {counts['retry']} retries, {counts['notice']} "
                f"notifications, {counts['digest']} digests, {counts['refused']} refused"
            )
            delivery_hold = hold.delivery_hold()
            if delivery_hold:
                self.stdout.write(
                    f"Delivery is on hold since {delivery_hold.since:%Y-%m-%d %H:%M} UTC: --resume "
                    f"or --discard."
                )

    def _hold(self, options: dict[str, Any], now: Any) -> None:
        if options["hold"]:
            since = hold.hold_delivery(now=now).since
            self.stdout.write(f"Delivery is on hold since {since:%Y-%m-%d %H:%M} UTC.")
        elif options["discard"]:
            ended = hold.discard_waiting(now=now)
            self.stdout.write(
                f"Discarded: {ended['mailing']} mailings, {ended['retry']} retries, "
                f"{ended['notice']} notifications, {ended['digest']} digests. Delivery has resumed."
            )
        elif hold.resume_delivery():
            self.stdout.write("Delivery has resumed.")
        else:
            raise CommandError("Delivery is not on hold.")

    def _act(self, options: dict[str, Any], now: Any) -> None:
        key = options["retry"] or options["give_up"]
        count = (
            queue.retry_now(key=key, now=now)
            if options["retry"]
            else queue.give_up(key=key, now=now)
        )
        if not count and key not in ("all", "refused"):
            raise CommandError(
                f"{key} does not wait, or is under way. Without options the command lists what "
                f"waits."
            )
        cancelled = (
            f"{count} deliveries cancelled" if key == "refused" else f"Delivery of {key} cancelled"
        )
        self.stdout.write(
            f"Deliveries being retried now: {count}" if options["retry"] else cancelled
        )


def _trouble(trouble: Any) -> str:
    what = "refuses all mail from the hub" if trouble.kind == "refuses" else "does not answer"
    return (
        f"The mail server (HUB_RELAY) {what} since {trouble.since:%Y-%m-%d %H:%M} UTC: "
        f"{trouble.reply}"
    )


def _line(item: queue.QueueItem) -> str:
    progress = f" {item.done}/{item.total}" if item.total else ""
    then = ", refused" if item.refused else ""
    then += f", next {item.next_at:%Y-%m-%d %H:%M:%S} UTC" if item.next_at else ""
    tries = f", {item.attempts} tries" if item.attempts else ""
    reason = f"\n            {item.reason}" if item.reason else ""
    return f"{item.key:<11} {item.to}: {item.about}{progress}{tries}{then}{reason}"
