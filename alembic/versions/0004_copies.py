"""Fingerprints of texts, and the groups of copies they lead to."""

import sqlalchemy as sa

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

IN_GROUP = sa.text("group_id IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_story_group", "story", ["group_id"], unique=False, sqlite_where=IN_GROUP, postgresql_where=IN_GROUP
    )
    op.create_table(
        "story_band",
        sa.Column("band", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"]),
        sa.PrimaryKeyConstraint("band", "story_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_story_band_story", "story_band", ["story_id"], unique=False)


def downgrade() -> None:
    op.drop_table("story_band")
    op.drop_index("ix_story_group", "story")
