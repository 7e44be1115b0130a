"""Say where files are kept: in the data folder, or in a store that several hosts share.

Such a store speaks S3. Attachments and media are private in both: nobody reads them but through a
view of the hub, which asks who is asking.
"""

from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from hub import env, url_options

# Options in the address -> those of django-storages.
_OPTIONS = {"endpoint": "endpoint_url", "region": "region_name", "addressing": "addressing_style"}
_FORM = (
    "an address such as "
    "s3://key:secret@bucket/prefix?region=eu-west-1&endpoint=https://store.example.org"
)


def stores(name: str, data: Path) -> dict[str, dict[str, Any]]:
    """Return Django's ``STORAGES`` for media (``default``) and attachments (``private``).

    Args: name, the variable with the address of a store; unset or a ``file://`` folder keeps files
    on this host.

    Raises: EnvError (an address of another kind, or an option that is not known).
    """
    url = env.text(name)
    if not url:
        return _folders(data)
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise env.EnvError(name, "(hidden)", _FORM) from error
    if parts.scheme == "file":
        return _folders(_own_folder(name, parts))
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not _is_store(parts, options):
        raise env.EnvError(name, f"{parts.scheme}://(hidden)", _FORM)
    return _buckets(parts, options)


def _folders(folder: Path) -> dict[str, dict[str, Any]]:
    return {
        "default": _folder(folder / "media", "django.core.files.storage.FileSystemStorage"),
        "private": _folder(folder / "attachments", "hub.lib.folders.WholeFiles"),
    }


def _buckets(parts: SplitResult, options: dict[str, str]) -> dict[str, dict[str, Any]]:
    access_key, secret_key = url_options.credentials_of(parts)
    common = {
        "bucket_name": parts.hostname,
        # Without keys, those of the machine count.
        "access_key": access_key or None,
        "secret_key": secret_key or None,
        "default_acl": None,
        "querystring_auth": True,
        "signature_version": "s3v4",
        **{_OPTIONS[option]: value for option, value in options.items()},
    }
    prefix = parts.path.strip("/")
    return {
        "default": _bucket(common, f"{prefix}/media".strip("/"), overwrite=False),
        # Named after their content: who writes one a second time writes the same.
        "private": _bucket(common, f"{prefix}/attachments".strip("/"), overwrite=True),
    }


def _own_folder(name: str, parts: SplitResult) -> Path:
    """Return the folder of a ``file://`` address, which the hub must be able to write to."""
    path = unquote(parts.path)
    path_alone = SplitResult("file", "", parts.path, "", "")
    if parts != path_alone or not path.startswith("/"):
        raise env.EnvError(
            name, parts.geturl(), "the address of a folder such as file:///srv/shared"
        )
    return env.writable(name, Path(path))


def _is_store(parts: SplitResult, options: dict[str, str]) -> bool:
    """Whether an address names a bucket, with options that are known and can be honoured."""
    if parts.scheme != "s3":
        return False
    if not parts.hostname:
        return False
    if not options.keys() <= _OPTIONS.keys():
        return False
    if "" in options.values():
        return False
    if options.get("addressing", "auto") not in {"auto", "path", "virtual"}:
        return False
    endpoint = urlsplit(options.get("endpoint", "https://none"))
    return endpoint.scheme in {"http", "https"} and bool(endpoint.hostname)


def _folder(path: Path, backend: str) -> dict[str, Any]:
    return {
        "BACKEND": backend,
        "OPTIONS": {
            "location": str(path),
            "base_url": "/files/",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }


def _bucket(common: dict[str, Any], location: str, *, overwrite: bool) -> dict[str, Any]:
    return {
        "BACKEND": "hub.lib.stores.SharedStore",
        "OPTIONS": {**common, "location": location, "file_overwrite": overwrite},
    }
