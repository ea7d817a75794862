"""The command line: results on stdout, messages on stderr, exit status 0, 1 (something failed) or 2 (wrong use)."""

import gzip
import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal

import typer
import uvicorn
from pydantic import ValidationError
from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError

from app.cli import access, bench, care, feeds, moving
from app.cli.common import Processes, fail, messages, open_archive, pool_of, print_figures, progress, told
from app.cluster import ClusterError, cluster_of
from app.config import Settings, get_settings
from app.evaluate import run
from app.exchange import annotations_to_json
from app.executors import executor
from app.ingest import add_stories, annotate_all_again, annotate_pending, count_pending
from app.logs import set_up_logs
from app.nlp.pipeline import HALF_CHARACTER, Titled, annotate_many, pipeline_version
from app.read import read_places
from app.read.compressed import DAMAGE
from app.read.fetch import Limits
from app.read.visit import Visitor
from app.spans import Unreadable
from app.store import leases, stories, waiting
from app.store.db import migrate, write_session
from app.store.paging import MAX_ID
from app.web.app import create_app, spare_collecting
from app.worker import new_holder, work, worker_beside

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Browse annotated news: who acts, who said what, and where the information comes from.",
)
app.add_typer(access.users_app, name="users")
app.add_typer(access.token_app, name="token")
app.add_typer(bench.bench_app, name="bench")
app.add_typer(feeds.feeds_app, name="feeds")
for each in (care.backup, care.restore, care.check, moving.copy):
    app.command()(each)

What = Literal["quotes", "speakers", "sources", "actors", "countries"]

Ids = Annotated[list[int], typer.Argument(help="Numbers of stories, as in their addresses.", min=1, max=MAX_ID)]


# ------------------------------------------------------------------------------------------------ the server


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on; 0 takes a free one.", min=0, max=65535)] = 8000,
    worker: Annotated[bool, typer.Option(help="Annotate what waits, in a process beside the server.")] = True,
) -> None:
    """Show the archive in a browser and annotate what waits; a new database is made ready by itself."""
    settings = get_settings()
    migrate(settings.database_url)
    set_up_logs(settings)
    config = uvicorn.Config(
        create_app(settings), host=host, port=port, log_config=None, log_level="warning", proxy_headers=False
    )
    server = _Server(config)
    spare_collecting()
    try:
        with worker_beside(settings) if worker else nullcontext():
            server.run()
    except SystemExit:
        # The server has logged the system's reason; this says what to do about it.
        fail(f"cannot listen on {host} port {port}; choose another with --host and --port")


class _Server(uvicorn.Server):
    """Says where it is once it listens."""

    async def startup(self, *args: Any, **kwargs: Any) -> None:
        await super().startup(*args, **kwargs)
        for server in self.servers if self.started else []:
            host, port = server.sockets[0].getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            print(f"Newsgloss is at http://{shown}:{port}/ (Ctrl+C stops it)", flush=True)  # noqa: T201


@app.command()
def worker(processes: Processes = 1) -> None:
    """Annotate what waits until stopped, apart from a server (see serve --no-worker); one works at a time."""
    settings = get_settings()
    migrate(settings.database_url)
    set_up_logs(settings)
    work(settings, new_holder(), processes=processes)


# ------------------------------------------------------------------------------------------------ stories


@app.command()
def add(
    places: Annotated[
        list[str],
        typer.Argument(help="Files, directories or web addresses; - for standard input.", metavar="PLACE…"),
    ],
    processes: Processes = 1,
    annotate: Annotated[
        bool, typer.Option(help="Annotate them here and now; else the worker or a server does, when it runs.")
    ] = True,
) -> None:
    """Add stories from files, archives and web addresses, and annotate them (see docs/getting-stories-in.md).

    What could not be read is said on stderr, with its reason, and makes the exit status 1. Adding the same again
    adds nothing; a changed text at the same address renews the story.
    """
    settings = get_settings()
    with open_archive(settings) as engine:
        found = read_places(places, Visitor(Limits.of(settings)), max_bytes=settings.max_story_bytes)
        with progress("Reading", None) as step:
            report = add_stories(engine, found, on_story=step, on_unreadable=_say)
        states = _annotate(engine, settings, report.story_ids, processes) if annotate else {}
    said = [f"{report.outcomes[outcome]} {outcome}" for outcome in ("added", "updated", "duplicate")]
    said.append(f"{report.unreadable_count} unreadable")
    said += [f"{n} {state}" for state, n in states.items()]
    typer.echo(", ".join(said))
    if report.unreadable_count:
        raise typer.Exit(1)


def _say(item: Unreadable) -> None:
    messages.print(f"{item.origin}: {item.reason}", markup=False, soft_wrap=True)


@app.command()
def reannotate(
    processes: Processes = 1,
    cluster: Annotated[
        str | None,
        typer.Option(help="A Dask scheduler whose workers annotate, instead of processes here.", metavar="TCP://…"),
    ] = None,
) -> None:
    """Annotate anew every story whose annotations were made by another version of the annotators.

    Interrupted, it goes on when called again; a worker that runs takes its share.
    """
    settings = get_settings()
    version = pipeline_version(settings.model, settings.max_annotated_chars)
    with open_archive(settings) as engine:
        workers = cluster_of(cluster, settings) if cluster else pool_of(processes)
        with write_session(engine) as session:
            waiting.mark_stale(session, version)
            now = datetime.now(UTC)
            if leases.holder_of(session, leases.WORKER, now=now) is None:
                # What an earlier call had taken up when it was killed; a worker sees to that itself.
                waiting.unclaim(session, now=now)
            total = waiting.count_waiting(session)
        with progress("Annotating", total) as step, workers as pool:
            states = annotate_pending(engine, settings, on_story=lambda _: step(), pool=pool)
            with executor() as aside:
                states += annotate_all_again(engine, settings, aside, on_story=step)
    typer.echo(", ".join(f"{n} {state}" for state, n in states.items()) or "nothing to do")


@app.command()
def retry(
    ids: Annotated[
        list[int] | None,
        typer.Argument(help="Numbers of stories; without any, all that failed.", min=1, max=MAX_ID),
    ] = None,
) -> None:
    """Let stories whose annotation failed be tried again at once, by the worker."""
    with open_archive(get_settings()) as engine, write_session(engine) as session:
        n = waiting.try_again(session, ids)
    typer.echo(f"{n} to be tried again")


@app.command()
def delete(ids: Ids) -> None:
    """Delete stories with all that hangs on them."""
    with open_archive(get_settings()) as engine, write_session(engine) as session:
        gone = stories.delete_stories(session, ids, now=datetime.now(UTC))
    typer.echo(f"{gone} deleted")
    if gone < len(set(ids)):
        messages.print(f"{len(set(ids)) - gone} of these are not in the archive")
        raise typer.Exit(1)


def _annotate(engine: Engine, settings: Settings, story_ids: list[int], processes: int) -> dict[str, int]:
    waiting = count_pending(engine, settings, story_ids)
    if not waiting:
        return {}
    with progress("Annotating", waiting) as step, pool_of(processes) as pool:
        return annotate_pending(engine, settings, among=story_ids, on_story=lambda _: step(), pool=pool)


# ------------------------------------------------------------------------------------------------ the exchange format


@app.command()
def annotate(
    path: Annotated[str, typer.Argument(help="JSON Lines, plain or gzip; - for standard input.", metavar="IN.jsonl")],
    processes: Processes = 1,
) -> None:
    """Annotate stories without an archive: JSON Lines in, the exchange format out (see docs/exchange-format.md).

    Each line needs `id` and `text`. Lines that cannot be read are said on stderr and make the exit status 1.
    """
    settings = get_settings()
    ids: list[Any] = []
    bad: list[str] = []

    def texts() -> Iterator[Titled]:
        for number, line in enumerate(_lines(path), 1):
            if not line.strip():
                continue
            try:
                story_id, text = _exchange_line(line)
            except ValueError as error:
                bad.append(f"{path}:{number}: {error}")
                messages.print(bad[-1], markup=False, soft_wrap=True)
                continue
            ids.append(story_id)
            yield text

    with progress("Annotating", None) as step, pool_of(processes) as pool:
        found = annotate_many(texts(), model=settings.model, max_chars=settings.max_annotated_chars, pool=pool)
        for position, annotations in enumerate(found):
            typer.echo(json.dumps(annotations_to_json(ids[position], annotations), ensure_ascii=False))
            step()
    if bad:
        raise typer.Exit(1)


def _lines(path: str) -> Iterator[bytes]:
    stream: BinaryIO = sys.stdin.buffer if path == "-" else Path(path).open("rb")  # noqa: SIM115 - closed below
    with stream:
        packed = stream.peek(2)[:2] == b"\x1f\x8b"  # type: ignore[attr-defined]
        try:
            yield from gzip.GzipFile(fileobj=stream) if packed else stream
        except DAMAGE:
            fail(f"{path}: the gzip data are damaged or cut off")


def _exchange_line(line: bytes) -> tuple[Any, Titled]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is not JSON: {error}") from None
    if not isinstance(row, dict) or "text" not in row or "id" not in row:
        raise ValueError("needs an object with `id` and `text`")
    if HALF_CHARACTER.search(json.dumps([row["id"], row["text"]], ensure_ascii=False)):
        raise ValueError("holds half a character (a lone surrogate)")
    title = row.get("title")
    return row["id"], Titled(row["text"], title if isinstance(title, str) else "")


# ------------------------------------------------------------------------------------------------ how good, how fast


@app.command()
def evaluate(
    what: Annotated[What, typer.Argument(help="What to compare with the gold.")],
    gold: Annotated[Path, typer.Argument(help="Stories annotated by hand: JSON Lines, plain or gzip.")],
    texts: Annotated[
        list[Path] | None,
        typer.Option(help="Where the texts are, if not in the gold: JSON Lines, or a directory. May be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Annotate stories that were annotated by hand, and print how well both agree, in percent."""
    try:
        with progress("Annotating", None) as step:
            figures = run.evaluate(what, gold, texts or [], get_settings(), step)
    except DAMAGE:
        fail(f"{gold}: the gzip data are damaged or cut off")
    except KeyError as error:
        fail(f"{gold}: a row has no {error}")
    except (ValueError, TypeError, AttributeError) as error:
        fail(f"{gold}: {error}")
    print_figures(figures, as_json)


# ------------------------------------------------------------------------------------------------ mistakes


def main() -> None:
    """The console script: mistakes of the user and of the surroundings end in one line, not in a traceback."""
    try:
        app()
    except (ArgumentError, NoSuchModuleError):
        fail("NEWSGLOSS_DATABASE_URL is no database address; take one like sqlite:///newsgloss.db")
    except DatabaseError as error:
        if type(error) not in (DatabaseError, OperationalError):
            raise  # a mistake of ours, not the database's state
        # The address may hold a password.
        shown = make_url(get_settings().database_url).render_as_string(hide_password=True)
        fail(f"the database {shown} cannot be used: {error.orig}")
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise
        fail("PostgreSQL needs more packages: .venv/bin/pip install --require-hashes -r requirements/postgres.txt")
    except ValidationError as error:
        wrong = (f"NEWSGLOSS_{str(each['loc'][0]).upper()}: {each['msg']}" for each in error.errors())
        fail("; ".join(wrong))
    except OSError as error:
        fail(told(error))
    except ClusterError as error:
        fail(str(error))
