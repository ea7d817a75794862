"""Connections, transactions and migrations."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Executable, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session

from alembic import command

ROOT = Path(__file__).resolve().parents[2]

PRAGMAS = (
    # Of new files only: six stories' words fit a page then; of the usual pages each takes one that is half empty.
    "PRAGMA page_size = 16384",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 30000",
    "PRAGMA mmap_size = 67108864",
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
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


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
