"""Take a person who leaves for good out of messages, replies of servers and the outbox."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Length

from hub.lib.batches import by_key
from hub.lib.redact import CHUNK, SoughtPerson, scrub
from listserv.models import (
    ArchiveImport,
    Bounce,
    InboundMail,
    Mailing,
    Notice,
    Procedure,
    RelayTrouble,
    Retry,
)
from listserv.outbound import outbox

if TYPE_CHECKING:
    from hub.members.models import Member

_TEXTS: tuple[tuple[type[models.Model], list[str]], ...] = (
    (InboundMail, ["envelope_from", "helo", "subject", "checks", "reason", "error", "recipient"]),
    (Bounce, ["diagnostic"]),
    (Mailing, ["last_reply"]),
    (Retry, ["last_reply"]),
    (Notice, ["envelope_from", "subject", "last_reply"]),
    (Procedure, ["texts"]),
    (RelayTrouble, ["reply"]),
    (ArchiveImport, ["name"]),
)


def scrub_mail(member: "Member", person: SoughtPerson) -> None:
    """Take the person out of all rows of mail, a chunk of them at a time.

    A message of somebody else keeps its bytes but for the person; where they stand behind an
    encoding it keeps its row alone and is exported as the discussion has it. A notification that
    would have to be cut is not needed any more.
    """
    scrub(person, InboundMail.objects.all(), ["message_id"], gap="", ids=True)
    for model, fields in _TEXTS:
        scrub(person, model._default_manager.all(), fields)
    _scrub_bytes(InboundMail, person)
    _scrub_bytes(Notice, person)
    outbox.scrub(person)


def _scrub_bytes(model: type[models.Model], person: SoughtPerson) -> None:
    rows = model._default_manager.alias(bytes=Length("raw")).filter(bytes__gt=0).only("raw")
    for stored in by_key(rows, CHUNK):
        before = bytes(stored.raw)
        after = person.out_of_bytes(before)
        if after == before:
            continue
        row = model._default_manager.filter(pk=stored.pk)
        if model is InboundMail:
            # What the session read of it is made anew from the bytes.
            row.update(raw=after, draft=None)
        elif after:
            row.update(raw=after)
        else:
            row.delete()
