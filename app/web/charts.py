"""Small bar charts of stories over time, as plain numbers that a template draws with SVG."""

from calendar import month_abbr, month_name, monthrange
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.store.cards import MonthCount

MOST_MONTHS = 36
# A chart of two months would be two slabs: the time before them is drawn as well, empty.
FEWEST_BARS = 12
HEIGHT = 48
STEP = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its period ("2026-03" or "2026"), its stories, and its place in units of the drawing."""

    period: str
    stories: int
    x: int
    y: float
    height: float

    @property
    def words(self) -> str:
        """The period as one says it: "March 2026" or "2026"."""
        year, _, month = self.period.partition("-")
        return f"{month_name[int(month)]} {year}" if month else year

    @property
    def brief(self) -> str:
        """The same where there is little room: "Mar 2026"."""
        year, _, month = self.period.partition("-")
        return f"{month_abbr[int(month)]} {year}" if month else year

    @property
    def first_day(self) -> str:
        """Where it begins, "2026-03-01"."""
        year, _, month = self.period.partition("-")
        return f"{year}-{month or '01'}-01"

    @property
    def last_day(self) -> str:
        """Where it ends, "2026-03-31"."""
        year, _, month = self.period.partition("-")
        return f"{year}-{month or '12'}-{monthrange(int(year), int(month or 12))[1]}"


def bars(months: Sequence[MonthCount]) -> list[Bar]:
    """A bar for each month, or each year where there are more than three years of months; a dozen at least, or none."""
    counts = {each.month: each.stories for each in months}
    if len(counts) > MOST_MONTHS:
        counts = _by_year(months)
    if counts:
        counts = {**dict.fromkeys(_before(min(counts), FEWEST_BARS - len(counts)), 0), **counts}
    most = max(counts.values(), default=0)
    return [
        Bar(period, stories, STEP * at, round(HEIGHT - HEIGHT * stories / most, 1), round(HEIGHT * stories / most, 1))
        for at, (period, stories) in enumerate(counts.items())
    ]


def _by_year(months: Sequence[MonthCount]) -> dict[str, int]:
    years: Counter[str] = Counter()
    for each in months:
        years[each.month[:4]] += each.stories
    return years


def _before(period: str, count: int) -> list[str]:
    """So many months or years, the last of them just before the given one; none before the year 1."""
    year, _, month = period.partition("-")
    if not month:
        return [f"{each:04}" for each in range(max(int(year) - count, 1), int(year))]
    at = 12 * int(year) + int(month) - 1
    return [f"{each // 12:04}-{each % 12 + 1:02}" for each in range(max(at - count, 12), at)]
