"""Which other forms a page has, for the links in its head and at its foot."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from app.web.exports import atom, ninjs, webannotation
from app.web.links import ACTOR_PATHS, with_query

CSV = "text/csv"
JSON_LINES = "application/x-ndjson"

LISTED = {
    "/": "stories",
    **{f"/{name}": name for name in ("quotes", "people", "organisations", "groups", "sources", "countries")},
}
FEEDS = ("stories", "quotes", "sources")

_ACTOR_PARAMS = {path: param for param, path in ACTOR_PATHS.items()}
_STORY = re.compile(r"/stories/([0-9]+)-.*")
_ACTOR = re.compile(r"(/people|/organisations|/groups)/([0-9]+)-.*")
_COUNTRY = re.compile(r"/countries/([A-Z]{2})")


@dataclass(frozen=True, slots=True)
class Alternate:
    """Another form of a page: its media type, what to call it, and where it is."""

    type: str
    title: str
    address: str


def alternates(path: str, query: str) -> list[Alternate]:
    """The other forms of the page at that path, under the same query string less its place in the list."""
    if path in LISTED:
        kept = urlencode([pair for pair in parse_qsl(query) if pair[0] != "next"])
        return list(_of_list(LISTED[path], kept))
    if story := _STORY.fullmatch(path):
        return _of_story(int(story[1]))
    if actor := _ACTOR.fullmatch(path):
        of = urlencode({_ACTOR_PARAMS[actor[1]]: actor[2]})
        said = Alternate(atom.MEDIA_TYPE, "Atom: what they say", f"/quotes.atom?{urlencode({'speaker': actor[2]})}")
        return [Alternate(atom.MEDIA_TYPE, "Atom: their stories", f"/stories.atom?{of}"), said]
    if country := _COUNTRY.fullmatch(path):
        return [Alternate(atom.MEDIA_TYPE, "Atom: its stories", f"/stories.atom?country={country[1]}")]
    return []


def _of_list(name: str, query: str) -> Iterator[Alternate]:
    if name in FEEDS:
        yield Alternate(atom.MEDIA_TYPE, "Atom", with_query(f"/{name}.atom", query))
    yield Alternate(CSV, "CSV", with_query(f"/{name}.csv", query))
    yield Alternate(JSON_LINES, "JSON Lines", with_query(f"/{name}.jsonl", query))
    yield Alternate("application/json", "JSON", with_query(f"/api/v1/{name}", query))


def _of_story(number: int) -> list[Alternate]:
    return [
        Alternate(webannotation.MEDIA_TYPE, "Web Annotation", f"/stories/{number}.annotations.jsonld"),
        Alternate(ninjs.MEDIA_TYPE, "ninjs 3", f"/stories/{number}.ninjs.json"),
        Alternate("text/plain", "Plain text", f"/stories/{number}.txt"),
    ]
