"""Annotation on a Dask cluster: its workers annotate, and the one process that asks them saves.

The scheduler gives what a dead worker had to another.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from functools import partial
from typing import ParamSpec, TypeVar

from app.config import Settings
from app.nlp.pipeline import pipeline_version

P = ParamSpec("P")
T = TypeVar("T")

WAIT_SECONDS = 10.0

# A worker with several threads still has one model, which is not made for use by two at once.
_annotating = threading.Lock()


class ClusterError(RuntimeError):
    """The cluster cannot do the work, and what to do about it."""


@contextmanager
def cluster_of(address: str, settings: Settings) -> Iterator[Executor]:
    """The workers of the Dask scheduler at that address; each loads the model at its first text and keeps it.

    Raises:
        ClusterError: Dask is not installed, nobody answers, nobody works there, or the work cannot be done.
    """
    try:
        # Only those who have a cluster have it installed.
        from distributed import Client, KilledWorker
    except ModuleNotFoundError:
        told = "a cluster needs more packages: .venv/bin/pip install --require-hashes -r requirements/cluster.txt"
        raise ClusterError(told) from None
    # What it would log of a scheduler that is gone is said below, in one line.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=WAIT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(f"no Dask scheduler answers at {address} ({error})") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=WAIT_SECONDS)
            yield _Cluster(client.get_executor(pure=False), settings)
        except TimeoutError:
            raise ClusterError(f"nobody works for {address}; start workers with: dask worker {address}") from None
        except KilledWorker as error:
            told = "some story in it may need more memory than a worker has. Call again for the others"
            raise ClusterError(f"a batch of stories ended several workers, one after the other: {told}") from error
        except CancelledError:
            told = "call again for what is left; the worker takes up what was under way"
            raise ClusterError(f"the scheduler at {address} has gone; {told}") from None


class _Cluster(Executor):
    """Hands work to Dask, together with what the worker must agree on."""

    def __init__(self, executor: Executor, settings: Settings) -> None:
        self._executor = executor
        self._wanted = settings.model, settings.max_annotated_chars
        self._version = pipeline_version(*self._wanted)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        return self._executor.submit(_work, self._version, self._wanted, partial(fn, *args, **kwargs))


def _work(version: str, wanted: tuple[str, int], work: Callable[[], T]) -> T:
    """Do it, on a worker, if that would annotate just as the process that asks."""
    with _annotating:
        if pipeline_version(*wanted) != version:
            raise ClusterError("a worker has another version of Newsgloss or of the model; install the same everywhere")
        return work()
