"""Tables and search indexes that take less room.

Times that lists are sorted by become whole seconds, on SQLite a number; hashes of texts and bands become shorter; the
search index of stories has their body as its first column. Sources get an index that all of them are listed by.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from alembic import op
from app.store import search

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Tables that others refer to, and their indexes with the time in it; SQLite cannot make these anew.
HEADS = {
    "story": {
        "ix_story_sorted": ["sorted_at", "id"],
        "ix_story_outlet_sorted": ["outlet_id", "sorted_at", "id"],
    },
    "source": {"ix_source_form_sorted": ["form", "sorted_at", "id"]},
    "quote": {
        "ix_quote_sorted": ["sorted_at", "id"],
        "ix_quote_speaker_sorted": ["speaker_id", "sorted_at", "id"],
    },
}
LINKS = ("story_actor", "story_country", "story_speaker")
HASHED = ("story", "deleted_story")
KEPT = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Kind:
    """A column's type as SQLite is told it, and how a value of it is made of the former one."""

    type: sa.types.TypeEngine[Any]
    former: str
    name: str
    value: str


SECONDS = Kind(sa.Integer(), "DATETIME", "INTEGER", "CAST(strftime('%s', sorted_at) AS INTEGER)")
TEXT = Kind(sa.DateTime(), "INTEGER", "DATETIME", "strftime('%Y-%m-%d %H:%M:%S.000000', sorted_at, 'unixepoch')")
SHORT_BAND = Kind(sa.Integer(), "BIGINT", "INTEGER", f"band & {KEPT}")
LONG_BAND = Kind(sa.BigInteger(), "INTEGER", "BIGINT", "band")


def upgrade() -> None:
    op.drop_index("ix_source_unnamed_sorted", "source")
    if op.get_bind().dialect.name == "sqlite":
        _sort_by(SECONDS)
        _remake("story_band", "band", SHORT_BAND)
        search.drop(op.get_bind())
        search.create(op.get_bind())
        _fill_search()
    else:
        _cut_seconds()
        _shorten_bands()
    op.create_index("ix_source_sorted", "source", ["sorted_at", "id"])
    op.create_index(
        "ix_source_unnamed_sorted",
        "source",
        ["sorted_at", "id"],
        sqlite_where=sa.text("unnamed = 1"),
        postgresql_where=sa.text("unnamed = true"),
    )
    for table in HASHED:
        op.execute(f"UPDATE {table} SET text_hash = substr(text_hash, 1, 32)")  # noqa: S608 - our own names


def _cut_seconds() -> None:
    second = "date_trunc('second', sorted_at)"
    for table in (*HEADS, *LINKS):
        op.execute(f"UPDATE {table} SET sorted_at = {second} WHERE sorted_at <> {second}")  # noqa: S608 - our own names


def _shorten_bands() -> None:
    op.execute(
        "DELETE FROM story_band a USING story_band b WHERE a.story_id = b.story_id AND a.band > b.band"  # noqa: S608
        f" AND a.band & {KEPT} = b.band & {KEPT}"
    )
    op.execute(f"ALTER TABLE story_band ALTER COLUMN band TYPE INTEGER USING CAST(band & {KEPT} AS INTEGER)")


def _sort_by(kind: Kind) -> None:
    """Let SQLite keep times that lists are sorted by so."""
    for table, indexes in HEADS.items():
        for index in indexes:
            op.drop_index(index, table)
        # SQLite wants a default for what is added to rows that are there.
        op.add_column(table, sa.Column("sorted_anew", kind.type, nullable=False, server_default="0"))
        op.execute(f"UPDATE {table} SET sorted_anew = {kind.value}")  # noqa: S608 - our own names
        op.drop_column(table, "sorted_at")
        op.execute(f"ALTER TABLE {table} RENAME COLUMN sorted_anew TO sorted_at")
        for index, columns in indexes.items():
            op.create_index(index, table, columns)
    for table in LINKS:
        _remake(table, "sorted_at", kind)


def _remake(table: str, column: str, kind: Kind) -> None:
    """Give a column of SQLite another type, in a table that no other refers to."""
    connection = op.get_bind()
    made = sa.text("SELECT sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL ORDER BY type DESC")
    create, *indexes = connection.scalars(made, {"table": table}).all()
    names = [each["name"] for each in sa.inspect(connection).get_columns(table)]
    values = ", ".join(kind.value if name == column else name for name in names)
    op.rename_table(table, "former")
    for index in sa.inspect(connection).get_indexes("former"):
        op.drop_index(index["name"] or "", "former")
    op.execute(create.replace(f"{column} {kind.former}", f"{column} {kind.name}"))
    op.execute(f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) SELECT {values} FROM former")  # noqa: S608
    op.drop_table("former")
    for index in indexes:
        op.execute(index)


def _fill_search() -> None:
    for index in ("story_fts", "quote_fts"):
        op.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")  # noqa: S608 - our own names


def downgrade() -> None:
    """Back to how it was, without the parts of seconds and, of stories taken back, with half the hash."""
    op.drop_index("ix_source_unnamed_sorted", "source")
    op.drop_index("ix_source_sorted", "source")
    if op.get_bind().dialect.name == "sqlite":
        _sort_by(TEXT)
        _remake("story_band", "band", LONG_BAND)
        _search_as_formerly()
    else:
        op.execute("ALTER TABLE story_band ALTER COLUMN band TYPE BIGINT")
    op.create_index("ix_source_unnamed_sorted", "source", ["unnamed", "sorted_at", "id"])
    _hash_whole()


def _search_as_formerly() -> None:
    words = "tokenize='porter unicode61 remove_diacritics 2'"
    for index, columns, content in (("story_fts", "title, body", "story_document"), ("quote_fts", "content", "quote")):
        op.execute(f"DROP TABLE {index}")
        op.execute(
            f"CREATE VIRTUAL TABLE {index} USING fts5({columns}, content='{content}', content_rowid='id', {words})"
        )
    _fill_search()


def _hash_whole() -> None:
    connection = op.get_bind()
    change = sa.text("UPDATE story SET text_hash = :whole WHERE id = :id")
    for (story_id,) in connection.execute(sa.text("SELECT id FROM story")).all():
        words = connection.execute(sa.text("SELECT text FROM story_text WHERE story_id = :id"), {"id": story_id})
        whole = hashlib.sha256(words.scalar_one().encode()).hexdigest()
        connection.execute(change, {"id": story_id, "whole": whole})
