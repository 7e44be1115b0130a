"""People: the member, and the application that lets somebody in."""

from collections.abc import Collection
from hashlib import sha256
from typing import Any, ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models.functions import Lower
from django.db.models.query_utils import DeferredAttribute
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries.fields import CountryField

from hub.lib.addresses import fold_address
from hub.lib.bus import publish_on_commit
from hub.lib.initials import initials_of
from hub.members.regions import region_of

# The topic of the bus on which each process hears whose sign-in has ended.
SIGN_IN_ENDED = "login-session.ended"


class NameAttribute(DeferredAttribute):
    """The name of a person.

    For one who has left for good something stands for it, in the language of who reads it.
    """

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        """Return the name to show."""
        if instance is None:
            return super().__get__(instance, cls)
        data = instance.__dict__
        if "anonymised_at" in data:
            has_left = data["anonymised_at"] is not None
        else:
            has_left = data.get("name") == ""
        if has_left:
            return str(_("A former member"))
        if "name" in data:
            return data["name"]
        return super().__get__(instance, cls)

    def __set__(self, instance: Any, value: Any) -> None:
        """Keep the name; without this the row's own value would be read past :meth:`__get__`."""
        instance.__dict__["name"] = value


class NameField(models.CharField):
    """The name of a person, see :class:`NameAttribute`.

    What is stored of one who has left is nothing.
    """

    descriptor_class = NameAttribute

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Return what is stored, not what is shown."""
        return model_instance.__dict__.get(self.attname, "")

    def value_from_object(self, obj: models.Model) -> Any:
        """Return what is stored, for copies of the row."""
        return obj.__dict__.get(self.attname, "")

    def deconstruct(self) -> Any:
        """Be a text to migrations: the column is the same."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class MemberManager(BaseUserManager["Member"]):
    """Make members; addresses compare without letter case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Member":
        """Create a member who may not sign in until approved, unless ``is_active`` is given."""
        member = self.model(email=fold_address(email), **fields)
        member.set_password(password)
        member.save(using=self._db)
        return member

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Member":
        """Create a member of the Secretariat who may do everything.

        Whoever can run this vouches for the address.
        """
        member = self.create_user(
            email, password, is_active=True, is_staff=True, is_superuser=True, **fields
        )
        addresses = apps.get_model("account", "EmailAddress").objects
        addresses.create(user=member, email=member.email, verified=True, primary=True)
        return member

    def get_by_natural_key(self, username: str | None) -> "Member":
        """Find by address, in any letter case."""
        return self.get(email=fold_address(username or ""))


class Member(AbstractBaseUser, PermissionsMixin):
    """A person of the network, who signs in by e-mail.

    They may have several verified addresses (allauth's ``EmailAddress``). A member is anonymised,
    never deleted: their contributions stay in the record. ``is_staff`` is the Secretariat.
    """

    email = models.EmailField(pgettext_lazy("label", "e-mail"), max_length=254, unique=True)
    name = NameField(pgettext_lazy("label: of a person", "name"), max_length=150)
    country = CountryField(pgettext_lazy("label", "country"), blank=True)
    organisation = models.CharField(
        pgettext_lazy("label: where a person works", "organisation"), max_length=200, blank=True
    )
    expertise = models.CharField(pgettext_lazy("label", "expertise"), max_length=300, blank=True)
    language = models.CharField(
        pgettext_lazy("label", "language"), max_length=10, choices=settings.LANGUAGES, default="en"
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    is_active = models.BooleanField(_("may sign in"), default=False)
    is_staff = models.BooleanField(pgettext_lazy("role of a person", "Secretariat"), default=False)
    rules_accepted_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    anonymised_at = models.DateTimeField(null=True, blank=True)

    objects = MemberManager()
    # When the row was loaded, or saved last.
    _ran_the_hub = False

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ("name", "pk")
        constraints = (models.UniqueConstraint(Lower("email"), name="member_email_any_case"),)

    def __str__(self) -> str:
        return self.get_full_name()

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **options: Any
    ) -> Self:
        """Load, and remember whether the member runs the hub."""
        member = super().from_db(db, field_names, values, **options)
        member._ran_the_hub = any(
            member.__dict__.get(name) for name in ("is_staff", "is_superuser")
        )
        return member

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the row.

        A new password, or an account that may not sign in or run the hub any more, ends every
        sign-in.
        """
        ends_sign_ins = self._ends_sign_ins()
        super().save(*args, **kwargs)
        self._ran_the_hub = self.runs_the_hub
        if ends_sign_ins:
            LoginSession.objects.end_all(self.pk)

    def _ends_sign_ins(self) -> bool:
        if self._state.adding:
            return False
        has_new_password = getattr(self, "_password", None) is not None
        if has_new_password or not self.is_active:
            return True
        return self._ran_the_hub and not self.runs_the_hub

    @property
    def runs_the_hub(self) -> bool:
        """Whether the account has the rights of the Secretariat."""
        return self.is_staff or self.is_superuser

    @property
    def is_in_secretariat(self) -> bool:
        """Whether the member is of the Secretariat, and may sign in."""
        return self.is_staff and self.is_active

    def get_full_name(self) -> str:
        """Return the name to show; never the address (machina's default shows it to everybody)."""
        return str(self.name)

    @property
    def region(self) -> str:
        """The UN regional group's code, empty when the country is unknown."""
        return region_of(str(self.country))

    @property
    def initials(self) -> str:
        """Up to two letters that stand for the person."""
        return initials_of(self.name)


def session_mark(session_key: str) -> str:
    """Return a name of a session from which its key cannot be had."""
    return sha256(session_key.encode()).hexdigest()[:24]


def display_name(member: "Member") -> str:
    """Return what allauth calls a person on its pages."""
    return member.get_full_name()


class Application(models.Model):
    """A person's wish to join, from form to decision (requirement N1)."""

    class State(models.TextChoices):
        """Where the application stands."""

        UNCONFIRMED = "unconfirmed", _("address not confirmed")
        # Translators: agrees with the application, not with the person
        PENDING = "pending", pgettext_lazy("state of an application", "waiting for the Secretariat")
        # Translators: agrees with the application, not with the person
        APPROVED = "approved", pgettext_lazy("state of an application", "approved")
        # Translators: agrees with the application, not with the person
        DECLINED = "declined", pgettext_lazy("state of an application", "declined")

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="application"
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.UNCONFIRMED)
    statement = models.TextField(_("Why do you want to join?"), max_length=2000)
    # How often the form came again with other words before the address was confirmed.
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("created_at",)
        # The membership queue lists the pending ones, oldest first.
        indexes = (models.Index(fields=("state", "created_at"), name="application_queue"),)

    def __str__(self) -> str:
        return f"{self.member} ({self.get_state_display()})"


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


class Departure(models.Model):
    """A person who left for good: who decided it, and what is left to be done.

    The names and addresses to look for are kept until everything has been searched, and not a
    moment longer.
    """

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="departure"
    )
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    left_at = models.DateTimeField()
    # {"names": list[str], "addresses": list[str]}; empty once it is finished.
    wanted = models.JSONField(default=dict)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-left_at", "-pk")

    def __str__(self) -> str:
        return f"{self.member_id} on {self.left_at:%Y-%m-%d}"


class DepartureTrace(models.Model):
    """A place where others still name a person who left.

    The Secretariat looks at it and notes when it is settled.
    """

    class Kind(models.TextChoices):
        """What kind of place it is."""

        CONTRIBUTION = "contribution", pgettext_lazy("where a name was found", "contribution")
        REVISION = "revision", _("earlier version of a contribution")
        FILE = "file", _("name of a file")
        TOPIC = "topic", _("subject of a topic")
        DISCUSSION = "discussion", _("text about a discussion")
        CONFERENCE = "conference", _("conference or session")
        GROUP = "group", _("liaison group")
        PAGE = "page", _("page, document or picture")
        APPLICATION = "application", pgettext_lazy("where a name was found", "application")

    departure = models.ForeignKey(Departure, on_delete=models.CASCADE, related_name="traces")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    label = models.CharField(max_length=200, blank=True)
    url = models.CharField(max_length=200)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("departure", "kind", "url"), name="departure_trace_once"
            ),
        )
        # The page of a departure lists what is not settled first.
        indexes = (models.Index(fields=("departure", "settled_at"), name="departure_trace_open"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.url}"
