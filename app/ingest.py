"""Where the rooms meet: stories that were read are stored, stored stories are annotated.

Work is found in the rows (see `app.store.waiting`). So an interruption loses nothing, and doing it again does no harm.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from app.config import Settings
from app.nlp.pipeline import BATCH, Titled, annotate, annotate_many, pipeline_version
from app.spans import Annotations, AnnotationState, RawStory, Unreadable
from app.store import waiting
from app.store.annotations import save
from app.store.db import write_session
from app.store.stories import Added, add_all, add_story
from app.store.waiting import PendingStory

T = TypeVar("T")

# What every batch costs is shared by its stories; others that write wait a fraction of a second for one of these.
COMMIT_STORIES = 250
COMMIT_SECONDS = 2.0
KEPT_UNREADABLE = 1000


@dataclass(slots=True)
class AddReport:
    """What became of everything that was handed in; `story_ids` are those stored, old and new, in order.

    Of what was unreadable the first `KEPT_UNREADABLE` are kept, and all are counted.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    unreadable: list[Unreadable] = field(default_factory=list)
    unreadable_count: int = 0
    story_ids: list[int] = field(default_factory=list)


def add_stories(
    engine: Engine,
    found: Iterable[RawStory | Unreadable],
    *,
    on_story: Callable[[], None] = lambda: None,
    on_unreadable: Callable[[Unreadable], None] = lambda _: None,
) -> AddReport:
    """Store all stories; `on_story` is called after each. Unreadable ones are reported and stop nothing."""
    report = AddReport()
    for group in _groups(found):
        readable = [item for item in group if isinstance(item, RawStory)]
        with write_session(engine) as session:
            added = iter(add_all(session, readable, now=datetime.now(UTC)))
        for item in group:
            if isinstance(item, Unreadable):
                report.unreadable_count += 1
                report.unreadable += [item] * (report.unreadable_count <= KEPT_UNREADABLE)
                on_unreadable(item)
            else:
                result = next(added)
                report.outcomes[result.outcome] += 1
                report.story_ids.append(result.story_id)
            on_story()
    return report


def annotate_pending(
    engine: Engine,
    settings: Settings,
    *,
    among: Sequence[int] | None = None,
    on_story: Callable[[Annotations], None] = lambda _: None,
    pool: Executor | None = None,
) -> Counter[str]:
    """Annotate the stories that wait, all of them or only those of some ids, here or in a pool.

    Returns how many ended in which state. Stories that another process annotates meanwhile are left to it, and of
    all that wait those that were tried before: `annotate_again` takes them one by one.
    """
    version = pipeline_version(settings.model, settings.max_annotated_chars)
    states: Counter[str] = Counter()
    under_way: deque[PendingStory] = deque()

    def texts() -> Iterator[Titled]:
        for story in _claims(engine, version, among):
            under_way.append(story)
            yield Titled(story.text, story.title)

    found = annotate_many(texts(), model=settings.model, max_chars=settings.max_annotated_chars, pool=pool)
    for done in _groups((under_way.popleft(), annotations) for annotations in found):
        for annotations in _save(engine, version, done):
            states[annotations.state] += 1
            on_story(annotations)
    return states


def annotate_again(engine: Engine, settings: Settings, pool: Executor) -> AnnotationState | None:
    """Annotate one story, alone, that failed or was interrupted before; None where none is due."""
    with write_session(engine) as session:
        story = waiting.claim_again(session, now=datetime.now(UTC))
    if story is None:
        return None
    try:
        found = _annotate_in(pool, settings, story)
    except BrokenProcessPool:
        found = Annotations("failed", reason="annotating it ended the program, probably for want of memory")
    version = pipeline_version(settings.model, settings.max_annotated_chars)
    return _save(engine, version, [(story, found)])[0].state


def annotate_all_again(
    engine: Engine, settings: Settings, pool: Executor, *, on_story: Callable[[], None]
) -> Counter[str]:
    """Annotate all that failed or were interrupted before and are due, one by one in a pool of processes.

    Returns how many ended in which state.
    """
    states: Counter[str] = Counter()
    while (state := annotate_again(engine, settings, pool)) is not None:
        states[state] += 1
        on_story()
    return states


def _save(engine: Engine, version: str, done: Sequence[tuple[PendingStory, Annotations]]) -> list[Annotations]:
    """Save what was found; where that cannot be saved, save the others, and that it cannot."""
    try:
        with write_session(engine) as session:
            save(session, done, version, now=datetime.now(UTC))
    except OperationalError:
        raise  # a full disk, a locked database: not a story's fault
    except Exception as error:
        if len(done) > 1:
            return [saved for each in done for saved in _save(engine, version, [each])]
        [(story, _)] = done
        found = Annotations("failed", reason=f"its annotations could not be saved: {error!r}"[:500])
        with write_session(engine) as session:
            save(session, [(story, found)], version, now=datetime.now(UTC))
        return [found]
    return [found for _, found in done]


def _annotate_in(pool: Executor, settings: Settings, story: PendingStory) -> Annotations:
    titled = Titled(story.text, story.title)
    return pool.submit(annotate, titled, model=settings.model, max_chars=settings.max_annotated_chars).result()


def count_pending(engine: Engine, settings: Settings, among: Sequence[int]) -> int:
    """How many of these stories wait for annotation."""
    version = pipeline_version(settings.model, settings.max_annotated_chars)
    with Session(engine) as session:
        return sum(len(waiting.pending(session, version, among=ids)) for ids in _chunks(among))


def add_one(engine: Engine, settings: Settings, raw: RawStory, pool: Executor) -> tuple[Added, Annotations | None]:
    """Store one story and have it annotated in the pool; no annotations where it had them already."""
    version = pipeline_version(settings.model, settings.max_annotated_chars)
    with write_session(engine) as session:
        now = datetime.now(UTC)
        added = add_story(session, raw, now=now)
        story = waiting.claim_one(session, version, added.story_id, now=now)
    if story is None:
        return added, None
    found = _annotate_in(pool, settings, story)
    return added, _save(engine, version, [(story, found)])[0]


def _claims(engine: Engine, version: str, among: Sequence[int] | None) -> Iterator[PendingStory]:
    """The stories to annotate, claimed a batch at a time just before they are."""
    if among is not None:
        for ids in _chunks(among):
            with write_session(engine) as session:
                claimed = waiting.claim_among(session, version, among=ids, now=datetime.now(UTC))
            yield from claimed
        return
    while True:
        with write_session(engine) as session:
            claimed = waiting.claim_new(session, most=BATCH, now=datetime.now(UTC))
        if not claimed:
            return
        yield from claimed


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    distinct = list(dict.fromkeys(ids))
    for start in range(0, len(distinct), COMMIT_STORIES):
        yield distinct[start : start + COMMIT_STORIES]


def _groups(items: Iterable[T]) -> Iterator[list[T]]:
    """Groups to commit together: at most 250 items, or what comes within two seconds."""
    group: list[T] = []
    since = time.monotonic()
    for item in items:
        group.append(item)
        if len(group) >= COMMIT_STORIES or time.monotonic() - since > COMMIT_SECONDS:
            yield group
            group, since = [], time.monotonic()
    if group:
        yield group
