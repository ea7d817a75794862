"""Fills an empty archive with invented stories, through the project's own tables and search index."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from itertools import islice
from typing import Any

from sqlalchemy import event
from sqlmodel import Session

from app.bench.draw import COLUMNS, Batch, Rows, batches, draw
from app.bench.world import World, make_world
from app.executors import executor
from app.store import archive, counts, search
from app.store.actor_keys import keys_of, name_key
from app.store.db import make_engine, write_session
from app.store.slugs import slugify

BATCH = 500
DRAWERS, AHEAD = 2, 6
# So many batches are in one transaction: rows go to all corners of the tables, and a page that many go to is written
# once.
TOGETHER = 20
# So much of the tables and indexes stays in memory meanwhile. There is no way back, and nothing to go back to.
PRAGMAS = (
    "PRAGMA cache_size = -1000000",
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA foreign_keys = OFF",
)


class NotEmptyError(ValueError):
    """There are stories in the archive already."""


def generate(url: str, stories: int, *, seed: int, on_stories: Callable[[int], None]) -> None:
    """Fill the archive at that address; `on_stories` is called with the number of each batch that was written.

    Other processes draw the stories that this one writes. The counts are those of the rows, counted at the end.

    Raises:
        NotEmptyError: the archive has stories.
    """
    engine = make_engine(url)
    event.listen(engine, "connect", _prepare)
    with Session(engine) as session:
        if counts.total(session, "story"):
            raise NotEmptyError
    with write_session(engine) as session:
        _insert_world(session, make_world(seed))
    drawn = _drawn(batches(seed, stories, BATCH))
    while some := list(islice(drawn, TOGETHER)):
        with write_session(engine) as session:
            for rows in some:
                _insert_rows(session, rows)
                on_stories(len(rows["story"]))
    with write_session(engine) as session:
        counts.replace_all(session, archive.recounted(session))
    engine.dispose()


def _prepare(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _drawn(wanted: Iterable[Batch]) -> Iterator[Rows]:
    """The rows of each batch in order; few are drawn ahead, so that they do not fill the memory."""
    waiting: deque[Future[Rows]] = deque()
    with executor(DRAWERS) as pool:
        for batch in wanted:
            waiting.append(pool.submit(draw, batch))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        for future in waiting:
            yield future.result()


def _insert_rows(session: Session, rows: Rows) -> None:
    for table, columns in COLUMNS.items():
        _insert(session, table, columns.split(), rows[table])
    search.add(session, "story", [row[0] for row in rows["story"]])
    search.add(session, "quote", [row[0] for row in rows["quote"]])


def _insert(session: Session, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    # Past the compiler: five times as fast, and the values are as they are to be stored.
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
    session.connection().exec_driver_sql(statement, list(rows))


def _insert_world(session: Session, world: World) -> None:
    actors = [*world.people, *world.organisations]
    outlets = [(number, slugify(name, "outlet"), name) for number, name in enumerate(world.outlets, 1)]
    _insert(session, "outlet", ("id", "slug", "name"), outlets)
    _insert(
        session,
        "actor",
        ("id", "slug", "kind", "name", "name_key", "country"),
        [(a.id, slugify(a.name, a.kind), a.kind, a.name, name_key(a.name), a.country) for a in actors],
    )
    forms = [(actor, name) for actor in actors for name in dict.fromkeys((actor.name, actor.short))]
    _insert(
        session,
        "alias",
        ("actor_id", "name", "name_key", "identity_key", "short_key"),
        [(actor.id, name, name_key(name), *keys_of(actor.kind, name)) for actor, name in forms],
    )
