"""The parameters behind an address in MAIL and RCPT, as mail servers send them.

What asks for something the hub does anyway, or cannot do wrong, is checked for its form and taken:
a relay that passes on its client's parameters word for word must not lose the mail by them. What
asks for something that would be broken silently (holding a mail back, binary bodies, TLS all the
way) is refused, and so is what nobody has defined.

DSN is not announced: the hub sends no bounces, so the server before it says "relayed" where its
client asked for ``NOTIFY=SUCCESS`` (decision record 0022).

Source: RFC 5321 §4.1.2 (form), RFC 1870 (SIZE), RFC 6152 and 3030 (BODY), RFC 6531 (SMTPUTF8), RFC
4954 §5 (AUTH), RFC 3461 §4 and 6533 §3 (RET, ENVID, NOTIFY, ORCPT), RFC 2852 (BY), RFC 6710
(MT-PRIORITY), RFC 4865 (HOLDFOR), RFC 8689 (REQUIRETLS), Postfix's VERP_README (XVERP).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

# Characters of ENVID (RFC 3461 §4.4) and ORCPT (§4.2), and of any other value.
MAX_ENVID = 100
MAX_ORCPT = 500
MAX_VALUE = 1_000
_KEYWORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_XTEXT = re.compile(r"(?:[!-*,-<>-~]|\+[0-9A-Fa-f]{2})*")
_ESCAPE = re.compile(r"\+([0-9A-Fa-f]{2})")
# Of the address types only utf-8 may hold other letters (RFC 6533 §3).
_ADDRESS_TYPE = re.compile(r"[A-Za-z0-9-]{1,64}")
_BY = re.compile(r"-?[0-9]{1,9};[NRnr][Tt]?")
_PRIORITY = re.compile(r"-?[0-9]")
_NOTIFY = frozenset({"NEVER", "SUCCESS", "FAILURE", "DELAY"})


class ParameterError(ValueError):
    """A parameter that refuses the command; ``reply`` is what SMTP answers."""

    def __init__(self, reply: str) -> None:
        self.reply = reply
        super().__init__(reply)


@dataclass(frozen=True)
class MailParameters:
    """What MAIL said behind the reverse path.

    Args:
        size: bytes that the client announces, None when it does not.
        utf8: whether the mail may have other letters in its header and envelope.
        ret, envid: how much of the mail a DSN returns, and the name the sender's server knows it
            by; empty when unsaid.
    """

    size: int | None = None
    utf8: bool = False
    ret: str = ""
    envid: str = ""


@dataclass(frozen=True)
class RecipientParameters:
    """What RCPT said behind the recipient: when its sender
    wants to hear (RFC 3461), and who was first written to.
    """

    notify: frozenset[str] = frozenset()
    orcpt: str = ""


NO_MAIL_PARAMETERS = MailParameters()
NO_RECIPIENT_PARAMETERS = RecipientParameters()


def decode_xtext(text: str) -> str | None:
    """Return what an xtext stands for (RFC 3461 §4), None when it is none."""
    if not _XTEXT.fullmatch(text):
        return None
    encoded = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return encoded.encode("latin-1").decode("utf-8", "replace")


def parse_mail(text: str) -> MailParameters:
    """Return the parameters of MAIL. Raises: ParameterError."""
    if not text:
        return NO_MAIL_PARAMETERS
    values = _checked(text, _MAIL)
    size = values.get("SIZE")
    return MailParameters(
        size=int(size) if size is not None else None,
        utf8="SMTPUTF8" in values,
        ret=(values.get("RET") or "").upper(),
        envid=decode_xtext(values.get("ENVID") or "") or "",
    )


def parse_recipient(text: str) -> RecipientParameters:
    """Return the parameters of RCPT. Raises: ParameterError."""
    if not text:
        return NO_RECIPIENT_PARAMETERS
    values = _checked(text, _RECIPIENT)
    address = (values.get("ORCPT") or "").partition(";")[2]
    return RecipientParameters(
        notify=frozenset((values.get("NOTIFY") or "").upper().split(",")) - {""},
        orcpt=decode_xtext(address) or address,
    )


Check = Callable[[str | None], bool]


def _checked(text: str, known: Mapping[str, Check]) -> dict[str, str | None]:
    """Return keyword (in capitals) and value of each parameter.

    Raises: ParameterError for one that is not taken.
    """
    values: dict[str, str | None] = {}
    for word in text.split():
        keyword, equals, value = word.partition("=")
        name = keyword.upper()
        if not _KEYWORD.fullmatch(keyword) or (equals and not value) or len(value) > MAX_VALUE:
            raise ParameterError("501 5.5.4 A parameter is not of the form KEYWORD=value.")
        if name in values:
            raise ParameterError(f"501 5.5.4 The parameter {name} is given twice.")
        if name in _REFUSED:
            raise ParameterError(_REFUSED[name])
        check = known.get(name)
        if check is None:
            raise ParameterError(f"555 5.5.4 The parameter {name} is not known here.")
        values[name] = value if equals else None
        if name == "BODY" and value.upper() == "BINARYMIME":
            raise ParameterError(
                "555 5.6.1 Binary bodies are not accepted. Send it as 8BITMIME, or encoded."
            )
        if not check(values[name]):
            raise ParameterError(f"501 5.5.4 The value of the parameter {name} is not valid.")
    return values


def _size(value: str | None) -> bool:
    return value is not None and value.isascii() and value.isdigit() and len(value) <= 20


def _is_body(value: str | None) -> bool:
    return (value or "").upper() in {"7BIT", "8BITMIME"}


def _is_nothing(value: str | None) -> bool:
    return value is None


def _is_anything(value: str | None) -> bool:
    return value is None or value.isprintable()


def _is_xtext(value: str | None) -> bool:
    return value is not None and decode_xtext(value) is not None


def _is_auth(value: str | None) -> bool:
    """Whether it is a mailbox or ``<>``; who signed
    in is known already, so that it is not looked at.
    """
    return value == "<>" or _is_xtext(value)


def _is_ret(value: str | None) -> bool:
    return (value or "").upper() in {"FULL", "HDRS"}


def _is_envid(value: str | None) -> bool:
    return value is not None and len(value) <= MAX_ENVID and _is_xtext(value)


def _is_by(value: str | None) -> bool:
    """Whether a mail is to be there by a time: it is, at once, or refused."""
    return value is not None and _BY.fullmatch(value) is not None


def _is_priority(value: str | None) -> bool:
    return value is not None and _PRIORITY.fullmatch(value) is not None


def _is_notify(value: str | None) -> bool:
    events = (value or "").upper().split(",")
    return (
        set(events) <= _NOTIFY
        and len(set(events)) == len(events)
        and ("NEVER" not in events or len(events) == 1)
    )


def _is_orcpt(value: str | None) -> bool:
    kind, semicolon, address = (value or "").partition(";")
    if (
        not semicolon
        or not address
        or len(value or "") > MAX_ORCPT
        or not _ADDRESS_TYPE.fullmatch(kind)
    ):
        return False
    return address.isprintable() if kind.lower() == "utf-8" else _is_xtext(address)


_MAIL: dict[str, Check] = {
    "SIZE": _size,
    "BODY": _is_body,
    "SMTPUTF8": _is_nothing,
    "AUTH": _is_auth,
    "RET": _is_ret,
    "ENVID": _is_envid,
    "BY": _is_by,
    "MT-PRIORITY": _is_priority,
    # The hub relays nothing: each copy it sends has an envelope of its own already.
    "XVERP": _is_anything,
    # Who submitted it (RFC 4405, historic), the name of a transaction (RFC 1845), message tracking
    # (RFC 3885).
    "SUBMITTER": _is_xtext,
    "TRANSID": _is_anything,
    "MTRK": _is_anything,
}
_RECIPIENT: dict[str, Check] = {"NOTIFY": _is_notify, "ORCPT": _is_orcpt}
_HOLDING = "555 5.5.4 The hub holds no mail back until a time. Send it when it may be read."
_REFUSED = {
    "HOLDFOR": _HOLDING,
    "HOLDUNTIL": _HOLDING,
    "REQUIRETLS": "555 5.7.30 The hub cannot promise TLS all the way to each reader.",
    "RRVS": "555 5.5.4 The hub cannot check how long an address has had its owner.",
}
