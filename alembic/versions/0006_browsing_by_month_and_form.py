"""Stories counted by month, an index to ask a story for its forms of sources by, and one that nothing asks left out."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MONTH = {
    "sqlite": "strftime('%Y-%m', published_at)",
    "postgresql": "to_char(published_at AT TIME ZONE 'UTC', 'YYYY-MM')",
}


def upgrade() -> None:
    op.create_index("ix_source_story_form", "source", ["story_id", "form"], unique=False)
    op.drop_index("ix_quote_kind_sorted", "quote")
    month = MONTH[op.get_bind().dialect.name]
    op.execute(
        f"INSERT INTO facet_count (facet, value, count) SELECT 'month', {month}, count(*)"  # noqa: S608 - our own words
        f" FROM story WHERE published_at IS NOT NULL GROUP BY {month}"
    )


def downgrade() -> None:
    op.execute("DELETE FROM facet_count WHERE facet = 'month'")
    op.create_index("ix_quote_kind_sorted", "quote", ["kind", "sorted_at", "id"], unique=False)
    op.drop_index("ix_source_story_form", "source")
