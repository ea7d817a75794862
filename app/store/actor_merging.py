"""Joining actors of the archive once a story shows that they are one. Addresses stay: the old one leads on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from sqlalchemy import Row, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.spans import ActorKind, ActorSpan, Annotations
from app.store import counts
from app.store.actor_identity import (
    Known,
    Situation,
    all_agree,
    find_bearer,
    is_supported,
    known_actors,
    named,
    profile_of,
)
from app.store.actor_keys import agree, also_called, keys_of, name_key
from app.store.models import Actor, Alias, Mention, Quote, Source, StoryActor, StoryCountry, StorySpeaker

# Stories of one actor that are moved at one saving; the rest follow at the next ones.
MOST_MOVED = 50


def join_earlier(session: Session, found: Annotations, ids: Mapping[str, int], pending: counts.Counts) -> None:
    """Join to the actors of a story just saved what the archive kept apart before it knew better.

    That is: a surname alone where its stories support it, an acronym alone, names that differ in a middle name, and
    "Bill" and "William" with one surname where a story supports it.
    `pending` are changes not in the archive's counts yet; what moving stories changes is added to them.
    """
    for alone in _known_alone(session, ids):
        bearer = find_bearer(session, alone.kind, alone.name_key, pending)
        if bearer is not None and bearer in ids.values():
            stories = [row.story_id for row in _newest(session, alone.id)]
            if alone.kind == "person":
                stories = _supported_stories(session, alone.id, bearer)
            _move(session, stories, alone.id, bearer, pending)
            _merge_if_empty(session, alone.id, bearer)
    identities = {(actor.kind, keys_of(actor.kind, actor.name).identity) for actor in found.actors}
    wanted = {(kind, identity) for kind, identity in identities if identity is not None}
    for (kind, _), same in sorted(known_actors(session, wanted).items()):
        if len(same) > 1 and (kind != "person" or all_agree(same)):
            _join_doubles(session, same, pending)
    _join_nicknamed(session, found, ids, pending)


_SHORT_NAMES: Any = (
    select(col(Actor.kind), col(Alias.short_key))
    .join(Alias, col(Alias.actor_id) == col(Actor.id))
    .where(col(Actor.id).in_(bindparam("ids", expanding=True)), col(Alias.short_key).is_not(None))
    .distinct()
)
_OF_NAMES: Any = (
    select(col(Actor.id), col(Actor.kind), col(Actor.name_key))
    .where(col(Actor.name_key).in_(bindparam("keys", expanding=True)), col(Actor.kind).in_(get_args(ActorKind)))
    .order_by(col(Actor.id))
)


def _known_alone(session: Session, ids: Mapping[str, int]) -> Sequence[Row[Any]]:
    """The archive's actors that have nothing but a surname or acronym of one of the story's actors for a name."""
    connection = session.connection()
    wanted = {(kind, short) for kind, short in connection.execute(_SHORT_NAMES, {"ids": list(set(ids.values()))})}
    if not wanted:
        return []
    rows = connection.execute(_OF_NAMES, {"keys": sorted({short for _, short in wanted})})
    return [row for row in rows if (row.kind, row.name_key) in wanted]


def _join_doubles(session: Session, same: Sequence[Known], pending: counts.Counts) -> None:
    """Join actors of one identity to the oldest of them."""
    for double in same[1:]:
        _move(session, [row.story_id for row in _newest(session, double.id)], double.id, same[0].id, pending)
        _merge_if_empty(session, double.id, same[0].id)


def _join_nicknamed(session: Session, found: Annotations, ids: Mapping[str, int], pending: counts.Counts) -> None:
    """Join those who are called by another form of the first name, if any of their stories fits this one's bearer."""
    keys = {actor.id: also_called(actor.name) for actor in found.actors if actor.kind == "person"}
    called = known_actors(session, {("person", key) for own in keys.values() for key in own})
    for actor in found.actors:
        same = [known for key in keys.get(actor.id, ()) for known in called.get(("person", key), ())]
        others = {known.id: known for known in same if known.id != ids[actor.id]}
        if len(others) == 1:
            _join_if_supported(session, actor, ids[actor.id], next(iter(others.values())), pending)


def _join_if_supported(session: Session, actor: ActorSpan, actor_id: int, other: Known, pending: counts.Counts) -> None:
    if not agree(actor.name, other.forms) or _are_of_one_story(session, actor_id, other.id):
        return
    if _supported_stories(session, other.id, actor_id):
        older, younger = sorted((other, Known(actor_id, name_key(actor.name))), key=lambda known: known.id)
        _join_doubles(session, [older, younger], pending)


def _are_of_one_story(session: Session, one: int, other: int) -> bool:
    beside = aliased(StoryActor)
    both = (
        select(col(StoryActor.story_id))
        .join(beside, col(beside.story_id) == col(StoryActor.story_id))
        .where(col(StoryActor.actor_id) == one, col(beside.actor_id) == other)
        .limit(1)
    )
    return session.execute(both).first() is not None


def _newest(session: Session, actor_id: int) -> Sequence[Row[Any]]:
    return session.execute(
        select(col(StoryActor.story_id), col(StoryActor.roles))
        .where(col(StoryActor.actor_id) == actor_id)
        .order_by(col(StoryActor.sorted_at).desc(), col(StoryActor.story_id).desc())
        .limit(MOST_MOVED)
    ).all()


def _supported_stories(session: Session, actor_id: int, bearer: int) -> list[int]:
    """The newest stories of an actor that fit a bearer of the name and do not name him besides."""
    rows = _newest(session, actor_id)
    story_ids = [row.story_id for row in rows]
    beside: defaultdict[int, set[int]] = defaultdict(set)
    focus: defaultdict[int, set[str]] = defaultdict(set)
    others = select(col(StoryActor.story_id), col(StoryActor.actor_id)).where(col(StoryActor.story_id).in_(story_ids))
    for story_id, other in session.execute(others):
        beside[story_id].add(other)
    countries = select(col(StoryCountry.story_id), col(StoryCountry.country)).where(
        col(StoryCountry.story_id).in_(story_ids), col(StoryCountry.relation) == "focus"
    )
    for story_id, country in session.execute(countries):
        focus[story_id].add(country)
    profile = profile_of(session, bearer)
    return [
        row.story_id
        for row in rows
        if bearer not in beside[row.story_id]
        and is_supported(profile, Situation(row.roles, None, beside[row.story_id], focus[row.story_id]))
    ]


# ------------------------------------------------------------------------------------------------ moving rows


def _move(session: Session, story_ids: Sequence[int], old: int, new: int, pending: counts.Counts) -> None:
    """Give what an actor does in these stories to another one, and note what that changes in the counts."""
    if not story_ids:
        return
    kind = session.execute(select(col(Actor.kind)).where(col(Actor.id) == new)).scalar_one()
    _move_mentions(session, story_ids, old, new)
    said = (col(Quote.story_id).in_(story_ids), col(Quote.speaker_id) == old)
    session.execute(update(Quote).where(*said).values(speaker_id=new))
    told = (col(Source.story_id).in_(story_ids), col(Source.actor_id) == old)
    session.execute(update(Source).where(*told).values(actor_id=new))
    _move_parts(session, story_ids, old, new, kind, pending)
    _move_speakers(session, story_ids, old, new, pending)


def _move_mentions(session: Session, story_ids: Sequence[int], old: int, new: int) -> None:
    """Where both are said to be named by the same words, one row is left."""
    other = aliased(Mention)
    same_words = exists().where(
        col(other.story_id) == col(Mention.story_id),
        col(other.start_char) == col(Mention.start_char),
        col(other.end_char) == col(Mention.end_char),
        col(other.actor_id) == new,
    )
    own = (col(Mention.story_id).in_(story_ids), col(Mention.actor_id) == old)
    session.execute(delete(Mention).where(*own, same_words))
    session.execute(update(Mention).where(*own).values(actor_id=new))


def _move_parts(
    session: Session, story_ids: Sequence[int], old: int, new: int, kind: str, pending: counts.Counts
) -> None:
    """The rows that say who takes part in a story; two of one story become one."""
    own = (col(StoryActor.story_id).in_(story_ids), col(StoryActor.actor_id).in_((old, new)))
    rows = session.execute(select(*PART_COLUMNS).where(*own).order_by(col(StoryActor.first_char))).all()
    by_story: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        by_story[row.story_id].append(row)
        pending[kind, str(row.actor_id)] -= 1
        pending["named", named(row.actor_id, row.name)] -= 1
    moved = [_one_part(parts, new) for parts in by_story.values()]
    session.execute(delete(StoryActor).where(*own))
    for part in moved:
        pending[kind, str(new)] += 1
        pending["named", named(new, part["name"])] += 1
    if moved:
        session.connection().execute(insert(StoryActor), moved)


PART_COLUMNS = (
    col(StoryActor.actor_id),
    col(StoryActor.sorted_at),
    col(StoryActor.story_id),
    col(StoryActor.name),
    col(StoryActor.mentions),
    col(StoryActor.quotes),
    col(StoryActor.first_char),
    col(StoryActor.roles),
)


def _one_part(parts: Sequence[Row[Any]], actor_id: int) -> dict[str, Any]:
    return {
        "actor_id": actor_id,
        "sorted_at": parts[0].sorted_at,
        "story_id": parts[0].story_id,
        "name": max((part.name for part in parts), key=len),
        "mentions": sum(part.mentions for part in parts),
        "quotes": sum(part.quotes for part in parts),
        "first_char": parts[0].first_char,
        "roles": list(dict.fromkeys(role for part in parts for role in part.roles)),
    }


def _move_speakers(session: Session, story_ids: Sequence[int], old: int, new: int, pending: counts.Counts) -> None:
    own = (col(StorySpeaker.story_id).in_(story_ids), col(StorySpeaker.actor_id).in_((old, new)))
    rows = session.execute(
        select(
            col(StorySpeaker.story_id),
            col(StorySpeaker.sorted_at),
            col(StorySpeaker.actor_id),
            col(StorySpeaker.quotes),
        ).where(*own)
    ).all()
    quotes: defaultdict[tuple[int, Any], int] = defaultdict(int)
    for row in rows:
        quotes[row.story_id, row.sorted_at] += row.quotes
        pending["speaker", str(row.actor_id)] -= 1
        pending["spoken", str(row.actor_id)] -= row.quotes
    session.execute(delete(StorySpeaker).where(*own))
    moved = [
        {"actor_id": new, "sorted_at": sorted_at, "story_id": story_id, "quotes": n}
        for (story_id, sorted_at), n in quotes.items()
    ]
    if moved:
        session.connection().execute(insert(StorySpeaker), moved)
    pending["speaker", str(new)] += len(moved)
    pending["spoken", str(new)] += sum(quotes.values())


# ------------------------------------------------------------------------------------------------ leading on


def _merge_if_empty(session: Session, old: int, new: int) -> None:
    """Let the address of an actor that no story is left of lead on; its names become the other's."""
    if session.execute(select(func.count()).where(col(StoryActor.actor_id) == old)).scalar_one():
        return
    held = select(col(Alias.name)).where(col(Alias.actor_id) == new)
    session.execute(delete(Alias).where(col(Alias.actor_id) == old, col(Alias.name).in_(list(session.scalars(held)))))
    session.execute(update(Alias).where(col(Alias.actor_id) == old).values(actor_id=new))
    session.execute(update(Actor).where(col(Actor.merged_into_id) == old).values(merged_into_id=new))
    # The name is free for another who is called so and is not this one; no name has this sign in its key.
    session.execute(update(Actor).where(col(Actor.id) == old).values(merged_into_id=new, name_key=f"#{old}"))
