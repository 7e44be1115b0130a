"""Ways in: sign-ins, secrets of mail programs, second factors that were taken away."""

from hashlib import sha256
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.utils.module_loading import import_string
from django.utils.translation import pgettext_lazy

from hub.lib.bus import publish_on_commit

# The topic of the bus on which each process hears whose sign-in has ended.
SIGN_IN_ENDED = "login-session.ended"


def session_mark(session_key: str) -> str:
    """Return a name of a session from which its key cannot be had."""
    return sha256(session_key.encode()).hexdigest()[:24]


class LoginSessionManager(BaseSessionManager):
    """End sign-ins."""

    def end_all(self, member_id: int) -> None:
        """Sign a member out everywhere.

        The processes that may have sockets or SMTP sessions of them are told.
        """
        self.filter(member_id=member_id).delete()
        publish_on_commit(SIGN_IN_ENDED, {"member": member_id})

    def end_mail(self, member_id: int) -> None:
        """End the mail sessions that a member's programs have open now, and nothing else."""
        publish_on_commit(SIGN_IN_ENDED, {"mail": member_id})


class LoginSession(AbstractBaseSession):
    """One browser that is signed in, or a visitor's; its rows are Django's sessions.

    A member sees them as the list of sign-ins: which client, since when, seen when. Nothing is kept
    of where the client stands, and a row ends with its session (decision record 0017).
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="login_sessions"
    )
    # "Firefox, Windows": enough to recognise a browser of one's own.
    client = models.CharField(max_length=60, blank=True)
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    objects: ClassVar[LoginSessionManager] = LoginSessionManager()

    class Meta:
        verbose_name = pgettext_lazy("a browser that is signed in", "sign-in")
        verbose_name_plural = pgettext_lazy("browsers that are signed in", "sign-ins")

    @classmethod
    def get_session_store_class(cls) -> Any:
        """Return the engine that keeps its sessions here."""
        return import_string(f"{settings.SESSION_ENGINE}.SessionStore")

    @property
    def mark(self) -> str:
        """A name of the session that opens nothing, for pages and for prompts between processes."""
        return session_mark(self.session_key)


class ApplicationPassword(models.Model):
    """A secret for one mail program, in the place of the password; only its digest is kept.

    It has 160 random bits, so a fast hash is enough.
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="application_passwords"
    )
    label = models.CharField(pgettext_lazy("of an application password", "Name"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("created_at", "pk")

    def __str__(self) -> str:
        return self.label


class FactorReset(models.Model):
    """That somebody of the Secretariat took a lost second factor from an account, and why."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="factor_resets"
    )
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(member=models.F("actor")), name="factor_reset_by_another"
            ),
        )

    def __str__(self) -> str:
        return f"{self.member} ({self.actor})"
