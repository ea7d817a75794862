"""What several commands share: the archive, a pool, progress, and how to end on a mistake."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine

from app.config import Settings
from app.executors import executor
from app.read.files import why
from app.store.db import make_engine, migrate
from app.store.paging import MAX_ID

messages = Console(stderr=True, highlight=False)

Number = Annotated[int, typer.Argument(help="Its number in the list.", min=1, max=MAX_ID)]
Processes = Annotated[int, typer.Option(help="Processes that annotate; 1 annotates in this one.", min=1, max=64)]


@contextmanager
def open_archive(settings: Settings) -> Iterator[Engine]:
    """The archive that the settings name, made ready if it is new."""
    migrate(settings.database_url)
    engine = make_engine(settings.database_url)
    yield engine
    engine.dispose()


@contextmanager
def pool_of(processes: int) -> Iterator[Executor | None]:
    """A pool of so many processes; None for one, which is this one."""
    if processes == 1:
        yield None
        return
    with executor(processes) as pool:
        yield pool


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[..., None]]:
    """A progress line on stderr, on a terminal only; gives the function that moves it.

    It is moved by one or by so many; a total that is known only then may be given with it.
    """
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=messages, transient=True, disable=not messages.is_terminal) as shown:
        task = shown.add_task(what, total=total)
        yield lambda n=1, total=None: shown.update(task, advance=n, total=total)


def print_figures(figures: Mapping[str, float], as_json: bool) -> None:
    """The figures of a measurement, a line each or as a JSON object."""
    if as_json:
        typer.echo(json.dumps({name: round(value, 3) for name, value in figures.items()}))
        return
    for name, value in figures.items():
        typer.echo(f"{name:60} {value:8.2f}")


def told(error: OSError) -> str:
    """An operating system's error in words, with the file's name where it is about one."""
    return f"{error.filename}: {why(error)}" if error.filename and error.strerror else str(error)


def fail(message: str) -> NoReturn:
    """End with status 1, saying why."""
    messages.print(f"newsgloss: {message}", markup=False, soft_wrap=True)
    sys.exit(1)
