"""The archive's actors that a batch of stories may mean, read together and kept as they change.

Everything about actors and the forms of their names goes through here while a batch is saved: what is new is known at
once, and written when it must be. It lives no longer than the batch, in the one transaction that may write.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from sqlalchemy import Select, bindparam, insert, select, update
from sqlmodel import Session, col

from app.spans import ActorKind, ActorSpan
from app.store.actor_keys import Keys, name_key
from app.store.db import numbers, rows, write_rows
from app.store.models import Actor, Alias
from app.store.slugs import slugify

# So many bearers of a surname are found at most: one more tells nobody anything.
MOST_BEARERS = 51
# So many keys are asked for at once: a statement takes 32,766 values.
AT_ONCE = 5000


@dataclass(slots=True)
class Entry:
    """An actor of the archive, with all forms of its name and what each is looked up by."""

    id: int
    kind: str
    name: str
    name_key: str
    country: str | None
    forms: dict[str, Keys] = field(default_factory=dict)


_ENTRIES: Any = (
    select(
        col(Actor.id),
        col(Actor.kind),
        col(Actor.name),
        col(Actor.name_key),
        col(Actor.country),
        col(Alias.name),
        col(Alias.identity_key),
        col(Alias.short_key),
    )
    .join(Alias, col(Alias.actor_id) == col(Actor.id), isouter=True)
    .order_by(col(Actor.id))
)
_KEYS: Any = bindparam("keys", expanding=True)
_OF_IDENTITIES = _ENTRIES.where(
    col(Actor.id).in_(select(col(Alias.actor_id)).where(col(Alias.identity_key).in_(_KEYS))),
    col(Actor.merged_into_id).is_(None),
)
_OF_NAMES = _ENTRIES.where(col(Actor.name_key).in_(_KEYS), col(Actor.kind).in_(get_args(ActorKind)))
_OF_IDS = _ENTRIES.where(col(Actor.id).in_(_KEYS))
_BEARERS: Any = (
    select(col(Alias.actor_id))
    .join(Actor, col(Actor.id) == col(Alias.actor_id))
    .where(col(Alias.short_key) == bindparam("short"), col(Actor.kind) == bindparam("kind"))
    .where(col(Actor.merged_into_id).is_(None), col(Actor.name_key) != bindparam("short"))
    .distinct()
    .limit(MOST_BEARERS)
)
_NEW_ACTORS, _NEW_FORMS = insert(Actor), insert(Alias)


class Roster:
    """The actors of the archive, as far as they were asked for; of those that lead to another one, none."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._numbers = numbers(session, Actor)
        self._known: dict[int, Entry] = {}
        # What is not in the database yet.
        self._new: dict[int, Entry] = {}
        self._new_forms: list[dict[str, Any]] = []
        # What was asked for, with all there are.
        self._of_identity: dict[str, set[int]] = {}
        self._of_name: dict[str, set[int]] = {}
        self._bearers: dict[tuple[str, str], set[int]] = {}

    # -------------------------------------------------------------------------------------------- looking up

    def read(self, identities: Iterable[str] = (), names: Iterable[str] = ()) -> None:
        """Ask for the actors of these identities and those known under just these names, all at once."""
        self._read(self._of_identity, _OF_IDENTITIES, identities, _identities)
        self._read(self._of_name, _OF_NAMES, names, lambda entry: (entry.name_key,))

    def read_again(self) -> None:
        """Ask for all anew, since rows were changed."""
        identities, names = list(self._of_identity), list(self._of_name)
        for each in (self._known, self._of_identity, self._of_name, self._bearers):
            each.clear()
        self.read(identities, names)

    def _read(
        self,
        index: dict[str, set[int]],
        statement: Select[Any],
        keys: Iterable[str],
        keys_of: Callable[[Entry], Iterable[str | None]],
    ) -> None:
        missing = sorted(set(keys) - index.keys())
        if not missing:
            return
        self.write()
        index.update((key, set()) for key in missing)
        for start in range(0, len(missing), AT_ONCE):
            for entry in self._entries(statement, missing[start : start + AT_ONCE]):
                for key in keys_of(entry):
                    if key in index:
                        index[key].add(entry.id)

    def _entries(self, statement: Select[Any], keys: Sequence[str] | Sequence[int]) -> Iterable[Entry]:
        """The actors that a statement finds, with all forms of their names."""
        found = {}
        for actor_id, kind, name, key, country, form, *keys_of_form in rows(self._session, statement, {"keys": keys}):
            if actor_id not in self._known:
                self._known[actor_id] = Entry(actor_id, kind, name, key, country)
            found[actor_id] = self._known[actor_id]
            if form is not None:
                found[actor_id].forms[form] = Keys(*keys_of_form)
        return found.values()

    def of_id(self, actor_id: int) -> Entry:
        """The actor of that number."""
        if actor_id not in self._known:
            self.write()
            self._entries(_OF_IDS, [actor_id])
        return self._known[actor_id]

    def of_identity(self, kind: str, identity: str) -> list[Entry]:
        """All actors that have a form of that identity, oldest first."""
        if identity not in self._of_identity:
            self.read(identities=(identity,))
        ids = self._of_identity[identity]
        same = [self._known[actor_id] for actor_id in (sorted(ids) if len(ids) > 1 else ids)]
        return [entry for entry in same if entry.kind == kind]

    def of_name(self, kind: str, key: str) -> Entry | None:
        """The actor known under just this name."""
        if key not in self._of_name:
            self.read(names=(key,))
        same = (self._known[actor_id] for actor_id in self._of_name[key])
        return next((entry for entry in same if entry.kind == kind), None)

    def bearers(self, kind: str, short: str) -> set[int]:
        """The actors of whom that surname or acronym is one part of the name, and not all of it."""
        if (kind, short) not in self._bearers:
            self.write()
            found = self._session.connection().scalars(_BEARERS, {"kind": kind, "short": short})
            self._bearers[kind, short] = set(found)
        return self._bearers[kind, short]

    # -------------------------------------------------------------------------------------------- changing

    def add(self, actor: ActorSpan) -> Entry:
        """A new actor, which has no forms of its name yet."""
        entry = Entry(next(self._numbers), actor.kind, actor.name, name_key(actor.name), actor.country)
        self._known[entry.id] = self._new[entry.id] = entry
        if entry.name_key in self._of_name:
            self._of_name[entry.name_key].add(entry.id)
        return entry

    def learn(self, entry: Entry, form: str, keys: Keys) -> None:
        """Keep a form of an actor's name; what tells who is meant replaces what an earlier story told."""
        known = entry.forms.get(form)
        if known is None:
            key = {"identity_key": keys.identity, "short_key": keys.short}
            self._new_forms.append({"actor_id": entry.id, "name": form, "name_key": name_key(form), **key})
        elif keys.identity is None or keys == known:
            return
        else:
            self._replace_keys(entry, form, known, keys)
        entry.forms[form] = keys
        if keys.identity in self._of_identity:
            self._of_identity[keys.identity].add(entry.id)
        bearers = self._bearers.get((entry.kind, keys.short or ""))
        if bearers is not None and entry.name_key != keys.short:
            bearers.add(entry.id)

    def _replace_keys(self, entry: Entry, form: str, known: Keys, keys: Keys) -> None:
        self.write()
        which = (col(Alias.actor_id) == entry.id, col(Alias.name) == form)
        self._session.execute(update(Alias).where(*which).values(identity_key=keys.identity, short_key=keys.short))
        self._bearers.pop((entry.kind, known.short or ""), None)

    def rename(self, entry: Entry, name: str) -> None:
        """Show an actor under another name, which is no other's."""
        old, new = entry.name_key, name_key(name)
        self._change(entry, name=name, name_key=new)
        for key in (old, new):
            self._bearers.pop((entry.kind, key), None)
        if old in self._of_name:
            self._of_name[old].discard(entry.id)
        if new in self._of_name:
            self._of_name[new].add(entry.id)

    def set_country(self, entry: Entry, country: str) -> None:
        """Say which country an actor is of."""
        self._change(entry, country=country)

    def _change(self, entry: Entry, **values: str) -> None:
        for name, value in values.items():
            setattr(entry, name, value)
        if entry.id not in self._new:
            row = _row(entry)
            self._session.execute(update(Actor).where(col(Actor.id) == row.pop("id")).values(row))

    def write(self) -> None:
        """Bring into the database what is not there yet."""
        write_rows(
            self._session, _NEW_ACTORS, [{**_row(entry), "merged_into_id": None} for entry in self._new.values()]
        )
        write_rows(self._session, _NEW_FORMS, self._new_forms)
        self._new.clear()
        self._new_forms.clear()


def _identities(entry: Entry) -> Iterable[str | None]:
    return (keys.identity for keys in entry.forms.values())


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "slug": slugify(entry.name, entry.kind),
        "kind": entry.kind,
        "name": entry.name,
        "name_key": entry.name_key,
        "country": entry.country,
    }
