"""The process that annotates what waits and polls feeds. One works on a database at a time.

Everything it knows is in the rows.
"""

import logging
import multiprocessing
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import NoReturn, ParamSpec

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from app.config import Settings
from app.executors import SECONDS_TO_END, end_with_parent, executor
from app.feeds import poll_next, read_next
from app.ingest import annotate_again, annotate_pending
from app.logs import set_up_logs
from app.nlp.pipeline import require
from app.read.fetch import Limits
from app.read.visit import Visitor
from app.store import leases, waiting
from app.store.db import make_engine, write_session

P = ParamSpec("P")

STOPS = (signal.SIGTERM, signal.SIGINT)
LEASE_LASTS = timedelta(seconds=20)
RENEW_SECONDS = 5.0
IDLE_SECONDS = 1.0
# What is fetched at a time. Pages apart: a host that wants long pauses between them holds up no feed.
FETCHERS = (poll_next, poll_next, read_next, read_next)
# After trouble that is not a story's own (no model, a full disk) the worker tries again, later each time.
LONGEST_PAUSE = 60.0

log = logging.getLogger("newsgloss.worker")


def new_holder() -> str:
    """A name under which a worker holds the lease; no other has the same."""
    return f"{socket.gethostname()}:{secrets.token_hex(8)}"


def work(settings: Settings, holder: str, *, processes: int = 1) -> None:
    """Annotate what waits and poll feeds until SIGTERM or SIGINT; first wait until no other worker does.

    The annotators run in processes of their own: one that is killed takes neither this one nor its lease along.
    """
    for each in STOPS:
        signal.signal(each, _stop)
    engine = make_engine(settings.database_url)
    pool = executor(processes)
    try:
        with _the_lease(engine, holder):
            _work_on(engine, settings, pool)
    finally:
        for child in multiprocessing.active_children():
            child.kill()
        pool.shutdown(cancel_futures=True)
        engine.dispose()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    for each in STOPS:
        signal.signal(each, signal.SIG_IGN)  # once is enough: the lease is to be released undisturbed
    raise SystemExit(0)


def _work_on(engine: Engine, settings: Settings, pool: Executor) -> None:
    visitor = Visitor(Limits.of(settings))
    for fetch in FETCHERS:
        # Daemons: what they were about when the worker ends is tried again later.
        threading.Thread(target=_repeat, args=(fetch, engine, settings, visitor), daemon=True).start()
    with write_session(engine) as session:
        waiting.unclaim(session, now=datetime.now(UTC))
    _repeat(annotate_due, engine, settings, pool)


def _repeat(work: Callable[P, bool], *args: P.args, **kwargs: P.kwargs) -> NoReturn:
    """Do some work for ever, with a pause where there was none, and a longer one after trouble."""
    trouble = _Trouble()
    while True:
        try:
            worked = work(*args, **kwargs)
        except BrokenProcessPool:
            log.warning("a process that annotates has died; its stories are tried again one by one")
        except Exception as error:
            time.sleep(trouble.pause(error))
        else:
            trouble.is_over()
            if not worked:
                time.sleep(IDLE_SECONDS)


def annotate_due(engine: Engine, settings: Settings, pool: Executor) -> bool:
    """Annotate what waits, new stories first; False where there was nothing to do.

    Raises:
        OSError: the model is not installed.
    """
    with Session(engine) as session:
        if not waiting.is_any_due(session, now=datetime.now(UTC)):
            return False
    require(settings.model)
    if not annotate_pending(engine, settings, pool=pool):
        annotate_again(engine, settings, pool)
    return True


class _Trouble:
    """What keeps the worker from working, such as a full disk: said once, not at every try."""

    def __init__(self) -> None:
        self._said = ""
        self._seconds = IDLE_SECONDS

    def pause(self, error: Exception) -> float:
        """Say what is wrong unless it was said; returns the seconds to wait before the next try."""
        reason = str(getattr(error, "orig", None) or error) or repr(error)
        if reason != self._said:
            expected = isinstance(error, SQLAlchemyError | OSError)
            log.error("cannot go on for now: %s", reason, exc_info=None if expected else error)
        self._said = reason
        self._seconds = min(self._seconds * 2, LONGEST_PAUSE)
        return self._seconds

    def is_over(self) -> None:
        """Say that work goes on, if it did not."""
        if self._said:
            log.info("going on")
        self._said, self._seconds = "", IDLE_SECONDS


# ------------------------------------------------------------------------------------------------ one at a time


@contextmanager
def _the_lease(engine: Engine, holder: str) -> Iterator[None]:
    """Holds the worker's lease as long as the block lasts."""
    try:
        # Inside: a signal may come between the taking and whatever follows it.
        if not _take(engine, holder):
            log.info("another worker is at work here; waiting for it to end")
            while not _take(engine, holder):
                time.sleep(IDLE_SECONDS)
        threading.Thread(target=_renew, args=(engine, holder), daemon=True).start()
        yield
    finally:
        _release(engine, holder)


def _release(engine: Engine, holder: str) -> None:
    with write_session(engine) as session:
        leases.release(session, leases.WORKER, holder)


def _take(engine: Engine, holder: str) -> bool:
    with write_session(engine) as session:
        return leases.take(session, leases.WORKER, holder, now=datetime.now(UTC), lasts=LEASE_LASTS)


def _renew(engine: Engine, holder: str) -> None:
    while True:
        time.sleep(RENEW_SECONDS)
        try:
            if _take(engine, holder):
                continue
        except SQLAlchemyError as error:
            log.warning("the lease could not be renewed: %s", error)
            continue
        # The process slept through its lease: another works by now.
        log.warning("another worker has taken over")
        os.kill(os.getpid(), signal.SIGTERM)
        return


# ------------------------------------------------------------------------------------------------ beside a server


@contextmanager
def worker_beside(settings: Settings) -> Iterator[None]:
    """A worker process as long as the block lasts; one that dies is started again, after a pause."""
    ending = threading.Event()
    keeper = threading.Thread(target=_keep, args=(settings, ending), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ending.set()
        keeper.join()


def _keep(settings: Settings, ending: threading.Event) -> None:
    engine = make_engine(settings.database_url)
    pause = IDLE_SECONDS
    while not ending.is_set():
        started, holder = time.monotonic(), new_holder()
        process = multiprocessing.get_context("spawn").Process(target=_work_beside, args=(settings, holder))
        process.start()
        _wait(process, ending)
        with suppress(SQLAlchemyError):  # it runs out by itself
            _release(engine, holder)
        pause = IDLE_SECONDS if time.monotonic() - started > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
        if not ending.wait(pause):
            log.warning("the worker has ended with status %s; starting it again", process.exitcode)
    engine.dispose()


def _wait(process: BaseProcess, ending: threading.Event) -> None:
    """Until the process has ended, by itself or because it is time to."""
    while process.is_alive() and not ending.is_set():
        process.join(IDLE_SECONDS)
    process.terminate()
    process.join(SECONDS_TO_END)
    process.kill()
    process.join()


def _work_beside(settings: Settings, holder: str) -> None:
    set_up_logs(settings)
    end_with_parent()
    work(settings, holder)
