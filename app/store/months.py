"""Stories by month."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from app.store.cards import MonthCount


def month_of(time: datetime) -> str:
    """The month of a time, "2026-03"."""
    return f"{time.year:04}-{time.month:02}"


def months_of(times: Iterable[datetime | None]) -> list[MonthCount]:
    """Dated stories by month, oldest first, months without any between the first and the last included."""
    return months_counted(Counter(month_of(time) for time in times if time))


def months_counted(counted: Mapping[str, int]) -> list[MonthCount]:
    """The same of stories counted by month."""
    if not counted:
        return []
    numbers = range(_month_number(min(counted)), _month_number(max(counted)) + 1)
    months = [f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers]
    return [MonthCount(month, counted.get(month, 0)) for month in months]


def _month_number(month: str) -> int:
    year, _, number = month.partition("-")
    return int(year) * 12 + int(number) - 1
