"""What a feed says: RSS, Atom and JSON Feed as plain values."""

import io
from calendar import timegm
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import feedparser

from app.addresses import web_address
from app.read.fields import moment
from app.read.html import bare_text, decode_page
from app.read.jsonlines import parse
from app.read.refusal import Refused
from app.read.xml import refuse_entities, root_name

ROOTS = {"rss", "feed", "rdf:rdf"}
JSON_FEED = "https://jsonfeed.org/version/"
# What parsing may cost: a feed made to be slow takes the parser some ten seconds, and no more.
MAX_TAGS = 300_000
MAX_ENTRIES = 10_000

_AS_UTF8 = {"content-type": "application/xml; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed.

    `words` are the fullest text that the feed gives, HTML where `is_html`; `is_content` says that the feed gives them
    as the item itself, not as a summary of it.
    """

    id: str | None
    url: str | None
    title: str | None
    words: str
    is_html: bool
    is_content: bool
    published_at: datetime | None = None
    byline: str | None = None
    outlet: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed with its entries in its own order; `url` is the site it belongs to, `language` as it declares it."""

    title: str | None
    url: str | None
    language: str | None
    entries: tuple[Entry, ...]


def parse_feed(data: bytes, charset: str | None = None) -> Feed:
    """The feed in some bytes, in the `charset` that a server declared, if one did.

    Raises:
        Refused: if it is no feed, is too large, or declares entities of its own.
    """
    text = decode_page(data, charset).lstrip("\ufeff \t\r\n")
    return _of_json(text) if text.startswith("{") else _of_xml(text)


# ------------------------------------------------------------------------------------------------ RSS and Atom


def _of_xml(text: str) -> Feed:
    if root_name(text) not in ROOTS:
        raise Refused("is no RSS, Atom or JSON feed")
    refuse_entities(text)
    if text.count("<") > MAX_TAGS:
        raise Refused(f"has more than {MAX_TAGS:,} tags, too many for a feed")
    # A stream, never a string: a string might be taken for the name of a file or an address.
    stream = io.BytesIO(text.encode(errors="replace"))
    found = feedparser.parse(stream, sanitize_html=False, resolve_relative_uris=False, response_headers=dict(_AS_UTF8))
    _check_number(len(found.entries))
    head = found.feed
    return Feed(
        title=_line(head.get("title")),
        url=web_address(head.get("link") or ""),
        language=_line(head.get("language")),
        entries=tuple(_entry_of_xml(entry) for entry in found.entries),
    )


def _entry_of_xml(entry: Any) -> Entry:
    content = max(entry.get("content") or [], key=lambda part: len(part.get("value") or ""), default=None)
    words = content or entry.get("summary_detail") or {}
    # Past the parser's own `get`, which would look for the one in the other's place, and warn.
    when = dict.get(entry, "published_parsed") or dict.get(entry, "updated_parsed")
    return Entry(
        id=_line(entry.get("id")),
        url=web_address(entry.get("link") or ""),
        title=_title(entry.get("title_detail") or {}),
        words=words.get("value") or "",
        is_html=words.get("type") != "text/plain",
        is_content=content is not None,
        published_at=_moment_of_parts(when) if when else None,
        byline=_line(entry.get("author")),
        outlet=_line((entry.get("source") or {}).get("title")),
    )


def _title(detail: Any) -> str | None:
    title = _line(detail.get("value"))
    return bare_text(title) or None if title and detail.get("type") != "text/plain" else title


def _moment_of_parts(when: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(when), UTC)
    except (ValueError, OverflowError, OSError):
        return None


# ------------------------------------------------------------------------------------------------ JSON Feed


def _of_json(text: str) -> Feed:
    value = parse(text.encode(errors="replace"))
    items = value.get("items")
    if not str(value.get("version")).startswith(JSON_FEED) or not isinstance(items, list):
        raise Refused("is no RSS, Atom or JSON feed")
    _check_number(len(items))
    return Feed(
        title=_line(value.get("title")),
        url=web_address(_line(value.get("home_page_url")) or ""),
        language=_line(value.get("language")),
        entries=tuple(_entry_of_json(item) for item in items if isinstance(item, dict)),
    )


def _entry_of_json(item: dict[str, Any]) -> Entry:
    html, text = (_text(item.get(name)) for name in ("content_html", "content_text"))
    authors = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
    names = [_line(author.get("name")) for author in authors or [] if isinstance(author, dict)]
    return Entry(
        id=_line(item.get("id")),
        url=web_address(_line(item.get("url")) or ""),
        title=_line(item.get("title")),
        words=html or text or _text(item.get("summary")),
        is_html=bool(html),
        is_content=bool(html or text),
        published_at=_moment(_line(item.get("date_published")) or _line(item.get("date_modified"))),
        byline=", ".join(name for name in names if name) or None,
    )


def _moment(value: str | None) -> datetime | None:
    try:
        return moment(value) if value else None
    except Refused:
        return None


# ------------------------------------------------------------------------------------------------ both


def _check_number(entries: int) -> None:
    if entries > MAX_ENTRIES:
        raise Refused(f"has more than {MAX_ENTRIES:,} entries, too many for a feed")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _line(value: object) -> str | None:
    """A value on one line; numbers are taken too, as some feeds number their items."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return " ".join(str(value).split()) or None if isinstance(value, str) or is_number else None
