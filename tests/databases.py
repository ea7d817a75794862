"""Databases for tests: each test has one of its own, copied from a template that was filled once."""

import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError
from sqlmodel import SQLModel

from app.store.db import database_address


class Databases(Protocol):
    """A place where databases are made, known by their addresses."""

    def new(self) -> str:
        """The address of a database with nothing in it, not even tables."""

    def copy(self, url: str) -> str:
        """The address of a database with the same in it as another one, to which nobody is connected."""

    def drop(self, url: str) -> None:
        """Give a copy back, whoever is still connected to it."""

    def close(self) -> None:
        """Remove what is left."""


class SqliteDatabases:
    """Files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    def new(self) -> str:
        return f"sqlite:///{self._folder / f'archive{next(self._numbers)}.db'}"

    def copy(self, url: str) -> str:
        copied = self.new()
        shutil.copy(make_url(url).database or "", make_url(copied).database or "")
        return copied

    def drop(self, url: str) -> None:
        for path in self._folder.glob(Path(make_url(url).database or "").name + "*"):
            path.unlink()

    def close(self) -> None:
        """The folder is pytest's."""


class PostgresqlDatabases:
    """Databases of a server; `url` is the address of one that is there, where new ones may be made.

    To make one takes longer than most tests, so those given back are handed out again with what they had at first.
    """

    _numbers = count(1)

    def __init__(self, url: str) -> None:
        self._address = database_address(url)
        self._server = create_engine(self._address, isolation_level="AUTOCOMMIT")
        self._made: set[str] = set()
        self._restored_by: dict[str, str] = {}
        self._templates: dict[str, str] = {}
        self._idle: defaultdict[str, list[str]] = defaultdict(list)

    def new(self) -> str:
        return self._make("template0")

    def copy(self, url: str) -> str:
        while self._idle[url]:
            copied = self._idle[url].pop()
            # Where a test took a table away, there is nothing to restore into: that one is not used again.
            with suppress(ProgrammingError), self._connected(copied) as connection:
                connection.exec_driver_sql(self._restored_by[copied])
                return copied
        copied = self._make(make_url(url).database or "")
        self._templates[copied] = url
        with self._connected(copied) as connection:
            self._restored_by[copied] = _keep(connection)
        return copied

    def drop(self, url: str) -> None:
        self._disconnect(url)
        self._idle[self._templates[url]].append(url)

    def close(self) -> None:
        for url in self._made:
            self._disconnect(url)
            self._on_server(f'DROP DATABASE "{make_url(url).database}"')
        self._server.dispose()

    def _make(self, template: str) -> str:
        name = f"newsgloss_test_{os.getpid()}_{next(self._numbers)}"
        self._on_server(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        url = self._address.set(database=name).render_as_string(hide_password=False)
        self._made.add(url)
        return url

    def _disconnect(self, url: str) -> None:
        name = make_url(url).database
        self._on_server(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    def _on_server(self, statement: str) -> None:
        with self._server.connect() as connection:
            connection.exec_driver_sql(statement)

    @contextmanager
    def _connected(self, url: str) -> Iterator[Connection]:
        engine = create_engine(url, poolclass=NullPool)
        with engine.begin() as connection:
            yield connection
        engine.dispose()


def _keep(connection: Connection) -> str:
    """Put all rows of a database aside, in a schema of their own; returns the statements that bring them back."""
    tables = [*(table.name for table in SQLModel.metadata.sorted_tables), "story_fts", "quote_fts"]
    # The template may be a copy itself, that was filled.
    connection.exec_driver_sql("DROP SCHEMA IF EXISTS kept CASCADE")
    connection.exec_driver_sql("CREATE SCHEMA kept")
    for table in tables:
        connection.exec_driver_sql(f'CREATE TABLE kept."{table}" AS TABLE public."{table}"')
    sequences = connection.exec_driver_sql(
        "SELECT sequencename, coalesce(last_value, 1), last_value IS NOT NULL FROM pg_sequences"
    ).all()
    statements = [f'DELETE FROM public."{table}"' for table in reversed(tables)]
    statements += [f'INSERT INTO public."{table}" SELECT * FROM kept."{table}"' for table in tables]
    statements += [f"SELECT setval('{name}', {value}, {is_used})" for name, value, is_used in sequences]
    return "; ".join(statements)
