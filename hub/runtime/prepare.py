"""Bring a data folder up to date before serving.

That is catalogues, migrations with progress, static files, site, and the demo.
"""

import io
import sys
from collections.abc import Callable
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from hub.assets import collect
from hub.private import readable_by_all, secure
from hub.runtime.content import load_content
from hub.runtime.locks import only_preparer
from hub.runtime.starting import missing_migrations

Progress = Callable[[str], None]


def compile_catalogues() -> int:
    """Compile each catalogue whose ``.mo`` is missing or older; needs no gettext on the machine."""
    compiled = 0
    for source in Path(settings.BASE_DIR, "hub", "locale").glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as handle:
            catalogue = read_po(handle)
        buffer = io.BytesIO()
        write_mo(buffer, catalogue)
        target.write_bytes(buffer.getvalue())
        compiled += 1
    return compiled


def migrate(progress: Progress) -> int:
    """Apply what is missing and show how far it is; returns how many were applied."""
    if not missing_migrations():
        return 0
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return 0
    progress(f"Preparing the database: {len(plan)} steps")
    done = 0

    def count_step(action: str, *_: object, **__: object) -> None:
        nonlocal done
        if action == "apply_success":
            done += 1
            if sys.stdout.isatty():
                progress(f"\r  {done * 100 // len(plan):3d} %  ")
            elif done % 50 == 0:
                progress(f"  {done} of {len(plan)}")

    executor = MigrationExecutor(connection, count_step)
    executor.migrate(executor.loader.graph.leaf_nodes(), plan)
    # Django's own command finds nothing left to apply and sends post_migrate: permissions, content
    # types, locales.
    call_command("migrate", verbosity=0, interactive=False)
    return done


def prepare(progress: Progress) -> bool:
    """Do all of it, each step only when needed; returns whether something large was done.

    The pages and the demo that an empty hub begins with are part of it.

    Several may be started at once, on one host or many: the first works, the others wait, then find
    nothing to do.
    """
    with only_preparer(progress):
        opened = secure(settings.HUB_DATA, deep=True, leave=Path(settings.STATIC_ROOT))
        if opened:
            progress(
                f"Took {opened} files and folders in {settings.HUB_DATA} from the other accounts "
                f"of this host"
            )
        with readable_by_all():
            compile_catalogues()
            is_collected = collect()
        is_large = any([migrate(progress), is_collected])
        # Within the lock: two that fill an empty hub at once would both find it empty.
        load_content(progress)
        return is_large
