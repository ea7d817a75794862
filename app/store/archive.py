"""The archive as a whole: how much it holds, and whether its counts are right."""

from sqlalchemy import extract, func, select
from sqlmodel import Session, col

from app.store import counts as facet_counts
from app.store.annotations import counts_of
from app.store.models import FacetCount, Outlet, Story

PLURALS = {
    "person": "people",
    "organisation": "organisations",
    "group": "groups",
    "country": "countries",
    "outlet": "outlets",
}


def counts(session: Session) -> dict[str, int]:
    """How many stories, quotes, people, organisations, groups, countries and outlets there are."""
    rows = session.execute(
        select(col(FacetCount.facet), func.count())
        .where(col(FacetCount.facet).in_(list(PLURALS)))
        .where(col(FacetCount.count) > 0)
        .group_by(col(FacetCount.facet))
    )
    found = dict.fromkeys(PLURALS.values(), 0) | {PLURALS[facet]: n for facet, n in rows}
    return {"stories": facet_counts.total(session, "story"), "quotes": facet_counts.total(session, "quote"), **found}


def recounted(session: Session) -> facet_counts.Counts:
    """Every count, from the rows themselves."""
    counted = counts_of(session, None)
    counted["story", "all"] = session.execute(select(func.count()).select_from(Story)).scalar_one()
    by_outlet = session.execute(
        select(col(Outlet.slug), func.count())
        .join(Story, col(Story.outlet_id) == col(Outlet.id))
        .group_by(col(Outlet.slug))
    )
    counted.update({("outlet", slug): n for slug, n in by_outlet})
    year, month = extract("year", col(Story.published_at)), extract("month", col(Story.published_at))
    dated = select(year, month, func.count()).where(col(Story.published_at).is_not(None)).group_by(year, month)
    counted.update({("month", f"{int(y):04}-{int(m):02}"): n for y, m, n in session.execute(dated)})
    return +counted


def wrong_counts(session: Session) -> dict[tuple[str, str], tuple[int, int]]:
    """{(facet, value): (as kept, as counted)} wherever the two differ; empty when all is well."""
    kept, counted = facet_counts.read_all(session), recounted(session)
    return {key: (kept[key], counted[key]) for key in sorted({*kept, *counted}) if kept[key] != counted[key]}
