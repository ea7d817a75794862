"""Which actor of the archive an actor of a story is.

A full name leads to the archive's actor of that name, middle names left out or not. A surname or acronym alone leads
to the one who is known to bear it; a surname only where the story supports that. Whatever stays doubtful is an actor
of its own, which `actor_merging` joins to the right one once a later story tells.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, func, insert, select, tuple_, update
from sqlmodel import Session, col

from app.spans import ActorSpan, Annotations
from app.store import counts
from app.store.actor_keys import Keys, agree, is_full, keys_of, name_key
from app.store.keys import index_key
from app.store.models import Actor, Alias, StoryActor
from app.store.slugs import slugify

# A surname that more people bear than this tells nobody.
MOST_BEARERS = 50
# Of several bearers one is meant if he is in this many times as many stories as the next.
BY_FAR = 10
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


def resolve_actors(session: Session, found: Annotations, text: str, pending: counts.Counts) -> dict[str, int]:
    """The archive's actor for each actor of a story, new ones made where there is none.

    Forms of the name found in the text become aliases. `pending` are changes not in the archive's counts yet.
    Returns {ActorSpan id: actor id}.
    """
    keys = {actor.id: keys_of(actor.kind, actor.name) for actor in found.actors}
    full = [actor for actor in found.actors if keys[actor.id].identity is not None]
    short = [actor for actor in found.actors if keys[actor.id].identity is None]
    ids = _resolve_full(session, full, keys)
    beside = frozenset(ids.values())
    for actor in short:
        situation = Situation(actor.roles, actor.country, beside, found.focus)
        bearer = find_bearer(session, actor.kind, name_key(actor.name), pending)
        if bearer is not None and _joins(session, actor.kind, bearer, situation):
            ids[actor.id] = bearer
        else:
            ids[actor.id] = _of_key(session, actor.kind, name_key(actor.name)) or _insert_actor(session, actor)
    _fill_countries(session, found, ids)
    _add_aliases(session, found, ids, text)
    return ids


def _joins(session: Session, kind: str, bearer: int, situation: Situation) -> bool:
    """An acronym joins whom it means; a surname only if the story fits him and does not name him besides."""
    if kind != "person":
        return True
    return bearer not in situation.beside and is_supported(profile_of(session, bearer), situation)


# ------------------------------------------------------------------------------------------------ full names


def _resolve_full(session: Session, actors: Sequence[ActorSpan], keys: Mapping[str, Keys]) -> dict[str, int]:
    known = known_actors(session, {(actor.kind, keys[actor.id].identity or "") for actor in actors})
    ids = {}
    for actor in actors:
        same = known[actor.kind, keys[actor.id].identity or ""]
        chosen = choose(actor.kind, actor.name, same)
        if chosen is None:
            chosen = Known(_insert_actor(session, actor), name_key(actor.name))
            same.append(chosen)
        chosen.forms.add(actor.name)
        ids[actor.id] = chosen.id
    return ids


_KNOWN = (
    select(col(Actor.id), col(Actor.kind), col(Actor.name_key), col(Alias.identity_key), col(Alias.name))
    .join(Alias, col(Alias.actor_id) == col(Actor.id))
    .where(col(Alias.identity_key).in_(bindparam("keys", expanding=True)), col(Actor.merged_into_id).is_(None))
    .order_by(col(Actor.id), col(Alias.name))
)


def known_actors(session: Session, wanted: Collection[tuple[str, str]]) -> defaultdict[tuple[str, str], list[Known]]:
    """The archive's actors of each (kind, identity key), oldest first."""
    found: defaultdict[tuple[str, str], list[Known]] = defaultdict(list)
    if not wanted:
        return found
    for row in session.connection().execute(_KNOWN, {"keys": sorted({key for _, key in wanted})}):
        same = found[row.kind, row.identity_key]
        if not same or same[-1].id != row.id:
            same.append(Known(row.id, row.name_key))
        same[-1].forms.add(row.name)
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


def find_bearer(session: Session, kind: str, short: str, pending: counts.Counts) -> int | None:
    """The one actor that a surname or acronym most likely means, if there is one by far likelier than the others."""
    rows = session.scalars(
        select(col(Alias.actor_id))
        .join(Actor, col(Actor.id) == col(Alias.actor_id))
        .where(col(Alias.short_key) == short, col(Actor.kind) == kind)
        .where(col(Actor.merged_into_id).is_(None), col(Actor.name_key) != short)
        .distinct()
        .limit(MOST_BEARERS + 1)
    )
    bearers = list(rows)
    if not bearers or len(bearers) > MOST_BEARERS:
        return None
    alone = _of_key(session, kind, short)
    n = _stories(session, kind, [*bearers, *([alone] if alone is not None else [])], pending)
    first, *others = sorted(bearers, key=lambda actor_id: (-n[actor_id], actor_id))
    if others and n[first] < BY_FAR * max(1, n[others[0]]):
        return None
    # Whoever is mostly called by one name alone has no other.
    mostly_alone = kind == "person" and alone is not None and n[first] < n[alone]
    return None if mostly_alone else first


def _stories(session: Session, kind: str, ids: Sequence[int], pending: counts.Counts) -> dict[int, int]:
    kept = counts.of(session, kind, [str(actor_id) for actor_id in ids])
    return {actor_id: kept.get(str(actor_id), 0) + pending[kind, str(actor_id)] for actor_id in ids}


def profile_of(session: Session, bearer: int) -> Profile:
    """What the bearer's newest stories say of him."""
    newest = session.execute(
        select(col(StoryActor.story_id), col(StoryActor.roles))
        .where(col(StoryActor.actor_id) == bearer)
        .order_by(col(StoryActor.sorted_at).desc(), col(StoryActor.story_id).desc())
        .limit(NEWEST)
    ).all()
    others = session.execute(
        select(col(StoryActor.actor_id), func.count().label("n"))
        .where(col(StoryActor.story_id).in_([row.story_id for row in newest]), col(StoryActor.actor_id) != bearer)
        .group_by(col(StoryActor.actor_id))
    )
    often = [row.actor_id for row in others if row.n >= OFTEN * len(newest)]
    kinds = session.execute(select(col(Actor.id), col(Actor.kind)).where(col(Actor.id).in_(often)))
    return Profile(
        country=session.execute(select(col(Actor.country)).where(col(Actor.id) == bearer)).scalar_one(),
        roles=frozenset(_role_words(role) for row in newest for role in row.roles) - {frozenset()},
        beside={row.id: BESIDE_PERSON if row.kind == "person" else BESIDE_OTHER for row in kinds},
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


# ------------------------------------------------------------------------------------------------ rows


def _of_key(session: Session, kind: str, key: str) -> int | None:
    """The actor known under just this name."""
    found: int | None = session.execute(
        select(col(Actor.id)).where(tuple_(col(Actor.kind), col(Actor.name_key)) == (kind, key))
    ).scalar_one_or_none()
    return found


_NEW_ACTOR = insert(Actor).returning(col(Actor.id))


def _insert_actor(session: Session, actor: ActorSpan) -> int:
    row = {
        "slug": slugify(actor.name, actor.kind),
        "kind": actor.kind,
        "name": actor.name,
        "name_key": name_key(actor.name),
        "country": actor.country,
    }
    return int(session.connection().execute(_NEW_ACTOR, row).scalar_one())


_WITHOUT_COUNTRY = select(col(Actor.id)).where(
    col(Actor.id).in_(bindparam("ids", expanding=True)), col(Actor.country).is_(None)
)


def _fill_countries(session: Session, found: Annotations, ids: Mapping[str, int]) -> None:
    """A later story may say which country an actor is of; the first to say so decides."""
    told = {ids[actor.id]: actor.country for actor in reversed(found.actors) if actor.country}
    if not told:
        return
    for actor_id in session.connection().scalars(_WITHOUT_COUNTRY, {"ids": list(told)}).all():
        session.execute(update(Actor).where(col(Actor.id) == actor_id).values(country=told[actor_id]))


_HELD = select(col(Alias.actor_id), col(Alias.name), col(Alias.identity_key), col(Alias.short_key)).where(
    col(Alias.actor_id).in_(bindparam("ids", expanding=True))
)
_NEW_ALIAS = insert(Alias)


def _add_aliases(session: Session, found: Annotations, ids: Mapping[str, int], text: str) -> None:
    """Keep all forms of the names. Only a name that is some story's fullest tells by itself who is meant."""
    by_id = {actor.id: actor for actor in found.actors}
    forms = {(ids[actor.id], actor.name): keys_of(actor.kind, actor.name) for actor in found.actors}
    for mention in found.mentions:
        if mention.level == "name":
            name, actor = index_key(" ".join(text[mention.start : mention.end].split())), by_id[mention.actor]
            keys = keys_of(actor.kind, name)
            forms.setdefault((ids[actor.id], name), keys if actor.kind == "person" else Keys(None, keys.short))
    held = session.connection().execute(_HELD, {"ids": list(set(ids.values()))})
    known = {(actor_id, name): Keys(identity, short) for actor_id, name, identity, short in held}
    for actor_id, name in forms.keys() & known.keys():
        if forms[actor_id, name].identity is not None and forms[actor_id, name] != known[actor_id, name]:
            _renew_keys(session, actor_id, name, forms[actor_id, name])
    rows = [
        {"actor_id": actor_id, "name": name, "name_key": name_key(name), "identity_key": key, "short_key": short}
        for (actor_id, name), (key, short) in sorted(forms.items())
        if (actor_id, name) not in known
    ]
    if rows:
        session.connection().execute(_NEW_ALIAS, rows)


def _renew_keys(session: Session, actor_id: int, name: str, keys: Keys) -> None:
    """An earlier version may have looked the name up by others."""
    session.execute(
        update(Alias)
        .where(col(Alias.actor_id) == actor_id, col(Alias.name) == name)
        .values(identity_key=keys.identity, short_key=keys.short)
    )


# ------------------------------------------------------------------------------------------------ display names


_NAMED_OTHERWISE: Any = (
    select(col(Actor.id), col(Actor.kind), col(Actor.name), col(StoryActor.name).label("here"))
    .join(StoryActor, col(StoryActor.actor_id) == col(Actor.id))
    .where(col(StoryActor.story_id) == bindparam("story_id"), col(StoryActor.name) != col(Actor.name))
    .order_by(col(Actor.id))
)


def rename_actors(session: Session, story_id: int) -> None:
    """Show each actor of a story under its most frequent full form; call once the counts are up to date."""
    differing = session.connection().execute(_NAMED_OTHERWISE, {"story_id": story_id}).all()
    if not differing:
        return
    n = counts.of(session, "named", {named(row.id, name) for row in differing for name in (row.name, row.here)})
    for row in differing:
        shown, here = (
            (is_full(row.kind, name), n.get(named(row.id, name), 0), len(name), name) for name in (row.name, row.here)
        )
        if here > shown:
            _rename(session, row.id, row.kind, row.here)


def named(actor_id: int, name: str) -> str:
    """The value under which stories that name the actor so are counted."""
    return f"{actor_id} {name}"


def _rename(session: Session, actor_id: int, kind: str, name: str) -> None:
    holder = _of_key(session, kind, name_key(name))
    if holder in (None, actor_id):
        values = {"name": name, "name_key": name_key(name), "slug": slugify(name, kind)}
        session.execute(update(Actor).where(col(Actor.id) == actor_id).values(**values))
