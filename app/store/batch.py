"""Annotated stories that are saved together: what is not written yet, and what they change."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from app.store import counts, search
from app.store.db import write_rows
from app.store.models import (
    Mention,
    Quote,
    QuotePiece,
    Reference,
    Source,
    SourceMention,
    StoryActor,
    StoryCountry,
    StorySpeaker,
    Toponym,
)
from app.store.roster import Roster

# In the order they are written, each behind those it refers to.
TABLES: tuple[type[SQLModel], ...] = (
    Mention,
    Toponym,
    Reference,
    Source,
    SourceMention,
    Quote,
    QuotePiece,
    StoryActor,
    StorySpeaker,
    StoryCountry,
)
_INSERTS = {table: insert(table) for table in TABLES}

Row = Mapping[str, Any]


class Batch:
    """What saving stories has not written yet. Whoever reads rows of the batch's own tables lets it write first.

    `changed` are the changes of the archive's counts so far; they are written last, by `finish`.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.roster = Roster(session)
        self.changed: counts.Counts = Counter()
        self._rows: dict[type[SQLModel], list[Row]] = {table: [] for table in TABLES}
        self._kept: dict[tuple[str, str], int] = {}

    def add(self, table: type[SQLModel], rows: Iterable[Row]) -> None:
        """Rows to be written; each has all columns of its table."""
        self._rows[table] += rows

    def counted(self, facet: str, values: Iterable[str]) -> dict[str, int]:
        """The counts of some values as they will be once the batch is finished."""
        wanted = list(values)
        unread = [value for value in wanted if (facet, value) not in self._kept]
        if unread:
            kept = counts.of(self.session, facet, unread)
            self._kept.update({(facet, value): kept.get(value, 0) for value in unread})
        return {value: self._kept[facet, value] + self.changed[facet, value] for value in wanted}

    def write(self) -> None:
        """Write all rows there are so far, and new actors before them."""
        self.roster.write()
        for table, rows in self._rows.items():
            write_rows(self.session, _INSERTS[table], rows)
        search.add(self.session, "quote", [row["id"] for row in self._rows[Quote]])
        for rows in self._rows.values():
            rows.clear()

    def finish(self) -> None:
        """Write everything."""
        self.write()
        counts.change(self.session, self.changed)
