"""How much is asked and waits, for Prometheus."""

from collections.abc import Iterable
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Engine
from sqlmodel import Session

from app.store import archive, leases, waiting

METHODS = frozenset({"GET", "HEAD", "POST", "DELETE"})


class Metrics:
    """The figures of one server; those of the archive are read when they are asked for."""

    def __init__(self, engine: Engine) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "newsgloss_requests", "Requests answered.", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "newsgloss_request_seconds", "How long answering took.", ["route"], registry=self._registry
        )
        self._registry.register(_Archive(engine))
        ProcessCollector(registry=self._registry)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request under its route's template, so that there are never more series than routes."""
        self._requests.labels(method if method in METHODS else "other", route, status).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """All figures in Prometheus' text form."""
        return generate_latest(self._registry)


class _Archive(Collector):
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing, so that making the registry does not read the archive."""
        return ()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """The archive's figures as they are now."""
        now = datetime.now(UTC)
        with Session(self._engine) as session:
            stories = archive.counts(session)["stories"]
            pending, since = waiting.count_waiting(session), waiting.untried_since(session)
            works = leases.holder_of(session, leases.WORKER, now=now) is not None
        lag = max(0.0, (now - since).total_seconds()) if since else 0.0
        yield GaugeMetricFamily("newsgloss_stories", "Stories in the archive.", stories)
        yield GaugeMetricFamily("newsgloss_stories_pending", "Stories that wait for annotation.", pending)
        yield GaugeMetricFamily(
            "newsgloss_worker_lag_seconds", "Age of the oldest story whose annotation was not tried yet.", lag
        )
        yield GaugeMetricFamily("newsgloss_worker_running", "1 while a worker annotates this archive.", int(works))
