"""Lists and their subscriptions."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from listserv.tokens import NAME_MAX, address


class MailingList(models.Model):
    """The mail list of a forum; its archive is the forum itself.

    ``name`` is the local part of the posting address, ``tag`` stands in brackets in each subject.
    """

    forum = models.OneToOneField(
        "forum.Forum", on_delete=models.CASCADE, related_name="mailing_list"
    )
    name = models.CharField(
        max_length=NAME_MAX,
        unique=True,
        validators=[
            RegexValidator(
                r"^[a-z0-9]+(-[a-z0-9]+)*\Z", _("Use small letters, digits and single hyphens.")
            )
        ],
    )
    tag = models.CharField(_("subject tag"), max_length=NAME_MAX)
    # A copy shows the author's own address where the policy of its domain lets it (DMARC); an alias
    # otherwise.
    shows_addresses = models.BooleanField(_("show the authors' addresses"), default=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """The posting address."""
        return address(self.name)

    @property
    def list_id(self) -> str:
        """The list identifier without brackets (RFC 2919 §2)."""
        return f"{self.name}.{settings.HUB_MAIL_DOMAIN}"


class Subscription(models.Model):
    """A member on a list's roster, and how they get its mail.

    Who is no longer entitled to read the forum gets nothing, whatever stands here: that is checked
    at each delivery.

    ``digest_since`` is the key of the last mailing a digest has looked at, ``digest_at`` when the
    next one is due, ``digest_claimed_until`` the lease of the worker at it.
    """

    class Files(models.TextChoices):
        """How the files of a contribution come."""

        LINK = "link", _("links to them")
        ATTACH = "attach", _("the files themselves")

    class Suspension(models.TextChoices):
        """Why the hub stopped the mail by itself."""

        BOUNCES = "bounces", _("messages bounced")
        COMPLAINT = "complaint", _("a message was reported as unwanted")

    class Delivery(models.TextChoices):
        """The delivery mode."""

        EACH = "each", _("each contribution")
        NONE = "none", _("no e-mail")
        DAILY = "digest-daily", _("daily digest")
        WEEKLY = "digest-weekly", _("weekly digest")
        NOTICES = "notices", _("notices only")

    list = models.ForeignKey(MailingList, on_delete=models.CASCADE, related_name="subscriptions")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="subscriptions"
    )
    # None follows the member's primary address.
    address = models.ForeignKey(
        "account.EmailAddress", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    delivery = models.CharField(
        pgettext_lazy("label: how a list is received", "delivery"),
        max_length=14,
        choices=Delivery.choices,
        default=Delivery.EACH,
    )
    # The author's copy is the receipt: it carries the number, the page and the reply address.
    own_copy = models.BooleanField(_("my own contributions too"), default=True)
    files = models.CharField(
        pgettext_lazy("label: how a list is received", "files"),
        max_length=6,
        choices=Files.choices,
        default=Files.LINK,
    )
    # Empty follows the member's.
    language = models.CharField(
        pgettext_lazy("label", "language"), max_length=10, choices=settings.LANGUAGES, blank=True
    )
    # Nothing is sent until then; it is not made up for afterwards.
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    digest_at = models.DateTimeField(null=True, blank=True)
    digest_since = models.BigIntegerField(default=0)
    digest_claimed_until = models.DateTimeField(null=True, blank=True)
    # Mail stopped because it cannot be delivered, or was complained about; the member takes it up
    # again.
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspended_for = models.CharField(max_length=9, choices=Suspension.choices, blank=True)
    created_at = models.DateTimeField()
    # Set when the member left the discussion; joining again takes the row up as it was.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("list", "member"), name="subscription_once"),
            # The fan-out and the digests each take their own; one with another value gets nothing.
            models.CheckConstraint(
                condition=models.Q(
                    delivery__in=("each", "none", "digest-daily", "digest-weekly", "notices"),
                    files__in=("link", "attach"),
                ),
                name="subscription_delivery",
            ),
            models.CheckConstraint(
                condition=models.Q(suspended_at=None, suspended_for="")
                | models.Q(suspended_at__isnull=False, suspended_for__in=("bounces", "complaint")),
                name="subscription_suspension",
            ),
        )
        indexes = (
            # The fan-out walks a list's receivers in the order of their keys, whatever way of
            # delivery they chose: SQLite uses a partial index only where no value of its condition
            # is a parameter.
            models.Index(
                fields=("list", "id"),
                condition=models.Q(ended_at=None, suspended_at=None),
                name="subscription_walk",
            ),
            # The worker takes the digests that are due.
            models.Index(
                fields=("digest_at",),
                condition=models.Q(digest_at__isnull=False),
                name="subscription_digest_due",
            ),
        )

    def __str__(self) -> str:
        return f"{self.member} on {self.list} ({self.delivery})"

    @property
    def recipient(self) -> str:
        """The verified address the mail goes to."""
        if self.address is not None and self.address.verified:
            return str(self.address.email)
        return str(self.member.email)
