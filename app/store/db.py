"""Connections, transactions and migrations."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlmodel import Session

from alembic import command

ROOT = Path(__file__).resolve().parents[2]

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 30000",
    "PRAGMA mmap_size = 67108864",
)


def make_engine(url: str) -> Engine:
    """An engine for the archive at that address.

    Raises:
        sqlalchemy.exc.ArgumentError: the address is none that SQLAlchemy understands.
    """
    engine = create_engine(url)
    if make_url(url).get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


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


@contextmanager
def write_session(engine: Engine) -> Iterator[Session]:
    """A session whose one transaction may write; committed at the end, rolled back on any error."""
    with Session(engine.execution_options(writes=True)) as session, session.begin():
        yield session


def migrate(url: str) -> None:
    """Bring the database at that address to the newest version, creating it if need be."""
    config = _alembic_config()
    config.attributes["url"] = url
    command.upgrade(config, "head")


def is_current(engine: Engine) -> bool:
    """Whether the database has the newest version of the tables."""
    head = ScriptDirectory.from_config(_alembic_config()).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def _alembic_config() -> Config:
    config = Config(toml_file=str(ROOT / "pyproject.toml"))
    config.set_main_option("script_location", str(ROOT / "alembic"))
    return config
