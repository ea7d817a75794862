"""How fast annotation is, as ratios measured side by side in one run."""

import statistics
import time
from collections.abc import Callable, Sequence

from app.config import Settings
from app.executors import executor
from app.nlp.pipeline import BATCH, Titled, annotate_many

RUNS = 5


def bench_annotate(texts: Sequence[Titled], settings: Settings, processes: int) -> dict[str, float]:
    """Annotation against the bare model on the same texts, in pairs of runs, warm, the medians of the pairs' ratios.

    With more than one process, also how many times the throughput of one they reach.
    """
    import spacy

    bare = spacy.load(settings.model)

    def run_bare() -> None:
        for _ in bare.pipe((item.text for item in texts), batch_size=BATCH):
            pass

    def run_here() -> None:
        for _ in annotate_many(texts, model=settings.model, max_chars=settings.max_annotated_chars):
            pass

    times_bare = _ratio(run_here, run_bare)
    figures = {"stories": float(len(texts)), "words": float(sum(len(item.text.split()) for item in texts))}
    figures["times the bare model"] = times_bare
    if processes > 1:
        with executor(processes) as pool:

            def run_pool() -> None:
                settled = settings.max_annotated_chars
                for _ in annotate_many(texts, model=settings.model, max_chars=settled, pool=pool):
                    pass

            figures[f"throughput of {processes} processes, times one"] = _ratio(run_here, run_pool)
    return figures


def _ratio(one: Callable[[], None], other: Callable[[], None]) -> float:
    """How many times as long one takes as the other: the median over paired runs, after a warm-up of each."""
    one()
    other()
    return statistics.median(_seconds(one) / _seconds(other) for _ in range(RUNS))


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
