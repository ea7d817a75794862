"""Copies: stories of several outlets, or several addresses, that are nearly the same text."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.shingles import resemblance, shingles
from app.store.among import among
from app.store.db import rows, write_rows
from app.store.models import Story, StoryBand, StoryText

# From here on two texts are copies of each other: one may be cut to two thirds, or have new sentences. Reports of
# one event that were written apart share a tenth at most.
ALIKE = 0.4
# A wire story is printed within days; what is alike later is a form, such as a weather report.
WINDOW = timedelta(days=3)
# The most texts that one story is compared with, and that one group is looked through for.
MOST_COMPARED = 20
MOST_IN_GROUP = 500
# So many bits of a band are kept: enough that few texts meet by chance, and those are compared word by word anyway.
KEPT = 2**31 - 1


# Makes the conditions of a selection on a column of story ids.
Conditions = Callable[[SQLColumnExpression[Any]], Sequence[ColumnElement[bool]]]


@dataclass(frozen=True, slots=True)
class NewStory:
    """A story that looks for its copies; `bands` are those that are stored."""

    id: int
    sorted_at: datetime
    text: str
    bands: Sequence[int]


def join(session: Session, stories: Sequence[NewStory]) -> None:
    """Put each story into the group of its copies, if it has any, and let others find it by its bands."""
    bands = [{"band": band, "story_id": story.id} for story in stories for band in story.bands]
    write_rows(session, _NEW_BANDS, bands)
    shared = set(session.connection().scalars(_SHARED_BANDS, {"ids": [row["band"] for row in bands]}))
    for story in stories:
        alike = _alike(session, story) if not shared.isdisjoint(story.bands) else ()
        if alike:
            label = min([story.id, *(group_id or story_id for story_id, group_id in alike)])
            labels = {group_id for _, group_id in alike if group_id is not None}
            members = col(Story.id).in_([story.id, *(story_id for story_id, _ in alike)])
            session.execute(update(Story).where(members | col(Story.group_id).in_(labels)).values(group_id=label))


_NEW_BANDS = insert(StoryBand)
_SHARED_BANDS = (
    select(col(StoryBand.band)).where(among(col(StoryBand.band))).group_by(col(StoryBand.band)).having(func.count() > 1)
)
_DROP_BAND = delete(StoryBand).where(
    col(StoryBand.band) == bindparam("band"), col(StoryBand.story_id) == bindparam("story_id")
)


def kept(bands: Iterable[int]) -> list[int]:
    """A text's bands as they are stored."""
    return sorted({band & KEPT for band in bands})


def leave(session: Session, story_ids: Sequence[int]) -> None:
    """Take stories out of their groups; a story that then stands alone has no group any more."""
    in_group = col(Story.id).in_(story_ids) & col(Story.group_id).is_not(None)
    labels = set(session.scalars(select(col(Story.group_id)).where(in_group)))
    with_bands = col(Story.id).in_(story_ids) & col(Story.bands).is_not(None)
    bands = session.execute(select(col(Story.id), col(Story.bands)).where(with_bands))
    write_rows(session, _DROP_BAND, [{"band": band, "story_id": story_id} for story_id, own in bands for band in own])
    session.execute(update(Story).where(with_bands).values(bands=None))
    if not labels:
        return
    session.execute(update(Story).where(in_group).values(group_id=None))
    alone = (
        select(col(Story.group_id))
        .where(col(Story.group_id).in_(labels))
        .group_by(col(Story.group_id))
        .having(func.count() == 1)
    )
    left = list(session.scalars(alone))
    session.execute(update(Story).where(col(Story.group_id).in_(left)).values(group_id=None))


_SHARED = func.count().label("shared")
_CANDIDATES: Any = (
    select(col(Story.id), col(Story.group_id), _SHARED)
    .join(StoryBand, col(StoryBand.story_id) == col(Story.id))
    .where(
        col(StoryBand.band).in_(bindparam("bands", expanding=True)),
        col(StoryBand.story_id) != bindparam("story_id"),
        col(Story.sorted_at).between(bindparam("first"), bindparam("last")),
    )
    .group_by(col(Story.id), col(Story.group_id))
    .order_by(_SHARED.desc(), col(Story.id))
    .limit(MOST_COMPARED)
)


def _alike(session: Session, story: NewStory) -> list[tuple[int, int | None]]:
    """(id, group) of the copies, those compared first that share most bands."""
    between = {"first": story.sorted_at - WINDOW, "last": story.sorted_at + WINDOW}
    candidates = rows(session, _CANDIDATES, {"bands": story.bands, "story_id": story.id, **between})
    if not candidates:
        return []
    own = shingles(story.text)
    texts = session.execute(
        select(col(StoryText.story_id), col(StoryText.text)).where(
            col(StoryText.story_id).in_([row.id for row in candidates])
        )
    )
    alike = {story_id for story_id, text in texts if resemblance(own, shingles(text)) >= ALIKE}
    return [(row.id, row.group_id) for row in candidates if row.id in alike]


def with_newer_copy(session: Session, groups: Mapping[int, int], conditions: Conditions) -> set[int]:
    """Those of the stories, given with their groups, of which a newer copy meets the conditions too."""
    member = aliased(Story, select(Story).where(col(Story.group_id).in_(set(groups.values()))).subquery("member"))
    members = session.execute(
        select(col(member.group_id), col(member.id))
        .where(*conditions(col(member.id)))
        .order_by(col(member.sorted_at).desc(), col(member.id).desc())
        .limit(MOST_IN_GROUP)
    )
    newest: dict[int, int] = {}
    for row in members:
        newest.setdefault(row.group_id, row.id)
    return {story_id for story_id, group_id in groups.items() if newest.get(group_id, story_id) != story_id}


def _copies() -> Select[int, int]:
    own = aliased(Story)
    return (
        select(col(own.id), col(Story.id))
        .join(Story, col(Story.group_id) == col(own.group_id))
        .where(among(col(own.id)), col(own.group_id).is_not(None), col(Story.id) != col(own.id))
        .order_by(col(Story.sorted_at).desc(), col(Story.id).desc())
        .limit(MOST_IN_GROUP)
    )


_COPIES = _copies()


def copies_of(session: Session, story_ids: Sequence[int]) -> dict[int, list[int]]:
    """The ids of the other stories of each story's group, newest first."""
    found: dict[int, list[int]] = {}
    for own_id, other in rows(session, _COPIES, {"ids": story_ids}):
        found.setdefault(own_id, []).append(other)
    return found
