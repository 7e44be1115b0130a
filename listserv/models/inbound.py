"""Incoming messages: a row for each message and recipient, written before ``250`` is answered.

A row has exactly one outcome (``state``); the raw message stays with it. What was refused in the
SMTP session is kept with its header alone; what a relay had queued already is taken and kept whole
for a while, as refused.
"""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from hub.lib.masking import mask
from hub.lib.verdicts import Action

# How long a held mail waits for its member; then it is discarded, and its link confirms nothing.
HELD_FOR = timedelta(days=14)

# Refused mails that a relay had queued are kept whole for so long: most of them are spam.
REFUSED_KEPT = timedelta(days=30)


class InboundMail(models.Model):
    """A message for one recipient: where it came from, its verdict, and what became of it.

    ``next_at`` is when the worker may take it, ``claimed_until`` the lease of the worker at it: who
    finds another value there has lost the work.
    """

    class Proof(models.TextChoices):
        """How the author was identified (design.md §3.6); only the first counts as nothing."""

        # Translators: nothing proves who wrote the message
        NONE = "none", pgettext_lazy("how an author was identified", "no proof")
        AUTH = "auth", pgettext_lazy("how an author was identified", "signed in")
        TOKEN = "token", _("reply address")
        DMARC = "dmarc", _("signed by the sender's domain (DMARC)")
        CONFIRMED = "confirmed", _("confirmed by the member")

    class State(models.TextChoices):
        """The outcome. Queued and held are on their way to one of the others."""

        QUEUED = "queued", _("waiting to be published")
        # Translators: agrees with the message
        PUBLISHED = "published", pgettext_lazy("state of an incoming message", "published")
        HELD = "held", _("waiting for the member's confirmation")
        # Translators: the commands of the message were run
        DONE = "done", _("commands run")
        # Translators: agrees with the message
        REJECTED = "rejected", pgettext_lazy("state of a message", "refused")
        # Translators: agrees with the message
        DISCARDED = "discarded", pgettext_lazy("state of an incoming message", "discarded")
        # Translators: agrees with the message
        FAILED = "failed", pgettext_lazy("state of an incoming message", "failed")

    received_at = models.DateTimeField()
    peer = models.CharField(max_length=64, help_text="address of the client")
    helo = models.CharField(max_length=255, blank=True)
    envelope_from = models.CharField(
        max_length=320, blank=True, help_text="reverse path; empty for <>"
    )
    recipient = models.CharField(max_length=320)
    kind = models.CharField(max_length=10, help_text="what the recipient's address means")
    list = models.ForeignKey(
        "listserv.MailingList",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="inbound",
    )
    raw = models.BinaryField(help_text="the mail as received; the header alone when it was refused")
    draft = models.BinaryField(null=True, help_text="what was read of it, until it is published")
    size = models.PositiveBigIntegerField(help_text="bytes received")
    sha256 = models.CharField(max_length=64)
    message_id = models.CharField(max_length=250, blank=True)
    subject = models.CharField(max_length=255, blank=True)

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    proof = models.CharField(max_length=9, choices=Proof.choices, default=Proof.NONE)
    checks = models.CharField(
        max_length=500, blank=True, help_text="results of SPF, DKIM and DMARC (RFC 8601)"
    )
    answers = models.BigIntegerField(
        null=True, blank=True, help_text="contribution the reply address names"
    )

    action = models.CharField(
        max_length=7, choices=[(action.value, action.value) for action in Action]
    )
    code = models.CharField(max_length=40)
    reason = models.TextField(blank=True)

    state = models.CharField(max_length=9, choices=State.choices)
    contribution = models.ForeignKey(
        "forums.Contribution", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    processed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "inbound mail"
        indexes = (
            # The worker takes the oldest that is due.
            models.Index(fields=("id",), condition=models.Q(state="queued"), name="inbound_queued"),
            # The rate rule counts a member's, while thousands of others may wait. Both columns, so
            # that SQLite need not go past the bytes of each mail to see its state.
            models.Index(
                fields=("member", "state"),
                condition=models.Q(state="queued"),
                name="inbound_queued_member",
            ),
            # A confirmation and a proven copy look for what is held; the rule counts a member's.
            models.Index(fields=("member",), condition=models.Q(state="held"), name="inbound_held"),
            # A second copy is recognised by its Message-ID.
            models.Index(fields=("message_id", "list"), name="inbound_copies"),
            # The record of what was refused, newest first.
            models.Index(fields=("state", "received_at"), name="inbound_record"),
        )

    def __str__(self) -> str:
        return f"{self.pk} for {self.shown_recipient}: {self.state}"

    @property
    def shown_recipient(self) -> str:
        """The recipient as people may see it, without a token that proves its owner."""
        return mask(self.recipient)
