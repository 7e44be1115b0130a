"""Queries whose SQL Django writes once, for readers that are asked at each mail and on each page.

The compiler costs ten times what the database does for a question by key. Here a queryset is
compiled for marks in the place of its values; afterwards only the values are bound. The queryset
stays the one place that says what is asked, and the rows come as its ``values_list`` would give
them, or as its models.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet

from hub.lib.loading import ModelLoader

Value = int | str | date  # a moment is a date as well
Row = tuple[Any, ...]
# Values of one list in one question; a longer list is asked for in pieces.
MOST = 200
_WORD = re.compile(r"[a-z0-9_-]+", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NotPreparableError(TypeError):
    """The queryset cannot be asked in this way: a mistake of who wrote it."""


class _Compiled:
    """The SQL for lists of one length each: ``slots``
    says which value stands at each of its marks.
    """

    def __init__(self, queryset: QuerySet[Any], marks: dict[Any, int]) -> None:
        self.compiler = queryset.query.get_compiler(connection=connection)
        sql, params = self.compiler.as_sql()
        pieces = sql.split("%s")
        self.sql, self.slots, self.fixed = pieces[0], [], []
        for param, piece in zip(params, pieces[1:], strict=True):
            slot = marks.get(_key(param))
            if slot is None and isinstance(param, str) and _WORD.fullmatch(param):
                # A word of the query itself stands in it: SQLite then knows that a partial index
                # serves.
                self.sql += f"'{param}'{piece}"
                continue
            self.sql += f"%s{piece}"
            self.slots.append(slot)
            self.fixed.append(param)
        if not {*self.slots} >= {*marks.values()}:
            raise NotPreparableError(f"A value is not in the query as it is given: {self.sql}")
        self.converters = self.compiler.get_converters(
            [column[0] for column in self.compiler.select]
        )

    def ask(self, values: list[Any]) -> Any:
        """Bind the values, ask, and return the cursor."""
        slots = zip(self.slots, self.fixed, strict=True)
        params = [fixed if slot is None else values[slot] for slot, fixed in slots]
        cursor = connection.cursor()
        cursor.execute(self.sql, params)
        return cursor

    def rows(self, cursor: Any) -> list[Row]:
        """Return the rows of an answer."""
        rows = cursor.fetchall()
        cursor.close()
        if not self.converters or not rows:
            return list(rows)
        return [tuple(row) for row in self.compiler.apply_converters(rows, self.converters)]

    @cached_property
    def _loader(self) -> ModelLoader:
        if self.compiler.klass_info is None:
            raise NotPreparableError("A values_list has no models; read it as rows.")
        return ModelLoader(self.compiler.klass_info, self.compiler.select)

    def models(self, rows: Iterable[Row]) -> list[Any]:
        """Return rows as the models that the queryset would
        give, with those that it joins (``select_related``).
        """
        return self._loader.load(rows)


@contextmanager
def together() -> Iterator[None]:
    """Send the questions asked inside to PostgreSQL in one go; their rows are read afterwards."""
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


class PendingAnswer:
    """What was asked and not yet read."""

    def __init__(self, pieces: Iterable[tuple[_Compiled, Any]]) -> None:
        self._pieces = list(pieces)

    def rows(self) -> list[Row]:
        """Return the rows, once."""
        return [row for compiled, cursor in self._pieces for row in compiled.rows(cursor)]

    def models(self) -> list[Any]:
        """Return the rows as models, once."""
        return [
            model
            for compiled, cursor in self._pieces
            for model in compiled.models(compiled.rows(cursor))
        ]


class Prepared:
    """A queryset of some lists (for ``__in``) and single values: numbers, texts, days, moments.

    A ``values_list`` of it is read as :meth:`rows`, one of models as :meth:`models` or
    :meth:`first`.

    Args: build, makes the queryset from as many arguments as :meth:`rows` gets; a list comes as a
    list; whole, where it says an order or how many: a long list is not asked for in pieces then.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]], *, whole: bool = False) -> None:
        self._build, self._whole = build, whole
        self._compiled: dict[Any, _Compiled] = {}

    def rows(self, *arguments: Collection[Any] | Value) -> list[Row]:
        """Return the rows; none, and no question, when
        a list is empty. Queries: 1 for each 200 values.
        """
        return self.ask(*arguments).rows()

    def models(self, *arguments: Collection[Any] | Value) -> list[Any]:
        """Return the models; none, and no question, when
        a list is empty. Queries: 1 for each 200 values.
        """
        return self.ask(*arguments).models()

    def first(self, *arguments: Collection[Any] | Value) -> Any:
        """Return the first model, None for none. The
        queryset itself says in which order, and how many.
        """
        return next(iter(self.models(*arguments)), None)

    def ask(self, *arguments: Collection[Any] | Value) -> PendingAnswer:
        """Ask, and let the rows be read later (:func:`together`)."""
        return PendingAnswer(self._asked(*arguments))

    def _asked(self, *arguments: Collection[Any] | Value) -> Iterator[tuple[_Compiled, Any]]:
        for at, argument in enumerate(arguments):
            if isinstance(argument, int | str | date):
                continue
            if not argument:
                return
            if len(argument) > MOST and not self._whole:
                for piece in _pieces(list(argument)):
                    yield from self._asked(*arguments[:at], piece, *arguments[at + 1 :])
                return
        yield self._asked_at_once(arguments)

    def _asked_at_once(
        self, arguments: tuple[Collection[Any] | Value, ...]
    ) -> tuple[_Compiled, Any]:
        lists = [
            [argument] if isinstance(argument, int | str | date) else _padded(list(argument))
            for argument in arguments
        ]
        shape = (connection.vendor, tuple((len(values), type(values[0])) for values in lists))
        compiled = self._compiled.get(shape)
        if compiled is None:
            compiled = self._compiled[shape] = self._compile(arguments, lists)
        return compiled, compiled.ask([_adapted(value) for values in lists for value in values])

    def _compile(self, arguments: tuple[Any, ...], lists: list[list[Any]]) -> _Compiled:
        marks: dict[Any, int] = {}
        marked = []
        for argument, values in zip(arguments, lists, strict=True):
            markers = [_mark(type(value), len(marks) + at) for at, value in enumerate(values)]
            marks.update({_key(_adapted(mark)): len(marks) + at for at, mark in enumerate(markers)})
            marked.append(markers[0] if isinstance(argument, int | str | date) else markers)
        return _Compiled(self._build(*marked), marks)


def _mark(kind: type, number: int) -> Value:
    """Return a value that no query has by itself."""
    if issubclass(kind, datetime):
        return _EPOCH + timedelta(seconds=number)
    if issubclass(kind, date):
        return _EPOCH.date() + timedelta(days=number)
    return f"mark {number} \u2063" if issubclass(kind, str) else -1_000_000 - number


def _key(value: Any) -> tuple[str, str]:
    return type(value).__name__, str(value)


def _adapted(value: Any) -> Any:
    """Return a value as the driver of the database takes it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return value


def _padded(values: list[Any]) -> list[Any]:
    """Fill up to the next power of two by repeating
    the last value, so that few shapes are compiled.
    """
    return values + values[-1:] * ((1 << (len(values) - 1).bit_length()) - len(values))


def _pieces(values: list[Any]) -> Iterable[list[Any]]:
    return (values[at : at + MOST] for at in range(0, len(values), MOST))


class Insert:
    """Rows of one model written by one statement that is made once; their keys are not read back.

    Args: model, whose columns all have a value in Python.
    """

    def __init__(self, model: type[Model]) -> None:
        self._model = model
        self._values = attrgetter(
            *(field.attname for field in model._meta.concrete_fields if not field.primary_key)
        )
        self._sql = ""

    def write(self, rows: Collection[Model]) -> None:
        """Write the rows. Queries: 1."""
        if not self._sql:
            quote = connection.ops.quote_name
            columns = [
                str(field.column)
                for field in self._model._meta.concrete_fields
                if not field.primary_key
            ]
            marks = ", ".join(["%s"] * len(columns))
            named = ", ".join(map(quote, columns))
            self._sql = (
                f"INSERT INTO {quote(self._model._meta.db_table)} "  # noqa: S608
                f"({named}) VALUES ({marks})"
            )
        with connection.cursor() as cursor:
            cursor.executemany(self._sql, [list(map(_plain, self._values(row))) for row in rows])


def _plain(value: Any) -> Any:
    """Return the value as both drivers take it: a choice as its text."""
    if value is None or type(value) in {str, int, bytes}:
        return value
    return str(value) if isinstance(value, str) else _adapted(value)
