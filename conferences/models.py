"""Conferences: what is convened, when it sits live, and the log of everything that happens there.

A conference is a forum with a timetable: what is said stands in the forum
(``forums.Contribution``), who takes part and as what stands in the forum's memberships, its period
and language in the forum's policy. Nothing of that is stored a second time here. What is ours: the
agenda, the floor, and the log (``design.md`` §3.7).
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from hub.lib.rendered import RenderedField, shown

# Seconds a speaker gets unless the chair says otherwise.
FLOOR_SECONDS = 180


class Conference(models.Model):
    """An electronic conference: a closed forum over a period, with live conference_sessions.

    Roles are the forum's memberships (``forums.Membership``): chair, moderator (the facilitator),
    rapporteur, participant, observer. A second table of participants would have to be kept in step
    by every channel that lets people in or out; so there is none.
    """

    name = models.CharField(
        pgettext_lazy("label: of a conference or group", "name"), max_length=150
    )
    slug = models.SlugField(_("short name in addresses"), max_length=60, unique=True)
    forum = models.OneToOneField("forum.Forum", on_delete=models.PROTECT, related_name="conference")
    background = models.TextField(
        pgettext_lazy("label: of a conference", "background"),
        blank=True,
        help_text=pgettext_lazy("how a field may be written", "Markdown."),
    )
    background_html = RenderedField(source="background")
    convened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the conference's page."""
        return reverse("conferences:conference", args=(self.slug,))

    @property
    def background_markup(self) -> SafeString:
        """The background as safe HTML."""
        return shown(self.background, self.background_html)

    @property
    def starts_at(self) -> datetime | None:
        """When the forum opens for participants."""
        return self.forum.policy.opens_at

    @property
    def ends_at(self) -> datetime | None:
        """When the forum closes for participants."""
        return self.forum.policy.closes_at

    @property
    def language(self) -> str:
        """The working language: the hub's own words in the record are in it."""
        return str(self.forum.policy.language)

    def state_at(self, now: datetime) -> str:
        """Return ``coming``, ``open`` or ``closed``, by the conference's period."""
        if self.starts_at is not None and now < self.starts_at:
            return "coming"
        if self.ends_at is not None and now >= self.ends_at:
            return "closed"
        return "open"


class ConferenceSession(models.Model):
    """A session of a conference, live.

    ``next_seq`` numbers its log; whoever appends holds this row's lock.
    """

    class State(models.TextChoices):
        """Where the conference_session stands; it never goes back."""

        SCHEDULED = "scheduled", _("not open yet")
        OPEN = "open", pgettext_lazy("state of a session", "open")
        CLOSED = "closed", pgettext_lazy("state of a session", "closed")

    conference = models.ForeignKey(
        Conference, on_delete=models.PROTECT, related_name="conference_sessions"
    )
    title = models.CharField(
        pgettext_lazy("label: of a session or agenda item", "title"), max_length=200
    )
    opens_at = models.DateTimeField(pgettext_lazy("label of a date", "opens"))
    closes_at = models.DateTimeField(pgettext_lazy("label of a date", "closes"))
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.SCHEDULED)
    current_item = models.ForeignKey(
        "AgendaItem", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    next_seq = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("opens_at", "pk")
        constraints = (
            # A mail to the conference's list goes into the item under discussion: there can be only
            # one.
            models.UniqueConstraint(
                fields=("conference",),
                condition=models.Q(state="open"),
                name="one_open_conference_session",
            ),
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")),
                name="conference_session_has_length",
            ),
            # One that was never held is closed without having been opened.
            models.CheckConstraint(
                condition=models.Q(state="scheduled", opened_at=None, closed_at=None)
                | models.Q(state="open", opened_at__isnull=False, closed_at=None)
                | models.Q(state="closed", closed_at__isnull=False),
                name="conference_session_state",
            ),
        )
        # The clock asks for what is to open and to close; the home for what is coming.
        indexes = (models.Index(fields=("state", "opens_at"), name="conference_session_clock"),)

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the live room, which becomes that of the transcript."""
        return reverse("conferences:room", args=(self.pk,))

    @property
    def began_at(self) -> datetime:
        """When it was opened, or is to open."""
        return self.opened_at or self.opens_at

    @property
    def ended_at(self) -> datetime:
        """When it was closed, or is to close."""
        return self.closed_at or self.closes_at

    @property
    def is_open(self) -> bool:
        """Whether interventions are taken now."""
        return self.state == self.State.OPEN

    @property
    def is_closed(self) -> bool:
        """Whether the gavel has fallen."""
        return self.state == self.State.CLOSED

    @property
    def last_seq(self) -> int:
        """The number of the newest event in the log, 0 for none."""
        return self.next_seq - 1


class AgendaItem(models.Model):
    """A point of the agenda.

    What is said on it, before, during and after the session, stands in its topic.
    """

    conference_session = models.ForeignKey(
        ConferenceSession, on_delete=models.PROTECT, related_name="items"
    )
    number = models.PositiveSmallIntegerField()
    title = models.CharField(
        pgettext_lazy("label: of a session or agenda item", "title"), max_length=200
    )
    note = models.TextField(pgettext_lazy("label: note to an agenda item", "note"), blank=True)
    topic = models.ForeignKey(
        "forum_conversation.Topic", on_delete=models.PROTECT, related_name="agenda_items"
    )

    class Meta:
        ordering = ("number", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("conference_session", "number"), name="agenda_number_once"
            ),
            models.UniqueConstraint(
                fields=("conference_session", "topic"), name="agenda_topic_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class FloorRequest(models.Model):
    """A place on the speakers' list, from asking to the end of speaking."""

    class State(models.TextChoices):
        """What became of the request; ``lapsed`` means that the gavel came first."""

        # Translators: agrees with the request for the floor, not with the person
        WAITING = "waiting", pgettext_lazy("state of a request for the floor", "waiting")
        # Translators: agrees with the request for the floor, not with the person
        GIVEN = "given", pgettext_lazy("state of a request for the floor", "has the floor")
        # Translators: agrees with the request for the floor, not with the person
        DONE = "done", pgettext_lazy("state of a request for the floor", "has spoken")
        # Translators: agrees with the request for the floor, not with the person
        WITHDRAWN = "withdrawn", pgettext_lazy("state of a request for the floor", "withdrawn")
        # Translators: agrees with the request for the floor, not with the person
        WITHDRAWN_BY_CHAIR = "withdrawn_by_chair", _("removed from the list by the chair")
        # Translators: agrees with the request for the floor, not with the person
        LAPSED = "lapsed", _("not heard before the close")

    # On the list, or speaking.
    ACTIVE = (State.WAITING, State.GIVEN)

    conference_session = models.ForeignKey(
        ConferenceSession, on_delete=models.PROTECT, related_name="floor_requests"
    )
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="floor_requests"
    )
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=18, choices=State.choices, default=State.WAITING)
    given_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    seconds = models.PositiveIntegerField(default=FLOOR_SECONDS, help_text="seconds allotted")

    class Meta:
        ordering = ("asked_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("conference_session", "member"),
                condition=models.Q(state__in=("waiting", "given")),
                name="one_floor_request_each",
            ),
            models.UniqueConstraint(
                fields=("conference_session",), condition=models.Q(state="given"), name="one_floor"
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting", given_at=None, ended_at=None)
                | models.Q(state="given", given_at__isnull=False, ended_at=None)
                | models.Q(state="done", given_at__isnull=False, ended_at__isnull=False)
                | models.Q(
                    state__in=("withdrawn", "withdrawn_by_chair", "lapsed"),
                    given_at=None,
                    ended_at__isnull=False,
                ),
                name="floor_request_state",
            ),
        )

    def __str__(self) -> str:
        return f"{self.member}: {self.get_state_display()}"

    @property
    def until(self) -> datetime | None:
        """When the floor's time is over, None before it was given."""
        if self.given_at is None:
            return None
        return self.given_at + timedelta(seconds=self.seconds)


# Of Event.Kind, which the constraint cannot name where it stands.
EVENT_KINDS = (
    "opened", "item_taken", "floor_asked", "floor_withdrawn", "floor_given", "floor_returned",
    "floor_ended", "intervention", "edited", "rescheduled", "closed", "closed_by_clock",
)  # fmt: skip


class Event(models.Model):
    """One act in a conference_session.

    The log is the transcript and what sockets resume from; it never changes.
    """

    class Kind(models.TextChoices):
        """What happened; :mod:`conferences.words` has the sentence for each."""

        OPENED = "opened", pgettext_lazy("event in the log of a session", "opened")
        ITEM_TAKEN = "item_taken", _("item taken up")
        FLOOR_ASKED = "floor_asked", _("floor requested")
        FLOOR_WITHDRAWN = "floor_withdrawn", _("request withdrawn")
        FLOOR_GIVEN = "floor_given", _("floor given")
        FLOOR_RETURNED = "floor_returned", _("speaker finished")
        FLOOR_ENDED = "floor_ended", _("turn ended by the chair")
        INTERVENTION = (
            "intervention",
            pgettext_lazy("event in the log of a session", "intervention"),
        )
        EDITED = "edited", _("intervention changed")
        RESCHEDULED = "rescheduled", _("hours changed")
        CLOSED = "closed", _("closed by the gavel")
        CLOSED_BY_CLOCK = "closed_by_clock", _("closed at the scheduled time")

    conference_session = models.ForeignKey(
        ConferenceSession, on_delete=models.PROTECT, related_name="events"
    )
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=15, choices=Kind.choices)
    at = models.DateTimeField()
    # Who did it; None for the clock.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    floor_request = models.ForeignKey(
        FloorRequest, null=True, on_delete=models.PROTECT, related_name="+"
    )
    agenda_item = models.ForeignKey(
        AgendaItem, null=True, on_delete=models.PROTECT, related_name="+"
    )
    contribution = models.ForeignKey(
        "forums.Contribution", null=True, on_delete=models.PROTECT, related_name="+"
    )
    data = models.JSONField(default=dict)
    # Those named, as of then: "actor", "member" -> name, role, country; for a closing also
    # "participants" -> key of the member -> the same and organisation. Names are empty once a
    # person has left for good.
    people = models.JSONField(default=dict)

    class Meta:
        ordering = ("conference_session", "seq")
        constraints = (
            models.UniqueConstraint(fields=("conference_session", "seq"), name="event_seq_once"),
            models.CheckConstraint(condition=models.Q(kind__in=EVENT_KINDS), name="event_kind"),
            # Nobody closes what the clock closes.
            models.CheckConstraint(
                condition=~models.Q(kind="closed_by_clock") | models.Q(actor=None),
                name="event_closed_by_clock_has_no_actor",
            ),
        )

    def __str__(self) -> str:
        return f"{self.conference_session_id}#{self.seq} {self.kind}"
