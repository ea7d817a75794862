"""Polling feeds: what is new in one becomes stories, from its own words or from the pages it leads to."""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.message import Message
from http.client import responses
from itertools import islice
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from app.config import Settings
from app.read.address import read_address
from app.read.feed import Entry, Feed, parse_feed
from app.read.feed_link import feed_link
from app.read.feedfile import story_of_entry
from app.read.fetch import Fetched
from app.read.refusal import Refused
from app.read.visit import Visitor
from app.spans import RawStory, Unreadable
from app.store import feeds, stories
from app.store.db import write_session
from app.store.feeds import DueFeed, DueItem, NewItem

OK, NOT_MODIFIED, GONE = 200, 304, 410
LONGEST_WAIT = timedelta(days=1)
LONGEST_ASKED = timedelta(days=7)
# What one poll takes from a feed; the rest waits for the next.
MOST_NEW = 500
COMMIT_ITEMS = 50
IS_GONE = "the server says that this feed is gone for good (410)"

_UNUSABLE = re.compile("[\x00\ud800-\udfff]")

log = logging.getLogger("newsgloss.feeds")


@dataclass(frozen=True, slots=True)
class Polled:
    """What came of polling a feed: items seen for the first time, and what went wrong."""

    feed: DueFeed
    new: int = 0
    error: str | None = None


def poll_next(engine: Engine, settings: Settings, visitor: Visitor) -> bool:
    """Poll one feed whose time has come; False where there is none.

    Raises:
        OperationalError: the database cannot be used at the moment.
    """
    now = datetime.now(UTC)
    with Session(engine) as session:
        if not feeds.is_feed_due(session, now=now):
            return False
    with write_session(engine) as session:
        due = feeds.claim_due(session, now=now)
    if due is not None:
        poll(engine, settings, visitor, due)
    return due is not None


def read_next(engine: Engine, settings: Settings, visitor: Visitor) -> bool:
    """Read one item's page whose time has come; False where there is none.

    Raises:
        OperationalError: the database cannot be used at the moment.
    """
    now = datetime.now(UTC)
    with Session(engine) as session:
        if not feeds.is_item_due(session, now=now):
            return False
    with write_session(engine) as session:
        item = feeds.claim_item(session, now=now)
    if item is not None:
        read_item(engine, settings, visitor, item)
    return item is not None


def poll_these(engine: Engine, settings: Settings, visitor: Visitor, ids: Sequence[int] | None) -> Iterator[Polled]:
    """Poll feeds by their ids, or all that are polled, now; then read the pages that are due in them."""
    with Session(engine) as session:
        chosen = feeds.ids_polled(session) if ids is None else list(ids)
    for feed_id in chosen:
        with write_session(engine) as session:
            due = feeds.claim_this(session, feed_id, now=datetime.now(UTC))
        if due is not None:
            yield poll(engine, settings, visitor, due)
    while True:
        with write_session(engine) as session:
            item = feeds.claim_item(session, now=datetime.now(UTC), of=chosen)
        if item is None:
            return
        read_item(engine, settings, visitor, item)


# ------------------------------------------------------------------------------------------------ a feed


def poll(engine: Engine, settings: Settings, visitor: Visitor, due: DueFeed) -> Polled:
    """Fetch a feed, store what is new in it, and set when it is polled next.

    Raises:
        OperationalError: the database cannot be used at the moment.
    """
    pause = timedelta(minutes=settings.feed_minutes)
    try:
        answer = visitor.fetch(due.url, etag=due.etag, last_modified=due.last_modified)
        if answer.status == GONE:
            return _ended(engine, due, None, state="stopped", failures=0, last_error=IS_GONE)
        if answer.status == NOT_MODIFIED:
            return _ended(engine, due, pause)
        if answer.status != OK:
            return _failed(engine, due, _told(answer.status), pause, asked=answer.retry_after)
        return _taken(engine, due, answer, pause)
    except Refused as refusal:
        return _failed(engine, due, str(refusal), pause)
    except OperationalError:
        raise  # a full disk, a locked database: not the feed's fault
    except Exception as error:
        # The parsers were written for the feeds there are; what a made-up one does to them must not stop the others.
        log.exception("%s", due.url)
        return _failed(engine, due, f"cannot be read ({type(error).__name__})", pause)


def _taken(engine: Engine, due: DueFeed, answer: Fetched, pause: timedelta) -> Polled:
    """Store what is new in the feed that was fetched; where it is a page instead that names one, go on to that.

    Raises:
        Refused: it is no feed.
    """
    try:
        found = parse_feed(answer.body, _charset(answer))
    except Refused:
        link = feed_link(answer.body, answer.url) if due.state == "new" and not due.failures else None
        if link is None:
            raise
        # The failure keeps it from being led from page to page.
        return _ended(engine, due, timedelta(0), state="new", failures=1, **_moved(engine, due, link))
    seen = _new_entries(engine, due, found)
    new = _store(engine, due, seen[:MOST_NEW])
    title = _clean(found.title or due.title)[: feeds.MAX_TITLE]
    # Where there is more than is taken at once, the rest must be sent again.
    unchanged = {"etag": answer.etag, "last_modified": answer.last_modified} if len(seen) <= MOST_NEW else {}
    moved = _moved(engine, due, answer.url_permanent)
    return replace(_ended(engine, due, pause, title=title, **unchanged, **moved), new=new)


def _ended(engine: Engine, due: DueFeed, pause: timedelta | None, **values: Any) -> Polled:
    """Keep how a poll ended: well, unless the values say otherwise."""
    now = datetime.now(UTC)
    kept = {"state": "ok", "failures": 0, "last_error": None, "polled_at": now, **values}
    kept = {name: _clean(value) if isinstance(value, str) else value for name, value in kept.items()}
    if pause is not None:
        kept["next_poll_at"] = now + pause
    with write_session(engine) as session:
        feeds.save_poll(session, due.id, kept)
    return Polled(due, error=kept["last_error"])


def _failed(engine: Engine, due: DueFeed, reason: str, pause: timedelta, *, asked: int | None = None) -> Polled:
    """Keep why a poll failed; the next comes after twice as long each time, and not before the server wants it."""
    wait = min(pause * 2 ** min(due.failures + 1, 16), max(LONGEST_WAIT, pause))
    if asked is not None:
        wait = max(wait, min(timedelta(seconds=asked), LONGEST_ASKED))
    return _ended(engine, due, wait, state="failing", failures=due.failures + 1, last_error=reason)


def _moved(engine: Engine, due: DueFeed, address: str) -> dict[str, Any]:
    """What changes where a feed has moved for good."""
    with Session(engine) as session:
        other = feeds.feed_at(session, address)
    if other is not None and other != due.id:
        return {"state": "stopped", "last_error": f"has moved to {address}, which is polled already; remove this one"}
    return {} if address == due.url else feeds.at(address)


def _clean(words: str) -> str:
    """The words without what no database can hold."""
    return _UNUSABLE.sub("", words)


def _told(status: int) -> str:
    return f"the server answers with {status} ({responses.get(status, 'unknown')})"


def _charset(answer: Fetched) -> str | None:
    header = Message()
    header["Content-Type"] = answer.content_type
    return header.get_content_charset()


# ------------------------------------------------------------------------------------------------ what is in it


def _new_entries(engine: Engine, due: DueFeed, found: Feed) -> list[tuple[NewItem, RawStory | None]]:
    """The entries never seen in this feed, each with the story of its own words unless its page is to be read."""
    entries = {key: entry for entry in found.entries if (key := _clean(entry.id or entry.url or entry.title or ""))}
    with Session(engine) as session:
        unknown = feeds.unknown(session, due.id, entries)
    new = [(key, entry) for key, entry in entries.items() if key in unknown]
    return [_item(due, found, key, entry) for key, entry in new[: MOST_NEW + 1]]


def _item(due: DueFeed, found: Feed, key: str, entry: Entry) -> tuple[NewItem, RawStory | None]:
    item = NewItem(key, entry.url, _clean(entry.title or ""), entry.published_at)
    if due.fetches_pages and entry.url and not entry.is_content:
        return replace(item, state="waiting"), None
    story = story_of_entry(entry, found, due.url)
    return (item, story) if isinstance(story, RawStory) else (replace(item, last_error=story.reason), None)


def _store(engine: Engine, due: DueFeed, seen: Sequence[tuple[NewItem, RawStory | None]]) -> int:
    """Keep new items with their stories; returns how many there were. None are kept of a feed removed meanwhile."""
    new = 0
    for start in range(0, len(seen), COMMIT_ITEMS):
        with write_session(engine) as session:
            if not feeds.is_there(session, due.id):
                return new
            part = dict(seen[start : start + COMMIT_ITEMS])
            unknown = feeds.unknown(session, due.id, (item.key for item in part))  # another may have polled meanwhile
            for item, story in part.items():
                if item.key in unknown:
                    _store_item(session, due, item, story)
                    new += 1
    return new


def _store_item(session: Session, due: DueFeed, item: NewItem, story: RawStory | None) -> None:
    now = datetime.now(UTC)
    state, story_id = item.state, None
    if story is not None:
        state, story_id = _stored(session, story, now)
    elif item.url is not None:
        known = stories.story_at(session, item.url)
        was_there = known is None and stories.was_taken_back(session, url=item.url)
        state, story_id = ("stored", known) if known else ("left out" if was_there else state, None)
    feeds.add_item(session, due.id, replace(item, state=state, story_id=story_id), now=now)


def _stored(session: Session, story: RawStory, now: datetime) -> tuple[str, int | None]:
    """Store a story, unless it was taken back or is there under its address: what was added by hand stays as it is."""
    if stories.was_taken_back(session, url=story.url, text=story.text):
        return "left out", None
    known = stories.story_at(session, story.url) if story.url else None
    return "stored", known or stories.add_story(session, story, now=now).story_id


# ------------------------------------------------------------------------------------------------ pages


def read_item(engine: Engine, settings: Settings, visitor: Visitor, item: DueItem) -> None:
    """Read the page of an item that came with a summary only, and store its story."""
    found = _page(settings, visitor, item)
    try:
        if isinstance(found, RawStory):
            with write_session(engine) as session:
                feeds.item_stored(session, item, *_stored(session, found, datetime.now(UTC)))
                return
    except OperationalError:
        raise  # a full disk, a locked database: not the page's fault
    except Exception as error:
        log.exception("%s", item.url)
        found = Unreadable(item.url, f"its story cannot be stored ({type(error).__name__})")
    with write_session(engine) as session:
        feeds.item_failed(session, item, _clean(found.reason))


def _page(settings: Settings, visitor: Visitor, item: DueItem) -> RawStory | Unreadable:
    try:
        found = list(islice(read_address(item.url, visitor, max_bytes=settings.max_story_bytes), 2))
    except Exception as error:
        log.exception("%s", item.url)
        return Unreadable(item.url, f"cannot be read ({type(error).__name__})")
    if len(found) != 1:
        return Unreadable(item.url, "its address leads to several stories")
    [story] = found
    if isinstance(story, Unreadable):
        return story
    return replace(
        story,
        title=item.title if story.title_is_ours and item.title else story.title,
        title_is_ours=story.title_is_ours and not item.title,
        url=story.url or item.url,
        outlet=story.outlet or item.feed_title or None,
        published_at=story.published_at or item.published_at,
    )
