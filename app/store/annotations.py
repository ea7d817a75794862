"""A story's annotations into rows, and out again: whole or not at all."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import SQLColumnExpression, String, bindparam, case, cast, delete, func, literal, or_, select, update
from sqlmodel import Session, col

from app.spans import ActorSpan, Annotations, QuoteSpan, Spans
from app.store import counts, groups, search
from app.store.actor_identity import Cast, cast_of, named, read_actors, rename_actors, resolve_actors
from app.store.actor_merging import join_earlier
from app.store.batch import Batch
from app.store.db import numbers, rows, write_rows
from app.store.keys import index_key
from app.store.models import (
    Actor,
    Mention,
    Quote,
    QuotePiece,
    Reference,
    Source,
    SourceMention,
    Story,
    StoryActor,
    StoryCountry,
    StorySpeaker,
    Toponym,
)
from app.store.waiting import PendingStory

Row = dict[str, Any]
Expression = SQLColumnExpression[Any]
Condition = SQLColumnExpression[bool]


@dataclass(frozen=True, slots=True)
class _Saved:
    """A story that annotations are saved for; `had_any` where it has some already."""

    id: int
    sorted_at: datetime
    text: str
    had_any: bool
    cast: Cast

    @property
    def found(self) -> Annotations:
        """What was found in it."""
        return self.cast.found

    @property
    def bands(self) -> list[int]:
        """The bands of its text as they are stored."""
        return groups.kept(self.found.bands)


_HEADS = select(col(Story.id), col(Story.sorted_at), col(Story.text_hash), col(Story.annotated_at)).where(
    col(Story.id).in_(bindparam("ids", expanding=True))
)


def save(
    session: Session, done: Sequence[tuple[PendingStory, Annotations]], version: str, *, now: datetime
) -> list[bool]:
    """Write the annotations of some stories, each in place of those it has, as if one after the other.

    False for each, with nothing written for it, that is gone or whose text is no longer the one that was annotated.
    """
    heads = {row.id: row for row in rows(session, _HEADS, {"ids": [story.id for story, _ in done]})}
    fits = [story.id in heads and heads[story.id].text_hash == story.text_hash for story, _ in done]
    stories = [_saved(heads[story.id], story, found) for (story, found), fit in zip(done, fits, strict=True) if fit]
    batch = Batch(session)
    read_actors(batch.roster, [story.cast for story in stories])
    sources = numbers(session, Source, at_once=sum(len(story.found.sources) for story in stories))
    quotes = numbers(session, Quote, at_once=sum(len(story.found.quotes) for story in stories))
    for story in stories:
        _save(batch, story, sources, quotes)
    _mark(session, stories, version, now)
    groups.join(session, [groups.NewStory(each.id, each.sorted_at, each.text, each.bands) for each in stories])
    batch.finish()
    return fits


def _saved(head: Any, story: PendingStory, found: Annotations) -> _Saved:
    if any(index_key(actor.name) != actor.name for actor in found.actors):
        shortened = tuple(replace(actor, name=index_key(actor.name)) for actor in found.actors)
        found = replace(found, actors=shortened)
    cast = cast_of(found, story.text)
    return _Saved(story.id, head.sorted_at, story.text, head.annotated_at is not None, cast)


def _save(batch: Batch, story: _Saved, sources: Iterator[int], quotes: Iterator[int]) -> None:
    if story.had_any:
        batch.changed.update(_clear_rows(batch.session, [story.id]))
    actor_ids = resolve_actors(batch, story.cast)
    _add_spans(batch, story, actor_ids)
    source_ids = _add_sources(batch, story, actor_ids, sources)
    _add_quotes(batch, story, actor_ids, source_ids, quotes)
    links = _add_links(batch, story, actor_ids)
    batch.changed.update(_counts_of_new(story.found, actor_ids, links))
    if join_earlier(batch, story.cast, actor_ids):
        rename_actors(batch, rows(batch.session, _NAMES, {"story_id": story.id}))
    else:
        rename_actors(batch, [(row["actor_id"], row["name"]) for row in links.actors])


_NAMES = select(col(StoryActor.actor_id), col(StoryActor.name)).where(col(StoryActor.story_id) == bindparam("story_id"))
_MARK = update(Story).where(col(Story.id) == bindparam("head_id"))


def _mark(session: Session, stories: Sequence[_Saved], version: str, now: datetime) -> None:
    """Say in the stories' heads what became of them.

    Where the annotators failed a story goes on waiting, for the next try that was set when this one began.
    """
    failed, done = [], []
    for story in stories:
        found = story.found
        head = {
            "head_id": story.id,
            "state": found.state,
            "state_reason": found.reason,
            "language": found.language,
            "annotated_at": now,
            "quote_count": len(found.quotes),
            "bands": story.bands or None,
        }
        if found.state == "failed":
            failed.append({**head, "annotated_version": None})
        else:
            done.append({**head, "annotated_version": version, "failures": 0, "next_try_at": None})
    write_rows(session, _MARK, failed)
    write_rows(session, _MARK, done)


def clear(session: Session, story_ids: Sequence[int]) -> None:
    """Remove the annotations of stories, and take them out of the counts."""
    counts.change(session, _clear_rows(session, story_ids))


# ------------------------------------------------------------------------------------------------ removing


def _clear_rows(session: Session, story_ids: Sequence[int]) -> counts.Counts:
    """Remove the rows; returns what that takes from the counts, as negative numbers."""
    taken: counts.Counts = Counter()
    taken.subtract(counts_of(session, story_ids))
    quote_ids = list(session.scalars(select(col(Quote.id)).where(col(Quote.story_id).in_(story_ids))))
    source_ids = list(session.scalars(select(col(Source.id)).where(col(Source.story_id).in_(story_ids))))
    groups.leave(session, story_ids)
    search.remove(session, "quote", quote_ids)
    session.execute(delete(QuotePiece).where(col(QuotePiece.quote_id).in_(quote_ids)))
    session.execute(delete(Quote).where(col(Quote.id).in_(quote_ids)))
    session.execute(delete(SourceMention).where(col(SourceMention.source_id).in_(source_ids)))
    session.execute(delete(Source).where(col(Source.id).in_(source_ids)))
    for table in (Mention, Toponym, Reference, StoryActor, StoryCountry, StorySpeaker):
        session.execute(delete(table).where(col(table.story_id).in_(story_ids)))
    return taken


# ------------------------------------------------------------------------------------------------ writing


def _add_spans(batch: Batch, story: _Saved, actor_ids: Mapping[str, int]) -> None:
    found = story.found
    mentions = {(m.start, m.end, actor_ids[m.actor]): m for m in found.mentions}
    toponyms = {(t.start, t.end, t.country): t for t in found.toponyms}
    batch.add(
        Mention,
        [
            {
                "story_id": story.id,
                "start_char": start,
                "end_char": end,
                "actor_id": actor_id,
                "level": mention.level,
                "rule": mention.rule,
            }
            for (start, end, actor_id), mention in mentions.items()
        ],
    )
    batch.add(
        Toponym,
        [
            {"story_id": story.id, "start_char": start, "end_char": end, "country": country, "rule": toponym.rule}
            for (start, end, country), toponym in toponyms.items()
        ],
    )
    batch.add(
        Reference,
        [
            {"story_id": story.id, "position": i, "start_char": start, "end_char": end}
            for i, (start, end) in enumerate(found.references, 1)
        ],
    )


def _add_sources(batch: Batch, story: _Saved, actor_ids: Mapping[str, int], given: Iterator[int]) -> dict[str, int]:
    """Returns the row's id of each source's id in the story."""
    quotes_of: defaultdict[str, list[QuoteSpan]] = defaultdict(list)
    for quote in story.found.quotes:
        if quote.source_ref is not None:
            quotes_of[quote.source_ref].append(quote)
    ids = {}
    for position, source in enumerate(story.found.sources, 1):
        own = quotes_of[source.id]
        words = [(quote.kind, _word_count(story.text, quote.content)) for quote in own]
        ids[source.id] = next(given)
        row = {
            "id": ids[source.id],
            "story_id": story.id,
            "position": position,
            "sorted_at": story.sorted_at,
            "name": source.name,
            "form": source.form,
            "affiliation": source.affiliation,
            "role": source.role,
            "channel": source.channel,
            "former": source.former,
            "unnamed": source.unnamed,
            "anonymous": source.anonymous,
            "reason": source.reason,
            "actor_id": actor_ids[source.actor] if source.actor else None,
            "country": source.country,
            "quote_count": len(own),
            "words": sum(n for _, n in words),
            "direct_words": sum(n for kind, n in words if kind == "direct"),
            "rule": source.rule,
        }
        batch.add(Source, [row])
        batch.add(
            SourceMention,
            [
                {"source_id": ids[source.id], "start_char": start, "end_char": end}
                for start, end in sorted(set(source.mentions))
            ],
        )
    return ids


def _add_quotes(
    batch: Batch,
    story: _Saved,
    actor_ids: Mapping[str, int],
    source_ids: Mapping[str, int],
    given: Iterator[int],
) -> None:
    for position, quote in enumerate(story.found.quotes, 1):
        quote_id = next(given)
        row = {
            "id": quote_id,
            "story_id": story.id,
            "position": position,
            "sorted_at": story.sorted_at,
            "kind": quote.kind,
            "content": words_of(story.text, quote.content),
            "speaker_id": actor_ids[quote.speaker] if quote.speaker else None,
            "source_id": source_ids.get(quote.source_ref) if quote.source_ref else None,
            "source_words": words_of(story.text, quote.source) or None,
            "cue_words": words_of(story.text, quote.cue) or None,
            "words": _word_count(story.text, quote.content),
            "rule": quote.rule,
        }
        batch.add(Quote, [row])
        batch.add(
            QuotePiece,
            [
                {"quote_id": quote_id, "part": part, "start_char": start, "end_char": end}
                for part, spans in (("content", quote.content), ("cue", quote.cue), ("source", quote.source))
                for start, end in sorted(set(spans))
            ],
        )


@dataclass(frozen=True, slots=True)
class _Links:
    """The rows that link a story to its actors, speakers and countries, without the story."""

    actors: Sequence[Row]
    speakers: Sequence[Row]
    countries: Sequence[Row]


def _add_links(batch: Batch, story: _Saved, actor_ids: Mapping[str, int]) -> _Links:
    """Returns what it adds."""
    found = story.found
    speaks = Counter(actor_ids[quote.speaker] for quote in found.quotes if quote.speaker)
    mentions = Counter(toponym.country for toponym in found.toponyms)
    relations = (("mentioned", found.countries), ("focus", found.focus), ("speaking", found.speaking))
    links = _Links(
        _actor_rows(found, actor_ids, speaks),
        [{"actor_id": actor_id, "quotes": n} for actor_id, n in speaks.items()],
        [
            {"relation": relation, "country": code, "mentions": mentions[code]}
            for relation, codes in relations
            for code in dict.fromkeys(codes)
        ],
    )
    key = {"story_id": story.id, "sorted_at": story.sorted_at}
    batch.add(StoryActor, [{**key, **row} for row in links.actors])
    batch.add(StorySpeaker, [{**key, **row} for row in links.speakers])
    batch.add(StoryCountry, [{**key, **row} for row in links.countries])
    return links


def _actor_rows(found: Annotations, actor_ids: Mapping[str, int], speaks: Mapping[int, int]) -> list[Row]:
    """One row an actor of the archive; two of the story's actors that resolve to the same one share it."""
    spans: defaultdict[int, list[int]] = defaultdict(list)
    for mention in found.mentions:
        spans[actor_ids[mention.actor]].append(mention.start)
    merged: dict[int, list[ActorSpan]] = defaultdict(list)
    for actor in found.actors:
        merged[actor_ids[actor.id]].append(actor)
    return [
        {
            "actor_id": actor_id,
            "name": max((actor.name for actor in same), key=len),
            "mentions": len(spans[actor_id]),
            "quotes": speaks.get(actor_id, 0),
            "first_char": min(spans[actor_id], default=0),
            "roles": list(dict.fromkeys(role for actor in same for role in actor.roles)),
        }
        for actor_id, same in merged.items()
    ]


def words_of(text: str, spans: Spans) -> str:
    """The words of a span on one line, its pieces joined by an ellipsis."""
    return " … ".join([" ".join(text[start:end].split()) for start, end in spans])


def _word_count(text: str, spans: Spans) -> int:
    return sum([len(text[start:end].split()) for start, end in spans])


# ------------------------------------------------------------------------------------------------ counting


FACET_OF_RELATION = {"mentioned": "country", "focus": "focus", "speaking": "speaking"}


def _counts_of_new(found: Annotations, actor_ids: Mapping[str, int], links: _Links) -> counts.Counts:
    """What annotations just written add to the counts: the same as `counts_of`, without asking the database."""
    kinds = {actor_ids[actor.id]: actor.kind for actor in found.actors}
    counted: counts.Counts = Counter({("quote", "all"): len(found.quotes)})
    for row in links.actors:
        counted[kinds[row["actor_id"]], str(row["actor_id"])] += 1
        counted["named", named(row["actor_id"], row["name"])] += 1
    for row in links.speakers:
        counted["speaker", str(row["actor_id"])] += 1
        counted["spoken", str(row["actor_id"])] += row["quotes"]
    for row in links.countries:
        counted[FACET_OF_RELATION[row["relation"]], row["country"]] += 1
    for source in found.sources:
        counted["form", source.form] += 1
        counted["affiliation", source.affiliation] += 1
        counted["flag", "unnamed"] += source.unnamed
        counted["flag", "anonymous"] += source.anonymous
        counted["flag", "without reason"] += (source.unnamed or source.anonymous) and source.reason is None
    return counted


def counts_of(session: Session, story_ids: Sequence[int] | None) -> counts.Counts:
    """What the annotations of these stories (of all, for None) add to the counts."""
    counted: counts.Counts = Counter()

    def count(table: Any, facet: Expression, value: Expression, n: Expression, *where: Condition) -> None:
        rows = select(facet, value, n).select_from(table).where(*where).group_by(facet, value)
        if table is StoryActor:
            rows = rows.join(Actor, col(Actor.id) == col(StoryActor.actor_id))
        if story_ids is not None:
            rows = rows.where(col(table.story_id).in_(story_ids))
        counted.update({(str(name), str(key)): number for name, key, number in session.execute(rows)})

    n = func.count()
    by_relation = case(*((col(StoryCountry.relation) == each, facet) for each, facet in FACET_OF_RELATION.items()))
    count(StoryActor, col(Actor.kind), col(StoryActor.actor_id), n)
    named = cast(col(StoryActor.actor_id), String) + " " + col(StoryActor.name)
    count(StoryActor, literal("named"), named, n)
    count(StorySpeaker, literal("speaker"), col(StorySpeaker.actor_id), n)
    count(StorySpeaker, literal("spoken"), col(StorySpeaker.actor_id), func.sum(col(StorySpeaker.quotes)))
    count(StoryCountry, by_relation, col(StoryCountry.country), n)
    count(Quote, literal("quote"), literal("all"), n)
    count(Source, literal("form"), col(Source.form), n)
    count(Source, literal("affiliation"), col(Source.affiliation), n)
    unnamed, anonymous, unexplained = col(Source.unnamed), col(Source.anonymous), col(Source.reason).is_(None)
    count(Source, literal("flag"), literal("unnamed"), n, unnamed)
    count(Source, literal("flag"), literal("anonymous"), n, anonymous)
    count(Source, literal("flag"), literal("without reason"), n, or_(unnamed, anonymous), unexplained)
    return counted
