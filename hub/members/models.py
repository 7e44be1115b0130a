"""People: the member, and the application that lets somebody in."""

from typing import Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from hub.lib.addresses import fold_address
from hub.members.regions import region_of


class MemberManager(BaseUserManager["Member"]):
    """Make members; addresses compare without letter case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Member":
        """Create a member who may not sign in until approved, unless ``is_active`` is given."""
        member = self.model(email=fold_address(email), **fields)
        member.set_password(password)
        member.save(using=self._db)
        return member

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Member":
        """Create a member of the secretariat who may do everything; whoever can run this vouches for the address."""
        member = self.create_user(email, password, is_active=True, is_staff=True, is_superuser=True, **fields)
        addresses = apps.get_model("account", "EmailAddress").objects
        addresses.create(user=member, email=member.email, verified=True, primary=True)
        return member

    def get_by_natural_key(self, username: str | None) -> "Member":
        """Find by address, in any letter case."""
        return self.get(email=fold_address(username or ""))


class Member(AbstractBaseUser, PermissionsMixin):
    """A person of the network; logs in by e-mail, has several verified addresses (allauth's ``EmailAddress``).

    A member is anonymised, never deleted: their contributions stay in the record. ``is_staff`` is the Secretariat.
    """

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=150)
    country = CountryField(_("country"), blank=True)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    expertise = models.CharField(_("expertise"), max_length=300, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    is_active = models.BooleanField(_("may sign in"), default=False)
    is_staff = models.BooleanField(_("Secretariat"), default=False)
    rules_accepted_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    anonymised_at = models.DateTimeField(null=True, blank=True)

    objects = MemberManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ("name", "pk")
        constraints = (models.UniqueConstraint(Lower("email"), name="member_email_any_case"),)

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        """Return the name to show; never the address (machina's default shows it to everybody)."""
        return str(_("A former member")) if self.anonymised_at else self.name

    @property
    def region(self) -> str:
        """The UN regional group's code, empty when the country is unknown."""
        return region_of(str(self.country))

    @property
    def initials(self) -> str:
        """Up to two letters that stand for the person."""
        words = [word for word in self.name.replace("-", " ").split() if word[:1].isalpha() and word[-1:] != "."]
        picked = words[:1] + words[-1:] if len(words) > 1 else words
        return "".join(word[0] for word in picked).upper()


def display_name(member: "Member") -> str:
    """Return what allauth calls a person on its pages."""
    return member.get_full_name()


class Application(models.Model):
    """A person's wish to join, from form to decision (requirement N1)."""

    class State(models.TextChoices):
        """Where the application stands."""

        UNCONFIRMED = "unconfirmed", _("address not confirmed")
        PENDING = "pending", _("waiting for the Secretariat")
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("declined")

    member = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="application")
    state = models.CharField(max_length=12, choices=State.choices, default=State.UNCONFIRMED)
    statement = models.TextField(_("Why do you want to join?"), max_length=2000)
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
