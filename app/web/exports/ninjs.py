"""A story as IPTC ninjs 3: only keys that its schema declares."""

from collections.abc import Iterator
from typing import Any

from app.country_names import country_name
from app.store.cards import StoryActorCard, StoryPage
from app.web import links
from app.web.exports.site import Site, utc

MEDIA_TYPE = "application/json"
VERSION = "3.2"
SCHEMA = f"http://www.iptc.org/std/ninjs/ninjs-schema_{VERSION}.json#"

Node = dict[str, Any]


def item(story: StoryPage, site: Site) -> Node:
    """The news item; what is not known of the story is left out."""
    given: Node = {
        "uri": site.at(f"/stories/{story.id}"),
        "standard": {"name": "ninjs", "version": VERSION, "schema": SCHEMA},
        "type": "text",
        "representationType": "full",
        "pubStatus": "usable",
        "firstCreated": utc(story.added_at),
        "versionCreated": utc(max(story.added_at, story.annotated_at or story.added_at)),
        "contentCreated": utc(story.published_at) if story.published_at else None,
        "language": story.language,
        "title": story.title,
        "headlines": [] if story.title_is_ours else [{"role": "main", **_plain(story.title)}],
        "bodies": [{"role": "main", "charCount": len(story.text), "wordCount": story.word_count, **_plain(story.text)}],
        "people": [_actor(card, site) for card in story.actors if card.actor.kind == "person"],
        "organisations": [_actor(card, site) for card in story.actors if card.actor.kind == "organisation"],
        "subjects": [_actor(card, site) for card in story.actors if card.actor.kind == "group"],
        "places": list(_places(story, site)),
        "infoSources": list(_info_sources(story, site)),
        "altIds": [
            {"role": role, "value": value}
            for role, value in (("outlet", story.external_id), ("url", story.url))
            if value
        ],
        "edNote": "This story is invented; nothing in it is reporting." if story.invented else None,
    }
    return {key: value for key, value in given.items() if value not in (None, [])}


def _plain(words: str) -> Node:
    return {"contentType": "text/plain", "value": words}


def _actor(card: StoryActorCard, site: Site) -> Node:
    return {
        "name": card.actor.name,
        "rel": "speaking" if card.speaks else "mentioned",
        "uri": site.at(links.actor(card.actor)),
    }


def _places(story: StoryPage, site: Site) -> Iterator[Node]:
    """A country once for each of its relations to the story."""
    for relation, codes in (("focus", story.focus), ("speaking", story.speaking), ("mentioned", story.countries)):
        for code in codes:
            yield {
                "name": country_name(code),
                "rel": relation,
                "uri": site.at(links.country(code)),
                "literal": code,
            }


def _info_sources(story: StoryPage, site: Site) -> Iterator[Node]:
    """The outlet, and whom the story relies on; the role of these is their form."""
    if story.outlet:
        yield {"name": story.outlet.name, "role": "outlet"}
    for source in story.sources:
        found = {"name": source.name, "role": source.form}
        yield found | ({"uri": site.at(links.actor(source.actor))} if source.actor else {})
