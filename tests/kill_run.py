"""Adds stories while the program is killed again and again, then looks whether any was lost or doubled.

    .venv/bin/python -m tests.kill_run --stories 10000 --kills 5

In turns it is the command that adds them and the server, with its worker, that is killed (as by kill -9).
"""

import argparse
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlmodel import Session, col

from app.store.db import make_engine, migrate
from app.store.models import Mention, Quote, Story
from tests.processes import NEWSGLOSS, kill, until

TEXT = "Ana Ruiz, Spain's health minister, met doctors in Madrid. “We listened,” she said. Number {}."
KILLED = (("add", "{folder}"), ("serve", "--port", "0"))
# A kill comes up to so many seconds after its moment, so that it meets any step of the work.
LATE = 0.5
PATIENCE = 3600.0


@dataclass(frozen=True)
class Held:
    """What an archive holds; each story has one quote, and as many mentions as the others."""

    stories: int
    texts: int
    annotated: int
    quotes: int
    mentions: int


def run(engine: Engine, folder: Path, stories: int, kills: int, say: Callable[[str], object] = lambda _: None) -> Held:
    """Add stories to an empty archive, which NEWSGLOSS_DATABASE_URL names too, with so many interruptions."""
    for number in range(stories):
        (folder / f"{number:06}.txt").write_text(TEXT.format(number))
    moments = sorted(random.uniform(0, 2 * stories) for _ in range(kills))
    for turn, moment in enumerate(moments):
        command = [part.format(folder=folder) for part in KILLED[turn % len(KILLED)]]
        # The server stores nothing, so it can only annotate what is there.
        most = 2 * stories if command[0] == "add" else 2 * holds(engine).stories
        held = _run_and_kill(engine, command, min(moment, most - 1))
        say(f"{command[0]} killed: {held.stories:,} stored, {held.annotated:,} annotated")
    subprocess.run([*NEWSGLOSS, "add", str(folder)], check=True, stdout=subprocess.DEVNULL)
    with subprocess.Popen([*NEWSGLOSS, "worker"], stderr=subprocess.DEVNULL) as worker:
        until(lambda: holds(engine).annotated == stories, patience=PATIENCE)
        worker.terminate()
    return holds(engine)


def _run_and_kill(engine: Engine, command: list[str], moment: float) -> Held:
    """Start a command and kill it some time after so many stories are stored and annotated, counted together."""
    with subprocess.Popen([*NEWSGLOSS, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until(lambda: _work_done(engine) >= moment, patience=PATIENCE)
        time.sleep(random.uniform(0, LATE))
        kill(process.pid)
    return holds(engine)


def _work_done(engine: Engine) -> int:
    held = holds(engine)
    return held.stories + held.annotated


def holds(engine: Engine) -> Held:
    """What the archive holds now."""
    annotated = select(func.count()).select_from(Story).where(col(Story.state) == "annotated")
    with Session(engine) as session:
        return Held(
            stories=session.execute(select(func.count()).select_from(Story)).scalar_one(),
            texts=session.execute(select(func.count(func.distinct(col(Story.text_hash))))).scalar_one(),
            annotated=session.execute(annotated).scalar_one(),
            quotes=session.execute(select(func.count()).select_from(Quote)).scalar_one(),
            mentions=session.execute(select(func.count()).select_from(Mention)).scalar_one(),
        )


def main() -> None:
    """Do it in an archive of its own, which is gone afterwards."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=None, help="the same seed kills at the same moments")
    given = parser.parse_args()
    random.seed(given.seed)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite:///{place}/archive.db"
        os.environ["NEWSGLOSS_DATABASE_URL"] = url
        folder = Path(place) / "stories"
        folder.mkdir()
        migrate(url)
        engine = make_engine(url)
        _say(str(run(engine, folder, given.stories, given.kills, _say)))
        engine.dispose()
        subprocess.run([*NEWSGLOSS, "check"], check=True)
    _say(f"{time.monotonic() - started:.0f} s in all")


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - what it is run for


if __name__ == "__main__":
    main()
