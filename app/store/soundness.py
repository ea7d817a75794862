"""Whether what the archive holds fits together: its file, its references, its counts and its search index."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, get_args

from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, col

from app.store import counts, search
from app.store.archive import recounted, wrong_counts
from app.store.models import DeletedStory, FeedItem, Story, StoryBand, StoryText
from app.store.search import Searched

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that does not fit, in words; `repairable` where `repair` sets it right."""

    words: str
    repairable: bool = False


def problems(session: Session) -> list[Problem]:
    """All that does not fit together, in a session that may write (though nothing is written)."""
    damage = _damage(session)
    if damage:
        return damage  # what is read from a damaged file tells nothing
    return [*_orphans(session), *_wrong_counts(session), *_wrong_indexes(session)]


def repair(session: Session) -> None:
    """Make anew what is derived from the rows: counts and search index."""
    counts.replace_all(session, recounted(session))
    for what in get_args(Searched):
        if not search.is_right(session, what):
            search.rebuild(session, what)


def _damage(session: Session) -> list[Problem]:
    if not _is_sqlite(session):
        return []  # PostgreSQL watches over its own files
    try:
        found = session.scalars(text(f"PRAGMA integrity_check({MOST_SHOWN})")).all()
    except DatabaseError as error:
        found = [str(error.orig)]
    return [Problem(f"the database is damaged: {each}; restore a backup") for each in found if each != "ok"]


def _orphans(session: Session) -> list[Problem]:
    found: Counter[str] = Counter()
    if _is_sqlite(session):
        for table, _row, parent, _key in session.execute(text("PRAGMA foreign_key_check")):
            found[f"of {table} without their {parent}"] += 1
    found["of story without their text"] += _without(session, col(Story.id), col(StoryText.story_id))
    found["of story_band without their story"] += _without(session, col(StoryBand.story_id), col(Story.id))
    gone = select(col(DeletedStory.story_id))
    found["of feed_item without their story"] += _count(
        session,
        select(func.count())
        .select_from(FeedItem)
        .join(Story, col(Story.id) == col(FeedItem.story_id), isouter=True)
        .where(col(FeedItem.story_id).is_not(None), col(Story.id).is_(None), col(FeedItem.story_id).not_in(gone)),
    )
    return [Problem(f"{n} rows {which}") for which, n in sorted(found.items()) if n]


def _wrong_counts(session: Session) -> list[Problem]:
    wrong = wrong_counts(session)
    return [
        Problem(f"{facet} {value}: kept {kept}, counted {counted}", repairable=True)
        for (facet, value), (kept, counted) in wrong.items()
    ]


def _wrong_indexes(session: Session) -> list[Problem]:
    return [
        Problem(f"the search index of the {what} rows does not fit them", repairable=True)
        for what in get_args(Searched)
        if not search.is_right(session, what)
    ]


def _without(session: Session, key: Any, parent: Any) -> int:
    """How many rows have a key that is nowhere in the column `parent`."""
    rows = select(func.count()).select_from(key.class_).join(parent.class_, parent == key, isouter=True)
    return _count(session, rows.where(parent.is_(None)))


def _count(session: Session, statement: Any) -> int:
    return int(session.execute(statement).scalar_one())


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
