"""Stories by month."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from app.store.cards import MonthCount


def months_of(times: Iterable[datetime | None]) -> list[MonthCount]:
    """Dated stories by month, oldest first, months without any between the first and the last included."""
    return months_counted(Counter((time.year, time.month) for time in times if time))


def months_counted(counted: Mapping[tuple[int, int], int]) -> list[MonthCount]:
    """The same of stories counted by (year, month)."""
    if not counted:
        return []
    months = range(_month_number(*min(counted)), _month_number(*max(counted)) + 1)
    pairs = [(number // 12, number % 12 + 1) for number in months]
    return [MonthCount(f"{year:04}-{month:02}", counted.get((year, month), 0)) for year, month in pairs]


def _month_number(year: int, month: int) -> int:
    return year * 12 + month - 1
