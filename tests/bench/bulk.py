"""Time the subscription of many members at once, by the service and by the command.

``python tests/bench/bulk.py 10000``: a closed discussion and that many members with verified addresses; all of them are
let in and put on the roster. Then again, when all are there. With ``DATABASE_URL`` on PostgreSQL, else on SQLite.
"""

import io
import os
import sys
import tempfile
import time
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
os.environ["HUB_DATA"] = tempfile.mkdtemp(prefix="hub-bench-")
django.setup()

from allauth.account.models import EmailAddress  # noqa: E402 - after the settings
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from forums import services as forums  # noqa: E402
from forums.models import Membership  # noqa: E402
from hub.lib.clock import now  # noqa: E402
from hub.members.models import Member  # noqa: E402
from listserv import rosters  # noqa: E402
from listserv.models import MailingList, Subscription  # noqa: E402
from tests import databases  # noqa: E402


def people(count: int) -> list[str]:
    """Make members with verified addresses and return these."""
    addresses = [f"member{number}@people.example" for number in range(count)]
    rows = [Member(email=one, name=f"Member {n}", is_active=True) for n, one in enumerate(addresses)]
    Member.objects.bulk_create(rows, batch_size=1000)
    verified = [
        EmailAddress(user_id=pk, email=email, verified=True, primary=True)
        for pk, email in Member.objects.filter(email__endswith="@people.example").values_list("pk", "email")
    ]
    EmailAddress.objects.bulk_create(verified, batch_size=1000)
    return addresses


def opened(slug: str) -> MailingList:
    """Open a closed discussion and return its list."""
    policy = forums.create_forum(name=f"Bench {slug}", slug=slug, preset="closed", now=now())
    return MailingList.objects.get(forum_id=policy.forum_id)


def main() -> None:
    """Subscribe and print seconds."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with databases.held_copy(), tempfile.TemporaryDirectory() as folder:
        addresses = people(count)
        by_service, by_command = opened("service"), opened("command")
        file = Path(folder) / "members.txt"
        file.write_text("\n".join(addresses))
        start, used = time.perf_counter(), time.process_time()
        rosters.subscribe_many(list_id=by_service.pk, addresses=addresses, now=now())
        first, used = time.perf_counter(), time.process_time() - used
        rosters.subscribe_many(list_id=by_service.pk, addresses=addresses, now=now())
        again = time.perf_counter()
        call_command("subscribe", by_command.name, str(file), stdout=io.StringIO())
        commanded = time.perf_counter()
        for found in (by_service, by_command):
            assert Subscription.objects.filter(list=found, ended_at=None).count() == count
            assert Membership.objects.filter(forum_id=found.forum_id, left_at=None).count() == count
        print(f"{connection.vendor}: {count} members by the service {first - start:.2f} s ({used:.2f} s of this CPU)")
        print(f"{connection.vendor}: the same again {again - first:.2f} s")
        print(f"{connection.vendor}: by manage.py subscribe {commanded - again:.2f} s")


if __name__ == "__main__":
    main()
