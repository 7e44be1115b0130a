"""Every address of the hub, room by room; composition only.

Of the packages the hub stands on only those addresses are mounted that it serves, by name: an
upgrade that brings more of them brings no page, and one that drops a name stops the start.
Wagtail's admin is one group behind one check of access (:mod:`cms.admin_access`).
``tests/test_matrix.py`` holds every address.
"""

import importlib.util
from collections.abc import Iterable, Iterator

from allauth.account import urls as account_urls
from allauth.mfa import urls as mfa_urls
from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, URLResolver, include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from cms import gates
from cms.admin_access import guarded_urls
from hub.api import api
from hub.members.account.language import choose_language
from hub.members.account.views import remove_passkey

ROOMS = [
    "hub.members",
    "hub.search",
    "hub.runtime",
    "forums",
    "listserv",
    "conferences",
    "liaison",
    "cms",
]

ACCOUNT = """
account_login account_logout account_inactive account_signup account_reauthenticate account_email
account_email_verification_sent account_confirm_email account_change_password account_set_password
account_reset_password account_reset_password_done account_reset_password_from_key
account_reset_password_from_key_done
""".split()
# Removing a passkey is a view of ours: who must have a second factor keeps the last one.
SECOND_FACTOR = """
mfa_index mfa_authenticate mfa_reauthenticate mfa_activate_totp mfa_deactivate_totp
mfa_view_recovery_codes mfa_generate_recovery_codes mfa_download_recovery_codes
mfa_list_webauthn mfa_add_webauthn mfa_reauthenticate_webauthn
mfa_edit_webauthn mfa_login_webauthn
""".split()


def _patterns(
    patterns: Iterable[URLPattern | URLResolver], prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns, prefix + str(pattern.pattern))
        else:
            yield prefix, pattern


def only(
    patterns: Iterable[URLPattern | URLResolver], names: Iterable[str]
) -> list[URLPattern | URLResolver]:
    """Return the addresses of a package that have one of these names.

    Raises: ImproperlyConfigured when the package has not all of them.
    """
    mounted = [
        (prefix, pattern) for prefix, pattern in _patterns(patterns) if pattern.name in set(names)
    ]
    missing = set(names) - {pattern.name for _prefix, pattern in mounted}
    if missing:
        raise ImproperlyConfigured(
            f"A package no longer has the addresses {', '.join(sorted(missing))}"
        )
    return [path(prefix, include([pattern])) if prefix else pattern for prefix, pattern in mounted]


urlpatterns = [
    path("accounts/2fa/webauthn/keys/<int:pk>/remove/", remove_passkey, name="mfa_remove_webauthn"),
    path("accounts/2fa/", include(only(mfa_urls.urlpatterns, SECOND_FACTOR))),
    path("accounts/", include(only(account_urls.urlpatterns, ACCOUNT))),
    path("language/setlang/", choose_language, name="set_language"),
    path("api/v1/", api.urls),
    path("admin/", include(guarded_urls(wagtailadmin_urls.urlpatterns))),
    path("documents/", include(only(wagtaildocs_urls.urlpatterns, ["wagtaildocs_serve"]))),
    *gates.urlpatterns,
    *(
        path("", include(f"{room}.urls"))
        for room in ROOMS
        if importlib.util.find_spec(f"{room}.urls")
    ),
    path("", include(only(wagtail_urls.urlpatterns, ["wagtail_serve"]))),
]

# What Django cannot read: too much of it, or damaged.
handler400 = "hub.runtime.bodies.bad_request"
handler404 = "hub.lib.way_in.nothing_here"
