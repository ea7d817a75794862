"""A story's annotations as a W3C Web Annotation collection (JSON-LD).

Positions are Unicode code points into the story's plain text, which has an address of its own: the page around it
would shift them.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.country_names import country_name
from app.spans import Span
from app.store.cards import ActorRef, StoryPage, StoryQuoteCard, StorySourceCard
from app.web import links
from app.web.exports.site import Site, utc

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
MEDIA_TYPE = f'application/ld+json;profile="{CONTEXT}"'

AROUND = 32
ACTOR_TYPES = {"person": "Person", "organisation": "Organization", "group": "foaf:Group"}

Node = dict[str, Any]


def collection(story: StoryPage, site: Site) -> Node:
    """All annotations of a story on one page of a collection; none before it is annotated."""
    address = site.at(f"/stories/{story.id}.annotations.jsonld")
    items = [
        _annotation(story, site, f"{address}#{name}", motivation, inside, bodies)
        for name, motivation, spans, bodies in _annotations(story, site, address)
        if (inside := _inside(spans, len(story.text)))
    ]
    whole: Node = {
        "@context": CONTEXT,
        "id": address,
        "type": "AnnotationCollection",
        "label": f"Annotations of: {story.title}",
        "creator": {"id": site.at("/about"), "type": "Software", "name": "Newsgloss"},
        "total": len(items),
    }
    if story.annotated_at:
        whole["created"] = utc(story.annotated_at)
    if items:
        page = {"id": f"{address}#page", "type": "AnnotationPage", "partOf": address, "startIndex": 0, "items": items}
        whole |= {"first": page, "last": page["id"]}
    return whole


def _inside(spans: Iterable[Span], length: int) -> list[Span]:
    """The spans cut to a text of that length, less those that lie outside."""
    cut = ((max(start, 0), min(end, length)) for start, end in spans)
    return [(start, end) for start, end in cut if start < end]


def _annotation(
    story: StoryPage, site: Site, address: str, motivation: str, spans: Sequence[Span], bodies: Sequence[Node]
) -> Node:
    text = site.at(f"/stories/{story.id}.txt")
    targets = [{"source": text, "selector": _selectors(story.text, start, end)} for start, end in spans]
    made: Node = {"id": address, "type": "Annotation", "motivation": motivation}
    if story.annotated_at:
        made["created"] = utc(story.annotated_at)
    return made | {"body": bodies, "target": targets[0] if len(targets) == 1 else targets}


def _selectors(text: str, start: int, end: int) -> list[Node]:
    """The same words twice: by their place, and by themselves, should the text have moved."""
    return [
        {"type": "TextPositionSelector", "start": start, "end": end},
        {
            "type": "TextQuoteSelector",
            "exact": text[start:end],
            "prefix": text[max(start - AROUND, 0) : start],
            "suffix": text[end : end + AROUND],
        },
    ]


# ------------------------------------------------------------------------------------------------ what is annotated


def _annotations(story: StoryPage, site: Site, address: str) -> Iterator[tuple[str, str, Sequence[Span], list[Node]]]:
    """(name, motivation, spans, bodies) of each annotation."""
    actors = {card.actor.id: card.actor for card in story.actors}
    for number, mention in enumerate(story.mentions, 1):
        if mention.actor_id in actors:
            actor = _actor(actors[mention.actor_id], site, "identifying")
            yield f"m{number}", "identifying", [(mention.start, mention.end)], [actor, _class(mention.level)]
    for number, toponym in enumerate(story.toponyms, 1):
        yield f"t{number}", "identifying", [(toponym.start, toponym.end)], [_country(toponym.country, site)]
    for quote in story.quotes:
        yield from _quote(quote, site, address)
    for source in story.sources:
        yield f"s{source.position}", "classifying", source.mentions, _source(source, site)
    for number, span in enumerate(story.references, 1):
        yield f"r{number}", "classifying", [span], [_class("reference")]


def _quote(quote: StoryQuoteCard, site: Site, address: str) -> Iterator[tuple[str, str, Sequence[Span], list[Node]]]:
    """The quoted words; its cue and its source span are annotations of their own, which lead to it."""
    name = f"q{quote.position}"
    speaker = [_actor(quote.speaker, site, "linking")] if quote.speaker else []
    yield name, "highlighting", quote.content, [_class(f"{quote.kind} quote"), *speaker]
    to_quote = {"type": "SpecificResource", "purpose": "linking", "source": f"{address}#{name}"}
    for part, spans in (("cue", quote.cue), ("source", quote.source)):
        yield f"{name}-{part}", "linking", spans, [_class(f"{part} of a quote"), to_quote]


def _source(source: StorySourceCard, site: Site) -> list[Node]:
    """What kind of source it is on each of the axes, and who it is."""
    flags = [word for word, on in (("unnamed", source.unnamed), ("anonymous", source.anonymous)) if on]
    axes = [source.form, source.affiliation, source.role, source.channel, "former" if source.former else None, *flags]
    actor = [_actor(source.actor, site, "linking")] if source.actor else []
    return [*(_class(axis) for axis in axes if axis), *actor]


def _class(words: str) -> Node:
    return {"type": "TextualBody", "purpose": "classifying", "format": "text/plain", "language": "en", "value": words}


def _actor(actor: ActorRef, site: Site, purpose: str) -> Node:
    who = {"id": site.at(links.actor(actor)), "type": ACTOR_TYPES[actor.kind], "name": actor.name}
    return {"type": "SpecificResource", "purpose": purpose, "source": who}


def _country(code: str, site: Site) -> Node:
    where = {"id": site.at(links.country(code)), "type": "schema:Country", "name": country_name(code)}
    return {"type": "SpecificResource", "purpose": "identifying", "source": where}
