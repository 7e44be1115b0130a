"""Make a key that signs outgoing mail, and say what to put into DNS."""

import os
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.lib.endpoints import DkimKey
from listserv.outbound.dkim_signing import RSA_BITS, UnusableKeyError, record_of

# Octets of one string in a TXT record (RFC 1035 §3.3).
STRING_MAX = 255


class Command(BaseCommand):
    """``manage.py dkim_key [SELECTOR]``: make a key, or print the records of those in use."""

    help = (
        "Make a DKIM key and print its DNS record; without a selector, print the records of the "
        "keys in use."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the arguments."""
        parser.add_argument(
            "selector", nargs="?", default="", help="name of the new key, such as hub2026"
        )
        parser.add_argument(
            "--ed25519",
            action="store_true",
            help="a short key, beside an RSA one: not all check it",
        )
        parser.add_argument(
            "--file", default="", help="where to keep it; dkim-SELECTOR.pem in the data folder"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make a key, or show those there are."""
        selector = str(options["selector"])
        if not selector:
            self._show(settings.HUB_DKIM)
            return
        path = Path(options["file"] or settings.HUB_DATA / f"dkim-{selector}.pem").resolve()
        self._make(path, short=bool(options["ed25519"]))
        keys = (*settings.HUB_DKIM, DkimKey(selector, path))
        self.stdout.write(
            f"The key is in {path}; keep it secret, and in your backup. Put it into the "
            f"environment:\n\n"
        )
        self.stdout.write(f"HUB_DKIM_KEY={','.join(str(key.path) for key in keys)}")
        self.stdout.write(f"HUB_DKIM_SELECTOR={','.join(key.selector for key in keys)}\n\n")
        self._show(keys[-1:])

    def _make(self, path: Path, *, short: bool) -> None:
        private: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
        if short:
            private = ed25519.Ed25519PrivateKey.generate()
        else:
            private = rsa.generate_private_key(65537, RSA_BITS)
        text = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(text)
        except FileExistsError as error:
            raise CommandError(
                f"{path} is there already; choose another selector, or another file."
            ) from error
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}") from error

    def _show(self, keys: tuple[DkimKey, ...]) -> None:
        if not keys:
            raise CommandError("No key is set. Make one with: manage.py dkim_key SELECTOR")
        self.stdout.write("Publish in DNS, then start the hub anew:\n\n")
        for key in keys:
            try:
                record = record_of(key)
            except UnusableKeyError as error:
                raise CommandError(str(error)) from error
            value = record.value
            strings = (value[at : at + STRING_MAX] for at in range(0, len(value), STRING_MAX))
            quoted = " ".join(f'"{string}"' for string in strings)
            self.stdout.write(f"{record.name}. TXT {quoted}")
