"""One story from named values, as a JSON object or a text's header gives them."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.addresses import web_address
from app.read.headline import headline
from app.read.refusal import Refused
from app.spans import RawStory

MAX_DEPTH = 50
# Lists show them whole, so a feed's "headline" of megabytes would be in every page.
MAX_TITLE = 1000
MAX_OUTLET = 200

_UNUSABLE = re.compile("[\x00\ud800-\udfff]")


def story_from_fields(text: str, fields: Mapping[str, Any], origin: str) -> RawStory:
    """A story of this text with these fields; unknown ones are kept in `extra`.

    An address that is no http address is kept there too. Any other field of a wrong shape refuses the story, since
    it would be filed in the wrong place without it.

    Raises:
        Refused: with the field's name and what it should be.
    """
    if not text.strip():
        raise Refused("the text is empty")
    _check_storable({"text": text, **fields})
    extra = dict(fields)
    given = {name: optional_text(extra.pop(name, None), name) for name in ("title", "url", "outlet")}
    published = optional_text(extra.pop("published_at", None), "published_at")
    external_id = _identifier(extra.pop("id", None))
    invented = _flag(extra.pop("invented", None))
    outlet = given["outlet"] or optional_text(extra.pop("publisher", None), "publisher")
    url = web_address(given["url"]) if given["url"] else None
    if given["url"] and url is None:
        extra["url"] = given["url"]
    title, is_ours = (_line(given["title"], MAX_TITLE), False) if given["title"] else headline(text)
    return RawStory(
        text=text,
        title=title,
        origin=origin,
        title_is_ours=is_ours,
        url=url,
        outlet=_line(outlet, MAX_OUTLET) if outlet else None,
        external_id=external_id,
        published_at=moment(published) if published else None,
        invented=invented,
        extra=extra,
    )


def optional_text(value: object, name: str) -> str | None:
    """The string, or None where it is null or blank.

    Raises:
        Refused: if it is something else.
    """
    if value is not None and not isinstance(value, str):
        raise Refused(f"`{name}` should be a string, not {_named(value)}")
    return value if value and value.strip() else None


def moment(value: str) -> datetime:
    """An ISO 8601 date or time in UTC; one without a zone is read as UTC.

    Raises:
        Refused: if it is none.
    """
    try:
        given = datetime.fromisoformat(value.strip())
        return (given if given.tzinfo else given.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Refused(f"the date “{value[:40]}” is not ISO 8601 (such as 2026-03-14T08:30:00Z)") from error


def _line(words: str, most: int) -> str:
    """The words on one line, cut where they are more than such a line can be."""
    line = " ".join(words.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def _check_storable(fields: Mapping[str, Any]) -> None:
    """Refuse what no database, or no JSON but Python's, can hold."""
    level: list[Any] = [fields]
    for _ in range(MAX_DEPTH):
        for value in level:
            if isinstance(value, str) and _UNUSABLE.search(value):
                raise Refused("holds a NUL character or half a character (a lone surrogate), which cannot be stored")
            if isinstance(value, float) and not math.isfinite(value):
                raise Refused("holds a number that is too large or none (NaN)")
        level = [item for value in level for item in _items(value)]
    if level:
        raise Refused(f"is nested more than {MAX_DEPTH} deep")


def _items(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else []


def _identifier(value: object) -> str | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, str | int)):
        raise Refused(f"`id` should be a string or a whole number, not {_named(value)}")
    return str(value).strip() or None if value is not None else None


def _flag(value: object) -> bool:
    if value is not None and not isinstance(value, bool):
        raise Refused(f"`invented` should be true or false, not {_named(value)}")
    return bool(value)


def _named(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), "text")
