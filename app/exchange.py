"""The exchange format: annotations as plain JSON values, one story a line (see docs/exchange-format.md)."""

from dataclasses import asdict
from typing import Any

from app.spans import Annotations


def annotations_to_json(story_id: str | int, found: Annotations) -> dict[str, Any]:
    """One line of the exchange format as a dict; a text that was not annotated has only state, language and reason."""
    if found.state != "annotated":
        return {"id": story_id, "state": found.state, "language": found.language, "reason": found.reason, "quotes": []}
    return {
        "id": story_id,
        "state": found.state,
        "language": found.language,
        "actors": [asdict(actor) for actor in found.actors],
        "names": {actor.id: actor.name for actor in found.actors},
        "mentions": [asdict(mention) for mention in found.mentions],
        "toponyms": [asdict(toponym) for toponym in found.toponyms],
        "countries": list(found.countries),
        "focus": list(found.focus),
        "speaking": list(found.speaking),
        "quotes": [asdict(quote) for quote in found.quotes],
        "sources": [asdict(source) for source in found.sources],
        "references": list(found.references),
    }
