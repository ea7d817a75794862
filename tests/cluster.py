"""A Dask cluster on one machine, one of whose workers is killed while it works.

`python -m tests.cluster 2000` shows it with 2,000 stories, in an archive of its own.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from distributed import Client
from sqlalchemy import Engine, text

from app.read import read_paths
from app.spans import RawStory
from app.store.db import make_engine, migrate, write_session
from tests.factories import make_raw, store_raw
from tests.processes import NEWSGLOSS, kill, until

ROOT = Path(__file__).parents[1]
WORKERS = 3
PATIENCE = 1800.0
# Written by the database itself, so that a story that is saved twice is seen.
LOG_SAVINGS = (
    "CREATE TABLE saving (story_id INTEGER)",
    "CREATE TRIGGER log_saving AFTER UPDATE OF annotated_version ON story WHEN NEW.annotated_version IS NOT NULL"
    " BEGIN INSERT INTO saving VALUES (NEW.id); END",
)


@dataclass(frozen=True)
class Seen:
    """What came of it: savings in all and before the kill, stories saved, and what the command said."""

    savings: int
    stories: int
    before: int
    batches_lost: int
    seconds: float
    status: int
    said: str


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The address of a scheduler that has workers, one process each."""
    file = folder / "scheduler.json"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with ExitStack() as stack:
        log = stack.enter_context((folder / "dask.log").open("wb"))

        def start(*arguments: str) -> None:
            command = [sys.executable, "-m", "dask", *arguments, "--scheduler-file", str(file), "--no-dashboard"]
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environment)
            stack.callback(process.wait)
            stack.callback(process.kill)

        start("scheduler", "--host", "127.0.0.1", "--port", "0")
        until(file.exists)
        for _ in range(WORKERS):
            start("worker", "--no-nanny", "--nthreads", "1")
        yield str(json.loads(file.read_text())["address"])


def reannotate_and_kill(folder: Path, url: str, *, kill_after: int) -> Seen:
    """Annotate what waits in the archive at `url` on a cluster; once so many are saved, kill a worker at its work."""
    engine = make_engine(url)
    with write_session(engine) as session:
        for statement in LOG_SAVINGS:
            session.execute(text(statement))
    environment = {**os.environ, "NEWSGLOSS_DATABASE_URL": url}
    with cluster(folder) as address, Client(address, set_as_default=False) as client, ExitStack() as stack:
        client.wait_for_workers(WORKERS, timeout=PATIENCE)
        pids = client.run(os.getpid)
        command = [*NEWSGLOSS, "reannotate", "--cluster", address]
        since = time.monotonic()
        process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True))
        stack.callback(process.kill)
        until(lambda: bool(_batches(client)) and _savings(engine) >= kill_after, PATIENCE)
        victim, batches = next(iter(_batches(client).items()))
        kill(pids[victim])
        before = _savings(engine)
        said, _ = process.communicate(timeout=PATIENCE)
        seconds = time.monotonic() - since
    with engine.connect() as connection:
        row = connection.execute(text("SELECT count(*), count(DISTINCT story_id) FROM saving")).one()
    engine.dispose()
    return Seen(row[0], row[1], before, batches, seconds, process.returncode, said.strip())


def _batches(client: Client) -> dict[str, int]:
    """How many batches each worker has, by address, of those that have any."""
    return {address: len(keys) for address, keys in client.processing().items() if keys}


def _savings(engine: Engine) -> int:
    with engine.connect() as connection:
        n: int = connection.execute(text("SELECT count(*) FROM saving")).scalar_one()
    return n


def main(stories: int) -> None:
    """Annotate so many stories, beginnings of demo stories with a line of their own each; print what came of it."""
    seeds = [each for each in read_paths([str(ROOT / "seeds")], max_bytes=10**7) if isinstance(each, RawStory)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'archive.db'}"
        migrate(url)
        engine = make_engine(url)
        for n, seed in enumerate(islice(cycle(seeds), stories)):
            store_raw(engine, make_raw(f"{seed.text[:500]}\n\nCopy {n}.", title=seed.title))
        engine.dispose()
        seen = reannotate_and_kill(folder, url, kill_after=stories // 3)
    print(f"{stories} stories, {WORKERS} workers, one killed -9 with {seen.batches_lost} batches after {seen.before}")  # noqa: T201
    print(f"saved: {seen.stories} stories in {seen.savings} savings, {seen.seconds:.0f} s")  # noqa: T201
    print(f"newsgloss reannotate --cluster: {seen.said} (status {seen.status})")  # noqa: T201
    sys.exit(not (seen.status == 0 and seen.savings == seen.stories == stories))


if __name__ == "__main__":
    main(int(sys.argv[1]))
