"""How adding holds up as it grows: time and memory for many small files, and for adding them all once more."""

import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from app.bench.pages import rss_anon_mb
from app.config import Settings
from app.ingest import add_stories, annotate_pending
from app.read import read_paths
from app.store.db import make_engine, migrate

STORY = """Harbour {i} reopens

Mayor Ann Lee of Lindvik said on Tuesday that harbour {i} is open again. “The ferries leave at {i},” she told reporters.
"""
FIRST = 1000
FOLDER_FILES = 1000


def bench_add(number: int, settings: Settings, *, annotate: bool, on_story: Callable[[], None]) -> dict[str, float]:
    """Add so many files to a new archive, annotate them if wanted, and add them again.

    Memory is this process's own (RssAnon, in MB) after the first `FIRST` stories and after the last.
    """
    with TemporaryDirectory() as place:
        folder = Path(place) / "stories"
        for i in range(number):
            below = folder / f"{i // FOLDER_FILES:04}"
            below.mkdir(parents=True, exist_ok=True)
            (below / f"{i:07}.txt").write_text(STORY.format(i=i))
        url = f"sqlite:///{place}/archive.db"
        migrate(url)
        engine = make_engine(url)
        watch = _Watch(on_story)
        figures: dict[str, float] = {"stories": number}

        def add() -> list[int]:
            found = read_paths([folder], max_bytes=settings.max_story_bytes)
            return add_stories(engine, found, on_story=watch).story_ids

        for name, step in (("adding", add), ("adding again", add)):
            watch.restart()
            step()
            figures |= watch.figures(name)
        if annotate:
            watch.restart()
            annotate_pending(engine, settings, on_story=lambda _: watch())
            figures |= watch.figures("annotating")
        engine.dispose()
    return figures


class _Watch:
    """Counts stories, and looks at the clock and the memory."""

    def __init__(self, on_story: Callable[[], None]) -> None:
        self._on_story = on_story
        self.restart()

    def restart(self) -> None:
        self._count, self._first_mb, self._since = 0, 0.0, time.monotonic()

    def __call__(self) -> None:
        self._count += 1
        if self._count == FIRST:
            self._first_mb = _mb()
        self._on_story()

    def figures(self, name: str) -> dict[str, float]:
        seconds = time.monotonic() - self._since
        last = _mb()
        return {
            f"{name}: stories a second": self._count / seconds,
            f"{name}: MB after {FIRST}": self._first_mb or last,
            f"{name}: MB after the last": last,
        }


def _mb() -> float:
    """The memory of this process that is its own; not a number where the system does not tell."""
    return rss_anon_mb(os.getpid()) or math.nan
