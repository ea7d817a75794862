"""The words of stories that show in which relation a country stands to them."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from sqlalchemy import CTE, func, select, union
from sqlmodel import Session, col

from app.store.models import Actor, Mention, Source, SourceMention, StoryText, Toponym

# The first places of a story are enough to see why it is listed, however long it is.
MAX_PLACES = 40


def evidence_of(
    session: Session, code: str, story_ids: Sequence[int], *, speaking: bool
) -> dict[int, list[tuple[str, int]]]:
    """For each story the words that name the country or its people, or who speaks for it, with how often.

    From the first 40 places of a story, in their order. A story without any is left out.
    """
    places = _sources(code, story_ids) if speaking else _names(code, story_ids)
    rank = func.row_number().over(partition_by=places.c.story_id, order_by=(places.c.start_char, places.c.end_char))
    first = select(places, rank.label("rank")).subquery()
    words = func.substr(col(StoryText.text), first.c.start_char + 1, first.c.end_char - first.c.start_char)
    rows = session.execute(
        select(first.c.story_id, words.label("words"))
        .join(StoryText, col(StoryText.story_id) == first.c.story_id)
        .where(first.c.rank <= MAX_PLACES)
        .order_by(first.c.story_id, first.c.rank)
    )
    found: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for row in rows:
        found[row.story_id][" ".join(row.words.split())] += 1
    return {story_id: list(counted.items()) for story_id, counted in found.items()}


def _names(code: str, story_ids: Sequence[int]) -> CTE:
    """Where the stories name the country, and where its people ("Israelis")."""
    toponyms = select(col(Toponym.story_id), col(Toponym.start_char), col(Toponym.end_char)).where(
        col(Toponym.story_id).in_(story_ids), col(Toponym.country) == code
    )
    peoples = (
        select(col(Mention.story_id), col(Mention.start_char), col(Mention.end_char))
        .join(Actor, col(Actor.id) == col(Mention.actor_id))
        .where(col(Mention.story_id).in_(story_ids), col(Actor.kind) == "group", col(Actor.country) == code)
    )
    return union(toponyms, peoples).cte("place")


def _sources(code: str, story_ids: Sequence[int]) -> CTE:
    """Where the stories name the sources that speak for the country."""
    return (
        select(col(Source.story_id), col(SourceMention.start_char), col(SourceMention.end_char))
        .join(SourceMention, col(SourceMention.source_id) == col(Source.id))
        .where(col(Source.story_id).in_(story_ids), col(Source.country) == code)
        .cte("place")
    )
