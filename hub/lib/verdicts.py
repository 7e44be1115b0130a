"""The verdict a rule gives before anything is written (RFC 5321 words, Mailman's four outcomes)."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise


class Action(StrEnum):
    """What happens to a contribution."""

    ACCEPT = "accept"
    HOLD = "hold"
    REJECT = "reject"
    DISCARD = "discard"


@dataclass(frozen=True)
class Verdict:
    """An action with a stable code and the reason in a sentence for the person.

    Args: retry_after, seconds after which the same may be accepted; 0 where that is not known.
    """

    action: Action
    code: str = "ok"
    reason: str | Promise = ""
    retry_after: int = 0

    @property
    def accepts(self) -> bool:
        """Whether the contribution may appear at once."""
        return self.action is Action.ACCEPT


ACCEPT = Verdict(Action.ACCEPT)


def hold(code: str, reason: str | Promise) -> Verdict:
    """Keep it unseen until a person decides."""
    return Verdict(Action.HOLD, code, reason)


def reject(code: str, reason: str | Promise, *, retry_after: int = 0) -> Verdict:
    """Refuse it and tell the sender why, and after how many seconds to try again."""
    return Verdict(Action.REJECT, code, reason, retry_after)


def discard(code: str, reason: str | Promise) -> Verdict:
    """Drop it silently, as for a second copy or an automatic reply."""
    return Verdict(Action.DISCARD, code, reason)
