"""Where annotation runs when the process that wants it must stay light."""

import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor


def executor(workers: int = 1) -> Executor:
    """A pool of processes that annotate; each loads the model at its first text and keeps it."""
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
