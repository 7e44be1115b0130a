"""Say where a link leads when its words say otherwise.

As in ``[https://bank.example](https://evil.example)``. Words that look like an address, a domain or
an e-mail address are believed. Where they name another one than the link's target, the target's
host (or its e-mail address) stands behind them, so that pages, mails and prints show it without a
pointer over the link.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import chain
from urllib.parse import unquote, urlsplit

from django.conf import settings

_LOCAL, _BEHIND = re.compile(r"[\w.+'-]{1,64}\Z"), re.compile(r"@((?:[\w-]+\.)*[\w-]+)")
_URL = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{0,20}:)?[/\\]{2}(?:[^/\\@\s]*@)?(\[[0-9a-f:.]+\]|[^/\\?#:\s()<>\[\]]+)"
)
_SLASH = re.compile(r"[/\\]")
_DOMAIN = re.compile(r"(?<![\w@./\\-])((?:[\w-]+\.)+[^\W\d_]{2,24})(?![\w-])")
LABEL_MAX = 63
# Names of files have these behind their one dot; with two or a "www." it is a domain all the same.
_FILES = frozenset(
    "pdf doc docx xls xlsx ppt pptx odt ods odp rtf txt csv html htm xml json "
    "jpg jpeg png gif svg eml ics zip".split()
)
# Signs without width, marks of direction, and dots that look like one (RFC 3490 §3.1).
_UNSEEN = dict.fromkeys(
    [
        0xAD,
        0x34F,
        0x61C,
        0xFEFF,
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
    ]
)
_DOTS = str.maketrans({"。": ".", "｡": ".", "․": "."})
# Without one of these, words are no address.
_SIGNS = frozenset("./\\@。｡․．／＼＠")
# Scripts whose letters can be taken for each other.
_ALIKE_SCRIPTS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN"})
# Cyrillic and Greek letters that nobody can tell from Latin ones.
_LOOKALIKES = frozenset("асеорхуіјѕһԁԛԝкмнтвοαυικρτνχε")


def other_target(label: str, href: str) -> str:
    """Return where a link leads if its words name another place, empty when they do not.

    Args: label, all words of the link; href, as ``https://`` or ``mailto:``, relative ones lead to
    the hub.

    Returns: a host in the letters DNS knows, or an e-mail address.
    """
    if _SIGNS.isdisjoint(label) and "@" not in href and "xn--" not in href:
        return ""
    words = unicodedata.normalize("NFKC", label.translate(_UNSEEN)).translate(_DOTS).casefold()
    target = _target(href)
    if not target or words.rstrip().endswith(f"({target})"):
        return ""
    if _mislead(words, target, href):
        return target
    return ""


def _mislead(words: str, target: str, href: str) -> bool:
    """Whether words name another place than the target, or do not show which it is."""
    if target not in words and _is_disguised(target):
        return True
    if "@" in target:
        return _name_another_mailbox(words, target)
    if _has_user(href):
        return True
    hosts = chain(_hosts(words), (email.rpartition("@")[2] for email in _emails(words)))
    return any(_plain(name) != _plain(target) for name in hosts)


def _name_another_mailbox(words: str, target: str) -> bool:
    same = {target, ascii_host(target.rpartition("@")[2])}
    # The name before the target's own sign is no host, though it may look like one:
    # "ana.rossi@people.example".
    names = chain(_emails(words), _hosts(words.replace(target, " ")))
    return any(_plain(name) not in same for name in names)


def _has_user(href: str) -> bool:
    """Whether a name stands before the host, which some take for the host."""
    try:
        return "@" in urlsplit(href).netloc
    except ValueError:
        return True


def _target(href: str) -> str:
    try:
        parts = urlsplit(href.strip())
        if parts.scheme == "mailto":
            return unquote(parts.path).strip().casefold()
        if parts.scheme not in {"", "http", "https"}:
            return ""
        if parts.scheme and not parts.netloc:
            # "https:/there" and "https:there": browsers and mail programs go there, with as many
            # slashes as it takes.
            return ascii_host(_first_name(parts.path))
        return ascii_host(parts.hostname or _own_host())
    except ValueError:
        # An address that nothing can read: browsers may.
        return href.strip()[:200]


def _own_host() -> str:
    return urlsplit(settings.HUB_URL).hostname or ""


def _first_name(path: str) -> str:
    name = _SLASH.split(path.lstrip("/\\"), maxsplit=1)[0]
    return name.rpartition("@")[2].partition(":")[0]


def _hosts(words: str) -> Iterator[str]:
    """Give the hosts that words name, with and without a scheme."""
    yield from (match[1] for match in _URL.finditer(words))
    yield from (match[1] for match in _DOMAIN.finditer(words) if not _is_file(match[1]))


def _is_file(name: str) -> bool:
    return name.count(".") == 1 and name.rpartition(".")[2] in _FILES


def _emails(words: str) -> Iterator[str]:
    """Give the e-mail addresses that words name.

    A name before a host behind two slashes makes none.
    """
    for match in _BEHIND.finditer(words):
        local = _LOCAL.search(words, max(match.start() - 64, 0), match.start())
        if local is None:
            continue
        before = words[max(local.start() - 2, 0) : local.start()]
        if before not in {"//", "\\\\"}:
            yield local[0] + match[0]


def _plain(name: str) -> str:
    local, at, host = name.rpartition("@")
    if at:
        return f"{local}@{ascii_host(host)}"
    return ascii_host(host).removeprefix("www.")


def ascii_host(host: str) -> str:
    """Return a host in the letters DNS knows.

    Python's own codec for that takes three times as long.
    """
    host = unicodedata.normalize("NFKC", host).casefold().strip(".")
    if host.isascii():
        return host
    try:
        return ".".join([_ascii_label(label) for label in host.split(".")])
    except UnicodeError:
        return host


def _ascii_label(label: str) -> str:
    """Return a label in ASCII (RFC 3492).

    One that is too long for DNS (RFC 1035 §2.3.4) stays as it is.
    """
    if label.isascii():
        return label
    if len(label) > LABEL_MAX:
        return label
    return f"xn--{label.encode('punycode').decode('ascii')}"


def _is_disguised(host: str) -> bool:
    """Whether a host in other letters can be taken for one in Latin letters.

    It mixes scripts, or all of its letters look alike.
    """
    if "xn--" not in host:
        return False
    return any(_is_disguised_label(label) for label in host.split("."))


def _is_disguised_label(label: str) -> bool:
    if not label.startswith("xn--"):
        return False
    if len(label) > LABEL_MAX:
        return False
    try:
        text = label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return True
    letters = {letter for letter in text if letter.isalpha()}
    scripts = {unicodedata.name(letter, "?").partition(" ")[0] for letter in letters}
    if len(scripts & _ALIKE_SCRIPTS) > 1:
        return True
    return bool(text) and letters <= _LOOKALIKES
