"""Where files are kept: folders in the data folder, or a store in the manner of S3 that several
hosts share.

Attachments and media are private in both: nobody reads them but through a view of the hub, which
asks who is asking.
"""

from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from hub import env

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
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise env.EnvError(name, "(hidden)", _FORM) from error
    if not url or parts.scheme == "file":
        folder = _own_folder(name, parts) if url else data
        return {
            "default": _folder(folder / "media", "django.core.files.storage.FileSystemStorage"),
            "private": _folder(folder / "attachments", "hub.lib.folders.WholeFiles"),
        }
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme != "s3" or not parts.hostname or not _are_good(options):
        raise env.EnvError(name, f"{parts.scheme}://(hidden)", _FORM)
    common = {
        "bucket_name": parts.hostname,
        "access_key": unquote(parts.username) if parts.username else None,
        "secret_key": unquote(parts.password) if parts.password else None,
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
    if parts.netloc or parts.query or parts.fragment or not path.startswith("/"):
        raise env.EnvError(
            name, parts.geturl(), "the address of a folder such as file:///srv/shared"
        )
    return env.writable(name, Path(path))


def _are_good(options: dict[str, str]) -> bool:
    """Whether each option of a store is known and can be honoured."""
    endpoint = urlsplit(options.get("endpoint", "https://none"))
    is_endpoint = endpoint.scheme in {"http", "https"} and bool(endpoint.hostname)
    is_style = options.get("addressing", "auto") in {"auto", "path", "virtual"}
    return set(options) <= set(_OPTIONS) and is_endpoint and is_style and all(options.values())


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
