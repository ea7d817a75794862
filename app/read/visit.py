"""Fetching with manners: a host's robots.txt is respected, and its requests are spaced out."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from protego import Protego

from app.read.fetch import Fetched, FetchError, Limits, fetch, parsed

# The name that robots.txt knows us by.
ROBOT = "Newsgloss"
ROBOTS_BYTES = 500_000
KEPT_SECONDS = 3600.0
UNREACHABLE_SECONDS = 300.0
MAX_PAUSE = 60.0
MAX_HOSTS = 10_000


@dataclass(frozen=True, slots=True)
class _Rules:
    """What a host asks of programs, or why it could not say, so that nothing may be fetched yet."""

    robots: Protego | FetchError
    until: float


class Visitor:
    """Fetches for one purpose, such as one command or one round of feeds; may be shared between threads.

    The rules of a host are kept for an hour; `clock` gives seconds and `sleep` waits them.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.limits = limits
        self._clock = clock
        self._sleep = sleep
        self._rules: dict[str, _Rules] = {}
        self._free_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def fetch(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        """Get an address as `fetch.fetch` does, when it is its host's turn.

        Raises:
            FetchError: as `fetch.fetch`, and if a robots.txt on the way says no.
        """
        return fetch(url, self.limits, etag=etag, last_modified=last_modified, before=self._ask_and_wait)

    def allowed(self, url: str) -> bool:
        """Whether the host's robots.txt lets us fetch this address.

        Raises:
            FetchError: if the host cannot say at the moment.
        """
        robots = self._robots(url)
        return bool(robots.can_fetch(url, ROBOT))

    def _ask_and_wait(self, url: str) -> None:
        if not self.allowed(url):
            host = parsed(url).host
            raise FetchError(f"the robots.txt of {host} asks programs not to fetch this; add its text by hand")
        asked = self._robots(url).crawl_delay(ROBOT) or 0
        self._wait(_origin(url), max(self.limits.pause, min(float(asked), MAX_PAUSE)))

    def _wait(self, origin: str, pause: float) -> None:
        """Wait for the host's turn; the next one comes after the pause."""
        with self._lock:
            now = self._clock()
            start = max(now, self._free_at.get(origin, now))
            if len(self._free_at) >= MAX_HOSTS:
                self._free_at = {host: at for host, at in self._free_at.items() if at > now}
            self._free_at[origin] = start + pause
        if start > now:
            self._sleep(start - now)

    def _robots(self, url: str) -> Protego:
        origin = _origin(url)
        rules = self._rules.get(origin)
        if rules is None or rules.until <= self._clock():
            rules = self._asked(origin)
            if len(self._rules) >= MAX_HOSTS:
                self._rules.clear()
            self._rules[origin] = rules
        if isinstance(rules.robots, FetchError):
            raise FetchError(str(rules.robots))
        return rules.robots

    def _asked(self, origin: str) -> _Rules:
        try:
            answer = fetch(f"{origin}/robots.txt", replace(self.limits, max_bytes=ROBOTS_BYTES))
        except FetchError as error:
            return _Rules(error, self._clock() + UNREACHABLE_SECONDS)
        if answer.status >= 500 or answer.status == 429:
            busy = FetchError(f"{origin} does not give its robots.txt at the moment; try again later")
            return _Rules(busy, self._clock() + min(answer.retry_after or UNREACHABLE_SECONDS, KEPT_SECONDS))
        text = answer.body.decode(errors="replace") if answer.status == 200 else ""
        return _Rules(Protego.parse(text), self._clock() + KEPT_SECONDS)


def _origin(url: str) -> str:
    place = parsed(url)
    return place._replace(path=None, query=None).url
