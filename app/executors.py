"""Where annotation runs when the process that wants it must stay light."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from threading import Lock
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def executor(workers: int = 1) -> Executor:
    """A pool of processes that annotate; each loads the model at its first text and keeps it."""
    return _SteadyPool(workers)


class _SteadyPool(Executor):
    """A process pool that goes on after one of its processes was killed.

    The work under way at that moment fails with BrokenProcessPool; what is handed in later has new processes.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._lock = Lock()
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._workers, mp_context=multiprocessing.get_context("spawn"))

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        with self._lock:
            try:
                return self._pool.submit(fn, *args, **kwargs)
            except BrokenProcessPool:
                self._pool = self._new_pool()
                return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._pool.shutdown(wait, cancel_futures=cancel_futures)
