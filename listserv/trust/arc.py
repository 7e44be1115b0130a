"""Authenticated Received Chain: whether intermediaries' seals on a mail are whole. It is recorded, and grants nothing.

A whole chain says that certain domains have handled the mail, and what they claim to have seen; whom of them to believe
would be a list that nobody keeps (decision record 0009).

Source: RFC 8617 §4 (fields), §5.2 (validation).
"""

from dataclasses import dataclass

from listserv.trust.canonical import Field, Message
from listserv.trust.resolver import Resolver, Unanswered
from listserv.trust.signature import BadSignatureError, Signature, read_key, tags

# RFC 8617 §4.2.1.
MAX_SETS = 50
RESULTS, MESSAGE, SEAL = "arc-authentication-results", "arc-message-signature", "arc-seal"


@dataclass(frozen=True)
class Instance:
    """The three fields that one intermediary added."""

    results: Field
    message: Signature
    seal: Signature


async def verify(message: Message, resolver: Resolver) -> str:
    """Return ``none``, ``pass``, ``fail`` or ``temperror``; never raises."""
    if not any(message.named(name) for name in (RESULTS, MESSAGE, SEAL)):
        return "none"
    try:
        instances = _instances(message)
        await _check_message(message, instances[-1], resolver)
        for number in range(len(instances), 0, -1):
            await _check_seal(message, instances[:number], resolver)
    except (BadSignatureError, UnicodeError):
        return "fail"
    except Unanswered:
        return "temperror"
    return "pass"


def _instances(message: Message) -> list[Instance]:
    """Return the sets from the first to the last. Raises: BadSignatureError when they are not whole."""
    columns = [_by_number(message.named(name)) for name in (RESULTS, MESSAGE, SEAL)]
    count = len(columns[0])
    if count > MAX_SETS or any(sorted(column) != list(range(1, count + 1)) for column in columns):
        raise BadSignatureError("instances")
    found = []
    for number in range(1, count + 1):
        seal = Signature.read(columns[2][number], needs="i a b cv d s")
        made = Signature.read(columns[1][number], needs="i a b bh d h s", form="relaxed/relaxed")
        if seal.tags["cv"].lower() != ("none" if number == 1 else "pass") or "h" in seal.tags:
            raise BadSignatureError("seal")
        if SEAL in made.names:
            raise BadSignatureError("a seal is signed")
        found.append(Instance(columns[0][number], made, seal))
    return found


def _by_number(fields: list[Field]) -> dict[int, Field]:
    found: dict[int, Field] = {}
    for field in fields:
        number = tags(field.text.partition(";")[0] if field.name == RESULTS else field.text).get("i", "")
        if not (number.isascii() and number.isdigit() and len(number) < 3) or int(number) in found:
            raise BadSignatureError("instance")
        found[int(number)] = field
    return found


async def _check_message(message: Message, last: Instance, resolver: Resolver) -> None:
    made = last.message
    key = read_key(await _record(made, resolver), made.algorithm)
    if not (made.covers_body(message) and made.covers_header(message, key)):
        raise BadSignatureError("message signature")


async def _check_seal(message: Message, instances: list[Instance], resolver: Resolver) -> None:
    seal = instances[-1].seal
    key = read_key(await _record(seal, resolver), seal.algorithm)
    covered = [field for one in instances for field in (one.results, one.message.field, one.seal.field)][:-1]
    data = b"".join(field.canonical(relaxed=True) for field in covered)
    if not seal.matches(data, key, relaxed=True):
        raise BadSignatureError("seal")


async def _record(signature: Signature, resolver: Resolver) -> str:
    found = await resolver.ask(signature.key_name, "TXT")
    if not found:
        raise BadSignatureError("no key")
    return found[0]
