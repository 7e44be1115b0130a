"""Every code with which the product refuses, holds or discards, read from its source (hub/docs/errors.md)."""

import ast
import functools
import importlib
import inspect
import sys
from collections.abc import Iterator
from typing import NamedTuple

from forums import pace, rules, withdrawal
from forums.errors import refusal
from hub.lib import errors
from hub.lib.verdicts import discard, hold, reject
from listserv.gateway.replies import reply_code
from tests.test_structure import _name, _sources

NONE = "–"
_VERDICTS = {"reject": reject, "hold": hold, "discard": discard}


class ErrorCode(NamedTuple):
    """A code, and what it answers on the web and in an SMTP session; :data:`NONE` where it is not met there."""

    code: str
    http: str
    smtp: str


@functools.cache
def _trees() -> list[tuple[str, ast.Module]]:
    return [(_name(path), ast.parse(path.read_text())) for path in _sources()]


def _classes() -> dict[str, type[errors.HubError]]:
    """Return the tree of errors by name, whichever module has a branch of it."""
    classes = {errors.HubError.__name__: errors.HubError}
    is_complete = False
    while not is_complete:
        is_complete = True
        for file, tree in _trees():
            for node in tree.body:
                if not isinstance(node, ast.ClassDef) or node.name in classes:
                    continue
                if any(isinstance(base, ast.Name) and base.id in classes for base in node.bases):
                    module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
                    classes[node.name] = getattr(module, node.name)
                    is_complete = False
    return classes


def _of_class(code: str, error: type[errors.HubError]) -> ErrorCode:
    return ErrorCode(code, str(error.http_status), error.smtp_reply)


def _calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id, node


def _words(nodes: list[ast.expr]) -> list[str]:
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def _raised() -> Iterator[ErrorCode]:
    """Give the codes of the classes, and those that a class is raised with."""
    classes = _classes()
    yield from (_of_class(error.code, error) for error in classes.values() if "code" in vars(error))
    for _file, tree in _trees():
        for name, call in _calls(tree):
            if name in classes:
                given = [keyword.value for keyword in call.keywords if keyword.arg == "code"]
                yield from (_of_class(code, classes[name]) for code in _words(given))


def _reached(tree: ast.Module, names: set[str]) -> list[ast.FunctionDef]:
    """Return the functions of a module that some of them call, themselves among them."""
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    reached: set[str] = set()
    while names:
        reached |= names
        bodies = [functions[name] for name in names]
        used = {node.id for body in bodies for node in ast.walk(body) if isinstance(node, ast.Name)}
        names = (used & functions.keys()) - reached
    return [functions[name] for name in reached]


def _of_discussions() -> Iterator[ErrorCode]:
    """Give the codes of what is written by every channel, and of changes to it, which are refused as NotAllowed."""
    # Slow mode is read in a module of its own, once it is known to be on.
    writing = (*rules.RULES, pace.slow)
    for module in {rule.__module__ for rule in writing}:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
        for function in _reached(tree, {rule.__name__ for rule in writing if rule.__module__ == module}):
            for name, call in _calls(function):
                if name == "reject":
                    verdict = reject(*_words(call.args[:1]), "")
                    yield ErrorCode(verdict.code, str(refusal(verdict).http_status), reply_code(verdict))
    for change in (rules.decide_edit, withdrawal.decide_withdrawal, withdrawal.cited):
        tree = ast.parse(inspect.getsource(sys.modules[change.__module__]))
        for function in _reached(tree, {change.__name__}):
            for name, call in _calls(function):
                if name == "reject":
                    yield _of_class(*_words(call.args[:1]), errors.NotAllowed)


def _of_mail() -> Iterator[ErrorCode]:
    """Give the codes of verdicts that mail alone meets, and those of what is held or discarded."""
    for _file, tree in _trees():
        for name, call in _calls(tree):
            if name in _VERDICTS:
                verdicts = (_VERDICTS[name](code, "") for code in _words(call.args[:1]))
                yield from (ErrorCode(verdict.code, NONE, reply_code(verdict)) for verdict in verdicts)
            elif name == "GuardFinding":
                reply, code = _words(call.args[:2])
                yield ErrorCode(code, NONE, reply)


def _of_answers() -> Iterator[ErrorCode]:
    """Give the codes that are written into an answer without an error of the tree."""
    for _file, tree in _trees():
        for name, call in _calls(tree):
            if name != "JsonResponse" or not isinstance(call.args[0], ast.Dict):
                continue
            fields = zip(call.args[0].keys, call.args[0].values, strict=True)
            codes = [value for key, value in fields if isinstance(key, ast.Constant) and key.value == "code"]
            status = [ast.unparse(keyword.value) for keyword in call.keywords if keyword.arg == "status"]
            yield from (ErrorCode(code, *status, NONE) for code in _words(codes))


def all_codes() -> set[ErrorCode]:
    """Return them all; one that mail shares with the web stands once."""
    codes = {*_raised(), *_of_discussions(), *_of_answers()}
    met = {(code.code, code.smtp) for code in codes}
    return codes | {code for code in _of_mail() if (code.code, code.smtp) not in met}
