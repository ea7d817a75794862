"""Asks a server for pages, over connections that are kept, with as little work of its own as can be.

Run as a module, in a process of its own, it reads a `Plan` as JSON and prints the `Measured` of each page.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import cycle, islice, product

# As browsers ask; no conditional headers, so that every page is made and sent.
REQUEST = "GET {} HTTP/1.1\r\nHost: localhost:{}\r\nAccept-Encoding: gzip\r\nAccept: text/html\r\n\r\n"


class BadAnswerError(RuntimeError):
    """A page that is to be measured answers with something else than 200."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask: addresses by page, taken in turn; the pages of `order` once a round, each so many times in a row.

    Each round is of all concurrencies: a machine's speed changes, and what is compared should stand close together.
    """

    port: int
    pages: dict[str, list[str]]
    order: Sequence[str]
    concurrencies: Sequence[int]
    rounds: int
    per_round: int


@dataclass(slots=True)
class Measured:
    """The milliseconds that each request of a page took, and the seconds of all rounds."""

    ms: list[float]
    seconds: float = 0.0


async def measure(plan: Plan) -> dict[int, dict[str, Measured]]:
    """Ask all pages as planned, after a round that does not count; by concurrency and page.

    Raises:
        BadAnswerError: an answer was not 200.
    """
    open_one = partial(asyncio.open_connection, "127.0.0.1", plan.port, limit=2**20)
    connections = [await open_one() for _ in range(max(plan.concurrencies))]
    measured = {concurrency: {name: Measured([]) for name in plan.pages} for concurrency in plan.concurrencies}
    requests = {name: cycle([_request(path, plan.port) for path in paths]) for name, paths in plan.pages.items()}
    for turn, concurrency, name in product(range(plan.rounds + 1), plan.concurrencies, plan.order):
        wanted = islice(requests[name], plan.per_round)
        start = time.perf_counter()
        times = await asyncio.gather(*(_ask(*connection, wanted) for connection in connections[:concurrency]))
        if turn:
            found = measured[concurrency][name]
            found.seconds += time.perf_counter() - start
            found.ms += [each for part in times for each in part]
    return measured


def _request(path: str, port: int) -> bytes:
    return REQUEST.format(path, port).encode()


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wanted: Iterator[bytes]) -> Sequence[float]:
    """One connection's share: the next request as soon as the answer is there."""
    times = []
    for request in wanted:
        start = time.perf_counter()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not head.startswith(b"http/1.1 200"):
            raise BadAnswerError(f"{request.split()[1].decode()}: {head[:12].decode()}")
        await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))
        times.append((time.perf_counter() - start) * 1000)
    return times


if __name__ == "__main__":
    found = asyncio.run(measure(Plan(**json.load(sys.stdin))))
    json.dump({c: {name: asdict(each) for name, each in pages.items()} for c, pages in found.items()}, sys.stdout)
