"""IPTC ninjs 1 to 3: a news item's JSON in our own keys."""

from collections.abc import Iterator
from typing import Any

from app.addresses import web_address
from app.read.refusal import Refused

Item = dict[str, Any]

BODIES = {"body_text", "body_xhtml", "body_html", "bodies"}
MAIN = ("main", "body", None)
# Who publishes, of all that an item may name as where its information is from.
PUBLISHERS = ("outlet", "publisher", "provider", "distributor", "originator", None)
DATES = ("contentcreated", "firstcreated", "versioncreated")


def is_ninjs(value: object) -> bool:
    """Whether a JSON value is a news item of that standard, not one of our own."""
    return (
        isinstance(value, dict)
        and "uri" in value
        and not {"text", "html"} & set(value)
        and bool(BODIES & _lower(value).keys())
    )


def from_ninjs(value: Item) -> Item:
    """The same story as one of ours would be: `text` or `html`, `title`, `url`, `outlet` and so on.

    Raises:
        Refused: if its publisher says that it is not, or no longer, to be used.
    """
    item = _lower(value)
    status = item.get("pubstatus", "usable")
    if status != "usable":
        raise Refused(f"is not to be used, its publisher says (pubStatus {str(status)[:20]})")
    words = dict(_words(item))
    identities = {each.get("role"): each.get("value") for each in _items(item, "altids")}
    given = {
        "text": words.get("text"),
        "html": None if "text" in words else words.get("html"),
        "title": item.get("headline") or _value(item, "headlines", MAIN) or item.get("title"),
        "id": identities.get("outlet") or item["uri"],
        "url": identities.get("url") or web_address(str(item["uri"])),
        "outlet": _named(item, "infosources", "infosource") or item.get("copyrightholder"),
        "published_at": next((item[name] for name in DATES if item.get(name)), None),
        "byline": item.get("byline") or item.get("by"),
        "language": item.get("language"),
        "description": item.get("description_text") or _value(item, "descriptions", ("summary", "main", None)),
    }
    return {name: value for name, value in given.items() if value}


def _words(item: Item) -> Iterator[tuple[str, Any]]:
    """The body as `text` and as `html`, as far as the item has them."""
    for body in sorted(_items(item, "bodies"), key=lambda body: body.get("role") not in ("main", "body"), reverse=True):
        kind = str(body.get("contenttype") or "text/plain").partition(";")[0].strip().lower()
        if kind == "text/plain":
            yield "text", body.get("value")
        elif "html" in kind:
            yield "html", body.get("value")
    for name in ("body_xhtml", "body_html"):
        if item.get(name):
            yield "html", item[name]
    if item.get("body_text"):
        yield "text", item["body_text"]


def _value(item: Item, name: str, roles: tuple[str | None, ...]) -> Any:
    """The value of the list's part with the first of these roles that any has; of the first part, if none has."""
    parts = _items(item, name)
    by_role = {part.get("role"): part.get("value") for part in reversed(parts)}
    return next((by_role[role] for role in roles if role in by_role), parts[0].get("value") if parts else None)


def _named(item: Item, *names: str) -> Any:
    by_role = {part.get("role"): part.get("name") for name in names for part in _items(item, name)}
    return next((by_role[role] for role in PUBLISHERS if role in by_role), None)


def _items(item: Item, name: str) -> list[Item]:
    """The parts of a list; a role that is no string is none."""
    parts = item.get(name)
    found = [_lower(part) for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    return [part | {"role": part["role"] if isinstance(part.get("role"), str) else None} for part in found]


def _lower(value: Item) -> Item:
    """Version 2 writes its keys in lower case, 3 in camel case."""
    return {key.lower(): each for key, each in value.items()}
