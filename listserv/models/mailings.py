"""Contributions on their way to lists, and the recipients that are tried again."""

from django.db import models
from django.utils.translation import pgettext_lazy

from listserv.models.lists import MailingList, Subscription


class Mailing(models.Model):
    """A contribution on its way to a list; one row however many receive it.

    ``cursor`` is the key of the last subscription done. ``claimed_by`` names the claim of the
    worker at it: who finds another name there has lost the work. ``claimed_until`` is its lease,
    which the worker renews; in a mailing that nobody holds it is when the next try is.
    """

    class State(models.TextChoices):
        """Where it stands; single recipients may still be retried when it is done."""

        # Translators: agrees with the mailing: one contribution on its way to a whole list
        SENDING = "sending", pgettext_lazy("state of a mailing", "sending")
        # Translators: agrees with the mailing: one contribution on its way to a whole list
        DONE = "done", pgettext_lazy("state of a mailing", "done")

    contribution = models.ForeignKey(
        "forums.Contribution", on_delete=models.CASCADE, related_name="mailings"
    )
    list = models.ForeignKey(MailingList, on_delete=models.CASCADE, related_name="mailings")
    state = models.CharField(max_length=7, choices=State.choices, default=State.SENDING)
    cursor = models.BigIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0, help_text="recipients")
    failed = models.PositiveIntegerField(default=0, help_text="recipients given up")
    # Why it waits, when the relay does not let us in or is away; empty when it goes on.
    last_reply = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="times the relay refused us in a row"
    )
    created_at = models.DateTimeField()
    claimed_by = models.CharField(max_length=32, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("contribution", "list"), name="mailing_once"),
            models.CheckConstraint(
                condition=models.Q(state="sending", finished_at=None)
                | models.Q(state="done", finished_at__isnull=False),
                name="mailing_state",
            ),
        )
        indexes = (
            # The worker takes the oldest that is not done.
            models.Index(
                fields=("id",), condition=models.Q(state="sending"), name="mailing_waiting"
            ),
        )

    def __str__(self) -> str:
        return f"{self.contribution_id} to {self.list} ({self.state})"


class Retry(models.Model):
    """A recipient whose copy of a mailing was not taken.

    ``next_at`` None means that the hub tries no more. Such a row is shown to the Secretariat until
    ``ended_at``, when somebody has given it up.
    """

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="retries")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="retries")
    attempts = models.PositiveSmallIntegerField(default=1)
    next_at = models.DateTimeField(null=True, blank=True)
    last_reply = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "retries"
        constraints = (
            models.UniqueConstraint(fields=("mailing", "subscription"), name="retry_once"),
            # What somebody has given up is not tried again.
            models.CheckConstraint(
                condition=models.Q(next_at=None) | models.Q(ended_at=None), name="retry_ended"
            ),
        )
        indexes = (
            # The worker takes what is due.
            models.Index(
                fields=("next_at",), condition=models.Q(next_at__isnull=False), name="retry_due"
            ),
            # The queue shows what was refused.
            models.Index(
                fields=("created_at",),
                condition=models.Q(next_at=None, ended_at=None),
                name="retry_refused",
            ),
        )

    def __str__(self) -> str:
        return f"{self.mailing} for {self.subscription_id}: {self.last_reply}"
