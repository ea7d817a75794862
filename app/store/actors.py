"""Actors to read: the lists of people, organisations and groups, and one actor."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.config import get_settings
from app.store import counts, paging
from app.store.actor_keys import name_key
from app.store.among import among
from app.store.browse import ACTOR_COLUMNS, ROLES, actor_ref, list_stories, read_roles
from app.store.cards import ActorCard, ActorPage, ActorRef, Page, RoleCard
from app.store.db import rows
from app.store.filters import Selection
from app.store.models import Actor, Alias, FacetCount, Story, StoryActor
from app.store.months import months_of
from app.store.quotes import list_quotes
from app.store.topics import topic_words

Sort = Literal["stories", "quotes", "name"]

BESIDE = 12
SAID_ABOUT = 24
MAX_ROLES = 12
# What an actor's page tells of its stories, it tells of so many of the newest.
NEWEST = 1000
MAX_ALIASES = 24


# ------------------------------------------------------------------------------------------------ lists


def list_actors(
    session: Session,
    kind: str,
    *,
    q: str | None,
    sort: Sort,
    after: str | None,
    size: int,
    initial: str | None = None,
) -> Page[ActorCard]:
    """Actors of one kind that are in at least one story; `q` is looked for in all forms of their names.

    `initial` is the letter that their names begin with, in any case. By stories, which an index lists them by, at most
    `max_examined` are looked at.

    Raises:
        BadCursorError: `after` is none of our tokens.
    """
    stories, spoken = aliased(FacetCount), aliased(FacetCount)
    n_stories, n_quotes = col(stories.count), func.coalesce(col(spoken.count), 0)
    key, types = {
        "stories": ((n_stories, col(stories.value)), (int, str)),
        "quotes": ((n_quotes, col(Actor.id)), (int, int)),
        "name": ((col(Actor.name_key), col(Actor.id)), (str, int)),
    }[sort]
    listed = [col(stories.facet) == kind, n_stories > 0]
    if after is not None:
        place = tuple_(*paging.decode(after, *types))
        listed.append(tuple_(*key) > place if sort == "name" else tuple_(*key) < place)
    order = key if sort == "name" else [part.desc() for part in key]
    checked = [_named(q)] if q else []
    if initial:
        checked.append(col(Actor.name).istartswith(initial, autoescape=True))
    most = get_settings().max_examined
    keys = select(*key).where(*listed).order_by(*order).offset(most - 1).limit(1)
    last = rows(session, keys) if checked and sort == "stories" else ()
    wanted = (
        select(*ACTOR_COLUMNS, col(Actor.country), n_stories, n_quotes, *key)
        .select_from(stories)
        .join(Actor, col(Actor.id) == cast(col(stories.value), Integer))
        .join(spoken, and_(col(spoken.facet) == "spoken", col(spoken.value) == col(stories.value)), isouter=True)
        .where(*listed, *checked, *(tuple_(*key) >= tuple(found) for found in last))
        .order_by(*order)
    )
    found = rows(session, wanted.limit(size + 1))
    shown = found[:size]
    cut_short = len(found) <= size and bool(last)
    leads_on = paging.encode(*last[0]) if cut_short else None
    if len(found) > size:
        leads_on = paging.encode(*shown[-1][-2:])
    cards = [ActorCard(ActorRef(*row[:4]), *row[4:7]) for row in shown]
    total = len(cards) if after is None and leads_on is None else None
    return Page(cards, leads_on, total, total is not None, most if cut_short else None)


def _named(q: str) -> ColumnElement[bool]:
    words = name_key(q[:200].replace("\0", ""))
    in_form = select(col(Alias.actor_id)).where(
        col(Alias.actor_id) == col(Actor.id), col(Alias.name_key).contains(words, autoescape=True)
    )
    return or_(col(Actor.name_key).contains(words, autoescape=True), in_form.exists())


def actor_cards(session: Session, ranked: Iterable[tuple[int, int]]) -> list[ActorCard]:
    """Cards of (actor id, stories to say) pairs, in this order."""
    pairs = [(actor_id, n) for actor_id, n in ranked]
    ids = [actor_id for actor_id, _ in pairs]
    known = {row.actor_id: row for row in rows(session, _CARDS, {"ids": ids})}
    spoken = counts.of(session, "spoken", [str(actor_id) for actor_id in ids])
    return [
        ActorCard(actor_ref(known[actor_id]), known[actor_id].country, n, spoken.get(str(actor_id), 0))
        for actor_id, n in pairs
        if actor_id in known
    ]


_CARDS = select(*ACTOR_COLUMNS, col(Actor.country)).where(among(col(Actor.id)))


# ------------------------------------------------------------------------------------------------ one actor


def get_actor(session: Session, actor_id: int, *, size: int) -> ActorPage | None:
    """Everything one actor's page shows, or None if there is none; of a merged actor, the one it is now."""
    actor = session.get(Actor, actor_id)
    if actor is not None and actor.merged_into_id is not None:
        return get_actor(session, actor.merged_into_id, size=size)
    if actor is None:
        return None
    row = session.execute(select(*ACTOR_COLUMNS).where(col(Actor.id) == actor_id)).one()
    key = str(actor_id)
    newest = rows(session, _NEWEST, {"actor_id": actor_id})
    newest_ids = [entry.story_id for entry in newest]
    stories = counts.of(session, actor.kind, [key]).get(key, 0)
    return ActorPage(
        actor=actor_ref(row),
        country=actor.country,
        aliases=_aliases(session, actor),
        roles=_roles(newest),
        stories=stories,
        quotes=counts.of(session, "spoken", [key]).get(key, 0),
        months=months_of(session, newest_ids),
        months_over=len(newest) if stories > len(newest) else None,
        said=list_quotes(session, Selection((("speaker", key),)), after=None, size=size),
        about=list_quotes(session, Selection((("about", key), ("not", f"speaker:{key}"))), after=None, size=SAID_ABOUT),
        topics=topic_words(session, actor_id),
        in_stories=list_stories(session, Selection(((actor.kind, key),)), after=None, size=size),
        beside=_beside(session, newest_ids[: get_settings().facet_sample], actor_id),
    )


_NEWEST = (
    select(col(StoryActor.story_id), ROLES, col(Story.published_at))
    .join(Story, col(Story.id) == col(StoryActor.story_id))
    .where(col(StoryActor.actor_id) == bindparam("actor_id"))
    .order_by(col(StoryActor.sorted_at).desc(), col(StoryActor.story_id).desc())
    .limit(NEWEST)
)


def _aliases(session: Session, actor: Actor) -> list[str]:
    """Other forms of the name, the longest first."""
    names = session.scalars(select(col(Alias.name)).where(col(Alias.actor_id) == actor.id))
    others = {name for name in names if name != actor.name}
    return sorted(others, key=lambda name: (-len(name), name))[:MAX_ALIASES]


def _roles(entries: Iterable[Row[Any]]) -> list[RoleCard]:
    """The roles that stories give an actor, the most frequent first."""
    seen: dict[str, list[tuple[str, datetime | None]]] = {}
    for entry in entries:
        for role in read_roles(entry.roles):
            seen.setdefault(role.casefold(), []).append((role, entry.published_at))
    cards = [
        RoleCard(
            role=Counter(role for role, _ in uses).most_common(1)[0][0],
            stories=len(uses),
            first_at=min((at for _, at in uses if at), default=None),
            last_at=max((at for _, at in uses if at), default=None),
        )
        for uses in seen.values()
    ]
    return sorted(cards, key=lambda card: (-card.stories, card.role))[:MAX_ROLES]


def _beside(session: Session, story_ids: Sequence[int], actor_id: int) -> list[ActorCard]:
    """Who else is in these stories, most often first."""
    return actor_cards(session, rows(session, _BESIDE, {"ids": story_ids, "actor_id": actor_id}))


_N = func.count().label("n")
_BESIDE = (
    select(col(StoryActor.actor_id), _N)
    .where(among(col(StoryActor.story_id)), col(StoryActor.actor_id) != bindparam("actor_id"))
    .group_by(col(StoryActor.actor_id))
    .order_by(_N.desc(), col(StoryActor.actor_id))
    .limit(BESIDE)
)
