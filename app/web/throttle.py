"""How often somebody may do something: counted in this process's memory, forgotten when it ends."""

import time
from math import ceil

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

# Guesses at passwords, good ones not counted: by name, so that many addresses together gain nothing; and by address.
SIGN_IN_BY_NAME = parse("20 per 15 minutes")
SIGN_IN_BY_ADDRESS = parse("30 per 15 minutes")


class Throttle:
    """Counts what is done under a key."""

    def __init__(self) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def allows(self, rate: RateLimitItem, *key: str) -> bool:
        """Count this once; False where it was one too many."""
        return self._limiter.hit(rate, *key)

    def forget(self, rate: RateLimitItem, *key: str) -> None:
        """Start to count anew."""
        self._limiter.clear(rate, *key)

    def wait(self, rate: RateLimitItem, *key: str) -> int:
        """In how many seconds it is worth trying again, at least one."""
        return max(1, ceil(self._limiter.get_window_stats(rate, *key).reset_time - time.time()))
