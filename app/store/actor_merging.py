"""Joining actors of the archive once a story shows that they are one. Addresses stay: the old one leads on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, delete, exists, insert, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.spans import ActorSpan
from app.store import counts
from app.store.actor_identity import (
    Cast,
    Known,
    Situation,
    all_agree,
    is_supported,
    known_actors,
    likely_bearers,
    named,
    profile_of,
)
from app.store.actor_keys import agree, also_called, name_key
from app.store.batch import Batch
from app.store.models import Actor, Alias, Mention, Quote, Source, StoryActor, StoryCountry, StorySpeaker
from app.store.roster import Entry, Roster

# Stories of one actor that are moved at one saving; the rest follow at the next ones.
MOST_MOVED = 50


def join_earlier(batch: Batch, cast: Cast, ids: Mapping[str, int]) -> bool:
    """Join to the actors of a story just saved what the archive kept apart before it knew better.

    That is: a surname alone where its stories support it, an acronym alone, names that differ in a middle name, and
    "Bill" and "William" with one surname where a story supports it. Returns whether there was anything to join.
    """
    actors = cast.found.actors
    kinds = {actor.id: actor.kind for actor in actors}
    keyed = {(kinds[actor_id], keys.identity) for (actor_id, _), keys in cast.forms.items()}
    identities = sorted((kind, identity) for kind, identity in keyed if identity is not None)
    joined = [
        *(_join_alone(batch, alone, ids) for alone in _known_alone(batch.roster, ids)),
        *(_join_agreeing(batch, kind, identity) for kind, identity in identities),
        *(_join_nicknamed(batch, actor, ids[actor.id]) for actor in actors if actor.kind == "person"),
    ]
    return any(joined)


def _known_alone(roster: Roster, ids: Mapping[str, int]) -> list[Entry]:
    """The archive's actors that have nothing but a surname or acronym of one of the story's actors for a name."""
    entries = [roster.of_id(actor_id) for actor_id in set(ids.values())]
    wanted = {(entry.kind, keys.short) for entry in entries for keys in entry.forms.values() if keys.short is not None}
    found = (roster.of_name(kind, short) for kind, short in wanted)
    return sorted((entry for entry in found if entry is not None), key=lambda entry: entry.id)


def _join_alone(batch: Batch, alone: Entry, ids: Mapping[str, int]) -> bool:
    """Join an actor's stories to the one of the story's actors whom they mean, and nobody else of that name."""
    bearers = likely_bearers(batch, alone.kind, alone.name_key)
    here = [bearer for bearer in bearers if bearer in ids.values()]
    if not here:
        return False
    if alone.kind != "person":
        return len(bearers) == 1 and _join(batch, [row.story_id for row in _newest(batch, alone.id)], alone.id, here[0])
    situations = _situations(batch, alone.id)
    meant = {bearer: set(_supported(batch, situations, bearer)) for bearer in bearers}
    joined = False
    for bearer in here:
        stories = meant[bearer].difference(*(meant[other] for other in bearers if other != bearer))
        if stories or len(bearers) == 1:
            joined = _join(batch, sorted(stories), alone.id, bearer) or joined
    return joined


def _join_agreeing(batch: Batch, kind: str, identity: str) -> bool:
    if len(batch.roster.of_identity(kind, identity)) < 2:
        return False
    same = known_actors(batch.roster, kind, identity)
    return len(same) > 1 and (kind != "person" or all_agree(same)) and _join_doubles(batch, same)


def _join_doubles(batch: Batch, same: Sequence[Known]) -> bool:
    """Join actors of one identity to the oldest of them."""
    first, *others = same
    joined = [
        _join(batch, [row.story_id for row in _newest(batch, double.id)], double.id, first.id) for double in others
    ]
    return any(joined)


def _join_nicknamed(batch: Batch, actor: ActorSpan, actor_id: int) -> bool:
    """Join one who is called by another form of the first name, if any of his stories fits this one's bearer."""
    same = [known for key in also_called(actor.name) for known in known_actors(batch.roster, "person", key)]
    others = {known.id: known for known in same if known.id != actor_id}
    return len(others) == 1 and _join_if_supported(batch, actor, actor_id, next(iter(others.values())))


def _join_if_supported(batch: Batch, actor: ActorSpan, actor_id: int, other: Known) -> bool:
    if not agree(actor.name, other.forms) or _are_of_one_story(batch, actor_id, other.id):
        return False
    if not _supported(batch, _situations(batch, other.id), actor_id):
        return False
    return _join_doubles(batch, sorted((other, Known(actor_id, name_key(actor.name))), key=lambda known: known.id))


def _are_of_one_story(batch: Batch, one: int, other: int) -> bool:
    batch.write()
    beside = aliased(StoryActor)
    both = (
        select(col(StoryActor.story_id))
        .join(beside, col(beside.story_id) == col(StoryActor.story_id))
        .where(col(StoryActor.actor_id) == one, col(beside.actor_id) == other)
        .limit(1)
    )
    return batch.session.execute(both).first() is not None


def _newest(batch: Batch, actor_id: int) -> Sequence[Row[Any]]:
    batch.write()
    return batch.session.execute(
        select(col(StoryActor.story_id), col(StoryActor.roles))
        .where(col(StoryActor.actor_id) == actor_id)
        .order_by(col(StoryActor.sorted_at).desc(), col(StoryActor.story_id).desc())
        .limit(MOST_MOVED)
    ).all()


def _situations(batch: Batch, actor_id: int) -> dict[int, Situation]:
    """What each of an actor's newest stories says about who is meant."""
    session = batch.session
    rows = _newest(batch, actor_id)
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
    return {row.story_id: Situation(row.roles, None, beside[row.story_id], focus[row.story_id]) for row in rows}


def _supported(batch: Batch, situations: Mapping[int, Situation], bearer: int) -> list[int]:
    """The stories that fit a bearer of the name and do not name him besides."""
    profile = profile_of(batch, bearer)
    return [
        story_id
        for story_id, situation in situations.items()
        if bearer not in situation.beside and is_supported(profile, situation)
    ]


# ------------------------------------------------------------------------------------------------ moving rows


def _join(batch: Batch, story_ids: Sequence[int], old: int, new: int) -> bool:
    """Give what an actor does in these stories to another one; returns whether that changed anything."""
    if not story_ids and _has_stories(batch.session, old):
        return False
    _move(batch.session, story_ids, old, new, batch.changed)
    _merge_if_empty(batch.session, old, new)
    batch.roster.read_again()
    return True


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
    if _has_stories(session, old):
        return
    held = select(col(Alias.name)).where(col(Alias.actor_id) == new)
    session.execute(delete(Alias).where(col(Alias.actor_id) == old, col(Alias.name).in_(list(session.scalars(held)))))
    session.execute(update(Alias).where(col(Alias.actor_id) == old).values(actor_id=new))
    session.execute(update(Actor).where(col(Actor.merged_into_id) == old).values(merged_into_id=new))
    # The name is free for another who is called so and is not this one; no name has this sign in its key.
    session.execute(update(Actor).where(col(Actor.id) == old).values(merged_into_id=new, name_key=f"#{old}"))


def _has_stories(session: Session, actor_id: int) -> bool:
    own = select(col(StoryActor.story_id)).where(col(StoryActor.actor_id) == actor_id).limit(1)
    return session.execute(own).first() is not None
