"""Files in a store that several hosts share, and what a host says that has not got them."""

import logging
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.core.files.storage import storages
from moto import mock_aws

from forums import services
from forums.models import Attachment
from forums.services.files import path_of
from hub import assets, media
from hub.env import EnvError

URL = "s3://key:secret%2F1@papers/hub?region=eu-west-1"


def test_without_a_setting_files_stay_in_the_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HUB_MEDIA_URL", raising=False)
    storages = media.stores("HUB_MEDIA_URL", tmp_path)
    assert storages["private"]["OPTIONS"]["location"] == str(tmp_path / "attachments")
    assert {store["OPTIONS"]["file_permissions_mode"] for store in storages.values()} == {0o600}
    shared = tmp_path / "shared"
    monkeypatch.setenv("HUB_MEDIA_URL", f"file://{shared}")
    assert media.stores("HUB_MEDIA_URL", tmp_path)["default"]["OPTIONS"]["location"] == f"{shared}/media"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/x", "s3:///x", "s3://bucket/x?public=1", "bucket", "s3://[bucket/x", "s3://bucket?region=",
        "s3://bucket?endpoint=store.example.org", "s3://bucket?addressing=none", "file://srv/shared",
        "file:///proc/none", "file:",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_used_stops_the_start_and_shows_no_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str
) -> None:
    monkeypatch.setenv("HUB_MEDIA_URL", url.replace("://", "://key:hunter2@") if "s3" in url else url)
    with pytest.raises(EnvError) as error:
        media.stores("HUB_MEDIA_URL", tmp_path)
    assert "HUB_MEDIA_URL" in str(error.value) and "hunter2" not in str(error.value)


@pytest.fixture
def shared_store(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setenv("HUB_MEDIA_URL", URL)
    with mock_aws():
        client = boto3.client("s3", region_name="eu-west-1")
        client.create_bucket(Bucket="papers", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        settings.STORAGES = {**settings.STORAGES, **media.stores("HUB_MEDIA_URL", tmp_path)}
        yield client


def test_another_host_gives_out_what_one_host_took(shared_store: Any, cast: Any, client: Any, now: Any) -> None:
    upload = services.Upload("seeds.txt", b"maize, cowpea", "text/plain")
    draft = services.Draft(forum_id=cast.forum_id, text="The list", files=(upload,))
    published = services.publish(draft=draft, author=cast.amina, origin="web", now=now)
    keys = [row["Key"] for row in shared_store.list_objects_v2(Bucket="papers")["Contents"]]
    assert len(keys) == 1 and keys[0].startswith("hub/attachments/")
    attachment = Attachment.objects.get()
    client.force_login(cast.amina, backend="hub.members.backends.AddressBackend")
    address = f"/c/{published.contribution.pk}/files/{attachment.pk}/"
    assert b"".join(client.get(address).streaming_content) == b"maize, cowpea"
    assert storages["default"].url("a.pdf") == "/files/a.pdf"


def test_a_lost_file_is_a_page_for_the_reader_and_a_line_for_the_operator(
    cast: Any, client: Any, now: Any, caplog: pytest.LogCaptureFixture
) -> None:
    upload = services.Upload("seeds.txt", b"maize", "text/plain")
    draft = services.Draft(forum_id=cast.forum_id, text="The list", files=(upload,))
    published = services.publish(draft=draft, author=cast.amina, origin="web", now=now)
    attachment = Attachment.objects.get()
    storages["private"].delete(path_of(attachment.sha256))
    client.force_login(cast.amina, backend="hub.members.backends.AddressBackend")
    with caplog.at_level(logging.ERROR):
        answer = client.get(f"/c/{published.contribution.pk}/files/{attachment.pk}/")
    assert answer.status_code == 404
    assert "HUB_MEDIA_URL" in caplog.text and attachment.sha256 in caplog.text


def test_static_files_of_the_image_are_taken_as_they_are(
    settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.HUB_STATIC = str(tmp_path)
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "staticfiles.json").write_text("{}")

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("collected again")

    monkeypatch.setattr(assets, "call_command", refuse)
    assert assets.collect() is False
