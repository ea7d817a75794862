"""How fast annotated stories are stored, as a multiple of what SQLite takes for the same rows alone."""

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine
from sqlmodel import SQLModel

from app.bench.draw import VERSION, Batch, draw
from app.bench.values import stories_of
from app.bench.world import MONTHS, make_world
from app.ingest import COMMIT_STORIES, add_stories
from app.spans import Annotations, RawStory
from app.store import soundness, waiting
from app.store.annotations import save
from app.store.db import make_engine, migrate, write_session

# The rows of the search index, which are in none of our tables.
INDEXED = {
    "story_fts (rowid, body, title)": "SELECT id, body, title FROM story_document ORDER BY id",
    "quote_fts (rowid, content)": "SELECT id, content FROM quote ORDER BY id",
}
# What goes into which table, and its rows.
Table = tuple[str, list[tuple[Any, ...]]]
Drawn = Sequence[tuple[RawStory, Annotations]]


def bench_ingest(stories: int, rounds: int, *, seed: int, on_round: Callable[[], None]) -> dict[str, float]:
    """Store so many invented stories with their annotations, then the same rows with `executemany`, in new databases.

    The first is what adding and annotating do to store them, annotation itself left out; the second is one transaction
    over the same schema, indexes and search index included. Medians over the rounds.
    """
    drawn = list(stories_of(draw(Batch(seed, MONTHS // 2, 1, stories)), make_world(seed)))
    gc.freeze()  # they are here all the while, which adding and annotating spare the garbage collector
    times = []
    for _ in range(rounds):
        times.append(_round(drawn))
        on_round()
    ours, bare, found = zip(*times, strict=True)
    return {
        "stories": float(stories),
        "seconds to store them": statistics.median(ours),
        "seconds that executemany takes": statistics.median(bare),
        "times executemany": statistics.median(one / other for one, other in zip(ours, bare, strict=True)),
        "stories a second": stories / statistics.median(ours),
        "problems found in what was stored": float(sum(found)),
    }


def _round(drawn: Drawn) -> tuple[float, float, int]:
    """Seconds of the one and of the other, and how many problems are in what the first left."""
    with TemporaryDirectory() as place:
        one, other = _new(Path(place) / "one.db"), _new(Path(place) / "other.db")
        ours = _seconds(lambda: _store(one, drawn))
        with write_session(one) as session:
            problems = len(soundness.problems(session))
        tables = list(_tables(one))
        bare = _seconds(lambda: _insert(other, tables))
        one.dispose()
        other.dispose()
    return ours, bare, problems


def _new(path: Path) -> Engine:
    migrate(f"sqlite:///{path}")
    return make_engine(f"sqlite:///{path}")


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _store(engine: Engine, drawn: Drawn) -> None:
    add_stories(engine, (raw for raw, _ in drawn))
    found = (annotations for _, annotations in drawn)
    while claimed := _claimed(engine):
        with write_session(engine) as session:
            save(session, list(zip(claimed, found, strict=False)), VERSION, now=datetime.now(UTC))


def _claimed(engine: Engine) -> list[waiting.PendingStory]:
    with write_session(engine) as session:
        return waiting.claim_new(session, most=COMMIT_STORIES, now=datetime.now(UTC))


def _tables(engine: Engine) -> Iterator[Table]:
    """Everything in an archive, as SQLite gives it; each table behind those it refers to."""
    with engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            rows = connection.exec_driver_sql(f'SELECT * FROM "{table.name}"')  # noqa: S608 - our own names
            yield f'"{table.name}" ({", ".join(rows.keys())})', [tuple(row) for row in rows]
        for what, query in INDEXED.items():
            yield what, [tuple(row) for row in connection.exec_driver_sql(query)]


def _insert(engine: Engine, tables: Sequence[Table]) -> None:
    connection = engine.raw_connection()
    cursor = connection.cursor()
    cursor.execute("BEGIN IMMEDIATE")
    # An actor may lead to one that comes later.
    cursor.execute("PRAGMA defer_foreign_keys = ON")
    for what, rows in tables:
        if rows:
            places = ", ".join("?" * len(rows[0]))
            cursor.executemany(f"INSERT INTO {what} VALUES ({places})", rows)  # noqa: S608 - our own names
    cursor.execute("COMMIT")
    connection.close()
