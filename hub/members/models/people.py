"""People: the member."""

from collections.abc import Collection
from typing import Any, ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries.fields import CountryField

from hub.lib.addresses import fold_address
from hub.lib.initials import initials_of
from hub.members.models.organisations import Organisation, StakeholderGroup
from hub.members.models.sign_ins import LoginSession
from hub.members.person_names import FoldedNameField
from hub.members.regions import region_of


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
    # Mentions and their completion look people up by it.
    folded_name = FoldedNameField(max_length=150, blank=True, default="", editable=False)
    country = CountryField(pgettext_lazy("label", "country"), blank=True)
    organisation = models.CharField(
        pgettext_lazy("label: where a person works", "organisation"), max_length=200, blank=True
    )
    # The same organisation as a record, where the network knows it.
    affiliation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.SET_NULL, related_name="members"
    )
    stakeholder_group = models.CharField(
        _("stakeholder group"), max_length=17, choices=StakeholderGroup.choices, blank=True
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
        # A mention names somebody in full.
        indexes = (models.Index(fields=("folded_name",), name="member_folded_name"),)

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
        if "name" in (kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = [*kwargs["update_fields"], "folded_name"]
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


def display_name(member: "Member") -> str:
    """Return what allauth calls a person on its pages."""
    return member.get_full_name()
