"""Copies of a whole archive on SQLite: taken while others write, put back whole or not at all."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.engine import URL

from app.store.db import database_address, is_known_version, migrate

# Pages copied between two looks at the progress; each is 4 KB.
PAGES = 4096
WAIT_SECONDS = 30.0
# What was done by hand or is under way; a database without any of it may be written over.
KEPT = ("story", "feed", "user", "token")
# Who is signed in or at work is true of a moment, not of an archive.
OF_THE_MOMENT = ("session", "lease")

# Told after each step how many pages were copied in it, and how many there are in all.
OnPages = Callable[[int, int], None]


class BackupError(Exception):
    """Why an archive was not saved or restored, in words that say what to do."""


def back_up(url: str, target: Path, *, replaces: bool, on_pages: OnPages) -> None:
    """Save the archive as it is at this moment in one file, while others go on reading and writing.

    The file is there when it is whole and was checked; only its owner may read it.

    Raises:
        BackupError: the file is there already and is not to be replaced, the archive is not on SQLite or is damaged.
        OSError: the file cannot be written.
    """
    archive = _file_of(url)
    if not archive.is_file():
        raise BackupError(f"there is no archive at {archive} (NEWSGLOSS_DATABASE_URL)")
    if target.exists() and target.samefile(archive):
        raise BackupError(f"{target} is the archive itself; name another file")
    if target.exists() and not replaces:
        raise BackupError(f"{target} is there already; name another file, or replace it with --force")
    with _errors_told(target), _scratch(target) as scratch:
        _copy(archive, scratch, on_pages)
        _check(scratch, of=archive)
        _make_one_file(scratch)
        scratch.replace(target)


def restore(url: str, source: Path, *, replaces: bool, on_pages: OnPages) -> None:
    """Put a saved archive in the place of the one there is, brought to the newest version of the tables.

    All or nothing, whenever it is interrupted. Everybody is signed out.

    Raises:
        BackupError: the file is no whole archive, or the one there is holds something and is not to be replaced.
        OSError: there is no room, or a file cannot be read or written.
    """
    archive = _file_of(url)
    if not source.is_file():
        raise BackupError(f"there is no file {source}")
    if archive.exists():
        _refuse_to_harm(archive, source, replaces)
    _check(source, of=source)
    with _errors_told(archive), _scratch(archive) as scratch:
        _copy(source, scratch, lambda _pages, _total: None)
        migrate(URL.create("sqlite", database=str(scratch)).render_as_string())
        _forget_the_moment(scratch)
        _make_one_file(scratch)
        # SQLite does this in one transaction, so whoever reads meanwhile sees either the old archive or the new one.
        _copy(scratch, archive, on_pages)


def _file_of(url: str) -> Path:
    address = database_address(url)
    if address.get_backend_name() != "sqlite":
        raise BackupError("this archive is on PostgreSQL; save it with pg_dump, and restore it with pg_restore")
    if not address.database or address.database == ":memory:":
        raise BackupError("this archive lives in memory only; there is nothing to save or to restore")
    return Path(address.database)


def _refuse_to_harm(archive: Path, source: Path, replaces: bool) -> None:
    if archive.samefile(source):
        raise BackupError(f"{source} is the archive itself")
    try:
        worked_on, holds_something = _is_worked_on(archive), _holds_something(archive)
    except sqlite3.DatabaseError as error:
        raise BackupError(
            f"{archive} cannot be read ({error}); move it away, and the files beside it whose names end in -wal and "
            "-shm, then restore again"
        ) from error
    if worked_on:
        raise BackupError(f"a worker is at work on {archive}; stop the server and the worker first")
    if holds_something and not replaces:
        raise BackupError(f"{archive} is not empty; to lose what is in it and restore {source}, say --force")


# ------------------------------------------------------------------------------------------------ files


@contextmanager
def _scratch(beside: Path) -> Iterator[Path]:
    """A file of our own in the same folder, so that it can take the other's place at once; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=f"{beside.name}.", suffix=".part", dir=beside.parent) as folder:
        path = Path(folder) / "archive.db"
        path.touch(0o600)
        yield path


def _copy(source: Path, target: Path, on_pages: OnPages) -> None:
    def progress(_status: int, _remaining: int, total: int) -> None:
        on_pages(min(PAGES, total), total)

    with closing(_opened(source)) as read, closing(_opened(target, new=True)) as written:
        # Holding on to the state of this moment: else what others write meanwhile makes it start again and again.
        read.execute("BEGIN")
        read.execute("SELECT count(*) FROM sqlite_master")
        read.backup(written, pages=PAGES, progress=progress)
        read.execute("COMMIT")


def _opened(path: Path, *, new: bool = False) -> sqlite3.Connection:
    address = f"file:{quote(str(path.resolve()))}?mode={'rwc' if new else 'rw'}"
    return sqlite3.connect(address, uri=True, timeout=WAIT_SECONDS, isolation_level=None)


@contextmanager
def _errors_told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        free = shutil.disk_usage(path.resolve().parent).free
        raise BackupError(f"{path} is as it was: {error} (its disk has {free / 1e9:,.1f} GB left)") from error


# ------------------------------------------------------------------------------------------------ what is in them


def _check(path: Path, *, of: Path) -> None:
    """Refuse what is no archive, or a damaged one, or one that only a later Newsgloss understands."""
    try:
        with closing(_opened(path)) as connection:
            version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            [found] = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{of} is no archive of Newsgloss, or a damaged one: {error}") from error
    if found != "ok":
        raise BackupError(f"{of} is damaged: {found}")
    if version is None or not is_known_version(version[0]):
        raise BackupError(f"{of} was made by a newer Newsgloss; update this one first")


def _is_worked_on(archive: Path) -> bool:
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return _any(archive, "SELECT 1 FROM lease WHERE until_at > ?", now)


def _holds_something(archive: Path) -> bool:
    return any(_any(archive, f'SELECT 1 FROM "{table}" LIMIT 1') for table in KEPT)  # noqa: S608 - our own names


def _any(archive: Path, statement: str, *values: str) -> bool:
    with closing(_opened(archive)) as connection:
        try:
            return connection.execute(statement, values).fetchone() is not None
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):  # as in an older version
                raise
            return False


def _forget_the_moment(archive: Path) -> None:
    with closing(_opened(archive)) as connection:
        for table in OF_THE_MOMENT:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names


def _make_one_file(archive: Path) -> None:
    with closing(_opened(archive)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
