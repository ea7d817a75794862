"""What is in a sample of stories: people, countries, outlets, months and so on, all of them in one query.

The database lists the values, and they are counted here: it would sort the rows for that, one facet after the other.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache
from heapq import nlargest
from typing import Any, get_args

from sqlalchemy import Select, SQLColumnExpression, String, case, cast, func, select, true
from sqlmodel import Session, col

from app.spans import ActorKind, SourceForm
from app.store.among import among, joined
from app.store.annotations import FACET_OF_RELATION
from app.store.db import rows
from app.store.models import Actor, Outlet, Source, Story, StoryActor, StoryCountry

Expression = SQLColumnExpression[Any]
Ranked = list[tuple[str, int]]


def values_in(session: Session, ids: Sequence[int], lists: Collection[str] | None = None) -> dict[str, list[str]]:
    """The values of each facet in these stories, by facet, each as often as stories have it.

    `lists` are those of LISTS that are wanted; all unless given.
    """
    row = rows(session, _statement(tuple(lists or LISTS)), {"ids": ids})[0]
    return {facet: values.split(",") for facet, values in row._mapping.items() if values}


def most_frequent(values: Sequence[str], most: int) -> Ranked:
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
    in_words = case(*((each.c.form == form, form) for form in get_args(SourceForm)))
    return select(joined(in_words).label("form"))


def _months() -> Select[Any]:
    return select(joined(func.substr(cast(col(Story.published_at), String), 1, 7)).label("month"))


# Each gives one row, in which each facet is a column with all its values in the stories.
LISTS: dict[str, Select[Any]] = {
    "actor": _actors().where(among(col(StoryActor.story_id))),
    "country": _countries().where(among(col(StoryCountry.story_id))),
    "outlet": _outlets().where(among(col(Story.id))),
    "form": _forms(),
    "month": _months().where(among(col(Story.id))),
}


@lru_cache
def _statement(lists: tuple[str, ...]) -> Select[Any]:
    """The rows of several side by side."""
    first, *others = (LISTS[name].subquery(f"of_{name}") for name in lists)
    side_by_side: Any = first
    for each in others:
        side_by_side = side_by_side.join(each, true())
    return select(side_by_side)
