"""Stories in and out of the archive: adding, changing, deleting; no annotations here."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Literal

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlmodel import Session, col

from app.addresses import normalise_url
from app.spans import RawStory
from app.store import counts, search
from app.store.annotations import clear
from app.store.db import numbers, rows, write_rows
from app.store.keys import index_key
from app.store.models import DeletedStory, Outlet, Revision, Story, StoryText
from app.store.months import month_of
from app.store.slugs import slugify

Outcome = Literal["added", "updated", "duplicate"]

LEAD_CHARS = 280


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a story that was handed in."""

    outcome: Outcome
    story_id: int


def text_hash(text: str) -> str:
    """The identity of a text: the first half of SHA-256 over its UTF-8 form."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def url_key(url: str) -> str:
    """What an address is found by: the same for all that lead to one story, and shorter than they are."""
    return text_hash(index_key(normalise_url(url)))


# What a story is known by: "url", "external" (outlet and id there) or "text", and its key of that kind.
Identity = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _HandedIn:
    """A story that was handed in, with the keys that it is known by."""

    raw: RawStory
    outlet: str | None
    outlet_id: int | None
    url_key: str | None
    external_id: str | None
    text_hash: str

    @property
    def found_by(self) -> list[Identity]:
        """What the story it already is would have, the surest first."""
        return [each for each in self.known_by if each[0] != "text"] or self.known_by

    @property
    def known_by(self) -> list[Identity]:
        """What it would be found by once it is stored."""
        keys: list[Identity] = []
        if self.url_key is not None:
            keys.append(("url", self.url_key))
        if self.external_id is not None and self.outlet_id is not None:
            keys.append(("external", self.outlet_id, self.external_id))
        return [*keys, ("text", self.text_hash)]


def add_story(session: Session, raw: RawStory, *, now: datetime) -> Added:
    """Store a story, or renew the one it already is: same normalised address, else same outlet and id, else same text.

    A changed text keeps the old one as a revision and waits for annotation again.
    """
    return add_all(session, [raw], now=now)[0]


def add_all(session: Session, raws: Sequence[RawStory], *, now: datetime) -> list[Added]:
    """The same for several stories, as if one after the other."""
    handed_in = _handed_in(session, raws)
    done: list[Added] = []
    while len(done) < len(raws):
        done += _add_up_to_a_change(session, handed_in[len(done) :], now)
    return done


def _add_up_to_a_change(session: Session, handed_in: Sequence[_HandedIn], now: datetime) -> list[Added]:
    """Store stories while each is new or just as it is known; the first that is not is renewed, and ends it."""
    known = _known(session, handed_in)
    given = numbers(session, Story)
    new: dict[int, tuple[_HandedIn, dict[str, Any]]] = {}
    done: list[Added] = []
    changed = None
    for story in handed_in:
        same = next((known[each] for each in story.found_by if each in known), None)
        if same is None:
            story_id = next(given)
            row = _row(story_id, story, now)
            new[story_id] = story, row
            for each in story.known_by:
                known.setdefault(each, SimpleNamespace(**row))
            done.append(Added("added", story_id))
        elif _differs(same, story):
            changed = story, same
            break
        else:
            done.append(Added("duplicate", same.id))
    _insert(session, new)
    if changed is not None and changed[1].id not in new:
        _renew(session, changed[1], changed[0], now)
        done.append(Added("updated", changed[1].id))
    return done


def _handed_in(session: Session, raws: Sequence[RawStory]) -> list[_HandedIn]:
    outlets = _outlets(session, [raw.outlet for raw in raws if raw.outlet])
    found = []
    for raw in raws:
        slug, outlet_id = outlets.get(raw.outlet or "", (None, None))
        url = url_key(raw.url) if raw.url else None
        external_id = index_key(raw.external_id) if raw.external_id else None
        found.append(_HandedIn(raw, slug, outlet_id, url, external_id, text_hash(raw.text)))
    return found


_HEADS: Any = select(
    col(Story.id),
    col(Story.title),
    col(Story.title_is_ours),
    col(Story.text_hash),
    col(Story.url_key),
    col(Story.outlet_id),
    col(Story.external_id),
    col(Story.published_at),
    col(Story.added_at),
).order_by(col(Story.id))
_KEYS: Any = bindparam("keys", expanding=True)
_AT_ADDRESSES = _HEADS.where(col(Story.url_key).in_(_KEYS))
_OF_OUTLETS = _HEADS.where(
    col(Story.outlet_id).in_(bindparam("outlets", expanding=True)), col(Story.external_id).in_(_KEYS)
)
_OF_TEXTS = _HEADS.where(col(Story.text_hash).in_(_KEYS))


def _known(session: Session, handed_in: Sequence[_HandedIn]) -> dict[Identity, Any]:
    """The stories that are stored already, by what was asked for; the oldest where several have it."""
    wanted: defaultdict[str, list[Identity]] = defaultdict(list)
    for each in handed_in:
        for identity in each.found_by:
            wanted[identity[0]].append(identity)
    known: dict[Identity, Any] = {}
    if wanted["url"]:
        for row in rows(session, _AT_ADDRESSES, {"keys": [key for _, key in wanted["url"]]}):
            known.setdefault(("url", row.url_key), row)
    if wanted["external"]:
        outlets, keys = {outlet for _, outlet, _ in wanted["external"]}, {key for *_, key in wanted["external"]}
        for row in rows(session, _OF_OUTLETS, {"outlets": list(outlets), "keys": list(keys)}):
            known.setdefault(("external", row.outlet_id, row.external_id), row)
    if wanted["text"]:
        for row in rows(session, _OF_TEXTS, {"keys": [key for _, key in wanted["text"]]}):
            known.setdefault(("text", row.text_hash), row)
    return known


def _differs(known: Any, story: _HandedIn) -> bool:
    """Whether the story as handed in now says anything that the stored one does not."""
    raw = story.raw
    if known.text_hash != story.text_hash:
        return True
    new_title = not raw.title_is_ours and raw.title != known.title
    new_outlet = story.outlet_id is not None and story.outlet_id != known.outlet_id
    new_date = raw.published_at is not None and raw.published_at != known.published_at
    return new_title or new_outlet or new_date


_NEW_STORY, _NEW_TEXT = insert(Story), insert(StoryText)


def _insert(session: Session, new: Mapping[int, tuple[_HandedIn, dict[str, Any]]]) -> None:
    write_rows(session, _NEW_STORY, [row for _, row in new.values()])
    texts = [{"story_id": story_id, "text": story.raw.text} for story_id, (story, _) in new.items()]
    write_rows(session, _NEW_TEXT, texts)
    search.add(session, "story", list(new))
    counted: counts.Counts = Counter()
    for story, _ in new.values():
        counted.update(_own_counts(story.outlet, story.raw.published_at))
    counts.change(session, counted)


def _row(story_id: int, story: _HandedIn, now: datetime) -> dict[str, Any]:
    raw = story.raw
    return {
        "id": story_id,
        **_head(story),
        "url": raw.url,
        "url_key": story.url_key,
        "outlet_id": story.outlet_id,
        "external_id": story.external_id,
        "published_at": raw.published_at,
        "added_at": now,
        "sorted_at": raw.published_at or now,
        "invented": raw.invented,
        "extra": raw.extra if story.external_id == (raw.external_id or None) else {**raw.extra, "id": raw.external_id},
        "quote_count": 0,
        "state": "pending",
        "failures": 0,
    }


def _head(story: _HandedIn) -> dict[str, Any]:
    """The columns that follow from the title and the text."""
    raw = story.raw
    return {
        "slug": slugify(raw.title, "story"),
        "title": raw.title,
        "title_is_ours": raw.title_is_ours,
        "lead": lead_of(raw.text, raw.title),
        "text_hash": story.text_hash,
        "word_count": len(raw.text.split()),
    }


def _renew(session: Session, known: Any, story: _HandedIn, now: datetime) -> None:
    raw = story.raw
    old_text = session.execute(select(col(StoryText.text)).where(col(StoryText.story_id) == known.id)).scalar_one()
    if old_text != raw.text:
        revision = {"story_id": known.id, "title": known.title, "text": old_text, "replaced_at": now}
        session.execute(insert(Revision).values(**revision))
    clear(session, [known.id])
    search.remove(session, "story", [known.id])
    keeps_title = raw.title_is_ours and not known.title_is_ours
    published_at = raw.published_at or known.published_at
    values = {
        **_head(story),
        "outlet_id": story.outlet_id if story.outlet_id is not None else known.outlet_id,
        "published_at": published_at,
        "sorted_at": published_at or known.added_at,
        "state": "pending",
        "state_reason": None,
        "annotated_version": None,
        "annotated_at": None,
        "failures": 0,
        "next_try_at": None,
    }
    if keeps_title:
        values |= {"title": known.title, "title_is_ours": False, "slug": slugify(known.title, "story")}
    session.execute(update(Story).where(col(Story.id) == known.id).values(**values))
    session.execute(update(StoryText).where(col(StoryText.story_id) == known.id).values(text=raw.text))
    search.add(session, "story", [known.id])
    moved = _own_counts(outlet_slug(session, values["outlet_id"]), published_at)
    moved.subtract(_own_counts(outlet_slug(session, known.outlet_id), known.published_at))
    counts.change(session, moved)


def delete_stories(session: Session, story_ids: Sequence[int], *, now: datetime) -> int:
    """Remove stories with all that hangs on them; returns how many there were.

    What is left of each is a row that says so: its address is gone for good, not merely unknown.
    """
    rows = session.execute(
        select(*_REMEMBERED, col(Outlet.slug))
        .join(Outlet, col(Outlet.id) == col(Story.outlet_id), isouter=True)
        .where(col(Story.id).in_(story_ids))
    ).all()
    found = [row.id for row in rows]
    clear(session, found)
    search.remove(session, "story", found)
    gone: counts.Counts = Counter()
    for row in rows:
        gone.subtract(_own_counts(row.slug, row.published_at))
    session.execute(delete(Revision).where(col(Revision.story_id).in_(found)))
    session.execute(delete(StoryText).where(col(StoryText.story_id).in_(found)))
    session.execute(delete(Story).where(col(Story.id).in_(found)))
    if rows:
        session.connection().execute(insert(DeletedStory), [_tombstone(row, now) for row in rows])
    counts.change(session, gone)
    return len(found)


_REMEMBERED = (
    col(Story.id),
    col(Story.url_key),
    col(Story.outlet_id),
    col(Story.external_id),
    col(Story.text_hash),
    col(Story.published_at),
)


def _tombstone(row: Any, now: datetime) -> dict[str, Any]:
    return {
        "story_id": row.id,
        "url_key": row.url_key,
        "outlet_id": row.outlet_id,
        "external_id": row.external_id,
        "text_hash": row.text_hash,
        "deleted_at": now,
    }


def was_deleted(session: Session, story_id: int) -> bool:
    """Whether there was a story of that number that was taken back."""
    known = select(col(DeletedStory.story_id)).where(col(DeletedStory.story_id) == story_id)
    return session.execute(known).first() is not None


def was_taken_back(session: Session, *, url: str | None = None, text: str | None = None) -> bool:
    """Whether there was a story at this address, or of exactly this text, that was taken back."""
    same = []
    if url is not None:
        same.append(col(DeletedStory.url_key) == url_key(url))
    if text is not None:
        same.append(col(DeletedStory.text_hash) == text_hash(text))
    return session.execute(select(col(DeletedStory.story_id)).where(or_(*same)).limit(1)).first() is not None


def story_at(session: Session, url: str) -> int | None:
    """The id of the story with this address, if there is one."""
    at = select(col(Story.id)).where(col(Story.url_key) == url_key(url))
    found: int | None = session.execute(at).scalar_one_or_none()
    return found


def lead_of(text: str, title: str) -> str:
    """The story's first words after its title, on one line, cut at a word."""
    first, _, rest = text.lstrip().partition("\n")
    start = rest if rest.strip() and _are_alike(first, title) else text
    line = " ".join(start[: LEAD_CHARS * 4].split())
    if len(line) <= LEAD_CHARS:
        return line
    return (line[: LEAD_CHARS + 1].rpartition(" ")[0] or line[:LEAD_CHARS]) + " …"


def _are_alike(one: str, other: str) -> bool:
    return one == other or _letters(one) == _letters(other)


def _letters(words: str) -> str:
    return "".join(character for character in words.casefold() if character.isalnum())


# ------------------------------------------------------------------------------------------------ outlets and counts


_OF_SLUGS = select(col(Outlet.slug), col(Outlet.id)).where(col(Outlet.slug).in_(bindparam("slugs", expanding=True)))


def _outlets(session: Session, names: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Short names and numbers of outlets by their names; those that are new are made."""
    if not names:
        return {}
    slugs = {name: _slug_of_outlet(name) for name in names}
    ids: dict[str, int] = dict(rows(session, _OF_SLUGS, {"slugs": list(slugs.values())}))
    for name, slug in slugs.items():
        if slug not in ids:
            row = {"slug": slug, "name": index_key(name)}
            ids[slug] = int(session.execute(insert(Outlet).values(**row).returning(col(Outlet.id))).scalar_one())
    return {name: (slug, ids[slug]) for name, slug in slugs.items()}


def _slug_of_outlet(name: str) -> str:
    unreadable = "outlet-" + hashlib.sha256(name.encode()).hexdigest()[:8]
    return slugify(name, unreadable)


def outlet_slug(session: Session, outlet_id: int | None) -> str | None:
    """The short name of an outlet, as in addresses."""
    if outlet_id is None:
        return None
    return str(session.execute(select(col(Outlet.slug)).where(col(Outlet.id) == outlet_id)).scalar_one())


def _own_counts(slug: str | None, published_at: datetime | None) -> counts.Counts:
    """What a story counts for whatever is found in it."""
    own: counts.Counts = Counter({("story", "all"): 1})
    if slug is not None:
        own["outlet", slug] = 1
    if published_at is not None:
        own["month", month_of(published_at.astimezone(UTC))] = 1
    return own
