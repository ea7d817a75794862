"""Lists as Atom feeds (RFC 4287), paged (RFC 5005).

An entry's id is its address without the words of the headline, so a new headline makes no new entry.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from app.country_names import country_name
from app.store.cards import OutletRef, QuoteCard, SourceCard, StoryCard
from app.web import links
from app.web.exports.markup import add, document
from app.web.exports.site import Site, utc

MEDIA_TYPE = "application/atom+xml"
NAMESPACE = "http://www.w3.org/2005/Atom"
NAME = "Newsgloss"
# Of a feed without entries: there is nothing in it that could have changed.
NEVER = datetime(2026, 1, 1, tzinfo=UTC)

MOST_TITLE = 120


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of a feed. `page` is the address of the HTML page it belongs to, `here` its own, `next` the following."""

    title: str
    page: str
    first: str
    here: str
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; `terms` are (scheme, term, label) categories, `address` and `id` our own, starting with a slash."""

    id: str
    address: str
    title: str
    updated: datetime
    published: datetime | None
    outlet: OutletRef | None
    summary: str
    terms: Sequence[tuple[str, str, str]] = ()


def story_entry(card: StoryCard) -> Entry:
    """A story, with its leading actors and countries as categories."""
    actors = [(links.ACTOR_PATHS[actor.kind], str(actor.id), actor.name) for actor in card.actors]
    countries = [("/countries", code, country_name(code)) for code in card.countries]
    return Entry(
        id=f"/stories/{card.id}",
        address=links.story(card),
        title=card.title,
        updated=card.added_at,
        published=card.published_at,
        outlet=card.outlet,
        summary=card.lead,
        terms=[*actors, *countries, *_invented(invented=card.invented)],
    )


def quote_entry(card: QuoteCard, added_at: Mapping[int, datetime]) -> Entry:
    """A quote; `added_at` says when each story came in."""
    speaker = card.speaker.name if card.speaker else card.source_words or "Speaker unknown"
    return Entry(
        id=f"/stories/{card.story.id}#q{card.position}",
        address=links.quote(card),
        title=f"{speaker}: {_shortened(card.text)}",
        updated=added_at[card.story.id],
        published=card.story.published_at,
        outlet=card.story.outlet,
        summary=f"{card.text} ({card.kind}, in: {card.story.title})",
        terms=_invented(invented=card.story.invented),
    )


def source_entry(card: SourceCard, added_at: Mapping[int, datetime]) -> Entry:
    """A source, with the reason for its namelessness and what rests on it; `added_at` says when each story came in."""
    said = [f"{card.form}, {card.affiliation} (in: {card.story.title})"]
    if card.unnamed or card.anonymous:
        said.append(f"Reason given: {card.reason}" if card.reason else "No reason stated")
    said += [quote.text for quote in card.resting]
    return Entry(
        id=f"/stories/{card.story.id}#s{card.position}",
        address=links.source(card),
        title=_shortened(card.name),
        updated=added_at[card.story.id],
        published=card.story.published_at,
        outlet=card.story.outlet,
        summary="\n".join(said),
        terms=_invented(invented=card.story.invented),
    )


def _invented(*, invented: bool) -> list[tuple[str, str, str]]:
    return [("/about", "invented", "Invented, nothing in it is reporting")] if invented else []


def _shortened(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= MOST_TITLE else line[:MOST_TITLE].rpartition(" ")[0] + " …"


def feed(about: Feed, entries: Iterable[Entry], site: Site) -> bytes:
    """The document."""
    listed = list(entries)
    root = Element("feed", {"xmlns": NAMESPACE, "xml:lang": "en"})
    add(root, "id", site.at(about.first))
    add(root, "title", about.title)
    add(root, "updated", utc(max((entry.updated for entry in listed), default=NEVER)))
    _link(root, "self", site.at(about.here), MEDIA_TYPE)
    _link(root, "alternate", site.at(about.page), "text/html")
    if about.next is not None:
        _link(root, "next", site.at(about.next), MEDIA_TYPE)
    add(add(root, "author"), "name", NAME)
    add(root, "generator", NAME, uri=site.at("/about"))
    for entry in listed:
        _add_entry(root, entry, site)
    return document(root)


def _add_entry(root: Element, entry: Entry, site: Site) -> None:
    element = add(root, "entry")
    add(element, "id", site.at(entry.id))
    add(element, "title", entry.title)
    add(element, "updated", utc(entry.updated))
    if entry.published is not None:
        add(element, "published", utc(entry.published))
    if entry.outlet is not None:
        add(add(element, "author"), "name", entry.outlet.name)
    _link(element, "alternate", site.at(entry.address), "text/html")
    add(element, "summary", entry.summary, type="text")
    for scheme, term, label in entry.terms:
        add(element, "category", scheme=site.at(scheme), term=term, label=label)


def _link(parent: Element, rel: str, href: str, media_type: str) -> None:
    add(parent, "link", rel=rel, type=media_type, href=href)
