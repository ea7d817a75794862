"""Invented stories as the readers and annotators would hand them in."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from app.bench.draw import COLUMNS, Rows
from app.bench.world import World
from app.spans import (
    ActorSpan,
    Annotations,
    MentionSpan,
    MentionType,
    QuoteSpan,
    RawStory,
    SourceSpan,
    Spans,
    ToponymSpan,
)
from app.store.models import AFFILIATION, FORM, LEVEL, PART, RELATION

# The rows of one story by table, each with its columns as attributes.
Own = Mapping[str, list[Any]]


def stories_of(rows: Rows, world: World) -> Iterator[tuple[RawStory, Annotations]]:
    """The stories that drawn rows tell of, with all that is found in them."""
    for own in _by_story(rows):
        [head], [words] = own["story"], own["story_text"]
        raw = RawStory(
            words.text,
            head.title,
            origin="bench",
            url=head.url,
            outlet=world.outlets[head.outlet_id - 1],
            published_at=datetime.fromisoformat(head.published_at).replace(tzinfo=UTC),
            invented=True,
        )
        yield raw, _annotations(own, world)


def _by_story(rows: Rows) -> Iterator[Own]:
    """The rows of each story; those of pieces lead to it by their quote or source."""
    named = {
        table: [SimpleNamespace(**dict(zip(columns.split(), row, strict=True))) for row in rows[table]]
        for table, columns in COLUMNS.items()
    }
    story_of = {what: {row.id: row.story_id for row in named[what]} for what in ("quote", "source")}
    found: defaultdict[int, defaultdict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for table, each in named.items():
        for row in each:
            found[_story_id(table, row, story_of)][table].append(row)
    yield from found.values()


def _story_id(table: str, row: Any, story_of: Mapping[str, Mapping[int, int]]) -> int:
    if table == "quote_piece":
        return story_of["quote"][row.quote_id]
    if table == "source_mention":
        return story_of["source"][row.source_id]
    return int(row.id if table == "story" else row.story_id)


def _annotations(own: Own, world: World) -> Annotations:
    related = defaultdict(list)
    for row in own["story_country"]:
        related[RELATION.words[row.relation]].append(row.country)
    return Annotations(
        "annotated",
        language="en",
        actors=tuple(_actor(row, world) for row in own["story_actor"]),
        mentions=tuple(_mention(row, world) for row in own["mention"]),
        toponyms=tuple(ToponymSpan(row.start_char, row.end_char, row.country, row.rule) for row in own["toponym"]),
        countries=tuple(related["mentioned"]),
        focus=tuple(related["focus"]),
        speaking=tuple(related["speaking"]),
        quotes=tuple(_quote(row, own) for row in own["quote"]),
        sources=tuple(_source(row, own) for row in own["source"]),
        bands=tuple(row.band for row in own["story_band"]),
    )


def _mention(row: Any, world: World) -> MentionSpan:
    kind: MentionType = "PERSON" if world.player(row.actor_id).kind == "person" else "ORG"
    return MentionSpan(row.start_char, row.end_char, kind, LEVEL.words[row.level], _ref(row.actor_id), row.rule)


def _ref(actor_id: int | None) -> str:
    return f"a{actor_id}"


def _actor(row: Any, world: World) -> ActorSpan:
    player = world.player(row.actor_id)
    return ActorSpan(_ref(player.id), player.name, player.kind, player.country, tuple(json.loads(row.roles)))


def _quote(row: Any, own: Own) -> QuoteSpan:
    parts: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for piece in own["quote_piece"]:
        if piece.quote_id == row.id:
            parts[PART.words[piece.part]].append((piece.start_char, piece.end_char))
    content, cue, source = (tuple(parts[part]) for part in ("content", "cue", "source"))
    speaker = _ref(row.speaker_id) if row.speaker_id is not None else None
    return QuoteSpan(f"q{row.position}", row.kind, content, cue, source, speaker, f"s{row.source_id}", row.rule)


def _source(row: Any, own: Own) -> SourceSpan:
    mentions: Spans = tuple(
        (each.start_char, each.end_char) for each in own["source_mention"] if each.source_id == row.id
    )
    return SourceSpan(
        id=f"s{row.id}",
        name=row.name,
        form=FORM.words[row.form],
        affiliation=AFFILIATION.words[row.affiliation],
        role=row.role,
        channel=row.channel,
        former=bool(row.former),
        unnamed=bool(row.unnamed),
        anonymous=bool(row.anonymous),
        reason=row.reason,
        actor=_ref(row.actor_id) if row.actor_id is not None else None,
        country=row.country,
        mentions=mentions,
        rule=row.rule,
    )
