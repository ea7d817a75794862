"""Facets beside a list, and the chips of its active filters."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func, select
from sqlmodel import Session, col

from app.config import get_settings
from app.country_names import country_name
from app.store import counts
from app.store.cards import Chip, Facet, FacetValue
from app.store.filters import FILTERS, Selection
from app.store.matching import newest_matches
from app.store.models import Actor, Outlet, Story, StoryActor, StoryCountry, StorySpeaker

Expression = SQLColumnExpression[Any]

SHOWN = 12
ACTOR_PARAMS = frozenset({"person", "organisation", "group", "speaker", "about"})
COUNTRY_PARAMS = frozenset({"country", "focus", "speaking"})
RELATIONS = {"country": "mentioned", "focus": "focus", "speaking": "speaking"}
LABELS = {
    "person": "People",
    "organisation": "Organisations",
    "group": "Groups",
    "country": "Countries",
    "focus": "In focus",
    "speaking": "Speaking",
    "speaker": "Speakers",
    "outlet": "Outlets",
}


def story_facets(session: Session, selection: Selection) -> list[Facet]:
    """Each facet's most frequent values: exact for the whole archive, else over the newest matches."""
    if not selection:
        counted = {param: counts.top(session, param, SHOWN) for param in LABELS}
        return _facets(session, selection, counted, over=None)
    settings = get_settings()
    sample = newest_matches(
        session, selection, after=None, size=settings.facet_sample, max_examined=settings.max_examined
    )
    counted = {param: _count(session, param, sample.ids) for param in LABELS}
    return _facets(session, selection, counted, over=len(sample.ids) if sample.next else None)


def _count(session: Session, param: str, ids: Iterable[int]) -> list[tuple[str, int]]:
    value, story_id, conditions = _counted_columns(param)
    n = func.count().label("n")
    rows: Select[Any, int] = select(value.label("value"), n).where(story_id.in_(list(ids)), *conditions).group_by(value)
    if param in ("person", "organisation", "group"):
        rows = rows.join(Actor, col(Actor.id) == col(StoryActor.actor_id))
    if param == "outlet":
        rows = rows.select_from(Story).join(Outlet, col(Outlet.id) == col(Story.outlet_id))
    return [(str(key), count) for key, count in session.execute(rows.order_by(n.desc(), value).limit(SHOWN))]


def _counted_columns(param: str) -> tuple[Expression, Expression, list[ColumnElement[bool]]]:
    if param == "speaker":
        return col(StorySpeaker.actor_id), col(StorySpeaker.story_id), []
    if param == "outlet":
        return col(Outlet.slug), col(Story.id), []
    if param in RELATIONS:
        return col(StoryCountry.country), col(StoryCountry.story_id), [col(StoryCountry.relation) == RELATIONS[param]]
    return col(StoryActor.actor_id), col(StoryActor.story_id), [col(Actor.kind) == param]


def _facets(
    session: Session, selection: Selection, counted: Mapping[str, list[tuple[str, int]]], over: int | None
) -> list[Facet]:
    names = value_names(session, [(param, value) for param, values in counted.items() for value, _ in values])
    return [
        Facet(
            param,
            LABELS[param],
            [
                FacetValue(value, names.get((param, value), value), n, value in selection.values(param))
                for value, n in values
            ],
            over,
        )
        for param, values in counted.items()
        if values
    ]


def chips(session: Session, selection: Selection) -> list[Chip]:
    """The active filters in words, in canonical order."""
    names = value_names(session, selection.pairs)
    return [
        Chip(param, value, FILTERS[param].label, names.get((param, value), value)) for param, value in selection.pairs
    ]


def value_names(session: Session, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The words for filter values: names of actors, countries and outlets; values without a name are left out."""
    wanted = list(pairs)
    actors = _actor_names(session, {int(value) for param, value in wanted if param in ACTOR_PARAMS})
    outlets = _outlet_names(session, {value for param, value in wanted if param == "outlet"})
    names = {}
    for param, value in wanted:
        name = _name_of(param, value, actors, outlets)
        if name is not None:
            names[param, value] = name
    return names


def _name_of(param: str, value: str, actors: Mapping[int, str], outlets: Mapping[str, str]) -> str | None:
    if param in ACTOR_PARAMS:
        return actors.get(int(value))
    if param in COUNTRY_PARAMS:
        return country_name(value)
    return outlets.get(value) if param == "outlet" else None


def _actor_names(session: Session, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows = session.execute(select(col(Actor.id), col(Actor.name)).where(col(Actor.id).in_(ids)))
    return {row.id: row.name for row in rows}


def _outlet_names(session: Session, slugs: set[str]) -> dict[str, str]:
    if not slugs:
        return {}
    rows = session.execute(select(col(Outlet.slug), col(Outlet.name)).where(col(Outlet.slug).in_(slugs)))
    return {row.slug: row.name for row in rows}
