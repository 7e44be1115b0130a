"""Look for a person in every table and every file, whatever the tables are: what a copy of the disk would show."""

from pathlib import Path

from django.apps import apps
from django.db import connection, models

Place = tuple[str, str]  # table, column


def columns() -> dict[str, list[str]]:
    """Return every column that can hold a text or bytes: ``dict[str, list[str]]  # table -> columns``."""
    kinds = (models.CharField, models.TextField, models.BinaryField, models.JSONField, models.FileField)
    return {
        model._meta.db_table: [field.column for field in model._meta.local_fields if isinstance(field, kinds)]
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
    }


def places(*needles: str) -> dict[Place, list[str]]:
    """Return where any of some words stands, with the contents: ``dict[Place, list[str]]``."""
    texts_by_place: dict[Place, list[str]] = {}
    words = [needle.lower() for needle in needles]
    for table, names in columns().items():
        for name in names:
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT "{name}" FROM "{table}"')
                texts = [_text(row[0]) for row in cursor.fetchall()]
            holding = [text for text in texts if any(word in text.lower() for word in words)]
            if holding:
                texts_by_place[table, name] = holding
    return texts_by_place


def files(folder: Path, *needles: str) -> list[Path]:
    """Return the files whose name or content has any of some words."""
    words = [needle.lower() for needle in needles]
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.name.startswith("test.sqlite3")
        and any(word in str(path).lower() or word in _text(path.read_bytes()).lower() for word in words)
    ]


def _text(value: object) -> str:
    if isinstance(value, bytes | memoryview | bytearray):
        return bytes(value).decode("utf-8", "replace")
    text = "" if value is None else str(value)
    return text.encode().decode("unicode_escape", "ignore") if "\\u" in text else text
