"""One story to read, with all that was found in it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, tuple_
from sqlmodel import Session, col

from app.spans import Span
from app.store.browse import ACTOR_COLUMNS, actor_ref, copies_of, grouped, outlet_ref, story_refs
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
from app.store.models import (
    Actor,
    Mention,
    Outlet,
    Quote,
    QuotePiece,
    Reference,
    Revision,
    Source,
    SourceMention,
    Story,
    StoryActor,
    StoryCountry,
    StoryText,
    Toponym,
)


def get_story(session: Session, story_id: int) -> StoryPage | None:
    """Everything one story's page shows, or None if there is no such story."""
    row = session.execute(
        select(Story, col(StoryText.text), col(Outlet.slug).label("outlet_slug"), col(Outlet.name).label("outlet_name"))
        .join(StoryText, col(StoryText.story_id) == col(Story.id))
        .join(Outlet, col(Outlet.id) == col(Story.outlet_id), isouter=True)
        .where(col(Story.id) == story_id)
    ).one_or_none()
    if row is None:
        return None
    story: Story = row.Story
    # What follows is read past the ORM, whose handling of each row costs more than the row.
    connection = session.connection()
    quotes = _quote_rows(connection, story_id)
    words: Counter[int] = Counter()
    for quote in quotes:
        words[quote.speaker_id] += quote.words
    actors = _story_actors(connection, story_id, words)
    refs = {card.actor.id: card.actor for card in actors}
    sources = _story_sources(connection, story_id, refs)
    relations = _relations(connection, story_id)
    return StoryPage(
        id=story_id,
        slug=story.slug,
        title=story.title,
        title_is_ours=story.title_is_ours,
        text=row.text,
        url=story.url,
        outlet=outlet_ref(row),
        external_id=story.external_id,
        published_at=story.published_at,
        added_at=story.added_at,
        annotated_at=story.annotated_at,
        language=story.language,
        state=story.state,
        state_reason=story.state_reason,
        invented=story.invented,
        word_count=story.word_count,
        extra=dict(story.extra),
        actors=actors,
        mentions=_mentions(connection, story_id),
        toponyms=_toponyms(connection, story_id),
        quotes=_story_quotes(connection, story_id, quotes, refs),
        sources=sources,
        countries=relations.get("mentioned", ()),
        focus=relations.get("focus", ()),
        speaking=relations.get("speaking", ()),
        references=_references(connection, story_id),
        newer=_neighbour(session, story, newer=True),
        older=_neighbour(session, story, newer=False),
        copies=copies_of(session, [story_id]).get(story_id, ()) if story.group_id is not None else (),
        revisions=_revisions(connection, story_id),
    )


def _revisions(connection: Connection, story_id: int) -> list[RevisionRef]:
    rows = connection.execute(
        select(col(Revision.id), col(Revision.title), col(Revision.replaced_at))
        .where(col(Revision.story_id) == story_id)
        .order_by(col(Revision.id).desc())
    )
    return [RevisionRef(*row) for row in rows]


def get_revision(session: Session, story_id: int, revision_id: int) -> RevisionPage | None:
    """An earlier version of a story, or None if there is no such one."""
    row = session.execute(
        select(Revision).where(col(Revision.id) == revision_id, col(Revision.story_id) == story_id)
    ).scalar_one_or_none()
    story = story_refs(session, [story_id]).get(story_id)
    if row is None or story is None:
        return None
    return RevisionPage(RevisionRef(row.id, row.title, row.replaced_at), row.text, story)


_STORY_ACTOR_COLUMNS: tuple[Any, ...] = (
    *ACTOR_COLUMNS,
    col(Actor.country),
    col(StoryActor.roles),
    col(StoryActor.mentions),
    col(StoryActor.quotes),
    col(StoryActor.first_char),
)


def _story_actors(connection: Connection, story_id: int, words: Mapping[int, int]) -> list[StoryActorCard]:
    rows = connection.execute(
        select(*_STORY_ACTOR_COLUMNS)
        .join(Actor, col(Actor.id) == col(StoryActor.actor_id))
        .where(col(StoryActor.story_id) == story_id)
        .order_by(col(StoryActor.quotes).desc(), col(StoryActor.mentions).desc(), col(StoryActor.first_char))
    )
    return [
        StoryActorCard(
            actor=actor_ref(row),
            country=row.country,
            roles=row.roles,
            mentions=row.mentions,
            speaks=row.quotes,
            words=words.get(row.actor_id, 0),
            first_char=row.first_char,
        )
        for row in rows
    ]


def _mentions(connection: Connection, story_id: int) -> list[MentionCard]:
    rows = connection.execute(
        select(
            col(Mention.start_char), col(Mention.end_char), col(Mention.level), col(Mention.actor_id), col(Mention.rule)
        )
        .where(col(Mention.story_id) == story_id)
        .order_by(col(Mention.start_char), col(Mention.end_char), col(Mention.actor_id))
    )
    return [MentionCard(*row) for row in rows]


def _toponyms(connection: Connection, story_id: int) -> list[ToponymCard]:
    rows = connection.execute(
        select(col(Toponym.start_char), col(Toponym.end_char), col(Toponym.country), col(Toponym.rule))
        .where(col(Toponym.story_id) == story_id)
        .order_by(col(Toponym.start_char), col(Toponym.end_char), col(Toponym.country))
    )
    return [ToponymCard(*row) for row in rows]


_QUOTE_COLUMNS: tuple[Any, ...] = (
    col(Quote.id),
    col(Quote.position),
    col(Quote.kind),
    col(Quote.words),
    col(Quote.content),
    col(Quote.cue_words),
    col(Quote.source_words),
    col(Quote.speaker_id),
    col(Source.position).label("source_position"),
    col(Quote.rule),
)


def _quote_rows(connection: Connection, story_id: int) -> Sequence[Row[Any]]:
    return connection.execute(
        select(*_QUOTE_COLUMNS)
        .join(Source, col(Source.id) == col(Quote.source_id), isouter=True)
        .where(col(Quote.story_id) == story_id)
        .order_by(col(Quote.position))
    ).all()


def _story_quotes(
    connection: Connection, story_id: int, rows: Sequence[Row[Any]], refs: Mapping[int, ActorRef]
) -> list[StoryQuoteCard]:
    pieces = _quote_pieces(connection, story_id)
    return [
        StoryQuoteCard(
            position=row.position,
            kind=row.kind,
            content=tuple(pieces.get((row.id, "content"), ())),
            cue=tuple(pieces.get((row.id, "cue"), ())),
            source=tuple(pieces.get((row.id, "source"), ())),
            words=row.words,
            text=row.content,
            cue_words=row.cue_words,
            source_words=row.source_words,
            speaker=refs.get(row.speaker_id),
            source_position=row.source_position,
            rule=row.rule,
        )
        for row in rows
    ]


def _quote_pieces(connection: Connection, story_id: int) -> Mapping[tuple[int, str], Sequence[Span]]:
    """The stretches of each quote's parts: content, cue, source."""
    rows = connection.execute(
        select(col(QuotePiece.quote_id), col(QuotePiece.part), col(QuotePiece.start_char), col(QuotePiece.end_char))
        .join(Quote, col(Quote.id) == col(QuotePiece.quote_id))
        .where(col(Quote.story_id) == story_id)
        .order_by(col(QuotePiece.start_char))
    )
    return grouped(((quote_id, part), (start, end)) for quote_id, part, start, end in rows)


def _story_sources(connection: Connection, story_id: int, refs: Mapping[int, ActorRef]) -> list[StorySourceCard]:
    rows = connection.execute(
        select(
            col(Source.id),
            col(Source.position),
            col(Source.name),
            col(Source.form),
            col(Source.affiliation),
            col(Source.role),
            col(Source.channel),
            col(Source.former),
            col(Source.unnamed),
            col(Source.anonymous),
            col(Source.reason),
            col(Source.actor_id),
            col(Source.country),
            col(Source.quote_count),
            col(Source.words),
            col(Source.direct_words),
            col(Source.rule),
        )
        .where(col(Source.story_id) == story_id)
        .order_by(col(Source.position))
    )
    places = connection.execute(
        select(col(SourceMention.source_id), col(SourceMention.start_char), col(SourceMention.end_char))
        .join(Source, col(Source.id) == col(SourceMention.source_id))
        .where(col(Source.story_id) == story_id)
        .order_by(col(SourceMention.start_char))
    )
    mentions = grouped((source_id, (start, end)) for source_id, start, end in places)
    return [
        StorySourceCard(
            position=row.position,
            name=row.name,
            form=row.form,
            affiliation=row.affiliation,
            role=row.role,
            channel=row.channel,
            former=row.former,
            unnamed=row.unnamed,
            anonymous=row.anonymous,
            reason=row.reason,
            actor=refs.get(row.actor_id),
            country=row.country,
            mentions=tuple(mentions.get(row.id, ())),
            quotes=row.quote_count,
            words=row.words,
            direct_words=row.direct_words,
            rule=row.rule,
        )
        for row in rows
    ]


def _relations(connection: Connection, story_id: int) -> dict[str, list[str]]:
    rows = connection.execute(
        select(col(StoryCountry.relation), col(StoryCountry.country))
        .where(col(StoryCountry.story_id) == story_id)
        .order_by(col(StoryCountry.mentions).desc(), col(StoryCountry.country))
    )
    return grouped((row.relation, row.country) for row in rows)


def _references(connection: Connection, story_id: int) -> list[Span]:
    rows = connection.execute(
        select(col(Reference.start_char), col(Reference.end_char))
        .where(col(Reference.story_id) == story_id)
        .order_by(col(Reference.position))
    )
    return [(start, end) for start, end in rows]


def _neighbour(session: Session, story: Story, *, newer: bool) -> StoryRef | None:
    key = tuple_(col(Story.sorted_at), col(Story.id))
    here = (story.sorted_at, story.id)
    order = (col(Story.sorted_at), col(Story.id))
    ids = session.scalars(
        select(col(Story.id))
        .where(key > here if newer else key < here)
        .order_by(*(order if newer else [column.desc() for column in order]))
        .limit(1)
    ).all()
    return next(iter(story_refs(session, ids).values()), None)
