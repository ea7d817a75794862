"""The ids of the newest stories that fit a selection, with the rows looked at bounded by design.

One filter drives: its index gives stories newest first. At most `max_examined` of these are looked at, and the other
filters are probed on each. So a query never costs more than that, however rare the combination is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, Subquery, func, select, tuple_, union
from sqlmodel import Session, col

from app.config import get_settings
from app.store import counts, paging
from app.store.filters import Filter, Selection, story_conditions
from app.store.models import Story


@dataclass(frozen=True, slots=True)
class Matches:
    """Ids newest first. `next` leads on, None at the end; `examined` is set where the search was cut short."""

    ids: Sequence[int]
    next: str | None
    examined: int | None = None


def newest_matches(
    session: Session, selection: Selection, *, after: str | None, size: int, max_examined: int
) -> Matches:
    """The next `size` stories that fit, behind the place the token `after` names.

    Raises:
        BadCursorError: `after` is none of our tokens.
    """
    driver = _driver(session, selection)
    candidates = _candidates(selection, driver, after, max_examined)
    conditions = story_conditions(selection, candidates.c.id, but=driver.param if driver else "q")
    rows = session.execute(
        select(candidates.c.sorted_at, candidates.c.id)
        .where(*conditions)
        .order_by(candidates.c.sorted_at.desc(), candidates.c.id.desc())
        .limit(size + 1)
    ).all()
    ids = [row.id for row in rows[:size]]
    if len(rows) > size:
        return Matches(ids, paging.encode(rows[size - 1].sorted_at, rows[size - 1].id))
    last = _last_examined(session, candidates, max_examined)
    return Matches(ids, paging.encode(*last), max_examined) if last is not None else Matches(ids, None)


def newest_sample(session: Session, selection: Selection) -> Matches:
    """The newest matches, as many as filtered lists are counted over."""
    settings = get_settings()
    return newest_matches(
        session, selection, after=None, size=settings.facet_sample, max_examined=settings.max_examined
    )


def _driver(session: Session, selection: Selection) -> Filter | None:
    """The filter whose index lists the fewest stories."""
    able = [each for each in selection.active if each.rows is not None]
    if not able:
        return None
    return min(able, key=lambda each: sum(counts.of(session, each.facet or "", selection.values(each.param)).values()))


def _candidates(selection: Selection, driver: Filter | None, after: str | None, most: int) -> Subquery:
    parts = [_bounded(each, selection, after) for each in _driving_rows(selection, driver)]
    rows = parts[0] if len(parts) == 1 else select(union(*parts).subquery())
    sorted_at, story_id = rows.selected_columns
    newest = rows.order_by(sorted_at.desc(), story_id.desc()).limit(most).subquery()
    return select(newest.c[0].label("sorted_at"), newest.c[1].label("id")).subquery("candidate")


def _driving_rows(selection: Selection, driver: Filter | None) -> list[Select[datetime, int]]:
    if driver is None or driver.rows is None:
        rows = select(col(Story.sorted_at), col(Story.id))
        searched = [each for each in selection.active if each.param == "q"]
        # Words alone: the full-text index finds them in any corner of the archive, so nothing is cut short.
        return [rows.where(*(each.keeps(col(Story.id), selection.values("q")) for each in searched))]
    return [driver.rows(value) for value in selection.values(driver.param)]


def _bounded(rows: Select[datetime, int], selection: Selection, after: str | None) -> Select[datetime, int]:
    """Only what lies behind the token and between the dates: neither needs looking at further rows."""
    sorted_at, story_id = rows.selected_columns
    first, last = selection.published_between
    if first is not None:
        rows = rows.where(sorted_at >= first)
    if last is not None:
        rows = rows.where(sorted_at < last)
    if after is not None:
        rows = rows.where(tuple_(sorted_at, story_id) < tuple_(*paging.decode(after, datetime, int)))
    return rows


def _last_examined(session: Session, candidates: Subquery, most: int) -> tuple[datetime, int] | None:
    """The last row looked at if the look was cut short there, else None."""
    rows = session.execute(
        select(candidates.c.sorted_at, candidates.c.id, func.count().over().label("n"))
        .order_by(candidates.c.sorted_at, candidates.c.id)
        .limit(1)
    ).all()
    return next(((row.sorted_at, row.id) for row in rows if row.n >= most), None)
