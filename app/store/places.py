"""Countries to read: the list and one country."""

from typing import Any, Literal

from sqlalchemy import Select, bindparam, func, select, union
from sqlmodel import Session, col

from app.config import get_settings
from app.country_names import country_name, country_names
from app.store import counts
from app.store.actors import actor_cards
from app.store.among import among
from app.store.browse import list_stories
from app.store.cards import ActorCard, CountryCard, CountryPage
from app.store.db import rows
from app.store.evidence import evidence_of
from app.store.filters import Selection
from app.store.models import Actor, Source, StoryActor, StoryCountry
from app.store.months import months_of

Relation = Literal["mentioned", "focus", "speaking"]
FACETS: dict[Relation, str] = {"mentioned": "country", "focus": "focus", "speaking": "speaking"}

Ranked = list[tuple[int, str, int]]  # actor, kind, stories

MAX_ACTORS = 24
# The months of a country are those of so many of its newest stories.
NEWEST = 1000


def list_countries(session: Session) -> list[CountryCard]:
    """Every country that is in a story, by name."""
    by_relation = {relation: dict(counts.top(session, facet, 300)) for relation, facet in FACETS.items()}
    codes = sorted(set().union(*by_relation.values()), key=country_name)
    return [_card(code, {relation: found.get(code, 0) for relation, found in by_relation.items()}) for code in codes]


def _card(code: str, n: dict[Relation, int]) -> CountryCard:
    return CountryCard(code, mentioned=n["mentioned"], focus=n["focus"], speaking=n["speaking"])


def get_country(session: Session, code: str, *, relation: Relation, after: str | None, size: int) -> CountryPage | None:
    """One country with its stories of that relation, or None where there is no such code.

    Raises:
        BadCursorError: `after` is none of our tokens.
    """
    if code not in country_names():
        return None
    n = {each: counts.of(session, facet, [code]).get(code, 0) for each, facet in FACETS.items()}
    newest = [story_id for (story_id,) in rows(session, _NEWEST, {"relation": relation, "code": code})]
    in_stories = list_stories(session, Selection(((FACETS[relation], code),)), after=after, size=size)
    listed = [card.id for card in in_stories.items]
    actors = _actors(session, code, newest[: get_settings().facet_sample])
    return CountryPage(
        code=code,
        mentioned=n["mentioned"],
        focus=n["focus"],
        speaking=n["speaking"],
        months=months_of(session, newest),
        months_over=len(newest) if n[relation] > len(newest) else None,
        people=_cards(session, actors, ("person",)),
        bodies=_cards(session, actors, ("organisation", "group")),
        in_stories=in_stories,
        evidence=evidence_of(session, code, listed, speaking=relation == "speaking"),
    )


_NEWEST = (
    select(col(StoryCountry.story_id))
    .where(col(StoryCountry.relation) == bindparam("relation"), col(StoryCountry.country) == bindparam("code"))
    .order_by(col(StoryCountry.sorted_at).desc(), col(StoryCountry.story_id).desc())
    .limit(NEWEST)
)


def _actors(session: Session, code: str, story_ids: list[int]) -> Ranked:
    """The country's own actors in these stories and those who speak for it there, with how many stories; most first."""
    found = rows(session, _OF_COUNTRY, {"ids": story_ids, "code": code})
    return [(row.actor_id, row.kind, row.n) for row in found]


def _of_country() -> Select[Any]:
    code: Any = bindparam("code")
    own = (
        select(col(StoryActor.story_id), col(StoryActor.actor_id))
        .join(Actor, col(Actor.id) == col(StoryActor.actor_id))
        .where(among(col(StoryActor.story_id)), col(Actor.country) == code)
    )
    # Whose country no story says outright may still speak for one; whose is known is at home there alone.
    speaking = (
        select(col(Source.story_id), col(Source.actor_id))
        .join(Actor, col(Actor.id) == col(Source.actor_id))
        .where(among(col(Source.story_id)), col(Source.country) == code, col(Actor.country).is_(None))
    )
    named = union(own, speaking).subquery()
    n = func.count().label("n")
    return (
        select(named.c.actor_id, col(Actor.kind), n)
        .join(Actor, col(Actor.id) == named.c.actor_id)
        .group_by(named.c.actor_id, col(Actor.kind))
        .order_by(n.desc(), named.c.actor_id)
    )


_OF_COUNTRY = _of_country()


def _cards(session: Session, ranked: Ranked, kinds: tuple[str, ...]) -> list[ActorCard]:
    return actor_cards(session, [(actor_id, n) for actor_id, kind, n in ranked if kind in kinds][:MAX_ACTORS])
