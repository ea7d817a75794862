"""Which actor of the archive an actor of a story is.

A full name leads to the archive's actor of that name, middle names left out or not. A surname or acronym alone leads
to the one who is known to bear it; a surname only where the story supports that. Whatever stays doubtful is an actor
of its own, which `actor_merging` joins to the right one once a later story tells.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from app.spans import ActorSpan, Annotations
from app.store.actor_keys import Keys, agree, also_called, is_full, keys_of, name_key
from app.store.batch import Batch
from app.store.db import rows
from app.store.keys import index_key
from app.store.models import Actor, StoryActor
from app.store.roster import MOST_BEARERS, Roster

# Of several bearers one is meant if he is in this many times as many stories as the next.
BY_FAR = 10
# Where there is none such, so many are held against the story.
MOST_COMPARED = 4
# How many of a bearer's newest stories are looked at for whom he stands beside, and in which roles.
NEWEST = 100
# Who stands beside somebody in less than this share of the stories is there by chance.
OFTEN = 0.02
BESIDE_PERSON, BESIDE_OTHER, COUNTRY_IN_FOCUS, ENOUGH = 1.0, 0.5, 0.5, 1.0
NO_ROLE_WORDS = frozenset({"the", "of", "a", "an", "and", "for", "in", "former", "s", "mr", "mrs", "ms"})


@dataclass(frozen=True, slots=True)
class Situation:
    """What a story says about somebody it names by surname: roles, country, who else is there, countries in focus."""

    roles: Sequence[str] = ()
    country: str | None = None
    beside: Collection[int] = ()
    focus: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """Who somebody is by his newest stories: country, words of his roles, and how much those beside him tell."""

    country: str | None
    roles: frozenset[frozenset[str]]
    beside: Mapping[int, float]


@dataclass(slots=True)
class Known:
    """An actor of the archive with the full forms of its name."""

    id: int
    name_key: str
    forms: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Cast:
    """Whom a story names: its actors, what each is looked up by, and all forms of their names that tell something."""

    found: Annotations
    keys: Mapping[str, Keys]
    forms: Mapping[tuple[str, str], Keys]


def cast_of(found: Annotations, text: str) -> Cast:
    """Whom a story names. Only a name that is some story's fullest tells by itself who is meant."""
    by_id = {actor.id: actor for actor in found.actors}
    keys = {actor.id: keys_of(actor.kind, actor.name) for actor in found.actors}
    forms = {(actor.id, actor.name): keys[actor.id] for actor in found.actors}
    for mention in found.mentions:
        if mention.level == "name":
            name, kind = index_key(" ".join(text[mention.start : mention.end].split())), by_id[mention.actor].kind
            if (mention.actor, name) not in forms:
                told = keys_of(kind, name)
                forms[mention.actor, name] = told if kind == "person" else Keys(None, told.short)
    return Cast(found, keys, forms)


def read_actors(roster: Roster, casts: Sequence[Cast]) -> None:
    """Ask at once for all actors that stories may lead to, rather than for each."""
    identities, names = set(), set()
    keyed = [keys for cast in casts for keys in cast.forms.values()]
    people = [(actor, cast.keys[actor.id].identity) for cast in casts for actor in cast.found.actors]
    for actor, identity in people:
        if identity is None:
            names.add(name_key(actor.name))
        else:
            identities.add(identity)
        if actor.kind == "person":
            identities.update(also_called(actor.name))
    roster.read(identities, names)
    for actor, identity in people:
        for entry in roster.of_identity(actor.kind, identity) if identity is not None else ():
            keyed += entry.forms.values()
    roster.read(names={keys.short for keys in keyed if keys.short is not None})


def resolve_actors(batch: Batch, cast: Cast) -> dict[str, int]:
    """The archive's actor for each actor of a story, new ones made where there is none.

    Forms of the name found in the text are kept. Returns {ActorSpan id: actor id}.
    """
    found, roster = cast.found, batch.roster
    full = [actor for actor in found.actors if cast.keys[actor.id].identity is not None]
    short = [actor for actor in found.actors if cast.keys[actor.id].identity is None]
    ids = _resolve_full(roster, full, cast.keys)
    beside = frozenset(ids.values())
    for actor in short:
        situation = Situation(actor.roles, actor.country, beside, found.focus)
        bearers = likely_bearers(batch, actor.kind, name_key(actor.name))
        fitting = [bearer for bearer in bearers if _joins(batch, actor.kind, bearer, situation)]
        if len(fitting) == 1:
            ids[actor.id] = fitting[0]
        else:
            ids[actor.id] = (roster.of_name(actor.kind, name_key(actor.name)) or roster.add(actor)).id
    for actor in found.actors:
        entry = roster.of_id(ids[actor.id])
        if actor.country is not None and entry.country is None:
            # The first story to say so decides.
            roster.set_country(entry, actor.country)
    for (actor_id, form), keys in cast.forms.items():
        roster.learn(roster.of_id(ids[actor_id]), form, keys)
    return ids


def _joins(batch: Batch, kind: str, bearer: int, situation: Situation) -> bool:
    """An acronym joins whom it means; a surname only if the story fits him and does not name him besides."""
    if kind != "person":
        return True
    return bearer not in situation.beside and is_supported(profile_of(batch, bearer), situation)


# ------------------------------------------------------------------------------------------------ full names


def _resolve_full(roster: Roster, actors: Sequence[ActorSpan], keys: Mapping[str, Keys]) -> dict[str, int]:
    known: dict[tuple[str, str], list[Known]] = {}
    ids = {}
    for actor in actors:
        identity = actor.kind, keys[actor.id].identity or ""
        if identity not in known:
            known[identity] = known_actors(roster, *identity)
        same = known[identity]
        chosen = choose(actor.kind, actor.name, same)
        if chosen is None:
            chosen = Known(roster.add(actor).id, name_key(actor.name))
            same.append(chosen)
        chosen.forms.add(actor.name)
        ids[actor.id] = chosen.id
    return ids


def known_actors(roster: Roster, kind: str, identity: str) -> list[Known]:
    """The archive's actors of an identity, oldest first."""
    found = []
    for entry in roster.of_identity(kind, identity):
        forms = {form for form, keys in entry.forms.items() if keys.identity == identity}
        if forms:
            found.append(Known(entry.id, entry.name_key, forms))
    return found


def choose(kind: str, name: str, same: Sequence[Known]) -> Known | None:
    """Who of the same identity bears the name: the very same name first, else the one whom it fits alone."""
    exact = next((known for known in same if known.name_key == name_key(name)), None)
    if exact is not None or kind != "person":
        return exact or next(iter(same), None)
    fitting = [known for known in same if agree(name, known.forms)]
    return fitting[0] if fitting and all_agree(fitting) else None


def all_agree(same: Iterable[Known]) -> bool:
    """Whether these may all be one person."""
    forms = {form for known in same for form in known.forms}
    return all(agree(form, forms) for form in forms)


# ------------------------------------------------------------------------------------------------ short names


def likely_bearers(batch: Batch, kind: str, short: str) -> list[int]:
    """Whom a surname or acronym most likely means: one who is by far likelier than the others, else the likeliest few.

    Of those few it is for the story to tell who is meant.
    """
    bearers = batch.roster.bearers(kind, short)
    if not bearers or len(bearers) >= MOST_BEARERS:
        return []
    alone = batch.roster.of_name(kind, short)
    n = batch.counted(kind, [str(actor_id) for actor_id in (*bearers, *([alone.id] if alone else []))])
    first, *others = sorted(bearers, key=lambda actor_id: (-n[str(actor_id)], actor_id))
    # Whoever is mostly called by one name alone has no other.
    if kind == "person" and alone is not None and n[str(first)] < n[str(alone.id)]:
        return []
    if others and n[str(first)] < BY_FAR * max(1, n[str(others[0])]):
        return [first, *others[: MOST_COMPARED - 1]]
    return [first]


def profile_of(batch: Batch, bearer: int) -> Profile:
    """What the bearer's newest stories say of him."""
    batch.write()
    newest = rows(batch.session, _NEWEST_OF, {"bearer": bearer})
    others = rows(batch.session, _BESIDE, {"bearer": bearer, "stories": [row.story_id for row in newest]})
    return Profile(
        country=batch.roster.of_id(bearer).country,
        roles=frozenset(_role_words(role) for row in newest for role in row.roles) - {frozenset()},
        beside={
            row.actor_id: BESIDE_PERSON if row.kind == "person" else BESIDE_OTHER
            for row in others
            if row.n >= OFTEN * len(newest)
        },
    )


_NEWEST_OF = (
    select(col(StoryActor.story_id), col(StoryActor.roles))
    .where(col(StoryActor.actor_id) == bindparam("bearer"))
    .order_by(col(StoryActor.sorted_at).desc(), col(StoryActor.story_id).desc())
    .limit(NEWEST)
)
_BESIDE = (
    select(col(StoryActor.actor_id), col(Actor.kind), func.count().label("n"))
    .join(Actor, col(Actor.id) == col(StoryActor.actor_id))
    .where(
        col(StoryActor.story_id).in_(bindparam("stories", expanding=True)),
        col(StoryActor.actor_id) != bindparam("bearer"),
    )
    .group_by(col(StoryActor.actor_id), col(Actor.kind))
)


def is_supported(profile: Profile, situation: Situation) -> bool:
    """Whether a story's roles, countries and other actors fit the bearer of a surname."""
    if profile.country is not None and profile.country == situation.country:
        return True
    roles = {_role_words(role) for role in situation.roles} - {frozenset()}
    if any(one <= other or other <= one for one in roles for other in profile.roles):
        return True
    weight = COUNTRY_IN_FOCUS if profile.country in situation.focus else 0.0
    return weight + sum(profile.beside.get(actor_id, 0.0) for actor_id in set(situation.beside)) >= ENOUGH


def _role_words(role: str) -> frozenset[str]:
    return frozenset(name_key(role).replace("'", " ").replace("-", " ").split()) - NO_ROLE_WORDS


# ------------------------------------------------------------------------------------------------ display names


def rename_actors(batch: Batch, names: Iterable[tuple[int, str]]) -> None:
    """Show each actor of a story under its most frequent full form, given those it has there."""
    for actor_id, here in sorted(names):
        entry = batch.roster.of_id(actor_id)
        if entry.name == here:
            continue
        n = batch.counted("named", [named(actor_id, entry.name), named(actor_id, here)])
        ranks = ((is_full(entry.kind, name), n[named(actor_id, name)], len(name), name) for name in (entry.name, here))
        shown, other = ranks
        if other > shown and batch.roster.of_name(entry.kind, name_key(here)) in (None, entry):
            batch.roster.rename(entry, here)


def named(actor_id: int, name: str) -> str:
    """The value under which stories that name the actor so are counted."""
    return f"{actor_id} {name}"
