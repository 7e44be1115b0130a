"""What a channel hands to :func:`forums.services.publish`, and what it gets back."""

from dataclasses import dataclass, field
from datetime import datetime

from forums.models import Contribution
from hub.lib.verdicts import Verdict


@dataclass(frozen=True)
class Upload:
    """A file that came with a contribution; ``content`` in bytes, within ``HUB_FILE_MAX_SIZE``."""

    name: str
    content: bytes = field(repr=False)
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A contribution that is not published yet.

    Args:
        forum_id: the forum's key.
        text: what the author wrote, at most ``HUB_TEXT_MAX_SIZE`` bytes.
        format: whether that is plain text or Markdown; empty for that of its origin, plain for mail
            alone.
        subject: for a new topic; empty takes the first words of the text.
        original_subject: the subject of a mail as it came in, where it is read otherwise; exports
            write it.
        topic_id: the topic's key; None starts a topic, or follows ``parent``, or the live item
            under discussion.
        parent: number of the contribution this one answers.
        folded: what was folded away from a mail (quotes, signature); shown on demand.
        message_id, in_reply_to, references: from the mail, without angle brackets; a Message-ID is
            made when empty.
        author_address: the address it was sent from, of the author's.
        once_key: the same key twice makes one contribution (form token, frame id, mail row); none
            when empty.
        created_at: when it was written, for imports; ``now`` otherwise.
        quiet: an import: nothing is sent, pushed or counted as new.
        imported: what is kept of the header of a message from elsewhere; set by the operator's
            import alone, with ``created_at`` and ``quiet``. The rules on who may write, when, how
            often and how much do not apply to it.
        html, digests: the rendered text and the stored files, see :func:`forums.services.prepare`.
    """

    forum_id: int
    text: str
    format: str = ""
    subject: str = ""
    original_subject: str = ""
    topic_id: int | None = None
    parent: int | None = None
    folded: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    references: str = ""
    author_address: str = ""
    once_key: str | None = None
    files: tuple[Upload, ...] = ()
    created_at: datetime | None = None
    quiet: bool = False
    imported: dict[str, str] | None = None
    html: str | None = field(default=None, repr=False)
    digests: tuple[str, ...] = ()


@dataclass(frozen=True)
class Published:
    """The outcome: the contribution, the verdict on it, and whether this call created it."""

    contribution: Contribution
    verdict: Verdict
    created: bool
