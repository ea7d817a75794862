"""The ids of the newest stories that fit a selection, with the rows looked at bounded by design.

One filter drives: its index gives stories newest first. At most `max_examined` of these are looked at, and the other
filters are probed on each. So a query never costs more than that, however rare the combination is. The rows are walked
along the index until enough are found; those of several values, or in which words are looked for, come in blocks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, bindparam, false, literal, select, tuple_, union
from sqlmodel import Session, col

from app.config import get_settings
from app.store import counts, paging, search
from app.store.db import rows
from app.store.filters import Filter, Selection, story_conditions
from app.store.models import Story
from app.store.search_query import NEAR

# What a list is ordered by: (sorted_at, story id).
Key = tuple[datetime, int]
Rows = Select[datetime, int]

OLDEST: Key = (datetime.min.replace(tzinfo=UTC), 0)
# The first block has so many times the stories wanted, each later one so many times those of the one before.
GROWTH = 4
# So many rows for each story wanted are walked at first.
WALKED_FIRST = 30
MANY = float("inf")
# So many steps along the search index take as long as to look at a row.
STEPS = 20


@dataclass(frozen=True, slots=True)
class Matches:
    """Stories by their keys, newest first. More lie behind `end`, None where these are the last.

    `examined` is set where the search was cut short there, with that many rows looked at.
    """

    keys: Sequence[Key]
    end: Key | None
    examined: int | None = None

    @property
    def ids(self) -> list[int]:
        """The numbers of the stories."""
        return [story_id for _, story_id in self.keys]

    @property
    def next(self) -> str | None:
        """The token that leads on, None at the end."""
        return paging.encode(*self.end) if self.end is not None else None

    def first(self, size: int) -> "Matches":
        """The newest of them, as a page of that size."""
        return Matches(self.keys[:size], self.keys[size - 1]) if len(self.keys) > size else self


def newest_matches(
    session: Session, selection: Selection, *, after: str | None, size: int, max_examined: int
) -> Matches:
    """The next `size` stories that fit, behind the place the token `after` names.

    Raises:
        BadCursorError: `after` is none of our tokens.
    """
    return matches_behind(session, selection, _place(after), size=size, max_examined=max_examined)


def matches_behind(session: Session, selection: Selection, end: Key | None, *, size: int, max_examined: int) -> Matches:
    """The newest `size` stories that fit, of those behind a key."""
    driver = _driver(session, selection, max_examined)
    find = _found_in_blocks if _needs_blocks(selection, driver) else _found_walking
    return find(session, selection, driver, end, size, max_examined)


def newest_sample(session: Session, selection: Selection) -> Matches:
    """The newest matches, as many as filtered lists are counted over."""
    settings = get_settings()
    return newest_matches(
        session, selection, after=None, size=settings.facet_sample, max_examined=settings.max_examined
    )


def _place(after: str | None) -> Key | None:
    if after is None:
        return None
    sorted_at, story_id = paging.decode(after, datetime, int)
    return sorted_at, story_id


def _driver(session: Session, selection: Selection, max_examined: int) -> Filter | None:
    """The filter whose index lists the fewest stories, None for all stories by date."""
    able = [each for each in selection.active if each.rows is not None]
    if len(able) == 1 and not selection.q:
        return able[0]
    sizes: dict[str, float] = {}
    if selection.q:
        sizes["q"] = _having_words(session, selection.q, max_examined)
    sizes |= counts.sizes(session, {each.facet: selection.values(each.param) for each in able if each.facet})
    best = min(able, key=lambda each: sizes[each.param], default=None)
    # Words that most stories have lead to so many that the newest of them are found sooner among the newest stories.
    return best if best is not None and sizes[best.param] < MANY else None


def _having_words(session: Session, words: str, max_examined: int) -> float:
    """How many stories may have these words; MANY where that is more than may be looked at."""
    query = search.parse(words)
    n = search.count(session, "story", query, most=max_examined + 1)
    return n if n <= max_examined and query.groups else MANY


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of so many of the driver's rows: those that fit, and the last of them where there are so many.

    `last` is None where every row fits: then too few that fit are all.
    """

    fitting: Rows
    last: Select[*tuple[Any, ...]] | None


# ------------------------------------------------------------------------------------------------ along an index


def _found_walking(
    session: Session, selection: Selection, driver: Filter | None, end: Key | None, size: int, max_examined: int
) -> Matches:
    question = _walk(selection, driver, end)
    # The last of many rows is a longer way to go than most walks.
    for examined in (min(WALKED_FIRST * (size + 1), max_examined), max_examined):
        last = rows(session, question.last, {"before": examined - 1}) if question.last is not None else ()
        bound: Key = (last[0].sorted_at, last[0].id) if last else OLDEST
        walked = rows(session, question.fitting, {"most": size + 1, "last_at": bound[0], "last_id": bound[1]})
        found = [(row[0], row[1]) for row in walked]
        if len(found) > size:
            return Matches(found[:size], found[size - 1])
        if not last:
            return Matches(found, None)
    return Matches(found, bound, max_examined)


@lru_cache(maxsize=256)  # to put a statement together takes longer than to run it
def _walk(selection: Selection, driver: Filter | None, end: Key | None) -> _Question:
    """`fitting` looks at the rows down to "last_at" and "last_id", and stops when it has "most".

    `last` is the row that has so many "before" it.
    """
    [driving] = _driving_rows(selection, driver)
    candidates = _named(_bounded(driving, selection, end))
    listed = _newest(select(candidates.c.sorted_at, candidates.c.id))
    fitting = listed.limit(bindparam("most"))
    conditions = story_conditions(selection, candidates.c.id, but=_used(driver))
    if not conditions:
        return _Question(fitting, None)
    last = tuple_(bindparam("last_at", type_=candidates.c.sorted_at.type), bindparam("last_id"))
    to_last = tuple_(candidates.c.sorted_at, candidates.c.id) >= last
    return _Question(fitting.where(to_last, *conditions), listed.offset(bindparam("before")).limit(1))


# ------------------------------------------------------------------------------------------------ in blocks


def _needs_blocks(selection: Selection, driver: Filter | None) -> bool:
    """Whether the rows come from several lists, or words are looked for, which is done for many rows at once."""
    return bool(selection.q) or len(_driving_rows(selection, driver)) > 1


def _found_in_blocks(
    session: Session, selection: Selection, driver: Filter | None, end: Key | None, size: int, max_examined: int
) -> Matches:
    found: list[Key] = []
    query = search.parse(selection.q or "")
    block, examined, spent = _first_block(selection, query, driver, size, max_examined), 0, 0
    while True:
        question = _block(selection, driver, end, block)
        found += [(row[0], row[1]) for row in rows(session, question.fitting, {"most": size + 1 - len(found)})]
        if len(found) > size:
            return Matches(found[:size], found[size - 1])
        last = rows(session, question.last) if question.last is not None else ()
        if not last:
            return Matches(found, None)
        end = (last[0].sorted_at, last[0].id)
        price = _price(last[0], query.effort)
        examined, spent = examined + block, spent + block * price
        if spent >= max_examined:
            return Matches(found, end, examined)
        block = min(block * GROWTH, -(-(max_examined - spent) // price))


def _first_block(selection: Selection, query: search.Query, driver: Filter | None, size: int, max_examined: int) -> int:
    if {each.param for each in selection.active} == _used(driver):
        return min(size + 1, max_examined)
    if query.has_beginnings:
        # The words that begin so are gathered for each block, so there is but one.
        return max_examined
    # What a filter lists may be far apart in the search index, which only the block will tell.
    price = max(1, query.effort * NEAR // STEPS) if driver is not None and driver.param != "q" else 1
    return max(1, min(GROWTH * (size + 1), max_examined // price))


def _price(block: Any, effort: int) -> int:
    """As how many rows looked at each row of a block counts, in which words are looked for."""
    steps = NEAR if block.is_apart else block.gap
    return max(1, effort * steps // STEPS)


@lru_cache(maxsize=256)
def _block(selection: Selection, driver: Filter | None, end: Key | None, block: int) -> _Question:
    """`last` tells of the block too how far its rows are apart in the search index, where words are looked for."""
    candidates = _candidates(selection, driver, end, block)
    conditions, apart = _conditions(selection, driver, candidates)
    listed = _newest(select(candidates.c.sorted_at, candidates.c.id))
    last = listed.add_columns(*apart).offset(block - 1).limit(1)
    return _Question(listed.where(*conditions).limit(bindparam("most")), last if conditions else None)


def _conditions(
    selection: Selection, driver: Filter | None, candidates: CTE
) -> tuple[list[ColumnElement[bool]], Sequence[ColumnElement[Any]]]:
    """The filters that do not drive, as conditions on the candidates; and how these are apart, for `_price`."""
    used = _used(driver)
    if not selection.q or "q" in used:
        return story_conditions(selection, candidates.c.id, but=used), (
            false().label("is_apart"),
            literal(0).label("gap"),
        )
    query = search.parse(selection.q)
    is_apart = search.is_apart(candidates, query)
    has_words = search.fits_among("story", candidates, query, is_apart)
    told = is_apart.label("is_apart"), search.gap(candidates).label("gap")
    return [*story_conditions(selection, candidates.c.id, but={*used, "q"}), has_words], told


def _candidates(selection: Selection, driver: Filter | None, end: Key | None, block: int) -> CTE:
    """The next rows of the driver, newest first, with columns `sorted_at` and `id`."""
    parts = [_newest(_bounded(each, selection, end)).limit(block) for each in _driving_rows(selection, driver)]
    rows = parts[0] if len(parts) == 1 else _newest(_union(parts)).limit(block)
    return _named(rows)


def _union(parts: Sequence[Rows]) -> Rows:
    both = union(*(part.subquery().select() for part in parts)).subquery()
    return select(both.c[0], both.c[1])


# ------------------------------------------------------------------------------------------------ the driver's rows


def _used(driver: Filter | None) -> set[str]:
    return {driver.param} if driver is not None else set()


def _named(rows: Rows) -> CTE:
    """The rows with columns `sorted_at` and `id`, whatever table they are of."""
    of_table = rows.subquery()
    return select(of_table.c[0].label("sorted_at"), of_table.c[1].label("id")).cte("candidate")


def _newest(rows: Rows) -> Rows:
    sorted_at, story_id = rows.selected_columns
    return rows.order_by(sorted_at.desc(), story_id.desc())


def _driving_rows(selection: Selection, driver: Filter | None) -> Sequence[Rows]:
    if driver is None or driver.rows is None:
        return [select(col(Story.sorted_at), col(Story.id))]
    return [driver.rows(value) for value in selection.values(driver.param)]


def _bounded(rows: Rows, selection: Selection, end: Key | None) -> Rows:
    """Only what lies behind that key and between the dates: neither needs looking at further rows."""
    sorted_at, story_id = rows.selected_columns
    first, last = selection.published_between
    if first is not None:
        rows = rows.where(sorted_at >= first)
    if last is not None:
        rows = rows.where(sorted_at < last)
    if end is not None:
        rows = rows.where(tuple_(sorted_at, story_id) < end)
    return rows
