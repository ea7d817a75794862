"""Connections, transactions and migrations."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from itertools import count
from operator import itemgetter
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Dialect, Engine, Executable, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.sql.dml import UpdateBase
from sqlmodel import Session, SQLModel

from alembic import command

ROOT = Path(__file__).resolve().parents[2]

PRAGMAS = (
    # Of new files only: six stories' words fit a page then; of the usual pages each takes one that is half empty.
    "PRAGMA page_size = 16384",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 30000",
    # The most that SQLite maps; what is mapped is read where it is, and belongs to the system, not to the process.
    "PRAGMA mmap_size = 2147418112",
    # 8 MB for each of the few threads that make pages: the upper pages of every index stay at hand.
    "PRAGMA cache_size = -8000",
)

POSTGRESQL_OPTIONS = "-c timezone=UTC -c lock_timeout=30s"
# Any number that nobody else takes; all writers of a database wait for the same.
WRITERS_LOCK = 0x6E657773


def make_engine(url: str) -> Engine:
    """An engine for the archive at that address, on SQLite or PostgreSQL; its errors do not tell what was stored.

    Raises:
        sqlalchemy.exc.ArgumentError: the address is none that SQLAlchemy understands, or of another database.
        ModuleNotFoundError: PostgreSQL is wanted, and its extra is not installed.
    """
    address = database_address(url)
    if address.get_backend_name() == "sqlite":
        engine = create_engine(address, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    options = {"options": POSTGRESQL_OPTIONS}
    engine = create_engine(address, pool_pre_ping=True, connect_args=options, hide_parameters=True)
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def database_address(url: str) -> URL:
    """The address with the driver that Newsgloss uses.

    Raises:
        sqlalchemy.exc.ArgumentError: the address is none that SQLAlchemy understands, or of another database.
    """
    address = make_url(url)
    if address.drivername in ("postgres", "postgresql"):
        return address.set(drivername="postgresql+psycopg")
    if address.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise ArgumentError(f"{address.drivername} is neither sqlite nor postgresql+psycopg")
    if address.get_backend_name() == "sqlite" and address.database in (None, "", ":memory:"):
        raise ArgumentError("an archive in memory is another one at each connection")
    return address


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling starts none for reads and cannot start an immediate one.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that starts as a reader and then writes fails at once when another writes; ours wait in line.
    if connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        # Past SQLAlchemy, whose handling of a statement takes longer than this one, before every page; it cannot fail.
        connection.connection.cursor().execute("BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    # Those who write wait in line here too: so two that meet the same new actor make one of it, and none deadlocks.
    if connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})")


@contextmanager
def write_session(engine: Engine) -> Iterator[Session]:
    """A session whose one transaction may write; committed at the end, rolled back on any error."""
    with Session(engine.execution_options(writes=True)) as session, session.begin():
        yield session


def rows(session: Session, statement: Executable, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
    """Rows of columns (not of tables), read past the ORM, whose handling of each costs more than the row."""
    return session.connection().execute(statement, values).all()


def write_rows(session: Session, statement: UpdateBase, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run a statement for each of many rows, all of the same columns, past what SQLAlchemy does for each.

    What goes into the database is the same, four times as fast.
    """
    if rows:
        connection = session.connection()
        sql, prepared = _prepared(statement, tuple(rows[0]), connection.dialect)
        connection.exec_driver_sql(sql, [prepared(row) for row in rows])


@lru_cache(maxsize=128)
def _prepared(
    statement: UpdateBase, columns: tuple[str, ...], dialect: Dialect
) -> tuple[str, Callable[[Mapping[str, Any]], Any]]:
    """A statement in the words of the driver, and what makes the driver's parameters of a row."""
    compiled: Any = statement.compile(dialect=dialect, column_keys=columns)
    names = compiled.positiontup if compiled.positional else list(compiled.binds)
    types = {name: compiled.binds[name].type.dialect_impl(dialect) for name in names}
    processors = [(at, name, each.bind_processor(dialect)) for at, (name, each) in enumerate(types.items())]
    working = [(at, name, process) for at, name, process in processors if process is not None]
    values: Callable[[Mapping[str, Any]], tuple[Any, ...]] = itemgetter(*names)

    def as_tuple(row: Mapping[str, Any]) -> tuple[Any, ...]:
        if not working:
            return values(row)
        told = list(values(row))
        for at, _, process in working:
            told[at] = process(told[at])
        return tuple(told)

    def as_dict(row: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**row, **{name: process(row[name]) for _, name, process in working}}

    return str(compiled), as_tuple if compiled.positional else as_dict


_NEXT = {
    "sqlite": "SELECT max(coalesce((SELECT max(id) FROM {table}), 0),"
    " coalesce((SELECT seq FROM sqlite_sequence WHERE name = :table), 0))",
    "postgresql": "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :n)",
}


def numbers(session: Session, table: type[SQLModel], *, at_once: int = 1) -> Iterator[int]:
    """Numbers for new rows of a table, in a session that writes and lets nobody else make any meanwhile.

    PostgreSQL gives them `at_once`, and none that it has given again.
    """
    connection = session.connection()
    name = str(table.__tablename__)
    query = text(_NEXT[connection.dialect.name].format(table=name))
    if connection.dialect.name == "sqlite":
        yield from count(connection.execute(query, {"table": name}).scalar_one() + 1)
    while True:
        yield from connection.scalars(query, {"table": name, "n": at_once})


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the database as it is at its first question, whatever others write meanwhile."""
    with engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield connection


def migrate(url: str) -> None:
    """Bring the database at that address to the newest version, creating it if need be."""
    config = _alembic_config()
    config.attributes["url"] = url
    command.upgrade(config, "head")


def is_current(engine: Engine) -> bool:
    """Whether the database has the newest version of the tables."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == _versions()[0]


def is_known_version(version: str) -> bool:
    """Whether this is the newest version of the tables, or one before it."""
    return version in _versions()


@cache
def _versions() -> list[str]:
    """The versions of the tables, newest first."""
    return [script.revision for script in ScriptDirectory.from_config(_alembic_config()).walk_revisions()]


def _alembic_config() -> Config:
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.set_main_option("script_location", str(ROOT / "alembic"))
    return config
