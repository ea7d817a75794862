"""No indexes of quotes in the order of lists: those that a list shows are found by their stories."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_quote_speaker_sorted", "quote")
    op.drop_index("ix_quote_sorted", "quote")


def downgrade() -> None:
    op.create_index("ix_quote_sorted", "quote", ["sorted_at", "id"])
    op.create_index("ix_quote_speaker_sorted", "quote", ["speaker_id", "sorted_at", "id"])
