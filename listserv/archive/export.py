"""Export a list's archive as an mbox: whole to an operator, to a member what the member may read.

Streamed: memory does not grow with the archive.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from forums.archive import check_reader, contributions_in
from hub.lib.masking import mask_file
from listserv.archive.composing import MessageWriter
from listserv.mail.mbox import entry
from listserv.models import InboundMail, MailingList

if TYPE_CHECKING:
    from forums.models import Contribution
    from hub.members.models import Member

# Whom the separator of an mbox names where there is no address.
_NOBODY = "MAILER-DAEMON"


def write_mbox(*, mailing_list: MailingList, reader: "Member | None") -> Iterator[bytes]:
    """Return the archive of a list as its reader may have it, in mboxrd.

    One piece for each contribution. Only what is accepted is in it. The authors' addresses are
    there for the Secretariat alone.

    Args: mailing_list, with its forum; reader, None for the public.

    Raises: NotFound, before the first piece, when the discussion is closed to the reader.

    Queries: 2, and 3 for each 200 contributions.
    """
    check_reader(reader, mailing_list.forum_id)
    is_secretariat = reader is not None and reader.is_active and reader.is_staff
    return _pieces(mailing_list, MessageWriter(mailing_list, shows_addresses=is_secretariat))


def export_mbox(*, mailing_list: MailingList, as_received: bool = False) -> Iterator[bytes]:
    """Return the whole archive for the operator, with the authors' addresses, in mboxrd.

    Args: as_received, give messages as they came in where they are kept and agree with the record;
        the words of a contribution that was changed are never given as they were before.
    """
    writer = MessageWriter(mailing_list, shows_addresses=True)
    return _pieces(mailing_list, writer, as_received=as_received)


def _pieces(
    mailing_list: MailingList, writer: MessageWriter, *, as_received: bool = False
) -> Iterator[bytes]:
    for contribution in contributions_in(mailing_list.forum_id):
        raw = _raw(contribution) if as_received else b""
        message = raw or writer.message(contribution)
        sender = _sender(contribution.author_address) if writer.shows_addresses else _NOBODY
        yield entry(message, sender=sender, sent=contribution.created_at)


def _sender(address: str) -> str:
    """Return an address as the separator of an mbox can name it."""
    if " " in address:
        return _NOBODY
    if not address.isascii():
        return _NOBODY
    return address or _NOBODY


def _raw(contribution: "Contribution") -> bytes:
    """Return the message that a contribution came by; empty where it is not kept or was changed."""
    if contribution.post.updates_count:
        return b""
    row = InboundMail.objects.filter(
        contribution_id=contribution.number, state=InboundMail.State.PUBLISHED
    ).first()
    if row is None or row.message_id != contribution.message_id:
        return b""
    # What was forgotten (``HUB_KEEP_RAW_DAYS``) is written anew. The message as it came is evidence
    # and stays in the database; what leaves the hub holds no address that acts for its owner.
    return mask_file(bytes(row.raw))
