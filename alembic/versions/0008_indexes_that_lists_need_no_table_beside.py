"""The indexes of links by story hold all that a list of stories shows, so that it need not look the rows up."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INDEXES = {
    "story_actor": ("ix_story_actor_story", ["story_id", "actor_id"], ["quotes", "mentions", "first_char"]),
    "story_country": ("ix_story_country_story", ["story_id", "relation", "country"], ["mentions"]),
}


def upgrade() -> None:
    for table, (name, columns, more) in INDEXES.items():
        op.drop_index(name, table)
        op.create_index(name, table, columns + more)


def downgrade() -> None:
    for table, (name, columns, _) in INDEXES.items():
        op.drop_index(name, table)
        op.create_index(name, table, columns)
