"""Organisations, what people speak for, and who speaks for a country or an organisation."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries.fields import CountryField


class StakeholderGroup(models.TextChoices):
    """On whose side somebody stands in a discussion."""

    GOVERNMENT = "government", pgettext_lazy("stakeholder group", "government")
    ACADEMIA = "academia", pgettext_lazy("stakeholder group", "academia and research")
    NGO = "ngo", pgettext_lazy("stakeholder group", "non-governmental organisation")
    INDUSTRY = "industry", pgettext_lazy("stakeholder group", "industry")
    INDIGENOUS = (
        "indigenous",
        pgettext_lazy("stakeholder group", "indigenous peoples and local communities"),
    )
    INTERGOVERNMENTAL = (
        "intergovernmental",
        pgettext_lazy("stakeholder group", "intergovernmental organisation"),
    )
    DONOR = "donor", pgettext_lazy("stakeholder group", "donor")
    OTHER = "other", pgettext_lazy("stakeholder group", "other")


class Organisation(models.Model):
    """An organisation that members work for, or that names people to discussions."""

    class Kind(models.TextChoices):
        """What it is."""

        MINISTRY = "ministry", pgettext_lazy("kind of organisation", "ministry or authority")
        RESEARCH = "research", pgettext_lazy("kind of organisation", "university or institute")
        COMPANY = "company", pgettext_lazy("kind of organisation", "company")
        ASSOCIATION = "association", pgettext_lazy("kind of organisation", "association")
        INTERNATIONAL = (
            "international",
            pgettext_lazy("kind of organisation", "international organisation"),
        )
        OTHER = "other", pgettext_lazy("kind of organisation", "other")

    name = models.CharField(pgettext_lazy("label: of an organisation", "name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    country = CountryField(pgettext_lazy("label", "country"), blank=True)
    kind = models.CharField(
        pgettext_lazy("label: of an organisation", "kind"),
        max_length=13,
        choices=Kind.choices,
        default=Kind.OTHER,
    )
    stakeholder_group = models.CharField(
        _("stakeholder group"), max_length=17, choices=StakeholderGroup.choices, blank=True
    )

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(fields=("name", "country"), name="organisation_once"),
        )

    def __str__(self) -> str:
        return self.name


class FocalPoint(models.Model):
    """A member who speaks for a country, or for an organisation; past ones stay for the record."""

    country = CountryField(pgettext_lazy("label", "country"), blank=True)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="focal_points"
    )
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="focal_points"
    )
    named_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("named_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(country="", organisation__isnull=False)
                | (~models.Q(country="") & models.Q(organisation=None)),
                name="focal_point_of_one_side",
            ),
            models.UniqueConstraint(
                fields=("member", "country"),
                condition=models.Q(ended_at=None, organisation=None),
                name="focal_point_of_country_once",
            ),
            models.UniqueConstraint(
                fields=("member", "organisation"),
                condition=models.Q(ended_at=None, country=""),
                name="focal_point_of_organisation_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.member_id} for {self.country or self.organisation_id}"
