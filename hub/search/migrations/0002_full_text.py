"""Give the documents their full-text index, each database its own.

On SQLite, a later migration that alters a column of the table makes the table anew and loses the triggers with the old
one: repeat ``make_index`` at its end.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SQLITE = (
    """
    CREATE VIRTUAL TABLE hubsearch_text USING fts5(
        folded, content='hubsearch_searchdocument', content_rowid='position',
        tokenize='unicode61 remove_diacritics 0', columnsize=0
    )
    """,
    """
    CREATE TRIGGER hubsearch_text_insert AFTER INSERT ON hubsearch_searchdocument BEGIN
        INSERT INTO hubsearch_text(rowid, folded) VALUES (new.position, new.folded);
    END
    """,
    """
    CREATE TRIGGER hubsearch_text_delete AFTER DELETE ON hubsearch_searchdocument BEGIN
        INSERT INTO hubsearch_text(hubsearch_text, rowid, folded) VALUES ('delete', old.position, old.folded);
    END
    """,
    """
    CREATE TRIGGER hubsearch_text_update AFTER UPDATE OF position, folded ON hubsearch_searchdocument
    WHEN old.position <> new.position OR old.folded <> new.folded BEGIN
        INSERT INTO hubsearch_text(hubsearch_text, rowid, folded) VALUES ('delete', old.position, old.folded);
        INSERT INTO hubsearch_text(rowid, folded) VALUES (new.position, new.folded);
    END
    """,
    "INSERT INTO hubsearch_text(hubsearch_text) VALUES ('rebuild')",
)
SQLITE_BACK = (
    "DROP TRIGGER IF EXISTS hubsearch_text_update",
    "DROP TRIGGER IF EXISTS hubsearch_text_delete",
    "DROP TRIGGER IF EXISTS hubsearch_text_insert",
    "DROP TABLE IF EXISTS hubsearch_text",
)
POSTGRES = (
    # Bytes. Texts and vectors move out of the row: a search reads the rest of ten thousand rows, and no text.
    "ALTER TABLE hubsearch_searchdocument SET (toast_tuple_target = 256)",
    """
    ALTER TABLE hubsearch_searchdocument
    ADD COLUMN vector tsvector GENERATED ALWAYS AS (to_tsvector('simple', folded)) STORED
    """,
    "CREATE INDEX hubsearch_vector ON hubsearch_searchdocument USING gin (vector)",
)
POSTGRES_BACK = (
    "ALTER TABLE hubsearch_searchdocument DROP COLUMN IF EXISTS vector",
    "ALTER TABLE hubsearch_searchdocument RESET (toast_tuple_target)",
)


def _execute(editor: BaseDatabaseSchemaEditor, statements: dict[str, tuple[str, ...]]) -> None:
    for statement in statements[editor.connection.vendor]:
        editor.execute(statement)


def make_index(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the index of the database in use."""
    _execute(editor, {"sqlite": SQLITE, "postgresql": POSTGRES})


def drop_index(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop it."""
    _execute(editor, {"sqlite": SQLITE_BACK, "postgresql": POSTGRES_BACK})


class Migration(migrations.Migration):
    """Full text."""

    dependencies = [("hubsearch", "0001_initial")]
    operations = [migrations.RunPython(make_index, drop_index)]
