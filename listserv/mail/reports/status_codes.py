"""Read the fields of a delivery status notification (RFC 3464 §2), as real programs write them."""

from dataclasses import dataclass, field
from enum import StrEnum

from listserv.mail.reports import report_addresses

_MAX_LINES = 2_000
_MAX_RECORDS = 500
_WHO = ("original-recipient", "final-recipient", "x-actual-recipient")


class Fate(StrEnum):
    """What became of a mail for one recipient."""

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
        """Return the recipient as the sender wrote it, else
        as the reporter knows it; empty when neither is one.
        """
        return next((named for named in self.all_addresses()), "")

    def all_addresses(self) -> list[str]:
        """Return all names of the recipient that are addresses, the sender's first."""
        addresses = [_address(self.fields[name]) for name in _WHO if name in self.fields]
        # Some programs write the first one as it stood behind ORCPT (RFC 3461 §4).
        plain = addresses[0].replace("+2B", "+").replace("+3D", "=") if addresses else ""
        addresses[:1] = [plain] if plain in addresses[1:] else addresses[:1]
        return [address for address in dict.fromkeys(addresses) if address]

    @property
    def recipients(self) -> list[str]:
        """Return whom the record is about: one, or all that a program lists in one field."""
        for name in _WHO:
            value = self.fields.get(name, "")
            listed = report_addresses.find(value)
            if len(listed) > 1 and "," in value and value.count("@") == len(listed):
                return listed
        return self.all_addresses()[:1]

    @property
    def status(self) -> str:
        """Return the enhanced status code (RFC 3463), empty without one."""
        return enhanced(self.fields.get("status", "")) or enhanced(self.diagnostic)

    @property
    def diagnostic(self) -> str:
        """Return what the far end said."""
        return self.fields.get("diagnostic-code", "") or self.fields.get("x-supplementary-info", "")

    @property
    def fate(self) -> Fate:
        """Return what became of the mail: the action says it, the codes where there is none."""
        action = self.fields.get("action", "").lower().lstrip()
        for fate, words in _ACTIONS:
            if action.startswith(words):
                return fate
        first = self.status[:1] or reply_class(self.diagnostic)
        return {"5": Fate.FAILED, "4": Fate.DELAYED, "2": Fate.ARRIVED}.get(first, Fate.UNKNOWN)


_ACTIONS = (
    (
        Fate.FAILED,
        (
            "fail",
            "error",
            "undeliver",
            "reject",
            "bounce",
            "expire",
            "drop",
            "den",
            "refus",
            "discard",
            "return",
            "not deliv",
        ),
    ),
    (Fate.DELAYED, ("delay", "defer", "temp", "retry", "queue")),
    (Fate.ARRIVED, ("deliver", "relay", "expand")),
)


def records(text: str) -> tuple[dict[str, str], list[RecipientRecord]]:
    """Return the fields about the whole mail, and one record for each recipient.

    A new recipient begins with a field about one that the record has already; blank lines are not
    always where the standard puts them.
    """
    whole: dict[str, str] = {}
    listed: list[RecipientRecord] = []
    loose: dict[str, str] = {}
    for group in _groups(text):
        current: RecipientRecord | None = None
        for name, value in group:
            if name in _WHO and (current is None or name in current.fields):
                current = RecipientRecord({**loose, name: value})
                loose = {}
                listed.append(current)
            elif current is not None:
                current.fields.setdefault(name, value)
            else:
                loose[name] = value
        if current is None:
            _attach(loose, whole, listed)
            loose = {}
        if len(listed) >= _MAX_RECORDS:
            break
    return whole, listed


def _attach(loose: dict[str, str], whole: dict[str, str], listed: list[RecipientRecord]) -> None:
    """Give a group that names nobody to the recipient before
    it, when that one lacks it, else to the whole mail.
    """
    target = whole
    if listed and "action" in loose and "action" not in listed[-1].fields:
        target = listed[-1].fields
    for name, value in loose.items():
        target.setdefault(name, value)


def _groups(text: str) -> list[list[tuple[str, str]]]:
    """Return the fields, unfolded, in groups between blank lines."""
    groups: list[list[tuple[str, str]]] = [[]]
    for line in text.split("\n")[:_MAX_LINES]:
        if not line.strip():
            if groups[-1]:
                groups.append([])
            continue
        name, colon, value = line.partition(":")
        key = name.strip().lower()
        if line[0] in " \t" and groups[-1]:
            last, so_far = groups[-1][-1]
            groups[-1][-1] = (last, f"{so_far} {line.strip()}"[:2_000])
        elif colon and key and " " not in key and len(key) < 60:
            groups[-1].append((key, value.strip()[:1_000]))
    return groups


def _address(value: str) -> str:
    """Return the address in a field of the kind "rfc822; anna@people.example"."""
    value = _unescape(
        value.rpartition(";")[2] if value.count(";") == 1 else value.partition(";")[2] or value
    )
    addresses = report_addresses.find(value)
    # A source route ends with the address; a comment stands behind it.
    routed = value.lstrip("< ").startswith("@")
    return (addresses[-1] if routed else addresses[0]) if addresses else ""


def _unescape(value: str) -> str:
    r"""Undo ``\x{e9}`` of an internationalised address (RFC 6533 §3)."""
    if "\\x{" not in value:
        return value
    first, *rest = value.split("\\x{")
    out = [first]
    for piece in rest:
        code, brace, tail = piece.partition("}")
        try:
            out.append(chr(int(code, 16)) + tail if brace else piece)
        except (ValueError, OverflowError):
            out.append(piece)
    return "".join(out)


def enhanced(text: str) -> str:
    """Return the first enhanced status code in a text (RFC 3463 §2), empty without one."""
    for word in (
        text[:2_000].replace("(", " ").replace(")", " ").replace("#", " ").replace("-", " ").split()
    ):
        parts = word.strip(".,;:<>[]").split(".")
        if (
            len(parts) == 3
            and parts[0] in ("2", "4", "5")
            and all(p.isdecimal() and len(p) < 4 for p in parts)
        ):
            return ".".join(parts)
    return ""


def reply_class(text: str) -> str:
    """Return the first digit of the first SMTP reply code in a text, empty without one."""
    for word in text[:2_000].replace("-", " ").replace(":", " ").split():
        if len(word) == 3 and word.isdecimal() and word[0] in "245":
            return word[0]
    return ""
