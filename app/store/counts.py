"""Exact counts of the archive, kept as stories come and go: facet_count is added to last, in key order.

Facets: `story` (value "all"), `month` (dated stories, by "2026-03"), `quote` ("all"), the story filters by their
parameter (person, organisation, group, country, focus, speaking, speaker, outlet), `spoken` (quotes by speaker),
`named` (stories by actor and the name he has there), and the sources' `form`, `affiliation` and `flag` (unnamed,
anonymous, and "without reason": either of them with no reason stated).
"""

from collections import Counter
from collections.abc import Iterable
from functools import cache

from sqlalchemy import Insert, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col

from app.store.models import FacetCount

Counts = Counter[tuple[str, str]]


def change(session: Session, by: Counts) -> None:
    """Add to the counts (negative numbers take away)."""
    rows = [{"facet": facet, "value": value, "count": n} for (facet, value), n in sorted(by.items()) if n]
    if not rows:
        return
    connection = session.connection()
    connection.execute(_adding(connection.dialect.name), rows)


@cache
def _adding(dialect: str) -> Insert:
    statement = (sqlite_insert if dialect == "sqlite" else postgresql_insert)(FacetCount)
    return statement.on_conflict_do_update(
        index_elements=["facet", "value"], set_={"count": col(FacetCount.count) + statement.excluded["count"]}
    )


_OF = select(col(FacetCount.value), col(FacetCount.count)).where(
    col(FacetCount.facet) == bindparam("facet"), col(FacetCount.value).in_(bindparam("values", expanding=True))
)


def of(session: Session, facet: str, values: Iterable[str]) -> dict[str, int]:
    """The counts of some values of a facet; those never seen are left out."""
    rows = session.execute(_OF, {"facet": facet, "values": list(values)})
    return {row[0]: row[1] for row in rows}


def total(session: Session, facet: str) -> int:
    """All stories or all quotes of the archive."""
    return of(session, facet, ["all"]).get("all", 0)


_TOP = (
    select(col(FacetCount.value), col(FacetCount.count))
    .where(col(FacetCount.facet) == bindparam("facet"), col(FacetCount.count) > 0)
    .order_by(col(FacetCount.count).desc(), col(FacetCount.value).desc())
    .limit(bindparam("most"))
)


def top(session: Session, facet: str, most: int) -> list[tuple[str, int]]:
    """The values of a facet with the highest counts, highest first."""
    return [(row[0], row[1]) for row in session.execute(_TOP, {"facet": facet, "most": most})]


_EVERY = select(col(FacetCount.value), col(FacetCount.count)).where(
    col(FacetCount.facet) == bindparam("facet"), col(FacetCount.count) > 0
)


def every(session: Session, facet: str) -> dict[str, int]:
    """The counts of all values of a facet that has few."""
    return {row[0]: row[1] for row in session.execute(_EVERY, {"facet": facet})}


def replace_all(session: Session, counted: Counts) -> None:
    """Set every count anew."""
    session.execute(delete(FacetCount))
    change(session, counted)


def read_all(session: Session) -> Counts:
    """Every count that is not zero."""
    rows = session.execute(select(col(FacetCount.facet), col(FacetCount.value), col(FacetCount.count)))
    return Counter({(facet, value): count for facet, value, count in rows if count})
