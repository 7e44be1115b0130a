"""Parse the parameters behind an address in MAIL and RCPT, as mail servers send them.

What asks for something the hub does anyway, or cannot do wrong, is checked for its form and
accepted: a relay that passes on its client's parameters word for word must not lose the message by
them. What asks for something that would be broken silently (holding a message back, binary bodies,
TLS all the way) is refused, and so is what nobody has defined.

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
_PARAMETER = re.compile(
    rf"([A-Za-z0-9][A-Za-z0-9-]{{0,63}})(?:=(.{{1,{MAX_VALUE}}}))?", flags=re.DOTALL
)
_XTEXT = r"(?:[!-*,-<>-~]|\+[0-9A-Fa-f]{2})"
_IS_XTEXT = re.compile(f"{_XTEXT}*")
_ESCAPE = re.compile(r"\+([0-9A-Fa-f]{2})")
# An address type and an address; of the types only utf-8 may hold other letters (RFC 6533 §3).
_ORCPT = re.compile(rf"[A-Za-z0-9-]{{1,64}};{_XTEXT}+")
_NOTIFY = frozenset({"NEVER", "SUCCESS", "FAILURE", "DELAY"})


class ParameterError(ValueError):
    """A parameter that refuses the command; ``reply`` is what SMTP answers."""

    def __init__(self, reply: str) -> None:
        self.reply = reply
        super().__init__(reply)


@dataclass(frozen=True)
class MailParameters:
    """The parameters of MAIL.

    Args:
        size: bytes that the client announces, None when it does not.
        utf8: whether the message may have other letters in its header and envelope.
        ret: how much of the message a DSN returns; empty when it is left out.
        envid: the name the sender's server knows the message by; empty when it is left out.
    """

    size: int | None = None
    utf8: bool = False
    ret: str = ""
    envid: str = ""


@dataclass(frozen=True)
class RecipientParameters:
    """The parameters of RCPT (RFC 3461).

    Args:
        notify: the events of which the sender wants to hear.
        orcpt: the address that was first written to; empty when it is left out.
    """

    notify: frozenset[str] = frozenset()
    orcpt: str = ""


NO_MAIL_PARAMETERS = MailParameters()
NO_RECIPIENT_PARAMETERS = RecipientParameters()


def decode_xtext(text: str) -> str | None:
    """Return what an xtext stands for (RFC 3461 §4), None when it is none."""
    return _decode(text) if _IS_XTEXT.fullmatch(text) else None


def _decode(xtext: str) -> str:
    encoded = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), xtext)
    return encoded.encode("latin-1").decode("utf-8", "replace")


def parse_mail(text: str) -> MailParameters:
    """Return the parameters of MAIL. Raises: ParameterError."""
    if not text:
        return NO_MAIL_PARAMETERS
    values = _checked(text, _MAIL)
    return MailParameters(
        size=int(values["SIZE"]) if "SIZE" in values else None,
        utf8="SMTPUTF8" in values,
        ret=values.get("RET", "").upper(),
        envid=_decode(values.get("ENVID", "")),
    )


def parse_recipient(text: str) -> RecipientParameters:
    """Return the parameters of RCPT. Raises: ParameterError."""
    if not text:
        return NO_RECIPIENT_PARAMETERS
    values = _checked(text, _RECIPIENT)
    address = values.get("ORCPT", "").partition(";")[2]
    return RecipientParameters(
        notify=frozenset(values.get("NOTIFY", "").upper().split(",")) - {""},
        orcpt=decode_xtext(address) or address,
    )


# Is the value of a parameter of the right form? It is empty where the keyword stands alone.
Check = Callable[[str], object]


def _checked(text: str, checks: Mapping[str, Check]) -> dict[str, str]:
    """Return keyword (in capitals) and value of each parameter, empty for a keyword alone.

    Raises: ParameterError for one that is not accepted.
    """
    values: dict[str, str] = {}
    for word in text.split():
        parameter = _PARAMETER.fullmatch(word)
        if parameter is None:
            raise ParameterError("501 5.5.4 A parameter is not of the form KEYWORD=value.")
        name, value = parameter[1].upper(), parameter[2] or ""
        if name in values:
            raise ParameterError(f"501 5.5.4 The parameter {name} is given twice.")
        _check(name, value, checks)
        values[name] = value
    return values


def _check(name: str, value: str, checks: Mapping[str, Check]) -> None:
    if name in _REFUSED:
        raise ParameterError(_REFUSED[name])
    if name not in checks:
        raise ParameterError(f"555 5.5.4 The parameter {name} is not known here.")
    if name == "BODY" and value.upper() == "BINARYMIME":
        raise ParameterError(
            "555 5.6.1 Binary bodies are not accepted. Send it as 8BITMIME, or encoded."
        )
    if not checks[name](value):
        raise ParameterError(f"501 5.5.4 The value of the parameter {name} is not valid.")


def _of_form(pattern: str) -> Check:
    """Return the check of a value that a pattern describes, in either letter case."""
    return re.compile(pattern, re.ASCII | re.IGNORECASE).fullmatch


def _is_envid(value: str) -> bool:
    return 0 < len(value) <= MAX_ENVID and decode_xtext(value) is not None


def _is_notify(value: str) -> bool:
    events = value.upper().split(",")
    if len(set(events)) != len(events):
        return False
    if "NEVER" in events:
        return len(events) == 1
    return _NOTIFY.issuperset(events)


def _is_orcpt(value: str) -> bool:
    if len(value) > MAX_ORCPT:
        return False
    kind, _semicolon, address = value.partition(";")
    if kind.lower() == "utf-8":
        return address != "" and address.isprintable()
    return _ORCPT.fullmatch(value) is not None


_MAIL: dict[str, Check] = {
    "SIZE": _of_form(r"[0-9]{1,20}"),
    "BODY": _of_form(r"7BIT|8BITMIME"),
    "SMTPUTF8": _of_form(r""),
    # A mailbox or ``<>``; who signed in is known already, so that it is not looked at.
    "AUTH": _of_form(f"{_XTEXT}+"),
    "RET": _of_form(r"FULL|HDRS"),
    "ENVID": _is_envid,
    # A message that is to be there by a time is there at once, or refused.
    "BY": _of_form(r"-?[0-9]{1,9};[NR]T?"),
    "MT-PRIORITY": _of_form(r"-?[0-9]"),
    # The hub relays nothing: each delivery has an envelope of its own already.
    "XVERP": str.isprintable,
    # Who submitted it (RFC 4405, historic), the name of a transaction (RFC 1845), message tracking
    # (RFC 3885).
    "SUBMITTER": _of_form(f"{_XTEXT}+"),
    "TRANSID": str.isprintable,
    "MTRK": str.isprintable,
}
_RECIPIENT: dict[str, Check] = {"NOTIFY": _is_notify, "ORCPT": _is_orcpt}
_HOLDING = "555 5.5.4 The hub holds no mail back until a time. Send it when it may be read."
_REFUSED = {
    "HOLDFOR": _HOLDING,
    "HOLDUNTIL": _HOLDING,
    "REQUIRETLS": "555 5.7.30 The hub cannot promise TLS all the way to each reader.",
    "RRVS": "555 5.5.4 The hub cannot check how long an address has had its owner.",
}
