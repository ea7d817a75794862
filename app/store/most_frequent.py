"""What is most frequent in a sample of stories: people, countries, outlets and so on, all facets in a query.

The database lists the values, and they are counted here: it would sort the rows for that, one facet after the other.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache
from heapq import nlargest
from typing import Any

from sqlalchemy import Select, SQLColumnExpression, String, cast, func, literal, literal_column, select, union_all
from sqlmodel import Session, col

from app.store.among import among
from app.store.annotations import FACET_OF_RELATION
from app.store.db import rows
from app.store.models import Actor, Outlet, Source, Story, StoryActor, StoryCountry, StorySpeaker

Expression = SQLColumnExpression[Any]
Ranked = list[tuple[str, int]]

# A parameter here would be written into the statement anew each time.
COMMA = literal_column("','")


def most_frequent(
    session: Session, ids: Sequence[int], most: int, lists: Collection[str] | None = None
) -> dict[str, Ranked]:
    """(value, number of these stories) of each facet's `most` most frequent values, by facet.

    `lists` are those of LISTS that are wanted; all unless given.
    """
    listed = rows(session, _statement(tuple(lists or LISTS)), {"ids": ids})
    return {FACET_OF_RELATION.get(name, name): _ranked(values.split(","), most) for name, values in listed if values}


def _ranked(values: Sequence[str], most: int) -> Ranked:
    """The `most` most frequent values, most often first; the same number of times, the lower value first."""
    counted = Counter(values)
    least = nlargest(most, counted.values())[-1]
    # The others are left out first: sorting all by their keys would take longer than the query.
    pairs = [pair for pair in counted.items() if pair[1] >= least]
    return sorted(pairs, key=lambda pair: (-pair[1], len(pair[0]), pair[0]))[:most]


def _list(name: Expression, value: Expression, story_id: Expression) -> Select[Any, Any]:
    return select(name, func.aggregate_strings(cast(value, String), COMMA)).where(among(story_id))


def _actors() -> Select[Any, Any]:
    listed = _list(col(Actor.kind), col(StoryActor.actor_id), col(StoryActor.story_id))
    return listed.join_from(StoryActor, Actor, col(Actor.id) == col(StoryActor.actor_id)).group_by(col(Actor.kind))


def _countries() -> Select[Any, Any]:
    relation = col(StoryCountry.relation)
    return _list(relation, col(StoryCountry.country), col(StoryCountry.story_id)).group_by(relation)


def _outlets() -> Select[Any, Any]:
    return _list(literal("outlet"), col(Outlet.slug), col(Story.id)).join_from(
        Story, Outlet, col(Outlet.id) == col(Story.outlet_id)
    )


def _forms() -> Select[Any, Any]:
    each = select(col(Source.story_id), col(Source.form)).where(among(col(Source.story_id))).distinct().subquery()
    return select(literal("form"), func.aggregate_strings(each.c.form, COMMA))


# Each gives rows of a facet (of countries, the relation) and all its values in the stories.
LISTS: dict[str, Select[Any]] = {
    "actor": _actors(),
    "country": _countries(),
    "speaker": _list(literal("speaker"), col(StorySpeaker.actor_id), col(StorySpeaker.story_id)),
    "outlet": _outlets(),
    "form": _forms(),
}


@lru_cache
def _statement(lists: tuple[str, ...]) -> Any:
    return union_all(*(LISTS[name] for name in lists))
