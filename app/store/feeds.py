"""Feeds: which are polled and when, and what was seen in them.

A feed's `state` is new, ok, failing, paused (by hand) or stopped (it is gone for good). An item's is waiting (its page
is to be read), stored, failed (its page could not be read, and is given up) or left out (there is nothing to store).
Whoever polls claims first: the claim sets the next try, so what dies meanwhile is tried again by itself.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import Session, col

from app.addresses import normalise_url, web_address
from app.store.keys import index_key
from app.store.models import Feed, FeedItem
from app.store.waiting import wait_after

POLLED = ("new", "ok", "failing")
CLAIM = timedelta(minutes=5)
# Tries to read an item's page, over about a day.
ITEM_TRIES = 6
MOST_FEEDS = 10_000
MAX_TITLE = 200


class FeedError(Exception):
    """Why a feed cannot be added, in words that say what to do."""


@dataclass(frozen=True, slots=True)
class FeedCard:
    """A feed as it is shown; `items` counts those it had by their state, `next_poll_at` is None while not polled."""

    id: int
    url: str
    title: str
    state: str
    last_error: str | None
    fetches_pages: bool
    polled_at: datetime | None
    next_poll_at: datetime | None
    items: Counter[str]


@dataclass(frozen=True, slots=True)
class ItemCard:
    """An item whose page could not be read so far; `next_try_at` is None where that is given up."""

    feed_title: str
    title: str
    url: str
    last_error: str
    next_try_at: datetime | None


@dataclass(frozen=True, slots=True)
class DueFeed:
    """A feed to poll now, and what a poll needs to know."""

    id: int
    url: str
    title: str
    state: str
    fetches_pages: bool
    failures: int
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class DueItem:
    """An item whose page is to be read now; `failures` counts the tries, this one included."""

    feed_id: int
    key: str
    url: str
    title: str
    published_at: datetime | None
    failures: int
    feed_title: str


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item seen for the first time, and what became of it."""

    key: str
    url: str | None
    title: str
    published_at: datetime | None
    state: str = "left out"
    story_id: int | None = None
    last_error: str | None = None


# ------------------------------------------------------------------------------------------------ by hand


def add_feed(session: Session, address: str, *, now: datetime, title: str = "", fetches_pages: bool = True) -> bool:
    """Let the feed at an address be polled; False where it is already.

    Raises:
        FeedError: it is no web address, or there are too many feeds.
    """
    url = web_address(address)
    if url is None:
        raise FeedError(f"“{address[:200]}” is no web address; it should look like https://…")
    if "@" in urlsplit(url).netloc:
        raise FeedError("an address that holds a user name or password is not asked; give it without")
    if feed_at(session, url) is not None:
        return False
    if session.execute(select(func.count()).select_from(Feed)).scalar_one() >= MOST_FEEDS:
        raise FeedError(f"there are {MOST_FEEDS:,} feeds, the most there may be; remove some first")
    values = {**at(url), "title": title[:MAX_TITLE], "fetches_pages": fetches_pages}
    session.execute(insert(Feed).values(**values, added_at=now, next_poll_at=now, state="new", failures=0))
    return True


def at(url: str) -> dict[str, str]:
    """The columns that say where a feed is."""
    return {"url": url, "url_key": _key(url)}


def feed_at(session: Session, url: str) -> int | None:
    """The id of the feed at this address, if there is one."""
    found: int | None = session.execute(select(col(Feed.id)).where(col(Feed.url_key) == _key(url))).scalar_one_or_none()
    return found


def is_there(session: Session, feed_id: int) -> bool:
    """Whether there is a feed of that number."""
    return session.execute(select(col(Feed.id)).where(col(Feed.id) == feed_id)).first() is not None


def remove_feed(session: Session, feed_id: int) -> bool:
    """Poll a feed no more and forget what was seen in it; the stories stay. False where there is none."""
    session.execute(delete(FeedItem).where(col(FeedItem.feed_id) == feed_id))
    return bool(session.connection().execute(delete(Feed).where(col(Feed.id) == feed_id)).rowcount)


def pause(session: Session, feed_id: int) -> bool:
    """Leave a feed alone until it is resumed; False where there is none."""
    return _set(session, feed_id, state="paused")


def resume(session: Session, feed_id: int, *, now: datetime) -> bool:
    """Poll a feed again that was paused or has stopped, at once; False where there is none."""
    return _set(session, feed_id, state="new", failures=0, last_error=None, next_poll_at=now)


def fetch_pages(session: Session, feed_id: int, wanted: bool) -> bool:
    """Whether the pages of items with a summary only are read; else the summary is the story. False without a feed."""
    return _set(session, feed_id, fetches_pages=wanted)


def poll_soon(session: Session, feed_id: int, *, now: datetime) -> bool:
    """Let a feed that is polled be polled next, and its items' pages be tried again; False where there is none."""
    again = col(FeedItem.feed_id) == feed_id, col(FeedItem.state).in_(("waiting", "failed"))
    session.execute(update(FeedItem).where(*again).values(state="waiting", failures=0, next_try_at=now))
    return _set(session, feed_id, col(Feed.state).in_(POLLED), next_poll_at=now)


def _set(session: Session, feed_id: int, *which: Any, **values: Any) -> bool:
    return bool(
        session.connection().execute(update(Feed).where(col(Feed.id) == feed_id, *which).values(values)).rowcount
    )


def _key(url: str) -> str:
    return index_key(normalise_url(url))


# ------------------------------------------------------------------------------------------------ to be shown


def list_feeds(session: Session) -> list[FeedCard]:
    """Every feed, by title."""
    items: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for feed_id, state, n in session.execute(
        select(col(FeedItem.feed_id), col(FeedItem.state), func.count()).group_by(
            col(FeedItem.feed_id), col(FeedItem.state)
        )
    ):
        items[feed_id][state] = n
    feeds = session.scalars(select(Feed))
    return sorted((_card(feed, items[feed.id]) for feed in feeds), key=lambda card: (card.title.casefold(), card.id))


def _card(feed: Feed, items: Counter[str]) -> FeedCard:
    return FeedCard(
        id=feed.id,
        url=feed.url,
        title=feed.title or feed.url,
        state=feed.state,
        last_error=feed.last_error,
        fetches_pages=feed.fetches_pages,
        polled_at=feed.polled_at,
        next_poll_at=feed.next_poll_at if feed.state in POLLED else None,
        items=items,
    )


def troubled_items(session: Session, most: int) -> list[ItemCard]:
    """Items whose page could not be read so far, those tried next first."""
    rows = session.execute(
        select(FeedItem, col(Feed.title), col(Feed.url))
        .join(Feed, col(Feed.id) == col(FeedItem.feed_id))
        .where(col(FeedItem.state).in_(("waiting", "failed")), col(FeedItem.last_error).is_not(None))
        .order_by(col(FeedItem.state).desc(), col(FeedItem.next_try_at), col(FeedItem.feed_id), col(FeedItem.item_key))
        .limit(most)
    )
    return [
        ItemCard(
            feed_title=title or url,
            title=item.title or item.url or item.item_key,
            url=item.url or "",
            last_error=item.last_error or "",
            next_try_at=item.next_try_at,
        )
        for item, title, url in rows
    ]


# ------------------------------------------------------------------------------------------------ to be polled


def is_feed_due(session: Session, *, now: datetime) -> bool:
    """Whether a feed is to be polled now."""
    return session.execute(_due_feeds(now)).first() is not None


def is_item_due(session: Session, *, now: datetime) -> bool:
    """Whether an item's page is to be read now."""
    return session.execute(_due_items(now, None)).first() is not None


def _due_feeds(now: datetime) -> Any:
    due = col(Feed.state).in_(POLLED), col(Feed.next_poll_at) <= now
    return select(Feed).where(*due).order_by(col(Feed.next_poll_at)).limit(1)


def _due_items(now: datetime, of: Sequence[int] | None) -> Any:
    which = col(Feed.state).in_(POLLED) if of is None else col(Feed.id).in_(of)
    return (
        select(FeedItem, col(Feed.title))
        .join(Feed, col(Feed.id) == col(FeedItem.feed_id))
        .where(col(FeedItem.state) == "waiting", col(FeedItem.next_try_at) <= now, which)
        .order_by(col(FeedItem.next_try_at), col(FeedItem.feed_id), col(FeedItem.item_key))
        .limit(1)
    )


def claim_due(session: Session, *, now: datetime) -> DueFeed | None:
    """The feed that is to be polled next, claimed; None where none's time has come."""
    return _claimed(session, _due_feeds(now), now)


def ids_polled(session: Session) -> list[int]:
    """The ids of all feeds that are polled."""
    return list(session.scalars(select(col(Feed.id)).where(col(Feed.state).in_(POLLED)).order_by(col(Feed.id))))


def claim_this(session: Session, feed_id: int, *, now: datetime) -> DueFeed | None:
    """A feed by its id, claimed whether its time has come or not; None where there is none."""
    return _claimed(session, select(Feed).where(col(Feed.id) == feed_id), now)


def _claimed(session: Session, wanted: Any, now: datetime) -> DueFeed | None:
    feed = session.scalars(wanted).first()
    if feed is None:
        return None
    feed.next_poll_at = now + CLAIM
    session.flush()
    return DueFeed(**{field.name: getattr(feed, field.name) for field in fields(DueFeed)})


def save_poll(session: Session, feed_id: int, found: dict[str, Any]) -> bool:
    """Keep what a poll found, as columns of `feed`; False where the feed was removed meanwhile.

    A feed that was paused meanwhile stays paused.
    """
    state = session.execute(select(col(Feed.state)).where(col(Feed.id) == feed_id)).scalar_one_or_none()
    if state is None:
        return False
    return _set(session, feed_id, **found | ({"state": state} if state == "paused" else {}))


def unknown(session: Session, feed_id: int, keys: Iterable[str]) -> set[str]:
    """Those of the keys that no item of the feed has."""
    wanted = {index_key(key): key for key in keys}
    known = session.scalars(
        select(col(FeedItem.item_key)).where(col(FeedItem.feed_id) == feed_id, col(FeedItem.item_key).in_(wanted))
    )
    for key in known:
        del wanted[key]
    return set(wanted.values())


def add_item(session: Session, feed_id: int, item: NewItem, *, now: datetime) -> None:
    """Keep an item that `unknown` named; one that waits is due at once."""
    session.execute(
        insert(FeedItem).values(
            feed_id=feed_id,
            item_key=index_key(item.key),
            url=item.url,
            title=item.title[:MAX_TITLE],
            published_at=item.published_at,
            state=item.state,
            story_id=item.story_id,
            last_error=item.last_error,
            failures=0,
            next_try_at=now if item.state == "waiting" else None,
        )
    )


def claim_item(session: Session, *, now: datetime, of: Sequence[int] | None = None) -> DueItem | None:
    """The item, of all feeds that are polled or of some, whose page is to be read next, claimed."""
    found = session.execute(_due_items(now, of)).first()
    if found is None:
        return None
    item, feed_title = found
    item.failures += 1
    item.next_try_at = now + wait_after(item.failures)
    session.flush()
    return DueItem(
        item.feed_id, item.item_key, item.url or "", item.title, item.published_at, item.failures, feed_title
    )


def item_stored(session: Session, item: DueItem, state: str, story_id: int | None) -> None:
    """An item's page was read: it is stored, or there is nothing in it to store."""
    _set_item(session, item, state=state, story_id=story_id, failures=0, last_error=None, next_try_at=None)


def item_failed(session: Session, item: DueItem, reason: str) -> None:
    """An item's page could not be read; it is tried again, later each time, and given up in the end."""
    if item.failures >= ITEM_TRIES:
        _set_item(session, item, state="failed", last_error=reason, next_try_at=None)
    else:
        _set_item(session, item, last_error=reason)


def _set_item(session: Session, item: DueItem, **values: Any) -> None:
    which = col(FeedItem.feed_id) == item.feed_id, col(FeedItem.item_key) == item.key
    session.execute(update(FeedItem).where(*which).values(values))
