"""Newsgloss as real processes, for tests that end them."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

NEWSGLOSS = [sys.executable, "-m", "app.cli"]
PATIENCE = 60.0


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A command that runs as long as the block, unless the block ends it."""
    process = subprocess.Popen([*NEWSGLOSS, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with process:
        try:
            yield process
        finally:
            process.terminate()


def address_of(server: subprocess.Popen[str]) -> str:
    """Where a server that was just started listens."""
    assert server.stdout is not None
    found = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
    assert found is not None
    return found[0]


def descendants(pid: int) -> set[int]:
    """The processes below a process, as /proc tells."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        if fields[0] != "Z":
            parents[int(path.parent.name)] = int(fields[1])
    below = {child for child, parent in parents.items() if parent == pid}
    return below.union(*(descendants(child) for child in below)) if below else below


def command_line(pid: int) -> str:
    """How a process was started; "" if it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def is_running(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def kill(pid: int) -> None:
    """What kill -9 does."""
    os.kill(pid, signal.SIGKILL)


def until(true: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait for something to become true; after a minute, fail."""
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
