"""Stories and annotations for tests, made without spaCy: words are looked up in the text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from app.spans import (
    ActorKind,
    ActorSpan,
    Annotations,
    MentionSpan,
    MentionType,
    QuoteKind,
    QuoteSpan,
    RawStory,
    SourceSpan,
    Span,
    ToponymSpan,
)
from app.store import users
from app.store.annotations import save
from app.store.db import write_session
from app.store.models import Feed
from app.store.stories import Added, add_story
from app.store.waiting import pending

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
VERSION = "test"
PASSWORD = "a long enough password"

TEXT = (
    "Harbour talks begin in Lisbon.\n\n"
    "Marta Sousa, Portugal's fisheries minister, met Erik Dahl in Lisbon on Monday. "
    "“We will share the catch,” Sousa said. Dahl said Norway would wait. "
    "Fishermen fear for their boats, according to harbour officials."
)

TYPES: Mapping[ActorKind, MentionType] = {"person": "PERSON", "organisation": "ORG", "group": "MISC"}


@dataclass(frozen=True)
class Said:
    """A quote by its words in the text; `speaker` is an actor's full name."""

    words: str
    source: str
    cue: str = "said"
    speaker: str | None = None
    kind: QuoteKind = "direct"


def span_of(text: str, words: str, after: int = 0) -> Span:
    """Where the words first stand in the text."""
    start = text.index(words, after)
    return start, start + len(words)


def spans_of(text: str, words: str) -> list[Span]:
    """All places where the words stand in the text."""
    found, start = [], text.find(words)
    while start >= 0:
        found.append((start, start + len(words)))
        start = text.find(words, start + len(words))
    return found


def make_raw(text: str = TEXT, **fields: Any) -> RawStory:
    """A story as a reader gives it."""
    return RawStory(text=text, **{"title": text.split("\n")[0][:120], "origin": "test", **fields})


def make_annotations(
    text: str,
    *,
    people: Sequence[str] = (),
    organisations: Sequence[str] = (),
    groups: Sequence[str] = (),
    countries: Mapping[str, str] | None = None,
    focus: Sequence[str] = (),
    said: Sequence[Said] = (),
    of_country: Mapping[str, str] | None = None,
    roles: Mapping[str, Sequence[str]] | None = None,
    unnamed: Sequence[str] = (),
) -> Annotations:
    """Annotations for words that stand in the text.

    `countries` maps words of the text to ISO codes; `said` gives the quotes, each with a source of its own;
    `of_country` and `roles` describe actors by name; `unnamed` are source words without a name.
    """
    named: list[tuple[ActorKind, str]] = [("person", name) for name in people]
    named += [("organisation", name) for name in organisations] + [("group", name) for name in groups]
    ids = {name: f"a{i}" for i, (_, name) in enumerate(named, 1)}
    actors = tuple(
        ActorSpan(ids[name], name, kind, (of_country or {}).get(name), tuple((roles or {}).get(name, ())))
        for kind, name in named
    )
    mentions = tuple(
        MentionSpan(start, end, TYPES[kind], "name", ids[name], "test")
        for kind, name in named
        for start, end in spans_of(text, name)
    )
    toponyms = tuple(
        ToponymSpan(start, end, code, "test")
        for words, code in (countries or {}).items()
        for start, end in spans_of(text, words)
    )
    sources = [_source(i, text, each, ids) for i, each in enumerate(said, 1)]
    quotes = [_quote(i, text, each, ids, sources[i - 1].id) for i, each in enumerate(said, 1)]
    for words in unnamed:
        sources.append(_unnamed(len(sources) + 1, text, words))
    return Annotations(
        state="annotated",
        language="en",
        actors=actors,
        mentions=mentions,
        toponyms=toponyms,
        countries=tuple(sorted({toponym.country for toponym in toponyms})),
        focus=tuple(focus),
        speaking=tuple(sorted({source.country for source in sources if source.country})),
        quotes=tuple(quotes),
        sources=tuple(sources),
    )


def _quote(number: int, text: str, said: Said, ids: Mapping[str, str], source_id: str) -> QuoteSpan:
    content = span_of(text, said.words)
    return QuoteSpan(
        id=f"q{number}",
        kind=said.kind,
        content=(content,),
        cue=(_nearest(text, said.cue, content),),
        source=(_nearest(text, said.source, content),),
        speaker=ids.get(said.speaker or ""),
        source_ref=source_id,
        rule="test",
    )


def _source(number: int, text: str, said: Said, ids: Mapping[str, str]) -> SourceSpan:
    return SourceSpan(
        id=f"s{number}",
        name=said.speaker or said.source,
        form="named person" if said.speaker else "unnamed group",
        affiliation="unknown",
        role=None,
        channel=None,
        former=False,
        unnamed=said.speaker is None,
        anonymous=False,
        reason=None,
        actor=ids.get(said.speaker or ""),
        country=None,
        mentions=(_nearest(text, said.source, span_of(text, said.words)),),
        rule="test",
    )


def _unnamed(number: int, text: str, words: str) -> SourceSpan:
    return SourceSpan(
        id=f"s{number}",
        name=words,
        form="unnamed group",
        affiliation="government",
        role=None,
        channel=None,
        former=False,
        unnamed=True,
        anonymous=False,
        reason=None,
        actor=None,
        country=None,
        mentions=(span_of(text, words),),
        rule="test",
    )


def _nearest(text: str, words: str, content: Span) -> Span:
    places = [place for place in spans_of(text, words) if place[1] <= content[0] or place[0] >= content[1]]
    return min(places, key=lambda place: min(abs(place[0] - content[1]), abs(content[0] - place[1])))


LISBON = {
    "people": ["Marta Sousa", "Erik Dahl"],
    "countries": {"Portugal": "PT", "Lisbon": "PT", "Norway": "NO"},
    "focus": ["PT"],
    "of_country": {"Marta Sousa": "PT"},
    "roles": {"Marta Sousa": ["Portugal's fisheries minister"]},
    "said": [
        Said("We will share the catch,", "Sousa", speaker="Marta Sousa"),
        Said("Norway would wait", "Dahl", speaker="Erik Dahl", kind="indirect"),
        Said("Fishermen fear for their boats", "harbour officials", cue="according to", kind="indirect"),
    ],
}


def lisbon_annotations() -> Annotations:
    """The annotations of TEXT."""
    return make_annotations(TEXT, **LISBON)  # type: ignore[arg-type]


def store_story(engine: Engine, raw: RawStory | None = None, found: Annotations | None = None) -> int:
    """Store a story with its annotations (by default the one about Lisbon) and return its id."""
    raw = raw or make_raw()
    added = store_raw(engine, raw)
    annotations = found or (lisbon_annotations() if raw.text == TEXT else Annotations("annotated", language="en"))
    annotate_stored(engine, added.story_id, annotations)
    return added.story_id


def store_raw(engine: Engine, raw: RawStory, now: datetime = NOW) -> Added:
    """Store a story that waits for annotation."""
    with write_session(engine) as session:
        return add_story(session, raw, now=now)


def annotate_stored(engine: Engine, story_id: int, found: Annotations, *, version: str = VERSION) -> bool:
    """Save annotations for a stored story."""
    with write_session(engine) as session:
        [waiting] = pending(session, "none of these", among=[story_id])
        return save(session, [(waiting, found)], version, now=NOW)[0]


def add_user(engine: Engine, name: str) -> None:
    """A user with PASSWORD."""
    with write_session(engine) as session:
        users.add_user(session, name, PASSWORD, now=NOW)


def store_feed(engine: Engine, url: str = "https://courier.example/feed") -> int:
    """A feed that is to be polled; returns its id."""
    with write_session(engine) as session:
        feed = Feed(url=url, url_key=url, added_at=NOW, next_poll_at=NOW)
        session.add(feed)
        session.flush()
        return feed.id
