"""Feeds as files: each entry a story of the words that the feed gives."""

import io
import re
from collections.abc import Iterator
from typing import Any

from app.read.feed import Entry, Feed, parse_feed
from app.read.fields import story_from_fields
from app.read.html import bare_text, read_html
from app.read.limits import read_whole
from app.read.refusal import Refused
from app.spans import RawStory, Unreadable

_UNUSABLE = re.compile("[\x00\ud800-\udfff]")


def read_feed_file(stream: io.BufferedReader, origin: str, max_bytes: int) -> Iterator[RawStory | Unreadable]:
    """The stories of a feed's entries, in its order; nothing is fetched."""
    feed = parse_feed(read_whole(stream, max_bytes))
    if not feed.entries:
        raise Refused("the feed holds no entries")
    for number, entry in enumerate(feed.entries, 1):
        yield story_of_entry(entry, feed, f"{origin}, entry {number}")


def story_of_entry(entry: Entry, feed: Feed, origin: str) -> RawStory | Unreadable:
    """The story of the words that a feed gives for an entry; its outlet is whom the entry names, else the feed."""
    fields: dict[str, Any] = {
        "title": entry.title,
        "url": entry.url,
        "outlet": entry.outlet or feed.title,
        "id": entry.id,
        "published_at": entry.published_at.isoformat() if entry.published_at else None,
    }
    about = {"byline": entry.byline, "language": feed.language}
    fields |= {name: value for name, value in about.items() if value}
    clean = {name: _UNUSABLE.sub("", value) if value else value for name, value in fields.items()}
    try:
        return story_from_fields(_text_of(entry, origin), clean, origin)
    except Refused as refusal:
        return Unreadable(origin, str(refusal))


def _text_of(entry: Entry, origin: str) -> str:
    words = _UNUSABLE.sub("", entry.words).strip()
    if entry.is_html and words:
        page = read_html(words, origin)
        # A line or two is no article to the extractor, but all that some feeds give.
        words = page.text if isinstance(page, RawStory) else bare_text(words)
    if not words:
        raise Refused(
            "the feed gives no words for it; add its address" if entry.url else "the feed gives no words for it"
        )
    return words
