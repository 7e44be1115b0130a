"""One row per thing that can be found.

Beside the columns Django knows stands the full-text index of the database in use, made by migration
0002 and kept by the database itself: an FTS5 table with triggers on SQLite, a generated tsvector
with a GIN index on PostgreSQL.
"""

from django.conf import settings
from django.db import models


class SearchDocument(models.Model):
    """A contribution, a page, a record: whatever a room wants to be found.

    Who may find it is decided when somebody asks. For a contribution that is a matter of the forum
    its topic is in at that moment (``topic``), so that a topic moved into a closed forum is found
    by its participants alone, whoever moved it and however (finding S11); for anything else it is
    ``scope``.
    """

    key = models.CharField(
        max_length=80, unique=True, help_text="kind and number, as contribution:12"
    )
    kind = models.CharField(max_length=20)
    scope = models.CharField(
        max_length=40, help_text="public, members, or forum:<key>; without meaning beside topic"
    )
    topic = models.ForeignKey(
        "forum_conversation.Topic",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    language = models.CharField(max_length=10, blank=True)
    title = models.CharField(max_length=255)
    body = models.TextField(blank=True, help_text="plain text; excerpts are cut from it")
    folded = models.TextField(
        blank=True, help_text="what the database indexes; see hub.search.folding"
    )
    # Version of the folding (hub.search.folding.VERSION) that made it; what an older one made is
    # folded again.
    folding = models.PositiveSmallIntegerField(null=True, editable=False)
    url = models.CharField(max_length=500)
    date = models.DateTimeField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    author_name = models.CharField(
        max_length=150, blank=True, help_text="as they were called when they wrote it"
    )
    # Milliseconds of the date, then 20 bits that tell documents of one moment apart: newest first
    # is this order backwards, in both databases without a sort. It is the rowid of the FTS5 table.
    position = models.BigIntegerField(unique=True)
    indexed_at = models.DateTimeField()

    class Meta:
        ordering = ("-position",)
        # The worker looks for what another folding has made.
        indexes = (models.Index(fields=("folding",), name="search_folding"),)

    def __str__(self) -> str:
        return f"{self.key}: {self.title}"

    @property
    def by(self) -> str:
        """Who wrote it, as they were called then.

        It is not in what is searched, so that who leaves is not found by name.
        """
        if self.author is None:
            return self.author_name
        if self.author.anonymised_at:
            return self.author.get_full_name()
        return self.author_name or self.author.get_full_name()

    @property
    def where(self) -> str:
        """The discussion it is in today, empty for what is in none."""
        if self.topic is None:
            return ""
        return str(self.topic.forum.name)
