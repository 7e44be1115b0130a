"""Count what Django's template engine does for a page: nodes drawn and variables looked up; regressions are counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from django.template.base import Node, Variable


@dataclass
class TemplateWork:
    """How many nodes were rendered and how many variables were resolved."""

    nodes: int = 0
    variables: int = 0


@contextmanager
def counted() -> Iterator[TemplateWork]:
    """Count while the block runs; what is drawn is what is drawn anyway."""
    work = TemplateWork()
    render_annotated, resolve = Node.render_annotated, Variable.resolve

    def rendering(node: Node, context: Any) -> Any:
        work.nodes += 1
        return render_annotated(node, context)

    def resolving(variable: Variable, context: Any) -> Any:
        work.variables += 1
        return resolve(variable, context)

    with patch.object(Node, "render_annotated", rendering), patch.object(Variable, "resolve", resolving):
        yield work
