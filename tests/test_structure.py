"""The shape of the tree is kept by counting it: file and function length, imports, docstrings."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("forums", "listserv", "conferences", "liaison", "cms")
PRODUCT = ("hub", *ROOMS)
TOP = set(
    ".ci .gitignore .importlinter .dockerignore CHANGELOG.md LICENSE Makefile README.md SECURITY.md cms conferences "
    "docker-compose.yml forums hub liaison listserv manage.py pyproject.toml requirements-dev.lock requirements.lock "
    "tests".split()
)
MAX_FILE = 400
MAX_FUNCTION = 40
MAX_LINE = 100


def _sources() -> list[Path]:
    paths = [path for folder in PRODUCT for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]
    assert len(paths) > 50
    return paths


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_files_have_one_subject_and_at_most_400_lines():
    long = {_name(path): count for path in _sources() if (count := len(path.read_text().splitlines())) > MAX_FILE}
    assert not long


def test_lines_have_at_most_100_characters():
    long = [
        f"{_name(path)}:{number}"
        for path in _sources()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > MAX_LINE
    ]
    assert not long


def test_functions_are_short():
    long = {}
    for path in _sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > MAX_FUNCTION:
                    long[f"{_name(path)}:{node.name}"] = length
    assert not long


def _public(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Give the public functions and classes of a module, not what stands inside functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if child.name.startswith("_") or child.name == "Meta":
                continue
            yield child
            if isinstance(child, ast.ClassDef):
                yield from _public(child)


def test_public_things_say_what_they_are():
    silent = []
    for path in _sources():
        tree = ast.parse(path.read_text())
        if path.read_text().strip() and not ast.get_docstring(tree):
            silent.append(_name(path))
        silent += [f"{_name(path)}:{node.name}" for node in _public(tree) if not ast.get_docstring(node)]
    assert not silent


def test_rooms_import_nothing_of_another_rooms_models():
    wrong = []
    for path in _sources():
        room = path.relative_to(ROOT).parts[0]
        tree = ast.parse(path.read_text())
        # A type is no dependency: what stands under TYPE_CHECKING is not there when the hub runs.
        guards = [
            node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        ]
        typing = {id(inner) for guard in guards for inner in ast.walk(guard)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.ImportFrom) or not node.module or id(node) in typing:
                continue
            owner, _, rest = node.module.partition(".")
            if owner in ROOMS and owner != room and rest.split(".")[0].startswith("models"):
                wrong.append(f"{_name(path)}:{node.lineno} {node.module}")
    assert not wrong


def test_imports_stand_at_the_top():
    local = []
    for path in _sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name != "ready":
                local += [
                    f"{_name(path)}:{inner.lineno}"
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.Import | ast.ImportFrom)
                ]
    assert not local


def test_only_the_customers_top_level_and_the_usual_small_files_stand_there():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert {path.split("/")[0] for path in listed} <= TOP


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_pin_hashes_and_name_no_address(lock):
    text = (ROOT / lock).read_text()
    assert "://" not in text and "--index" not in text
    pins = [line for line in text.splitlines() if line and line[0].isalpha()]
    assert len(pins) > 50 and all("==" in pin for pin in pins)
    assert text.count("--hash=sha256:") > len(pins)


def test_python_is_kept_out_of_templates_and_styles_out_of_pages():
    inline = []
    for folder in PRODUCT:
        for path in (ROOT / folder).rglob("templates/**/*.html"):
            text = path.read_text()
            mail = "mail" in path.parts or "letters" in path.parts or path.name.startswith("mail_")
            if not mail and (" style=" in text or "<style" in text or " onclick=" in text):
                inline.append(_name(path))
    assert not inline


# What came with a release after 3.11.0, which the README allows; vermin, in `make lint`, knows whole versions only.
NEWER_NAMES = {"data_filter", "tar_filter", "fully_trusted_filter", "extraction_filter", "verify_generated_headers"}
NEWER_ARGUMENTS = {("extractall", "filter"), ("extract", "filter"), ("getaddresses", "strict"), ("parseaddr", "strict")}


def test_nothing_is_called_that_came_after_the_first_release_of_the_oldest_python():
    newer = []
    for path in [*_sources(), ROOT / "manage.py"]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in NEWER_NAMES:
                newer.append(f"{_name(path)}:{node.lineno} {node.attr}")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                newer += [
                    f"{_name(path)}:{node.lineno} {called}({keyword.arg}=)"
                    for keyword in node.keywords
                    if (called, keyword.arg) in NEWER_ARGUMENTS
                ]
    assert newer == []


# What every room may have, each file with one meaning: learn one room, know all.
STANDARD = set(
    """
    __init__ apps models forms urls views rules policy errors services selectors outlet outlets probes forgetting
    retention maintenance tokens words pages presenter wagtail_hooks conftest handlers notifications
    """.split()
)
# Folders of a room that split one of its layers: a file there is named after its subject, as in the other layers.
LAYERS = {"models", "views", "services", "selectors", "commands", "templatetags", "migrations"}


def _room(path: Path) -> str:
    """Return the room of a file: a top-level folder, or one folder of listserv or of hub."""
    parts = path.relative_to(ROOT).parts
    if parts[0] in {"listserv", "hub"} and len(parts) > 2:
        return "/".join(parts[:2])
    return parts[0]


def test_no_room_has_two_files_of_one_name():
    places: dict[tuple[str, str], list[str]] = {}
    for path in _sources():
        if path.stem not in STANDARD and path.parent.name not in LAYERS:
            places.setdefault((_room(path), path.stem), []).append(_name(path))
    assert [where for where in places.values() if len(where) > 1] == []
