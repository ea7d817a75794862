"""How long pages take: a real server over loopback, asked by a process of its own, beside a bare page."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import product
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.bench.load import Measured, Plan
from app.bench.serving import HELLO
from app.store import browse, counts
from app.store.filters import Selection
from app.store.models import Actor, Story, StoryText
from app.web import links

CONCURRENCIES = (1, 8)
PER_ROUND = 16
VARIANTS = 3
SAMPLE = 300
RARE = 20

Paths = dict[str, list[str]]
Server = tuple[int, int]  # process, port


class EmptyArchiveError(ValueError):
    """There is too little in the archive to measure."""


def bench_pages(session: Session, rounds: int) -> dict[str, Any]:
    """The sixteen pages at each concurrency, as the JSON that `newsgloss bench pages --json` prints.

    Raises:
        EmptyArchiveError: the archive has no stories, people or quotes.
    """
    pages = sixteen_pages(session)
    # The bare page before each other: as it is when that one is measured.
    order = [name for page in pages if page != "hello" for name in ("hello", page)]
    found: dict[str, Any] = {"stories": counts.total(session, "story"), "concurrency": {}}
    with serving() as (process, port):
        for concurrency, measured in ask(Plan(port, pages, order, CONCURRENCIES, rounds, PER_ROUND)).items():
            hello = figures(measured.pop("hello"))
            of_pages = {name: figures(each) for name, each in measured.items()}
            for each in of_pages.values():
                each["times_hello"] = round(each["p50_ms"] / hello["p50_ms"], 2)
            found["concurrency"][concurrency] = {"hello": hello, "pages": of_pages}
        found["rss_anon_mb"] = rss_anon_mb(process)
    return found


def bench_pairs(session: Session, rounds: int) -> list[tuple[str, float, float]]:
    """Every pair of filters one request at a time: (address, median ms, worst ms), the slowest first."""
    pairs = {path: [path] for path in pairs_of_filters(session)}
    with serving() as (_, port):
        measured = ask(Plan(port, pairs, list(pairs), (1,), rounds, 1))["1"]
    found = [(path, sorted(each.ms)[len(each.ms) // 2], max(each.ms)) for path, each in measured.items()]
    return sorted(found, key=lambda each: -each[1])


def figures(measured: Measured) -> dict[str, float]:
    """Median and 99th percentile in milliseconds, and requests a second."""
    cuts = quantiles(measured.ms, n=100, method="inclusive")
    rps = len(measured.ms) / measured.seconds
    return {"p50_ms": round(cuts[49], 3), "p99_ms": round(cuts[98], 3), "rps": round(rps, 1)}


# ------------------------------------------------------------------------------------------------ who asks whom


@contextmanager
def serving() -> Iterator[Server]:
    """A server of the archive in the settings, in a process of its own."""
    with subprocess.Popen([sys.executable, "-m", "app.bench.serving"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield process.pid, int(process.stdout.readline())
        finally:
            process.terminate()


def ask(plan: Plan) -> dict[str, dict[str, Measured]]:
    """What another process measures, so that its work does not count as the server's; by concurrency and page."""
    command = [sys.executable, "-m", "app.bench.load"]
    done = subprocess.run(command, input=json.dumps(asdict(plan)), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    found = json.loads(done.stdout)
    return {c: {name: Measured(**each) for name, each in pages.items()} for c, pages in found.items()}


def rss_anon_mb(process: int) -> float | None:
    """The memory that is a process's own, None where the system does not tell."""
    status = Path(f"/proc/{process}/status")
    found = re.search(r"RssAnon:\s*(\d+) kB", status.read_text()) if status.exists() else None
    return round(int(found[1]) / 1024, 1) if found else None


# ------------------------------------------------------------------------------------------------ what is asked for


def sixteen_pages(session: Session) -> Paths:
    """The addresses of each page, chosen by the archive's own counts; several of one kind where that makes sense."""
    people = _top(session, "person")
    country, focus = _top(session, "country"), _top(session, "focus")
    frequent, rare = _words(session)
    return {
        "hello": [HELLO],
        "list": ["/"],
        "person_frequent": [f"/?person={each}" for each in people],
        "person_rare": [f"/?person={each}" for each in _rare_people(session)],
        "person_and_country": [f"/?person={who}&country={where}" for who, where in zip(people, country, strict=False)],
        "two_people": [f"/?person={people[0]}&person={each}" for each in people[1:] or people],
        "speaker": [f"/?speaker={each}" for each in _top(session, "speaker")],
        "focus": [f"/?focus={each}" for each in focus],
        "search_rare": [f"/?q={word}" for word in rare],
        "search_frequent": [f"/?q={word}" for word in frequent],
        "search_and_person": [f"/?q={word}&person={who}" for word, who in zip(frequent, people, strict=False)],
        "facet_search": [f"/facets/person?name={name}&country={country[0]}" for name in ("a", "mi", "san")],
        "actor": [_actor_path(session, int(each)) for each in people],
        "country": [f"/countries/{code}" for code in country],
        "quotes": ["/quotes"],
        "story": _story_paths(session),
        "atom": ["/stories.atom"],
    }


def pairs_of_filters(session: Session) -> list[str]:
    """Each pair of filters of the two lists, with frequent and rare values, also such as have no story in common."""
    frequent, rare = _words(session)
    months = sorted(counts.every(session, "month"))
    values = {
        "q": [frequent[0], rare[0]],
        "person": [_top(session, "person")[0], _rare_people(session)[0]],
        "organisation": _top(session, "organisation")[:1],
        "country": [_top(session, "country")[0], _rarest(session, "country")],
        "focus": [_top(session, "focus")[0], _rarest(session, "focus")],
        "speaking": _top(session, "speaking")[:1],
        "speaker": [_top(session, "speaker")[0], _rarest(session, "speaker")],
        "outlet": [_top(session, "outlet")[0], _rarest(session, "outlet")],
        "form": ["unnamed person", "social media"],
        "from": [f"{months[-1]}-01"] if months else [],
        "to": [f"{months[0]}-28"] if months else [],
        "not": [f"person:{_top(session, 'person')[1]}", f"country:{_top(session, 'country')[0]}"],
    }
    of_quotes = values | {"about": values["person"], "kind": ["mixed", "direct"]}
    return [*_pairs("/", values), *_pairs("/quotes", of_quotes)]


def _pairs(path: str, values: Mapping[str, Sequence[str]]) -> list[str]:
    each = [(param, value) for param, of_param in values.items() for value in of_param]
    pairs = {tuple(sorted(pair)) for pair in product(each, each) if pair[0] != pair[1]}
    once = {"q", "from", "to"}
    return [f"{path}?{Selection(pair).query()}" for pair in sorted(pairs) if not (pair[0][0] == pair[1][0] in once)]


def _top(session: Session, facet: str) -> list[str]:
    """The most frequent values of a facet."""
    found = [value for value, _ in counts.top(session, facet, VARIANTS)]
    if not found:
        raise EmptyArchiveError
    return found


def _ranked(session: Session, facet: str) -> list[tuple[str, int]]:
    return counts.top(session, facet, 10**6)


def _rarest(session: Session, facet: str) -> str:
    return _ranked(session, facet)[-1][0]


def _rare_people(session: Session) -> list[str]:
    """People in about RARE stories."""
    near = sorted(_ranked(session, "person"), key=lambda pair: abs(pair[1] - RARE))
    return [value for value, _ in near[:VARIANTS]]


def _words(session: Session) -> tuple[list[str], list[str]]:
    """The words in most stories, and some that are in few, by a sample from all over the archive."""
    last = session.execute(select(col(Story.id)).order_by(col(Story.id).desc()).limit(1)).scalar_one_or_none()
    if last is None:
        raise EmptyArchiveError
    ids = range(1, last + 1, max(1, last // SAMPLE))
    texts = session.scalars(select(col(StoryText.text)).where(col(StoryText.story_id).in_(list(ids))))
    found = Counter(word for text in texts for word in set(re.findall(r"[a-z]{4,}", text)))
    frequent = [word for word, _ in found.most_common(VARIANTS)]
    once = sorted(word for word, n in found.items() if n == 1)[: 20 * VARIANTS]
    return frequent, sorted(once, key=lambda word: _matching(session, word))[:VARIANTS]


def _matching(session: Session, word: str) -> int:
    found = browse.list_stories(session, Selection((("q", word),)), after=None, size=1)
    return found.total or 0


def _actor_path(session: Session, actor_id: int) -> str:
    row = session.execute(select(*browse.ACTOR_COLUMNS).where(col(Actor.id) == actor_id)).one()
    return links.actor(browse.actor_ref(row))


def _story_paths(session: Session) -> list[str]:
    """The newest stories' pages."""
    found = browse.list_stories(session, Selection(), after=None, size=10 * VARIANTS)
    return [links.story(card) for card in found.items]
