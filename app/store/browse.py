"""Stories to read: the list and one story."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, select, tuple_
from sqlmodel import Session, col

from app.config import get_settings
from app.spans import Span
from app.store import counts, groups, search
from app.store.cards import (
    ActorRef,
    MentionCard,
    OutletRef,
    Page,
    RevisionPage,
    RevisionRef,
    StoryActorCard,
    StoryCard,
    StoryPage,
    StoryQuoteCard,
    StoryRef,
    StorySourceCard,
    ToponymCard,
)
from app.store.filters import FILTERS, Selection, story_conditions
from app.store.matching import Matches, newest_matches, newest_sample
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
    StorySpeaker,
    StoryText,
    Toponym,
)

K = TypeVar("K")
V = TypeVar("V")

CARD_ACTORS = 4
CARD_SPEAKERS = 3
CARD_COUNTRIES = 6


# ------------------------------------------------------------------------------------------------ the list


def list_stories(session: Session, selection: Selection, *, after: str | None, size: int) -> Page[StoryCard]:
    """The newest stories that fit a selection, behind the place the token `after` names.

    Raises:
        BadCursorError: `after` is none of our tokens.
    """
    settings = get_settings()
    found = newest_matches(session, selection, after=after, size=size, max_examined=settings.max_examined)
    cards = story_cards(
        session, without_copies(session, selection, found.ids), search.parse(selection.q) if selection.q else None
    )
    total, is_exact = _total(session, selection, found, after)
    return Page(cards, found.next, total, is_exact, found.examined)


def without_copies(session: Session, selection: Selection, ids: Sequence[int]) -> Sequence[int]:
    """The stories of which no newer copy fits the selection too; all of them where copies are asked for."""
    if selection.shows_copies:
        return ids
    return groups.shown_once(session, ids, partial(story_conditions, selection))


def _total(session: Session, selection: Selection, found: Matches, after: str | None) -> tuple[int | None, bool]:
    """How many stories fit: exact where it is kept or all were seen, else at least as many as a sample holds."""
    if not selection:
        return counts.total(session, "story"), True
    if after is None and found.next is None:
        return len(found.ids), True
    if len(selection.pairs) == 1:
        param, value = selection.pairs[0]
        facet = FILTERS[param].facet
        if facet is not None:
            return counts.of(session, facet, [value]).get(value, 0), True
    sample = newest_sample(session, selection)
    return len(sample.ids), sample.next is None


def story_cards(session: Session, ids: Sequence[int], query: search.Query | None = None) -> list[StoryCard]:
    """Cards of these stories in this order, with snippets where there is a query."""
    heads = {row.id: row for row in _heads(session, ids)}
    actors = _leading_actors(session, ids)
    speakers = _leading_speakers(session, ids)
    countries = _countries_of(session, ids)
    snippets = search.snippets(session, "story", ids, query) if query else {}
    copies = _copies(session, ids)
    return [
        StoryCard(
            id=row.id,
            slug=row.slug,
            title=row.title,
            title_is_ours=row.title_is_ours,
            lead=row.lead,
            outlet=outlet_ref(row),
            published_at=row.published_at,
            added_at=row.added_at,
            invented=row.invented,
            state=row.state,
            word_count=row.word_count,
            quote_count=row.quote_count,
            actors=actors.get(row.id, ())[:CARD_ACTORS],
            speakers=speakers.get(row.id, ())[:CARD_SPEAKERS],
            countries=countries.get(row.id, ())[:CARD_COUNTRIES],
            snippet=snippets.get(row.id, ()),
            copies=copies.get(row.id, ()),
        )
        for row in (heads[story_id] for story_id in ids if story_id in heads)
    ]


def _copies(session: Session, ids: Sequence[int]) -> dict[int, list[StoryRef]]:
    others = groups.copies_of(session, ids)
    if not others:
        return {}
    refs = story_refs(session, {each for found in others.values() for each in found})
    return {story_id: [refs[each] for each in found if each in refs] for story_id, found in others.items()}


_CARD_COLUMNS = (
    col(Story.id),
    col(Story.slug),
    col(Story.title),
    col(Story.title_is_ours),
    col(Story.lead),
    col(Story.published_at),
    col(Story.added_at),
    col(Story.invented),
    col(Story.state),
    col(Story.word_count),
    col(Story.quote_count),
)


def _heads(session: Session, ids: Iterable[int]) -> Iterable[Row[Any]]:
    """The head of each story that there is, with its outlet."""
    return session.execute(
        select(*_CARD_COLUMNS, col(Outlet.slug).label("outlet_slug"), col(Outlet.name).label("outlet_name"))
        .select_from(Story)
        .join(Outlet, col(Outlet.id) == col(Story.outlet_id), isouter=True)
        .where(col(Story.id).in_(ids))
    )


ACTOR_COLUMNS: tuple[ColumnElement[Any], ...] = (
    col(Actor.id).label("actor_id"),
    col(Actor.slug).label("actor_slug"),
    col(Actor.name).label("actor_name"),
    col(Actor.kind).label("actor_kind"),
)


def actor_ref(row: Row[Any]) -> ActorRef:
    """The actor in a row of ACTOR_COLUMNS."""
    return ActorRef(row.actor_id, row.actor_slug, row.actor_name, row.actor_kind)


def outlet_ref(row: Row[Any]) -> OutletRef | None:
    """The outlet in a row with outlet_slug and outlet_name."""
    return OutletRef(row.outlet_slug, row.outlet_name) if row.outlet_slug is not None else None


def _leading_actors(session: Session, ids: Sequence[int]) -> dict[int, list[ActorRef]]:
    """People before bodies, those who speak first, then by mentions."""
    rows = session.execute(
        select(col(StoryActor.story_id), *ACTOR_COLUMNS)
        .join(Actor, col(Actor.id) == col(StoryActor.actor_id))
        .where(col(StoryActor.story_id).in_(ids))
        .order_by(
            (col(Actor.kind) == "person").desc(),
            (col(StoryActor.quotes) + col(StoryActor.mentions)).desc(),
            col(StoryActor.first_char),
        )
    )
    return grouped((row.story_id, actor_ref(row)) for row in rows)


def _leading_speakers(session: Session, ids: Sequence[int]) -> dict[int, list[ActorRef]]:
    rows = session.execute(
        select(col(StorySpeaker.story_id), *ACTOR_COLUMNS)
        .join(Actor, col(Actor.id) == col(StorySpeaker.actor_id))
        .where(col(StorySpeaker.story_id).in_(ids))
        .order_by(col(StorySpeaker.quotes).desc(), col(Actor.id))
    )
    return grouped((row.story_id, actor_ref(row)) for row in rows)


def _countries_of(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    rows = session.execute(
        select(col(StoryCountry.story_id), col(StoryCountry.country))
        .where(col(StoryCountry.story_id).in_(ids), col(StoryCountry.relation) == "mentioned")
        .order_by(col(StoryCountry.mentions).desc(), col(StoryCountry.country))
    )
    return grouped((row.story_id, row.country) for row in rows)


def grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    """The values of each key, in the order they come."""
    groups: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups


# ------------------------------------------------------------------------------------------------ one story


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
    actors = _story_actors(session, story_id)
    refs = {card.actor.id: card.actor for card in actors}
    sources = _story_sources(session, story_id, refs)
    relations = _relations(session, story_id)
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
        mentions=_mentions(session, story_id),
        toponyms=_toponyms(session, story_id),
        quotes=_story_quotes(session, story_id, refs),
        sources=sources,
        countries=relations.get("mentioned", ()),
        focus=relations.get("focus", ()),
        speaking=relations.get("speaking", ()),
        references=_references(session, story_id),
        newer=_neighbour(session, story, newer=True),
        older=_neighbour(session, story, newer=False),
        copies=_copies(session, [story_id]).get(story_id, ()) if story.group_id is not None else (),
        revisions=_revisions(session, story_id),
    )


def _revisions(session: Session, story_id: int) -> list[RevisionRef]:
    rows = session.execute(
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


def _story_actors(session: Session, story_id: int) -> list[StoryActorCard]:
    words: defaultdict[int, int] = defaultdict(int)
    for speaker_id, n in session.execute(
        select(col(Quote.speaker_id), col(Quote.words)).where(
            col(Quote.story_id) == story_id, col(Quote.speaker_id).is_not(None)
        )
    ):
        words[speaker_id] += n
    rows = session.execute(
        select(StoryActor, col(Actor.country), *ACTOR_COLUMNS)
        .join(Actor, col(Actor.id) == col(StoryActor.actor_id))
        .where(col(StoryActor.story_id) == story_id)
        .order_by(col(StoryActor.quotes).desc(), col(StoryActor.mentions).desc(), col(StoryActor.first_char))
    )
    return [
        StoryActorCard(
            actor=actor_ref(row),
            country=row.country,
            roles=row.StoryActor.roles,
            mentions=row.StoryActor.mentions,
            speaks=row.StoryActor.quotes,
            words=words[row.actor_id],
            first_char=row.StoryActor.first_char,
        )
        for row in rows
    ]


def _mentions(session: Session, story_id: int) -> list[MentionCard]:
    rows = session.execute(
        select(
            col(Mention.start_char), col(Mention.end_char), col(Mention.level), col(Mention.actor_id), col(Mention.rule)
        )
        .where(col(Mention.story_id) == story_id)
        .order_by(col(Mention.start_char), col(Mention.end_char), col(Mention.actor_id))
    )
    return [MentionCard(*row) for row in rows]


def _toponyms(session: Session, story_id: int) -> list[ToponymCard]:
    rows = session.execute(
        select(col(Toponym.start_char), col(Toponym.end_char), col(Toponym.country), col(Toponym.rule))
        .where(col(Toponym.story_id) == story_id)
        .order_by(col(Toponym.start_char), col(Toponym.end_char), col(Toponym.country))
    )
    return [ToponymCard(*row) for row in rows]


def _story_quotes(session: Session, story_id: int, refs: Mapping[int, ActorRef]) -> list[StoryQuoteCard]:
    quotes = session.execute(
        select(Quote, col(Source.position).label("source_position"))
        .join(Source, col(Source.id) == col(Quote.source_id), isouter=True)
        .where(col(Quote.story_id) == story_id)
        .order_by(col(Quote.position))
    ).all()
    pieces: defaultdict[tuple[int, str], list[Span]] = defaultdict(list)
    for quote_id, part, start, end in session.execute(
        select(col(QuotePiece.quote_id), col(QuotePiece.part), col(QuotePiece.start_char), col(QuotePiece.end_char))
        .where(col(QuotePiece.quote_id).in_([row.Quote.id for row in quotes]))
        .order_by(col(QuotePiece.start_char))
    ):
        pieces[quote_id, part].append((start, end))
    return [
        StoryQuoteCard(
            position=quote.position,
            kind=quote.kind,
            content=tuple(pieces[quote.id, "content"]),
            cue=tuple(pieces[quote.id, "cue"]),
            source=tuple(pieces[quote.id, "source"]),
            words=quote.words,
            text=quote.content,
            cue_words=quote.cue_words,
            source_words=quote.source_words,
            speaker=refs.get(quote.speaker_id) if quote.speaker_id else None,
            source_position=source_position,
            rule=quote.rule,
        )
        for quote, source_position in quotes
    ]


def _story_sources(session: Session, story_id: int, refs: Mapping[int, ActorRef]) -> list[StorySourceCard]:
    sources = session.scalars(
        select(Source).where(col(Source.story_id) == story_id).order_by(col(Source.position))
    ).all()
    mentions = grouped(
        (mention.source_id, (mention.start_char, mention.end_char))
        for mention in session.scalars(
            select(SourceMention)
            .where(col(SourceMention.source_id).in_([source.id for source in sources]))
            .order_by(col(SourceMention.start_char))
        )
    )
    return [
        StorySourceCard(
            position=source.position,
            name=source.name,
            form=source.form,
            affiliation=source.affiliation,
            role=source.role,
            channel=source.channel,
            former=source.former,
            unnamed=source.unnamed,
            anonymous=source.anonymous,
            reason=source.reason,
            actor=refs.get(source.actor_id) if source.actor_id else None,
            country=source.country,
            mentions=tuple(mentions.get(source.id, ())),
            quotes=source.quote_count,
            words=source.words,
            direct_words=source.direct_words,
            rule=source.rule,
        )
        for source in sources
    ]


def _relations(session: Session, story_id: int) -> dict[str, list[str]]:
    rows = session.execute(
        select(col(StoryCountry.relation), col(StoryCountry.country))
        .where(col(StoryCountry.story_id) == story_id)
        .order_by(col(StoryCountry.mentions).desc(), col(StoryCountry.country))
    )
    return grouped((row.relation, row.country) for row in rows)


def _references(session: Session, story_id: int) -> list[Span]:
    rows = session.scalars(
        select(Reference).where(col(Reference.story_id) == story_id).order_by(col(Reference.position))
    )
    return [(reference.start_char, reference.end_char) for reference in rows]


def _neighbour(session: Session, story: Story, *, newer: bool) -> StoryRef | None:
    key = tuple_(col(Story.sorted_at), col(Story.id))
    here = tuple_(story.sorted_at, story.id)
    order = (col(Story.sorted_at), col(Story.id))
    ids = session.scalars(
        select(col(Story.id))
        .where(key > here if newer else key < here)
        .order_by(*(order if newer else [column.desc() for column in order]))
        .limit(1)
    ).all()
    return next(iter(story_refs(session, ids).values()), None)


def story_refs(session: Session, ids: Iterable[int]) -> dict[int, StoryRef]:
    """Enough of these stories to name them and link to them, by id."""
    rows = _heads(session, set(ids))
    return {
        row.id: StoryRef(row.id, row.slug, row.title, outlet_ref(row), row.published_at, row.invented) for row in rows
    }


def added_at(session: Session, ids: Iterable[int]) -> dict[int, datetime]:
    """When each of these stories came in."""
    rows = session.execute(select(col(Story.id), col(Story.added_at)).where(col(Story.id).in_(set(ids))))
    return {row.id: row.added_at for row in rows}
