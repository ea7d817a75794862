"""What is most frequent in a sample of stories: people, countries, outlets and so on, all facets in a query.

The database lists the values, and they are counted here: it would sort the rows for that, one facet after the other.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, SQLColumnExpression, String, cast, func, literal, select, union_all
from sqlmodel import Session, col

from app.store.among import among
from app.store.annotations import FACET_OF_RELATION
from app.store.db import rows
from app.store.models import Actor, Outlet, Source, Story, StoryActor, StoryCountry, StorySpeaker

Expression = SQLColumnExpression[Any]
Ranked = list[tuple[str, int]]

KINDS = ("person", "organisation", "group")
SEPARATOR = ","
# So many of the most frequent actors are looked up first: mostly there are enough of each kind among them.
FIRST_ACTORS = 50


def most_frequent(
    session: Session, ids: Sequence[int], most: int, lists: Collection[str] | None = None
) -> dict[str, Ranked]:
    """(value, number of these stories) of each facet's `most` most frequent values, by facet.

    `lists` are those of LISTS that are wanted; all unless given.
    """
    listed = rows(session, _statement(tuple(lists or LISTS)), {"ids": ids})
    ranked = {name: _ranked(values.split(SEPARATOR)) for name, values in listed if values}
    found: dict[str, Ranked] = defaultdict(list)
    for pair, n in ranked.pop("country", []):
        relation, _, code = pair.partition(" ")
        found[FACET_OF_RELATION[relation]].append((code, n))
    return {
        **_by_kind(session, ranked.pop("actor", []), most),
        **{facet: values[:most] for facet, values in (found | ranked).items()},
    }


def _ranked(values: Sequence[str]) -> Ranked:
    """Each value with how often it is there, most often first; the same number of times, the lower value first."""
    return sorted(Counter(values).items(), key=lambda pair: (-pair[1], len(pair[0]), pair[0]))


def _by_kind(session: Session, ranked: Ranked, most: int) -> dict[str, Ranked]:
    """The first actors of each kind."""
    found: dict[str, Ranked] = {}
    wanted = list(KINDS)
    for part in (ranked[:FIRST_ACTORS], ranked[FIRST_ACTORS:]):
        if not part or not wanted:
            break
        known = rows(session, _KINDS, {"ids": [int(value) for value, _ in part]})
        kinds = {str(actor_id): kind for actor_id, kind in known if kind in wanted}
        for value, n in part:
            if value in kinds:
                found.setdefault(kinds[value], []).append((value, n))
        wanted = [kind for kind in KINDS if len(found.get(kind, ())) < most]
    return {kind: values[:most] for kind, values in found.items()}


_KINDS = select(col(Actor.id), col(Actor.kind)).where(among(col(Actor.id)))


def _list(name: str, value: Expression, story_id: Expression) -> Select[Any, Any]:
    return select(literal(name), func.aggregate_strings(cast(value, String), SEPARATOR)).where(among(story_id))


def _outlets() -> Select[Any, Any]:
    return _list("outlet", col(Outlet.slug), col(Story.id)).join_from(
        Story, Outlet, col(Outlet.id) == col(Story.outlet_id)
    )


def _forms() -> Select[Any, Any]:
    each = select(col(Source.story_id), col(Source.form)).where(among(col(Source.story_id))).distinct().subquery()
    return select(literal("form"), func.aggregate_strings(each.c.form, SEPARATOR))


LISTS: dict[str, Select[Any]] = {
    "actor": _list("actor", col(StoryActor.actor_id), col(StoryActor.story_id)),
    "country": _list(
        "country", col(StoryCountry.relation) + " " + col(StoryCountry.country), col(StoryCountry.story_id)
    ),
    "speaker": _list("speaker", col(StorySpeaker.actor_id), col(StorySpeaker.story_id)),
    "outlet": _outlets(),
    "form": _forms(),
}


@lru_cache
def _statement(lists: tuple[str, ...]) -> Any:
    return union_all(*(LISTS[name] for name in lists))
