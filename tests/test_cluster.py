import logging
import sys
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pytest
from distributed import KilledWorker, LocalCluster
from sqlalchemy import Engine
from sqlmodel import Session, select

from app import cluster
from app.cluster import ClusterError, cluster_of
from app.config import get_settings
from app.store.archive import wrong_counts
from app.store.models import Story
from tests.cluster import reannotate_and_kill
from tests.factories import make_raw, store_raw

STORIES = 100
NOBODY = "tcp://127.0.0.1:1"


def test_each_story_is_saved_once_though_a_worker_is_killed(archive: Engine, database_url: str, tmp_path: Path) -> None:
    for n in range(STORIES):
        store_raw(archive, make_raw(f"“The boats stay in port {n},” said Marta Sousa, the minister of Portugal."))
    seen = reannotate_and_kill(tmp_path, database_url, kill_after=0)
    assert (seen.status, seen.said) == (0, f"{STORIES} annotated")
    assert (seen.savings, seen.stories) == (STORIES, STORIES)
    assert seen.batches_lost > 0
    with Session(archive) as session:
        assert wrong_counts(session) == {}
        assert set(session.exec(select(Story.quote_count))) == {1}


@pytest.fixture
def scheduler() -> Iterator[LocalCluster]:
    """A scheduler in this process, without workers."""
    with LocalCluster(n_workers=0, processes=False, dashboard_address=None, silence_logs=logging.CRITICAL) as local:
        yield local


def use(address: str, error: Exception | None = None) -> None:
    """Ask a cluster for something, that may go wrong."""
    with cluster_of(address, get_settings()) as pool:
        if error is not None:
            raise error
        assert pool.submit(sum, [1, 2]).result() == 3


def test_work_is_done_by_a_worker(scheduler: LocalCluster) -> None:
    scheduler.scale(1)
    use(scheduler.scheduler_address)


def test_a_worker_of_another_version_does_nothing(scheduler: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    scheduler.scale(1)
    versions = iter("ab")
    monkeypatch.setattr(cluster, "pipeline_version", lambda *_: next(versions))
    with pytest.raises(ClusterError, match="another version of Newsgloss"):
        use(scheduler.scheduler_address)


def test_a_scheduler_without_workers_is_said(scheduler: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "WAIT_SECONDS", 0.2)
    with pytest.raises(ClusterError, match=f"start workers with: dask worker {scheduler.scheduler_address}"):
        use(scheduler.scheduler_address)


@pytest.mark.parametrize("address", [NOBODY, "no address at all", "http://127.0.0.1:1"])
def test_a_scheduler_that_does_not_answer_is_said(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "WAIT_SECONDS", 0.2)
    with pytest.raises(ClusterError, match=f"no Dask scheduler answers at {address}"):
        use(address)


def test_without_dask_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"requirements/cluster\.txt"):
        use(NOBODY)


@pytest.mark.parametrize(
    ("error", "words"),
    [(CancelledError(), "has gone"), (KilledWorker("batch", None, 3), "ended several workers")],
)
def test_what_goes_wrong_in_a_cluster_is_said(scheduler: LocalCluster, error: Exception, words: str) -> None:
    scheduler.scale(1)
    with pytest.raises(ClusterError, match=words):
        use(scheduler.scheduler_address, error)
