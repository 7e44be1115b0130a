"""The contribution beside machina's post, what it said before, and its files."""

from django.conf import settings
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from forums.speakers import Speaker
from hub.lib import markup
from hub.lib.verdicts import Action


class Contribution(models.Model):
    """What somebody said by web, by mail or live: the one record of it, beside machina's post.

    ``number`` (the key) is its permanent number, ``/c/<number>/``. ``text`` stands in the post;
    what was folded away from a mail (quoted text, a long signature) stands in ``folded`` and loses
    nothing.
    """

    class Origin(models.TextChoices):
        """The channel it came through."""

        WEB = "web", pgettext_lazy("how a contribution came in", "web")
        MAIL = "mail", pgettext_lazy("how a contribution came in", "e-mail")
        LIVE = "live", pgettext_lazy("how a contribution came in", "live")

    class Format(models.TextChoices):
        """How its text is read: as typed, as a mail is, or as Markdown."""

        PLAIN = markup.PLAIN, "plain"
        MARKDOWN = markup.MARKDOWN, "Markdown"

    class State(models.TextChoices):
        """Whether it is seen."""

        # Translators: agrees with the contribution
        ACCEPTED = "accepted", pgettext_lazy("state of a contribution", "accepted")
        # Translators: agrees with the contribution: it waits for a decision, and nobody sees it
        HELD = "held", _("held for the moderators")
        # Translators: agrees with the contribution
        REJECTED = "rejected", pgettext_lazy("state of a contribution", "rejected")
        # Translators: agrees with the contribution: it was shown, and its words are not any more
        WITHDRAWN = "withdrawn", pgettext_lazy("state of a contribution", "withdrawn")

    number = models.BigAutoField(primary_key=True)
    # The topic's own, repeated here: a Message-ID means one contribution in one forum, and nothing
    # in another.
    forum = models.ForeignKey(
        "forum.Forum", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # The post's own, repeated here: pages, counts and feeds read it through an index (decision
    # record 0028).
    topic = models.ForeignKey(
        "forum_conversation.Topic", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    post = models.OneToOneField(
        "forum_conversation.Post", on_delete=models.PROTECT, related_name="contribution"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="contributions"
    )
    # The author at that moment (:mod:`forums.speakers`); no name once the person has left for good.
    author_name = models.CharField(max_length=150, blank=True)
    author_role = models.CharField(max_length=12, blank=True)
    author_country = models.CharField(max_length=2, blank=True)
    author_organisation = models.CharField(max_length=200, blank=True)
    author_language = models.CharField(max_length=10, blank=True)
    # Whether these were filled in afterwards, as by an import, and so may be those of another day.
    author_filled_later = models.BooleanField(default=False)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replies"
    )
    origin = models.CharField(max_length=4, choices=Origin.choices)
    # Set once, when it is published: an edit, whichever way it comes, keeps it (decision record
    # 0027).
    format = models.CharField(max_length=8, choices=Format.choices, default=Format.MARKDOWN)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACCEPTED)
    held_because = models.CharField(max_length=40, blank=True)
    message_id = models.CharField(max_length=255)
    in_reply_to = models.CharField(max_length=255, blank=True)
    references = models.TextField(blank=True)
    author_address = models.EmailField(blank=True)
    folded = models.TextField(blank=True)
    # One form, frame or mail makes one contribution, however often it is sent.
    once_key = models.CharField(max_length=80, null=True, blank=True, unique=True)
    # SHA-256 of what was sent: the same key with other words is another contribution. Empty where
    # none was stored.
    content_digest = models.CharField(max_length=64, blank=True)
    # How often the words were changed: 0 as first written. A decision names the revision it was
    # made on.
    revision = models.PositiveIntegerField(default=0)
    # What the header of an imported contribution says and the record has no place for; None for
    # what was said here. dict[str, str]  # "from" (the name signed with), "date", "gap",
    # "message_id" where another forum has taken it
    imported = models.JSONField(null=True, blank=True)
    # The subject as a mail brought it, with its blanks, marks and tags, at most 10,000 characters;
    # empty where it is the record's own. Exports write it.
    original_subject = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()
    # Version of the renderer (hub.lib.markup.VERSION) that made the HTML of the post; an older
    # one's is made again.
    renderer = models.PositiveSmallIntegerField(default=0)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_revision = models.PositiveIntegerField(null=True, blank=True)
    decision_reason = models.CharField(max_length=255, blank=True)
    # Where it was published, if it has been moved since: its mails were sent by that forum's list,
    # and answers to them come there.
    moved_from = models.ForeignKey(
        "forum.Forum",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )

    # Whom it concerns, once its publication has looked; no column.
    concerned: "dict[int, str] | None" = None

    class Meta:
        ordering = ("number",)
        constraints = (
            # The mail gateway looks threads and copies up by it.
            models.UniqueConstraint(
                fields=("forum", "message_id"), name="contribution_message_id_once"
            ),
        )
        indexes = (
            # The rate rule counts an author's last hour.
            models.Index(fields=("author", "created_at"), name="contribution_rate"),
            # The worker looks for what another renderer has made.
            models.Index(fields=("renderer",), name="contribution_renderer"),
            # The moderators' desk lists the held ones.
            models.Index(
                fields=("created_at",), condition=models.Q(state="held"), name="contribution_held"
            ),
            # Pages of a topic, what is new in it, and on which page a contribution stands.
            models.Index(fields=("topic", "state", "number"), name="contribution_topic"),
            # What is new to a reader is counted in this index, on PostgreSQL without a look at the
            # rows.
            models.Index(
                fields=("topic", "state", "number", "author"),
                condition=models.Q(imported__isnull=True),
                name="contribution_new",
            ),
            # Archives and exports walk a forum.
            models.Index(fields=("forum", "state", "number"), name="contribution_forum"),
            # A mail that answers what has been moved names it by the Message-ID.
            models.Index(
                fields=("moved_from", "message_id"),
                condition=models.Q(moved_from__isnull=False),
                name="contribution_moved",
            ),
            # Where somebody's words were withdrawn a stub stands.
            models.Index(
                fields=("topic", "number"),
                condition=models.Q(state="withdrawn"),
                name="contribution_withdrawn",
            ),
            # The feed wants the newest, and no archive that was brought in.
            models.Index(
                fields=("forum", "state", "number"),
                condition=models.Q(imported__isnull=True),
                name="contribution_news",
            ),
        )

    def __str__(self) -> str:
        return f"{self.number}: {self.subject}"

    @property
    def subject(self) -> str:
        """The subject of this contribution."""
        return str(self.post.subject)

    @property
    def text(self) -> str:
        """What the author wrote, in the contribution's ``format``."""
        content = self.post.content
        # A post that was written a moment ago still has the text itself.
        return str(getattr(content, "raw", content))

    @cached_property
    def html(self) -> str:
        """What the author wrote, as stored safe HTML."""
        return str(self.post._content_rendered)

    @cached_property
    def speaker(self) -> Speaker:
        """The author at that moment; somebody who has left for good has no name any more."""
        name = self.author_name
        if not name or self.author.anonymised_at:
            name = self.author.get_full_name()
        return Speaker(name, self.author_role, self.author_country, self.author_organisation)

    @cached_property
    def files(self) -> list["Attachment"]:
        """The files that came with it. Queries: 1, none where they were fetched before."""
        return list(self.attachments.all())

    @property
    def is_held(self) -> bool:
        """Whether it waits for the moderators."""
        return self.state == self.State.HELD

    @property
    def is_withdrawn(self) -> bool:
        """Whether only a stub stands where it was."""
        return self.state == self.State.WITHDRAWN

    @property
    def action(self) -> Action:
        """The verdict that put it in its state."""
        if self.is_held:
            return Action.HOLD
        return Action.ACCEPT


# What a mail may answer: one cannot call back the copies of what was withdrawn.
ANSWERABLE = (Contribution.State.ACCEPTED, Contribution.State.WITHDRAWN)


class Revision(models.Model):
    """What a contribution said before an edit, and who made the edit, when and why.

    ``number`` is the revision whose words these are; ``was_public`` whether they were shown to all
    readers: words that were changed while the contribution was held are for its author and the
    moderators alone.
    """

    contribution = models.ForeignKey(
        Contribution, on_delete=models.CASCADE, related_name="revisions"
    )
    number = models.PositiveIntegerField()
    subject = models.CharField(max_length=255)
    text = models.TextField()
    was_public = models.BooleanField(default=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    edited_at = models.DateTimeField()
    reason = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("contribution", "number"), name="revision_once"),
        )

    def __str__(self) -> str:
        return f"{self.contribution_id} before {self.edited_at:%Y-%m-%d %H:%M}"


class Attachment(models.Model):
    """A file of a contribution, stored once per content under a name that is no address."""

    contribution = models.ForeignKey(
        Contribution, on_delete=models.CASCADE, related_name="attachments"
    )
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text="bytes")
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name
