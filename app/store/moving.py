"""An archive copied whole into another database, and compared row by row before it counts."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import Connection, Engine, Row, Table, bindparam, func, insert, inspect, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from app.store import models, search
from app.store.db import migrate, snapshot, write_session

assert models

# Rows read and written at a time: a text may be megabytes long.
BATCH = 200
VERSIONS = "alembic_version"
# Where PostgreSQL keeps the last number given.
SEQUENCE = "CAST(pg_get_serial_sequence(quote_ident(:table), :column) AS regclass)"

Step = Callable[[int], None]
# Given what is done and how many rows it is done to: shows it, and gives the function that counts them.
Progress = Callable[[str, int], AbstractContextManager[Step]]
# Of each table how many rows it has, and the sum of their hashes, whatever their order.
Digests = dict[str, tuple[int, int]]


class CopyError(ValueError):
    """The archive was not copied, and why; the target is as it was."""


def copy_archive(source: Engine, target: Engine, progress: Progress) -> dict[str, int]:
    """Copy the archive as it is now into an empty database, with its search index and the numbers never used again.

    All in one transaction, committed once the rows read back are those of the source. Returns {table: rows}.

    Raises:
        CopyError: the target holds something, cannot hold a row, or has other rows in the end.
    """
    _refuse_strangers(target)
    migrate(target.url.render_as_string(hide_password=False))
    with snapshot(source) as old, write_session(target) as session:
        new = session.connection()
        _refuse_filled(new)
        rows = {table.name: _count(old, table) for table in _tables()}
        with progress("Copying", sum(rows.values())) as step:
            wanted = {table.name: _copy(old, new, table, step) for table in _tables()}
        _set_last_ids(new, _last_ids(old))
        with progress("Comparing", sum(rows.values())) as step:
            _compare(wanted, {table.name: _digest(new, table, step) for table in _tables()})
        with progress("Indexing", rows["story"] + rows["quote"]) as step:
            for what in get_args(search.Searched):
                search.rebuild(session, what)
                step(rows[what])
    return rows


def _tables() -> Sequence[Table]:
    """Each behind those it refers to."""
    return SQLModel.metadata.sorted_tables


def _refuse_strangers(target: Engine) -> None:
    ours = {VERSIONS, *(table.name for table in _tables())}
    names = inspect(target).get_table_names()
    others = [name for name in names if name not in ours and not search.is_search_table(name)]
    if others:
        raise CopyError(f"it holds tables of another program ({', '.join(sorted(others)[:5])}); name an empty database")


def _refuse_filled(new: Connection) -> None:
    filled = [table.name for table in _tables() if new.execute(select(table).limit(1)).first() is not None]
    if filled:
        raise CopyError(f"it is not empty (there are rows in: {', '.join(sorted(filled))}); name an empty database")


# ------------------------------------------------------------------------------------------------ rows


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _rows(connection: Connection, table: Table) -> Iterator[Sequence[Row[Any]]]:
    """A table's rows in the order of its key, a batch at a time."""
    ordered = select(table).order_by(*table.primary_key)
    return connection.execute(ordered, execution_options={"yield_per": BATCH}).partitions()


def _copy(old: Connection, new: Connection, table: Table, step: Step) -> tuple[int, int]:
    """Copy a table; returns its digest. What leads to rows of the same table is written when all of them are there."""
    own = [column.name for column in table.columns if any(key.column.table is table for key in column.foreign_keys)]
    left: list[dict[str, Any]] = []
    count = total = 0
    for rows in _rows(old, table):
        values = [dict(row._mapping) for row in rows]
        left += [{f"new_{name}": value for name, value in each.items()} for each in values if any(map(each.get, own))]
        try:
            new.execute(insert(table), [each | dict.fromkeys(own) for each in values])
        except DBAPIError as error:
            raise CopyError(f"a row of {table.name} cannot be stored there: {error.orig}") from None
        count, total = count + len(rows), total + sum(map(_hash, rows))
        step(len(rows))
    if left:
        which = [column == bindparam(f"new_{column.name}") for column in table.primary_key]
        new.execute(update(table).where(*which).values({name: bindparam(f"new_{name}") for name in own}), left)
    return count, total


def _digest(connection: Connection, table: Table, step: Step) -> tuple[int, int]:
    count = total = 0
    for rows in _rows(connection, table):
        count, total = count + len(rows), total + sum(map(_hash, rows))
        step(len(rows))
    return count, total


def _hash(row: Row[Any]) -> int:
    """The same number for the same row in any database, and hardly ever for another."""
    plain = json.dumps(tuple(row), default=_told, sort_keys=True)
    return int.from_bytes(hashlib.sha256(plain.encode()).digest())


def _told(value: datetime) -> str:
    return value.isoformat()


def _compare(wanted: Digests, found: Digests) -> None:
    for name, digest in wanted.items():
        if found[name] != digest:
            raise CopyError(f"{name} has {found[name][0]} rows there that are not the {digest[0]} of this archive")


# ------------------------------------------------------------------------------------------------ numbers, words


def _last_ids(old: Connection) -> dict[str, int]:
    """The last number given to a row of each table, be it still there or not."""
    last = {}
    for table in _tables():
        if table.autoincrement_column is not None:
            highest: int | None = old.execute(select(func.max(table.autoincrement_column))).scalar_one()
            last[table.name] = max(highest or 0, _last_given(old, table) or 0)
    return last


def _last_given(old: Connection, table: Table) -> int | None:
    query = {
        "sqlite": "SELECT seq FROM sqlite_sequence WHERE name = :table",
        "postgresql": f"SELECT pg_sequence_last_value({SEQUENCE})",
    }[old.dialect.name]
    given: int | None = old.execute(text(query), _names(table)).scalar_one_or_none()
    return given


def _set_last_ids(new: Connection, last: Mapping[str, int]) -> None:
    """Let the target give the next numbers behind these; SQLite keeps them only where none may be used again."""
    for table in _tables():
        if not last.get(table.name):
            continue
        if new.dialect.name == "postgresql":
            new.execute(text(f"SELECT setval({SEQUENCE}, :last)"), {**_names(table), "last": last[table.name]})
        elif table.dialect_options["sqlite"]["autoincrement"]:
            new.execute(text("DELETE FROM sqlite_sequence WHERE name = :table"), _names(table))
            row = {**_names(table), "last": last[table.name]}
            new.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :last)"), row)


def _names(table: Table) -> dict[str, str]:
    assert table.autoincrement_column is not None
    return {"table": table.name, "column": table.autoincrement_column.name}
