"""A story's row tells its bands, so that they need no index by story, nor a foreign key that would want one."""

from collections.abc import Iterator
from itertools import groupby
from struct import pack

import sqlalchemy as sa

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

FOREIGN_KEY = "story_band_story_id_fkey"
# So many stories' bands are read and written at a time.
BATCH = 5000


def upgrade() -> None:
    op.add_column("story", sa.Column("bands", sa.LargeBinary(), nullable=True))
    connection = op.get_bind()
    keep = sa.text("UPDATE story SET bands = :bands WHERE id = :id")
    for rows in _bands_by_story(connection):
        connection.execute(keep, rows)
    op.drop_index("ix_story_band_story", "story_band")
    if connection.dialect.name == "postgresql":
        op.drop_constraint(FOREIGN_KEY, "story_band")
    else:
        _remake()


def _bands_by_story(connection: sa.Connection) -> Iterator[list[dict[str, object]]]:
    some = sa.text("SELECT story_id, band FROM story_band WHERE story_id BETWEEN :first AND :last ORDER BY 1, 2")
    highest = connection.scalar(sa.text("SELECT max(story_id) FROM story_band")) or 0
    for first in range(1, highest + 1, BATCH):
        found = connection.execute(some, {"first": first, "last": first + BATCH - 1}).all()
        stories = groupby(found, key=lambda row: row.story_id)
        rows = [{"id": story_id, "bands": _packed([row.band for row in own])} for story_id, own in stories]
        if rows:
            yield rows


def _packed(bands: list[int]) -> bytes:
    return pack(f"<{len(bands)}I", *bands)


def _remake(*constraints: sa.ForeignKeyConstraint) -> None:
    """Make the table of SQLite anew, with other constraints."""
    op.rename_table("story_band", "former")
    op.create_table(
        "story_band",
        sa.Column("band", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        *constraints,
        sa.PrimaryKeyConstraint("band", "story_id"),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO story_band (band, story_id) SELECT band, story_id FROM former")
    op.drop_table("former")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key(FOREIGN_KEY, "story_band", "story", ["story_id"], ["id"])
    else:
        _remake(sa.ForeignKeyConstraint(["story_id"], ["story.id"]))
    op.create_index("ix_story_band_story", "story_band", ["story_id"])
    op.drop_column("story", "bands")
