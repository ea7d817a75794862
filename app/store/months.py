"""Stories by month."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from app.store.cards import MonthCount
from app.store.sampled import values_in


def month_of(time: datetime) -> str:
    """The month of a time, "2026-03"."""
    return f"{time.year:04}-{time.month:02}"


def months_of(session: Session, story_ids: Sequence[int]) -> list[MonthCount]:
    """Those of the stories that have a date, by month, oldest first; months without any between them included."""
    return months_counted(Counter(values_in(session, story_ids, ["month"]).get("month", ())))


def months_counted(counted: Mapping[str, int]) -> list[MonthCount]:
    """The same of stories that are counted by month."""
    if not counted:
        return []
    numbers = range(_month_number(min(counted)), _month_number(max(counted)) + 1)
    months = [f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers]
    return [MonthCount(month, counted.get(month, 0)) for month in months]


def _month_number(month: str) -> int:
    year, _, number = month.partition("-")
    return int(year) * 12 + int(number) - 1
