"""The texts of pages and mail: each word alone has a context, none is of a kind we do not write, all are translated."""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.test_structure import ROOT

LANGUAGES = ["ar", "es", "fr", "ru", "zh_Hans"]
STRING = re.compile(r'^(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) ((?:".*"\n?)+)', re.MULTILINE)
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%([sd])|\{(\w+)\}")
# Words of the machine's English and what stands in for them: hub/docs/words.md.
BANNED = {
    "a message, a notification": r"(our|the|this|that|a) letter|letters of the hub",
    "messages, e-mail": r"mails|(a|one|every|each) mail(?! (server|program|service|list|domain))",
    "by e-mail": r"by mail",
    "gateway": r"mail door|doors?",
    "one per line": r"one a (line|mail)",
    "mark as read": r"count everything",
    "waiting for": r"waits for|nothing waits|nobody waits|do(es)? not wait",
    "receive": r"(get|gets) (no|more|it)(?= (mail|e-mail))|brings",
    "bounced": r"(came|comes?) back(?! one day)|gives? mail back",
    "admit": r"let(s|ting)? (\w+ )?in(to)?|let (a member|this person) in(to)?",
    "accepted, known": r"understood",
    "discarded": r"thrown? away",
    "run": r"carried out",
    "session": r"sitting",
    "finish speaking": r"floor (handed over|returned)",
    "subscribers": r"roster",
    "remove": r"(take|taken) off",
    "are not allowed": r"you may not",
    "continue": r"go on",
    "are paused": r"is away",
    "check": r"look again",
}


@dataclass(frozen=True)
class Entry:
    """One text of a catalogue; ``forms`` has one translation, or one for each plural."""

    comments: str
    context: str
    texts: tuple[str, ...]
    forms: tuple[str, ...]


def _unquoted(lines: str) -> str:
    return "".join(ast.literal_eval(line) for line in lines.strip().split("\n"))


@cache
def entries(language: str) -> tuple[Entry, ...]:
    """Return the entries of a catalogue without its header."""
    path = ROOT / "hub" / "locale" / language / "LC_MESSAGES" / "django.po"
    parsed = []
    for block in Path(path).read_text(encoding="utf-8").split("\n\n"):
        parts = [(name, _unquoted(lines)) for name, lines in STRING.findall(block)]
        texts = tuple(text for name, text in parts if name.startswith("msgid"))
        forms = tuple(text for name, text in parts if name.startswith("msgstr"))
        context = dict(parts).get("msgctxt", "")
        comments = "\n".join(line for line in block.split("\n") if line.startswith("#"))
        parsed.append(Entry(comments, context, texts, forms))
    return tuple(parsed[1:])


def _names(text: str) -> set[str]:
    return {match.group() for match in PLACEHOLDER.finditer(text)}


def _fits(form: str, entry: Entry) -> bool:
    """Whether a translation has the placeholders of its text; a plural form may leave out the number."""
    names = {name for text in entry.texts for name in _names(text)}
    return _names(form) == names or (len(entry.texts) == 2 and _names(form) < names)


def test_every_word_that_stands_alone_has_a_context():
    alone = [entry.texts[0] for entry in entries("fr") if len(entry.texts[0].split()) == 1 and not entry.context]
    assert alone == []


@pytest.mark.parametrize("instead", BANNED)
def test_no_text_has_a_word_we_do_not_write(instead):
    banned = re.compile(rf"\b(?:{BANNED[instead]})\b", re.IGNORECASE)
    texts = [text for entry in entries("fr") for text in entry.texts if banned.search(PLACEHOLDER.sub("X", text))]
    assert texts == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_whole(language):
    keys = [(entry.context, entry.texts) for entry in entries(language)]
    assert keys == [(entry.context, entry.texts) for entry in entries("fr")]
    assert [entry.texts for entry in entries(language) if "fuzzy" in entry.comments or not all(entry.forms)] == []
    assert [entry.texts for entry in entries(language) if "#: " not in entry.comments] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_placeholders_of_their_text(language):
    assert [form for entry in entries(language) for form in entry.forms if not _fits(form, entry)] == []


def test_french_has_no_break_spaces_before_its_marks():
    assert [form for entry in entries("fr") for form in entry.forms if re.search(r" [:;?!»]|« ", form)] == []


@pytest.mark.parametrize("language", ["es", "fr", "ru"])
def test_quotation_marks_are_those_of_the_language(language):
    assert [form for entry in entries(language) for form in entry.forms if "“" in form or "”" in form] == []
