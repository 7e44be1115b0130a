"""How a verdict becomes an error: one table for all doors."""

from hub.lib.errors import HubError, NotFound, NotNow, Refused, TooLarge
from hub.lib.verdicts import Verdict

_NOT_NOW = {"not-open-yet", "closed", "locked", "rate"}
_SMTP = {"rate": "451 4.7.1", "empty": "550 5.6.0", "not-open-yet": "550 5.7.1", "closed": "550 5.7.1"}


def refusal(verdict: Verdict) -> HubError:
    """Return the error that says a verdict of reject to its sender."""
    if verdict.code == "hidden":
        return NotFound(verdict.reason)
    if verdict.code == "too-large":
        return TooLarge(verdict.reason, code=verdict.code)
    error = (NotNow if verdict.code in _NOT_NOW else Refused)(verdict.reason, code=verdict.code)
    error.smtp_reply = _SMTP.get(verdict.code, error.smtp_reply)
    return error
