"""Absolute addresses and moments, as they are written outside of pages."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Site:
    """Where readers find the archive: NEWSGLOSS_BASE_URL, never what a request says of itself."""

    base_url: str

    def at(self, address: str) -> str:
        """The absolute form of one of our addresses, which starts with a slash."""
        return self.base_url.rstrip("/") + address


def utc(moment: datetime) -> str:
    """A moment in UTC to the second, ending in Z (RFC 3339)."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
