"""Say how allauth's second factor behaves here.

Its secrets are sealed in the database, and what must be there cannot be dropped.
"""

import base64
import logging
import secrets
from functools import lru_cache
from hashlib import sha256

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hub.members.account import rules

log = logging.getLogger(__name__)


@lru_cache(maxsize=4)
def _sealer(keys: tuple[str, ...]) -> MultiFernet:
    derived = (sha256(b"hub.second-factor\0" + key.encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])


def _present_sealer() -> MultiFernet:
    return _sealer((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


class HubFactorAdapter(DefaultMFAAdapter):
    """Names, sentences and storage of second factors."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _(
            "This code is wrong or has already been used. Wait for the next one, then try again."
        ),
        "cannot_delete_authenticator": _(
            "You work for the Secretariat, so your account needs a second factor. Add another one "
            "first, then remove this one."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret with the hub's key, so that a copy of the database alone gives no codes."""
        return _present_sealer().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret; one that the hub's keys do not open gives codes nobody has."""
        try:
            return _present_sealer().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            log.error(
                "A second factor was sealed with another HUB_SECRET_KEY; its owner needs a reset"
            )
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last factor of who must have one."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=rules.FACTORS)
        return others.exclude(pk=authenticator.pk).exists() or not rules.must_have_factor(
            authenticator.user
        )

    def generate_authenticator_name(self, user: AbstractBaseUser, type: str) -> str:
        """Return the name a new passkey has until its owner gives another."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Passkey %d") % (number + 1)

    def _get_site_name(self) -> str:
        """Return what browsers and apps show as the name of the place."""
        return str(settings.HUB_NAME)
