"""Stories in and out of the archive: adding, changing, deleting; no annotations here."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlmodel import Session, col

from app.addresses import normalise_url
from app.spans import RawStory
from app.store import counts, search
from app.store.annotations import clear
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
    """What an address is found by: the same for all that lead to one story."""
    return index_key(normalise_url(url))


def add_story(session: Session, raw: RawStory, *, now: datetime) -> Added:
    """Store a story, or renew the one it already is: same normalised address, else same outlet and id, else same text.

    A changed text keeps the old one as a revision and waits for annotation again.
    """
    slug, outlet_id = _outlet(session, raw.outlet)
    known = _find(session, raw, outlet_id)
    if known is None:
        return Added("added", _insert(session, raw, slug, outlet_id, now))
    if not _differs(known, raw, outlet_id):
        return Added("duplicate", known.id)
    _renew(session, known, raw, outlet_id, now)
    return Added("updated", known.id)


def _find(session: Session, raw: RawStory, outlet_id: int | None) -> Any:
    for statement, values in _identities(raw, outlet_id):
        known = session.connection().execute(statement, values).first()
        if known is not None:
            return known
    return None


_KNOWN: Any = (
    select(
        col(Story.id),
        col(Story.title),
        col(Story.title_is_ours),
        col(Story.text_hash),
        col(Story.outlet_id),
        col(Story.published_at),
        col(Story.added_at),
        col(Story.sorted_at),
        col(Story.state),
    )
    .order_by(col(Story.id))
    .limit(1)
)
_AT_ADDRESS = _KNOWN.where(col(Story.url_key) == bindparam("url_key"))
_OF_OUTLET = _KNOWN.where(
    col(Story.outlet_id) == bindparam("outlet_id"), col(Story.external_id) == bindparam("external_id")
)
_OF_TEXT = _KNOWN.where(col(Story.text_hash) == bindparam("text_hash"))


def _identities(raw: RawStory, outlet_id: int | None) -> Iterable[tuple[Any, dict[str, Any]]]:
    """The statements, with their values, that each find the story if it is there."""
    if raw.url:
        yield _AT_ADDRESS, {"url_key": url_key(raw.url)}
    if raw.external_id and outlet_id is not None:
        yield _OF_OUTLET, {"outlet_id": outlet_id, "external_id": index_key(raw.external_id)}
    if not raw.url and not (raw.external_id and outlet_id is not None):
        yield _OF_TEXT, {"text_hash": text_hash(raw.text)}


def _differs(known: Any, raw: RawStory, outlet_id: int | None) -> bool:
    """Whether the story as handed in now says anything that the stored one does not."""
    if known.text_hash != text_hash(raw.text):
        return True
    new_title = not raw.title_is_ours and raw.title != known.title
    new_outlet = outlet_id is not None and outlet_id != known.outlet_id
    new_date = raw.published_at is not None and raw.published_at != known.published_at
    return new_title or new_outlet or new_date


_NEW_STORY = insert(Story).returning(col(Story.id))
_NEW_TEXT = insert(StoryText)


def _insert(session: Session, raw: RawStory, slug: str | None, outlet_id: int | None, now: datetime) -> int:
    external_id = index_key(raw.external_id) if raw.external_id else raw.external_id
    values = {
        **_head(raw),
        "url": raw.url,
        "url_key": url_key(raw.url) if raw.url else None,
        "outlet_id": outlet_id,
        "external_id": external_id,
        "published_at": raw.published_at,
        "added_at": now,
        "sorted_at": raw.published_at or now,
        "invented": raw.invented,
        "extra": raw.extra if external_id == raw.external_id else {**raw.extra, "id": raw.external_id},
        "quote_count": 0,
        "state": "pending",
    }
    connection = session.connection()
    story_id = int(connection.execute(_NEW_STORY, values).scalar_one())
    connection.execute(_NEW_TEXT, {"story_id": story_id, "text": raw.text})
    search.add(session, "story", [story_id])
    counts.change(session, _own_counts(slug, raw.published_at))
    return story_id


def _head(raw: RawStory) -> dict[str, Any]:
    """The columns that follow from the title and the text."""
    return {
        "slug": slugify(raw.title, "story"),
        "title": raw.title,
        "title_is_ours": raw.title_is_ours,
        "lead": lead_of(raw.text, raw.title),
        "text_hash": text_hash(raw.text),
        "word_count": len(raw.text.split()),
    }


def _renew(session: Session, known: Any, raw: RawStory, outlet_id: int | None, now: datetime) -> None:
    old_text = session.execute(select(col(StoryText.text)).where(col(StoryText.story_id) == known.id)).scalar_one()
    if old_text != raw.text:
        revision = {"story_id": known.id, "title": known.title, "text": old_text, "replaced_at": now}
        session.execute(insert(Revision).values(**revision))
    clear(session, [known.id])
    search.remove(session, "story", [known.id])
    keeps_title = raw.title_is_ours and not known.title_is_ours
    published_at = raw.published_at or known.published_at
    values = {
        **_head(raw),
        "outlet_id": outlet_id if outlet_id is not None else known.outlet_id,
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
        same.append(col(DeletedStory.url_key) == index_key(normalise_url(url)))
    if text is not None:
        same.append(col(DeletedStory.text_hash) == text_hash(text))
    return session.execute(select(col(DeletedStory.story_id)).where(or_(*same)).limit(1)).first() is not None


def story_at(session: Session, url: str) -> int | None:
    """The id of the story with this address, if there is one."""
    key = index_key(normalise_url(url))
    found: int | None = session.execute(select(col(Story.id)).where(col(Story.url_key) == key)).scalar_one_or_none()
    return found


def lead_of(text: str, title: str) -> str:
    """The story's first words after its title, on one line, cut at a word."""
    first, _, rest = text.lstrip().partition("\n")
    start = rest if rest.strip() and _letters(first) == _letters(title) else text
    line = " ".join(start[: LEAD_CHARS * 4].split())
    if len(line) <= LEAD_CHARS:
        return line
    return (line[: LEAD_CHARS + 1].rpartition(" ")[0] or line[:LEAD_CHARS]) + " …"


def _letters(words: str) -> str:
    return "".join(character for character in words.casefold() if character.isalnum())


# ------------------------------------------------------------------------------------------------ outlets and counts


_OF_SLUG = select(col(Outlet.id)).where(col(Outlet.slug) == bindparam("slug"))


def _outlet(session: Session, name: str | None) -> tuple[str | None, int | None]:
    """Short name and number of an outlet, which is made if it is new; None and None where no outlet is named."""
    if not name:
        return None, None
    unreadable = "outlet-" + hashlib.sha256(name.encode()).hexdigest()[:8]
    slug = slugify(name, unreadable)
    known: int | None = session.connection().execute(_OF_SLUG, {"slug": slug}).scalar_one_or_none()
    if known is not None:
        return slug, known
    row = {"slug": slug, "name": index_key(name)}
    return slug, int(session.execute(insert(Outlet).values(**row).returning(col(Outlet.id))).scalar_one())


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
