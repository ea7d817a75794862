"""What a story's annotations cost the reader: its page against that of the same text with nothing found in it."""

import http.client
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from sqlalchemy import Engine

from app.bench.world import make_world
from app.config import Settings
from app.spans import ActorSpan, Annotations, MentionSpan, QuoteSpan, RawStory, SourceSpan, Span, ToponymSpan
from app.store.annotations import save
from app.store.db import make_engine, migrate, write_session
from app.store.stories import add_story
from app.store.waiting import pending
from app.web.app import create_app, spare_collecting

# A story of 5,000 words whose every paragraph has a name, a place, a quote and a source: 300 highlights, in about the
# proportions of the demo stories. Its words are drawn as often as a language has them: a text that says the same again
# and again would be packed for nothing, and the plain page with it.
PARAGRAPHS, ACTORS, SOURCES = 75, 50, 50
COUNTRIES = tuple(
    zip(
        ("Egypt", "Peru", "India", "Japan", "Brazil", "Kenya", "Spain"),
        ("EG", "PE", "IN", "JP", "BR", "KE", "ES"),
        strict=True,
    )
)
SAID_WORDS, REST_WORDS = 15, 42

Get = Callable[[str], http.client.HTTPResponse]


def bench_story(requests: int) -> dict[str, float]:
    """Ask a real server for both pages in turns, on one connection, compressed as browsers have them.

    Returns:
        The size of the story, the medians of the times in milliseconds, and how many times the plain page's it is.
    """
    text, found = long_story()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'archive.db'}"
        migrate(url)
        engine = make_engine(url)
        numbers = (_store(engine, text + "\n", Annotations("annotated", language="en")), _store(engine, text, found))
        engine.dispose()
        with _served(Settings(database_url=url)) as get:
            pages = [get(f"/stories/{number}").headers["location"] for number in numbers]
            times = [[_seconds(get, page) for page in pages] for _ in range(requests)]
    plain, annotated = (statistics.median(column) for column in zip(*times, strict=True))
    return {
        "words": float(len(text.split())),
        "highlights": float(_highlights(found)),
        "plain page, milliseconds": 1000 * plain,
        "annotated page, milliseconds": 1000 * annotated,
        "times the plain page": annotated / plain,
    }


def _highlights(found: Annotations) -> int:
    cited = sum(len(source.mentions) for source in found.sources)
    return len(found.mentions) + len(found.toponyms) + len(found.quotes) + cited


def long_story() -> tuple[str, Annotations]:
    """The text, and what was found in it: of each layer a quarter of the highlights."""
    world, chance = make_world(0), random.Random(0)  # noqa: S311 - nothing secret
    text = ""
    mentions, toponyms, quotes = [], [], []
    cited: list[list[Span]] = [[] for _ in range(SOURCES)]
    for turn in range(PARAGRAPHS):
        name, official = f"Councillor {turn % ACTORS} Reyes", f"official {turn % SOURCES} of the port"
        place, code = COUNTRIES[turn % len(COUNTRIES)]
        actor, voice = f"a{turn % ACTORS}", turn % SOURCES
        drawn = chance.choices(world.words, k=SAID_WORDS + REST_WORDS)
        quoted, rest = f"“{' '.join(drawn[:SAID_WORDS])},”", " ".join(drawn[SAID_WORDS:])
        spans = []
        for words in (quoted, " ", "said", " an ", official, " beside ", name, " of ", place, ". ", rest, ".\n\n"):
            spans.append((len(text), len(text) + len(words)))
            text += words
        said, _, cue, _, source, _, named, _, placed, *_ = spans
        mentions.append(MentionSpan(*named, "PERSON", "name", actor, "ner"))
        toponyms.append(ToponymSpan(*placed, code, "country-name"))
        cited[voice].append(source)
        quotes.append(
            QuoteSpan(f"q{turn + 1}", "direct", (said,), (cue,), (source,), actor, f"s{voice}", "direct-verb-after")
        )
    return text, Annotations(
        "annotated",
        language="en",
        actors=tuple(ActorSpan(f"a{n}", f"Councillor {n} Reyes", "person") for n in range(ACTORS)),
        mentions=tuple(mentions),
        toponyms=tuple(toponyms),
        countries=tuple(code for _, code in COUNTRIES),
        quotes=tuple(quotes),
        sources=tuple(_source(n, spans) for n, spans in enumerate(cited)),
    )


def _source(number: int, mentions: list[Span]) -> SourceSpan:
    return SourceSpan(
        id=f"s{number}",
        name=f"official {number} of the port",
        form="unnamed person",
        affiliation="government",
        role="representative",
        channel="interview",
        former=False,
        unnamed=True,
        anonymous=False,
        reason=None,
        actor=None,
        country=None,
        mentions=tuple(mentions),
        rule="cue-subject",
    )


def _store(engine: Engine, text: str, found: Annotations) -> int:
    now = datetime.now(UTC)
    with write_session(engine) as session:
        added = add_story(session, RawStory(text, "The council and the port", "bench", outlet="Bench"), now=now)
        [waiting] = pending(session, "none", among=[added.story_id])
        save(session, [(waiting, found)], "bench", now=now)
    return added.story_id


@contextmanager
def _served(settings: Settings) -> Iterator[Get]:
    """A server of its own in a thread, and what asks it for a page."""
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    spare_collecting()  # as `newsgloss serve` does
    thread.start()
    while not server.started:
        time.sleep(0.01)
    connection = http.client.HTTPConnection("127.0.0.1", server.servers[0].sockets[0].getsockname()[1])

    def get(address: str) -> http.client.HTTPResponse:
        connection.request("GET", address, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        answer.read()
        return answer

    try:
        yield get
    finally:
        connection.close()
        server.should_exit = True
        thread.join()


def _seconds(get: Get, address: str) -> float:
    """What all threads but this one computed meanwhile: the server's time, whatever else the machine is busy with."""
    start = time.process_time() - time.thread_time()
    get(address)
    return time.process_time() - time.thread_time() - start
