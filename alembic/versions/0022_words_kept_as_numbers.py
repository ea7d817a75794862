"""Words of which there are few are kept as numbers, and addresses that stories are found by as hashes.

It takes room within the file that is only given back by making the file anew (`newsgloss copy --to sqlite:///new.db`).
"""

import hashlib
import re
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from alembic import op
from app.addresses import normalise_url
from app.store.keys import index_key

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

FORMS = (
    "named person",
    "named organisation",
    "unnamed person",
    "unnamed group",
    "document",
    "other media",
    "social media",
    "the reporter",
    "none given",
)
AFFILIATIONS = (
    "government",
    "political group",
    "military or police",
    "corporate",
    "NGO",
    "union",
    "academic",
    "religious",
    "media",
    "international body",
    "witness or resident",
    "other",
    "unknown",
)
# By table and column; a word's number is its place.
WORDS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "mention": {"level": ("name", "nominal", "pronoun")},
    "quote_piece": {"part": ("content", "cue", "source")},
    "story_country": {"relation": ("mentioned", "focus", "speaking")},
    "source": {"form": FORMS, "affiliation": AFFILIATIONS},
}
# Others refer to sources, so SQLite cannot make their table anew; the indexes with a form in them.
FORM_INDEXES = {
    "ix_source_form_sorted": ["form", "sorted_at", "id"],
    "ix_source_story_form": ["story_id", "form"],
}
BY_ADDRESS = ("story", "deleted_story")


def upgrade() -> None:
    for table, columns in WORDS.items():
        numbers = {column: _numbers(column, words) for column, words in columns.items()}
        _change(table, "SMALLINT", numbers)
    _hash_addresses()


def downgrade() -> None:
    """Back to how it was; only of stories taken back, nothing tells the address any more."""
    for table, columns in WORDS.items():
        _change(table, "VARCHAR", {column: _words(column, words) for column, words in columns.items()})
    _tell_addresses()


def _numbers(column: str, words: Sequence[str]) -> str:
    cases = " ".join(f"WHEN '{word}' THEN {number}" for number, word in enumerate(words))
    return f"CASE {column} {cases} END"


def _words(column: str, words: Sequence[str]) -> str:
    cases = " ".join(f"WHEN {number} THEN '{word}'" for number, word in enumerate(words))
    return f"CASE {column} {cases} END"


def _change(table: str, kind: str, values: Mapping[str, str]) -> None:
    """Give columns another type, and the values that are made of the former ones."""
    if op.get_bind().dialect.name == "postgresql":
        to = ", ".join(f"ALTER COLUMN {column} TYPE {kind} USING {value}" for column, value in values.items())
        op.execute(f"ALTER TABLE {table} {to}")
    elif table == "source":
        _replace_in_sources(kind, values)
    else:
        _remake(table, kind, values)


def _replace_in_sources(kind: str, values: Mapping[str, str]) -> None:
    for index in FORM_INDEXES:
        op.drop_index(index, "source")
    for column in values:
        # SQLite wants a default for what is added to rows that are there.
        op.execute(f"ALTER TABLE source ADD COLUMN {column}_anew {kind} NOT NULL DEFAULT 0")
    op.execute(f"UPDATE source SET {', '.join(f'{column}_anew = {value}' for column, value in values.items())}")  # noqa: S608 - our own names
    for column in values:
        op.drop_column("source", column)
        op.execute(f"ALTER TABLE source RENAME COLUMN {column}_anew TO {column}")
    for index, columns in FORM_INDEXES.items():
        op.create_index(index, "source", columns)


def _remake(table: str, kind: str, values: Mapping[str, str]) -> None:
    """Change a table of SQLite that no other refers to."""
    connection = op.get_bind()
    made = sa.text("SELECT sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL ORDER BY type DESC")
    create, *indexes = connection.scalars(made, {"table": table}).all()
    names = [each["name"] for each in sa.inspect(connection).get_columns(table)]
    for column in values:
        create = re.sub(rf"\b{column} \w+", f"{column} {kind}", create, count=1)
    op.rename_table(table, "former")
    for index in sa.inspect(connection).get_indexes("former"):
        op.drop_index(index["name"] or "", "former")
    op.execute(create)
    told = ", ".join(values.get(name, name) for name in names)
    op.execute(f"INSERT INTO {table} ({', '.join(names)}) SELECT {told} FROM former")  # noqa: S608 - our own names
    op.drop_table("former")
    for index in indexes:
        op.execute(index)


def _hash_addresses() -> None:
    connection = op.get_bind()
    hashed = "substr(encode(sha256(convert_to(url_key, 'UTF8')), 'hex'), 1, 32)"
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.create_function("hash_of", 1, _hash, deterministic=True)
        hashed = "hash_of(url_key)"
    for table in BY_ADDRESS:
        op.execute(f"UPDATE {table} SET url_key = {hashed} WHERE url_key IS NOT NULL")  # noqa: S608 - our own names


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _tell_addresses() -> None:
    connection = op.get_bind()
    change = sa.text("UPDATE story SET url_key = :key WHERE id = :id")
    for story_id, url in connection.execute(sa.text("SELECT id, url FROM story WHERE url IS NOT NULL")).all():
        connection.execute(change, {"id": story_id, "key": index_key(normalise_url(url))})
