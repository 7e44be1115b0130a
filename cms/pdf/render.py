"""Turn a document into data for the typesetter, and into a PDF."""

import json
import logging
import struct
import subprocess
import sys
import unicodedata
import zlib
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.utils.html import escape
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from cms import prose
from cms.document import language_of
from cms.pdf.fonts import BOX, FAMILIES, folders, readings, unprintable
from cms.pdf.searchable import searchable
from cms.printed import Document, Paragraph, PrintedItem, PrintedNote, Section, Statement
from hub.lib.errors import Unavailable
from hub.lib.scripts import script_of

log = logging.getLogger(__name__)
TEMPLATE = Path(__file__).with_name("proceedings.typ")
SETTER = Path(__file__).with_name("setter.py")
# 250 pages take about one second.
PATIENCE_SECONDS = 60
# Letters named in the note at the end of the print.
MAX_LETTERS_NAMED = 40
# Letters named in the log, and characters of what typst said.
_LETTERS_LOGGED = 5
_ERROR_LENGTH = 2_000
UA = ["ua-1"]
# Marks of isolation: an address ends with its last slash in a line from right to left, too.
_LTR = "\u2066{}\u2069"


@dataclass(frozen=True)
class Printed:
    """A PDF, and the letters in it that no font of ours has."""

    content: bytes
    unprinted: tuple[str, ...] = ()


def _mark_languages(nodes: list[prose.Node], language: str) -> list[prose.Node]:
    """Mark each block with the language and direction to shape it in.

    A list or table follows its first words.
    """
    for node in nodes:
        inner = [*node.get("items", ()), node.get("blocks", []), *node.get("rows", ())]
        for blocks in inner:
            _mark_languages(blocks, language)
        inlines = node.get("of", [])
        _mark_scripts(inlines)
        words = prose.text_of(inlines)
        if words:
            node["lang"] = language_of(words, language)
            continue
        first = next((block for blocks in inner for block in blocks if block.get("lang")), None)
        if first is not None:
            node["lang"], node["dir"] = first["lang"], first.get("dir", "")
    return nodes


def _mark_scripts(nodes: list[prose.Node]) -> None:
    """Mark emphasised words with their script: not every one has slanted letters."""
    for node in nodes:
        inner = node.get("of", [])
        if node["kind"] == "emph":
            node["script"] = script_of(prose.text_of(inner))
        _mark_scripts(inner)


def _paragraph(part: Paragraph, language: str) -> dict[str, Any]:
    return {"number": part.number, "blocks": _mark_languages(list(part.blocks), language)}


def _section(section: Section, language: str) -> dict[str, Any]:
    return {"title": section.title, "parts": [_paragraph(part, language) for part in section.parts]}


def _statement(statement: Statement, language: str) -> dict[str, Any]:
    return {
        "number": statement.number,
        "url": statement.url,
        "author": statement.author,
        "about": statement.about,
        "when": statement.when,
        "channel": statement.channel,
        "edited": statement.edited,
        "blocks": _mark_languages(prose.read(statement.html), language),
    }


def _item(item: PrintedItem, language: str) -> dict[str, Any]:
    return {
        "number": item.number,
        "title": item.title,
        "note": item.note,
        "statements": [_statement(statement, language) for statement in item.statements],
    }


def _note(note: PrintedNote, language: str) -> dict[str, Any]:
    markup = "".join(f"<p>{escape(line)}</p>" for line in note.text.splitlines() if line.strip())
    return {"title": note.title, "blocks": _mark_languages(prose.read(markup), language)}


def as_data(document: Document, *, draft: bool) -> dict[str, Any]:
    """Return the document as data for JSON, with its texts as typst can set them.

    They have no control characters, and places to break in very long words.
    """
    data = {
        "title": document.title,
        "short": Truncator(document.title).chars(76),
        "symbol": document.symbol,
        "genre": document.kind,
        "dates": document.dates,
        "issued": document.issued,
        "organisation": document.organisation,
        "cite": f"{document.cite} {_LTR.format(document.url)}",
        "labels": document.labels,
        "sections": [_section(section, document.language) for section in document.sections],
        "items": [_item(item, document.language) for item in document.items],
        "notes": [_note(note, document.language) for note in document.notes],
        "people": [asdict(person) for person in document.people],
    }
    tamed: dict[str, Any] = prose.mapped(data, prose.tame)
    # What the template decides by is ours, and stays as it is.
    return {
        **tamed,
        "language": document.language,
        "dir": document.dir,
        "draft": draft,
        "families": list(FAMILIES),
    }


def _box_missing(data: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Put a box for every letter that no font has, and name the letters."""
    letters: set[str] = set()

    def collect(text: str) -> str:
        letters.update(text)
        return text

    prose.mapped(data, collect)
    missing = unprintable(letters)
    table = str.maketrans(dict.fromkeys(missing, BOX))
    boxed = prose.mapped(data, lambda text: text.translate(table))
    names = [
        f"U+{ord(letter):04X} {unicodedata.name(letter, '')}".strip() for letter in sorted(missing)
    ]
    boxed["unprinted"] = names[:MAX_LETTERS_NAMED]
    if len(names) > MAX_LETTERS_NAMED:
        boxed["unprinted"].append("…")
    return boxed, tuple(names)


def _run(order: dict[str, Any]) -> subprocess.CompletedProcess[bytes]:
    # Both paths are our own files; what people wrote goes in by standard input.
    return subprocess.run(  # noqa: S603
        [sys.executable, "-I", str(SETTER)],
        input=json.dumps(order).encode(),
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def print_document(document: Document, *, at: datetime, draft: bool = False) -> Printed:
    """Return the document as a tagged PDF/UA-1.

    Where typst cannot keep the standard, the print is made without it, which is logged.

    Args: at, the date in the file, so that the same document gives the same bytes.

    Raises: Unavailable when nothing could be printed.
    """
    data, missing = _box_missing(as_data(document, draft=draft))
    if missing:
        named = ", ".join(missing[:_LETTERS_LOGGED])
        log.warning("%s: %d letters have no font: %s", document.name, len(missing), named)
    order = {
        "template": TEMPLATE.read_text(encoding="utf-8"),
        "data": data,
        "fonts": folders(),
        "timestamp": int(at.timestamp()),
    }
    for standards in (UA, []):
        try:
            done = _run({**order, "standards": standards})
        except subprocess.TimeoutExpired:
            log.error("%s took longer than %d s to print", document.name, PATIENCE_SECONDS)
            break
        if done.returncode == 0:
            return Printed(_searchable(done.stdout, document), missing)
        reason = done.stderr.decode(errors="replace")[-_ERROR_LENGTH:]
        log.error("typst (%s): %s", ", ".join(standards) or "no standard", reason)
    raise Unavailable(_("This document cannot be printed now. Its page has the same text."))


def _searchable(pdf: bytes, document: Document) -> bytes:
    """Return a print whose Arabic can be found and copied.

    It stays as it is when typst wrote it in a way unknown to us.
    """
    try:
        return searchable(pdf, readings())
    except (ValueError, KeyError, IndexError, struct.error, zlib.error):
        log.exception("The Arabic text of %s cannot be searched in its PDF", document.name)
        return pdf


def template_digest() -> str:
    """Return what tells prints of this template from those of another one."""
    return sha256(TEMPLATE.read_bytes()).hexdigest()[:8]
