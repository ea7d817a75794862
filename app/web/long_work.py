"""Requests that take long have threads of their own: however many of them wait, pages are read meanwhile."""

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import ParamSpec, TypeVar

from anyio import to_thread

P = ParamSpec("P")
T = TypeVar("T")

# The others wait for their turn, which costs no thread.
AT_ONCE = 8


def takes_long(endpoint: Callable[P, T]) -> Callable[P, Awaitable[T]]:
    """A page's function that fetches, annotates or saves much; it has to take the `request`."""

    @wraps(endpoint)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        limiter = kwargs["request"].app.state.long_work  # type: ignore[attr-defined]
        return await to_thread.run_sync(partial(endpoint, *args, **kwargs), limiter=limiter)

    return run
