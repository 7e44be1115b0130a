"""Read the fields of a delivery status notification (RFC 3464 §2), as real programs write them."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from listserv.mail.reports import report_addresses

_MAX_LINES = 2_000
_MAX_RECORDS = 500
# Characters in which a code stands.
_MAX_CODE_TEXT = 2_000
_MAX_FIELD_NAME = 60
# Fields that name a recipient, the sender's own words for it first.
_RECIPIENT_FIELDS = ("original-recipient", "final-recipient", "x-actual-recipient")
# What stands around the words of a reply, and is no part of a code.
_AROUND_ENHANCED = str.maketrans("()#-", "    ")
_AROUND_REPLY = str.maketrans("-:", "  ")
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_REPLY_CODE = re.compile(r"[245]\d\d")


class Fate(StrEnum):
    """What became of a message for one recipient."""

    FAILED = "failed"
    DELAYED = "delayed"
    ARRIVED = "arrived"
    UNKNOWN = "unknown"


@dataclass
class RecipientRecord:
    """The fields about one recipient, by lower-case name, the first of each name."""

    fields: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The recipient as the sender wrote it, else as the reporter knows it.

        Empty when neither is an address.
        """
        return next(iter(self.all_addresses()), "")

    def all_addresses(self) -> list[str]:
        """Return all names of the recipient that are addresses, the sender's first."""
        addresses = [
            _address(self.fields[name]) for name in _RECIPIENT_FIELDS if name in self.fields
        ]
        if not addresses:
            return []
        first, *others = addresses
        # Some programs write the first one as it stood behind ORCPT (RFC 3461 §4).
        plain = first.replace("+2B", "+").replace("+3D", "=")
        if plain in others:
            first = plain
        return list(filter(None, dict.fromkeys([first, *others])))

    @property
    def recipients(self) -> list[str]:
        """Whom the record is about: one address, or all that a program lists in one field."""
        for name in _RECIPIENT_FIELDS:
            addresses = _listed_addresses(self.fields.get(name, ""))
            if len(addresses) > 1:
                return addresses
        return self.all_addresses()[:1]

    @property
    def status(self) -> str:
        """The enhanced status code (RFC 3463), empty without one."""
        return enhanced(self.fields.get("status", "")) or enhanced(self.diagnostic)

    @property
    def diagnostic(self) -> str:
        """The words of the far end."""
        return self.fields.get("diagnostic-code", "") or self.fields.get("x-supplementary-info", "")

    @property
    def fate(self) -> Fate:
        """What became of the message: the action says it, the codes where there is none."""
        action = self.fields.get("action", "").lower().lstrip()
        for fate, words in _ACTIONS:
            if action.startswith(words):
                return fate
        code_class = self.status[:1] or reply_class(self.diagnostic)
        return _FATE_OF_CLASS.get(code_class, Fate.UNKNOWN)


# How an action begins, as the standard and as programs write it.
_ACTIONS = (
    (Fate.FAILED, (
        "fail", "error", "undeliver", "reject", "bounce", "expire", "drop", "den", "refus",
        "discard", "return", "not deliv",
    )),
    (Fate.DELAYED, ("delay", "defer", "temp", "retry", "queue")),
    (Fate.ARRIVED, ("deliver", "relay", "expand")),
)  # fmt: skip
_FATE_OF_CLASS = {"5": Fate.FAILED, "4": Fate.DELAYED, "2": Fate.ARRIVED}


def records(text: str) -> tuple[dict[str, str], list[RecipientRecord]]:
    """Return the fields about the whole message, and one record for each recipient.

    A new recipient begins with a field about one that the record has already; blank lines are not
    always where the standard puts them.
    """
    message_fields: dict[str, str] = {}
    recipients: list[RecipientRecord] = []
    for group in _groups(text):
        loose, named = _records_of_group(group)
        if not named:
            _attach(loose, message_fields, recipients)
        recipients += named
        if len(recipients) >= _MAX_RECORDS:
            break
    return message_fields, recipients


def _records_of_group(
    group: list[tuple[str, str]],
) -> tuple[dict[str, str], list[RecipientRecord]]:
    """Return the fields of a group that belong to no recipient, and the recipients it names.

    Fields before the first recipient belong to that one.
    """
    loose: dict[str, str] = {}
    recipients: list[RecipientRecord] = []
    for name, value in group:
        if _begins_record(name, recipients):
            recipients.append(RecipientRecord({**loose, name: value}))
            loose = {}
        elif recipients:
            recipients[-1].fields.setdefault(name, value)
        else:
            loose[name] = value
    return loose, recipients


def _begins_record(name: str, recipients: list[RecipientRecord]) -> bool:
    if name not in _RECIPIENT_FIELDS:
        return False
    if not recipients:
        return True
    return name in recipients[-1].fields


def _attach(
    loose: dict[str, str], message_fields: dict[str, str], recipients: list[RecipientRecord]
) -> None:
    """Give a group that names nobody to the recipient before it, or to the whole message.

    The recipient gets it when its own action is missing and stands here.
    """
    target = message_fields
    if recipients and _completes(loose, recipients[-1]):
        target = recipients[-1].fields
    for name, value in loose.items():
        target.setdefault(name, value)


def _completes(loose: dict[str, str], record: RecipientRecord) -> bool:
    return "action" in loose and "action" not in record.fields


def _groups(text: str) -> list[list[tuple[str, str]]]:
    """Return the fields, unfolded, in groups between blank lines."""
    groups: list[list[tuple[str, str]]] = [[]]
    for line in text.split("\n")[:_MAX_LINES]:
        fields = groups[-1]
        if not line.strip():
            if fields:
                groups.append([])
            continue
        if line[0] in " \t" and fields:
            name, value = fields[-1]
            fields[-1] = (name, f"{value} {line.strip()}"[:2_000])
            continue
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if colon and _is_field_name(name):
            fields.append((name, value.strip()[:1_000]))
    return groups


def _is_field_name(name: str) -> bool:
    return 0 < len(name) < _MAX_FIELD_NAME and " " not in name


def _listed_addresses(value: str) -> list[str]:
    """Return the addresses of a field that lists them with commas; none of any other field."""
    if "," not in value:
        return []
    addresses = report_addresses.find(value)
    if value.count("@") != len(addresses):
        return []
    return addresses


def _address(value: str) -> str:
    """Return the address in a field of the kind "rfc822; anna@people.example"."""
    _address_type, semicolon, rest = value.partition(";")
    if semicolon:
        value = rest
    value = _unescape(value)
    addresses = report_addresses.find(value)
    if not addresses:
        return ""
    # A source route ends with the address; a comment stands behind it.
    if value.lstrip("< ").startswith("@"):
        return addresses[-1]
    return addresses[0]


def _unescape(value: str) -> str:
    r"""Undo ``\x{e9}`` of an internationalised address (RFC 6533 §3)."""
    first, *pieces = value.split("\\x{")
    return first + "".join(_unescaped_piece(piece) for piece in pieces)


def _unescaped_piece(piece: str) -> str:
    """Return what follows ``\\x{`` with its code undone, or as it is where that is no code."""
    code, brace, tail = piece.partition("}")
    if not brace:
        return piece
    try:
        return chr(int(code, 16)) + tail
    except (ValueError, OverflowError):
        return piece


def enhanced(text: str) -> str:
    """Return the first enhanced status code in a text (RFC 3463 §2), empty without one."""
    for word in text[:_MAX_CODE_TEXT].translate(_AROUND_ENHANCED).split():
        code = word.strip(".,;:<>[]")
        if _ENHANCED.fullmatch(code):
            return code
    return ""


def reply_class(text: str) -> str:
    """Return the first digit of the first SMTP reply code in a text, empty without one."""
    for word in text[:_MAX_CODE_TEXT].translate(_AROUND_REPLY).split():
        if _REPLY_CODE.fullmatch(word):
            return word[0]
    return ""
