"""Stories to read: the list and one story."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, String, cast, select
from sqlmodel import Session, col

from app.config import get_settings
from app.store import counts, groups, search
from app.store.among import among
from app.store.cards import (
    ActorRef,
    OutletRef,
    Page,
    StoryCard,
    StoryRef,
)
from app.store.db import rows
from app.store.filters import FILTERS, Selection, story_conditions
from app.store.matching import Matches, newest_matches, newest_sample
from app.store.models import (
    Actor,
    Outlet,
    Story,
    StoryActor,
    StoryCountry,
)

K = TypeVar("K")
V = TypeVar("V")

CARD_ACTORS = 4
CARD_SPEAKERS = 3
CARD_COUNTRIES = 4


def list_stories(
    session: Session, selection: Selection, *, after: str | None, size: int, sample: Matches | None = None
) -> Page[StoryCard]:
    """The newest stories that fit a selection, behind the place the token `after` names.

    `sample` is what `newest_sample` gave for the selection, where the caller has it for other uses.

    Raises:
        BadCursorError: `after` is none of our tokens.
    """
    settings = get_settings()
    if after is None and sample is not None and size <= settings.facet_sample:
        found = sample.first(size)
    else:
        found = newest_matches(session, selection, after=after, size=size, max_examined=settings.max_examined)
    cards = cards_once(session, selection, found.ids, search.parse(selection.q) if selection.q else None)
    total, is_exact = _total(session, selection, found, after, sample)
    return Page(cards, found.next, total, is_exact, found.examined)


def cards_once(
    session: Session, selection: Selection, ids: Sequence[int], query: search.Query | None = None
) -> list[StoryCard]:
    """Cards of these stories but those of which a newer copy fits the selection too; all where copies are asked for."""
    heads = _heads(session, ids)
    if not selection.shows_copies:
        in_groups = {row.id: row.group_id for row in heads if row.group_id is not None}
        older = groups.with_newer_copy(session, in_groups, partial(story_conditions, selection)) if in_groups else ()
        heads = [row for row in heads if row.id not in older]
    return _cards(session, heads, query)


def _total(
    session: Session, selection: Selection, found: Matches, after: str | None, sample: Matches | None
) -> tuple[int | None, bool]:
    """How many stories fit: exact where it is kept or all were seen, else at least as many as a sample holds."""
    if not selection:
        return counts.total(session, "story"), True
    if after is None and found.end is None:
        return len(found.keys), True
    if len(selection.pairs) == 1:
        param, value = selection.pairs[0]
        facet = FILTERS[param].facet
        if facet is not None:
            return counts.of(session, facet, [value]).get(value, 0), True
    seen = sample or newest_sample(session, selection)
    return len(seen.keys), seen.end is None


def story_cards(session: Session, ids: Sequence[int]) -> list[StoryCard]:
    """Cards of these stories in this order."""
    return _cards(session, _heads(session, ids), None)


def _cards(session: Session, heads: Sequence[Row[Any]], query: search.Query | None) -> list[StoryCard]:
    ids = [row.id for row in heads]
    actors, speakers = _leading(session, ids)
    countries = _countries_by_story(session, ids)
    snippets = search.snippets(session, "story", ids, query) if query else {}
    in_groups = [row.id for row in heads if row.group_id is not None]
    copies = copies_of(session, in_groups) if in_groups else {}
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
            language=row.language,
            state=row.state,
            word_count=row.word_count,
            quote_count=row.quote_count,
            actors=actors.get(row.id, ()),
            speakers=speakers.get(row.id, ()),
            countries=countries.get(row.id, ())[:CARD_COUNTRIES],
            snippet=snippets.get(row.id, ()),
            copies=copies.get(row.id, ()),
        )
        for row in heads
    ]


def copies_of(session: Session, ids: Sequence[int]) -> dict[int, list[StoryRef]]:
    """The other stories with the same words as each of these that has such."""
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
    col(Story.language),
    col(Story.state),
    col(Story.word_count),
    col(Story.quote_count),
    col(Story.group_id),
)


# Statements are made once, with the ids as one parameter: making and compiling them costs more than running them.
_HEADS = (
    select(*_CARD_COLUMNS, col(Outlet.slug).label("outlet_slug"), col(Outlet.name).label("outlet_name"))
    .select_from(Story)
    .join(Outlet, col(Outlet.id) == col(Story.outlet_id), isouter=True)
    .where(among(col(Story.id)))
)


def _heads(session: Session, ids: Sequence[int]) -> Sequence[Row[Any]]:
    """The head of each of these stories that there is, in this order, with its outlet."""
    found = {row.id: row for row in rows(session, _HEADS, {"ids": ids})}
    return [found[story_id] for story_id in ids if story_id in found]


ACTOR_COLUMNS: tuple[ColumnElement[Any], ...] = (
    col(Actor.id).label("actor_id"),
    col(Actor.slug).label("actor_slug"),
    col(Actor.name).label("actor_name"),
    col(Actor.kind).label("actor_kind"),
)


ROLES = cast(col(StoryActor.roles), String).label("roles")


def read_roles(written: str) -> list[str]:
    """The roles in a row with ROLES. Most actors are given none by a story, which is not worth reading as JSON."""
    roles: list[str] = [] if written == "[]" else json.loads(written)
    return roles


def actor_ref(row: Row[Any]) -> ActorRef:
    """The actor in a row of ACTOR_COLUMNS."""
    return ActorRef(row.actor_id, row.actor_slug, row.actor_name, row.actor_kind)


def outlet_ref(row: Row[Any]) -> OutletRef | None:
    """The outlet in a row with outlet_slug and outlet_name."""
    return OutletRef(row.outlet_slug, row.outlet_name) if row.outlet_slug is not None else None


# People before bodies, those who speak first, then by mentions.
_PARTS = (
    select(col(StoryActor.story_id), col(StoryActor.quotes), *ACTOR_COLUMNS)
    .join(Actor, col(Actor.id) == col(StoryActor.actor_id))
    .where(among(col(StoryActor.story_id)))
    .order_by(
        col(StoryActor.story_id),
        col(Actor.kind) != "person",
        (col(StoryActor.quotes) + col(StoryActor.mentions)).desc(),
        col(StoryActor.first_char),
        col(Actor.id),
    )
)

_COUNTRIES = (
    select(col(StoryCountry.story_id), col(StoryCountry.country), col(StoryCountry.relation))
    .where(among(col(StoryCountry.story_id)))
    .order_by(col(StoryCountry.mentions).desc(), col(StoryCountry.country))
)

ByStory = dict[int, list[ActorRef]]


def _countries_by_story(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """The countries that each story mentions: those in focus first, then by how often."""
    found = rows(session, _COUNTRIES, {"ids": ids})
    # Not for the database to choose by: SQLite would rather walk all stories of that relation.
    mentioned = [(story_id, code) for story_id, code, relation in found if relation == "mentioned"]
    in_focus = {(story_id, code) for story_id, code, relation in found if relation == "focus"}
    return grouped(sorted(mentioned, key=lambda each: each not in in_focus))


def _leading(session: Session, ids: Sequence[int]) -> tuple[ByStory, ByStory]:
    """The actors that matter most in each of these stories, and those who say most there."""
    actors: ByStory = defaultdict(list)
    speakers: defaultdict[int, list[tuple[int, int, ActorRef]]] = defaultdict(list)
    for story_id, quotes, *actor in rows(session, _PARTS, {"ids": ids}):
        leading = actors[story_id]
        if not quotes and len(leading) == CARD_ACTORS:
            continue
        ref = ActorRef(*actor)
        if len(leading) < CARD_ACTORS:
            leading.append(ref)
        if quotes:
            speakers[story_id].append((-quotes, ref.id, ref))
    ranked = {story_id: sorted(found)[:CARD_SPEAKERS] for story_id, found in speakers.items()}
    return actors, {story_id: [ref for *_, ref in found] for story_id, found in ranked.items()}


def grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    """The values of each key, in the order they come."""
    groups: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups


def story_refs(session: Session, ids: Iterable[int]) -> dict[int, StoryRef]:
    """Enough of these stories to name them and link to them, by id."""
    return {
        row.id: StoryRef(row.id, row.slug, row.title, outlet_ref(row), row.published_at, row.invented)
        for row in _heads(session, list(set(ids)))
    }


def added_at(session: Session, ids: Iterable[int]) -> dict[int, datetime]:
    """When each of these stories came in."""
    found = rows(session, select(col(Story.id), col(Story.added_at)).where(among(col(Story.id))), {"ids": set(ids)})
    return {row.id: row.added_at for row in found}
