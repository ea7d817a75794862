"""Countries to read: the list and one country."""

from typing import Literal

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.config import get_settings
from app.country_names import country_name, country_names
from app.store import counts
from app.store.actors import actor_cards
from app.store.browse import list_stories
from app.store.cards import ActorCard, CountryCard, CountryPage
from app.store.evidence import evidence_of
from app.store.filters import Selection
from app.store.models import Actor, Story, StoryActor, StoryCountry
from app.store.months import months_of

Relation = Literal["mentioned", "focus", "speaking"]
FACETS: dict[Relation, str] = {"mentioned": "country", "focus": "focus", "speaking": "speaking"}

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
    newest = session.execute(
        select(col(StoryCountry.story_id), col(Story.published_at))
        .join(Story, col(Story.id) == col(StoryCountry.story_id))
        .where(col(StoryCountry.relation) == relation, col(StoryCountry.country) == code)
        .order_by(col(StoryCountry.sorted_at).desc(), col(StoryCountry.story_id).desc())
        .limit(NEWEST)
    ).all()
    in_stories = list_stories(session, Selection(((FACETS[relation], code),)), after=after, size=size)
    listed = [card.id for card in in_stories.items]
    sample = [row.story_id for row in newest[: get_settings().facet_sample]]
    return CountryPage(
        code=code,
        mentioned=n["mentioned"],
        focus=n["focus"],
        speaking=n["speaking"],
        months=months_of(row.published_at for row in newest),
        months_over=len(newest) if n[relation] > len(newest) else None,
        people=_actors(session, code, sample, ("person",)),
        bodies=_actors(session, code, sample, ("organisation", "group")),
        in_stories=in_stories,
        evidence=evidence_of(session, code, listed, speaking=relation == "speaking"),
    )


def _actors(session: Session, code: str, story_ids: list[int], kinds: tuple[str, ...]) -> list[ActorCard]:
    """The country's own actors in these stories, most often first."""
    n = func.count().label("n")
    rows = session.execute(
        select(col(StoryActor.actor_id), n)
        .join(Actor, col(Actor.id) == col(StoryActor.actor_id))
        .where(col(StoryActor.story_id).in_(story_ids), col(Actor.country) == code, col(Actor.kind).in_(kinds))
        .group_by(col(StoryActor.actor_id))
        .order_by(n.desc(), col(StoryActor.actor_id))
        .limit(MAX_ACTORS)
    )
    return actor_cards(session, [(row.actor_id, row.n) for row in rows])
