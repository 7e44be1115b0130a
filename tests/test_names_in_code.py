"""Names say what they hold: none that says nothing, no class twice, no module under another's name."""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.test_structure import PRODUCT, ROOT, _name, _sources

# What a reader learns nothing from.
EMPTY = {"found", "said", "made", "kept", "told", "one", "given", "taken"}
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
