"""Names say what they hold: none that says nothing, no class twice, no module under another's name."""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.test_structure import PRODUCT, ROOT, _name, _sources

# What a reader learns nothing from.
EMPTY = {"found", "said", "made", "kept", "told", "one", "given", "taken"}
# Words for which the glossary has others (hub/docs/words.md): gateway or channel, address handler, worker, conference
# session, notify.
REPLACED = {"door", "errand", "pump", "sitting", "tell", "told", "untold"}
# Where letters are characters; what people and the hub write is a message or a notification.
CHARACTERS = ("hub/lib/", "hub/search/", "cms/", "listserv/mail/", "hub/members/account/services.py")
# Django prescribes them.
PRESCRIBED = {"Command"}


def _bound(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg


def test_no_variable_has_a_name_that_says_nothing():
    empty = [
        (_name(path), name) for path in _sources() for name in _bound(ast.parse(path.read_text())) if name in EMPTY
    ]
    assert empty == []


def _defined(path: Path) -> Iterator[str]:
    """Give the names that a file defines or sets, its own one too."""
    yield path.stem
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
    yield from _bound(ast.parse(path.read_text()))


def _words_of(identifier: str) -> set[str]:
    """Return the words of an identifier, in the singular: ``MAX_DoorsOpen`` has ``max``, ``door``, ``open``."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", identifier)
    return {word.lower().removesuffix("s") for word in words}


def _is_replaced(name: str, place: str) -> bool:
    words = _words_of(name)
    if "letter" in words and not place.startswith(CHARACTERS):
        return True
    return bool(REPLACED & words)


def test_no_name_has_a_word_that_the_glossary_replaces():
    replaced = [
        (_name(path), name) for path in _sources() for name in _defined(path) if _is_replaced(name, _name(path))
    ]
    assert replaced == []


def test_words_of_names_are_found_however_they_are_joined():
    assert _words_of("_MAX_DoorsOpen2") == {"max", "door", "open"}
    assert _words_of("send_letter") == {"send", "letter"} and _words_of("SMTPPump") == {"smtp", "pump"}


def test_no_class_name_stands_twice():
    places = defaultdict(list)
    for path in _sources():
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and node.name not in PRESCRIBED:
                places[node.name].append(_name(path))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def _modules() -> set[str]:
    return {path.stem if path.stem != "__init__" else path.parent.name for path in _sources()} | set(PRODUCT)


def test_no_module_is_imported_under_the_name_of_another():
    modules = _modules()
    wrong = []
    for path in _sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PRODUCT:
                wrong += [
                    f"{_name(path)}: {alias.name} as {alias.asname}" for alias in node.names if alias.asname in modules
                ]
    assert wrong == []


def test_no_room_of_mail_has_two_files_of_one_name():
    """One may be called as one of another room is (``services``), but not as one of the same room."""
    rooms = [folder for folder in (ROOT / "listserv").iterdir() if folder.is_dir() and folder.name != "migrations"]
    assert len(rooms) > 8
    for room in rooms:
        counts = Counter(path.name for path in room.rglob("*.py") if path.name != "__init__.py")
        assert [name for name, count in counts.items() if count > 1] == [], room.name
