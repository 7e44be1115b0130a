"""The rows of a hub as JSON lines, the same whatever database they come from or go to.

A table is a file ``rows/<table>.jsonl``: its columns in the first line, then one row a line. Values
are those of JSON; a moment is ISO 8601 in UTC, a UUID has hyphens, a duration is a number of
microseconds, bytes are base64. What a column holds is read from the models as they were at the
archive's migrations, never from today's, and nothing goes through a model's ``save()``: what was
recorded comes back as it was.
"""

import base64
import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps.registry import Apps
from django.core.management.color import no_style
from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import Field
from django.db.utils import IntegrityError

from hub.lib.errors import Invalid

# Rows of one INSERT.
BATCH = 500
# Kept by each database in a way of its own; made anew after a restore.
INDEX_APPS = {"modelsearch", "wagtailsearch"}
# Gives the rows of a statement, each a tuple of what the database's driver makes of the values.
Select = Callable[[str], Iterable[tuple[Any, ...]]]

_KINDS = {
    "BooleanField": "bool",
    "DateTimeField": "moment",
    "DateField": "date",
    "TimeField": "time",
    "DurationField": "duration",
    "DecimalField": "decimal",
    "JSONField": "json",
    "UUIDField": "uuid",
    "BinaryField": "bytes",
}


@dataclass(frozen=True)
class Column:
    """A column: its name, what it holds, and how many characters fit (None for any number)."""

    name: str
    kind: str
    max_length: int | None


@dataclass(frozen=True)
class Table:
    """A table of a model, with its columns in the order
    of the file; ``key`` is the primary key's column.
    """

    name: str
    key: str
    columns: tuple[Column, ...]


def tables_of(apps: Apps) -> list[Table]:
    """Return the tables of all models of a state, except the full-text indexes of the databases."""
    models = (
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.app_label not in INDEX_APPS
    )
    return [
        Table(
            model._meta.db_table,
            str(model._meta.pk.column),
            tuple(_column(field) for field in model._meta.local_concrete_fields),
        )
        for model in models
    ]


def _column(field: Field) -> Column:
    holder: Any = field
    while holder.remote_field is not None:
        holder = holder.target_field
    kind = _KINDS.get(holder.get_internal_type(), "plain")
    # Text columns have no length of their own; a form's limit is not the database's.
    is_bounded = kind == "plain" and holder.get_internal_type() != "TextField"
    return Column(str(field.column), kind, holder.max_length if is_bounded else None)


# --- Out ------------------------------------------------------------------------------------------


def write_rows(tables: Iterable[Table], folder: Path, select: Select) -> dict[str, int]:
    """Write a file for each table and return how many rows it has, by table."""
    counts = {}
    for table in tables:
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        rows = select(f'SELECT {columns} FROM "{table.name}" ORDER BY "{table.key}"')  # noqa: S608
        count = 0
        with (folder / f"{table.name}.jsonl").open("w", encoding="utf-8") as file:
            file.write(json.dumps([column.name for column in table.columns]) + "\n")
            for row in rows:
                values = [
                    _to_json(column.kind, value)
                    for column, value in zip(table.columns, row, strict=True)
                ]
                file.write(json.dumps(values, ensure_ascii=False) + "\n")
                count += 1
        counts[table.name] = count
    return counts


def _to_json(kind: str, value: Any) -> Any:
    """Return a value of a driver as the archive spells
    it; SQLite gives text where PostgreSQL gives objects.
    """
    if value is None:
        return None
    return _WRITERS[kind](value)


def _moment(value: str | datetime) -> str:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return (
        moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    ).isoformat()


def _microseconds(value: int | timedelta) -> int:
    return value // timedelta(microseconds=1) if isinstance(value, timedelta) else int(value)


_WRITERS: dict[str, Callable[[Any], Any]] = {
    "bool": bool,
    "moment": _moment,
    "date": lambda value: value if isinstance(value, str) else value.isoformat(),
    "time": lambda value: value if isinstance(value, str) else value.isoformat(),
    "duration": _microseconds,
    "decimal": str,
    "json": lambda value: value if isinstance(value, str) else json.dumps(value),
    "uuid": lambda value: str(value if isinstance(value, uuid.UUID) else uuid.UUID(value)),
    "bytes": lambda value: base64.b64encode(bytes(value)).decode(),
    "plain": lambda value: value if isinstance(value, int | float) else str(value),
}


# --- In -------------------------------------------------------------------------------------------


def empty_tables(tables: Iterable[Table]) -> None:
    """Take out what migrations have put into new
    tables; inside a transaction, constraints deferred.
    """
    names = [f'"{table.name}"' for table in tables]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("TRUNCATE " + ", ".join(names) + " CASCADE")
            return
        for name in names:
            cursor.execute(f"DELETE FROM {name}")  # noqa: S608


def count_rows(file: Path) -> int:
    """Return how many rows a file has; -1 when it is not there."""
    if not file.is_file():
        return -1
    with file.open("rb") as lines:
        return sum(1 for _line in lines) - 1


def load_rows(table: Table, file: Path) -> None:
    """Insert the rows of a file into an empty table.

    Raises: Invalid (columns of another schema, or a value that the database does not take).
    """
    with file.open(encoding="utf-8") as lines:
        names = json.loads(next(lines, "[]"))
        columns = {column.name: column for column in table.columns}
        if set(names) != set(columns):
            raise Invalid(
                f"The table {table.name} of this archive has other columns than its migrations "
                f"make."
            )
        ordered = [columns[name] for name in names]
        quoted = ", ".join(f'"{name}"' for name in names)
        marks = ", ".join(["%s"] * len(names))
        statement = f'INSERT INTO "{table.name}" ({quoted}) VALUES ({marks})'  # noqa: S608
        with connection.cursor() as cursor:
            for batch in _batches(lines):
                _insert(
                    cursor,
                    table,
                    statement,
                    [_row(table, ordered, json.loads(line)) for line in batch],
                )


def _batches(lines: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(lines, BATCH)):
        yield batch


def _insert(cursor: Any, table: Table, statement: str, rows: list[list[Any]]) -> None:
    try:
        cursor.executemany(statement, rows)
    except (DatabaseError, ValueError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise Invalid(f"The database does not take a row of {table.name}: {reason}") from error


def _row(table: Table, columns: list[Column], values: list[Any]) -> list[Any]:
    if connection.vendor == "postgresql":
        for column, value in zip(columns, values, strict=True):
            _check_length(table, column, value, values[0])
    return [_from_json(column.kind, value) for column, value in zip(columns, values, strict=True)]


def _check_length(table: Table, column: Column, value: Any, row: Any) -> None:
    """Name what is too long; SQLite keeps to no length,
    PostgreSQL would only say that something is.
    """
    if column.max_length and isinstance(value, str) and len(value) > column.max_length:
        raise Invalid(
            f"{table.name}.{column.name} holds {len(value)} characters where {column.max_length} "
            f"fit (row {row}). "
            "Shorten it in the hub the archive is from, then make the archive again."
        )


def _from_json(kind: str, value: Any) -> Any:
    """Return a value of the archive as the database at hand takes it."""
    if value is None:
        return None
    reader = _READERS.get(kind)
    if reader is not None:
        return reader(value)
    if isinstance(value, str) and connection.vendor == "postgresql":
        # The only characters that SQLite holds and PostgreSQL does not.
        return (
            value.replace("\\u0000", "\\ufffd") if kind == "json" else value.replace("\0", "\ufffd")
        )
    return value


_READERS: dict[str, Callable[[Any], Any]] = {
    "moment": lambda value: connection.ops.adapt_datetimefield_value(datetime.fromisoformat(value)),
    "date": lambda value: connection.ops.adapt_datefield_value(date.fromisoformat(value)),
    "time": lambda value: connection.ops.adapt_timefield_value(time.fromisoformat(value)),
    "duration": lambda value: (
        timedelta(microseconds=value) if connection.vendor == "postgresql" else value
    ),
    "decimal": lambda value: Decimal(value) if connection.vendor == "postgresql" else value,
    "uuid": lambda value: (
        uuid.UUID(value) if connection.vendor == "postgresql" else uuid.UUID(value).hex
    ),
    "bytes": base64.b64decode,
}


def finish(apps: Apps) -> None:
    """Check every reference, and let new rows be numbered after the restored ones.

    Raises: Invalid (a row refers to another that the archive lacks).
    """
    try:
        connection.check_constraints()
    except IntegrityError as error:
        raise Invalid(f"The archive is not whole: {error}") from error
    statements = connection.ops.sequence_reset_sql(
        no_style(), apps.get_models(include_auto_created=True)
    )
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
