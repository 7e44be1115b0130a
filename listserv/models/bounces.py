"""Rows of what came back: each bounce, and how well each address takes mail."""

from django.db import models
from django.utils.translation import pgettext_lazy


class AddressHealth(models.Model):
    """What is known of one address of a member; none for an address that never bounced.

    ``score`` grows by each day's worst bounce (1 permanent, 0.5 temporary) and is forgotten after a
    quiet while. An address is only suspended after a probe to it bounced too.
    """

    address = models.EmailField(unique=True, max_length=254, help_text="lower case")
    score = models.FloatField(default=0)
    bounced_at = models.DateTimeField(
        null=True, blank=True, help_text="the last bounce that counted"
    )
    probed_at = models.DateTimeField(
        null=True, blank=True, help_text="when the probe under way was sent"
    )
    probe = models.CharField(
        max_length=32, blank=True, help_text="what the probe's envelope sender carries"
    )
    suspended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "address health"
        indexes = (
            # The worker looks for probes whose time is over.
            models.Index(
                fields=("probed_at",),
                condition=models.Q(probed_at__isnull=False),
                name="health_probed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.address}: {self.score}"


class Bounce(models.Model):
    """One report about one copy: kept for the operator, whether it counted or not."""

    class Kind(models.TextChoices):
        """What the report says."""

        PERMANENT = "permanent", pgettext_lazy("kind of bounce", "permanent")
        TEMPORARY = "temporary", pgettext_lazy("kind of bounce", "temporary")
        COMPLAINT = "complaint", pgettext_lazy("kind of bounce", "complaint")

    subscription = models.ForeignKey(
        "listserv.Subscription",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="bounces",
    )
    address = models.EmailField(max_length=254)
    kind = models.CharField(max_length=9, choices=Kind.choices)
    status = models.CharField(max_length=12, blank=True, help_text="enhanced status code")
    diagnostic = models.CharField(max_length=500, blank=True)
    number = models.BigIntegerField(null=True, blank=True, help_text="contribution the copy was of")
    inbound = models.ForeignKey(
        "listserv.InboundMail",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="bounces",
    )
    counted = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind__in=("permanent", "temporary", "complaint")),
                name="bounce_kind",
            ),
        )
        indexes = (
            # The record of an address, newest first.
            models.Index(fields=("address", "created_at"), name="bounce_record"),
        )

    def __str__(self) -> str:
        return f"{self.address}: {self.kind} {self.status}"
