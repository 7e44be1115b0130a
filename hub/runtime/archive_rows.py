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
from django.db.models.options import Options
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
    """A table of a model, with its columns in the order of the file.

    ``key`` is the primary key's column.
    """

    name: str
    key: str
    columns: tuple[Column, ...]


def tables_of(apps: Apps) -> list[Table]:
    """Return the tables of all models of a state, except the full-text indexes of the databases."""
    metas = (model._meta for model in apps.get_models(include_auto_created=True))
    return [
        Table(
            meta.db_table,
            str(meta.pk.column),
            tuple(_column(field) for field in meta.local_concrete_fields),
        )
        for meta in metas
        if _has_table(meta)
    ]


def _has_table(meta: Options) -> bool:
    """Whether a model has a table of its own that an archive holds."""
    if meta.app_label in INDEX_APPS:
        return False
    return meta.managed and not meta.proxy


def _column(field: Field) -> Column:
    holder: Any = field
    while holder.remote_field is not None:
        holder = holder.target_field
    internal_type = holder.get_internal_type()
    if internal_type in _KINDS:
        return Column(str(field.column), _KINDS[internal_type], None)
    # Text columns have no length of their own; a form's limit is not the database's.
    max_length = None if internal_type == "TextField" else holder.max_length
    return Column(str(field.column), "plain", max_length)


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
    """Return a value of a driver as the archive spells it.

    SQLite gives text where PostgreSQL gives objects.
    """
    if value is None:
        return None
    return _WRITERS[kind](value)


def _moment(value: str | datetime) -> str:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return value.astimezone(UTC).isoformat()


def _microseconds(value: int | timedelta) -> int:
    if isinstance(value, timedelta):
        return value // timedelta(microseconds=1)
    return int(value)


def _json(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value)


def _plain(value: Any) -> int | float | str:
    if isinstance(value, int | float):
        return value
    return str(value)


_WRITERS: dict[str, Callable[[Any], Any]] = {
    "bool": bool,
    "moment": _moment,
    # Both are written as ISO 8601 has them.
    "date": str,
    "time": str,
    "duration": _microseconds,
    "decimal": str,
    "json": _json,
    "uuid": lambda value: str(uuid.UUID(str(value))),
    "bytes": lambda value: base64.b64encode(bytes(value)).decode(),
    "plain": _plain,
}


# --- In -------------------------------------------------------------------------------------------


def empty_tables(tables: Iterable[Table]) -> None:
    """Take out what migrations have put into new tables.

    Inside a transaction, with constraints deferred.
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
    """Name what is too long for PostgreSQL, which would only say that something is.

    SQLite keeps to no length.
    """
    if column.max_length is None:
        return
    if not isinstance(value, str):
        return
    if len(value) > column.max_length:
        raise Invalid(
            f"{table.name}.{column.name} holds {len(value)} characters where {column.max_length} "
            f"fit (row {row}). "
            "Shorten it in the hub the archive is from, then make the archive again."
        )


def _from_json(kind: str, value: Any) -> Any:
    """Return a value of the archive as the database at hand takes it."""
    if value is None:
        return None
    reader = _READERS[connection.vendor].get(kind)
    if reader is None:
        return value
    return reader(value)


def _without_nul(value: Any) -> Any:
    """Replace the only character of a text that SQLite holds and PostgreSQL does not."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    return value


_Readers = dict[str, Callable[[Any], Any]]
_SHARED_READERS: _Readers = {
    "moment": lambda value: connection.ops.adapt_datetimefield_value(datetime.fromisoformat(value)),
    "date": lambda value: connection.ops.adapt_datefield_value(date.fromisoformat(value)),
    "time": lambda value: connection.ops.adapt_timefield_value(time.fromisoformat(value)),
    "bytes": base64.b64decode,
}
# By vendor; kinds that a database takes as the archive has them are not in it.
_READERS: dict[str, _Readers] = {
    "sqlite": {**_SHARED_READERS, "uuid": lambda value: uuid.UUID(value).hex},
    "postgresql": {
        **_SHARED_READERS,
        "duration": lambda value: timedelta(microseconds=value),
        "decimal": Decimal,
        "uuid": uuid.UUID,
        "json": lambda value: value.replace("\\u0000", "\\ufffd"),
        "plain": _without_nul,
    },
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
