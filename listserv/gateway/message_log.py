"""Log incoming messages: a line for each recipient, and one when a message is carried out."""

from hub.lib import metrics
from hub.lib.logs import event, person
from listserv.gateway.evaluation import Evaluation
from listserv.gateway.incoming import IncomingMessage
from listserv.models import InboundMail

_NO_CODE = "none"


def _list(row: InboundMail) -> str:
    """Return the local part a message came to, without a token, which may prove somebody."""
    return row.recipient.rpartition("@")[0].partition("+")[0]


def note_message(incoming: IncomingMessage, evaluation: Evaluation) -> None:
    """Record the verdict on a message, after it is on disk."""
    checks = incoming.checks
    for row in evaluation.rows:
        verdict = row.action or row.state
        metrics.messages.labels(verdict, row.code or _NO_CODE).inc()
        event(
            "message",
            mail=row.sha256[:16],
            message_id=row.message_id,
            list=_list(row),
            kind=row.kind,
            verdict=verdict,
            reason=row.code,
            client=incoming.peer,
            relay=incoming.relay,
            sender=person(incoming.mail_from),
            member=row.member_id or incoming.auth_id,
            proof=row.proof,
            dmarc=checks.dmarc if checks is not None else "",
            size=incoming.size,
            reply=evaluation.reply[:9],
        )


def note_settled(row: InboundMail, state: str, values: dict[str, object]) -> None:
    """Record what became of an accepted message; called after the commit."""
    contribution = values.get("contribution")
    metrics.messages_settled.labels(state).inc()
    event(
        "message_settled",
        mail=row.sha256[:16],
        inbound=row.pk,
        message_id=row.message_id,
        list=_list(row),
        state=state,
        reason=values.get("code"),
        number=getattr(contribution, "number", None),
    )
