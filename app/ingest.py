"""Where the rooms meet: stories that were read are stored, stored stories are annotated.

Work is found in the rows: a story waits while the version of its annotations is not the pipeline's. So an
interruption loses nothing, and doing it again does no harm.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import Engine
from sqlmodel import Session

from app.config import Settings
from app.nlp.pipeline import Titled, annotate, annotate_many, pipeline_version
from app.spans import Annotations, RawStory, Unreadable
from app.store.annotations import save
from app.store.db import write_session
from app.store.stories import Added, PendingStory, add_story, pending

T = TypeVar("T")

COMMIT_STORIES = 100
COMMIT_SECONDS = 2.0


@dataclass(slots=True)
class AddReport:
    """What became of everything that was handed in; `story_ids` are those stored, old and new, in order."""

    outcomes: Counter[str] = field(default_factory=Counter)
    unreadable: list[Unreadable] = field(default_factory=list)
    story_ids: list[int] = field(default_factory=list)


def add_stories(
    engine: Engine, found: Iterable[RawStory | Unreadable], *, on_story: Callable[[], None] = lambda: None
) -> AddReport:
    """Store all stories; `on_story` is called after each. Unreadable ones are reported and stop nothing."""
    report = AddReport()
    for group in _groups(found):
        with write_session(engine) as session:
            added = [_add(session, item) for item in group]
        for item, result in zip(group, added, strict=True):
            if isinstance(item, Unreadable):
                report.unreadable.append(item)
            elif result is not None:
                report.outcomes[result.outcome] += 1
                report.story_ids.append(result.story_id)
            on_story()
    return report


def _add(session: Session, item: RawStory | Unreadable) -> Added | None:
    return add_story(session, item, now=datetime.now(UTC)) if isinstance(item, RawStory) else None


def annotate_pending(
    engine: Engine,
    settings: Settings,
    *,
    among: Sequence[int] | None = None,
    on_story: Callable[[Annotations], None] = lambda _: None,
    pool: Executor | None = None,
) -> Counter[str]:
    """Annotate the stories that wait, all of them or only those of some ids, here or in a pool.

    Returns how many ended in which state.
    """
    version = pipeline_version(settings.model, settings.max_annotated_chars)
    states: Counter[str] = Counter()
    for group in _waiting(engine, version, among):
        texts = (Titled(story.text, story.title) for story in group)
        found = annotate_many(texts, model=settings.model, max_chars=settings.max_annotated_chars, pool=pool)
        for done in _groups(zip(group, found, strict=True)):
            with write_session(engine) as session:
                for story, annotations in done:
                    save_annotations(session, story, version, annotations)
            for _, annotations in done:
                states[annotations.state] += 1
                on_story(annotations)
    return states


def count_pending(engine: Engine, settings: Settings, among: Sequence[int]) -> int:
    """How many of these stories wait for annotation."""
    version = pipeline_version(settings.model, settings.max_annotated_chars)
    with Session(engine) as session:
        return sum(len(pending(session, version, among=ids, most=len(ids))) for ids in _chunks(among))


def save_annotations(session: Session, story: PendingStory, version: str, found: Annotations) -> bool:
    """Save what was found; False where the story was changed or deleted meanwhile."""
    return save(session, story.id, story.text, story.text_hash, version, found, now=datetime.now(UTC))


def add_one(engine: Engine, settings: Settings, raw: RawStory, pool: Executor) -> tuple[Added, Annotations | None]:
    """Store one story and have it annotated in the pool; no annotations where it had them already."""
    version = pipeline_version(settings.model, settings.max_annotated_chars)
    with write_session(engine) as session:
        added = add_story(session, raw, now=datetime.now(UTC))
        waiting = pending(session, version, among=[added.story_id], most=1)
    if not waiting:
        return added, None
    story = waiting[0]
    work = pool.submit(
        annotate, Titled(story.text, story.title), model=settings.model, max_chars=settings.max_annotated_chars
    )
    found = work.result()
    with write_session(engine) as session:
        save_annotations(session, story, version, found)
    return added, found


def _waiting(engine: Engine, version: str, among: Sequence[int] | None) -> Iterator[list[PendingStory]]:
    if among is not None:
        for ids in _chunks(among):
            yield _pending(engine, version, ids)
        return
    while group := _pending(engine, version, None):
        yield group


def _pending(engine: Engine, version: str, among: Sequence[int] | None) -> list[PendingStory]:
    with Session(engine) as session:
        return pending(session, version, among=among, most=COMMIT_STORIES)


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    distinct = list(dict.fromkeys(ids))
    for start in range(0, len(distinct), COMMIT_STORIES):
        yield distinct[start : start + COMMIT_STORIES]


def _groups(items: Iterable[T]) -> Iterator[list[T]]:
    """Groups to commit together: at most 100 items, or what comes within two seconds."""
    group: list[T] = []
    since = time.monotonic()
    for item in items:
        group.append(item)
        if len(group) >= COMMIT_STORIES or time.monotonic() - since > COMMIT_SECONDS:
            yield group
            group, since = [], time.monotonic()
    if group:
        yield group
