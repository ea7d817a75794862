"""Commands that look after an archive: save it, put it back, look whether it is sound."""

from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from app.cli.common import fail, open_archive, progress
from app.config import get_settings
from app.store import archive, backups, soundness
from app.store.db import make_engine, write_session

Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    force: Force = False,
) -> None:
    """Save the whole archive in one file, while a server may run (SQLite; for PostgreSQL there is pg_dump)."""
    try:
        with progress("Saving", None) as step:
            backups.back_up(get_settings().database_url, file, replaces=force, on_pages=step)
    except backups.BackupError as error:
        fail(str(error))
    typer.echo(f"saved {file} ({file.stat().st_size / 1e6:,.1f} MB)")


def restore(
    file: Annotated[Path, typer.Argument(help="What backup wrote.")],
    force: Force = False,
) -> None:
    """Put a saved archive in the place of the one there is; stop the server first. Everybody is signed out."""
    url = get_settings().database_url
    try:
        with progress("Restoring", None) as step:
            backups.restore(url, file, replaces=force, on_pages=step)
    except backups.BackupError as error:
        fail(str(error))
    engine = make_engine(url)
    with Session(engine) as session:
        held = archive.counts(session)
    engine.dispose()
    typer.echo(f"restored {held['stories']:,} stories, {held['quotes']:,} quotes")


def check(
    repair: Annotated[bool, typer.Option("--repair", help="Make wrong counts and a wrong search index anew.")] = False,
) -> None:
    """Look whether the archive is sound: the file, references, counts and search index; exit status 1 if not.

    Reads everything. Nothing can be added meanwhile, what is sent waits.
    """
    with open_archive(get_settings()) as engine, write_session(engine) as session:
        found = soundness.problems(session)
        if repair and any(each.repairable for each in found):
            soundness.repair(session)
        held = archive.counts(session)
    for each in found:
        typer.echo(each.words + (" (set right)" if repair and each.repairable else ""))
    left = [each for each in found if not (repair and each.repairable)]
    typer.echo(f"{held['stories']:,} stories, {held['quotes']:,} quotes, {len(left)} problems")
    if left:
        raise typer.Exit(1)
