"""Keys that fit PostgreSQL's indexes, and sorting that does not depend on a database's language."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op
from app.store.keys import index_key

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Sorted by the order of code points.
SORTED = (("outlet", "slug"), ("actor", "name_key"), ("facet_count", "value"), ("user", "name"))
# A table's key, and what of it is in an index and came from outside.
KEYS: Sequence[tuple[str, Sequence[str], Sequence[str]]] = (
    ("outlet", ["id"], ["name"]),
    ("story", ["id"], ["url_key", "external_id"]),
    ("deleted_story", ["story_id"], ["url_key", "external_id"]),
    ("actor", ["id"], ["name", "name_key"]),
    ("alias", ["actor_id", "name"], ["name", "name_key", "identity_key", "short_key"]),
    ("story_actor", ["actor_id", "sorted_at", "story_id"], ["name"]),
    ("feed", ["id"], ["url_key"]),
    ("feed_item", ["feed_id", "item_key"], ["item_key"]),
)
# Shorter than this, nothing is too long, in whatever script.
SHORT = 250


def upgrade() -> None:
    connection = op.get_bind()
    for table, key, columns in KEYS:
        _shorten(connection, table, key, columns)
    _shorten_names_counted(connection)
    if connection.dialect.name == "postgresql":
        _sort(' COLLATE "C"')


def _shorten(connection: sa.Connection, name: str, key: Sequence[str], columns: Sequence[str]) -> None:
    table = sa.table(name, *(sa.column(column) for column in dict.fromkeys((*key, *columns))))
    for column in columns:
        rows = connection.execute(
            sa.select(*(table.c[part] for part in key), table.c[column].label("long")).where(
                sa.func.length(table.c[column]) > SHORT
            )
        ).all()
        for *values, long in rows:
            which = [table.c[part] == value for part, value in zip(key, values, strict=True)]
            connection.execute(sa.update(table).where(*which).values({column: index_key(long)}))


def _shorten_names_counted(connection: sa.Connection) -> None:
    """The stories that name an actor so are counted under the actor's number and the name."""
    table = sa.table("facet_count", sa.column("facet"), sa.column("value"))
    named = table.c.facet == "named"
    for value in connection.scalars(sa.select(table.c.value).where(named, sa.func.length(table.c.value) > SHORT)).all():
        number, _, name = value.partition(" ")
        shorter = f"{number} {index_key(name)}"
        connection.execute(sa.update(table).where(named, table.c.value == value).values(value=shorter))


def _sort(collation: str) -> None:
    for table, column in SORTED:
        op.execute(f'ALTER TABLE "{table}" ALTER COLUMN {column} TYPE VARCHAR{collation}')


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _sort(' COLLATE "default"')
