"""Prints come back with a backup, or are made again, also when it was taken while one was being made."""

import io
import json
import tarfile
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from hub.runtime import archive_files
from tests.runtime.moving import migrate, run, shell

# The print as issued is there; that with a note is being made by a worker, which has written half of it.
SEED = """
from pathlib import Path
from django.conf import settings
from cms import services
from cms.models import Print
from cms.services import printing
from hub.lib.clock import now
from hub.members.models import Member
from tests.cms.issuing import issued
page = issued()
assert printing.make_prints(now()) == 1
sofia = Member.objects.get(name="Sofia Lind")
services.attach_note(page_id=page.pk, actor=sofia, text="Read 400.", dated=now().date(), now=now())
assert printing._claim(now()).kind == "noted"
half = Path(settings.HUB_DATA) / "attachments" / ".partial" / "half"
half.parent.mkdir(exist_ok=True)
half.write_bytes(b"%PDF-1.7 and no more")
"""
LOOK = """
import json
from hashlib import sha256
from django.conf import settings
from django.core.files.storage import storages
from django.test import Client
from cms.models import IssuedText, Print, ProceedingsPage
from cms.services import printing
from hub.lib import heartbeats
from hub.lib.clock import now
settings.ALLOWED_HOSTS = ["testserver"]
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
page, later = ProceedingsPage.objects.get(), now() + heartbeats.GONE * 2
def ask(part=""):
    answer = Client().get(f"{page.url}pdf/{part}")
    is_pdf = answer.content.startswith(b"%PDF-") and answer.content.rstrip().endswith(b"%%EOF")
    return [answer.status_code, is_pdf, sha256(answer.content).hexdigest() if is_pdf else ""]
seen = {"digest": IssuedText.objects.get().pdf_digest, "issued": ask("issued/"), "noted before": ask()}
seen["made"] = printing.make_prints(later)
seen["noted"] = ask()
storages["private"].delete(Print.objects.get(kind="issued").path)
seen["lost"] = ask("issued/")
printing.make_prints(later)
seen["again"] = ask("issued/")
print(json.dumps(seen))
"""


def test_a_backup_taken_while_a_print_is_made_brings_all_of_them_back(tmp_path):
    old, new, archive = tmp_path / "old", tmp_path / "new", tmp_path / "hub.tar.gz"
    old.mkdir()
    migrate(old)
    shell(old, SEED)
    run(old, "backup", str(archive))
    with tarfile.open(archive) as tar:
        assert not [name for name in tar.getnames() if ".partial" in name]
    run(new, "restore", str(archive))
    seen = json.loads(shell(new, LOOK).splitlines()[-1])
    assert seen["issued"] == [200, True, seen["digest"]]
    assert seen["noted before"] == [503, False, ""] and seen["made"] == 1
    assert seen["noted"][:2] == [200, True] and seen["noted"][2] != seen["digest"]
    assert seen["lost"] == [503, False, ""] and seen["again"] == seen["issued"]


def test_a_file_that_goes_while_the_backup_is_written_is_left_out(monkeypatch: pytest.MonkeyPatch):
    store = storages["private"]
    for name in ("prints/1-draft-a.pdf", "prints/1-draft-b.pdf"):
        store.save(name, ContentFile(b"%PDF-"))
    monkeypatch.setattr(archive_files, "FOLDERS", {"attachments": "private"})
    original = store.open

    def replaced(name: str, mode: str = "rb") -> Any:
        store.delete("prints/1-draft-a.pdf")
        return original(name, mode)

    monkeypatch.setattr(store, "open", replaced)
    with tarfile.open(fileobj=io.BytesIO(), mode="w") as archive:
        assert archive_files.add_files(archive) == 1
        assert archive.getnames() == ["data/attachments/prints/1-draft-b.pdf"]
