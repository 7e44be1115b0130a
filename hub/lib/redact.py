"""Find a person who leaves for good in stored texts and bytes, and take them out.

A name is looked for as it was written in the hub, as "Diallo, Amina" and "Diallo Amina", and
without the marks of its letters; a short single word is no name to look for, since it would be
found everywhere. Addresses are found in any letter case and with either spelling of their domain.
Mails have all of it in the charsets that mail is written in.
"""

import base64
import binascii
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html.entities import codepoint2name
from typing import Any

import idna
from django.db import models, transaction
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from hub.lib.batches import in_batches

# What stands where a name or an address was; the same in every language.
GAP = "[…]"
CHUNK = 200
# Characters that a single word must have to be looked for; letters of scripts that write no spaces
# count more.
SINGLE_WORD = 6
# Letters that a name must have to be found in the name of a file without what separates its words.
JOINED = 8
# The ending of a file's name; what is longer may be a part of the name.
_ENDING = re.compile(r"\.[^\W_]{1,5}\Z")
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{40,}\r?\n)+[A-Za-z0-9+/]*={0,2}|[A-Za-z0-9+/]{40,}={0,2}")
_QUOTED = re.compile(rb"=([0-9A-Fa-f]{2})")
# A word of a header in base64 (RFC 2047), however short.
_ENCODED_WORD = re.compile(rb"=\?[\w.:*-]+\?[Bb]\?([A-Za-z0-9+/=]+)\?=")
_ENTITIES = {code: f"&{name};" for code, name in codepoint2name.items()}
# Charsets that mails are still written in beside UTF-8.
_CHARSETS = (
    "cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 iso8859-2 iso8859-5 iso8859-6 iso8859-7 "
    "iso8859-8 iso8859-9 koi8-r koi8-u gb18030 big5 euc-jp iso2022-jp shift-jis euc-kr"
).split()


@dataclass(frozen=True)
class SoughtPerson:
    """Who is looked for: the names and the addresses, as the hub had them."""

    names: tuple[str, ...]
    addresses: tuple[str, ...]

    @cached_property
    def needles(self) -> tuple[str, ...]:
        """Every spelling to look for, the longest first."""
        spellings = {spelled for address in self.addresses for spelled in _spellings(address)}
        spellings |= {spelled for name in self.names for spelled in _names(name)}
        return tuple(sorted(spellings, key=lambda needle: (-len(needle), needle)))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(
            "|".join(_pattern(needle) for needle in self.needles) or r"(?!)", re.IGNORECASE
        )

    @cached_property
    def _bytes(self) -> tuple[bytes, ...]:
        spellings = {spelled for needle in self.needles for spelled in _in_bytes(needle)}
        return tuple(sorted(spellings, key=lambda needle: (-len(needle), needle)))

    @cached_property
    def _folded(self) -> tuple[str, ...]:
        return tuple(sorted({_folded(needle) for needle in self.needles} - {""}))

    def is_in(self, text: str) -> bool:
        """Whether a text names the person."""
        return bool(self._pattern.search(text))

    def is_in_file_name(self, name: str) -> bool:
        """Whether a file is called after the person: "diallo-amina_cv.pdf", "AminaDiallo2.docx"."""
        folded = _folded(name)
        joined = folded.replace(" ", "")
        for needle in self._folded:
            if f" {needle} " in f" {folded} ":
                return True
            bare = needle.replace(" ", "")
            if bare in joined and _may_be_joined(bare):
                return True
        return False

    def out_of_file_name(self, name: str) -> str:
        """Return the name of a file; of one that is called after the person only the ending."""
        if not self.is_in_file_name(name):
            return self.out_of(name)
        ending = _ENDING.search(name)
        if ending is None:
            return GAP
        return f"{GAP}{ending[0]}"

    def out_of(self, text: str, gap: str = GAP) -> str:
        """Return a text without the person."""
        return self._pattern.sub(lambda _match: gap, text)

    def out_of_id(self, text: str, gap: str = GAP) -> str:
        """Return a list of ids, such as Message-IDs, with a gap for each with an address in it."""
        if not self._is_in_id(text):
            return text
        return " ".join(gap if self._is_in_id(word) else word for word in text.split())

    def _is_in_id(self, text: str) -> bool:
        lowered = text.lower()
        return any(needle in lowered for needle in self.needles)

    def out_of_json(self, value: Any, gap: str = GAP) -> Any:
        """Return JSON without the person, keys left alone."""
        if isinstance(value, str):
            return self.out_of(value, gap)
        if isinstance(value, list):
            return [self.out_of_json(item, gap) for item in value]
        if isinstance(value, dict):
            return {key: self.out_of_json(item, gap) for key, item in value.items()}
        return value

    def is_in_bytes(self, raw: bytes) -> bool:
        """Whether a mail names the person, also behind quoted-printable and base64."""
        views = [raw]
        if b"=" in raw:
            joined = raw.replace(b"=\r\n", b"").replace(b"=\n", b"")
            views.append(
                _QUOTED.sub(lambda match: bytes([int(match[1], 16)]), joined).replace(b"_", b" ")
            )
            views.append(joined)
        views += [_decoded(block) for block in _BASE64.findall(raw)]
        # A name may go on in the next word.
        views.append(b"".join(_decoded(word) for word in _ENCODED_WORD.findall(raw)))
        lowered = [view.lower() for view in views if view]
        return any(needle in view for view in lowered for needle in self._bytes)

    def out_of_bytes(self, raw: bytes) -> bytes:
        """Return a mail without the person.

        Nothing of it is left where the person stands behind an encoding.
        """
        if not self.is_in_bytes(raw):
            return raw
        plain = raw
        for needle in self._bytes:
            plain = re.sub(re.escape(needle), b"[...]", plain, flags=re.IGNORECASE)
        return b"" if self.is_in_bytes(plain) else plain

    @cached_property
    def _cases(self) -> tuple[str, ...]:
        # SQLite knows the case of ASCII letters only.
        return tuple(
            dict.fromkeys(spelled for needle in self.needles for spelled in _cases(needle))
        )

    def named_in(self, rows: QuerySet[Any], fields: Sequence[str]) -> QuerySet[Any]:
        """Return the rows that may name the person in some of their fields, JSON too.

        Look again at each.
        """
        condition = Q(pk__in=())
        casts: dict[str, Any] = {}
        for field in fields:
            name = field
            if isinstance(_field_of(rows.model, field), models.JSONField):
                name = f"text_of_{field}"
                casts[name] = Cast(field, TextField())
            for needle in self._cases:
                condition |= Q(**{f"{name}__icontains": needle})
                escaped = json.dumps(needle)[1:-1]
                if escaped != needle:
                    # SQLite keeps JSON in ASCII.
                    condition |= Q(**{f"{name}__icontains": escaped})
        return rows.alias(**casts).filter(condition)


def scrub(
    person: SoughtPerson,
    rows: QuerySet[Any],
    fields: Sequence[str],
    gap: str = GAP,
    *,
    ids: bool = False,
) -> int:
    """Take the person out of some fields of rows, a chunk at a time.

    Args: ids, whether the fields hold ids and no texts. Returns: how many rows were changed.
    """
    changed = 0
    for chunk in in_batches(person.named_in(rows, fields).only("pk", *fields), CHUNK):
        for row in chunk:
            for field in fields:
                value = getattr(row, field)
                if ids:
                    value = person.out_of_id(value or "", gap)
                else:
                    value = person.out_of_json(value, gap)
                setattr(row, field, _cut(value, row, field))
        with transaction.atomic():
            rows.model._default_manager.bulk_update(chunk, list(fields))
        changed += len(chunk)
    return changed


def _cut(value: Any, row: Any, field: str) -> Any:
    """Return a value in the length that its column has; columns without one take any."""
    if not isinstance(value, str):
        return value
    return value[: getattr(_field_of(type(row), field), "max_length", None)]


def _field_of(model: type[models.Model], name: str) -> Any:
    field: Any = None
    for part in name.split("__"):
        field = model._meta.get_field(part)
        model = field.related_model or model
    return field


def _decoded(block: bytes) -> bytes:
    letters = b"".join(block.split())
    try:
        return base64.b64decode(letters + b"=" * (-len(letters) % 4))
    except (binascii.Error, ValueError):
        return b""


def _spellings(address: str) -> Iterable[str]:
    folded = address.strip().lower()
    local, _at, domain = folded.rpartition("@")
    if not local:
        return
    yield folded
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return
    yield f"{local}@{ascii_domain}"


def _names(name: str) -> Iterator[str]:
    for form in ("NFC", "NFD"):
        yield from _orders(unicodedata.normalize(form, name))
    yield from _orders(_unmarked(name))


def _unmarked(text: str) -> str:
    """Return a text without the marks of its letters: "Huamaní" as many write it, "Huamani"."""
    letters = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize(
        "NFC", "".join(char for char in letters if not unicodedata.combining(char))
    )


def _folded(text: str) -> str:
    return " ".join(re.split(r"[\W_]+", _unmarked(text).casefold())).strip()


def _may_be_joined(word: str) -> bool:
    """Whether a word is looked for within others.

    Short ones of Latin letters stand in many; those of scripts without spaces stand beside others.
    """
    return len(word) >= JOINED or not word.isascii()


def _cases(needle: str) -> tuple[str, ...]:
    if needle.isascii():
        return (needle,)
    return needle, needle.lower(), needle.upper()


def _in_bytes(needle: str) -> Iterator[bytes]:
    """Return a name or an address as bytes of mails have it, ASCII letters small."""
    for spelled in _cases(needle):
        yield spelled.encode().lower()
        if spelled.isascii():
            continue
        yield spelled.encode("ascii", "xmlcharrefreplace").lower()
        yield spelled.translate(_ENTITIES).encode().lower()
        for charset in _CHARSETS:
            try:
                yield spelled.encode(charset).lower()
            except UnicodeEncodeError:
                continue


def _orders(name: str) -> Iterator[str]:
    words = name.split()
    if len(words) > 1:
        first, last = " ".join(words[:-1]), words[-1]
        yield f"{first} {last}"
        yield f"{last}, {first}"
        yield f"{last} {first}"
    elif words and _is_telling(name):
        yield words[0]


def _is_telling(name: str) -> bool:
    """Whether a name of one word is looked for.

    A short one of Latin letters stands in many sentences.
    """
    if len(name) >= SINGLE_WORD:
        return True
    if len(name) == 1:
        return False
    if name.isascii():
        return False
    return not name.islower()


def _pattern(needle: str) -> str:
    escaped = r"\s+".join(re.escape(word) for word in needle.split())
    if "@" in needle:
        return rf"(?<![\w.+-]){escaped}(?![\w-])"
    if " " in needle or needle[:1].isascii():
        return rf"(?<!\w){escaped}(?!\w)"
    # Scripts without spaces put other words right beside a name.
    return escaped


@dataclass(frozen=True)
class Trace:
    """A place where others name the person, for those who decide what becomes of it.

    The label names nobody.
    """

    kind: str
    label: str
    url: str


def trace_label(person: SoughtPerson, text: str) -> str:
    """Return a title to list a place under, without the person."""
    return " ".join(person.out_of(str(text)).split())[:200]
