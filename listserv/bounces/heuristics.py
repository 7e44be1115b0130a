"""Read reports that no program was meant to read: find the recipients that a text in words complains about.

Old and small mail servers write a text, each its own; what they share is a place (a line of its own, the head of a
paragraph, a word before it) where the address stands. Addresses are ranked by their place, and the best rank counts.

Each line is looked at once, and only the beginning of a long text: what is read is bounded and linear.
"""

from dataclasses import dataclass

from listserv.bounces import addresses, phrases

# Characters and lines of a report that are read.
MAX_TEXT = 40_000
MAX_LINES = 800
# Characters in which a report comes to the point.
_FIRST = 1_500
# Ranks, best first.
_LISTED, _HEADED, _ASKED, _NAMED, _LOOSE, _ANYWHERE, _SEEN = range(7)
# Characters before an address in which a word about it counts most.
_NEAR = 16
_DECOR = " \t<>\"'`:;,.*-=_~|()[]{}•·+>\u3000\u2022「」『』"
# A line that begins so, its ornaments left out, begins the copy of what was sent.
_COPY_STARTS = (
    "this is a copy of", "below this line", "below is a copy", "here is a copy", "copy of", "a copy of",
    "original message follow", "original message header", "original mail", "original message info", "unsent message",
    "returned message", "returned mail follow", "message header", "mail header", "header of the",
    "message body suppressed", "undelivered message", "undelivered mail follow", "start of returned",
    "start of original", "returned content", "message follows", "message text follows", "text of your message",
    "the text of the original", "the header of the original", "headers of the original", "message headers follow",
    "headers follow", "old message", "your original message", "the original message follows",
    "original e-mail follow", "attached is a copy", "enclosed is a copy", "included is a copy", "included below",
    "non-delivered information", "mensaje original", "message d'origine", "ursprüngliche nachricht",
    "originalnachricht", "messaggio originale", "mensagem original", "исходное сообщение", "оригинал", "原始邮件",
    "元のメッセージ", "オリジナル", "message to which this report", "first part of the message",
    "----- original", "body of the message", "contents of the message",
)  # fmt: skip
# As much between rules ("--- Returned ---").
_RULED_STARTS = ("original", "returned", "header", "attached", "begin ", "unsent", "forwarded")
_FIELD_STARTS = (
    "received:", "return-path:", "message-id:", "mime-version:", "x-mailer:", "delivered-to:", "dkim-signature:",
)  # fmt: skip
# Who speaks, or may be asked; never who was not reached.
_OTHERS = (
    "from:", "mail from", "sender:", "reply-to", "message-id", "return-path", "contact ", "contact:", "please ask",
    "please e-mail", "please email", "please mail", "write to", "send mail to", "forward this", "for assistance",
    "for help", "for further", "for more", "help desk", "helpdesk", "questions", "errors-to", "in-reply-to",
    "references:", "list-", "mailto:", "if you need", "von:", "de:", "от:", "sent by", "received from",
    "delivered-to", "envelope-from", "expanded from", "reporting-mta",
    "postmaster (", "message received from", "original sender", "x-", "cc:", "差出人", "送信者", "发件人", "寄件者",
    "support", "<<< 250", "250 ", "250-", "220 ", "mts-id", "logged in as", "postmaster for", "message from",
    "mail from", "on behalf of", "email from", "e-mail from",
)  # fmt: skip
_ROLES = frozenset(
    "mailer-daemon postmaster abuse mail-daemon mailerdaemon hostmaster noreply no-reply listserv majordomo".split()
)
_BEFORE = (
    "recipient", "to:", " to ", "deliver", "user", "address", "unknown", "fail", "undeliver", "mailbox", "reject",
    "account", "for ", "reach", "destin", "empfänger", "адрес", "получател", "收件人", "收件者", "宛先", "宛て",
    "アドレス", "المستلم", "utilisateur", "usuario", "an:", "à ", "a:", "invalid", "quota", "full", "exist",
    "not found", "disabled", "no such", "55", "45", "error", "addressee",
)  # fmt: skip
_HEADS = (
    "recipient", "addressed to", "final-recipient", "original-recipient", "to:", "could not be delivered to",
    "unknown user", "undeliverable to", "user unknown", "delivery failed", "intended recipient", "failed address",
)  # fmt: skip
_FOLLOWING = ("to the following:", "following recipient", "following address", "following user")
_TO_FIELDS = ("to:", "to ", "cc:", "an:", "à :", "à:", "para:", "a:", "кому:", "收件人", "宛先", "إلى")
_SUBJECT_FIELDS = (
    "from:", "mail from", "von:", "de:", "subject", "sent:", "betreff", "gesendet", "objet", "envoyé", "asunto",
    "enviado", "oggetto", "assunto", "тема",
    "主题", "主旨", "件名", "الموضوع",
)  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """What a text says: whom it did not reach, and whether that is for ever."""

    recipients: tuple[str, ...]
    failed: bool
    # Whether it says so at once, as a report does, and not somewhere in a longer text.
    is_plain: bool
    delayed: bool
    # Whether the place of the addresses leaves no doubt.
    is_sure: bool = True
    # Whether nothing but being the only one speaks for it.
    is_guess: bool = False


def read(
    subject: str, text: str, *, not_these: frozenset[str] = frozenset(), hardly: frozenset[str] = frozenset()
) -> Reading:
    """Return what a report in words says.

    Args:
        not_these: addresses in lower case that cannot be the ones not reached: who reports, and who is told.
        hardly: those that are only where their place leaves no doubt: whoever wrote the mail.
    """
    shown = cut(text[:MAX_TEXT])
    folded = " ".join(f"{subject}\n{shown}".lower().replace("’", "'").split())
    failed = any(phrase in folded for phrase in phrases.FAILED) or _has_reply(shown)
    if not failed and not any(phrase in folded for phrase in phrases.ARRIVED):
        failed = any(phrase in folded for phrase in phrases.FAILED_PERHAPS)
    delayed = any(phrase in folded for phrase in phrases.DELAYED)
    given_up = any(phrase in folded for phrase in phrases.GIVEN_UP)
    rank, found = _recipients(shown, not_these, hardly)
    if not found:
        rank, found = _recipients(subject, not_these | hardly, frozenset())
    said = f"{subject} {shown[:_FIRST]}".lower().replace("’", "'")
    at_once = any(phrase in said for phrase in (*phrases.FAILED, *phrases.DELAYED)) or _has_reply(shown[:_FIRST])
    return Reading(found, failed or delayed, at_once, delayed and not given_up, rank == _LISTED, rank == _ANYWHERE)


def is_arrival(subject: str, text: str) -> bool:
    """Whether a text tells that something was delivered or read."""
    folded = " ".join(f"{subject}\n{text[:4_000]}".lower().split())
    return any(phrase in folded for phrase in phrases.ARRIVED)


def is_challenge(subject: str, text: str) -> bool:
    """Whether a text asks its reader to show that a person wrote; one word about it is not enough, reports have it."""
    folded = " ".join(f"{subject}\n{text[:4_000]}".lower().split())
    return sum(phrase in folded for phrase in phrases.CHALLENGES) > 1


def cut(text: str) -> str:
    """Return the report without the copy of the mail it is about, where that stands in the same text."""
    kept: list[str] = []
    for number, line in enumerate(text.split("\n")[:MAX_LINES]):
        bare = line[:200].lower().strip(_DECOR)
        begun = any(item.strip() for item in kept)
        if begun and number and _begins_copy(line, bare):
            break
        if begun and line[:40].lower().lstrip(">").startswith(_FIELD_STARTS):
            break
        kept.append(line)
    return "\n".join(kept)


def _begins_copy(line: str, bare: str) -> bool:
    """Whether a line says that a copy of the mail follows; a ruled one ("--- Returned ---") with fewer words."""
    if bare.startswith(("original message", "the original message")):
        return not bare.partition("message")[2].lstrip().startswith(("was", "to", "from"))
    ruled = line.lstrip()[:2] in ("--", "==", "**", "__", "~~")
    return bare.startswith(_COPY_STARTS) or (ruled and bare.startswith(_RULED_STARTS))


def _recipients(text: str, not_these: frozenset[str], hardly: frozenset[str]) -> tuple[int, tuple[str, ...]]:
    """Return the addresses a report complains about, as they are written, in their order, and their rank."""
    ranked: dict[str, int] = {}
    lines = [line[:1_000] for line in text.split("\n")]
    before = ""
    for number, line in enumerate(lines):
        for address in addresses.find(line, most=20) if "@" in line else ():
            if address.lower() not in not_these and not _is_role(address):
                rank = _rank(line, address, before)
                if rank < _NAMED and _is_field_of_the_mail(lines, number):
                    rank = _NAMED
                if rank <= _ASKED or address.lower() not in hardly:
                    ranked[address] = min(rank, ranked.get(address, rank))
        before = line if line.strip() else before
    best = min(ranked.values(), default=_SEEN)
    # One that nothing speaks for is taken where it is the only one.
    if best == _SEEN or (best == _ANYWHERE and len(ranked) > 1):
        return _SEEN, ()
    found: dict[str, str] = {}
    for address, rank in ranked.items():
        if rank == best:
            found.setdefault(address.lower(), address)
    return best, tuple(found.values())


def _is_field_of_the_mail(lines: list[str], number: int) -> bool:
    """Whether a line "To: …" stands beside a line "Subject: …": it tells which mail, not whom it did not reach."""
    name = lines[number].lower().strip(_DECOR)
    if not name.startswith(_TO_FIELDS):
        return False
    around = lines[max(0, number - 5) : number] + lines[number + 1 : number + 6]
    return any(line.lower().strip(_DECOR).startswith(_SUBJECT_FIELDS) for line in around)


def bare_names(text: str, domain: str) -> tuple[str, ...]:
    """Return the recipients of a report that names them without their domain, which is the reporter's own.

    The name stands alone on the line behind the one that says "following". Where the text shows how addresses look
    there ("try emailing NAME@people.example"), those are taken.
    """
    lines = [line for line in cut(text[:MAX_TEXT]).split("\n") if line.strip()]
    shapes = [f.partition("@")[2] for f in addresses.find(text) if f.startswith("NAME@") and _is_advised(f, text)]
    found: list[str] = []
    opened, before = False, ""
    for line in lines:
        name, _blank, rest = line.strip().partition(" ")
        if opened and (not rest or rest.startswith((" ", "\t"))) and all(c.isalnum() or c in "._-" for c in name):
            found += [f"{name}@{shape}" for shape in shapes or [domain]]
            continue
        paragraph = f"{before} {line}".lower()
        opened = line.rstrip().endswith(":") and any(words in paragraph for words in _FOLLOWING)
        before = line
    return tuple(dict.fromkeys(found)) if domain else ()


def _is_advised(address: str, text: str) -> bool:
    return f"emailing {address}" in text or f"emailing to {address}" in text


def _is_role(address: str) -> bool:
    return address.lower().partition("@")[0] in _ROLES


def _rank(line: str, address: str, before: str) -> int:
    """Return how sure the place of an address is."""
    lowered = line.lower()
    head, _found, tail = lowered.partition(address.lower())
    head_bare, tail_bare = head.strip(_DECOR), tail.strip(_DECOR)
    if "rcpt to" in head[-40:]:
        return _ASKED
    if head_bare.startswith(("expanded from", "generated from", "generated by")):
        return _LISTED if head_bare.startswith("e") else _NAMED
    if head.endswith(("smtp=", "smtp:")):
        return _HEADED
    if any(word in head or head_bare.startswith(word.strip()) for word in _OTHERS):
        return _SEEN
    if not head_bare and not tail_bare:
        return _SEEN if _tells_of_others(before) else _LISTED
    if not head_bare:
        return _HEADED if tail[:1] in ">\"':;, \t)]." else _NAMED
    if head_bare.startswith(_HEADS):
        return _HEADED
    if any(word in head[-_NEAR:] for word in _BEFORE):
        return _NAMED
    return _LOOSE if any(word in lowered or word in before.lower()[-200:] for word in _BEFORE) else _ANYWHERE


def _tells_of_others(before: str) -> bool:
    bare = before.lower().strip()
    starts = ("from:", "sender", "reply-to", "mail from", "contact")
    return bare.startswith(starts) or bare.endswith(("contact:", "from", "sender:"))


def _has_reply(text: str) -> bool:
    """Whether a line quotes an SMTP reply that refuses (RFC 5321 §4.2)."""
    for line in text.split("\n"):
        words = line[:200].replace(":", " ").replace("#", " ").split()
        for word, following in zip(words, [*words[1:], ""], strict=False):
            code, dash, _rest = word.partition("-")
            if len(code) == 3 and code[0] in "45" and code.isdecimal() and (dash or following):
                return True
    return False
