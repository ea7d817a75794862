"""Mentions no longer keep their type: the kind of their actor tells it."""

import sqlalchemy as sa

from alembic import op

revision = "0020"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("mention", "type")


def downgrade() -> None:
    op.add_column("mention", sa.Column("type", sa.String(), nullable=False, server_default="MISC"))
