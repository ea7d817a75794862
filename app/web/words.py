"""Dates and counts in words."""

from datetime import datetime


def day(moment: datetime | None) -> str:
    """A date in words: "14 March 2026", or "undated"."""
    return f"{moment.day} {moment:%B %Y}" if moment else "undated"


def number(value: int) -> str:
    """A count with thousands apart: "1,234"."""
    return f"{value:,}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: "1 story", "1,234 stories"; `many` is the singular with an s unless given."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
