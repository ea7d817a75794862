"""A story's annotations into rows, and out again: whole or not at all."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Insert,
    SQLColumnExpression,
    String,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import Session, SQLModel, col

from app.spans import ActorSpan, Annotations, QuoteSpan, Spans
from app.store import counts, groups, search
from app.store.actor_identity import named, rename_actors, resolve_actors
from app.store.actor_merging import join_earlier
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

Row = dict[str, Any]
Expression = SQLColumnExpression[Any]
Condition = SQLColumnExpression[bool]


@dataclass(frozen=True, slots=True)
class _Saved:
    """The story that annotations are saved for."""

    id: int
    sorted_at: datetime
    text: str


_HEAD = select(col(Story.sorted_at), col(Story.text_hash), col(Story.annotated_at)).where(
    col(Story.id) == bindparam("story_id")
)


def save(
    session: Session, story_id: int, text: str, text_hash: str, version: str, found: Annotations, *, now: datetime
) -> bool:
    """Write a story's annotations in place of those it has.

    False, with nothing written, where the story is gone or its text is no longer the one that was annotated.
    """
    head = session.execute(_HEAD, {"story_id": story_id}).one_or_none()
    if head is None or head.text_hash != text_hash:
        return False
    found = replace(found, actors=tuple(replace(actor, name=index_key(actor.name)) for actor in found.actors))
    # What was never annotated has nothing to be removed.
    changed = _clear_rows(session, [story_id]) if head.annotated_at is not None else Counter()
    story = _Saved(story_id, head.sorted_at, text)
    actor_ids = resolve_actors(session, found, text, changed)
    _insert_spans(session, story, found, actor_ids)
    source_ids = _insert_sources(session, story, found, actor_ids)
    _insert_quotes(session, story, found, actor_ids, source_ids)
    links = _insert_links(session, story, found, actor_ids)
    _mark(session, story_id, version, found, now)
    groups.join(session, groups.NewStory(story_id, head.sorted_at, text), found.bands)
    changed.update(_counts_of_new(found, actor_ids, links))
    join_earlier(session, found, actor_ids, changed)
    counts.change(session, changed)
    rename_actors(session, story_id)
    return True


_MARK = update(Story).where(col(Story.id) == bindparam("story_id"))
_MARK_DONE = _MARK.values(failures=0, next_try_at=None)


def _mark(session: Session, story_id: int, version: str, found: Annotations, now: datetime) -> None:
    """Say in a story's head what became of it.

    Where the annotators failed it goes on waiting, for the next try that was set when this one began.
    """
    has_failed = found.state == "failed"
    values = {
        "state": found.state,
        "state_reason": found.reason,
        "language": found.language,
        "annotated_version": None if has_failed else version,
        "annotated_at": now,
        "quote_count": len(found.quotes),
    }
    session.connection().execute(_MARK if has_failed else _MARK_DONE, {"story_id": story_id, **values})


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


@cache
def _insertion(table: type[SQLModel]) -> Insert:
    return insert(table)


def _insert(session: Session, table: type[SQLModel], rows: Sequence[Row]) -> None:
    if rows:
        session.connection().execute(_insertion(table), list(rows))


_NEW_SOURCES = insert(Source).returning(col(Source.id), sort_by_parameter_order=True)
_NEW_QUOTES = insert(Quote).returning(col(Quote.id), sort_by_parameter_order=True)


def _insert_numbered(session: Session, statement: ReturningInsert[int], rows: Sequence[Row]) -> list[int]:
    """Returns the numbers that the rows were given, in their order."""
    return list(session.connection().execute(statement, list(rows)).scalars()) if rows else []


def _insert_spans(session: Session, story: _Saved, found: Annotations, actor_ids: Mapping[str, int]) -> None:
    mentions = {
        (m.start, m.end, actor_ids[m.actor]): {"type": m.type, "level": m.level, "rule": m.rule} for m in found.mentions
    }
    toponyms = {(t.start, t.end, t.country): {"rule": t.rule} for t in found.toponyms}
    _insert(
        session,
        Mention,
        [
            {"story_id": story.id, "start_char": start, "end_char": end, "actor_id": actor_id, **rest}
            for (start, end, actor_id), rest in mentions.items()
        ],
    )
    _insert(
        session,
        Toponym,
        [
            {"story_id": story.id, "start_char": start, "end_char": end, "country": country, **rest}
            for (start, end, country), rest in toponyms.items()
        ],
    )
    _insert(
        session,
        Reference,
        [
            {"story_id": story.id, "position": i, "start_char": start, "end_char": end}
            for i, (start, end) in enumerate(found.references, 1)
        ],
    )


def _insert_sources(
    session: Session, story: _Saved, found: Annotations, actor_ids: Mapping[str, int]
) -> dict[str, int]:
    """Returns the row's id of each source's id in the story."""
    quotes_of: defaultdict[str, list[QuoteSpan]] = defaultdict(list)
    for quote in found.quotes:
        if quote.source_ref is not None:
            quotes_of[quote.source_ref].append(quote)
    rows = []
    for position, source in enumerate(found.sources, 1):
        own = quotes_of[source.id]
        row = {
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
            "words": sum(_word_count(story.text, quote.content) for quote in own),
            "direct_words": sum(_word_count(story.text, quote.content) for quote in own if quote.kind == "direct"),
            "rule": source.rule,
        }
        rows.append(row)
    given = _insert_numbered(session, _NEW_SOURCES, rows)
    ids = {source.id: source_id for source, source_id in zip(found.sources, given, strict=True)}
    pieces = {(ids[source.id], start, end) for source in found.sources for start, end in source.mentions}
    _insert(
        session,
        SourceMention,
        [{"source_id": source_id, "start_char": start, "end_char": end} for source_id, start, end in sorted(pieces)],
    )
    return ids


def _insert_quotes(
    session: Session,
    story: _Saved,
    found: Annotations,
    actor_ids: Mapping[str, int],
    source_ids: Mapping[str, int],
) -> None:
    rows = [
        {
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
        for position, quote in enumerate(found.quotes, 1)
    ]
    quote_ids = _insert_numbered(session, _NEW_QUOTES, rows)
    pieces = {
        (quote_id, part, start, end)
        for quote_id, quote in zip(quote_ids, found.quotes, strict=True)
        for part, spans in (("content", quote.content), ("cue", quote.cue), ("source", quote.source))
        for start, end in spans
    }
    _insert(
        session,
        QuotePiece,
        [
            {"quote_id": quote_id, "part": part, "start_char": start, "end_char": end}
            for quote_id, part, start, end in sorted(pieces)
        ],
    )
    search.add(session, "quote", quote_ids)


@dataclass(frozen=True, slots=True)
class _Links:
    """The rows that link a story to its actors, speakers and countries, without the story."""

    actors: Sequence[Row]
    speakers: Sequence[Row]
    countries: Sequence[Row]


def _insert_links(session: Session, story: _Saved, found: Annotations, actor_ids: Mapping[str, int]) -> _Links:
    """Returns what it wrote."""
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
    for table, rows in ((StoryActor, links.actors), (StorySpeaker, links.speakers), (StoryCountry, links.countries)):
        _insert(session, table, [{**key, **row} for row in rows])
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
    return " … ".join(" ".join(text[start:end].split()) for start, end in spans)


def _word_count(text: str, spans: Spans) -> int:
    return sum(len(text[start:end].split()) for start, end in spans)


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
    by_relation = case(FACET_OF_RELATION, value=col(StoryCountry.relation))
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
