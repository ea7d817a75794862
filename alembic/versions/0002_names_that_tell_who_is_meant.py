"""Names that tell who is meant."""

import sqlalchemy as sa

from alembic import op
from app.store.actor_keys import keys_of

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COLUMNS = ("identity_key", "short_key")


def upgrade() -> None:
    for column in COLUMNS:
        op.add_column("alias", sa.Column(column, sa.String(), nullable=True))
        op.create_index(f"ix_alias_{column}", "alias", [column], unique=False)
    _fill(op.get_bind())
    op.execute(
        "INSERT INTO facet_count (facet, value, count)"
        " SELECT 'named', actor_id || ' ' || name, count(*) FROM story_actor GROUP BY actor_id, name"
    )


def _fill(connection: sa.Connection) -> None:
    """The keys of the names that the archive has."""
    rows = connection.execute(
        sa.text(
            "SELECT alias.actor_id, alias.name, actor.kind, actor.name AS full_name"
            " FROM alias JOIN actor ON actor.id = alias.actor_id"
        )
    ).all()
    found = [(row, keys_of(row.kind, row.name)) for row in rows]
    values = [
        {
            "actor_id": row.actor_id,
            "name": row.name,
            "identity": keys.identity if row.kind == "person" or row.name == row.full_name else None,
            "short": keys.short,
        }
        for row, keys in found
    ]
    if values:
        connection.execute(
            sa.text(
                "UPDATE alias SET identity_key = :identity, short_key = :short"
                " WHERE actor_id = :actor_id AND name = :name"
            ),
            values,
        )


def downgrade() -> None:
    op.execute("DELETE FROM facet_count WHERE facet = 'named'")
    for column in COLUMNS:
        op.drop_index(f"ix_alias_{column}", "alias")
        op.drop_column("alias", column)
