"""How often somebody may do something: counted in this process's memory, forgotten when it ends."""

import time
from ipaddress import IPv6Address, ip_address
from math import ceil

from fastapi import HTTPException, Request
from limits import RateLimitItem, RateLimitItemPerMinute, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

# Guesses at passwords, good ones not counted: of one address, of one address at one name, and of all at one name. One
# address alone never uses up the last, so nobody can lock a user out who comes from another.
SIGN_IN_BY_ADDRESS = parse("30 per 15 minutes")
SIGN_IN_BY_BOTH = parse("20 per 15 minutes")
SIGN_IN_BY_NAME = parse("200 per hour")

READING = ("GET", "HEAD")
EXPORTS = (".csv", ".jsonl", ".atom")
# Who has one address of IPv6 has all that begin alike.
IPV6_NETWORK = 64


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


def client_key(request: Request) -> str:
    """Whom a request is counted for: where it came from, with IPv6 the whole network."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    return str(address.ipv4_mapped or int(address) >> (128 - IPV6_NETWORK))


async def require_patience(request: Request) -> None:
    """Refuse a client who writes, or asks for what is expensive, more often than the settings allow."""
    settings = request.app.state.settings
    if request.method not in READING:
        _count(request, "writes", settings.writes_per_minute)
    elif _is_expensive(request):
        _count(request, "searches", settings.searches_per_minute)


def _is_expensive(request: Request) -> bool:
    path = request.url.path
    return path.startswith("/api/v1/") or path.endswith(EXPORTS) or bool(request.query_params.get("q"))


def _count(request: Request, kind: str, most: int) -> None:
    throttle, key = request.app.state.throttle, client_key(request)
    rate = RateLimitItemPerMinute(most, namespace=kind)
    if not most or throttle.allows(rate, key):
        return
    wait = throttle.wait(rate, key)
    said = f"More than {most:,} {kind} a minute are not taken from one client; wait {wait} s"
    raise HTTPException(429, said, {"Retry-After": str(wait)})
