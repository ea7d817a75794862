"""No index of sources by their actor: nothing looks for them that way, and actors are never deleted."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_source_actor_id", "source")


def downgrade() -> None:
    op.create_index("ix_source_actor_id", "source", ["actor_id"])
