"""What is most frequent in a sample of stories: people, countries, outlets and so on, all facets in a query.

The database lists the values, and they are counted here: it would sort the rows for that, one facet after the other.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache
from heapq import nlargest
from typing import Any, get_args

from sqlalchemy import Select, SQLColumnExpression, select, true
from sqlmodel import Session, col

from app.spans import ActorKind
from app.store.among import among, joined
from app.store.annotations import FACET_OF_RELATION
from app.store.db import rows
from app.store.models import Actor, Outlet, Source, Story, StoryActor, StoryCountry

Expression = SQLColumnExpression[Any]
Ranked = list[tuple[str, int]]


def most_frequent(
    session: Session, ids: Sequence[int], most: int, lists: Collection[str] | None = None
) -> dict[str, Ranked]:
    """(value, number of these stories) of each facet's `most` most frequent values, by facet.

    `lists` are those of LISTS that are wanted; all unless given.
    """
    listed = rows(session, _statement(tuple(lists or LISTS)), {"ids": ids})[0]
    return {facet: _ranked(values.split(","), most) for facet, values in listed._mapping.items() if values}


def _ranked(values: Sequence[str], most: int) -> Ranked:
    """The `most` most frequent values, most often first; the same number of times, the lower value first."""
    counted = Counter(values)
    least = nlargest(most, counted.values())[-1]
    # The others are left out first: sorting all by their keys would take longer than the query.
    pairs = [pair for pair in counted.items() if pair[1] >= least]
    return sorted(pairs, key=lambda pair: (-pair[1], len(pair[0]), pair[0]))[:most]


def _actors() -> Select[Any]:
    actors = joined(col(StoryActor.actor_id))
    of_kinds = [actors.filter(col(Actor.kind) == kind).label(kind) for kind in get_args(ActorKind)]
    speakers = actors.filter(col(StoryActor.quotes) > 0).label("speaker")
    return select(*of_kinds, speakers).join_from(StoryActor, Actor, col(Actor.id) == col(StoryActor.actor_id))


def _countries() -> Select[Any]:
    relation, country = col(StoryCountry.relation), joined(col(StoryCountry.country))
    return select(*(country.filter(relation == each).label(facet) for each, facet in FACET_OF_RELATION.items()))


def _outlets() -> Select[Any]:
    slugs = select(joined(col(Outlet.slug)).label("outlet"))
    return slugs.join_from(Story, Outlet, col(Outlet.id) == col(Story.outlet_id))


def _forms() -> Select[Any]:
    each = select(col(Source.story_id), col(Source.form)).where(among(col(Source.story_id))).distinct().subquery()
    return select(joined(each.c.form).label("form"))


# Each gives one row, in which each facet is a column with all its values in the stories.
LISTS: dict[str, Select[Any]] = {
    "actor": _actors().where(among(col(StoryActor.story_id))),
    "country": _countries().where(among(col(StoryCountry.story_id))),
    "outlet": _outlets().where(among(col(Story.id))),
    "form": _forms(),
}


@lru_cache
def _statement(lists: tuple[str, ...]) -> Select[Any]:
    """The rows of several side by side."""
    first, *others = (LISTS[name].subquery(f"of_{name}") for name in lists)
    side_by_side: Any = first
    for each in others:
        side_by_side = side_by_side.join(each, true())
    return select(side_by_side)
