"""The archive into another database."""

from typing import Annotated

import typer
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

from app.cli.common import fail, messages, open_archive, progress
from app.config import get_settings
from app.store.db import database_address, make_engine
from app.store.moving import CopyError, copy_archive


def copy(
    to: Annotated[str, typer.Option(help="The address of an empty database.", metavar="URL")],
) -> None:
    """Copy the archive whole into another database, SQLite or PostgreSQL, and compare both row by row.

    What is written to the archive meanwhile is not copied: stop the server and the worker first. If anything goes
    wrong, the other database stays empty.
    """
    try:
        shown = database_address(to).render_as_string(hide_password=True)
        target = make_engine(to)
    except (ArgumentError, NoSuchModuleError):
        fail("--to is no database address; take one like postgresql+psycopg://user@host/name")
    with open_archive(get_settings()) as engine:
        try:
            rows = copy_archive(engine, target, progress)
        except CopyError as error:
            fail(f"nothing was copied to {shown}: {error}")
        except OperationalError as error:
            fail(f"nothing was copied to {shown}: {error.orig}")
    for table, n in rows.items():
        typer.echo(f"{table:16} {n:12,}")
    typer.echo(f"{sum(rows.values()):,} rows copied and compared")
    messages.print(f"To use the copy, set NEWSGLOSS_DATABASE_URL to it: {shown}", markup=False, soft_wrap=True)
