"""Set up TLS for the gateway, and read a client's certificate (decision record 0008).

With ``HUB_SMTP_CLIENT_CA`` a client may show a certificate of that authority. Its e-mail addresses
(subjectAltName, RFC 5280 §4.2.1.6) are those that it may sign in as, by ``AUTH EXTERNAL`` (RFC
4422, appendix A). A certificate alone signs nobody in, and one of another authority ends the
handshake.
"""

import ssl
from base64 import b64decode
from collections.abc import Sequence
from typing import Any

from django.conf import settings

from hub import env

# What a client of AUTH EXTERNAL answers for "as whoever my certificate says".
NO_IDENTITY = b"="


def tls_context() -> ssl.SSLContext | None:
    """Return the context of ``HUB_SMTP_CERT`` and ``HUB_SMTP_KEY``; None when they are not set.

    Raises: hub.env.EnvError when they are no certificate and its key, or ``HUB_SMTP_CLIENT_CA`` is
    none.
    """
    cert, key = settings.HUB_SMTP_CERT, settings.HUB_SMTP_KEY
    if cert is None or key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(cert, key)
    except (ssl.SSLError, OSError) as error:
        raise env.EnvError(
            "HUB_SMTP_CERT", str(cert), "a certificate in PEM, with its key in HUB_SMTP_KEY"
        ) from error
    authority = settings.HUB_SMTP_CLIENT_CA
    if authority is not None:
        context.verify_mode = ssl.CERT_OPTIONAL
        try:
            context.load_verify_locations(authority)
        except (ssl.SSLError, OSError) as error:
            raise env.EnvError(
                "HUB_SMTP_CLIENT_CA", str(authority), "certificates of authorities in PEM"
            ) from error
    return context


def external_identity(answer: bytes, certified: Sequence[str]) -> list[str]:
    """Return the addresses that a client may be signed in as.

    Those are all its certificate has, or the one that it asks for.

    Args: answer, what AUTH EXTERNAL said: base64, or :data:`NO_IDENTITY`; certified, the
    certificate's addresses.
    """
    if answer == NO_IDENTITY:
        return list(certified)
    try:
        identity = b64decode(answer, validate=True).decode().strip().lower()
    except ValueError:
        return []
    return [address for address in certified if identity in {"", address}]


def addresses_in(certificate: dict[str, Any] | None) -> list[str]:
    """Return the e-mail addresses of a verified certificate, in lower case.

    Args: certificate, as :meth:`ssl.SSLSocket.getpeercert` gives it; None for none.
    """
    names = (certificate or {}).get("subjectAltName", ())
    return [str(value).strip().lower() for kind, value in names if kind == "email"]
