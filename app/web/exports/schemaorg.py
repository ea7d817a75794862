"""What a story's page tells search engines and other readers of schema.org's vocabulary (JSON-LD)."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from markupsafe import Markup

from app.country_names import country_name
from app.store.cards import ActorRef, StoryPage, StoryQuoteCard
from app.web import links
from app.web.exports.site import Site, utc

# A quote in the speaker's own words, at least in part; what is only reported is not a quotation.
QUOTATIONS = ("direct", "mixed")
# The first so many; the Web Annotations, to which the page's head leads, have all.
MOST_QUOTATIONS = 20

Node = dict[str, Any]


def article(story: StoryPage, site: Site) -> Node:
    """The story as a NewsArticle with its first quotations; what is not known of it is left out."""
    address = site.at(links.story(story))
    speakers = {card.actor.id: site.at(links.actor(card.actor)) for card in story.actors}
    original = links.outside(story.url)
    given: Node = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": address,
        "url": address,
        "headline": story.title,
        "datePublished": utc(story.published_at) if story.published_at else None,
        "publisher": {"@type": "Organization", "name": story.outlet.name} if story.outlet else None,
        "inLanguage": story.language,
        "wordCount": story.word_count,
        "about": [_country(code, site) for code in story.focus],
        "mentions": [
            *(_actor(card.actor, site) for card in story.actors),
            *(_country(code, site) for code in story.countries if code not in story.focus),
        ],
        "citation": [story.text[start:end] for start, end in story.references],
        "isBasedOn": original,
        "hasPart": [
            {
                "@type": "Quotation",
                "@id": f"{address}#q{quote.position}",
                "text": quote.text,
                "spokenByCharacter": {"@id": speakers[speaker.id]},
            }
            for quote, speaker in islice(_quotations(story), MOST_QUOTATIONS)
        ],
    }
    return {key: value for key, value in given.items() if value not in (None, [])}


def _quotations(story: StoryPage) -> Iterator[tuple[StoryQuoteCard, ActorRef]]:
    return ((each, each.speaker) for each in story.quotes if each.kind in QUOTATIONS and each.speaker is not None)


def data_block(story: StoryPage, site: Site) -> Markup:
    """The article as the content of a script element; with no "<" in it, nothing can end the element early."""
    written = json.dumps(article(story, site), ensure_ascii=False, separators=(",", ":"))
    return Markup(written.replace("<", "\\u003c"))  # noqa: S704 - a data block is not markup, and cannot be left


def _actor(actor: ActorRef, site: Site) -> Node:
    kind = "Person" if actor.kind == "person" else "Organization"
    return {"@type": kind, "@id": site.at(links.actor(actor)), "name": actor.name}


def _country(code: str, site: Site) -> Node:
    return {"@type": "Country", "@id": site.at(links.country(code)), "name": country_name(code)}
