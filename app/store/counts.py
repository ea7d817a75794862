"""Exact counts of the archive, kept as stories come and go: facet_count is added to last, in key order.

Facets: `story` (value "all"), `month` (dated stories, by "2026-03"), `quote` ("all"), the story filters by their
parameter (person, organisation, group, country, focus, speaking, speaker, outlet), `spoken` (quotes by speaker),
`named` (stories by actor and the name he has there), and the sources' `form`, `affiliation` and `flag` (unnamed,
anonymous, and "without reason": either of them with no reason stated).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Insert, Select, bindparam, delete, literal, select, union_all
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col

from app.store.db import rows, write_rows
from app.store.models import FacetCount

Counts = Counter[tuple[str, str]]


def change(session: Session, by: Counts) -> None:
    """Add to the counts (negative numbers take away)."""
    changed = [{"facet": facet, "value": value, "count": n} for (facet, value), n in sorted(by.items()) if n]
    write_rows(session, _adding(session.connection().dialect.name), changed)


@cache
def _adding(dialect: str) -> Insert:
    statement = (sqlite_insert if dialect == "sqlite" else postgresql_insert)(FacetCount)
    return statement.on_conflict_do_update(
        index_elements=["facet", "value"], set_={"count": col(FacetCount.count) + statement.excluded["count"]}
    )


_SOME = select(col(FacetCount.facet), col(FacetCount.value), col(FacetCount.count)).where(
    col(FacetCount.facet).in_(bindparam("facets", expanding=True)),
    col(FacetCount.value).in_(bindparam("values", expanding=True)),
)


def of(session: Session, facet: str, values: Iterable[str]) -> dict[str, int]:
    """The counts of some values of a facet; those never seen are left out."""
    return {value: n for _, value, n in rows(session, _SOME, {"facets": [facet], "values": list(values)})}


def sizes(session: Session, values: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """By facet, the counts of some of its values together, all asked for at once."""
    every = [value for of_facet in values.values() for value in of_facet]
    some = rows(session, _SOME, {"facets": list(values), "values": every})
    found = {(facet, value): n for facet, value, n in some}
    return {facet: sum(found.get((facet, value), 0) for value in of_facet) for facet, of_facet in values.items()}


def total(session: Session, facet: str) -> int:
    """All stories or all quotes of the archive."""
    return of(session, facet, ["all"]).get("all", 0)


def _highest(facet: Any) -> Select[Any, Any]:
    return (
        select(col(FacetCount.value), col(FacetCount.count))
        .where(col(FacetCount.facet) == facet, col(FacetCount.count) > 0)
        .order_by(col(FacetCount.count).desc(), col(FacetCount.value).desc())
        .limit(bindparam("most"))
    )


_TOP = _highest(bindparam("facet"))


def top(session: Session, facet: str, most: int) -> list[tuple[str, int]]:
    """The values of a facet with the highest counts, highest first."""
    return [(value, n) for value, n in rows(session, _TOP, {"facet": facet, "most": most})]


@lru_cache
def _top_of_each(facets: tuple[str, ...]) -> Any:
    return union_all(*(select(literal(facet), *_highest(facet).subquery().c) for facet in facets))


def top_of_each(session: Session, facets: Sequence[str], most: int) -> dict[str, list[tuple[str, int]]]:
    """The same of several facets at once; those without values are left out."""
    found: dict[str, list[tuple[str, int]]] = {}
    for facet, value, n in rows(session, _top_of_each(tuple(facets)), {"most": most}):
        found.setdefault(facet, []).append((value, n))
    return found


_EVERY = select(col(FacetCount.value), col(FacetCount.count)).where(
    col(FacetCount.facet) == bindparam("facet"), col(FacetCount.count) > 0
)


def every(session: Session, facet: str) -> dict[str, int]:
    """The counts of all values of a facet that has few."""
    return dict(rows(session, _EVERY, {"facet": facet}))


def replace_all(session: Session, counted: Counts) -> None:
    """Set every count anew."""
    session.execute(delete(FacetCount))
    change(session, counted)


def read_all(session: Session) -> Counts:
    """Every count that is not zero."""
    kept = rows(session, select(col(FacetCount.facet), col(FacetCount.value), col(FacetCount.count)))
    return Counter({(facet, value): count for facet, value, count in kept if count})
