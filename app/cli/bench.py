"""The commands that measure how fast Newsgloss is and how much it carries."""

import json
from typing import Annotated

import typer
from sqlmodel import Session

from app.bench.add import bench_add
from app.bench.annotate import bench_annotate
from app.bench.generate import NotEmptyError, generate
from app.bench.ingest import bench_ingest
from app.bench.pages import EmptyArchiveError, bench_pages, bench_pairs
from app.bench.story import bench_story
from app.cli.common import Processes, fail, open_archive, print_figures, progress
from app.config import get_settings
from app.nlp.pipeline import Titled
from app.read import read_paths
from app.spans import RawStory
from app.store.db import migrate

TOO_LITTLE = "there is too little in this archive to measure; `newsgloss bench generate` fills one"

bench_app = typer.Typer(no_args_is_help=True, help="How fast it is, as ratios measured side by side.")


@bench_app.command("annotate")
def bench_annotate_command(
    paths: Annotated[list[str], typer.Argument(help="Stories to annotate, any format that add takes.")],
    processes: Processes = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Time annotation against the bare spaCy model, side by side on the same stories (median of five pairs)."""
    settings = get_settings()
    found = read_paths(paths, max_bytes=settings.max_story_bytes)
    stories_read = [Titled(story.text, story.title) for story in found if isinstance(story, RawStory)]
    if not stories_read:
        fail("none of these is a story that can be read")
    print_figures(bench_annotate(stories_read, settings, processes), as_json)


@bench_app.command("add")
def bench_add_command(
    number: Annotated[int, typer.Argument(help="How many files of one short story each.", min=1, metavar="N")],
    annotate: Annotated[bool, typer.Option(help="Annotate them, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Add a folder of many small files to a new archive, twice: how fast, and how much memory it takes (Linux only)."""
    with progress("Adding", None) as step:
        figures = bench_add(number, get_settings(), annotate=annotate, on_story=step)
    print_figures(figures, as_json)


@bench_app.command("ingest")
def bench_ingest_command(
    stories: Annotated[int, typer.Option(help="How many invented stories are stored in a round.", min=1)] = 2000,
    rounds: Annotated[int, typer.Option(help="How many times; medians are told.", min=1)] = 3,
    seed: Annotated[int, typer.Option(help="The same seed makes the same stories.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Time storing annotated stories in SQLite against executemany of the same rows, in new databases."""
    with progress("Storing", rounds) as step:
        figures = bench_ingest(stories, rounds, seed=seed, on_round=step)
    print_figures(figures, as_json)


@bench_app.command("story")
def bench_story_command(
    requests: Annotated[int, typer.Option(help="How many times each page is asked for.", min=2)] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Time the page of a story of 5,000 words with 300 highlights against that of the same text without any."""
    print_figures(bench_story(requests), as_json)


@bench_app.command("generate")
def bench_generate_command(
    number: Annotated[int, typer.Argument(help="How many stories.", min=1, metavar="N")],
    seed: Annotated[int, typer.Option(help="The same seed makes the same stories.")] = 1,
) -> None:
    """Fill an empty archive (SQLite) with invented stories of realistic shape, for measuring."""
    settings = get_settings()
    migrate(settings.database_url)
    try:
        with progress("Writing", number) as step:
            generate(settings.database_url, number, seed=seed, on_stories=step)
    except NotEmptyError:
        fail("there are stories in this archive; name a new database in NEWSGLOSS_DATABASE_URL")


@bench_app.command("pages")
def bench_pages_command(
    rounds: Annotated[int, typer.Option(help="Each round asks for every page 16 times.", min=1)] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Time sixteen pages of the archive over loopback, each also as a multiple of a bare page's median."""
    with open_archive(get_settings()) as engine, Session(engine) as session:
        try:
            found = bench_pages(session, rounds)
        except EmptyArchiveError:
            fail(TOO_LITTLE)
    if as_json:
        typer.echo(json.dumps(found))
        return
    typer.echo(f"{found['stories']:,} stories, {found['rss_anon_mb']} MB of the server's own memory")
    for concurrency, figures in found["concurrency"].items():
        typer.echo(f"\n{concurrency} at a time{'':16} {'p50 ms':>9} {'p99 ms':>9} {'a second':>9} {'times hello':>12}")
        for name, each in {"hello": figures["hello"] | {"times_hello": 1.0}, **figures["pages"]}.items():
            told = f"{each['p50_ms']:9.2f} {each['p99_ms']:9.2f} {each['rps']:9.1f} {each['times_hello']:12.1f}"
            typer.echo(f"{name:27} {told}")


@bench_app.command("pairs")
def bench_pairs_command(
    rounds: Annotated[int, typer.Option(help="How many times each pair is asked for.", min=2)] = 5,
) -> None:
    """Time the list under every pair of filters, those with no story in common included; the slowest come first."""
    with open_archive(get_settings()) as engine, Session(engine) as session:
        try:
            for path, median, worst in bench_pairs(session, rounds):
                typer.echo(f"{median:9.2f} {worst:9.2f}  {path}")
        except EmptyArchiveError:
            fail(TOO_LITTLE)
