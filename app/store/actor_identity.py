"""Which actor of the archive an actor of a story is."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import insert, select, tuple_, update
from sqlmodel import Session, col

from app.spans import ActorSpan, Annotations
from app.store.models import Actor, Alias
from app.store.slugs import slugify


def name_key(name: str) -> str:
    """A name as compared: no case, accents, full stops, possessive or surplus space."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()
    plain = re.sub(r"['’]s?$", "", plain.replace(".", ""))
    return " ".join(re.sub(r"[^\w\s&'-]", " ", plain).split()) or plain


def resolve_actors(session: Session, found: Annotations, text: str) -> dict[str, int]:
    """The archive's actor for each actor of a story: the one of the same kind and full name, else a new one.

    Forms of the name found in the text become aliases. Returns {ActorSpan id: actor id}.
    """
    keys = {actor.id: (actor.kind, name_key(actor.name)) for actor in found.actors}
    known = _known(session, set(keys.values()))
    for actor in found.actors:
        if keys[actor.id] not in known:
            known[keys[actor.id]] = _insert_actor(session, actor, keys[actor.id][1])
    ids = {actor.id: known[keys[actor.id]] for actor in found.actors}
    _fill_countries(session, found, ids)
    _add_aliases(session, found, ids, text)
    return ids


def _known(session: Session, keys: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    if not keys:
        return {}
    rows = session.execute(
        select(col(Actor.kind), col(Actor.name_key), col(Actor.id), col(Actor.merged_into_id)).where(
            tuple_(col(Actor.kind), col(Actor.name_key)).in_(sorted(keys))
        )
    )
    return {(kind, key): merged_into or actor_id for kind, key, actor_id, merged_into in rows}


def _insert_actor(session: Session, actor: ActorSpan, key: str) -> int:
    row = {
        "slug": slugify(actor.name, actor.kind),
        "kind": actor.kind,
        "name": actor.name,
        "name_key": key,
        "country": actor.country,
    }
    return int(session.execute(insert(Actor).values(**row).returning(col(Actor.id))).scalar_one())


def _fill_countries(session: Session, found: Annotations, ids: Mapping[str, int]) -> None:
    """A later story may say which country an actor is of; the first to say so decides."""
    for actor in found.actors:
        if actor.country:
            session.execute(
                update(Actor)
                .where(col(Actor.id) == ids[actor.id], col(Actor.country).is_(None))
                .values(country=actor.country)
            )


def _add_aliases(session: Session, found: Annotations, ids: Mapping[str, int], text: str) -> None:
    forms: defaultdict[int, set[str]] = defaultdict(set)
    for actor in found.actors:
        forms[ids[actor.id]].add(actor.name)
    for mention in found.mentions:
        if mention.level == "name":
            forms[ids[mention.actor]].add(" ".join(text[mention.start : mention.end].split()))
    wanted = {(actor_id, name) for actor_id, names in forms.items() for name in names}
    known = session.execute(select(col(Alias.actor_id), col(Alias.name)).where(col(Alias.actor_id).in_(list(forms))))
    new = sorted(wanted - {(actor_id, name) for actor_id, name in known})
    if new:
        rows = [{"actor_id": actor_id, "name": name, "name_key": name_key(name)} for actor_id, name in new]
        session.connection().execute(insert(Alias), rows)
