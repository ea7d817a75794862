"""One story to read, with all that was found in it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import starmap
from typing import Any

from sqlalchemy import BigInteger, Row, Select, bindparam, select, tuple_
from sqlmodel import Session, col

from app.spans import Span
from app.store.browse import ACTOR_COLUMNS, ROLES, copies_of, grouped, outlet_ref, read_roles, story_refs
from app.store.cards import (
    ActorRef,
    MentionCard,
    RevisionPage,
    RevisionRef,
    StoryActorCard,
    StoryPage,
    StoryQuoteCard,
    StoryRef,
    StorySourceCard,
    ToponymCard,
)
from app.store.db import rows
from app.store.models import (
    Actor,
    Mention,
    Outlet,
    Quote,
    QuotePiece,
    Reference,
    Revision,
    SortTime,
    Source,
    SourceMention,
    Story,
    StoryActor,
    StoryCountry,
    StoryText,
    Toponym,
)
from app.store.sources import SOURCE_COLUMNS

Of = Mapping[str, int]  # the parameter of the statements

# Statements are made once: making and compiling them costs more than running them.
_ID = bindparam("story", type_=BigInteger())

_STORY = (
    select(
        *Story.__table__.c,  # type: ignore[attr-defined]
        col(StoryText.text),
        col(Outlet.slug).label("outlet_slug"),
        col(Outlet.name).label("outlet_name"),
    )
    .join(StoryText, col(StoryText.story_id) == col(Story.id))
    .join(Outlet, col(Outlet.id) == col(Story.outlet_id), isouter=True)
    .where(col(Story.id) == _ID)
)

_REVISIONS = (
    select(col(Revision.id), col(Revision.title), col(Revision.replaced_at))
    .where(col(Revision.story_id) == _ID)
    .order_by(col(Revision.id).desc())
)

_ACTOR_COLUMNS: tuple[Any, ...] = (
    *ACTOR_COLUMNS,
    col(Actor.country),
    ROLES,
    col(StoryActor.mentions),
    col(StoryActor.quotes),
    col(StoryActor.first_char),
)
_ACTORS = (
    select(*_ACTOR_COLUMNS)
    .join(Actor, col(Actor.id) == col(StoryActor.actor_id))
    .where(col(StoryActor.story_id) == _ID)
    .order_by(col(StoryActor.quotes).desc(), col(StoryActor.mentions).desc(), col(StoryActor.first_char))
)

_MENTIONS = (
    select(col(Mention.start_char), col(Mention.end_char), col(Mention.level), col(Mention.actor_id), col(Mention.rule))
    .where(col(Mention.story_id) == _ID)
    .order_by(col(Mention.start_char), col(Mention.end_char), col(Mention.actor_id))
)

_TOPONYMS = (
    select(col(Toponym.start_char), col(Toponym.end_char), col(Toponym.country), col(Toponym.rule))
    .where(col(Toponym.story_id) == _ID)
    .order_by(col(Toponym.start_char), col(Toponym.end_char), col(Toponym.country))
)

_QUOTE_COLUMNS: tuple[Any, ...] = (
    col(Quote.id),
    col(Quote.speaker_id),
    col(Quote.position),
    col(Quote.kind),
    col(Quote.words),
    col(Quote.content),
    col(Quote.cue_words),
    col(Quote.source_words),
    col(Source.position),
    col(Quote.rule),
)
_QUOTES = (
    select(*_QUOTE_COLUMNS)
    .join(Source, col(Source.id) == col(Quote.source_id), isouter=True)
    .where(col(Quote.story_id) == _ID)
    .order_by(col(Quote.position))
)

# The stretches of each quote's parts: content, cue, source.
_PIECES = (
    select(col(QuotePiece.quote_id), col(QuotePiece.part), col(QuotePiece.start_char), col(QuotePiece.end_char))
    .join(Quote, col(Quote.id) == col(QuotePiece.quote_id))
    .where(col(Quote.story_id) == _ID)
    .order_by(col(QuotePiece.start_char))
)

_SOURCE_COLUMNS: tuple[Any, ...] = (
    col(Source.id),
    col(Source.actor_id),
    *SOURCE_COLUMNS,
    col(Source.direct_words),
    col(Source.rule),
)
_SOURCES = select(*_SOURCE_COLUMNS).where(col(Source.story_id) == _ID).order_by(col(Source.position))

_PLACES = (
    select(col(SourceMention.source_id), col(SourceMention.start_char), col(SourceMention.end_char))
    .join(Source, col(Source.id) == col(SourceMention.source_id))
    .where(col(Source.story_id) == _ID)
    .order_by(col(SourceMention.start_char))
)

_RELATIONS = (
    select(col(StoryCountry.relation), col(StoryCountry.country))
    .where(col(StoryCountry.story_id) == _ID)
    .order_by(col(StoryCountry.mentions).desc(), col(StoryCountry.country))
)

_REFERENCES = (
    select(col(Reference.start_char), col(Reference.end_char))
    .where(col(Reference.story_id) == _ID)
    .order_by(col(Reference.position))
)

_PLACE = tuple_(col(Story.sorted_at), col(Story.id))
_HERE = tuple_(bindparam("sorted_at", type_=SortTime()), bindparam("id", type_=BigInteger()))
_NEWER = select(col(Story.id)).where(_PLACE > _HERE).order_by(col(Story.sorted_at), col(Story.id)).limit(1)
_OLDER = (
    select(col(Story.id)).where(_PLACE < _HERE).order_by(col(Story.sorted_at).desc(), col(Story.id).desc()).limit(1)
)


def get_story(session: Session, story_id: int) -> StoryPage | None:
    """Everything one story's page shows, or None if there is no such story."""
    of = {"story": story_id}
    row = next(iter(rows(session, _STORY, of)), None)
    if row is None:
        return None
    quotes = rows(session, _QUOTES, of)
    words: Counter[int] = Counter()
    for _, speaker_id, _, _, said, *_ in quotes:
        words[speaker_id] += said
    actors = _story_actors(session, of, words)
    refs = {card.actor.id: card.actor for card in actors}
    sources = _story_sources(session, of, refs)
    relations = grouped((relation, code) for relation, code in rows(session, _RELATIONS, of))
    return StoryPage(
        id=story_id,
        slug=row.slug,
        title=row.title,
        title_is_ours=row.title_is_ours,
        text=row.text,
        url=row.url,
        outlet=outlet_ref(row),
        external_id=row.external_id,
        published_at=row.published_at,
        added_at=row.added_at,
        annotated_at=row.annotated_at,
        language=row.language,
        state=row.state,
        state_reason=row.state_reason,
        invented=row.invented,
        word_count=row.word_count,
        extra=dict(row.extra),
        actors=actors,
        mentions=[*starmap(MentionCard, rows(session, _MENTIONS, of))],
        toponyms=[*starmap(ToponymCard, rows(session, _TOPONYMS, of))],
        quotes=_story_quotes(session, of, quotes, refs),
        sources=sources,
        countries=relations.get("mentioned", ()),
        focus=relations.get("focus", ()),
        speaking=relations.get("speaking", ()),
        references=[(start, end) for start, end in rows(session, _REFERENCES, of)],
        newer=_neighbour(session, _NEWER, row),
        older=_neighbour(session, _OLDER, row),
        copies=copies_of(session, [story_id]).get(story_id, ()) if row.group_id is not None else (),
        revisions=[RevisionRef(*each) for each in rows(session, _REVISIONS, of)],
    )


def get_revision(session: Session, story_id: int, revision_id: int) -> RevisionPage | None:
    """An earlier version of a story, or None if there is no such one."""
    row = session.execute(
        select(Revision).where(col(Revision.id) == revision_id, col(Revision.story_id) == story_id)
    ).scalar_one_or_none()
    story = story_refs(session, [story_id]).get(story_id)
    if row is None or story is None:
        return None
    return RevisionPage(RevisionRef(row.id, row.title, row.replaced_at), row.text, story)


# Rows are taken apart by place: asking each for its columns by name takes several times as long.


def _story_actors(session: Session, of: Of, words: Mapping[int, int]) -> list[StoryActorCard]:
    return [
        StoryActorCard(ActorRef(*ref), country, read_roles(roles), mentions, quotes, words.get(ref[0], 0), first_char)
        for *ref, country, roles, mentions, quotes, first_char in rows(session, _ACTORS, of)
    ]


def _story_quotes(
    session: Session, of: Of, quotes: Sequence[Any], refs: Mapping[int, ActorRef]
) -> list[StoryQuoteCard]:
    pieces: dict[str, dict[int, list[Span]]] = {"content": {}, "cue": {}, "source": {}}
    for quote_id, part, start, end in rows(session, _PIECES, of):
        pieces[part].setdefault(quote_id, []).append((start, end))
    content, cue, source = pieces.values()
    return [
        StoryQuoteCard(
            position,
            kind,
            tuple(content.get(quote_id, ())),
            tuple(cue.get(quote_id, ())),
            tuple(source.get(quote_id, ())),
            words,
            text,
            cue_words,
            source_words,
            refs.get(speaker_id),
            source_position,
            rule,
        )
        for quote_id, speaker_id, position, kind, words, text, cue_words, source_words, source_position, rule in quotes
    ]


def _story_sources(session: Session, of: Of, refs: Mapping[int, ActorRef]) -> list[StorySourceCard]:
    mentions = grouped((source_id, (start, end)) for source_id, start, end in rows(session, _PLACES, of))
    return [
        StorySourceCard(
            position,
            name,
            form,
            affiliation,
            role,
            channel,
            former,
            unnamed,
            anonymous,
            reason,
            refs.get(actor_id),
            country,
            tuple(mentions.get(source_id, ())),
            quotes,
            words,
            direct_words,
            rule,
        )
        for (
            source_id,
            actor_id,
            position,
            name,
            form,
            affiliation,
            role,
            channel,
            former,
            unnamed,
            anonymous,
            reason,
            country,
            quotes,
            words,
            direct_words,
            rule,
        ) in rows(session, _SOURCES, of)
    ]


def _neighbour(session: Session, statement: Select[Any], story: Row[Any]) -> StoryRef | None:
    ids = [found for (found,) in rows(session, statement, {"sorted_at": story.sorted_at, "id": story.id})]
    return next(iter(story_refs(session, ids).values()), None)
