"""What is most frequent in a sample of stories: people, countries, outlets and so on, several facets in a query."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    Subquery,
    bindparam,
    case,
    distinct,
    func,
    literal,
    select,
)
from sqlmodel import Session, col

from app.store.among import among
from app.store.annotations import FACET_OF_RELATION
from app.store.models import Actor, Outlet, Source, Story, StoryActor, StoryCountry, StorySpeaker

Expression = SQLColumnExpression[Any]


def most_frequent(session: Session, ids: Sequence[int], most: int) -> dict[str, list[tuple[str, int]]]:
    """(value, number of these stories) of each facet's `most` most frequent values, by facet."""
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for statement in _STATEMENTS:
        for facet, value, n in session.execute(statement, {"ids": ids, "most": most}):
            found[facet].append((str(value), n))
    return found


def _counted(facet: Expression, value: Expression, story_id: Expression, n: Expression) -> Subquery:
    columns: list[ColumnElement[Any]] = [facet.label("facet"), value.label("value"), n.label("n")]
    return select(*columns).where(among(story_id)).group_by(facet, value).subquery()


def _actors() -> Subquery:
    # Joined after counting: the stories of a sample have many of their actors in common.
    counted = _counted(literal(""), col(StoryActor.actor_id), col(StoryActor.story_id), func.count())
    return select(col(Actor.kind), counted.c.value, counted.c.n).join(counted, counted.c.value == Actor.id).subquery()


def _outlets() -> Subquery:
    counted = _counted(literal("outlet"), col(Story.outlet_id), col(Story.id), func.count())
    named = select(counted.c.facet, col(Outlet.slug), counted.c.n)
    return named.join(Outlet, counted.c.value == Outlet.id).subquery()


def _ranked(counted: Subquery) -> Select[Any]:
    """Of rows (facet, value, n) the first of each facet."""
    facet, value, n = counted.c
    rank = func.row_number().over(partition_by=facet, order_by=(n.desc(), value)).label("rank")
    ranked = select(facet, value, n, rank).subquery()
    return select(*list(ranked.c)[:3]).where(ranked.c.rank <= bindparam("most")).order_by(ranked.c.rank)


_RELATIONS = case(FACET_OF_RELATION, value=col(StoryCountry.relation))

_STATEMENTS = (
    _ranked(_actors()),
    _ranked(_counted(_RELATIONS, col(StoryCountry.country), col(StoryCountry.story_id), func.count())),
    _ranked(_counted(literal("speaker"), col(StorySpeaker.actor_id), col(StorySpeaker.story_id), func.count())),
    _ranked(_outlets()),
    _ranked(
        _counted(literal("form"), col(Source.form), col(Source.story_id), func.count(distinct(col(Source.story_id))))
    ),
)
